package org.coopmesh.abuse.subject;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.coopmesh.abuse.transparency.LogFact;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.NodeCount;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Answers who held an address at a moment, and what a target covers now. */
@Service
@EnableConfigurationProperties(SubjectSettings.class)
public class SubjectRegister implements NodeCount {
    /** How far clocks of those who report may be ahead. */
    private static final Duration FUTURE_MAX = Duration.ofMinutes(2);

    private final Attachments attachments;
    private final Members members;
    private final LookUps lookUps;
    private final PortBlockEpochs portBlocks;
    private final TransparencyLog log;
    private final SubjectSettings settings;
    private final Clock clock;

    SubjectRegister(
            Attachments attachments,
            Members members,
            LookUps lookUps,
            PortBlockEpochs portBlocks,
            TransparencyLog log,
            SubjectSettings settings,
            Clock clock) {
        this.attachments = attachments;
        this.members = members;
        this.lookUps = lookUps;
        this.portBlocks = portBlocks;
        this.log = log;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Tells who stood behind an address, and writes down who asked and why, here and without names in the public log; also when
     * nobody is found.
     *
     * @throws SecondModeratorWanted where the co-op wants two and no other moderator agreed yet; the request is kept
     * @throws IllegalArgumentException if the moment lies in the future
     */
    @Transactional(noRollbackFor = SecondModeratorWanted.class)
    public Optional<Subject> lookUp(LookUp lookUp) {
        Instant now = clock.instant();
        if (lookUp.at().isAfter(now.plus(FUTURE_MAX))) {
            throw new IllegalArgumentException("at: lies in the future");
        }
        Optional<UUID> agreed = Optional.empty();
        if (settings.secondModerator()) {
            agreed = lookUps.agreed(lookUp.caseId(), lookUp.moderator());
            if (agreed.isEmpty()) {
                lookUps.ask(lookUp, now);
                throw new SecondModeratorWanted();
            }
        }
        Optional<Subject> found = holder(lookUp.address(), lookUp.port(), lookUp.at());
        UUID id = lookUps.add(lookUp, found, now);
        agreed.ifPresent(request -> lookUps.use(request, id));
        log.append(
                new LogFact(
                        Kind.LOOK_UP,
                        id.toString(),
                        Map.of(),
                        Map.of(
                                "case",
                                lookUp.caseId().toString(),
                                "found",
                                found.isPresent() ? "yes" : "no")));
        return found;
    }

    /** Another moderator agrees to the look-ups that wait in a case; false if none does that {@code second} did not ask for. */
    @Transactional
    public boolean agree(CaseId caseId, MemberId second) {
        return lookUps.agree(caseId, second, clock.instant());
    }

    /** A look-up that waits for another moderator to agree. */
    public record WaitingLookUp(
            CaseId caseId, MemberId moderator, String reason, Instant askedAt) {}

    /**
     * A look-up that was made: who asked and why, not what was found.
     *
     * @param agreedBy null where the co-op wanted one moderator alone
     */
    public record PastLookUp(
            CaseId caseId,
            MemberId moderator,
            String reason,
            boolean found,
            @Nullable MemberId agreedBy,
            Instant at) {}

    /** What waits for another moderator, oldest first. */
    public List<WaitingLookUp> waitingLookUps(int limit) {
        return lookUps.waiting(limit);
    }

    /** What was looked up before {@code before}, newest first. */
    public List<PastLookUp> lookUps(Instant before, int limit) {
        return lookUps.past(before, limit);
    }

    /** Which attachment an address and port belonged to, without telling whose: reports of one subject fold by it. */
    public Optional<AttachmentId> attachment(Prefix address, @Nullable Integer port, Instant at) {
        return holder(address, port, at).map(Subject::attachment);
    }

    /**
     * Who held an address; behind an outside address of a gateway, who left by the port. Where two gateways claim one address
     * and lead to two attachments, nobody: a claim in dispute names no one.
     */
    private Optional<Subject> holder(Prefix address, @Nullable Integer port, Instant at) {
        Optional<Subject> direct = attachments.holder(address, at);
        if (direct.isPresent() || port == null) {
            return direct;
        }
        List<Subject> behind =
                portBlocks.at(address, at).stream()
                        .flatMap(blocks -> blocks.inside(address, port).stream())
                        .flatMap(slot -> attachments.holder(slot, at).stream())
                        .distinct()
                        .toList();
        return behind.size() == 1 ? Optional.of(behind.getFirst()) : Optional.empty();
    }

    void portBlocksSet(NodeId gateway, Instant since, @Nullable PortBlocks blocks) {
        portBlocks.add(gateway, since, blocks);
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

    @Override
    public int inService() {
        return attachments.nodesInService();
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
