package org.coopmesh.nodeagent.spool;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that is missing from, or odd in, the row of windows, waiting to be told with the next report.
 *
 * @param number grows by one per gap; a spooled window names the last one that it tells
 * @param from null where nothing before it survived
 * @param to null until the next window starts
 * @param windows how many were lost; 0 where none was
 */
public record Gap(
        long number, @Nullable Instant from, @Nullable Instant to, Cause cause, long windows) {
    /** Why it happened, in the words of the contract. */
    public enum Cause {
        POWERED_OFF,
        SPOOL_FULL,
        SPOOL_DAMAGED,
        CLOCK_MOVED
    }

    public Gap {
        if (windows < 0) throw new IllegalArgumentException("negative windows in gap: " + windows);
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException("gap ends before it starts: " + from + " " + to);
        }
    }

    /** Joins another loss of the same cause, so that the row of untold gaps stays short. */
    Gap and(@Nullable Instant otherFrom, @Nullable Instant otherTo, long otherWindows) {
        Instant first =
                from == null || otherFrom == null || from.isBefore(otherFrom) ? from : otherFrom;
        Instant last = to == null || otherTo == null || to.isAfter(otherTo) ? to : otherTo;
        return new Gap(number, first, last, cause, windows + otherWindows);
    }
}
