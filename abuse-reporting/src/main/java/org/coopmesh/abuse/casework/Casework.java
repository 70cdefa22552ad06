package org.coopmesh.abuse.casework;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SecondModeratorWanted;
import org.coopmesh.abuse.subject.Subject;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.abuse.subject.Target;
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
    private final Hours hours;
    private final Intake intake;
    private final SubjectRegister subjects;
    private final Outbox outbox;
    private final CaseworkSettings settings;
    private final Clock clock;

    Casework(
            Cases cases,
            Hours hours,
            Intake intake,
            SubjectRegister subjects,
            Outbox outbox,
            CaseworkSettings settings,
            Clock clock) {
        this.cases = cases;
        this.hours = hours;
        this.intake = intake;
        this.subjects = subjects;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /** Which cases come first: those opened last, or of the undecided those due first. */
    enum Order {
        NEWEST,
        DUE
    }

    /** What a page of the queue shows, after which number it begins, and in which order; null means any. */
    record Queue(
            @Nullable CaseState state,
            @Nullable Category category,
            @Nullable MemberId member,
            Order order,
            @Nullable Long after,
            int limit) {}

    /** A case, and how many reports make it. */
    record Queued(Case of, int reports) {}

    /** {@code next}: the number to go on after; null at the end. */
    record Listed(List<Queued> items, @Nullable Long next) {}

    /**
     * Cases, in the order asked for, without those that the reader stands too near to. Of a member those that the reader looked up, and
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
        Set<NodeId> neighbourhood = neighbourhood(household);
        List<Queued> page = cases.queue(queue, reader);
        return new Listed(
                page.stream()
                        .filter(queued -> !isAbout(queued.of().matter(), household))
                        .filter(queued -> !isAbout(queued.of().matter(), neighbourhood))
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
     * Lets the moderator who has the case in hand to one of its files.
     *
     * @return false if the case has no such file
     * @throws CaseStepRefused if that is somebody else
     * @throws ConflictOfInterest if the moderator stands too near
     */
    boolean holdsFile(CaseId id, EvidenceId evidence, MemberId moderator) {
        hold(read(id, moderator), moderator);
        return hasFile(id, evidence, moderator);
    }

    /**
     * Whether a case has this file, for a moderator who may read about it.
     *
     * @throws ConflictOfInterest if the moderator stands too near
     */
    boolean hasFile(CaseId id, EvidenceId evidence, MemberId moderator) {
        read(id, moderator);
        return cases.reports(id).stream().anyMatch(report -> intake.has(report, evidence));
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
                if (!open.isFor(moderator, now())) {
                    throw new CaseStepRefused("this case is handed over to another moderator");
                }
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
     * The board puts a case back into the queue that a moderator has in hand and does not work on.
     *
     * @throws CaseStepRefused unless somebody has it in hand
     * @throws ConflictOfInterest if {@code by} stands too near
     */
    @Transactional
    public Open takeAway(CaseId id, MemberId by, String reason) {
        Case taken = lock(id);
        refuseConflict(taken, by);
        if (!(taken instanceof UnderReview held)) {
            throw new CaseStepRefused("nobody has this case in hand");
        }
        Open open = held.release();
        cases.update(open);
        cases.addNote(id, new CaseNote(by, "Taken back by the board: " + reason, now()));
        return open;
    }

    /**
     * Asks a colleague to take a case over: for a while only they can claim it. Whether they stand too near is found out when
     * they do, and told to them alone: else who hands over could find out who reported.
     *
     * @throws CaseStepRefused unless the moderator has it in hand, or if the colleague is no other member
     */
    @Transactional
    public Open handOver(CaseId id, MemberId moderator, MemberId to, String reason) {
        UnderReview held = inHand(lock(id), moderator);
        if (to.equals(moderator) || !subjects.knows(new Target.OfMember(to))) {
            throw new CaseStepRefused("hand it over to another member");
        }
        Instant now = now();
        Open open = held.handOver(to, now.plus(settings.offerWithin()));
        cases.update(open);
        cases.addNote(id, new CaseNote(moderator, "Handed over: " + reason, now));
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
        Instant now = now();
        cases.setUpheldAgainst(id, null);
        cases.setOverturned(id, now);
        cases.addNote(id, new CaseNote(moderator, cut("Decision reversed: " + reason), now));
        intake.advance(cases.reports(id), ReportState.OVERTURNED);
    }

    /** Who has how much in hand, and how what they decided within {@code past} fared. */
    Workload workload(Duration past) {
        Instant now = now();
        Instant since = now.minus(past);
        Map<MemberId, Integer> minutes = hours.minutes(LocalDate.ofInstant(since, ZoneOffset.UTC));
        return Workload.of(cases.waiting(now), cases.workload(since, now), minutes);
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

    private static String cut(String text) {
        return text.length() <= CaseNote.LENGTH_MAX ? text : text.substring(0, CaseNote.LENGTH_MAX);
    }

    private Optional<String> conflict(Case of, MemberId moderator) {
        Household household = subjects.household(moderator);
        if (isAbout(of.matter(), household)) {
            return Optional.of("the case is about you or your household");
        }
        if (isAbout(of.matter(), neighbourhood(household))) {
            return Optional.of("the case is about a direct neighbour of yours");
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

    /** The nodes of the household, and those at the other ends of links of theirs, as far as a link was complained of. */
    private Set<NodeId> neighbourhood(Household household) {
        Set<NodeId> nodes = new HashSet<>(household.nodes());
        intake.find(intake.aboutLinksOf(household.nodes()))
                .forEach(report -> nodes.addAll(report.linkEnds()));
        return nodes;
    }

    /** Whether what it is about was reached through one of these nodes; tells nothing of whose they are. */
    private boolean isAbout(Matter matter, Set<NodeId> nodes) {
        MemberId subject = matter.subject();
        Prefix address = matter.address();
        return !nodes.isEmpty()
                && ((address != null
                                && subjects.node(address, matter.observedAt())
                                        .filter(nodes::contains)
                                        .isPresent())
                        || (subject != null
                                && !Collections.disjoint(
                                        subjects.household(subject).nodes(), nodes)));
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
