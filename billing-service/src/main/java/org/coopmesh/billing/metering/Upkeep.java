package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.coopmesh.billing.metering.Retention.Held;
import org.coopmesh.billing.metering.UsageReports.Place;
import org.coopmesh.billing.subscription.PayerRegister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * What metering does by itself: removes signed reports when their time is over, and counts those that waited for the
 * roster. Safe on several replicas: each takes rows that no other holds.
 */
@Component
class Upkeep {
    private static final int PRUNED_MAX = 5_000;

    /** Stretches that open invoices rest on; beyond that nothing is forgotten until somebody looks. */
    private static final int HELD_MAX = 200_000;

    private static final int JUDGED_MAX = 5_000;
    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

    /** An hour is summed up when it has been over for so long; what comes later is added to its day as it comes. */
    private static final Duration SUMMED_AFTER = Duration.ofHours(2);

    private final Retention retention;
    private final UsageSums sums;
    private final UsageHours hours;
    private final UsageHold hold;
    private final UsageKept kept;
    private final PayerRegister register;
    private final Intake intake;
    private final MeteringSettings settings;
    private final Clock clock;
    private Place judgedUpTo = Place.START;

    Upkeep(
            Retention retention,
            UsageSums sums,
            UsageHours hours,
            UsageHold hold,
            UsageKept kept,
            PayerRegister register,
            Intake intake,
            MeteringSettings settings,
            Clock clock) {
        this.retention = retention;
        this.sums = sums;
        this.hours = hours;
        this.hold = hold;
        this.kept = kept;
        this.register = register;
        this.intake = intake;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Forgets what is older than it is kept; each batch is a transaction of its own. What open invoices rest on, and hours that
     * may still be billed one by one, are kept however old they are.
     */
    @Scheduled(fixedDelayString = "${coopmesh.metering.prune-interval:PT1H}")
    void prune() {
        Instant now = clock.instant();
        List<Held> held = held();
        Instant before = kept.reportsSince();
        int reportsGone = inBatches(() -> retention.reports(before, held, PRUNED_MAX));
        retention.tiles(before);
        int hoursGone = 0;
        if (register.isConstituted()) {
            // Those that nobody has read since the last time; who begins to read now may still see
            // what ends now
            Instant unread = sums.summed().hoursFrom();
            hoursGone = inBatches(() -> retention.hours(unread, PRUNED_MAX));
            Instant upTo = kept.hoursSince();
            sums.leaveHours(upTo);
            retention.links(upTo);
        }
        int daysGone = retention.days(now.minus(settings.keepDays()));
        if (reportsGone + hoursGone + daysGone > 0) {
            log.atInfo()
                    .addKeyValue("reports", reportsGone)
                    .addKeyValue("hours", hoursGone)
                    .addKeyValue("days", daysGone)
                    .log("what was old enough is forgotten");
        }
    }

    /** Adds hours that are over to their days, on whichever replica comes first. */
    @Scheduled(
            initialDelayString = "${coopmesh.metering.sum-interval:PT10M}",
            fixedDelayString = "${coopmesh.metering.sum-interval:PT10M}")
    void sumUp() {
        if (!register.isConstituted()) return;
        ZoneId zone = register.coop().zone();
        Instant until = clock.instant().minus(SUMMED_AFTER);
        while (sums.sumUp(zone, until)) {}
    }

    private static int inBatches(IntSupplier batch) {
        int all = 0;
        int gone;
        do {
            gone = batch.getAsInt();
            all += gone;
        } while (gone == PRUNED_MAX);
        return all;
    }

    private List<Held> held() {
        var held = new ArrayList<Held>();
        for (Stretch stretch : hold.openStretches(HELD_MAX)) {
            for (NodeId node :
                    hours.nodesOf(List.of(stretch.attachment()), stretch.from(), stretch.to())) {
                held.add(new Held(node, stretch.from(), stretch.to()));
            }
        }
        if (held.size() >= HELD_MAX) {
            log.atError().log("more open invoices than can be held to; nothing is forgotten");
            throw new IllegalStateException("more than " + HELD_MAX + " stretches are open");
        }
        return held;
    }

    /** Looks through the reports that waited for the roster, a page at a time, from the start again when through. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.check-interval:PT10S}")
    void judgeAgain() {
        Place last = intake.judgeAgain(judgedUpTo, JUDGED_MAX);
        judgedUpTo = last == null ? Place.START : last;
    }
}
