package org.coopmesh.billing.metering;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an operator can set of metering.
 *
 * @param lineRate bits per second, each way, that no attachment of this installation can exceed
 * @param linkRate bits per second, each way, that no link or uplink of this installation can exceed
 * @param link when the two ends of a link disagree
 * @param keepReports how long signed reports are kept; those behind open invoices longer
 * @param keepHours how long hours are kept, before they are summed up by the day
 * @param keepDays how long days are kept
 * @param showWindows for how long single windows are shown to people
 */
@ConfigurationProperties("coopmesh.metering")
record MeteringSettings(
        @DefaultValue("1000000000") long lineRate,
        @DefaultValue("10000000000") long linkRate,
        @DefaultValue Link link,
        @DefaultValue("P90D") Duration keepReports,
        @DefaultValue("P90D") Duration keepHours,
        @DefaultValue("P761D") Duration keepDays,
        @DefaultValue("P7D") Duration showWindows) {
    /** A node keeps windows for 30 days at least; what is older than this cannot come from a spool. */
    static final Duration SPOOL_LIMIT = Duration.ofDays(35);

    /**
     * When the two ends of a link disagree: what one sent less what the other received must lie in [−epsilon, loss·sent +
     * epsilon].
     *
     * @param epsilon how far apart two honest counters may be, whatever flows
     * @param lossPpm how much of what is sent may be lost, in parts of a million
     * @param skew how far apart the two ends may cut the same window
     * @param span in so many windows in a row …
     * @param limit … so many outside are a discrepancy
     * @param balancePpm how much of what comes into a node need not leave it, or the other way round: its own traffic, headers
     * @param settle for so long after an hour its reports are waited for, before others reckon with it
     * @param quiet a discrepancy that goes on is told again after so long a pause only
     */
    record Link(
            @DefaultValue("64KB") DataSize epsilon,
            @DefaultValue("20000") int lossPpm,
            @DefaultValue("PT2S") Duration skew,
            @DefaultValue("12") int span,
            @DefaultValue("3") int limit,
            @DefaultValue("50000") int balancePpm,
            @DefaultValue("PT30M") Duration settle,
            @DefaultValue("P1D") Duration quiet) {
        Link {
            if (balancePpm < 0 || balancePpm > 1_000_000) {
                throw new IllegalArgumentException(
                        "coopmesh.metering.link.balance-ppm must be 0 to 1,000,000");
            }
            if (settle.isNegative() || quiet.isNegative()) {
                throw new IllegalArgumentException(
                        "coopmesh.metering.link.settle and .quiet must not be negative");
            }
            new LinkCheck(epsilon.toBytes(), lossPpm, skew, span, limit);
        }

        LinkCheck check() {
            return new LinkCheck(epsilon.toBytes(), lossPpm, skew, span, limit);
        }
    }

    MeteringSettings {
        if (keepReports.compareTo(SPOOL_LIMIT) <= 0) {
            throw new IllegalArgumentException(
                    "coopmesh.metering.keep-reports must be more than "
                            + SPOOL_LIMIT.toDays()
                            + " days:"
                            + " a report may come so late, and must still meet itself");
        }
        if (keepHours.compareTo(SPOOL_LIMIT) <= 0 || keepDays.compareTo(keepHours) < 0) {
            throw new IllegalArgumentException(
                    "coopmesh.metering.keep-hours must be more than "
                            + SPOOL_LIMIT.toDays()
                            + " days, and keep-days no less than that");
        }
        if (showWindows.isNegative() || showWindows.compareTo(keepReports) > 0) {
            throw new IllegalArgumentException(
                    "coopmesh.metering.show-windows must not be longer than keep-reports");
        }
        new Plausibility(lineRate, linkRate, SPOOL_LIMIT);
    }

    Plausibility plausibility() {
        return new Plausibility(lineRate, linkRate, SPOOL_LIMIT);
    }
}
