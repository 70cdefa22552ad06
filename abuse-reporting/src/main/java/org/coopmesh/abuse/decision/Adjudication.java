package org.coopmesh.abuse.decision;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.abuse.casework.Case;
import org.coopmesh.abuse.casework.Casework;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.decision.Decision.Contested;
import org.coopmesh.abuse.decision.Decision.Declined;
import org.coopmesh.abuse.decision.Decision.Dismissed;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.decision.Decision.Proposed;
import org.coopmesh.abuse.decision.Decision.Reversed;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Decides cases, and ends what a decision imposed when its time is over or it is reversed. */
@Service
public class Adjudication {
    private static final int EXPIRY_BATCH = 100;
    private static final int STRIKES_MAX = 200;
    private static final Logger log = LoggerFactory.getLogger(Adjudication.class);

    private final Decisions decisions;
    private final Casework casework;
    private final SubjectRegister subjects;
    private final BanOrders bans;
    private final Outbox outbox;
    private final ApplicationEventPublisher hearers;
    private final Policy policy;
    private final TransparencyLog publicLog;
    private final Clock clock;

    Adjudication(
            Decisions decisions,
            Casework casework,
            SubjectRegister subjects,
            BanOrders bans,
            Outbox outbox,
            ApplicationEventPublisher hearers,
            Policy policy,
            TransparencyLog publicLog,
            Clock clock) {
        this.decisions = decisions;
        this.casework = casework;
        this.subjects = subjects;
        this.bans = bans;
        this.outbox = outbox;
        this.hearers = hearers;
        this.policy = policy;
        this.publicLog = publicLog;
        this.clock = clock;
    }

    /**
     * Decides a case. What one moderator may decide binds at once: measures and bans are stated in this transaction. The rest
     * is proposed and waits for others, as many as the policy wants.
     *
     * @throws DecisionRefused if the ruling cannot be made as it stands
     * @throws DecisionStepRefused if a proposal for this case waits already
     * @throws BanRefused if it would ban what is never to be banned
     * @throws AlreadyBanned if it would ban what is banned as long already
     */
    @Transactional
    public Decision decide(CaseId caseId, MemberId moderator, Ruling ruling) {
        Case.UnderReview held = casework.holdForDecision(caseId, moderator);
        if (decisions.proposalWaits(caseId)) {
            throw new DecisionStepRefused("a proposal for this case waits for other moderators");
        }
        Instant now = now();
        Matter matter = held.matter();
        check(ruling, matter, moderator, now);
        MemberId member = ruling.member();
        var draft =
                new Draft(
                        new DecisionId(UUID.randomUUID()),
                        caseId,
                        moderator,
                        ruling,
                        Stream.generate(() -> new MeasureId(UUID.randomUUID()))
                                .limit(ruling.measures().size())
                                .toList(),
                        member == null ? matter.subject() : member,
                        SecondModerator.neededFor(ruling, matter.category())
                                ? policy.moderators()
                                : 1,
                        StatementOfReasons.of(
                                contents(matter, ruling, policy.appealWithin(), now), Language.EN),
                        now);
        decisions.add(draft);
        if (draft.moderatorsNeeded() > 1) {
            log.atInfo().addKeyValue("decisionId", draft.id()).log("decision proposed");
            return new Proposed(draft, List.of());
        }
        return settle(
                Decision.settle(draft, List.of(), now, now.plus(policy.appealWithin())), moderator);
    }

    /**
     * Another moderator agrees to a proposal. It binds from now on if that makes enough, else it waits for the next.
     *
     * @throws DecisionStepRefused if it does not wait for one, or it is the one who proposed or agreed before
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public Decision confirm(DecisionId id, MemberId another) {
        Proposed proposed = lockProposed(id);
        Draft draft = proposed.draft();
        if (draft.moderator().equals(another)) {
            throw new DecisionStepRefused("you proposed this: it takes other moderators to agree");
        }
        if (proposed.isBy(another)) {
            throw new DecisionStepRefused("you agreed to this before");
        }
        casework.refuseConflict(draft.caseId(), another);
        Instant now = now();
        check(draft.ruling(), casework.find(draft.caseId()).matter(), another, now);
        Decision next = proposed.agree(another, now, now.plus(policy.appealWithin()));
        if (next instanceof Proposed) {
            decisions.addVoice(id, "agree", another, null, now);
            return next;
        }
        return settle(next, another);
    }

    /**
     * Turns a proposal down, or takes one's own back.
     *
     * @throws DecisionStepRefused if it does not wait for a second moderator
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public Declined decline(DecisionId id, MemberId by, String reason) {
        Proposed proposed = lockProposed(id);
        casework.refuseConflict(proposed.draft().caseId(), by);
        Declined declined = proposed.decline(by, reason, now());
        decisions.addStep(id, "declined", by, reason, declined.at(), null);
        return declined;
    }

    /** In which office somebody takes a decision back. */
    public enum Office {
        MODERATOR,
        BOARD
    }

    /**
     * Takes back what a decision imposed and still holds. Nobody takes back what they decided or agreed to themselves. What
     * several decided takes as many others: a moderator first, and then moderators or somebody of the board; until the last of
     * them has spoken all holds.
     *
     * @throws DecisionStepRefused unless it is in force and this person may take the next step
     * @throws ConflictOfInterest if the person stands too near
     */
    @Transactional
    public Decision reverse(DecisionId id, MemberId by, Office office, String reason) {
        casework.refuseConflict(find(id).draft().caseId(), by);
        return switch (lock(id)) {
            case InForce inForce -> {
                if (office == Office.BOARD) {
                    throw new DecisionStepRefused("a moderator takes the first step");
                }
                yield reverse(new Contested(inForce, List.of()), by, reason);
            }
            case Contested contested -> reverse(contested, by, reason);
            case Proposed p -> throw new DecisionStepRefused("this decision is only proposed");
            case Dismissed d -> throw new DecisionStepRefused("a dismissal imposed nothing");
            case Declined d -> throw new DecisionStepRefused("this decision was declined");
            case Reversed r -> throw new DecisionStepRefused("this decision is reversed already");
        };
    }

    private Decision reverse(Contested contested, MemberId by, String reason) {
        if (contested.isBy(by)) {
            throw new DecisionStepRefused("you decided this: another moderator may take it back");
        }
        if (contested.voices().stream().anyMatch(voice -> voice.by().equals(by))) {
            throw new DecisionStepRefused(
                    "several decided this: it waits for others to take it back");
        }
        DecisionId id = contested.draft().id();
        Instant now = now();
        Decision next = contested.reverse(by, reason, now);
        if (next instanceof Reversed) {
            takeBack(id, contested.draft().caseId(), by, reason, now);
        } else {
            decisions.addVoice(id, "reverse", by, reason, now);
            log.atInfo().addKeyValue("decisionId", id).log("decision contested");
        }
        return next;
    }

    private void takeBack(DecisionId id, CaseId caseId, MemberId by, String reason, Instant now) {
        decisions.addStep(id, "reversed", by, reason, now, null);
        publicLog.append(DecisionLog.reversed(id));
        for (MeasureInForce measure : decisions.lockInForce(id)) {
            decisions.end(measure.id(), "reversed", now);
            outbox.add(
                    DecisionEvents.TOPIC,
                    measure.member().toString(),
                    DecisionEvents.reversed(measure, now));
        }
        bans.lift(id, by, reason);
        casework.overturned(caseId, by, reason);
        hearers.publishEvent(new DecisionTakenBack(id, by, reason, now));
        log.atInfo().addKeyValue("decisionId", id).log("decision reversed");
    }

    /** Ends measures whose time is over. Safe on several replicas: rows are locked, locked ones skipped. */
    @Scheduled(fixedDelayString = "${coopmesh.decision.check-interval:PT10S}")
    @Transactional
    public void expireDue() {
        Instant now = now();
        for (MeasureInForce measure : decisions.lockDue(now, EXPIRY_BATCH)) {
            decisions.end(measure.id(), "expired", now);
            outbox.add(
                    DecisionEvents.TOPIC,
                    measure.member().toString(),
                    DecisionEvents.expired(measure, now));
            log.atInfo().addKeyValue("measureId", measure.id()).log("measure expired");
        }
    }

    /**
     * The decision as it stands.
     *
     * @throws DecisionNotFound if there is none
     */
    public Decision find(DecisionId id) {
        return decisions.find(id).orElseThrow(() -> new DecisionNotFound(id));
    }

    /** @throws ConflictOfInterest if the reader stands too near */
    List<Decision> ofCase(CaseId id, MemberId reader) {
        return decisions.ofCase(casework.read(id, reader).matter().id());
    }

    /** What waits for other moderators, oldest first, without what the reader stands too near to. */
    List<Decision> proposed(int limit, MemberId reader) {
        return decisions.proposed(limit).stream()
                .filter(proposed -> !casework.isTooNear(proposed.draft().caseId(), reader))
                .toList();
    }

    /** What binds or bound a member, newest first, as the member reads it. */
    List<Statement> statements(MemberId member, int limit, Language language) {
        return decisions.about(member, limit).stream()
                .flatMap(decision ->
                        inForce(decision).stream()
                                .map(bound -> statement(decision, bound, language)))
                .toList();
    }

    private Statement statement(Decision decision, InForce bound, Language language) {
        Matter matter = casework.find(decision.draft().caseId()).matter();
        return new Statement(
                decision,
                bound,
                matter,
                language,
                StatementOfReasons.of(
                        contents(
                                matter,
                                bound.draft().ruling(),
                                Duration.between(bound.at(), bound.appealUntil()),
                                bound.at()),
                        language));
    }

    /** What the co-op has published about how it decides. */
    public Policy policy() {
        return policy;
    }

    /**
     * What the policy proposes for a case. Strikes of the member are counted only for who has the case in hand and knows the
     * member, and once a decision that names the member waits for others.
     *
     * @throws ConflictOfInterest if the reader stands too near
     */
    Proposal propose(CaseId id, MemberId reader) {
        Case of = casework.read(id, reader);
        MemberId subject = of.matter().subject();
        boolean knows =
                of instanceof Case.UnderReview held && held.moderator().equals(reader)
                        || decisions.proposalWaits(id);
        List<Strike> strikes =
                subject == null || !knows ? List.of() : decisions.strikes(subject, STRIKES_MAX);
        return policy.propose(strikes, of.matter().category(), now());
    }

    /** The decision as it was when it bound; empty if it never did. */
    public static Optional<InForce> inForce(Decision decision) {
        return switch (decision) {
            case InForce i -> Optional.of(i);
            case Contested c -> Optional.of(c.was());
            case Reversed r -> Optional.of(r.was());
            case Proposed p -> Optional.empty();
            case Dismissed d -> Optional.empty();
            case Declined d -> Optional.empty();
        };
    }

    private StatementOfReasons.Contents contents(
            Matter matter, Ruling ruling, Duration appealWithin, Instant at) {
        return new StatementOfReasons.Contents(
                matter, ruling, subjects.coop(), appealWithin, policy.hearWithin(), at);
    }

    private Decision settle(Decision settled, MemberId last) {
        Draft draft = settled.draft();
        switch (settled) {
            case Dismissed dismissed ->
                    decisions.addStep(
                            draft.id(),
                            "settled",
                            last,
                            null,
                            dismissed.at(),
                            dismissed.at().plus(policy.appealWithin()));
            case InForce inForce -> {
                decisions.addStep(
                        draft.id(), "settled", last, null, inForce.at(), inForce.appealUntil());
                impose(inForce);
                tell(inForce);
            }
            case Proposed p -> throw new IllegalStateException("not settled");
            case Declined d -> throw new IllegalStateException("not settled");
            case Contested c -> throw new IllegalStateException("not settled");
            case Reversed r -> throw new IllegalStateException("not settled");
        }
        Ruling ruling = draft.ruling();
        publicLog.append(DecisionLog.settled(draft, casework.find(draft.caseId()).matter(), now()));
        casework.decide(draft.caseId(), draft.moderator(), ruling.upheld(), ruling.member());
        log.atInfo().addKeyValue("decisionId", draft.id()).log("decision in force");
        return settled;
    }

    /** Counts against the member, as far as one is known, and lets the member know that there is a statement to read. */
    private void tell(InForce decision) {
        Draft draft = decision.draft();
        MemberId member = draft.subject();
        if (member == null) {
            return;
        }
        Category category = casework.find(draft.caseId()).matter().category();
        decisions.addStrike(
                member, new Strike(draft.id(), category, policy.weight(category), decision.at()));
        outbox.add(
                DecisionEvents.TOPIC,
                member.toString(),
                DecisionEvents.statement(decision, member));
    }

    private void impose(InForce decision) {
        Draft draft = decision.draft();
        for (int i = 0; i < draft.measureIds().size(); i++) {
            Measure measure = draft.ruling().measures().get(i);
            MeasureId id = draft.measureIds().get(i);
            switch (measure) {
                case Warning w -> bind(decision, id, measure, w.member());
                case SlowLane s -> bind(decision, id, measure, s.member());
                case Suspension s -> bind(decision, id, measure, s.member());
                case Ban ban ->
                        bans.impose(
                                new BanOrder(
                                        draft.id(),
                                        id,
                                        draft.caseId(),
                                        ban.target(),
                                        ban.term(),
                                        draft.ruling().rule(),
                                        draft.moderator(),
                                        decision.confirmedBy()));
            }
        }
    }

    private void bind(InForce decision, MeasureId id, Measure measure, MemberId member) {
        var inForce = new MeasureInForce(id, decision.draft().id(), member);
        decisions.addInForce(inForce, measure.term());
        outbox.add(
                DecisionEvents.TOPIC,
                member.toString(),
                DecisionEvents.imposed(inForce, measure, decision.at()));
    }

    private void check(Ruling ruling, Matter matter, MemberId moderator, Instant now) {
        for (Measure measure : ruling.measures()) {
            Term term = measure.term();
            if (term != null && term.isOver(now)) {
                throw new DecisionRefused("over-already", "a measure ends in the past");
            }
            Target target = measure.target();
            if (!subjects.knows(target)) {
                throw new DecisionRefused("target-unknown", "no such " + target.kind());
            }
            if (target instanceof OfMember of) {
                checkMember(of.member(), matter.subject(), moderator);
            }
            if (measure instanceof Ban) {
                bans.check(target);
            }
        }
    }

    private void checkMember(MemberId member, @Nullable MemberId subject, MemberId moderator) {
        if (subject != null && !subject.equals(member)) {
            throw new DecisionRefused("not-the-subject", "the case is about another member");
        }
        if (subjects.related(moderator, member)) {
            throw new DecisionRefused(
                    "conflict-of-interest", "a measure against yourself or your household");
        }
    }

    private Proposed lockProposed(DecisionId id) {
        Decision found = find(id);
        casework.lock(found.draft().caseId());
        return switch (lock(id)) {
            case Proposed proposed -> proposed;
            case Dismissed d -> throw new DecisionStepRefused("this decision is made");
            case InForce i -> throw new DecisionStepRefused("this decision is in force");
            case Contested c -> throw new DecisionStepRefused("this decision is in force");
            case Declined d -> throw new DecisionStepRefused("this decision was declined");
            case Reversed r -> throw new DecisionStepRefused("this decision is reversed");
        };
    }

    private Decision lock(DecisionId id) {
        return decisions.lock(id).orElseThrow(() -> new DecisionNotFound(id));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
