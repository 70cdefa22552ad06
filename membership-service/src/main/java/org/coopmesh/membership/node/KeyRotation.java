package org.coopmesh.membership.node;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * How one of the co-op's keys takes the place of another while nodes run: it is made known, it signs once every node in service
 * has it, and the one before ends once nobody needs it. What nodes need is known from what they say and from the certificates
 * they were given; whoever stays behind is waited for no longer than a certificate lives, because then it needs a code anyway.
 * Keys live on the wall clock, as certificates do.
 */
@Service
class KeyRotation {
    private static final Logger log = LoggerFactory.getLogger(KeyRotation.class);

    /** The longest that a node in service stays without asking for a certificate, and so for the newest keys. */
    static final Duration WAIT_MAX = CertificateAuthority.NODE_CERTIFICATE_LIFETIME;

    /** An authority makes way for the next this long before its end: both waits, and as long again to spare. */
    static final Duration AUTHORITY_REPLACED_BEFORE = WAIT_MAX.multipliedBy(4);

    private static final int LAGGARDS_SHOWN_MAX = 200;
    private static final int STEPS_SHOWN_MAX = 200;

    /** Certificates signed per second when an authority takes over, about. */
    private static final int RENEWALS_PER_SECOND = 20;

    private static final Duration RENEW_WITHIN_MAX = Duration.ofHours(1);

    private final CertificateAuthority authority;
    private final AccessListKey listKey;
    private final Nodes nodes;
    private final NodeTrusts trusts;
    private final KeySteps steps;
    private final Revocations revocations;
    private final RevocationLists lists;
    private final ApplicationEventPublisher hearers;
    private final NodeSettings settings;
    private final InstantSource wall = InstantSource.system();

    KeyRotation(
            CertificateAuthority authority,
            AccessListKey listKey,
            Nodes nodes,
            NodeTrusts trusts,
            KeySteps steps,
            Revocations revocations,
            RevocationLists lists,
            ApplicationEventPublisher hearers,
            NodeSettings settings) {
        this.authority = authority;
        this.listKey = listKey;
        this.nodes = nodes;
        this.trusts = trusts;
        this.steps = steps;
        this.revocations = revocations;
        this.lists = lists;
        this.hearers = hearers;
        this.settings = settings;
    }

    /**
     * Where the keys of a kind stand.
     *
     * @param endsAt when the key that signs ends by itself; null if never
     * @param inService nodes with a good certificate
     * @param waiting how many of them are not ready for the next step
     * @param laggards the first of those
     */
    record Standing(
            KeyKind kind,
            Rotation rotation,
            @Nullable Instant endsAt,
            int inService,
            int waiting,
            List<NodeTrusts.Laggard> laggards) {}

    /** When a node asks again, and how soon it renews a certificate of another authority than the one that signs. */
    record Pace(Duration askAgain, Duration renewWithin) {}

    @Transactional(readOnly = true)
    Standing standing(KeyKind kind) {
        Rotation rotation = rotation(kind);
        Need need = need(kind, rotation);
        Instant now = now();
        return new Standing(
                kind,
                rotation,
                switch (kind) {
                    case AUTHORITY -> authority.certificate().getNotAfter().toInstant();
                    case ACCESS_LIST -> null;
                },
                trusts.inService(now),
                need == null ? 0 : trusts.waiting(need.ready(), need.key(), now),
                need == null
                        ? List.of()
                        : trusts.laggards(need.ready(), need.key(), now, LAGGARDS_SHOWN_MAX));
    }

    @Transactional(readOnly = true)
    List<KeySteps.Step> steps() {
        return steps.newest(STEPS_SHOWN_MAX);
    }

    /**
     * Makes the next key, which nodes are told of and which signs nothing yet.
     *
     * @throws StepNotLegal if a change of this kind is under way
     */
    @Transactional
    void announce(KeyKind kind, String reason, @Nullable MemberId by) {
        steps.lock();
        Instant now = now();
        Instant useAt = now.plus(WAIT_MAX);
        Rotation after =
                switch (kind) {
                    case AUTHORITY -> authority.announce(now, useAt);
                    case ACCESS_LIST -> listKey.announce(now, useAt);
                };
        say(kind, "announced", after.trusted().getLast(), 0, reason, by, now);
    }

    /**
     * Has the next key sign from now on.
     *
     * @param whoeverWaits whether it is done even though nodes in service do not have the key
     * @throws StepNotLegal if there is no next key, or nodes are behind and {@code whoeverWaits} is false
     */
    @Transactional
    void use(KeyKind kind, boolean whoeverWaits, String reason, @Nullable MemberId by) {
        steps.lock();
        Instant now = now();
        int waiting = waitingFor(kind, now, whoeverWaits, "do not have the new key yet");
        Instant retireAt = now.plus(WAIT_MAX);
        Rotation after =
                switch (kind) {
                    case AUTHORITY -> authority.use(now, retireAt);
                    case ACCESS_LIST -> listKey.use(now, retireAt);
                };
        say(kind, "used", after.current(), waiting, reason, by, now);
        if (kind == KeyKind.ACCESS_LIST) {
            hearers.publishEvent(new ListKeyChanged(after.current()));
        }
    }

    /**
     * Ends the key of before and destroys its secret half.
     *
     * @param whoeverWaits whether it is done even though nodes in service rely on it
     * @param disowned whether what it said of its successor is forgotten too, because somebody else may have had it
     * @throws StepNotLegal if there is no key of before, or nodes rely on it and {@code whoeverWaits} is false
     */
    @Transactional
    void retire(
            KeyKind kind,
            boolean whoeverWaits,
            boolean disowned,
            String reason,
            @Nullable MemberId by) {
        steps.lock();
        Instant now = now();
        int waiting = waitingFor(kind, now, whoeverWaits, "still rely on the key of before");
        String former =
                rotation(kind) instanceof Rotation.Overlapping overlapping
                        ? overlapping.former()
                        : "";
        switch (kind) {
            case AUTHORITY -> {
                if (!former.isEmpty()) {
                    lists.last(former);
                }
                authority.retire(now, disowned);
            }
            case ACCESS_LIST -> listKey.retire(now, disowned);
        }
        say(kind, "retired", former, waiting, reason, by, now);
    }

    private int waitingFor(KeyKind kind, Instant now, boolean whoeverWaits, String what) {
        Need need = need(kind, rotation(kind));
        int waiting = need == null ? 0 : trusts.waiting(need.ready(), need.key(), now);
        if (waiting > 0 && !whoeverWaits) {
            throw new StepNotLegal(waiting + " nodes in service " + what);
        }
        return waiting;
    }

    /** Does the step that is due, if one is; repeating it changes nothing. */
    @Transactional
    void carryOn(KeyKind kind) {
        steps.lock();
        refresh();
        Instant now = now();
        Duration min = settings.node().rotationMin();
        switch (rotation(kind)) {
            case Rotation.Steady _ -> {
                if (kind == KeyKind.AUTHORITY
                        && !now.isBefore(
                                authority
                                        .certificate()
                                        .getNotAfter()
                                        .toInstant()
                                        .minus(AUTHORITY_REPLACED_BEFORE))) {
                    announce(kind, "the authority comes to its end", null);
                }
            }
            case Rotation.Announced(_, _, var since, var useAt) -> {
                if (!now.isBefore(useAt)) {
                    use(kind, true, "whoever does not have it needs a code anyway", null);
                } else if (!now.isBefore(since.plus(min)) && standing(kind).waiting() == 0) {
                    use(kind, false, "every node in service has it", null);
                }
            }
            case Rotation.Overlapping(_, _, var since, var retireAt) -> {
                if (!now.isBefore(retireAt)) {
                    retire(kind, true, false, "whatever it signed has run out", null);
                } else if (!now.isBefore(since.plus(min)) && standing(kind).waiting() == 0) {
                    retire(kind, false, false, "no node in service relies on it", null);
                }
            }
        }
    }

    /** Takes up what another replica has changed. */
    boolean refresh() {
        listKey.refresh();
        return authority.refresh();
    }

    /** Renews certificates of the node ports that come to their end. */
    void renewNodePorts() {
        authority.renewNodePorts();
    }

    /** A node was given a certificate, and with it every key that counts. */
    @Transactional
    void given(NodeRecordId node, NodeId nodeId, X509Certificate certificate) {
        String issuer =
                authority
                        .issuerOf(certificate)
                        .map(CertificateAuthority::fingerprint)
                        .orElseThrow();
        revocations.keep(issuer, nodeId, certificate);
        trusts.put(
                node, issuer, authority.rotation().trusted(), listKey.rotation().trusted(), now());
    }

    /** Whether another node holds, or held of late, a certificate for this TLS key. */
    boolean isAnothers(byte[] tlsKeyHash, NodeId node) {
        return revocations.isAnothers(tlsKeyHash, node);
    }

    /** A key counts no more, and no certificate that it holds. */
    @Transactional
    void barred(NodeId node, Revocations.Reason reason) {
        revocations.revoke(node, reason, now());
    }

    /** A node says which keys it has on its disk, and whose its certificate is; {@code shown} is what it called with. */
    @Transactional
    Pace told(
            NodeId caller,
            X509Certificate shown,
            String issuer,
            List<String> authorities,
            List<String> listKeys) {
        Instant now = now();
        authority
                .issuerOf(shown)
                .map(CertificateAuthority::fingerprint)
                .ifPresent(by -> revocations.keep(by, caller, shown));
        nodes.find(caller)
                .ifPresent(node -> trusts.put(node.id(), issuer, authorities, listKeys, now));
        Duration renewWithin = Duration.ofSeconds(trusts.inService(now) / RENEWALS_PER_SECOND);
        return new Pace(
                settings.node().trustInterval(),
                renewWithin.compareTo(RENEW_WITHIN_MAX) < 0 ? renewWithin : RENEW_WITHIN_MAX);
    }

    private record Need(NodeTrusts.Ready ready, String key) {}

    /** What nodes need before the next step; null where none is on its way. */
    private static @Nullable Need need(KeyKind kind, Rotation rotation) {
        return switch (rotation) {
            case Rotation.Steady _ -> null;
            case Rotation.Announced announced ->
                    new Need(
                            switch (kind) {
                                case AUTHORITY -> NodeTrusts.Ready.TRUSTS_AUTHORITY;
                                case ACCESS_LIST -> NodeTrusts.Ready.TRUSTS_LIST_KEY;
                            },
                            announced.next());
            case Rotation.Overlapping overlapping ->
                    new Need(
                            switch (kind) {
                                case AUTHORITY -> NodeTrusts.Ready.IS_OF_AUTHORITY;
                                case ACCESS_LIST -> NodeTrusts.Ready.TRUSTS_LIST_KEY;
                            },
                            overlapping.current());
        };
    }

    private Rotation rotation(KeyKind kind) {
        return switch (kind) {
            case AUTHORITY -> authority.rotation();
            case ACCESS_LIST -> listKey.rotation();
        };
    }

    private void say(
            KeyKind kind,
            String step,
            String key,
            int waiting,
            String reason,
            @Nullable MemberId by,
            Instant now) {
        steps.insert(new KeySteps.Step(kind, step, key, waiting, reason, by, now));
        log.atInfo()
                .addKeyValue("kind", kind.text())
                .addKeyValue("step", step)
                .addKeyValue("keyId", key)
                .addKeyValue("waiting", waiting)
                .log("co-op key changes");
    }

    private Instant now() {
        return wall.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
