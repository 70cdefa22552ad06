package org.coopmesh.abuse.bouncer;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** So many calls of each caller in a while, on the machine's own time. Of 20,000 callers the one longest unseen is forgotten. */
public final class Allowance {
    private static final int CALLERS_MAX = 20_000;

    private final int calls;
    private final Duration period;
    private final Map<String, Bucket> callers =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > CALLERS_MAX;
                }
            };

    public Allowance(int calls, Duration period) {
        this.calls = calls;
        this.period = period;
    }

    /** False if the caller has used it up. */
    public boolean take(String caller) {
        Bucket bucket;
        synchronized (callers) {
            bucket =
                    callers.computeIfAbsent(
                            caller,
                            c ->
                                    Bucket.builder()
                                            .addLimit(limit ->
                                                    limit.capacity(calls)
                                                            .refillGreedy(calls, period))
                                            .build());
        }
        return bucket.tryConsume(1);
    }
}
