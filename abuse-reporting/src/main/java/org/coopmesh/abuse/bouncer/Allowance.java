package org.coopmesh.abuse.bouncer;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** So many calls of each caller in a while. Of too many callers the one longest unseen is forgotten. */
final class Allowance {
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

    Allowance(int calls, Duration period) {
        this.calls = calls;
        this.period = period;
    }

    /** False if the caller has used it up. */
    boolean take(String caller) {
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
