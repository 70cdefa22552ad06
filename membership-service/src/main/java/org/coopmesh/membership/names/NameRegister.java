package org.coopmesh.membership.names;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeNotFound;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.node.Prefix;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who holds which name: first come, first served. A name is bound to a node that its owner has enrolled, by the key that the node
 * proved to hold, and goes along when the node enrols anew.
 */
@Service
@EnableConfigurationProperties(NamesSettings.class)
public class NameRegister {
    private static final Logger log = LoggerFactory.getLogger(NameRegister.class);
    private static final Duration OFFER_LASTS = Duration.ofDays(7);
    private static final int OPEN_DISPUTES_MAX = 3;
    private static final int FREED_AT_ONCE_MAX = 500;

    private final MeshNames names;
    private final Disputes disputes;
    private final NameEvents events;
    private final NodeRegister nodes;
    private final Membership membership;
    private final ApplicationEventPublisher hearers;
    private final NamesSettings settings;
    private final Clock clock;
    private final Set<String> reserved;
    private final SecureRandom random = new SecureRandom();

    NameRegister(
            MeshNames names,
            Disputes disputes,
            NameEvents events,
            NodeRegister nodes,
            Membership membership,
            ApplicationEventPublisher hearers,
            NamesSettings settings,
            Clock clock) {
        this.names = names;
        this.disputes = disputes;
        this.events = events;
        this.nodes = nodes;
        this.membership = membership;
        this.hearers = hearers;
        this.settings = settings;
        this.clock = clock;
        this.reserved = Label.reserved(settings.reserved());
    }

    /** The zone that names are in, as "village.mesh"; empty where members hold no names. */
    public String zone() {
        return settings.zone();
    }

    int perMemberMax() {
        return settings.perMemberMax();
    }

    /** Every name that is held, by label. */
    @Transactional(readOnly = true)
    public List<MeshName> all() {
        return names.all();
    }

    // What a member does with their own

    /**
     * Takes a label for a node of {@code by}, or for a service behind it.
     *
     * @throws NameRefused if the label cannot be, is reserved, held or looks like one that is; if the node is not one that
     *     {@code by} has in service; if they hold as many as they may
     */
    @Transactional
    MeshName register(String typed, NodeRecordId node, @Nullable MeshService service, MemberId by) {
        requireZone();
        Label label;
        try {
            label = Label.of(typed);
            if (reserved.contains(label.skeleton())) {
                throw new NameRefused(
                        "label", "reserved", "this label, or one that looks like it, is nobody's");
            }
        } catch (NameRefused refused) {
            told(refused, by);
            throw refused;
        }
        Node.Enrolled bound = own(node, service, by);
        Instant now = now();
        requireRoom(by);
        if (disputes.keptForAnother(label.skeleton(), by, now)) {
            throw new NameRefused("label", "kept", "this label is kept for another member");
        }
        var name =
                new MeshName.Held(
                        new MeshName.About(
                                NameId.random(),
                                label,
                                by,
                                node,
                                bound.credential().nodeId(),
                                service,
                                now));
        if (!names.insert(name.about())) {
            var taken =
                    new NameRefused(
                            "label", "taken", "this label, or one that looks like it, is held");
            told(taken, by);
            throw taken;
        }
        happened(name, "registered", by, "on node " + bound.credential().nodeId().shortName(), now);
        return name;
    }

    /** Binds a name to another node of its owner, or to another service. */
    @Transactional
    MeshName change(NameId id, NodeRecordId node, @Nullable MeshService service, MemberId by) {
        requireZone();
        MeshName.Held before = heldBy(id, by);
        Node.Enrolled bound = own(node, service, by);
        var after = before.with(before.about().on(node, bound.credential().nodeId(), service));
        names.update(after);
        happened(after, "changed", by, "on node " + bound.credential().nodeId().shortName(), now());
        return after;
    }

    /** Gives a name up; anybody may register it at once. */
    @Transactional
    void release(NameId id, MemberId by) {
        MeshName.Held name = heldBy(id, by);
        names.delete(id);
        happened(name, "released", by, "", now());
    }

    /** An offer to hand a name over: whoever has the code, readable this once, may take it. */
    record Offer(TransferCode code, Instant until) {}

    /** Offers a name to whom its owner hands the code; an offer from before becomes void. */
    @Transactional
    Offer offer(NameId id, MemberId by) {
        MeshName.Held name = heldBy(id, by);
        var offer = new Offer(TransferCode.random(random), now().plus(OFFER_LASTS));
        names.offer(id, offer.code().hash(), offer.until());
        events.add(name, "offered", by, "", now());
        return offer;
    }

    /** Takes an offer back; without one it changes nothing. */
    @Transactional
    void withdraw(NameId id, MemberId by) {
        MeshName.Held name = heldBy(id, by);
        if (names.withdraw(id)) events.add(name, "withdrawn", by, "", now());
    }

    /**
     * Takes over the name that is offered by this code, for a node of {@code by}. Addresses of a service are those of the new
     * node from then on.
     *
     * @throws NameNotFound if nothing is offered by this code, or no more
     */
    @Transactional
    MeshName accept(TransferCode code, NodeRecordId node, MemberId by) {
        requireZone();
        MeshName offered = names.lockOffered(code.hash(), now()).orElseThrow(NameNotFound::offer);
        MeshName.Held before = held(offered);
        if (before.about().owner().equals(by)) {
            throw new StepNotLegal("name-own", "the name is yours already");
        }
        MeshService service = before.about().service();
        MeshService moved =
                service == null
                        ? null
                        : new MeshService(
                                service.type(),
                                service.transport(),
                                service.port(),
                                List.of(),
                                service.path());
        Node.Enrolled bound = own(node, moved, by);
        requireRoom(by);
        events.add(before, "handedOver", before.about().owner(), "", now());
        var after = before.with(before.about().of(by).on(node, bound.credential().nodeId(), moved));
        names.update(after);
        happened(
                after,
                "takenOver",
                by,
                "on node " + bound.credential().nodeId().shortName(),
                now());
        return after;
    }

    private void requireZone() {
        if (settings.off()) {
            throw new StepNotLegal("names-off", "this co-op has no zone for names");
        }
    }

    private void requireRoom(MemberId owner) {
        names.lockOwner(owner);
        if (names.countOf(owner) >= settings.perMemberMax()) {
            throw new NameRefused(
                    "label",
                    "limit",
                    "a member holds at most " + settings.perMemberMax() + " names");
        }
    }

    /** The node, if it is in service and {@code by} owns it; whose node another is, nobody learns. */
    private Node.Enrolled own(NodeRecordId id, @Nullable MeshService service, MemberId by) {
        Node node;
        try {
            node = nodes.find(id);
        } catch (NodeNotFound unknown) {
            throw notOwn(by);
        }
        if (!node.about().owner().equals(by)) throw notOwn(by);
        return switch (node) {
            case Node.Enrolled enrolled -> {
                if (service != null) requireBehind(enrolled, service);
                yield enrolled;
            }
            case Node.Pending _, Node.Retired _, Node.Revoked _ ->
                    throw new NameRefused(
                            "nodeId", "not-in-service", "the node has no key that is in service");
        };
    }

    private static NameRefused notOwn(MemberId by) {
        var refused = new NameRefused("nodeId", "not-own", "you have no such node");
        told(refused, by);
        return refused;
    }

    private void requireBehind(Node.Enrolled node, MeshService service) {
        if (service.hosts().isEmpty()) return;
        List<Prefix> behind = Behind.of(nodes.attachmentsOf(List.of(node.id())));
        for (String host : service.hosts()) {
            if (!Behind.contains(behind, host)) {
                throw new NameRefused(
                        "service.hosts", "not-behind-node", host + " is not behind the node");
            }
        }
    }

    private MeshName.Held heldBy(NameId id, MemberId by) {
        MeshName name =
                names.lock(id)
                        .filter(found -> found.about().owner().equals(by))
                        .orElseThrow(() -> NameNotFound.name(id));
        return held(name);
    }

    private static MeshName.Held held(MeshName name) {
        return switch (name) {
            case MeshName.Held held -> held;
            case MeshName.Frozen _ ->
                    throw new StepNotLegal(
                            "name-frozen", "the name is disputed; the board decides first");
            case MeshName.Lapsing _ ->
                    throw new StepNotLegal("name-lapsing", "its owner is no member any more");
        };
    }

    // Disputes

    /**
     * Says that a name is not its holder's, and freezes it until the board decides.
     *
     * @throws StepNotLegal if it is disputed already, or is one's own, or {@code by} has as many open disputes as they may
     */
    @Transactional
    Dispute dispute(NameId id, String reason, MemberId by) {
        names.lockOwner(by);
        MeshName name = names.lock(id).orElseThrow(() -> NameNotFound.name(id));
        if (name.about().owner().equals(by)) {
            throw new StepNotLegal("name-own", "the name is yours already");
        }
        if (disputes.openOf(by) >= OPEN_DISPUTES_MAX) {
            throw new StepNotLegal(
                    "too-many-disputes",
                    "a member has at most " + OPEN_DISPUTES_MAX + " open disputes");
        }
        var dispute =
                new Dispute(
                        DisputeId.random(),
                        id,
                        name.about().label(),
                        name.about().owner(),
                        by,
                        reason,
                        now(),
                        null);
        MeshName.Frozen frozen =
                switch (name) {
                    case MeshName.Held held -> held.freeze(dispute.id());
                    case MeshName.Lapsing lapsing -> lapsing.freeze(dispute.id());
                    case MeshName.Frozen _ ->
                            throw new StepNotLegal("name-frozen", "the name is disputed already");
                };
        disputes.insert(dispute);
        names.update(frozen);
        events.add(frozen, "disputed", by, reason, now());
        membership.note(name.about().owner(), now(), "nameDisputed", Map.of("label", label(name)));
        return dispute;
    }

    /**
     * Decides a dispute. A name that is released is kept for who opened it, for as long as the grace is.
     *
     * @throws StepNotLegal if it is decided already, or {@code by} is one of the two
     */
    @Transactional
    Dispute decide(DisputeId id, Dispute.Outcome outcome, String why, MemberId by) {
        Dispute dispute = disputes.lock(id).orElseThrow(() -> NameNotFound.dispute(id.value()));
        if (dispute.decided() != null) {
            throw new StepNotLegal("dispute-decided", "the dispute is decided already");
        }
        if (by.equals(dispute.owner()) || by.equals(dispute.openedBy())) {
            throw new StepNotLegal(
                    "conflict-of-interest", "nobody decides about their own dispute");
        }
        Instant now = now();
        var decision =
                new Dispute.Decision(
                        outcome,
                        by,
                        why,
                        now,
                        outcome == Dispute.Outcome.RELEASE ? now.plus(settings.grace()) : null);
        disputes.decide(id, decision);
        if (names.lock(dispute.name()).orElse(null) instanceof MeshName.Frozen frozen) {
            switch (outcome) {
                case KEEP -> {
                    names.update(frozen.thaw());
                    happened(frozen, "kept", by, why, now);
                }
                case RELEASE -> {
                    names.delete(frozen.id());
                    happened(frozen, "takenAway", by, why, now);
                }
            }
            membership.note(
                    dispute.owner(),
                    now,
                    outcome == Dispute.Outcome.KEEP ? "nameKept" : "nameTakenAway",
                    Map.of("label", label(frozen), "reason", why));
        }
        return new Dispute(
                dispute.id(),
                dispute.name(),
                dispute.label(),
                dispute.owner(),
                dispute.openedBy(),
                dispute.reason(),
                dispute.openedAt(),
                decision);
    }

    // What follows from other facts

    /** The state of a member has changed: names lapse with the membership, and come back with it. */
    @Transactional
    void memberChanged(MemberId member) {
        MemberFacts facts = membership.facts(member).orElse(null);
        if (facts == null) return;
        boolean belongs =
                switch (facts.state()) {
                    case ACTIVE, PAUSED -> true;
                    case APPLICANT, LEFT, REFUSED -> false;
                };
        Instant now = now();
        for (MeshName name : names.lockOf(member)) {
            MeshName after = belongs ? revived(name) : lapsing(name, now.plus(settings.grace()));
            if (!after.equals(name)) {
                names.update(after);
                happened(after, belongs ? "revived" : "lapsing", null, "", now);
            }
        }
    }

    private static MeshName revived(MeshName name) {
        return switch (name) {
            case MeshName.Held held -> held;
            case MeshName.Lapsing lapsing -> lapsing.revive();
            case MeshName.Frozen frozen -> frozen.revive();
        };
    }

    private static MeshName lapsing(MeshName name, Instant freeAt) {
        return switch (name) {
            case MeshName.Held held -> held.lapse(freeAt);
            case MeshName.Lapsing lapsing -> lapsing;
            case MeshName.Frozen frozen -> frozen.freeAt() == null ? frozen.lapse(freeAt) : frozen;
        };
    }

    /** A node that enrolled anew takes its names along, to the key that it proved to hold. */
    @Transactional
    void nodeChanged(NodeRecordId id) {
        if (!names.anyOn(id)) return;
        for (Node node : nodes.all(List.of(id))) {
            if (node instanceof Node.Enrolled enrolled
                    && names.rebind(node.id(), enrolled.credential().nodeId())) {
                log.atInfo()
                        .addKeyValue("nodeId", enrolled.credential().nodeId())
                        .log("names follow a node to its new key");
            }
        }
        hearers.publishEvent(new NamesChanged());
    }

    /** Sets names free whose grace is over; at most 500 at once, the rest next time. */
    @Transactional
    void freeLapsed() {
        Instant now = now();
        for (MeshName name : names.lockFree(now, FREED_AT_ONCE_MAX)) {
            names.delete(name.id());
            happened(name, "freed", null, "", now);
        }
    }

    // Pages

    @Transactional(readOnly = true)
    List<MeshNames.Own> of(MemberId owner) {
        return names.of(owner);
    }

    @Transactional(readOnly = true)
    List<MeshName> page(String after, @Nullable String type, int limit) {
        return names.page(after, type, limit);
    }

    @Transactional(readOnly = true)
    List<Dispute> disputes(int limit) {
        return disputes.latest(limit);
    }

    @Transactional(readOnly = true)
    List<NameEvents.Event> events(long before, int limit) {
        return events.page(before, limit);
    }

    private void happened(
            MeshName name, String kind, @Nullable MemberId by, String detail, Instant at) {
        events.add(name, kind, by, detail, at);
        hearers.publishEvent(new NamesChanged());
    }

    private static void told(NameRefused refused, MemberId by) {
        log.atInfo().addKeyValue("by", by).addKeyValue("rule", refused.rule()).log("name refused");
    }

    private String label(MeshName name) {
        return name.about().label().display() + "." + settings.zone();
    }

    /** Whole microseconds: what the database keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
