package org.coopmesh.abuse.subject;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Answers who held an address at a moment, and what a target covers now. */
@Service
public class SubjectRegister {
    private final Attachments attachments;
    private final Members members;
    private final LookUps lookUps;
    private final Clock clock;

    SubjectRegister(Attachments attachments, Members members, LookUps lookUps, Clock clock) {
        this.attachments = attachments;
        this.members = members;
        this.lookUps = lookUps;
        this.clock = clock;
    }

    /** Tells who stood behind an address, and writes down who asked and why; also when nobody is found. */
    @Transactional
    public Optional<Subject> lookUp(LookUp lookUp) {
        Optional<Subject> found = attachments.holder(lookUp.address(), lookUp.at());
        lookUps.add(lookUp, found, clock.instant());
        return found;
    }

    /** Which attachment an address belonged to, without telling whose: reports of one subject fold by it. */
    public Optional<AttachmentId> attachment(Prefix address, Instant at) {
        return attachments.holder(address, at).map(Subject::attachment);
    }

    /** Through which node an address was reached at that moment, without telling whose it was. */
    public Optional<NodeId> node(Prefix address, Instant at) {
        return attachments.node(address, at);
    }

    /** Who and what stands too near to {@code member} to be judged by them. */
    public Household household(MemberId member) {
        Set<MemberId> all = members.sharingPayer(member);
        return new Household(all, attachments.nodes(all), attachments.heldBy(all));
    }

    /** The same member, or two who share a payer: one household or organisation, as far as is known here. */
    public boolean related(MemberId one, MemberId other) {
        return one.equals(other) || members.sharePayer(one, other);
    }

    public boolean knows(Target target) {
        return switch (target) {
            case OfMember m -> members.knows(m.member());
            case OfNode n -> attachments.knowsNode(n.node());
            case OfAddress a -> true;
        };
    }

    public Reach reach(Target target) {
        return switch (target) {
            case OfAddress a -> attachments.reachOfPrefix(a.prefix());
            case OfNode n -> attachments.reachOfNode(n.node());
            case OfMember m -> attachments.reachOfMember(m.member());
        };
    }

    /** Which prefixes reach into what members hold at present, and how many members that is. */
    public record HeldAmong(Set<Prefix> prefixes, int members) {
        public HeldAmong {
            prefixes = Set.copyOf(prefixes);
        }
    }

    /** Which of many prefixes reach into what the co-op's own members hold at present, without telling whose. */
    public HeldAmong heldAmong(Collection<Prefix> prefixes) {
        return attachments.heldAmong(prefixes);
    }

    /** One of the co-op's own gateways that {@code target} would cut off, as text; a member is never one. */
    public Optional<String> gatewayWithin(Target target) {
        return switch (target) {
            case OfAddress a -> attachments.gatewayWithin(a.prefix()).map(Prefix::addressText);
            case OfNode n ->
                    attachments.isGateway(n.node())
                            ? Optional.of(n.node().value())
                            : Optional.empty();
            case OfMember m -> Optional.empty();
        };
    }

    /** Empty until membership-service has told. */
    public Optional<Coop> coop() {
        return members.coop();
    }

    void constituted(String name, ZoneId zone) {
        members.saveCoop(name, zone);
    }

    void memberBecame(MemberId member, String state) {
        members.save(member, state);
    }

    void subscribed(SiteId site, MemberId member, @Nullable UUID payer) {
        members.saveSite(site, member, payer);
    }

    void enrolled(NodeId node, MemberId owner, SiteId site, boolean gateway) {
        attachments.saveNode(node, owner, site, gateway);
    }

    void ended(NodeId node, String state) {
        if (!attachments.endNode(node, state)) {
            throw new IllegalStateException("a node ended that never began here: " + node);
        }
    }

    void attached(Attachment attachment) {
        attachments.attach(attachment);
    }

    void detached(AttachmentId attachment, Instant at) {
        if (!attachments.detach(attachment, at)) {
            throw new IllegalStateException(
                    "an attachment ended that never began here: " + attachment);
        }
    }
}
