package org.coopmesh.nodeagent.topology;

import java.io.InterruptedIOException;
import java.time.Duration;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;

/** Until when one answer is waited for, however slowly it drips. */
record Deadline(long atNanos) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    static Deadline in(Duration patience) {
        return new Deadline(System.nanoTime() + patience.toNanos());
    }

    /** An equal part of what is left, for the first of {@code waiting} who follow each other. */
    Deadline share(int waiting) {
        long now = System.nanoTime();
        return new Deadline(now + (atNanos - now) / waiting);
    }

    /**
     * At least one.
     *
     * @throws SourceFailed if it has passed
     */
    long millisLeft() throws SourceFailed, InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException("stopped");
        long left = atNanos - System.nanoTime();
        if (left <= 0) throw new SourceFailed(Trouble.LATE, "no whole answer in time");
        return left / NANOS_PER_MILLI + 1;
    }
}
