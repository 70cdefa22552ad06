package org.coopmesh.abuse.decision;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Decides cases, and ends what a decision imposed when its time is over or it is reversed. */
@Service
@EnableConfigurationProperties(DecisionSettings.class)
public class Adjudication {
    private static final int EXPIRY_BATCH = 100;
    private static final Logger log = LoggerFactory.getLogger(Adjudication.class);

    private final Decisions decisions;
    private final Casework casework;
    private final SubjectRegister subjects;
    private final BanOrders bans;
    private final Outbox outbox;
    private final TransparencyLog publicLog;
    private final DecisionSettings settings;
    private final Clock clock;

    Adjudication(
            Decisions decisions,
            Casework casework,
            SubjectRegister subjects,
            BanOrders bans,
            Outbox outbox,
            TransparencyLog publicLog,
            DecisionSettings settings,
            Clock clock) {
        this.decisions = decisions;
        this.casework = casework;
        this.subjects = subjects;
        this.bans = bans;
        this.outbox = outbox;
        this.publicLog = publicLog;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Decides a case. What one moderator may decide binds at once: measures and bans are stated in this transaction. The rest
     * is proposed and waits for a second moderator.
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
            throw new DecisionStepRefused("a proposal for this case waits for a second moderator");
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
                        StatementOfReasons.of(
                                matter, ruling, subjects.coop(), settings.appealText(), now),
                        now);
        decisions.add(draft);
        if (SecondModerator.neededFor(ruling, matter.category())) {
            log.atInfo().addKeyValue("decisionId", draft.id()).log("decision proposed");
            return new Proposed(draft);
        }
        return settle(Decision.settle(draft, moderator, now));
    }

    /**
     * A second moderator agrees to a proposal, which binds from now on.
     *
     * @throws DecisionStepRefused if it does not wait for one, or it is the one who proposed
     * @throws ConflictOfInterest if the second moderator stands too near
     */
    @Transactional
    public Decision confirm(DecisionId id, MemberId second) {
        Proposed proposed = lockProposed(id);
        Draft draft = proposed.draft();
        if (draft.moderator().equals(second)) {
            throw new DecisionStepRefused("the second moderator is another person");
        }
        casework.refuseConflict(draft.caseId(), second);
        Instant now = now();
        check(draft.ruling(), casework.find(draft.caseId()).matter(), second, now);
        return settle(proposed.confirm(second, now));
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
        decisions.addStep(id, "declined", by, reason, declined.at());
        return declined;
    }

    /** In which office somebody takes a decision back. */
    public enum Office {
        MODERATOR,
        BOARD
    }

    /**
     * Takes back what a decision imposed and still holds. Nobody takes back what they decided or confirmed themselves. What two
     * decided takes two: a moderator first, and then another moderator or somebody of the board; until then all holds.
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
                refuseOwn(inForce, by);
                Decision next = inForce.reverse(by, reason, now());
                if (next instanceof Contested contested) {
                    decisions.addStep(id, "contested", by, reason, contested.at());
                    log.atInfo().addKeyValue("decisionId", id).log("decision contested");
                } else {
                    takeBack(id, inForce.draft().caseId(), by, reason);
                }
                yield next;
            }
            case Contested contested -> {
                refuseOwn(contested.was(), by);
                if (contested.by().equals(by)) {
                    throw new DecisionStepRefused(
                            "two decided this: it waits for a second to take it back");
                }
                Reversed reversed = contested.reverse(by, reason, now());
                takeBack(id, reversed.draft().caseId(), by, reason);
                yield reversed;
            }
            case Proposed p -> throw new DecisionStepRefused("this decision is only proposed");
            case Dismissed d -> throw new DecisionStepRefused("a dismissal imposed nothing");
            case Declined d -> throw new DecisionStepRefused("this decision was declined");
            case Reversed r -> throw new DecisionStepRefused("this decision is reversed already");
        };
    }

    private static void refuseOwn(InForce decision, MemberId by) {
        if (decision.isBy(by)) {
            throw new DecisionStepRefused("you decided this: another moderator may take it back");
        }
    }

    private void takeBack(DecisionId id, CaseId caseId, MemberId by, String reason) {
        Instant now = now();
        decisions.addStep(id, "reversed", by, reason, now);
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

    /** @throws DecisionNotFound if there is none */
    Decision find(DecisionId id) {
        return decisions.find(id).orElseThrow(() -> new DecisionNotFound(id));
    }

    /** @throws ConflictOfInterest if the reader stands too near */
    List<Decision> ofCase(CaseId id, MemberId reader) {
        return decisions.ofCase(casework.read(id, reader).matter().id());
    }

    /** What waits for a second moderator, oldest first, without what the reader stands too near to. */
    List<Decision> proposed(int limit, MemberId reader) {
        return decisions.proposed(limit).stream()
                .filter(proposed -> !casework.isTooNear(proposed.draft().caseId(), reader))
                .toList();
    }

    /** What binds or bound a member, newest first. */
    List<Decision> about(MemberId member, int limit) {
        return decisions.about(member, limit);
    }

    private Decision settle(Decision settled) {
        Draft draft = settled.draft();
        switch (settled) {
            case Dismissed dismissed ->
                    decisions.addStep(
                            draft.id(), "settled", dismissed.confirmedBy(), null, dismissed.at());
            case InForce inForce -> {
                decisions.addStep(draft.id(), "settled", inForce.confirmedBy(), null, inForce.at());
                impose(inForce);
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
