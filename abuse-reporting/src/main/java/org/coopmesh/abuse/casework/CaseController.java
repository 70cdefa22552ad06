package org.coopmesh.abuse.casework;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Evidence;
import org.coopmesh.abuse.report.EvidenceId;
import org.coopmesh.abuse.report.Report;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SecondModeratorWanted;
import org.coopmesh.abuse.subject.Subject;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
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
    private final Casework casework;

    CaseController(Casework casework) {
        this.casework = casework;
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
            int reports,
            @Nullable UUID claimedBy,
            @Nullable String outcome,
            @Nullable Instant decidedAt,
            @Nullable Instant closedAt) {
        static CaseView of(Case of, int reports) {
            @Nullable UUID claimedBy = null;
            @Nullable String outcome = null;
            @Nullable Instant decidedAt = null;
            @Nullable Instant closedAt = null;
            switch (of) {
                case Case.Open open -> {}
                case Case.UnderReview c -> claimedBy = c.moderator().value();
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
                    reports,
                    claimedBy,
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
            UUID id, String contentType, String sha256, long sizeBytes, boolean contentKept) {
        static EvidenceView of(Evidence evidence) {
            return new EvidenceView(
                    evidence.id().value(),
                    evidence.contentType(),
                    evidence.sha256(),
                    evidence.sizeBytes(),
                    evidence.kept());
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
                    report.evidence().stream().map(EvidenceView::of).toList());
        }
    }

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
                    "Cases, newest first, without those about or reported by the reader's household; with a"
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
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long after,
            @AuthenticationPrincipal Jwt jwt) {
        long before = after == null ? Long.MAX_VALUE : after;
        MemberId member = memberId == null ? null : new MemberId(memberId);
        var page =
                casework.queue(
                        new Casework.Queue(state, category, member, before, limit), moderator(jwt));
        Long next = page.next();
        return new CasesView(
                page.items().stream()
                        .map(queued -> CaseView.of(queued.of(), queued.reports()))
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
        CaseView summary = CaseView.of(found, reports.size());
        MemberId subject = found.matter().subject();
        boolean mine = moderator(jwt).value().equals(summary.claimedBy());
        return new CaseDetailView(
                summary,
                subject != null && mine ? subject.value() : null,
                reports.stream().map(ReportedView::of).toList(),
                casework.notes(new CaseId(id)).stream().map(NoteView::of).toList());
    }

    @Operation(summary = "Save a file of evidence: bytes, never shown")
    @GetMapping("/{id}/evidence/{evidenceId}")
    @PreAuthorize("hasRole('moderator')")
    ResponseEntity<byte[]> evidence(
            @PathVariable UUID id,
            @PathVariable UUID evidenceId,
            @AuthenticationPrincipal Jwt jwt) {
        return casework.evidence(new CaseId(id), new EvidenceId(evidenceId), moderator(jwt))
                .map(content ->
                        ResponseEntity.ok()
                                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                .header(
                                        "Content-Disposition",
                                        "attachment; filename=\"" + evidenceId + ".bin\"")
                                .header("Content-Security-Policy", "sandbox")
                                .body(content))
                .orElseThrow(EvidenceNotKept::new);
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
        return CaseView.of(of, casework.reports(of.matter().id()).size());
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

    /** There is no such file in the case, or of its category only the hash may be kept. */
    private static class EvidenceNotKept extends RuntimeException {}

    @ExceptionHandler
    ProblemDetail notKept(EvidenceNotKept e) {
        return problem(
                HttpStatus.NOT_FOUND, "evidence-not-kept", "No content of this file is kept");
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
