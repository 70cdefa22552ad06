package org.coopmesh.gateway.live;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One open page: what it may be told, and what it was not told yet. Holds each kind once, however slowly it is read. */
final class LiveStream {
    private final String session;
    private final Set<Kind> readable;
    private final Set<Kind> untold = EnumSet.noneOf(Kind.class);
    private long number;
    private boolean over;

    /** What is told, and the number of the last change that it covers. */
    record Told(Set<Kind> kinds, long number) {}

    LiveStream(String session, Set<Kind> readable) {
        this.session = session;
        this.readable = readable;
    }

    String session() {
        return session;
    }

    /** @param number of the change; all before it were told already */
    synchronized void tell(Collection<Kind> kinds, long number) {
        this.number = number;
        for (Kind kind : kinds) {
            if (readable.contains(kind)) {
                untold.add(kind);
            }
        }
        notifyAll();
    }

    synchronized void end() {
        over = true;
        notifyAll();
    }

    /**
     * Waits for something to tell.
     *
     * @return none if none came within {@code patience}; empty when the stream is over
     */
    synchronized Optional<Told> take(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (untold.isEmpty() && !over) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        if (over) {
            return Optional.empty();
        }
        Set<Kind> taken = EnumSet.noneOf(Kind.class);
        taken.addAll(untold);
        untold.clear();
        return Optional.of(new Told(taken, number));
    }
}
