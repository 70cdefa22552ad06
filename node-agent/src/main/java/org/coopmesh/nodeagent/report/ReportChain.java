package org.coopmesh.nodeagent.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.GapCause;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.nodeagent.spool.Gap;
import org.coopmesh.nodeagent.usage.AttachmentCounts;
import org.coopmesh.nodeagent.usage.WindowCounts;
import org.jspecify.annotations.Nullable;

/**
 * The end of the node's chain of reports: what the next one is numbered and which hash it names.
 *
 * @param bootId of the last report; empty before the first
 * @param sequence of the last report; 0 before the first
 * @param hash SHA-256 of the last report; empty before the first
 */
record ReportChain(
        String nodeId, String agentVersion, String bootId, long sequence, ByteString hash) {

    static ReportChain empty(String nodeId, String agentVersion) {
        return new ReportChain(nodeId, agentVersion, "", 0, ByteString.EMPTY);
    }

    /** The chain whose last link is {@code report}. */
    ReportChain after(byte[] report) {
        try {
            UsageReport last = UsageReport.parseFrom(report);
            return new ReportChain(
                    nodeId,
                    agentVersion,
                    last.getBootId(),
                    last.getSequence(),
                    ByteString.copyFrom(sha256(report)));
        } catch (InvalidProtocolBufferException foreign) {
            throw new IllegalArgumentException("not a report", foreign);
        }
    }

    /**
     * The next link.
     *
     * @param gap what it tells beside the counts, if anything
     */
    UsageReport next(WindowCounts counts, Instant startedAt, @Nullable Gap gap) {
        boolean sameBoot = counts.bootId().toString().equals(bootId);
        UsageReport.Builder report =
                UsageReport.newBuilder()
                        .setNodeId(nodeId)
                        .setBootId(counts.bootId().toString())
                        .setSequence(sameBoot ? sequence + 1 : 1)
                        .setPreviousHash(hash)
                        .setStartedAt(timestamp(startedAt))
                        .setEndedAt(timestamp(counts.endedAt()))
                        .setAgentVersion(agentVersion);
        counts.attachments().forEach(attachment -> report.addAttachments(usage(attachment)));
        counts.links()
                .forEach(link ->
                        report.addLinks(
                                LinkUsage.newBuilder()
                                        .setNeighbourNodeId(link.neighbourNodeId())
                                        .setInterface(link.interfaceName())
                                        .setBytesReceived(link.received())
                                        .setBytesSent(link.sent())));
        counts.uplink()
                .ifPresent(uplink ->
                        report.setUplink(
                                UplinkUsage.newBuilder()
                                        .setInterface(uplink.interfaceName())
                                        .setBytesReceived(uplink.received())
                                        .setBytesSent(uplink.sent())));
        if (gap != null) report.setGap(told(gap, startedAt));
        return report.build();
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** A gap without an end ends where the window that tells it starts. */
    private static org.coopmesh.contracts.billing.v1.Gap told(Gap gap, Instant startedAt) {
        Instant known = gap.from() == null ? startedAt : gap.from();
        Instant to = gap.to() == null ? startedAt : gap.to();
        Instant from = gap.from() == null || known.isAfter(to) ? to : known;
        Instant end = known.isAfter(to) ? known : to;
        return org.coopmesh.contracts.billing.v1.Gap.newBuilder()
                .setFrom(timestamp(from))
                .setTo(timestamp(end))
                .setCause(
                        switch (gap.cause()) {
                            case POWERED_OFF -> GapCause.GAP_CAUSE_POWERED_OFF;
                            case SPOOL_FULL -> GapCause.GAP_CAUSE_SPOOL_FULL;
                            case SPOOL_DAMAGED -> GapCause.GAP_CAUSE_SPOOL_DAMAGED;
                            case CLOCK_MOVED -> GapCause.GAP_CAUSE_CLOCK_MOVED;
                        })
                .setWindows(gap.windows())
                .build();
    }

    private static AttachmentUsage usage(AttachmentCounts counts) {
        return AttachmentUsage.newBuilder()
                .setAttachmentId(counts.attachmentId())
                .setOwn(counts.own())
                .setInternetBytesDown(counts.internetDown())
                .setInternetBytesUp(counts.internetUp())
                .setLocalBytesDown(counts.localDown())
                .setLocalBytesUp(counts.localUp())
                .setPacketsDown(counts.packetsDown())
                .setPacketsUp(counts.packetsUp())
                .setTotalBytesDown(counts.totalDown())
                .setTotalBytesUp(counts.totalUp())
                .build();
    }
}
