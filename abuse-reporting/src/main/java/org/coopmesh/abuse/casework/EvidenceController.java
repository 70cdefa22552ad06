package org.coopmesh.abuse.casework;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.evidence.EvidenceVault;
import org.coopmesh.abuse.evidence.VaultRefused;
import org.coopmesh.abuse.report.EvidenceId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The files of a case: handed out as bytes to save, never to be shown, and each time written down. */
@RestController
@RequestMapping("/api/cases/{id}/evidence/{evidenceId}")
class EvidenceController {
    private final Casework casework;
    private final EvidenceVault vault;

    EvidenceController(Casework casework, EvidenceVault vault) {
        this.casework = casework;
        this.vault = vault;
    }

    /** {@code passphrase}: of the caller's key; not wanted for files that wait for the first key. */
    record ReadingRequest(
            @NotBlank @Size(max = 500) String reason,
            @Nullable @Size(max = 200) String passphrase) {
        @Override
        public String toString() {
            return "ReadingRequest";
        }
    }

    record ConsentRequest(
            @NotBlank @Size(max = 500) String reason, @NotNull @Size(max = 200) String passphrase) {
        @Override
        public String toString() {
            return "ConsentRequest";
        }
    }

    record ReadingView(UUID moderatorId, String what, String reason, Instant at) {}

    record ErasedView(String sha256, String rule, Instant at) {}

    record StandingView(
            boolean kept,
            boolean sealed,
            int quorum,
            int consents,
            boolean mine,
            List<ReadingView> readings,
            @Nullable ErasedView erased) {
        static StandingView of(EvidenceVault.Standing standing) {
            EvidenceVault.Erased erased = standing.erased();
            return new StandingView(
                    standing.kept(),
                    standing.sealed(),
                    standing.quorum(),
                    standing.consents(),
                    standing.mine(),
                    standing.readings().stream()
                            .map(r -> new ReadingView(r.moderator(), r.what(), r.reason(), r.at()))
                            .toList(),
                    erased == null
                            ? null
                            : new ErasedView(erased.sha256(), erased.rule(), erased.at()));
        }
    }

    @Operation(summary = "Whether a file is kept and sealed, who opens it, and who looked into it")
    @GetMapping
    @PreAuthorize("hasRole('moderator')")
    StandingView show(
            @PathVariable UUID id,
            @PathVariable UUID evidenceId,
            @AuthenticationPrincipal Jwt jwt) {
        if (!casework.hasFile(new CaseId(id), new EvidenceId(evidenceId), moderator(jwt))) {
            throw new CaseNotFound(new CaseId(id));
        }
        return StandingView.of(vault.standing(evidenceId, moderator(jwt).value()));
    }

    @Operation(summary = "Open a file: bytes to save, never shown; who and why is written down")
    @PostMapping("/reading")
    @PreAuthorize("hasRole('moderator')")
    ResponseEntity<byte[]> open(
            @PathVariable UUID id,
            @PathVariable UUID evidenceId,
            @Valid @RequestBody ReadingRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        if (!casework.holdsFile(new CaseId(id), new EvidenceId(evidenceId), moderator(jwt))) {
            throw new CaseNotFound(new CaseId(id));
        }
        String passphrase = request.passphrase();
        byte[] content =
                vault.open(
                        evidenceId,
                        moderator(jwt).value(),
                        passphrase == null ? null : passphrase.toCharArray(),
                        request.reason().strip());
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .cacheControl(CacheControl.noStore())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + evidenceId + ".bin\"")
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .body(content);
    }

    @Operation(summary = "Let the moderator who has the case open a file that takes several")
    @PostMapping("/consent")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('moderator')")
    void consent(
            @PathVariable UUID id,
            @PathVariable UUID evidenceId,
            @Valid @RequestBody ConsentRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        if (!casework.hasFile(new CaseId(id), new EvidenceId(evidenceId), moderator(jwt))) {
            throw new CaseNotFound(new CaseId(id));
        }
        vault.consent(
                evidenceId,
                moderator(jwt).value(),
                request.passphrase().toCharArray(),
                request.reason().strip());
    }

    private static MemberId moderator(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    @ExceptionHandler
    ProblemDetail refused(VaultRefused e) {
        HttpStatus status =
                switch (e.why()) {
                    case NOT_THERE -> HttpStatus.NOT_FOUND;
                    case NO_KEY, WRONG_PASSPHRASE, MORE_NEEDED, NOT_NOW -> HttpStatus.CONFLICT;
                };
        return problem(status, e.why().slug(), e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(CaseNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "case-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail conflict(ConflictOfInterest e) {
        return problem(HttpStatus.FORBIDDEN, "conflict-of-interest", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail step(CaseStepRefused e) {
        return problem(HttpStatus.CONFLICT, "case-step-refused", e.getMessage());
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String why) {
        var problem = ProblemDetail.forStatusAndDetail(status, why);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
