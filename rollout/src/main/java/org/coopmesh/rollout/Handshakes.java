package org.coopmesh.rollout;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor of a port to which thousands come back at once. TLS handshakes are reckoned on few threads, those that were begun
 * before those that were not, and few wait to be begun: for whom there is no room is sent away at once, and comes again after a
 * wait of its own. Were all of them begun, each would take longer than its caller waits, and all the work would be for nobody.
 * Everything else goes to another executor.
 */
public final class Handshakes implements Executor {
    /** Handshakes that may wait to be begun. Callers wait ten seconds: a machine that reckons thirty in a second ends these in time. */
    static final int WAITING_MAX = 128;

    private static final Duration TOLD_EVERY = Duration.ofSeconds(30);
    private static final Duration IDLE_MAX = Duration.ofSeconds(10);

    /** Netty's name for a step of a handshake; nothing else tells it from a call. All steps of a connection are one object. */
    private static final String STEPS = "io.netty.handler.ssl.";

    private static final Logger log = LoggerFactory.getLogger(Handshakes.class);

    private final Executor others;
    private final ThreadPoolExecutor threads;
    private final int waitingMax;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Runnable> begun =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final AtomicLong number = new AtomicLong();
    private final AtomicInteger sentAway = new AtomicInteger();
    private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TOLD_EVERY.toNanos());

    /** Those that go on come before those that begin, and either in the order in which they came. */
    private final class Step implements Runnable {
        private final Runnable task;
        private final boolean first;
        private final long number;

        private Step(Runnable task, boolean first, long number) {
            this.task = task;
            this.first = first;
            this.number = number;
        }

        @Override
        public void run() {
            if (first) waiting.decrementAndGet();
            task.run();
        }
    }

    /** @param others runs what is no handshake */
    public Handshakes(Executor others) {
        this(others, Runtime.getRuntime().availableProcessors(), WAITING_MAX);
    }

    /** With limits of its own; {@code threads} and {@code waitingMax} at least 1. */
    public Handshakes(Executor others, int threads, int waitingMax) {
        this.others = others;
        this.waitingMax = waitingMax;
        Comparator<Step> order =
                Comparator.<Step, Boolean>comparing(step -> step.first)
                        .thenComparingLong(step -> step.number);
        this.threads =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_MAX.toSeconds(),
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(
                                waitingMax, Comparator.comparing(Step.class::cast, order)),
                        Thread.ofPlatform().daemon().name("handshake-", 0).factory());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** @throws RejectedExecutionException where a handshake would begin for which there is no room; Netty then closes the connection */
    @Override
    public void execute(Runnable task) {
        if (!task.getClass().getName().startsWith(STEPS)) {
            others.execute(task);
            return;
        }
        boolean first = begun.add(task);
        if (first && waiting.incrementAndGet() > waitingMax) {
            waiting.decrementAndGet();
            tell(sentAway.incrementAndGet());
            throw new RejectedExecutionException("more handshakes than can be reckoned");
        }
        threads.execute(new Step(task, first, number.getAndIncrement()));
    }

    private void tell(int count) {
        long now = System.nanoTime();
        long last = toldAt.get();
        if (now - last < TOLD_EVERY.toNanos() || !toldAt.compareAndSet(last, now)) return;
        log.atWarn().addKeyValue("since_start", count).log("handshakes are sent away");
    }
}
