package org.coopmesh.abuse.casework;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.abuse.casework.Case.Closed;
import org.coopmesh.abuse.casework.Case.Decided;
import org.coopmesh.abuse.casework.Case.Open;
import org.coopmesh.abuse.casework.Case.UnderReview;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.EvidenceId;
import org.coopmesh.abuse.report.Intake;
import org.coopmesh.abuse.report.Report;
import org.coopmesh.abuse.report.ReportId;
import org.coopmesh.abuse.report.ReportState;
import org.coopmesh.abuse.report.Reporter;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.Household;
import org.coopmesh.abuse.subject.LookUp;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SecondModeratorWanted;
import org.coopmesh.abuse.subject.Subject;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The moderators' work on cases, one moderator at a time and none on their own. */
@Service
public class Casework {
    private static final int CLOSE_BATCH = 100;
    private static final Logger log = LoggerFactory.getLogger(Casework.class);

    private final Cases cases;
    private final Intake intake;
    private final SubjectRegister subjects;
    private final Outbox outbox;
    private final CaseworkSettings settings;
    private final Clock clock;

    Casework(
            Cases cases,
            Intake intake,
            SubjectRegister subjects,
            Outbox outbox,
            CaseworkSettings settings,
            Clock clock) {
        this.cases = cases;
        this.intake = intake;
        this.subjects = subjects;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /** Where a page of the queue begins and what it shows; null means any. */
    record Queue(
            @Nullable CaseState state,
            @Nullable Category category,
            @Nullable MemberId member,
            long before,
            int limit) {}

    /** A case, and how many reports make it. */
    record Queued(Case of, int reports) {}

    /** {@code next}: the number to go on below; null at the end. */
    record Listed(List<Queued> items, @Nullable Long next) {}

    /**
     * Cases, newest first, without those that the reader stands too near to. Of a member those that the reader looked up, and
     * those that were upheld against the member: who stood behind an address is not told by asking the other way round.
     *
     * @throws ConflictOfInterest if the reader asks about their own household
     */
    Listed queue(Queue queue, MemberId reader) {
        Household household = subjects.household(reader);
        MemberId member = queue.member();
        if (member != null && household.includes(member)) {
            throw new ConflictOfInterest("the cases are about you or your household");
        }
        Set<ReportId> near = new HashSet<>(intake.reportedBy(household.members()));
        near.addAll(intake.aboutLinksOf(household.nodes()));
        Set<CaseId> tooNear = cases.ofReports(near);
        List<Queued> page = cases.queue(queue, reader);
        return new Listed(
                page.stream()
                        .filter(queued -> !isAbout(queued.of().matter(), household))
                        .filter(queued -> !tooNear.contains(queued.of().matter().id()))
                        .toList(),
                page.size() < queue.limit() ? null : page.getLast().of().matter().number());
    }

    /**
     * The case as it stands, for somebody who reads about it.
     *
     * @throws CaseNotFound if there is none
     * @throws ConflictOfInterest if the reader stands too near
     */
    public Case read(CaseId id, MemberId reader) {
        Case found = find(id);
        refuseConflict(found, reader);
        return found;
    }

    /** Whether somebody stands too near to a case to know what is in it. */
    public boolean isTooNear(CaseId id, MemberId reader) {
        return conflict(find(id), reader).isPresent();
    }

    /**
     * The case as it stands.
     *
     * @throws CaseNotFound if there is none
     */
    public Case find(CaseId id) {
        return cases.find(id).orElseThrow(() -> new CaseNotFound(id));
    }

    List<Report> reports(CaseId id) {
        return intake.find(cases.reports(id));
    }

    List<CaseNote> notes(CaseId id) {
        return cases.notes(id);
    }

    /**
     * The bytes of a file, for the moderator who has the case in hand.
     *
     * @throws CaseStepRefused if that is somebody else
     * @throws ConflictOfInterest if the moderator stands too near
     */
    Optional<byte[]> evidence(CaseId id, EvidenceId evidence, MemberId moderator) {
        hold(read(id, moderator), moderator);
        return cases.reports(id).stream()
                .flatMap(report -> intake.content(report, evidence).stream())
                .findFirst();
    }

    /**
     * Takes a case on. Claiming what one holds already changes nothing.
     *
     * @throws CaseStepRefused if another has it or it is decided
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public UnderReview claim(CaseId id, MemberId moderator) {
        return switch (lock(id)) {
            case Open open -> {
                refuseConflict(open, moderator);
                UnderReview claimed = open.claim(moderator, now());
                cases.update(claimed);
                intake.advance(cases.reports(id), ReportState.UNDER_REVIEW);
                yield claimed;
            }
            case UnderReview mine when mine.moderator().equals(moderator) -> mine;
            case UnderReview other ->
                    throw new CaseStepRefused("another moderator has claimed this case");
            case Decided decided -> throw new CaseStepRefused("this case is decided");
            case Closed closed -> throw new CaseStepRefused("this case is closed");
        };
    }

    /**
     * Puts a case back into the queue.
     *
     * @throws CaseStepRefused unless the moderator has it in hand
     */
    @Transactional
    public Open release(CaseId id, MemberId moderator, String reason) {
        Open open = inHand(lock(id), moderator).release();
        cases.update(open);
        cases.addNote(id, new CaseNote(moderator, "Released: " + reason, now()));
        return open;
    }

    /**
     * Adds a note; there is no way to change one.
     *
     * @throws CaseStepRefused if the case is closed
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public CaseNote note(CaseId id, MemberId moderator, String text) {
        Case noted = lock(id);
        if (noted instanceof Closed) {
            throw new CaseStepRefused("this case is closed");
        }
        refuseConflict(noted, moderator);
        var note = new CaseNote(moderator, text, now());
        cases.addNote(id, note);
        return note;
    }

    /**
     * Asks who stood behind the address of the case. Who asked and why is written down, found or not.
     *
     * @throws CaseStepRefused unless the moderator has the case in hand, or if it names no address
     * @throws ConflictOfInterest if the moderator stands too near
     * @throws SecondModeratorWanted where the co-op wants two and no other moderator agreed yet
     */
    @Transactional(noRollbackFor = SecondModeratorWanted.class)
    public Optional<Subject> lookUp(CaseId id, MemberId moderator, String reason) {
        Case held = lock(id);
        hold(held, moderator);
        refuseConflict(held, moderator);
        Matter matter = held.matter();
        Prefix address = matter.address();
        if (address == null) {
            throw new CaseStepRefused("this case names no address");
        }
        Optional<Subject> found =
                subjects.lookUp(
                        new LookUp(
                                id,
                                moderator,
                                reason,
                                address,
                                matter.port(),
                                matter.observedAt()));
        found.ifPresent(subject -> cases.setSubject(id, subject.member()));
        return found;
    }

    /**
     * Another moderator agrees that who stands behind the address is looked up.
     *
     * @throws CaseStepRefused if nobody else asked for it
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public void agreeToLookUp(CaseId id, MemberId second) {
        refuseConflict(lock(id), second);
        if (!subjects.agree(id, second)) {
            throw new CaseStepRefused("no look-up of another moderator waits in this case");
        }
    }

    /**
     * Locks a case for the moderator who is to decide it, until the transaction ends.
     *
     * @throws CaseStepRefused unless the moderator has it in hand
     * @throws ConflictOfInterest if the moderator stands too near
     */
    @Transactional
    public UnderReview holdForDecision(CaseId id, MemberId moderator) {
        UnderReview held = inHand(lock(id), moderator);
        refuseConflict(held, moderator);
        return held;
    }

    /**
     * Refuses a second moderator who stands too near to the case.
     *
     * @throws ConflictOfInterest if so
     */
    @Transactional
    public void refuseConflict(CaseId id, MemberId moderator) {
        refuseConflict(lock(id), moderator);
    }

    /**
     * Marks a case decided and lets its reporters see what came of it. A dismissed one is closed with that.
     *
     * @param moderator who had it in hand
     * @param against the member whom measures name, if any
     */
    @Transactional
    public Case decide(CaseId id, MemberId moderator, boolean upheld, @Nullable MemberId against) {
        Instant now = now();
        Decided decided = inHand(lock(id), moderator).decide(upheld, now);
        cases.update(decided);
        cases.setUpheldAgainst(id, against);
        intake.advance(cases.reports(id), upheld ? ReportState.UPHELD : ReportState.DISMISSED);
        return upheld ? decided : close(decided, now);
    }

    /** Lets the reporters see that a decision was reversed, and notes why. */
    @Transactional
    public void overturned(CaseId id, MemberId moderator, String reason) {
        lock(id);
        cases.setUpheldAgainst(id, null);
        cases.addNote(id, new CaseNote(moderator, "Decision reversed: " + reason, now()));
        intake.advance(cases.reports(id), ReportState.OVERTURNED);
    }

    /**
     * Closes a decided case by hand.
     *
     * @throws CaseStepRefused if it is not decided, or closed already
     */
    @Transactional
    public Closed close(CaseId id, MemberId moderator) {
        return switch (lock(id)) {
            case Decided decided -> {
                refuseConflict(decided, moderator);
                yield close(decided, now());
            }
            case Open open -> throw new CaseStepRefused("this case is not decided");
            case UnderReview underReview -> throw new CaseStepRefused("this case is not decided");
            case Closed closed -> throw new CaseStepRefused("this case is closed");
        };
    }

    /** Closes what was decided long enough ago. Safe on several replicas: rows are locked, locked ones skipped. */
    @Scheduled(fixedDelayString = "${coopmesh.casework.check-interval:PT10S}")
    @Transactional
    public void closeDue() {
        Instant now = now();
        for (Decided decided : cases.decidedBefore(now.minus(settings.closeAfter()), CLOSE_BATCH)) {
            close(decided, now);
        }
    }

    private Closed close(Decided decided, Instant now) {
        Closed closed = decided.close(now);
        cases.update(closed);
        outbox.add(
                CaseworkEvents.TOPIC, closed.moderator().toString(), CaseworkEvents.closed(closed));
        log.atInfo().addKeyValue("caseId", closed.matter().id()).log("case closed");
        return closed;
    }

    /**
     * Locks a case until the transaction ends. Whoever locks a case and what hangs on it locks the case first.
     *
     * @throws CaseNotFound if there is none
     */
    @Transactional
    public Case lock(CaseId id) {
        return cases.lock(id).orElseThrow(() -> new CaseNotFound(id));
    }

    private static UnderReview inHand(Case of, MemberId moderator) {
        return switch (of) {
            case UnderReview mine when mine.moderator().equals(moderator) -> mine;
            case UnderReview other ->
                    throw new CaseStepRefused("another moderator has claimed this case");
            case Open open -> throw new CaseStepRefused("claim this case first");
            case Decided decided -> throw new CaseStepRefused("this case is decided");
            case Closed closed -> throw new CaseStepRefused("this case is closed");
        };
    }

    /** Who has, or had, the case in hand may look into it until it is closed. */
    private static void hold(Case of, MemberId moderator) {
        if (of instanceof Decided decided && decided.moderator().equals(moderator)) {
            return;
        }
        inHand(of, moderator);
    }

    private void refuseConflict(Case of, MemberId moderator) {
        conflict(of, moderator)
                .ifPresent(why -> {
                    throw new ConflictOfInterest(why);
                });
    }

    private Optional<String> conflict(Case of, MemberId moderator) {
        Household household = subjects.household(moderator);
        if (isAbout(of.matter(), household)) {
            return Optional.of("the case is about you or your household");
        }
        for (Report report : intake.find(cases.reports(of.matter().id()))) {
            if (report.reporter() instanceof Reporter.OfMember reporter
                    && household.includes(reporter.member())) {
                return Optional.of("you or your household reported this");
            }
            if (report.linkEnds().stream().anyMatch(household.nodes()::contains)) {
                return Optional.of("the case is about a node of yours or your household's");
            }
        }
        return Optional.empty();
    }

    private static boolean isAbout(Matter matter, Household household) {
        MemberId subject = matter.subject();
        Prefix address = matter.address();
        return (subject != null && household.includes(subject))
                || (address != null && household.held(address, matter.observedAt()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
