package org.coopmesh.abuse.ban;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.ban.Ban.Declined;
import org.coopmesh.abuse.ban.Ban.Expired;
import org.coopmesh.abuse.ban.Ban.InForce;
import org.coopmesh.abuse.ban.Ban.Lifted;
import org.coopmesh.abuse.ban.Ban.Proposed;
import org.coopmesh.abuse.ban.Ban.Replaced;
import org.coopmesh.abuse.ban.BlastRadius.Refusal;
import org.coopmesh.abuse.bouncer.Dropped;
import org.coopmesh.abuse.bouncer.Feed;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.AlreadyBanned;
import org.coopmesh.abuse.decision.BanOrder;
import org.coopmesh.abuse.decision.BanOrders;
import org.coopmesh.abuse.decision.BanRefused;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.Policy;
import org.coopmesh.abuse.decision.SecondModerator;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Imposes and ends bans. The fact is on the outbox when the call returns: nothing waits between a click and the nodes. */
@Service
@EnableConfigurationProperties(BanSettings.class)
public class Bans implements BanOrders {
    private static final int EXPIRY_BATCH = 200;
    private static final int OUTSIDE_BATCH = 5_000;

    /** Who says so, as firewalls of others are told it. */
    private static final Dropped.Source SOURCE = new Dropped.Source("coopmesh", "coopmesh/ban");

    private static final Logger log = LoggerFactory.getLogger(Bans.class);

    private final BanTable table;
    private final NeverBanTable neverBans;
    private final SubjectRegister subjects;
    private final BanEvents events;
    private final Policy policy;
    private final Feed feed;
    private final ApplicationEventPublisher hearers;
    private final List<Prefix> neverBySetting;
    private final Clock clock;

    Bans(
            BanTable table,
            NeverBanTable neverBans,
            SubjectRegister subjects,
            BanEvents events,
            Policy policy,
            Feed feed,
            ApplicationEventPublisher hearers,
            BanSettings settings,
            Clock clock) {
        this.table = table;
        this.neverBans = neverBans;
        this.subjects = subjects;
        this.events = events;
        this.policy = policy;
        this.feed = feed;
        this.hearers = hearers;
        this.neverBySetting = settings.neverPrefixes();
        this.clock = clock;
    }

    /** What a moderator asks for. */
    record Request(
            Target target,
            Term term,
            String reason,
            @Nullable CaseId caseId,
            MemberId moderator,
            boolean simulated) {}

    /**
     * Bans at once what one moderator may ban, and proposes the rest to a second one. What is only tried out stops nothing and
     * needs none.
     *
     * @throws BanRefused if the target is never to be banned, is unknown, or the end is past, or it takes more than two moderators
     * @throws AlreadyBanned if it is banned as long already
     * @throws ConflictOfInterest if it would hit the moderator or their household
     */
    @Transactional
    public Ban order(Request request) {
        refuseConflict(request.target(), request.moderator());
        Instant now = now();
        check(request.target());
        if (request.term().isOver(now)) {
            throw new BanRefused("over-already", "the ban would end before it begins");
        }
        var order =
                new Order(
                        new BanId(UUID.randomUUID()),
                        request.target(),
                        request.term(),
                        request.reason(),
                        request.caseId(),
                        request.simulated() ? new Origin.Trial() : new Origin.Moderator(),
                        request.moderator(),
                        now);
        if (!request.simulated() && SecondModerator.neededFor(order.target(), order.term())) {
            refuseIfTwoAreTooFew();
            table.add(order);
            log.atInfo().addKeyValue("banId", order.id()).log("ban proposed");
            return new Proposed(order);
        }
        table.add(order);
        return impose(new InForce(order, request.moderator(), now));
    }

    @Override
    @Transactional
    public void impose(BanOrder wanted) {
        Instant now = now();
        check(wanted.target());
        var order =
                new Order(
                        new BanId(UUID.randomUUID()),
                        wanted.target(),
                        wanted.term(),
                        wanted.reason(),
                        wanted.caseId(),
                        new Origin.OfDecision(wanted.decision(), wanted.measure()),
                        wanted.moderator(),
                        now);
        table.add(order);
        impose(new InForce(order, wanted.confirmedBy(), now));
    }

    /** Puts a ban into force. A shorter one of the same target gives way first, so that the last word heard is the longer. */
    private InForce impose(InForce ban) {
        Optional<InForce> before =
                table.lockInForce(
                        ban.order().target(), ban.order().origin() instanceof Origin.Trial);
        if (before.isPresent()) {
            if (!ban.order().term().outlasts(before.get().order().term())) {
                throw new AlreadyBanned(ban.order().target());
            }
            end(before.get().replace(ban.order(), ban.imposedAt()));
        }
        table.addInForce(ban);
        Order order = ban.order();
        if (!(order.origin() instanceof Origin.Trial)) {
            events.state(ban);
            if (order.target() instanceof OfAddress a) {
                feed.begin(
                        List.of(
                                new Dropped(
                                        order.id().value(),
                                        a.prefix(),
                                        SOURCE,
                                        order.term().until())));
            }
        }
        log.atInfo().addKeyValue("banId", ban.order().id()).log("ban imposed");
        return ban;
    }

    /**
     * A second moderator agrees to a proposal, which holds from now on.
     *
     * @throws BanStepRefused if it does not wait for one, or it is the one who proposed
     * @throws BanRefused if the target has become one that is never to be banned, or the end is past
     * @throws ConflictOfInterest if it would hit the second moderator or their household
     */
    @Transactional
    public InForce confirm(BanId id, MemberId second) {
        Proposed proposed = lockProposed(id);
        Order order = proposed.order();
        Instant now = now();
        if (order.orderedBy().equals(second)) {
            throw new BanStepRefused("the second moderator is another person");
        }
        refuseIfTwoAreTooFew();
        refuseConflict(order.target(), second);
        check(order.target());
        if (order.term().isOver(now)) {
            throw new BanRefused("over-already", "the ban would end before it begins");
        }
        return impose(proposed.confirm(second, now));
    }

    /**
     * Turns a proposal down, or takes one's own back.
     *
     * @throws BanStepRefused if it does not wait for a second moderator
     * @throws ConflictOfInterest if it would hit the moderator or their household
     */
    @Transactional
    public Declined decline(BanId id, MemberId by, String reason) {
        Proposed proposed = lockProposed(id);
        refuseConflict(proposed.order().target(), by);
        Declined declined = proposed.decline(by, reason, now());
        table.end(declined);
        return declined;
    }

    /**
     * Ends a ban that holds. One that a decision imposed ends with the decision, which is reversed as a whole.
     *
     * @throws BanStepRefused if it does not hold, or a decision imposed it
     * @throws ConflictOfInterest if it hits the moderator or their household
     */
    @Transactional
    public Lifted lift(BanId id, MemberId by, String reason) {
        return switch (lock(id)) {
            case InForce inForce -> {
                refuseConflict(inForce.order().target(), by);
                if (inForce.order().origin() instanceof Origin.OfDecision) {
                    throw new BanStepRefused("a decision imposed this ban: reverse the decision");
                }
                Lifted lifted = inForce.lift(by, reason, now());
                end(lifted);
                yield lifted;
            }
            case Proposed p -> throw new BanStepRefused("this ban is only proposed: decline it");
            case Declined d -> throw new BanStepRefused("this ban was declined");
            case Lifted l -> throw new BanStepRefused("this ban is lifted already");
            case Expired e -> throw new BanStepRefused("this ban has expired");
            case Replaced r -> throw new BanStepRefused("this ban gave way to a longer one");
        };
    }

    @Override
    @Transactional
    public void lift(DecisionId decision, MemberId by, String reason) {
        for (InForce ban : table.lockInForce(decision)) {
            end(ban.lift(by, reason, now()));
        }
    }

    /** Ends bans whose time is over. Safe on several replicas: rows are locked, locked ones skipped. */
    @Scheduled(fixedDelayString = "${coopmesh.ban.check-interval:PT2S}")
    @Transactional
    public void expireDue() {
        Instant now = now();
        for (InForce due : table.lockDue(now, EXPIRY_BATCH)) {
            end(due.expire(now));
        }
    }

    private void refuseConflict(Target target, MemberId moderator) {
        if (subjects.household(moderator).isHitBy(target)) {
            throw new ConflictOfInterest("the ban hits you or your household");
        }
    }

    /** A ban ordered without a case is agreed to by one other moderator. Where the co-op wants more, a case is decided. */
    private void refuseIfTwoAreTooFew() {
        if (policy.moderators() > 2) {
            throw new BanRefused(
                    "decide-a-case",
                    "this takes " + policy.moderators() + " moderators: decide a case");
        }
    }

    private void end(Ban ended) {
        table.end(ended);
        if (!(ended.order().origin() instanceof Origin.Trial)) {
            events.state(ended);
            feed.end(List.of(ended.order().id().value()));
            hearers.publishEvent(new BanEnded(ended));
        }
        log.atInfo().addKeyValue("banId", ended.order().id()).log("ban ended");
    }

    /**
     * Says in the caller's transaction that entries of outside lists are banned from now on. Nothing of them is kept here, and
     * no ban of people is touched.
     *
     * @throws IllegalStateException without a transaction
     */
    public void beginOutside(List<Dropped> entries) {
        for (List<Dropped> some : inBatches(entries)) {
            events.stateOutside(some, true, now());
            feed.begin(some);
        }
    }

    /**
     * Says that entries of outside lists are banned no longer.
     *
     * @throws IllegalStateException without a transaction
     */
    public void endOutside(List<Dropped> entries) {
        for (List<Dropped> some : inBatches(entries)) {
            events.stateOutside(some, false, now());
            feed.end(some.stream().map(Dropped::ban).toList());
        }
    }

    private static List<List<Dropped>> inBatches(List<Dropped> entries) {
        var batches = new ArrayList<List<Dropped>>();
        for (int from = 0; from < entries.size(); from += OUTSIDE_BATCH) {
            batches.add(entries.subList(from, Math.min(entries.size(), from + OUTSIDE_BATCH)));
        }
        return batches;
    }

    /** Which of {@code prefixes} may not be banned, and why; the question of {@link #preview} for many at once. */
    public Map<Prefix, Refusal> refusals(Collection<Prefix> prefixes) {
        var refusals = new LinkedHashMap<Prefix, Refusal>();
        Map<Prefix, NeverBanEntry> listed = neverBans.overlappingAny(prefixes);
        for (Prefix prefix : prefixes) {
            NeverBan.refusal(prefix)
                    .or(() -> bySetting(prefix))
                    .or(() -> Optional.ofNullable(listed.get(prefix)).map(Bans::onTheList))
                    .ifPresent(refusal -> refusals.put(prefix, refusal));
        }
        return refusals;
    }

    /** What a ban would hit, and whether it would be refused. */
    public BlastRadius preview(Target target) {
        return new BlastRadius(subjects.reach(target), refusal(target));
    }

    @Override
    public void check(Target target) {
        refusal(target)
                .ifPresent(refusal -> {
                    throw new BanRefused(refusal.rule(), refusal.why());
                });
    }

    private Optional<Refusal> refusal(Target target) {
        return switch (target) {
            case OfAddress a -> refusal(a);
            case OfNode n ->
                    subjects.gatewayWithin(n)
                            .map(gateway ->
                                    new Refusal(
                                            "own-gateway", "this node is a gateway of the co-op"))
                            .or(() -> unknown(n));
            case OfMember m -> unknown(m);
        };
    }

    private Optional<Refusal> refusal(OfAddress target) {
        Prefix prefix = target.prefix();
        return NeverBan.refusal(prefix)
                .or(() -> bySetting(prefix))
                .or(() ->
                        subjects.gatewayWithin(target)
                                .map(router ->
                                        new Refusal(
                                                "own-gateway",
                                                router + " is a gateway of the co-op")))
                .or(() -> neverBans.overlapping(prefix).map(Bans::onTheList));
    }

    private Optional<Refusal> bySetting(Prefix prefix) {
        return neverBySetting.stream()
                .filter(prefix::overlaps)
                .findFirst()
                .map(never ->
                        new Refusal(
                                "service-address", never + " belongs to the co-op's own services"));
    }

    private static Refusal onTheList(NeverBanEntry entry) {
        return new Refusal(
                "never-ban-list", entry.prefix() + " is on the co-op's list: " + entry.reason());
    }

    private Optional<Refusal> unknown(Target target) {
        return subjects.knows(target)
                ? Optional.empty()
                : Optional.of(new Refusal("target-unknown", "no such " + target.kind()));
    }

    /**
     * A ban as it stands.
     *
     * @throws BanNotFound if there is none
     */
    public Ban find(BanId id) {
        return table.find(id).orElseThrow(() -> new BanNotFound(id));
    }

    List<BanTable.Listed> list(BanTable.Page page) {
        return table.list(page);
    }

    List<NeverBanEntry> neverBans() {
        return neverBans.all();
    }

    List<Prefix> neverBySetting() {
        return neverBySetting;
    }

    /**
     * Puts a range on the list. Bans that hold already go on.
     *
     * @throws IllegalArgumentException if the range is so wide that hardly anything could be banned
     */
    @Transactional
    NeverBanEntry addNeverBan(Prefix prefix, String reason, MemberId by) {
        var entry = new NeverBanEntry(UUID.randomUUID(), prefix, reason, by, now());
        neverBans.add(entry);
        return entry;
    }

    /** False if there is no such entry. */
    @Transactional
    boolean removeNeverBan(UUID id, String reason, MemberId by) {
        return neverBans.remove(id, reason, by, now());
    }

    private Proposed lockProposed(BanId id) {
        return switch (lock(id)) {
            case Proposed proposed -> proposed;
            case InForce i -> throw new BanStepRefused("this ban holds already");
            case Declined d -> throw new BanStepRefused("this ban was declined");
            case Lifted l -> throw new BanStepRefused("this ban is lifted");
            case Expired e -> throw new BanStepRefused("this ban has expired");
            case Replaced r -> throw new BanStepRefused("this ban gave way to a longer one");
        };
    }

    private Ban lock(BanId id) {
        return table.lock(id).orElseThrow(() -> new BanNotFound(id));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
