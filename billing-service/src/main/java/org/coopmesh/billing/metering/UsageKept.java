package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Component;

/** How far back what was counted is whole. Who reckons with something older would take what was forgotten for nothing. */
@Component
public class UsageKept {
    private final UsageHold hold;
    private final PayerRegister register;
    private final MeteringSettings settings;
    private final Clock clock;

    UsageKept(UsageHold hold, PayerRegister register, MeteringSettings settings, Clock clock) {
        this.hold = hold;
        this.register = register;
        this.settings = settings;
        this.clock = clock;
    }

    /** From here on no signed report was forgotten. */
    public Instant reportsSince() {
        return clock.instant().minus(settings.keepReports());
    }

    /**
     * From here on every hour is there by itself, of attachments, links and nodes: they are kept for their time, and longer
     * while a closed month may still be corrected. The hour in which a day of the co-op's calendar begins.
     */
    public Instant hoursSince() {
        // Whole days only: a day is summed up once all of it may go.
        ZoneId zone = register.coop().zone();
        Instant oldest = clock.instant().minus(settings.keepHours());
        Instant whole = oldest.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
        Instant needed = hold.hoursNeededSince();
        return (whole.isBefore(needed) ? whole : needed).truncatedTo(ChronoUnit.HOURS);
    }
}
