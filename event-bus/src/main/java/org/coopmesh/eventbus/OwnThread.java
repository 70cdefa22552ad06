package org.coopmesh.eventbus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** What runs on a thread of its own from the start of the service until it stops. */
abstract class OwnThread implements SmartLifecycle {
    private final String name;
    private final Duration stopMax;
    private volatile boolean running;
    private @Nullable Thread thread;

    /**
     * @param stopMax for so long a stop waits for what is under way
     */
    OwnThread(String name, Duration stopMax) {
        this.name = name;
        this.stopMax = stopMax;
    }

    /** Runs until {@link #isRunning} says no; a stop interrupts it. */
    abstract void runUntilStopped();

    @Override
    public synchronized void start() {
        running = true;
        thread = Thread.ofPlatform().name(name).daemon().start(this::runUntilStopped);
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(stopMax);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
