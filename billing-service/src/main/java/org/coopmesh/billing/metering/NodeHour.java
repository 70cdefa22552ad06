package org.coopmesh.billing.metering;

import java.math.BigInteger;
import java.time.Instant;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.UsageReport.LinkUsage;
import org.coopmesh.billing.metering.UsageReport.UplinkUsage;

/**
 * What passed through one node in the windows that began in one hour, by its own reports. Conservation: what came in and what
 * the node's own attachments originated is what went out and what they consumed.
 *
 * @param nobodyReceived of {@code linkReceived}, over links whose other end the node does not know
 */
record NodeHour(
        NodeId node,
        Instant hour,
        int windows,
        long linkReceived,
        long linkSent,
        long nobodyReceived,
        long nobodySent,
        long uplinkReceived,
        long uplinkSent,
        long originated,
        long consumed) {
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    static NodeHour none(NodeId node, Instant hour) {
        return new NodeHour(node, hour, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    NodeHour plus(UsageReport report) {
        long received = linkReceived;
        long sent = linkSent;
        long fromNobody = nobodyReceived;
        long toNobody = nobodySent;
        for (LinkUsage link : report.links()) {
            received = sum(received, link.received());
            sent = sum(sent, link.sent());
            if (link.neighbour() == null || link.neighbour().equals(node)) {
                fromNobody = sum(fromNobody, link.received());
                toNobody = sum(toNobody, link.sent());
            }
        }
        long up = originated;
        long down = consumed;
        for (AttachmentUsage usage : report.attachments()) {
            if (!usage.own()) continue;
            up = sum(up, sum(usage.internetUp(), usage.localUp()));
            down = sum(down, sum(usage.internetDown(), usage.localDown()));
        }
        UplinkUsage uplink = report.uplink();
        return new NodeHour(
                node,
                hour,
                windows + 1,
                received,
                sent,
                fromNobody,
                toNobody,
                uplink == null ? uplinkReceived : sum(uplinkReceived, uplink.received()),
                uplink == null ? uplinkSent : sum(uplinkSent, uplink.sent()),
                up,
                down);
    }

    /**
     * True where what came in and was originated is what went out and was consumed, but for {@code epsilonBytes} a window and
     * {@code tolerancePpm} of the larger side: headers, and the node's own traffic.
     */
    boolean balanced(long epsilonBytes, int tolerancePpm) {
        BigInteger in = total(linkReceived, uplinkReceived, originated);
        BigInteger out = total(linkSent, uplinkSent, consumed);
        BigInteger most =
                in.max(out)
                        .multiply(BigInteger.valueOf(tolerancePpm))
                        .add(
                                BigInteger.valueOf(epsilonBytes)
                                        .multiply(BigInteger.valueOf(windows))
                                        .multiply(MILLION));
        return in.subtract(out).abs().multiply(MILLION).compareTo(most) <= 0;
    }

    private static BigInteger total(long a, long b, long c) {
        return BigInteger.valueOf(a).add(BigInteger.valueOf(b)).add(BigInteger.valueOf(c));
    }

    /** Stops at the top instead of turning negative; plausible figures never get there. */
    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
