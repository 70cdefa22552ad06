package org.coopmesh.billing.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.CoopConstituted;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.MemberJoined;
import org.coopmesh.contracts.membership.v1.MemberLeft;
import org.coopmesh.contracts.membership.v1.MemberPaused;
import org.coopmesh.contracts.membership.v1.MemberResumed;
import org.coopmesh.contracts.membership.v1.NodeAttached;
import org.coopmesh.contracts.membership.v1.NodeDetached;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodeRevoked;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;

/** Tells billing what membership would tell it, in the very bytes of the wire. */
public class Facts {
    private final CoopListener coops;
    private final MemberListener members;
    private final NodeListener nodes;
    private final Clock clock;

    Facts(CoopListener coops, MemberListener members, NodeListener nodes, Clock clock) {
        this.coops = coops;
        this.members = members;
        this.nodes = nodes;
        this.clock = clock;
    }

    /** Someone with one site, a payer of their own and an attachment. */
    public record Someone(UUID member, UUID site, UUID payer, UUID attachment) {
        public static Someone fresh() {
            return new Someone(
                    UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        }
    }

    public static CoopEvent constituted(Instant at) {
        return CoopEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(time(at))
                .setConstituted(
                        CoopConstituted.newBuilder()
                                .setName("Ring")
                                .setCurrency("EUR")
                                .setTimeZone("Europe/Berlin"))
                .build();
    }

    public static MemberEvent.Builder member(UUID member, Instant at) {
        return MemberEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(member.toString())
                .setOccurredAt(time(at));
    }

    public static NodeEvent.Builder node(Instant at) {
        return NodeEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId("ab".repeat(32))
                .setOccurredAt(time(at));
    }

    public static MemberEvent joined(Someone someone, String on, Instant at) {
        return member(someone.member(), at)
                .setJoined(MemberJoined.newBuilder().setJoinedOn(on))
                .build();
    }

    public static MemberEvent subscribed(Someone someone, String plan, String on, Instant at) {
        return member(someone.member(), at)
                .setSubscribed(
                        SiteSubscribed.newBuilder()
                                .setSiteId(someone.site().toString())
                                .setPayerId(someone.payer().toString())
                                .setPlanCode(plan)
                                .setEffectiveOn(on))
                .build();
    }

    public static NodeEvent attached(Someone someone, Instant at) {
        return node(at).setAttached(
                        NodeAttached.newBuilder()
                                .setAttachmentId(someone.attachment().toString())
                                .setSiteId(someone.site().toString())
                                .setMemberId(someone.member().toString()))
                .build();
    }

    public void constituted() {
        hear(constituted(clock.instant()));
    }

    /** Someone who is a member and on {@code plan} from {@code on} on, attached since then. */
    public Someone joined(String plan, String on) {
        Someone someone = Someone.fresh();
        Instant at = Instant.parse(on + "T00:00:00Z").minusSeconds(86_400);
        hear(joined(someone, on, at));
        hear(subscribed(someone, plan, on, at));
        hear(attached(someone, at));
        return someone;
    }

    public void subscribed(Someone someone, String plan, String on) {
        hear(subscribed(someone, plan, on, clock.instant()));
    }

    public void paused(Someone someone, String on) {
        hear(
                member(someone.member(), clock.instant())
                        .setPaused(MemberPaused.newBuilder().setPausedOn(on))
                        .build());
    }

    public void resumed(Someone someone, String on) {
        hear(
                member(someone.member(), clock.instant())
                        .setResumed(MemberResumed.newBuilder().setResumedOn(on))
                        .build());
    }

    public void left(Someone someone, String on) {
        hear(
                member(someone.member(), clock.instant())
                        .setLeft(MemberLeft.newBuilder().setLeftOn(on))
                        .build());
    }

    public void attached(Someone someone, String at) {
        hear(attached(someone, Instant.parse(at)));
    }

    public void detached(Someone someone, String at) {
        hear(
                node(Instant.parse(at))
                        .setDetached(
                                NodeDetached.newBuilder()
                                        .setAttachmentId(someone.attachment().toString()))
                        .build());
    }

    /** A node, whichever, was revoked just now. */
    public void revoked(String nodeId) {
        hear(
                node(clock.instant())
                        .setNodeId(nodeId)
                        .setRevoked(NodeRevoked.getDefaultInstance())
                        .build());
    }

    public void revoked() {
        hear(node(clock.instant()).setRevoked(NodeRevoked.newBuilder()).build());
    }

    public void hear(CoopEvent event) {
        try {
            coops.on(event.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    public void hear(MemberEvent event) {
        try {
            members.on(event.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    public void hear(NodeEvent event) {
        try {
            nodes.on(event.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Timestamp time(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
