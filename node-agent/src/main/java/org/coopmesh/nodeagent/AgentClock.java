package org.coopmesh.nodeagent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The agent's time: runs with the machine's monotonic clock, and moves only when somebody who knows says so.
 *
 * <p>Who knows is the co-op's servers, or the system's wall clock: the setting {@code clock} decides who calls
 * {@link #observe}. A move of more than two seconds is announced before it happens, so that the running usage window can end
 * at its old time.
 */
public final class AgentClock implements InstantSource {
    /** What differs by less is put right without a word. */
    static final Duration MOVE_LEAST = Duration.ofSeconds(2);

    /** A message may be on its way so long; a time that is behind by less is believed only when it is repeated. */
    static final Duration DELAY_MAX = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private volatile Reference reference;
    private volatile MoveListener listener = (before, after, move) -> move.run();
    private volatile boolean told;
    private int behindInARow;

    /** Hears of a move. */
    public interface MoveListener {
        /**
         * Called before the clock moves.
         *
         * @param before the time up to now
         * @param after the time from the move on
         * @param move moves the clock; done by itself when this returns or throws
         */
        void moving(Instant before, Instant after, Runnable move);
    }

    private record Reference(Instant instant, long nanos) {}

    /** Starts at {@code start}. */
    public AgentClock(Instant start, LongSupplier nanos) {
        this.nanos = nanos;
        this.reference = new Reference(start, nanos.getAsLong());
    }

    @Override
    public Instant instant() {
        Reference from = reference;
        return from.instant().plusNanos(nanos.getAsLong() - from.nanos());
    }

    /** There is one listener: windows are the only thing that must not straddle a move. */
    public void onMove(MoveListener only) {
        listener = only;
    }

    /** Starts not before {@code least}: after a restart time goes on at least where the newest window ended. */
    public synchronized void notBefore(Instant least) {
        if (instant().isBefore(least)) set(least);
    }

    /** Whether somebody who knows has spoken; until then the time is this machine's guess. */
    public boolean told() {
        return told;
    }

    /** Takes note of the time that somebody who knows has sent; it may have been on its way for a while. */
    public synchronized void observe(Instant truth) {
        Instant now = instant();
        Duration ahead = Duration.between(now, truth);
        if (ahead.abs().compareTo(MOVE_LEAST) <= 0) {
            behindInARow = 0;
            if (ahead.isPositive()) set(truth);
            told = true;
            return;
        }
        if (ahead.isNegative() && ahead.abs().compareTo(DELAY_MAX) < 0 && ++behindInARow < 2) {
            return;
        }
        behindInARow = 0;
        Reference after = new Reference(truth, nanos.getAsLong());
        Runnable move = () -> reference = after;
        try {
            listener.moving(now, truth, move);
        } finally {
            move.run();
            told = true;
        }
    }

    private void set(Instant instant) {
        reference = new Reference(instant, nanos.getAsLong());
    }
}
