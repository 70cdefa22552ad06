package org.coopmesh.journey;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.quickstart.Quickstart;

/** Kills one part after another, picked at random, and starts it again, until it is closed. */
final class Reaper implements AutoCloseable {
    private static final int DEAD_MILLIS_MAX = 3_000;
    private static final int PEACE_MILLIS_MAX = 10_000;

    private final Quickstart village;
    private final Random random;
    private final AtomicInteger deaths = new AtomicInteger();
    private final Thread thread;
    private volatile boolean ends;
    private volatile Throwable failure;

    Reaper(Quickstart village, long seed) {
        this.village = village;
        this.random = new Random(seed);
        System.out.println("who dies when: seed " + seed);
        this.thread = Thread.ofPlatform().name("reaper").start(this::reap);
    }

    /** How often something has died. */
    int deaths() {
        return deaths.get();
    }

    private void reap() {
        List<String> parts = new ArrayList<>(village.services());
        parts.add("postgres");
        parts.add("kafka");
        // Billing has most to lose
        parts.add("billing-service");
        parts.add("billing-service");
        try {
            while (!ends) {
                pause(PEACE_MILLIS_MAX);
                String part = parts.get(random.nextInt(parts.size()));
                deaths.incrementAndGet();
                System.out.println(Instant.now() + " dies: " + part);
                switch (part) {
                    case "postgres" -> village.withoutPostgres(() -> pause(DEAD_MILLIS_MAX));
                    case "kafka" -> village.withoutKafka(() -> pause(DEAD_MILLIS_MAX));
                    default -> {
                        village.killService(part);
                        pause(DEAD_MILLIS_MAX);
                        village.restartService(part);
                    }
                }
            }
        } catch (RuntimeException e) {
            failure = e;
            System.out.println("nothing dies any more: " + e);
        }
    }

    private void pause(int millisMax) {
        try {
            Thread.sleep(random.nextInt(millisMax));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        ends = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) throw new IllegalStateException("nothing died as it should", failure);
    }
}
