package org.coopmesh.abuse.casework;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Evidence;
import org.coopmesh.abuse.report.Report;
import org.coopmesh.abuse.report.Reporter;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SecondModeratorWanted;
import org.coopmesh.abuse.subject.Subject;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The moderators' queue. */
@RestController
@RequestMapping("/api/cases")
class CaseController {
    private static final int DAYS_MAX = 366;

    private final Casework casework;
    private final Clock clock;

    CaseController(Casework casework, Clock clock) {
        this.casework = casework;
        this.clock = clock;
    }

    record CaseView(
            UUID id,
            long number,
            String state,
            String category,
            @Nullable String address,
            @Nullable Integer port,
            Instant observedAt,
            Instant openedAt,
            Instant dueAt,
            boolean overdue,
            int reports,
            @Nullable UUID claimedBy,
            @Nullable UUID offeredTo,
            @Nullable Instant offeredUntil,
            @Nullable String outcome,
            @Nullable Instant decidedAt,
            @Nullable Instant closedAt) {
        static CaseView of(Case of, int reports, Instant now) {
            boolean waits = false;
            Case.@Nullable Offer offer = null;
            @Nullable UUID claimedBy = null;
            @Nullable String outcome = null;
            @Nullable Instant decidedAt = null;
            @Nullable Instant closedAt = null;
            switch (of) {
                case Case.Open c -> {
                    waits = true;
                    offer = c.offer();
                }
                case Case.UnderReview c -> {
                    waits = true;
                    claimedBy = c.moderator().value();
                }
                case Case.Decided c -> {
                    claimedBy = c.moderator().value();
                    outcome = outcome(c.upheld());
                    decidedAt = c.decidedAt();
                }
                case Case.Closed c -> {
                    claimedBy = c.moderator().value();
                    outcome = outcome(c.upheld());
                    decidedAt = c.decidedAt();
                    closedAt = c.closedAt();
                }
            }
            Matter matter = of.matter();
            Prefix address = matter.address();
            return new CaseView(
                    matter.id().value(),
                    matter.number(),
                    CaseState.of(of).wire(),
                    matter.category().wire(),
                    address == null ? null : address.addressText(),
                    matter.port(),
                    matter.observedAt(),
                    matter.openedAt(),
                    matter.dueAt(),
                    waits && !matter.dueAt().isAfter(now),
                    reports,
                    claimedBy,
                    offer == null ? null : offer.to().value(),
                    offer == null ? null : offer.until(),
                    outcome,
                    decidedAt,
                    closedAt);
        }

        private static String outcome(boolean upheld) {
            return upheld ? "upheld" : "dismissed";
        }
    }

    record CasesView(List<CaseView> items, @Nullable String next) {}

    record EvidenceView(
            UUID id,
            String contentType,
            String sha256,
            long sizeBytes,
            boolean contentKept,
            @Nullable String declaredHash,
            boolean differs) {
        static EvidenceView of(Evidence evidence) {
            return new EvidenceView(
                    evidence.id().value(),
                    evidence.contentType(),
                    evidence.sha256(),
                    evidence.sizeBytes(),
                    evidence.kept(),
                    evidence.claim().hash(),
                    evidence.claim().differs());
        }
    }

    /** A report as a moderator sees it: what is complained of, not by whom. */
    record ReportedView(
            UUID id,
            String reporter,
            Instant receivedAt,
            Instant observedAt,
            @Nullable String address,
            @Nullable Integer port,
            @Nullable String description,
            @Nullable String url,
            String format,
            @Nullable String kind,
            @Nullable String reference,
            boolean machine,
            List<AdditionView> additions,
            List<EvidenceView> evidence) {
        static ReportedView of(Report report) {
            Prefix address = report.address();
            return new ReportedView(
                    report.id().value(),
                    report.reporter().kind(),
                    report.receivedAt(),
                    report.observedAt(),
                    address == null ? null : address.addressText(),
                    report.port(),
                    report.description(),
                    report.url(),
                    report.origin().format().wire(),
                    report.origin().kind(),
                    report.reporter() instanceof Reporter.OfPartner
                            ? report.origin().reference()
                            : null,
                    report.origin().format().ofMachines(),
                    report.additions().stream()
                            .map(added -> new AdditionView(added.text(), added.addedAt()))
                            .toList(),
                    report.evidence().stream().map(EvidenceView::of).toList());
        }
    }

    record AdditionView(String text, Instant addedAt) {}

    record NoteView(UUID moderatorId, String text, Instant at) {
        static NoteView of(CaseNote note) {
            return new NoteView(note.moderator().value(), note.text(), note.at());
        }
    }

    record CaseDetailView(
            CaseView summary,
            @Nullable UUID subjectMemberId,
            List<ReportedView> reports,
            List<NoteView> notes) {}

    record NoteRequest(@NotBlank @Size(max = CaseNote.LENGTH_MAX) String text) {}

    record ReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    record HandOverRequest(@NotNull UUID to, @NotBlank @Size(max = 500) String reason) {}

    record ShareView(
            UUID moderatorId,
            int inHand,
            int overdue,
            int decided,
            int decidedLate,
            int upheld,
            int overturned,
            int closed,
            int minutes) {
        static ShareView of(Workload.Share share) {
            return new ShareView(
                    share.moderator().value(),
                    share.inHand(),
                    share.overdue(),
                    share.decided(),
                    share.decidedLate(),
                    share.upheld(),
                    share.overturned(),
                    share.closed(),
                    share.minutes());
        }
    }

    record WorkloadView(int days, int waiting, int waitingOverdue, List<ShareView> items) {}

    record SubjectView(UUID memberId, UUID siteId, UUID attachmentId, Instant at) {
        static SubjectView of(Subject subject) {
            return new SubjectView(
                    subject.member().value(),
                    subject.site().value(),
                    subject.attachment().value(),
                    subject.at());
        }
    }

    @Operation(
            summary =
                    "Cases, newest first or of the undecided those due first, without those about or reported by the"
                            + " reader's household or about a direct neighbour; with a"
                            + " memberId, for moderators: what was upheld against the member, and what the"
                            + " reader looked up")
    @GetMapping
    @PreAuthorize("hasRole('moderator') or (hasRole('board') and #memberId == null)")
    CasesView queue(
            @Parameter(
                            schema =
                                    @Schema(
                                            type = "string",
                                            allowableValues = {
                                                "open",
                                                "underReview",
                                                "decided",
                                                "closed"
                                            }))
                    @RequestParam(required = false)
                    @Nullable CaseState state,
            @Parameter(schema = @Schema(type = "string", example = "illegal_content"))
                    @RequestParam(required = false)
                    @Nullable Category category,
            @RequestParam(required = false) @Nullable UUID memberId,
            @Parameter(
                            schema =
                                    @Schema(
                                            type = "string",
                                            allowableValues = {"newest", "due"}))
                    @RequestParam(defaultValue = "newest")
                    Casework.Order order,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long after,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId member = memberId == null ? null : new MemberId(memberId);
        var page =
                casework.queue(
                        new Casework.Queue(state, category, member, order, after, limit),
                        moderator(jwt));
        Long next = page.next();
        return new CasesView(
                page.items().stream()
                        .map(queued -> CaseView.of(queued.of(), queued.reports(), clock.instant()))
                        .toList(),
                next == null ? null : next.toString());
    }

    @Operation(
            summary =
                    "A case with its reports and notes; the member behind it only for its moderator")
    @GetMapping("/{id}")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    CaseDetailView show(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        Case found = casework.read(new CaseId(id), moderator(jwt));
        List<Report> reports = casework.reports(new CaseId(id));
        CaseView summary = CaseView.of(found, reports.size(), clock.instant());
        MemberId subject = found.matter().subject();
        boolean mine = moderator(jwt).value().equals(summary.claimedBy());
        return new CaseDetailView(
                summary,
                subject != null && mine ? subject.value() : null,
                reports.stream().map(ReportedView::of).toList(),
                casework.notes(new CaseId(id)).stream().map(NoteView::of).toList());
    }

    @Operation(summary = "Take a case on")
    @PostMapping("/{id}/claim")
    @PreAuthorize("hasRole('moderator')")
    CaseView claim(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return view(casework.claim(new CaseId(id), moderator(jwt)));
    }

    @Operation(summary = "Put a case back into the queue")
    @PostMapping("/{id}/release")
    @PreAuthorize("hasRole('moderator')")
    CaseView release(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return view(casework.release(new CaseId(id), moderator(jwt), request.reason()));
    }

    @Operation(summary = "Put a case back into the queue that its moderator does not work on")
    @PostMapping("/{id}/take-away")
    @PreAuthorize("hasRole('board')")
    CaseView takeAway(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return view(casework.takeAway(new CaseId(id), moderator(jwt), request.reason()));
    }

    @Operation(
            summary = "Ask a colleague to take a case over; for a while nobody else can claim it")
    @PostMapping("/{id}/hand-over")
    @PreAuthorize("hasRole('moderator')")
    CaseView handOver(
            @PathVariable UUID id,
            @Valid @RequestBody HandOverRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return view(
                casework.handOver(
                        new CaseId(id),
                        moderator(jwt),
                        new MemberId(request.to()),
                        request.reason()));
    }

    @Operation(
            summary =
                    "How the work is shared among moderators, and how often what each upheld was taken back")
    @GetMapping("/workload")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    WorkloadView workload(@RequestParam(defaultValue = "90") @Min(1) @Max(DAYS_MAX) int days) {
        Workload workload = casework.workload(Duration.ofDays(days));
        return new WorkloadView(
                days,
                workload.waiting().cases(),
                workload.waiting().overdue(),
                workload.shares().stream().map(ShareView::of).toList());
    }

    @Operation(summary = "Write something down about a case, for good")
    @PostMapping("/{id}/notes")
    @PreAuthorize("hasRole('moderator')")
    @ResponseStatus(HttpStatus.CREATED)
    NoteView note(
            @PathVariable UUID id,
            @Valid @RequestBody NoteRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return NoteView.of(casework.note(new CaseId(id), moderator(jwt), request.text()));
    }

    @Operation(summary = "Ask who stood behind the address of a case; the question is written down")
    @PostMapping("/{id}/subject")
    @PreAuthorize("hasRole('moderator')")
    SubjectView subject(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return casework.lookUp(new CaseId(id), moderator(jwt), request.reason())
                .map(SubjectView::of)
                .orElseThrow(SubjectUnknown::new);
    }

    @Operation(summary = "Agree to a look-up that another moderator asked for")
    @PostMapping("/{id}/subject/agreement")
    @PreAuthorize("hasRole('moderator')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void agreeToLookUp(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        casework.agreeToLookUp(new CaseId(id), moderator(jwt));
    }

    @Operation(summary = "Close a decided case")
    @PostMapping("/{id}/close")
    @PreAuthorize("hasRole('moderator')")
    CaseView close(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return view(casework.close(new CaseId(id), moderator(jwt)));
    }

    private CaseView view(Case of) {
        return CaseView.of(of, casework.reports(of.matter().id()).size(), clock.instant());
    }

    private static MemberId moderator(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    /** Nobody held the address at that moment, as far as this service was told. */
    private static class SubjectUnknown extends RuntimeException {}

    @ExceptionHandler
    ProblemDetail secondWanted(SecondModeratorWanted e) {
        return problem(HttpStatus.CONFLICT, "second-moderator-wanted", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(CaseNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "case-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail refused(CaseStepRefused e) {
        return problem(HttpStatus.CONFLICT, "case-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail conflict(ConflictOfInterest e) {
        return problem(HttpStatus.FORBIDDEN, "conflict-of-interest", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail unknown(SubjectUnknown e) {
        return problem(
                HttpStatus.NOT_FOUND,
                "subject-unknown",
                "No site of the co-op held this address at that time");
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
