package org.coopmesh.billing.metering;

import java.time.Duration;
import java.time.Instant;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.UsageReport.LinkUsage;
import org.coopmesh.billing.metering.UsageReport.UplinkUsage;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.metering.Verdict.Reason;

/**
 * Whether what a node claims can be at all, by the report alone.
 *
 * @param lineRateBits bits per second, each way, that no attachment can exceed
 * @param linkRateBits bits per second, each way, that no link or uplink can exceed
 * @param spoolLimit how long a node can keep a window
 */
record Plausibility(long lineRateBits, long linkRateBits, Duration spoolLimit) {
    /** How far a node's clock may be ahead. */
    static final Duration AHEAD_MAX = Duration.ofMinutes(2);

    /** The longest window. */
    static final Duration WINDOW_MAX = Duration.ofHours(1);

    /** A report that comes this long after its window is marked as late. */
    static final Duration LATE_AFTER = Duration.ofMinutes(30);

    /** The fastest line that products with an hour are safe with: 1 Tbit/s. */
    static final long LINE_RATE_BITS_MAX = 1_000_000_000_000L;

    Plausibility {
        if (lineRateBits < 1 || lineRateBits > LINE_RATE_BITS_MAX) {
            throw new IllegalArgumentException(
                    "line rate must be 1 to " + LINE_RATE_BITS_MAX + " bit/s");
        }
        if (linkRateBits < 1 || linkRateBits > LINE_RATE_BITS_MAX) {
            throw new IllegalArgumentException(
                    "link rate must be 1 to " + LINE_RATE_BITS_MAX + " bit/s");
        }
        if (!spoolLimit.isPositive()) {
            throw new IllegalArgumentException("spool limit must be positive");
        }
    }

    /** Judges {@code report}, which came at {@code receivedAt} by the clock of the service. */
    Verdict judge(UsageReport report, Instant receivedAt) {
        if (!report.length().isPositive()) return new Implausible(Reason.ENDS_BEFORE_START);
        if (report.length().compareTo(WINDOW_MAX) > 0) {
            return new Implausible(Reason.WINDOW_TOO_LONG);
        }
        if (report.endedAt().isAfter(receivedAt.plus(AHEAD_MAX))) {
            return new Implausible(Reason.FROM_THE_FUTURE);
        }
        if (report.endedAt().isBefore(receivedAt.minus(spoolLimit))) {
            return new Implausible(Reason.TOO_OLD);
        }
        if (overflows(report)) return new Implausible(Reason.COUNTER_OVERFLOW);
        long most = bytesMax(lineRateBits, report.length());
        for (AttachmentUsage usage : report.attachments()) {
            if (usage.internetDown() + usage.localDown() > most
                    || usage.internetUp() + usage.localUp() > most) {
                return new Implausible(Reason.BEYOND_LINE_RATE);
            }
        }
        long mostOfLink = bytesMax(linkRateBits, report.length());
        for (LinkUsage link : report.links()) {
            if (link.received() > mostOfLink || link.sent() > mostOfLink) {
                return new Implausible(Reason.BEYOND_LINE_RATE);
            }
        }
        UplinkUsage uplink = report.uplink();
        if (uplink != null && (uplink.received() > mostOfLink || uplink.sent() > mostOfLink)) {
            return new Implausible(Reason.BEYOND_LINE_RATE);
        }
        return new Counted(report.endedAt().isBefore(receivedAt.minus(LATE_AFTER)));
    }

    /** Line rate × window × 1.1, in bytes; the window is rounded up to whole milliseconds. */
    long bytesMax(Duration window) {
        return bytesMax(lineRateBits, window);
    }

    private static long bytesMax(long rateBits, Duration window) {
        long millis = window.plusNanos(999_999).toMillis();
        long bytes = Math.multiplyExact(rateBits, millis) / 8_000;
        return bytes + bytes / 10;
    }

    /** Whether a figure anywhere in it is below zero, or two that are added are beyond what a counter holds. */
    static boolean overflows(UsageReport report) {
        UplinkUsage uplink = report.uplink();
        return report.attachments().stream().anyMatch(Plausibility::overflows)
                || report.links().stream().anyMatch(link -> link.received() < 0 || link.sent() < 0)
                || uplink != null && (uplink.received() < 0 || uplink.sent() < 0);
    }

    private static boolean overflows(AttachmentUsage usage) {
        return usage.internetDown() < 0
                || usage.internetUp() < 0
                || usage.localDown() < 0
                || usage.localUp() < 0
                || usage.totalDown() < 0
                || usage.totalUp() < 0
                || usage.internetDown() + usage.localDown() < 0
                || usage.internetUp() + usage.localUp() < 0;
    }
}
