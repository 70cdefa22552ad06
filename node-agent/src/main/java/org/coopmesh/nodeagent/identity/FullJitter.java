package org.coopmesh.nodeagent.identity;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next attempt: a random time below a bound that doubles, so that nodes do not return in step. */
public final class FullJitter {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration bound;

    /**
     * Starts below {@code first}.
     *
     * @param longest the bound never grows beyond it
     */
    public FullJitter(Duration first, Duration longest, RandomGenerator random) {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("bounds of back-off: " + first + " " + longest);
        }
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.bound = first;
    }

    /** A wait of at least a millisecond; doubles the bound of the one after. */
    public Duration next() {
        Duration wait = Duration.ofMillis(1 + random.nextLong(Math.max(1, bound.toMillis())));
        bound = bound.compareTo(longest.dividedBy(2)) > 0 ? longest : bound.multipliedBy(2);
        return wait;
    }

    /** After a success the next wait is short again. */
    public void reset() {
        bound = first;
    }
}
