package org.coopmesh.billing.document;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * So many pages a minute for one address. Counts on the machine's own time, which no demo clock moves, and in each replica
 * by itself.
 */
@Component
class PayPageGuard {
    static final int PAGES_A_MINUTE = 60;
    private static final int ADDRESSES_MAX = 10_000;

    private final Map<String, Integer> counted = new LinkedHashMap<>();
    private long minute = minute();

    /** Whether one more is allowed; counts it. Beyond so many addresses in a minute all share one count. */
    synchronized boolean allows(String address) {
        long now = minute();
        if (now != minute) {
            minute = now;
            counted.clear();
        }
        String counter =
                counted.size() < ADDRESSES_MAX || counted.containsKey(address) ? address : "";
        return counted.merge(counter, 1, Integer::sum) <= PAGES_A_MINUTE;
    }

    private static long minute() {
        return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime());
    }
}
