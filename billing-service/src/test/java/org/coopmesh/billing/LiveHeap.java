package org.coopmesh.billing;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is alive on the heap while something runs: everything else is collected every half second, and the most that was left is
 * told. It slows down what it watches, so speed is measured without it.
 */
public final class LiveHeap {
    private static final int EVERY_MILLIS = 500;

    private LiveHeap() {}

    /** Bytes that are alive now. */
    public static long now() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The most bytes that were alive while {@code work} ran, above what was before it began. */
    public static long addedBy(Callable<?> work) throws Exception {
        long before = now();
        var most = new AtomicLong();
        var looks = new AtomicLong();
        var over = new AtomicBoolean();
        Thread watcher =
                Thread.ofPlatform()
                        .name("live-heap")
                        .daemon()
                        .start(() -> {
                            while (!over.get()) {
                                most.accumulateAndGet(now(), Math::max);
                                looks.incrementAndGet();
                                try {
                                    Thread.sleep(EVERY_MILLIS);
                                } catch (InterruptedException end) {
                                    return;
                                }
                            }
                        });
        try {
            work.call();
        } finally {
            over.set(true);
            watcher.join();
        }
        if (looks.get() < 2) {
            throw new IllegalStateException("too short to have been looked at");
        }
        return Math.max(0, most.get() - before);
    }
}
