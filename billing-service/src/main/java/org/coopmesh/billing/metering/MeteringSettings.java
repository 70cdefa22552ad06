package org.coopmesh.billing.metering;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator can set of metering.
 *
 * @param lineRate bits per second, each way, that no attachment of this installation can exceed
 * @param keepReports how long signed reports are kept; hours are kept for good
 * @param showWindows for how long single windows are shown to people
 */
@ConfigurationProperties("coopmesh.metering")
record MeteringSettings(
        @DefaultValue("1000000000") long lineRate,
        @DefaultValue("P90D") Duration keepReports,
        @DefaultValue("P7D") Duration showWindows) {
    /** A node keeps windows for 30 days at least; what is older than this cannot come from a spool. */
    static final Duration SPOOL_LIMIT = Duration.ofDays(35);

    MeteringSettings {
        if (keepReports.compareTo(SPOOL_LIMIT) <= 0) {
            throw new IllegalArgumentException(
                    "coopmesh.metering.keep-reports must be more than "
                            + SPOOL_LIMIT.toDays()
                            + " days:"
                            + " a report may come so late, and must still meet itself");
        }
        if (showWindows.isNegative() || showWindows.compareTo(keepReports) > 0) {
            throw new IllegalArgumentException(
                    "coopmesh.metering.show-windows must not be longer than keep-reports");
        }
        new Plausibility(lineRate, SPOOL_LIMIT);
    }

    Plausibility plausibility() {
        return new Plausibility(lineRate, SPOOL_LIMIT);
    }
}
