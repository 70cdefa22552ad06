package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.coopmesh.eventbus.Outbox;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Closes each day when it is over: nothing can be taken in on it any more, so its tree never changes. A report that comes late
 * is in the tree of the day on which it came.
 */
@Component
class DayClosing {
    /** Longer than anything that began to be taken in before midnight can take. */
    private static final Duration AFTER_MIDNIGHT = Duration.ofMinutes(10);

    private final UsageDays days;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    DayClosing(UsageDays days, Outbox outbox, TransactionTemplate transaction, Clock clock) {
        this.days = days;
        this.outbox = outbox;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Closes all days that are over, oldest first, each in a transaction of its own. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.day-interval:PT5M}")
    void close() {
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now.minus(AFTER_MIDNIGHT), ZoneOffset.UTC);
        for (Optional<LocalDate> day = days.firstOpen();
                day.isPresent() && day.get().isBefore(today);
                day = days.firstOpen()) {
            LocalDate open = day.get();
            transaction.executeWithoutResult(status -> {
                if (days.close(open, now)) {
                    days.find(open)
                            .ifPresent(closed ->
                                    outbox.add(
                                            MeterEvents.TOPIC,
                                            open.toString(),
                                            MeterEvents.closed(closed)));
                }
            });
        }
    }
}
