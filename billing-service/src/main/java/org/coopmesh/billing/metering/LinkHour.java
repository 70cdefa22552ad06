package org.coopmesh.billing.metering;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.coopmesh.billing.metering.UsageReport.Key;

/**
 * What the two ends of one link claim of the windows that began in one hour. {@code up} runs from the end with the lower id to
 * the other.
 *
 * @param upCredited the smaller of the two claims of every window that both ends reported, summed
 * @param lowAlone what the lower end claims of windows that the other end did not report
 * @param outside the windows in which the ends disagree
 */
record LinkHour(
        LinkId link,
        Instant hour,
        int matched,
        long lowSent,
        long highReceived,
        long highSent,
        long lowReceived,
        long upCredited,
        long downCredited,
        Alone lowAlone,
        Alone highAlone,
        List<Outside> outside) {
    /** Two nodes that are neighbours, the lower id first. */
    record LinkId(NodeId low, NodeId high) implements Comparable<LinkId> {
        private static final Comparator<LinkId> ORDER =
                Comparator.comparing(LinkId::low).thenComparing(LinkId::high);

        LinkId {
            if (low.compareTo(high) >= 0) {
                throw new IllegalArgumentException("a link has two ends, the lower first");
            }
        }

        static LinkId of(NodeId one, NodeId other) {
            return one.compareTo(other) < 0 ? new LinkId(one, other) : new LinkId(other, one);
        }

        NodeId other(NodeId end) {
            return end.equals(low) ? high : low;
        }

        @Override
        public int compareTo(LinkId other) {
            return ORDER.compare(this, other);
        }
    }

    /** What one end reported of the link in one window. */
    record End(Key report, Instant startedAt, Instant endedAt, long sent, long received) {}

    /** Windows with one end only; {@code sent} and {@code received} are that end's. */
    record Alone(int windows, long sent, long received) {
        static final Alone NONE = new Alone(0, 0, 0);

        Alone plus(End end) {
            return new Alone(windows + 1, sum(sent, end.sent()), sum(received, end.received()));
        }
    }

    /** A window in which the ends disagree by more than counters and loss explain. */
    record Outside(End low, End high) {
        Duration length() {
            return Duration.between(low.startedAt(), low.endedAt());
        }
    }

    /**
     * Compares the ends window by window. Windows are the same where both ends cut them alike; an end that cuts otherwise, by
     * a wrong clock or after a reboot, stands alone.
     */
    static LinkHour of(LinkId link, Instant hour, List<End> low, List<End> high, LinkCheck check) {
        List<End> lows = inOrder(low);
        List<End> highs = inOrder(high);
        Alone lowAlone = Alone.NONE;
        Alone highAlone = Alone.NONE;
        var outside = new ArrayList<Outside>();
        int matched = 0;
        long lowSent = 0;
        long highReceived = 0;
        long highSent = 0;
        long lowReceived = 0;
        long upCredited = 0;
        long downCredited = 0;
        int l = 0;
        int h = 0;
        while (l < lows.size() || h < highs.size()) {
            End a = l < lows.size() ? lows.get(l) : null;
            End b = h < highs.size() ? highs.get(h) : null;
            if (a != null && b != null && same(a, b, check.skew())) {
                l++;
                h++;
                matched++;
                lowSent = sum(lowSent, a.sent());
                highReceived = sum(highReceived, b.received());
                highSent = sum(highSent, b.sent());
                lowReceived = sum(lowReceived, a.received());
                upCredited = sum(upCredited, LinkCheck.credited(a.sent(), b.received()));
                downCredited = sum(downCredited, LinkCheck.credited(b.sent(), a.received()));
                var both = new Outside(a, b);
                if (!check.agrees(a.sent(), b.received(), both.length())
                        || !check.agrees(b.sent(), a.received(), both.length())) {
                    outside.add(both);
                }
            } else if (a != null && (b == null || ORDER.compare(a, b) <= 0)) {
                lowAlone = lowAlone.plus(a);
                l++;
            } else if (b != null) {
                highAlone = highAlone.plus(b);
                h++;
            }
        }
        return new LinkHour(
                link,
                hour,
                matched,
                lowSent,
                highReceived,
                highSent,
                lowReceived,
                upCredited,
                downCredited,
                lowAlone,
                highAlone,
                List.copyOf(outside));
    }

    private static final Comparator<End> ORDER =
            Comparator.comparing(End::startedAt).thenComparing(End::endedAt);

    private static List<End> inOrder(List<End> ends) {
        return ends.stream().sorted(ORDER).toList();
    }

    private static boolean same(End a, End b, Duration skew) {
        return Duration.between(a.startedAt(), b.startedAt()).abs().compareTo(skew) <= 0
                && Duration.between(a.endedAt(), b.endedAt()).abs().compareTo(skew) <= 0;
    }

    /** Stops at the top instead of turning negative; plausible figures never get there. */
    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
