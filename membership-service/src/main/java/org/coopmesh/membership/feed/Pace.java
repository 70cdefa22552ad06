package org.coopmesh.membership.feed;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Counts the reads of each reader within a minute, on this replica. Safe for use by many threads. */
final class Pace {
    private static final int SECONDS = 60;

    private final Map<String, Integer> reads = new HashMap<>();
    private long minute = Long.MIN_VALUE;

    /** Counts one read, unless {@code reader} has had {@code most} in this minute already. */
    synchronized boolean allows(String reader, int most, Instant now) {
        long current = now.getEpochSecond() / SECONDS;
        if (current != minute) {
            minute = current;
            reads.clear();
        }
        return reads.merge(reader, 1, Integer::sum) <= most;
    }
}
