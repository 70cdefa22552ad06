package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * What metering does by itself: removes signed reports when their time is over, and counts those that waited for the
 * roster. Hours are kept for good. Safe on several replicas: each takes rows that no other holds.
 */
@Component
class Upkeep {
    private static final int PRUNED_MAX = 5_000;
    private static final int JUDGED_MAX = 5_000;
    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

    private final UsageReports reports;
    private final Intake intake;
    private final MeteringSettings settings;
    private final Clock clock;
    private Instant judgedUpTo = Instant.EPOCH;

    Upkeep(UsageReports reports, Intake intake, MeteringSettings settings, Clock clock) {
        this.reports = reports;
        this.intake = intake;
        this.settings = settings;
        this.clock = clock;
    }

    /** Removes reports that came longer ago than they are kept; each batch is a transaction of its own. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.prune-interval:PT1H}")
    void prune() {
        Instant before = clock.instant().minus(settings.keepReports());
        int all = 0;
        int pruned;
        do {
            pruned = reports.prune(before, PRUNED_MAX);
            all += pruned;
        } while (pruned == PRUNED_MAX);
        if (all > 0) log.atInfo().addKeyValue("reports", all).log("old usage reports removed");
    }

    /** Looks through the reports that waited for the roster, a page at a time, from the start again when through. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.check-interval:PT10S}")
    void judgeAgain() {
        Instant last = intake.judgeAgain(judgedUpTo, JUDGED_MAX);
        judgedUpTo = last == null ? Instant.EPOCH : last;
    }
}
