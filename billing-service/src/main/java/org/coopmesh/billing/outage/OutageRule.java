package org.coopmesh.billing.outage;

import java.time.Duration;
import java.time.LocalDate;

/**
 * What is given back for outages that begin on a day or later, until another rule holds.
 *
 * @param afterHours the least hours that an outage lasts to count; then all of it counts
 * @param percent of the dues that fall on its time; zero is off
 */
record OutageRule(LocalDate effectiveOn, int afterHours, int percent) {
    /** A month: longer outages always count. */
    static final int HOURS_MAX = 720;

    static final int WHOLE = 100;

    OutageRule {
        if (afterHours < 1 || afterHours > HOURS_MAX) {
            throw new IllegalArgumentException("afterHours is 1 to " + HOURS_MAX);
        }
        if (percent < 0 || percent > WHOLE) {
            throw new IllegalArgumentException("percent is 0 to " + WHOLE);
        }
    }

    /** Whether an outage that lasted so long gives anything. */
    boolean counts(Duration lasted) {
        return percent > 0 && lasted.compareTo(Duration.ofHours(afterHours)) >= 0;
    }
}
