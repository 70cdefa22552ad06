package org.coopmesh.membership.access;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AddressBan;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.GardenPrefix;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.AttachmentId;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.Prefix;
import org.coopmesh.membership.standing.SiteStanding;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access list, and what the co-op knows beside it.
 *
 * @param bytes the serialised AccessEntry that is hashed and sent
 * @param rule "full", "slow lane", "walled garden", "drop", "ban" or "garden"
 * @param reviewAt when time alone may change it; null when it never does
 * @param depends on whom an attachment's rule depends; null for bans and garden
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by Arrays.equals where it matters.
record ListEntry(
        String key,
        Kind kind,
        byte[] bytes,
        String rule,
        @Nullable Integer slowLaneKbit,
        String why,
        @Nullable Prefix prefixV4,
        @Nullable Prefix prefixV6,
        @Nullable Instant until,
        @Nullable Instant reviewAt,
        @Nullable Depends depends) {
    enum Kind {
        ATTACHMENT,
        BAN,
        GARDEN
    }

    record Depends(UUID node, UUID site, @Nullable UUID member, @Nullable UUID payer) {}

    static String keyOf(AttachmentId attachment) {
        return "attachment:" + attachment;
    }

    static String banKey(Prefix prefix) {
        return "ban:" + prefix;
    }

    static String gardenKey(Prefix prefix) {
        return "garden:" + prefix;
    }

    static ListEntry of(
            Attachment attachment, NodeId node, @Nullable SiteStanding standing, Verdict verdict) {
        var access =
                AttachmentAccess.newBuilder()
                        .setAttachmentId(attachment.id().toString())
                        .setNodeId(node.hex())
                        .setPrefixV4(Prefix.textOrEmpty(attachment.prefixV4()))
                        .setPrefixV6(Prefix.textOrEmpty(attachment.prefixV6()))
                        .setRule(
                                switch (verdict.rule()) {
                                    case AccessRule.Full _ ->
                                            org.coopmesh.contracts.membership.v1.AccessRule
                                                    .ACCESS_RULE_FULL;
                                    case AccessRule.SlowLane _ ->
                                            org.coopmesh.contracts.membership.v1.AccessRule
                                                    .ACCESS_RULE_SLOW_LANE;
                                    case AccessRule.WalledGarden _ ->
                                            org.coopmesh.contracts.membership.v1.AccessRule
                                                    .ACCESS_RULE_WALLED_GARDEN;
                                    case AccessRule.Drop _ ->
                                            org.coopmesh.contracts.membership.v1.AccessRule
                                                    .ACCESS_RULE_DROP;
                                });
        Integer kbit = verdict.rule() instanceof AccessRule.SlowLane(int rate) ? rate : null;
        if (kbit != null) {
            access.setSlowLaneKbit(kbit);
        }
        return new ListEntry(
                keyOf(attachment.id()),
                Kind.ATTACHMENT,
                AccessEntry.newBuilder().setAttachment(access).build().toByteArray(),
                verdict.rule().word(),
                kbit,
                verdict.why(),
                attachment.prefixV4(),
                attachment.prefixV6(),
                null,
                verdict.reviewAt(),
                new Depends(
                        attachment.node().value(),
                        attachment.site().value(),
                        standing == null ? null : standing.member().value(),
                        standing == null || standing.payer() == null
                                ? null
                                : standing.payer().value()));
    }

    /** A ban of addresses; {@code until} is null for a permanent one. */
    static ListEntry ban(Prefix prefix, @Nullable Instant until) {
        var ban = AddressBan.newBuilder().setPrefix(prefix.toString());
        if (until != null) {
            ban.setUntil(timestamp(until));
        }
        return new ListEntry(
                banKey(prefix),
                Kind.BAN,
                AccessEntry.newBuilder().setBan(ban).build().toByteArray(),
                "ban",
                null,
                "banned",
                prefix.v6() ? null : prefix,
                prefix.v6() ? prefix : null,
                until,
                until,
                null);
    }

    static ListEntry garden(Prefix prefix) {
        return new ListEntry(
                gardenKey(prefix),
                Kind.GARDEN,
                AccessEntry.newBuilder()
                        .setGarden(GardenPrefix.newBuilder().setPrefix(prefix.toString()))
                        .build()
                        .toByteArray(),
                "garden",
                null,
                "always reachable",
                prefix.v6() ? null : prefix,
                prefix.v6() ? prefix : null,
                null,
                null,
                null);
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
