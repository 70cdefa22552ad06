package org.coopmesh.membership.node;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.coopmesh.eventbus.Outbox;
import org.coopmesh.membership.member.Coop;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Which nodes there are, whose they are, which key each holds, and which addresses are behind it. */
@Service
public class NodeRegister {
    private static final Logger log = LoggerFactory.getLogger(NodeRegister.class);

    private final Nodes nodes;
    private final Attachments attachments;
    private final EnrolmentCodes codes;
    private final PreparedNodes prepared;
    private final CertificateAuthority authority;
    private final KeyRotation rotation;
    private final Membership membership;
    private final Outbox outbox;
    private final ApplicationEventPublisher hearers;
    private final NodeSettings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    NodeRegister(
            Nodes nodes,
            Attachments attachments,
            EnrolmentCodes codes,
            PreparedNodes prepared,
            CertificateAuthority authority,
            KeyRotation rotation,
            Membership membership,
            Outbox outbox,
            ApplicationEventPublisher hearers,
            NodeSettings settings,
            Clock clock) {
        this.nodes = nodes;
        this.attachments = attachments;
        this.codes = codes;
        this.prepared = prepared;
        this.authority = authority;
        this.rotation = rotation;
        this.membership = membership;
        this.outbox = outbox;
        this.hearers = hearers;
        this.settings = settings;
        this.clock = clock;
    }

    /** A code, readable this once, and until when it lets a key in. */
    record Invitation(NodeRecordId node, EnrolmentCode code, Instant expiresAt) {}

    /** A node and the certificate it was given. */
    record Enrolment(NodeId node, byte[] certificate) {}

    /**
     * Puts a node on the register, with a code for it.
     *
     * @throws PlaceUnknown if owner or site are not known
     */
    @Transactional
    Invitation register(MemberId owner, SiteId site, String name, boolean gateway) {
        return invite(pending(owner, site, name, gateway));
    }

    /**
     * Puts a box that was made ready on the register, as the node of who claimed it; the code on it lets it in from now on.
     *
     * @throws PlaceUnknown if owner or site are not known
     */
    @Transactional
    NodeRecordId claimed(
            EnrolmentCode code, MemberId owner, SiteId site, String name, boolean gateway) {
        NodeRecordId id = pending(owner, site, name, gateway);
        codes.insert(code, id, now().plus(settings.node().codeLifetime()));
        return id;
    }

    private NodeRecordId pending(MemberId owner, SiteId site, String name, boolean gateway) {
        MemberFacts facts =
                membership
                        .facts(owner)
                        .orElseThrow(() -> new PlaceUnknown("no such member: " + owner));
        switch (facts.state()) {
            case ACTIVE, PAUSED -> {}
            case APPLICANT, LEFT, REFUSED ->
                    throw new PlaceUnknown("the owner is not a member of the co-op");
        }
        placeOf(site);
        var node =
                new Node.Pending(
                        new Node.About(NodeRecordId.random(), owner, site, name, gateway, now()));
        nodes.insert(node);
        return node.id();
    }

    /**
     * A new code for a node; one that was not used yet becomes void.
     *
     * @throws StepNotLegal if the node is revoked
     */
    @Transactional
    Invitation newCode(NodeRecordId id) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        if (node instanceof Node.Revoked) {
            throw new StepNotLegal("a revoked node gets no new code");
        }
        return invite(id);
    }

    private Invitation invite(NodeRecordId id) {
        codes.withdrawUnused(id);
        var code = EnrolmentCode.random(random);
        Instant expiresAt = now().plus(settings.node().codeLifetime());
        codes.insert(code, id, expiresAt);
        return new Invitation(id, code, expiresAt);
    }

    /**
     * Lets a key in by code. The same code with the same keys answers the same again. A key that is known already stays the
     * node it is, whatever record the code was for: one node, one record.
     *
     * @throws EnrolmentRefused if the code is wrong, used by another key or expired, or the key is another member's node
     * @throws NotClaimed if the code is on a box that nobody has claimed yet
     * @throws KeyRevoked if the node or the key was revoked
     */
    @Transactional
    Enrolment enrol(EnrolmentCode code, Possession keys, String agentVersion) {
        Instant now = now();
        var issued =
                codes.lock(code)
                        .orElseThrow(() ->
                                prepared.isWaiting(code, now)
                                        ? new NotClaimed()
                                        : new CodeUnknown());
        boolean expired = !now.isBefore(issued.expiresAt());
        EnrolmentCodes.Use use = issued.use();
        if (use != null) {
            return again(code, issued.node(), use, keys, agentVersion, expired);
        }
        if (expired) {
            throw new EnrolmentRefused("the code has expired");
        }
        Node invited =
                nodes.lock(issued.node())
                        .orElseThrow(() -> new EnrolmentRefused("the node was removed"));
        Optional<Node> known = nodes.lock(keys.node());
        var certificate = certificate(keys);
        var credential = credential(keys, certificate, agentVersion);
        NodeRecordId id =
                known.isPresent() && !known.get().id().equals(invited.id())
                        ? known.get().id()
                        : invited.id();
        codes.use(
                code,
                id,
                new EnrolmentCodes.Use(
                        keys.node(), keys.tlsKeyHash(), CertificateAuthority.encoded(certificate)),
                now);
        if (!id.equals(invited.id())) {
            rejoin(known.get(), invited, credential, now);
        } else {
            join(invited, credential, now);
        }
        rotation.given(id, keys.node(), certificate);
        log.atInfo().addKeyValue("nodeId", keys.node()).log("node enrolled");
        return new Enrolment(keys.node(), CertificateAuthority.encoded(certificate));
    }

    /** The code was used before: the same keys get the same answer, for an answer may be lost on the way. */
    private Enrolment again(
            EnrolmentCode code,
            NodeRecordId id,
            EnrolmentCodes.Use use,
            Possession keys,
            String agentVersion,
            boolean expired) {
        if (!use.by().equals(keys.node())) {
            throw new EnrolmentRefused("the code was used by another key");
        }
        Node node = nodes.lock(id).orElseThrow(() -> new EnrolmentRefused("the node was removed"));
        return switch (node) {
            case Node.Enrolled enrolled when enrolled.credential().nodeId().equals(keys.node()) -> {
                if (Arrays.equals(use.tlsKeyHash(), keys.tlsKeyHash())) {
                    yield new Enrolment(keys.node(), use.certificate());
                }
                if (expired) {
                    throw new EnrolmentRefused("the code has expired");
                }
                var certificate = certificate(keys);
                byte[] encoded = CertificateAuthority.encoded(certificate);
                nodes.update(enrolled.with(credential(keys, certificate, agentVersion)));
                rotation.given(id, keys.node(), certificate);
                codes.use(
                        code,
                        id,
                        new EnrolmentCodes.Use(keys.node(), keys.tlsKeyHash(), encoded),
                        now());
                yield new Enrolment(keys.node(), encoded);
            }
            case Node.Revoked _ -> throw new KeyRevoked("the node is revoked");
            case Node.Pending _, Node.Enrolled _, Node.Retired _ ->
                    throw new EnrolmentRefused("the code was used before");
        };
    }

    private void join(Node invited, Node.Credential credential, Instant now) {
        switch (invited) {
            case Node.Pending pending -> {
                var enrolled = pending.enrol(credential, now);
                nodes.update(enrolled);
                announce(enrolled, attachments.openOf(List.of(enrolled.id())), now);
            }
            case Node.Enrolled before
                    when before.credential().nodeId().equals(credential.nodeId()) -> {
                var enrolled = before.with(credential);
                nodes.update(enrolled);
                announce(enrolled, List.of(), now);
            }
            case Node.Enrolled before -> changeKey(before, credential, now);
            case Node.Retired retired -> {
                var enrolled = retired.enrol(credential, now);
                nodes.update(enrolled);
                announce(enrolled, List.of(), now);
            }
            case Node.Revoked _ -> throw new KeyRevoked("the node is revoked");
        }
    }

    /** The hardware lost its key: to everyone else the old node ends and another begins, on the same addresses. */
    private void changeKey(Node.Enrolled before, Node.Credential credential, Instant now) {
        NodeId old = before.credential().nodeId();
        var moved = new ArrayList<Attachment>();
        for (Attachment attachment : attachments.openOf(List.of(before.id()))) {
            attachments.end(attachment.id(), now);
            say(old, NodeEvents.detached(old, attachment.id(), now));
            moved.add(
                    new Attachment(
                            AttachmentId.random(),
                            before.id(),
                            attachment.site(),
                            attachment.prefixV4(),
                            attachment.prefixV6(),
                            now.isAfter(attachment.since()) ? now : attachment.since(),
                            null));
        }
        moved.forEach(attachments::insert);
        say(old, NodeEvents.retired(old, now));
        rotation.barred(old, Revocations.Reason.SUPERSEDED);
        hearers.publishEvent(new KeyBarred(old));
        var enrolled = before.with(credential);
        nodes.update(enrolled);
        announce(enrolled, moved, now);
    }

    /** A known key came with a code for another record: it stays who it is and takes over place and name. */
    private void rejoin(Node known, Node invited, Node.Credential credential, Instant now) {
        if (!(invited instanceof Node.Pending)) {
            throw new EnrolmentRefused("the key is another node's already");
        }
        var about = known.about().like(invited.about());
        var enrolled =
                switch (known) {
                    case Node.Enrolled before -> {
                        if (!before.about().owner().equals(invited.about().owner())) {
                            throw new EnrolmentRefused("the key is another member's node");
                        }
                        yield new Node.Enrolled(about, credential, before.enrolledAt());
                    }
                    case Node.Retired _ -> new Node.Enrolled(about, credential, now);
                    case Node.Revoked _ -> throw new KeyRevoked("the key is revoked");
                    case Node.Pending _ ->
                            throw new IllegalStateException("a pending node has no key");
                };
        List<Attachment> taken =
                attachments.openOf(List.of(invited.id())).stream()
                        .map(attachment ->
                                new Attachment(
                                        attachment.id(),
                                        known.id(),
                                        attachment.site(),
                                        attachment.prefixV4(),
                                        attachment.prefixV6(),
                                        attachment.since(),
                                        attachment.until()))
                        .toList();
        attachments.move(invited.id(), known.id());
        nodes.delete(invited.id());
        nodes.update(enrolled);
        announce(enrolled, taken, now);
    }

    private void announce(Node.Enrolled node, List<Attachment> attached, Instant now) {
        NodeId nodeId = node.credential().nodeId();
        say(nodeId, NodeEvents.enrolled(node, now));
        for (Attachment attachment : attached) {
            MemberId member = placeOf(attachment.site()).memberId();
            say(nodeId, NodeEvents.attached(nodeId, attachment, member, now));
        }
        changed(node.id());
    }

    /**
     * A later certificate for a node in service.
     *
     * @throws EnrolmentRefused if {@code caller} is not the node of these keys, or is not in service
     */
    @Transactional
    Enrolment renew(NodeId caller, Possession keys, String agentVersion) {
        if (!caller.equals(keys.node())) {
            throw new EnrolmentRefused("a node renews for itself only");
        }
        Node node =
                nodes.lock(caller).orElseThrow(() -> new EnrolmentRefused("the node is not known"));
        return switch (node) {
            case Node.Enrolled enrolled -> {
                var certificate = certificate(keys);
                nodes.update(enrolled.with(credential(keys, certificate, agentVersion)));
                rotation.given(enrolled.id(), caller, certificate);
                yield new Enrolment(caller, CertificateAuthority.encoded(certificate));
            }
            case Node.Revoked _ -> throw new KeyRevoked("the node is revoked");
            case Node.Pending _, Node.Retired _ ->
                    throw new EnrolmentRefused("the node is not in service");
        };
    }

    /** Two nodes with one key could pass for one another: of a copied disk the second is refused. */
    private X509Certificate certificate(Possession keys) {
        if (rotation.isAnothers(keys.tlsKeyHash(), keys.node())) {
            throw new EnrolmentRefused("the TLS key is another node's; delete tls.key to make one");
        }
        return authority.issue(keys.node(), keys.tlsKey(), keys.identityKey());
    }

    private static Node.Credential credential(
            Possession keys, X509Certificate certificate, String agentVersion) {
        return new Node.Credential(
                keys.node(), certificate.getNotAfter().toInstant(), agentVersion);
    }

    /**
     * Gives a prefix of each family the co-op has to {@code site}, behind a node.
     *
     * @throws StepNotLegal if the node is retired or revoked
     * @throws PlaceUnknown if there is no such site
     * @throws PoolsExhausted if no prefix is free
     */
    @Transactional
    public Attachment attach(NodeRecordId id, SiteId site) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        switch (node) {
            case Node.Pending _, Node.Enrolled _ -> {}
            case Node.Retired _, Node.Revoked _ ->
                    throw new StepNotLegal("nothing can be attached to a node out of service");
        }
        SiteFacts place = placeOf(site);
        Coop coop = membership.coop();
        var pools =
                new AddressPools(
                        Stream.concat(coop.poolsV4().stream(), coop.poolsV6().stream())
                                .map(Prefix::parse)
                                .toList());
        attachments.lockPools();
        // The garden may lie inside a pool; its addresses are the co-op's own.
        var taken =
                Stream.concat(
                                attachments.taken().stream(),
                                coop.garden().stream().map(Prefix::parse))
                        .toList();
        Instant now = now();
        var attachment =
                new Attachment(
                        AttachmentId.random(),
                        id,
                        site,
                        pools.hasFamily(false) ? free(pools.freeV4(taken)) : null,
                        pools.hasFamily(true) ? free(pools.freeV6(taken)) : null,
                        now,
                        null);
        attachments.insert(attachment);
        node.nodeId()
                .ifPresent(nodeId ->
                        say(
                                nodeId,
                                NodeEvents.attached(nodeId, attachment, place.memberId(), now)));
        changed(id);
        return attachment;
    }

    private static Prefix free(Optional<Prefix> prefix) {
        return prefix.orElseThrow(() -> new PoolsExhausted("no prefix is free in the pools"));
    }

    /**
     * Takes an attachment's addresses back; who had them until now stays known.
     *
     * @throws AttachmentNotFound if the node has no such attachment now
     */
    @Transactional
    public void detach(NodeRecordId id, AttachmentId attachmentId) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        Attachment attachment =
                attachments
                        .find(attachmentId)
                        .filter(found -> found.node().equals(id) && found.until() == null)
                        .orElseThrow(() -> new AttachmentNotFound(attachmentId));
        detach(node, attachment, now());
        changed(id);
    }

    private void detach(Node node, Attachment attachment, Instant now) {
        attachments.end(attachment.id(), now);
        node.nodeId()
                .ifPresent(
                        nodeId -> say(nodeId, NodeEvents.detached(nodeId, attachment.id(), now)));
    }

    private void detachAll(Node node, Instant now) {
        attachments.openOf(List.of(node.id())).forEach(attachment -> detach(node, attachment, now));
    }

    /**
     * Takes a node out of service and its addresses back. Retiring it again changes nothing.
     *
     * @throws StepNotLegal if the node is pending or revoked
     */
    @Transactional
    public void retire(NodeRecordId id, String reason) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        switch (node) {
            case Node.Enrolled enrolled -> retire(enrolled, reason, now());
            case Node.Retired _ -> {}
            case Node.Pending _ -> throw new StepNotLegal("a pending node is removed, not retired");
            case Node.Revoked _ -> throw new StepNotLegal("the node is revoked");
        }
    }

    private Node.Retired retire(Node.Enrolled enrolled, String reason, Instant now) {
        NodeId nodeId = enrolled.credential().nodeId();
        detachAll(enrolled, now);
        var retired = enrolled.retire(now, reason);
        nodes.update(retired);
        say(nodeId, NodeEvents.retired(nodeId, now));
        rotation.barred(nodeId, Revocations.Reason.CESSATION_OF_OPERATION);
        hearers.publishEvent(new KeyBarred(nodeId));
        changed(enrolled.id());
        return retired;
    }

    /**
     * Bars a lost or stolen node for good and cuts what it has open. Its attachments stay, so that every other node knows
     * what to drop, until someone takes them off. Revoking it again changes nothing.
     *
     * @throws StepNotLegal if the node is pending: it has no key to bar
     */
    @Transactional
    public void revoke(NodeRecordId id, String reason) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        Instant now = now();
        Node.Revoked revoked =
                switch (node) {
                    case Node.Enrolled enrolled -> enrolled.revoke(now, reason);
                    case Node.Retired retired -> retired.revoke(now, reason);
                    case Node.Revoked already -> already;
                    case Node.Pending _ ->
                            throw new StepNotLegal("a pending node is removed, not revoked");
                };
        if (revoked == node) {
            return;
        }
        NodeId nodeId = revoked.credential().nodeId();
        nodes.update(revoked);
        say(nodeId, NodeEvents.revoked(nodeId, now));
        rotation.barred(nodeId, Revocations.Reason.KEY_COMPROMISE);
        hearers.publishEvent(new KeyBarred(nodeId));
        changed(id);
    }

    /**
     * Takes a node off the register, in whichever state; one in service is retired first. Who did and why is kept, but for a
     * node that never was more than an entry.
     */
    @Transactional
    public void remove(NodeRecordId id, String reason, MemberId by) {
        Node node = nodes.lock(id).orElseThrow(() -> new NodeNotFound(id));
        Instant now = now();
        if (node instanceof Node.Pending && !attachments.any(id)) {
            nodes.delete(id);
            return;
        }
        switch (node) {
            case Node.Enrolled enrolled -> retire(enrolled, reason, now);
            case Node.Pending _, Node.Retired _, Node.Revoked _ -> detachAll(node, now);
        }
        nodes.remove(id, reason, by, now);
        changed(id);
    }

    @Transactional(readOnly = true)
    public Node find(NodeRecordId id) {
        return nodes.find(id).orElseThrow(() -> new NodeNotFound(id));
    }

    /** The node that holds this key, in whichever state. */
    @Transactional(readOnly = true)
    public Optional<Node> find(NodeId id) {
        return nodes.find(id);
    }

    /** Nodes by name, after the node {@code after}; of one owner, or of all. */
    @Transactional(readOnly = true)
    public List<Node> page(@Nullable MemberId owner, @Nullable NodeRecordId after, int limit) {
        return nodes.page(owner, after, limit);
    }

    /** Those of {@code ids} that are in service. */
    @Transactional(readOnly = true)
    Set<NodeId> inService(Collection<NodeId> ids) {
        return nodes.enrolled(ids);
    }

    /** Every node in service, by name. */
    @Transactional(readOnly = true)
    public List<Node> inService() {
        return nodes.enrolled();
    }

    @Transactional(readOnly = true)
    public List<Node> all(Collection<NodeRecordId> ids) {
        return nodes.all(ids);
    }

    /** The nodes that hold any of {@code keys}, in whichever state. */
    @Transactional(readOnly = true)
    public List<Node> withKeys(Collection<NodeId> keys) {
        return nodes.withKeys(keys);
    }

    /** What is attached now to any of {@code ids}. */
    @Transactional(readOnly = true)
    public List<Attachment> attachmentsOf(Collection<NodeRecordId> ids) {
        return attachments.openOf(ids);
    }

    /** What is attached now at any of {@code sites}. */
    @Transactional(readOnly = true)
    public List<Attachment> attachmentsAt(Collection<SiteId> sites) {
        return attachments.openAt(sites);
    }

    /** Those of {@code ids} that are attached now. */
    @Transactional(readOnly = true)
    public List<Attachment> attached(Collection<AttachmentId> ids) {
        return attachments.open(ids);
    }

    /** Everything that is attached now. */
    @Transactional(readOnly = true)
    public List<Attachment> attached() {
        return attachments.open();
    }

    private SiteFacts placeOf(SiteId site) {
        return membership.site(site).orElseThrow(() -> new PlaceUnknown("no such site: " + site));
    }

    private void say(NodeId node, org.coopmesh.contracts.membership.v1.NodeEvent event) {
        outbox.add(NodeEvents.TOPIC, node.hex(), event);
    }

    private void changed(NodeRecordId id) {
        hearers.publishEvent(new NodeChanged(id));
    }

    /** Whole microseconds: what the database keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
