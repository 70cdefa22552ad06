package org.coopmesh.abuse.report;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
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

/** The abuse form and its follow-up, for everybody. */
@RestController
@RequestMapping("/api/reports")
class ReportController {
    private static final int EVIDENCE_COUNT_MAX = 50;
    private static final int TOKEN_LENGTH_MAX = 100;

    private final Intake intake;

    ReportController(Intake intake) {
        this.intake = intake;
    }

    record EvidenceRequest(
            @NotNull @Size(max = 131) String contentType, @NotNull String contentBase64) {}

    record ReportRequest(
            @NotNull @Size(max = 40) String category,
            @Nullable @Size(max = 49) String address,
            @Nullable @Min(1) @Max(65_535) Integer port,
            @Nullable Instant observedAt,
            @Nullable @Size(max = 10_000) String description,
            @Nullable @Size(max = 2_000) String url,
            @Nullable @Email @Size(max = 254) String reporterEmail,
            @Nullable @Valid @Size(max = EVIDENCE_COUNT_MAX)
                    List<@NotNull EvidenceRequest> evidence) {}

    record ReceiptView(UUID id, String followUpToken) {}

    /** What a reporter sees: how it stands and what came of it, nothing of the other side. */
    record ReportView(
            UUID id,
            String category,
            @Nullable String address,
            Instant receivedAt,
            String state,
            @Nullable String outcome) {
        static ReportView of(Report report) {
            Prefix address = report.address();
            return new ReportView(
                    report.id().value(),
                    report.category().wire(),
                    address == null ? null : address.addressText(),
                    report.receivedAt(),
                    switch (report.state()) {
                        case RECEIVED -> "received";
                        case UNDER_REVIEW -> "underReview";
                        case UPHELD, DISMISSED, OVERTURNED -> "answered";
                    },
                    switch (report.state()) {
                        case RECEIVED, UNDER_REVIEW -> null;
                        case UPHELD -> "upheld";
                        case DISMISSED -> "dismissed";
                        case OVERTURNED -> "overturned";
                    });
        }
    }

    record ReportsView(List<ReportView> items, @Nullable String next) {}

    @Operation(summary = "Report abuse, with or without a name")
    @PostMapping
    @PreAuthorize("permitAll()")
    @ResponseStatus(HttpStatus.CREATED)
    ReceiptView report(
            @Valid @RequestBody ReportRequest request, @AuthenticationPrincipal @Nullable Jwt jwt) {
        Intake.Receipt receipt = intake.receive(submission(request, jwt));
        return new ReceiptView(receipt.id().value(), receipt.token().value());
    }

    private static Intake.Submission submission(ReportRequest request, @Nullable Jwt jwt) {
        var evidence = new ArrayList<Intake.Attached>();
        if (request.evidence() != null) {
            for (EvidenceRequest file : request.evidence()) {
                evidence.add(new Intake.Attached(file.contentType(), content(file)));
            }
        }
        return new Intake.Submission(
                category(request.category()),
                reporter(request.reporterEmail(), jwt),
                request.address() == null || request.address().isBlank()
                        ? null
                        : address(request.address()),
                request.port(),
                request.observedAt(),
                blankToNull(request.description()),
                blankToNull(request.url()),
                evidence);
    }

    private static byte[] content(EvidenceRequest file) {
        try {
            new Evidence(
                    new EvidenceId(new UUID(0, 0)),
                    file.contentType(),
                    "",
                    0,
                    false); // Type check.
        } catch (IllegalArgumentException e) {
            throw new ReportRefused("evidence.contentType", "not a content type");
        }
        try {
            return Base64.getDecoder().decode(file.contentBase64());
        } catch (IllegalArgumentException e) {
            throw new ReportRefused("evidence.contentBase64", "not base64");
        }
    }

    private static Category category(String text) {
        try {
            return Category.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ReportRefused("category", "no such category");
        }
    }

    private static Prefix address(String text) {
        try {
            return Prefix.address(text.strip());
        } catch (IllegalArgumentException e) {
            throw new ReportRefused("address", "not one IPv4 or IPv6 address");
        }
    }

    private static Reporter reporter(@Nullable String email, @Nullable Jwt jwt) {
        if (jwt != null) {
            return new Reporter.OfMember(member(jwt));
        }
        return email == null || email.isBlank()
                ? new Reporter.Anonymous()
                : new Reporter.OfMail(email.strip());
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    @Operation(summary = "How a report stands, for whoever has its token or sent it")
    @GetMapping("/{id}")
    @PreAuthorize("permitAll()")
    ReportView followUp(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable @Size(max = TOKEN_LENGTH_MAX) String token,
            @AuthenticationPrincipal @Nullable Jwt jwt) {
        return ReportView.of(
                intake.followUp(
                        new ReportId(id),
                        token == null ? null : new FollowUpToken(token),
                        jwt == null ? null : member(jwt)));
    }

    @Operation(summary = "The reports of the member who is signed in, newest first")
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    ReportsView mine(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        return new ReportsView(
                intake.of(member(jwt), limit).stream().map(ReportView::of).toList(), null);
    }

    private static MemberId member(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    @ExceptionHandler
    ProblemDetail notFound(ReportNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/report-not-found"));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(ReportRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "Something is missing");
        problem.setDetail(e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/report-refused"));
        problem.setProperty(
                "errors",
                List.of(Map.of("field", e.field(), "rule", "refused", "message", e.getMessage())));
        return problem;
    }
}
