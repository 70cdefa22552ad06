package org.coopmesh.nodeagent.collector;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many answers go out: a few at once to one address and then one every ten seconds, and not many more to all together. Who
 * asks in another's name cannot make this node shout at them.
 */
final class Allowance {
    static final int BURST = 8;
    static final Duration EACH = Duration.ofSeconds(10);
    static final int BURST_OF_ALL = 40;
    static final Duration EACH_OF_ALL = Duration.ofMillis(200);
    static final int SOURCES_MAX = 256;

    private final Map<InetAddress, Bucket> sources =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
                    return size() > SOURCES_MAX;
                }
            };
    private Bucket all;

    /** Answers left at a moment. */
    private record Bucket(double left, long nanos) {
        Bucket at(long now, Duration each, int burst) {
            double more = (double) (now - nanos) / each.toNanos();
            return new Bucket(Math.min(burst, left + more), now);
        }

        boolean enough() {
            return left >= 1;
        }

        Bucket less() {
            return new Bucket(left - 1, nanos);
        }
    }

    Allowance(long now) {
        all = new Bucket(BURST_OF_ALL, now);
    }

    /** Takes one answer to {@code source}, if there is one left. */
    boolean grants(InetAddress source, long now) {
        Bucket one = sources.getOrDefault(source, new Bucket(BURST, now)).at(now, EACH, BURST);
        all = all.at(now, EACH_OF_ALL, BURST_OF_ALL);
        boolean granted = one.enough() && all.enough();
        sources.put(source, granted ? one.less() : one);
        if (granted) all = all.less();
        return granted;
    }
}
