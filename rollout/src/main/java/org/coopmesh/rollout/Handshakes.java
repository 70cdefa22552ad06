package org.coopmesh.rollout;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor of a port to which thousands come back at once. The reckoning of TLS handshakes goes on few threads and waits in a
 * short queue: for whom there is no room is sent away at once, and comes again after a wait of its own. Were all of them begun,
 * each would take longer than its caller waits, and all the work would be for nobody. Everything else goes to another executor.
 */
public final class Handshakes implements Executor {
    /**
     * Steps of handshakes that may wait. A handshake has some three, and callers give it ten seconds: a machine that does fifty
     * steps in a second ends in time what it began.
     */
    static final int WAITING_MAX = 128;

    private static final Duration TOLD_EVERY = Duration.ofSeconds(30);
    private static final Duration IDLE_MAX = Duration.ofSeconds(10);

    /** Netty's name for a step of a handshake; nothing else tells it from a call. */
    private static final String STEPS = "io.netty.handler.ssl.";

    private static final Logger log = LoggerFactory.getLogger(Handshakes.class);

    private final Executor others;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger sentAway = new AtomicInteger();
    private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TOLD_EVERY.toNanos());

    /** @param others runs what is no handshake */
    public Handshakes(Executor others) {
        this(others, Runtime.getRuntime().availableProcessors(), WAITING_MAX);
    }

    /** With limits of its own; {@code threads} and {@code waitingMax} at least 1. */
    public Handshakes(Executor others, int threads, int waitingMax) {
        this.others = others;
        this.threads =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_MAX.toSeconds(),
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(waitingMax),
                        Thread.ofPlatform().daemon().name("handshake-", 0).factory());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** @throws RejectedExecutionException for a step of a handshake for which there is no room; Netty then closes the connection */
    @Override
    public void execute(Runnable task) {
        if (!task.getClass().getName().startsWith(STEPS)) {
            others.execute(task);
            return;
        }
        try {
            threads.execute(task);
        } catch (RejectedExecutionException full) {
            tell(sentAway.incrementAndGet());
            throw full;
        }
    }

    private void tell(int count) {
        long now = System.nanoTime();
        long last = toldAt.get();
        if (now - last < TOLD_EVERY.toNanos() || !toldAt.compareAndSet(last, now)) return;
        log.atWarn().addKeyValue("since_start", count).log("handshakes are sent away");
    }
}
