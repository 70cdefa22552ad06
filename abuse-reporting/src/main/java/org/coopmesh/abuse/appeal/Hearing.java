package org.coopmesh.abuse.appeal;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.appeal.Appeal.Granted;
import org.coopmesh.abuse.appeal.Appeal.Lodged;
import org.coopmesh.abuse.appeal.Appeal.Refused;
import org.coopmesh.abuse.casework.Casework;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.Adjudication;
import org.coopmesh.abuse.decision.Decision;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.DecisionNotFound;
import org.coopmesh.abuse.decision.DecisionStepRefused;
import org.coopmesh.abuse.decision.DecisionTakenBack;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.transparency.LogFact;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes appeals in and has them heard. What grants one is the decision being taken back, by whichever way. */
@Service
public class Hearing {
    private static final Logger log = LoggerFactory.getLogger(Hearing.class);

    private final Appeals appeals;
    private final Adjudication adjudication;
    private final Casework casework;
    private final Outbox outbox;
    private final TransparencyLog publicLog;
    private final Clock clock;

    Hearing(
            Appeals appeals,
            Adjudication adjudication,
            Casework casework,
            Outbox outbox,
            TransparencyLog publicLog,
            Clock clock) {
        this.appeals = appeals;
        this.adjudication = adjudication;
        this.casework = casework;
        this.outbox = outbox;
        this.publicLog = publicLog;
        this.clock = clock;
    }

    /** An appeal, beside the decision that it is against. */
    record Heard(Appeal appeal, Decision decision) {}

    /**
     * A member appeals against a decision about them.
     *
     * @throws DecisionNotFound if there is none that binds or bound this member
     * @throws AppealRefused if it is too late, or an appeal was lodged before, or the decision is taken back already
     */
    @Transactional
    public Lodged lodge(DecisionId decisionId, MemberId member, String text) {
        casework.lock(about(decisionId, member).draft().caseId());
        InForce bound = about(decisionId, member);
        if (appeals.against(decisionId).isPresent()) {
            throw new AppealRefused("once", "an appeal against this decision was lodged before");
        }
        if (adjudication.find(decisionId) instanceof Decision.Reversed) {
            throw new AppealRefused("over", "this decision is taken back already");
        }
        Instant now = now();
        if (!bound.appealUntil().isAfter(now)) {
            throw new AppealRefused("late", "the time to appeal ended at " + bound.appealUntil());
        }
        Filing filing;
        try {
            filing =
                    new Filing(
                            new AppealId(UUID.randomUUID()),
                            decisionId,
                            bound.draft().caseId(),
                            member,
                            text,
                            now,
                            now.plus(adjudication.policy().hearWithin()));
        } catch (IllegalArgumentException malformed) {
            throw new AppealRefused("malformed", "text: " + malformed.getMessage());
        }
        appeals.add(filing);
        told(filing, Kind.APPEAL_LODGED);
        log.atInfo().addKeyValue("appealId", filing.id()).log("appeal lodged");
        return new Lodged(filing);
    }

    /** What bound this member; to anybody else it is not there. */
    private InForce about(DecisionId id, MemberId member) {
        return Adjudication.inForce(adjudication.find(id))
                .filter(bound -> member.equals(bound.draft().subject()))
                .orElseThrow(() -> new DecisionNotFound(id));
    }

    /**
     * Finds for the member: takes the decision back, with all that still holds of it. What several decided takes as many others;
     * until the last of them has found for the member, the appeal stays lodged.
     *
     * @throws AppealNotFound if there is none
     * @throws AppealStepRefused if it is decided, or this person decided or agreed to the decision
     * @throws DecisionStepRefused if this person found for the member before, or is of the board and no moderator has
     * @throws ConflictOfInterest if the person stands too near
     */
    @Transactional
    public Appeal grant(AppealId id, MemberId by, Adjudication.Office office, String reason) {
        Lodged lodged = lockLodged(id, by);
        adjudication.reverse(lodged.filing().decision(), by, office, reason);
        return find(id);
    }

    /**
     * Lets the decision stand.
     *
     * @throws AppealNotFound if there is none
     * @throws AppealStepRefused if it is decided, or this person decided the decision or found against it
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public Refused refuse(AppealId id, MemberId by, String reason) {
        Lodged lodged = lockLodged(id, by);
        if (adjudication.find(lodged.filing().decision()) instanceof Decision.Contested contested
                && contested.voices().stream().anyMatch(voice -> voice.by().equals(by))) {
            throw new AppealStepRefused("you found for the member: another moderator goes on");
        }
        Refused refused = lodged.refuse(by, reason, now());
        appeals.end(refused.filing(), AppealState.REFUSED, by, reason, refused.at());
        tell(refused.filing(), false, refused.at());
        return refused;
    }

    /** In the transaction that took a decision back: whoever appealed against it has what they asked for. */
    @EventListener
    void on(DecisionTakenBack fact) {
        appeals.against(fact.decision())
                .filter(Lodged.class::isInstance)
                .map(Lodged.class::cast)
                .map(lodged -> lodged.grant(fact.by(), fact.reason(), fact.at()))
                .ifPresent(this::granted);
    }

    private void granted(Granted granted) {
        appeals.end(
                granted.filing(),
                AppealState.GRANTED,
                granted.by(),
                granted.reason(),
                granted.at());
        tell(granted.filing(), true, granted.at());
    }

    /** In the public log stands that there was one, and what became of it; whose it is, nowhere there. */
    private void told(Filing filing, Kind kind) {
        publicLog.append(new LogFact(kind, filing.id().toString(), Map.of(), Map.of()));
    }

    private void tell(Filing filing, boolean granted, Instant at) {
        told(filing, granted ? Kind.APPEAL_GRANTED : Kind.APPEAL_REFUSED);
        outbox.add(
                AppealEvents.TOPIC,
                filing.member().toString(),
                AppealEvents.decided(filing, granted, at));
        log.atInfo().addKeyValue("appealId", filing.id()).log("appeal decided");
    }

    /** The case is locked first, as by everybody who locks what hangs on it. */
    private Lodged lockLodged(AppealId id, MemberId by) {
        Filing filing = find(id).filing();
        casework.lock(filing.caseId());
        casework.refuseConflict(filing.caseId(), by);
        if (filing.member().equals(by)) {
            throw new ConflictOfInterest("the appeal is yours");
        }
        if (adjudication.find(filing.decision()).isBy(by)) {
            throw new AppealStepRefused("you decided this: another moderator hears the appeal");
        }
        return switch (find(id)) {
            case Lodged lodged -> lodged;
            case Granted g -> throw new AppealStepRefused("this appeal is granted");
            case Refused r -> throw new AppealStepRefused("this appeal is refused");
        };
    }

    /**
     * An appeal and the decision, for somebody who may know of the case.
     *
     * @throws AppealNotFound if there is none
     * @throws ConflictOfInterest if the reader stands too near
     */
    Heard read(AppealId id, MemberId reader) {
        Appeal found = find(id);
        casework.read(found.filing().caseId(), reader);
        return heard(found);
    }

    /** Appeals, those that wait and are due first, first; without those that the reader stands too near to. */
    List<Heard> list(@Nullable AppealState state, int limit, MemberId reader) {
        return appeals.list(state, limit).stream()
                .filter(appeal -> !casework.isTooNear(appeal.filing().caseId(), reader))
                .map(this::heard)
                .toList();
    }

    /** A member's own, newest first. */
    List<Appeal> mine(MemberId member, int limit) {
        return appeals.of(member, limit);
    }

    private Heard heard(Appeal appeal) {
        return new Heard(appeal, adjudication.find(appeal.filing().decision()));
    }

    private Appeal find(AppealId id) {
        return appeals.find(id).orElseThrow(() -> new AppealNotFound(id));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
