package org.coopmesh.abuse.report;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
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

/** Partners, mutes and what was refused, for moderators. */
@RestController
@RequestMapping("/api/abuse")
class DeskController {
    private static final int PAGE_MAX = 200;

    private final Desk desk;

    DeskController(Desk desk) {
        this.desk = desk;
    }

    record PartnerRequest(
            @NotBlank @Size(max = 100) String name,
            boolean trusted,
            @Min(1) @Max(100_000) int reportsPerHour) {}

    record PartnerView(
            UUID id,
            String name,
            boolean trusted,
            int reportsPerHour,
            Instant addedAt,
            @Nullable Instant endedAt) {
        static PartnerView of(Partner partner) {
            return new PartnerView(
                    partner.id().value(),
                    partner.name(),
                    partner.trusted(),
                    partner.reportsPerHour(),
                    partner.addedAt(),
                    partner.endedAt());
        }
    }

    record PartnersView(List<PartnerView> items) {}

    /** The key is shown this once. */
    record AdmittedView(PartnerView partner, String key) {}

    record MuteRequest(@NotBlank @Size(max = 500) String reason, @NotNull Instant until) {}

    record LiftRequest(@NotBlank @Size(max = 500) String reason) {}

    /** Who is muted is told by kind only; the report says what for. */
    record MuteView(
            UUID id,
            UUID reportId,
            String reporter,
            String reason,
            UUID mutedBy,
            Instant mutedAt,
            Instant until,
            @Nullable Instant liftedAt) {
        static MuteView of(Mutes.Mute mute) {
            return new MuteView(
                    mute.id(),
                    mute.report(),
                    mute.kind(),
                    mute.reason(),
                    mute.by(),
                    mute.at(),
                    mute.until(),
                    mute.liftedAt());
        }
    }

    record MutesView(List<MuteView> items) {}

    record RefusalView(
            String format,
            @Nullable UUID partnerId,
            String field,
            String reason,
            String sha256,
            long sizeBytes,
            Instant at) {
        static RefusalView of(Refusals.Refusal refusal) {
            return new RefusalView(
                    refusal.format(),
                    refusal.partner(),
                    refusal.field(),
                    refusal.reason(),
                    refusal.sha256(),
                    refusal.sizeBytes(),
                    refusal.at());
        }
    }

    record RefusalsView(List<RefusalView> items, @Nullable String next) {}

    @Operation(summary = "Who reports with a key, newest first")
    @GetMapping("/partners")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    PartnersView partners() {
        return new PartnersView(desk.partners(PAGE_MAX).stream().map(PartnerView::of).toList());
    }

    @Operation(summary = "Give somebody's programs a key; it is shown this once")
    @PostMapping("/partners")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('moderator')")
    AdmittedView admit(
            @Valid @RequestBody PartnerRequest request, @AuthenticationPrincipal Jwt jwt) {
        Desk.Admitted admitted =
                desk.admit(
                        request.name().strip(),
                        request.trusted(),
                        request.reportsPerHour(),
                        caller(jwt));
        return new AdmittedView(PartnerView.of(admitted.partner()), admitted.key().value());
    }

    @Operation(summary = "A partner's key counts no more")
    @PostMapping("/partners/{id}/end")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('moderator')")
    void end(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        desk.end(new PartnerId(id), caller(jwt));
    }

    @Operation(
            summary = "Keep what the reporter of this report sends from opening cases, for a time")
    @PostMapping("/reports/{id}/mute")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('moderator')")
    MuteView mute(
            @PathVariable UUID id,
            @Valid @RequestBody MuteRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return MuteView.of(
                desk.mute(
                        new ReportId(id), request.reason().strip(), request.until(), caller(jwt)));
    }

    @Operation(summary = "Mutes, newest first")
    @GetMapping("/mutes")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    MutesView mutes() {
        return new MutesView(desk.mutes(PAGE_MAX).stream().map(MuteView::of).toList());
    }

    @Operation(summary = "End a mute before its time")
    @PostMapping("/mutes/{id}/lift")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('moderator')")
    void lift(
            @PathVariable UUID id,
            @Valid @RequestBody LiftRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        desk.lift(id, request.reason().strip(), caller(jwt));
    }

    @Operation(summary = "What partners and mails sent that could not be taken in, newest first")
    @GetMapping("/refused-reports")
    @PreAuthorize("hasRole('moderator')")
    RefusalsView refusals(
            @RequestParam(required = false) @Nullable Long before,
            @RequestParam(defaultValue = "50") @Min(1) @Max(PAGE_MAX) int limit) {
        List<Refusals.Refusal> page = desk.refusals(before, limit);
        return new RefusalsView(
                page.stream().map(RefusalView::of).toList(),
                page.size() < limit ? null : Long.toString(page.getLast().number()));
    }

    private static UUID caller(Jwt jwt) {
        return UUID.fromString(jwt.getSubject());
    }

    @ExceptionHandler
    ProblemDetail notFound(ReportNotFound e) {
        return ReportController.notFound("There is nothing under this id, or it has ended");
    }

    @ExceptionHandler
    ProblemDetail refused(ReportRefused e) {
        return ReportController.problem(e);
    }
}
