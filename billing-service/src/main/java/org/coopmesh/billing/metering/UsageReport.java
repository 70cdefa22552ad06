package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one node counted in one window, as it was signed. The figures are only what the node claims: whether they can
 * be is for {@link Plausibility} to say, so that an impossible claim is kept and seen, not lost.
 *
 * @param signed the serialised report; these bytes are hashed, signed and kept
 * @param previousHash hash of the report before, empty for a node's first
 */
record UsageReport(
        NodeId nodeId,
        UUID bootId,
        long sequence,
        ByteString previousHash,
        Instant startedAt,
        Instant endedAt,
        List<AttachmentUsage> attachments,
        List<LinkUsage> links,
        @Nullable UplinkUsage uplink,
        @Nullable Gap gap,
        ByteString hash,
        ByteString signed) {
    /** The most attachments that one node may report in a window. */
    static final int ATTACHMENTS_MAX = 4_096;

    /** The most neighbour links that one node may report in a window. */
    static final int LINKS_MAX = 1_024;

    /** Bytes of one attachment, seen from it; negative where a counter passed 2^63. */
    record AttachmentUsage(
            AttachmentId attachment,
            boolean own,
            long internetDown,
            long internetUp,
            long localDown,
            long localUp,
            long totalDown,
            long totalUp) {}

    /**
     * Bytes over the link to one neighbour, all interfaces together; negative where a counter passed 2^63.
     *
     * @param neighbour null where the node does not know who is at the other end
     */
    record LinkUsage(@Nullable NodeId neighbour, long received, long sent) {}

    /** Bytes over a gateway's interface to the Internet; negative where a counter passed 2^63. */
    record UplinkUsage(long received, long sent) {}

    /** Windows that the node lost before this one; {@code windows} is at most what an int holds. */
    record Gap(Instant from, Instant to, GapCause cause, int windows) {}

    /** Why a node lost windows. */
    enum GapCause {
        UNSPECIFIED,
        POWERED_OFF,
        SPOOL_FULL,
        SPOOL_DAMAGED,
        CLOCK_MOVED
    }

    /** By what a report counts once. */
    record Key(NodeId nodeId, UUID bootId, long sequence) {}

    Key key() {
        return new Key(nodeId, bootId, sequence);
    }

    Duration length() {
        return Duration.between(startedAt, endedAt);
    }

    /** The hour that the whole window is put down to: that in which it began, even where it ends in the next. */
    Instant hour() {
        return startedAt.truncatedTo(ChronoUnit.HOURS);
    }

    Optional<Gap> lost() {
        return Optional.ofNullable(gap);
    }

    /**
     * Reads the signed bytes of one report.
     *
     * @param field how the caller calls it, as in {@code runs[0].reports[3]}
     * @throws MalformedReport if a field breaks its rule
     */
    static UsageReport read(ByteString signed, String field) {
        org.coopmesh.contracts.billing.v1.UsageReport wire;
        try {
            wire = org.coopmesh.contracts.billing.v1.UsageReport.parseFrom(signed);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedReport(field, "must be a serialised UsageReport");
        }
        if (wire.getSequence() < 1) {
            throw new MalformedReport(field + ".sequence", "must be from 1 to 2^63 - 1");
        }
        int previous = wire.getPreviousHash().size();
        if (previous != Sha256.BYTES && !(previous == 0 && wire.getSequence() == 1)) {
            throw new MalformedReport(
                    field + ".previous_hash", "must be 32 bytes; empty only for a node's first");
        }
        return new UsageReport(
                nodeId(wire.getNodeId(), field + ".node_id"),
                uuid(wire.getBootId(), field + ".boot_id"),
                wire.getSequence(),
                wire.getPreviousHash(),
                instant(wire.hasStartedAt(), wire.getStartedAt(), field + ".started_at"),
                instant(wire.hasEndedAt(), wire.getEndedAt(), field + ".ended_at"),
                attachments(wire, field),
                links(wire, field),
                wire.hasUplink()
                        ? new UplinkUsage(
                                wire.getUplink().getBytesReceived(),
                                wire.getUplink().getBytesSent())
                        : null,
                wire.hasGap() ? gap(wire.getGap(), field + ".gap") : null,
                ByteString.copyFrom(Sha256.of(signed.toByteArray())),
                signed);
    }

    private static List<AttachmentUsage> attachments(
            org.coopmesh.contracts.billing.v1.UsageReport wire, String field) {
        if (wire.getAttachmentsCount() > ATTACHMENTS_MAX) {
            throw new MalformedReport(field + ".attachments", "at most " + ATTACHMENTS_MAX);
        }
        var attachments = new ArrayList<AttachmentUsage>(wire.getAttachmentsCount());
        var met = new HashSet<AttachmentId>();
        for (int i = 0; i < wire.getAttachmentsCount(); i++) {
            var usage = wire.getAttachments(i);
            String name = field + ".attachments[" + i + "].attachment_id";
            var id = new AttachmentId(uuid(usage.getAttachmentId(), name));
            if (!met.add(id)) {
                throw new MalformedReport(name, "must be named once in a report");
            }
            attachments.add(
                    new AttachmentUsage(
                            id,
                            usage.getOwn(),
                            usage.getInternetBytesDown(),
                            usage.getInternetBytesUp(),
                            usage.getLocalBytesDown(),
                            usage.getLocalBytesUp(),
                            usage.getTotalBytesDown(),
                            usage.getTotalBytesUp()));
        }
        return List.copyOf(attachments);
    }

    /** A neighbour may be reached over several interfaces; a name that is no node's is nobody's. */
    private static List<LinkUsage> links(
            org.coopmesh.contracts.billing.v1.UsageReport wire, String field) {
        if (wire.getLinksCount() > LINKS_MAX) {
            throw new MalformedReport(field + ".links", "at most " + LINKS_MAX);
        }
        var links = new LinkedHashMap<String, LinkUsage>();
        for (var link : wire.getLinksList()) {
            NodeId neighbour = neighbour(link.getNeighbourNodeId());
            links.merge(
                    neighbour == null ? "" : neighbour.hex(),
                    new LinkUsage(neighbour, link.getBytesReceived(), link.getBytesSent()),
                    (one, other) ->
                            new LinkUsage(
                                    neighbour,
                                    counted(one.received(), other.received()),
                                    counted(one.sent(), other.sent())));
        }
        return List.copyOf(links.values());
    }

    /** Once negative, negative it stays: two overflows must not look like a sum. */
    private static long counted(long one, long other) {
        return one < 0 || other < 0 ? -1 : one + other;
    }

    private static @Nullable NodeId neighbour(String hex) {
        try {
            return new NodeId(hex);
        } catch (IllegalArgumentException nobody) {
            return null;
        }
    }

    private static Gap gap(org.coopmesh.contracts.billing.v1.Gap wire, String field) {
        Instant from = instant(wire.hasFrom(), wire.getFrom(), field + ".from");
        Instant to = instant(wire.hasTo(), wire.getTo(), field + ".to");
        if (to.isBefore(from)) {
            throw new MalformedReport(field + ".to", "must not be before from");
        }
        GapCause cause =
                switch (wire.getCause()) {
                    case GAP_CAUSE_POWERED_OFF -> GapCause.POWERED_OFF;
                    case GAP_CAUSE_SPOOL_FULL -> GapCause.SPOOL_FULL;
                    case GAP_CAUSE_SPOOL_DAMAGED -> GapCause.SPOOL_DAMAGED;
                    case GAP_CAUSE_CLOCK_MOVED -> GapCause.CLOCK_MOVED;
                    case GAP_CAUSE_UNSPECIFIED, UNRECOGNIZED -> GapCause.UNSPECIFIED;
                };
        long windows = wire.getWindows();
        return new Gap(
                from,
                to,
                cause,
                windows < 0 || windows > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) windows);
    }

    private static NodeId nodeId(String hex, String field) {
        try {
            return new NodeId(hex);
        } catch (IllegalArgumentException e) {
            throw new MalformedReport(field, "must be 64 lower-case hexadecimal digits");
        }
    }

    /** Only the one canonical form counts; {@link UUID#fromString} alone would take "1-1-1-1-1". */
    private static UUID uuid(String text, String field) {
        try {
            if (text.length() == 36) {
                UUID id = UUID.fromString(text);
                if (id.toString().equalsIgnoreCase(text)) return id;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new MalformedReport(field, "must be a UUID");
    }

    private static Instant instant(boolean present, Timestamp wire, String field) {
        boolean valid =
                present
                        && wire.getSeconds() >= -62_135_596_800L
                        && wire.getSeconds() <= 253_402_300_799L
                        && wire.getNanos() >= 0
                        && wire.getNanos() <= 999_999_999;
        if (!valid) {
            throw new MalformedReport(field, "must be a time between the years 1 and 9999");
        }
        return Instant.ofEpochSecond(wire.getSeconds(), wire.getNanos());
    }
}
