package org.coopmesh.abuse.report;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

/** The abuse form and its follow-up, for everybody. */
@RestController
@RequestMapping("/api/reports")
class ReportController {
    private static final int EVIDENCE_COUNT_MAX = 50;
    private static final int TOKEN_LENGTH_MAX = 100;

    private final Intake intake;
    private final Allowances allowances;

    ReportController(Intake intake, Allowances allowances) {
        this.intake = intake;
        this.allowances = allowances;
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
            @Nullable @Pattern(regexp = "en|es|ca|de|fr") String language,
            @Nullable @Size(max = EVIDENCE_COUNT_MAX)
                    List<@NotNull @Valid EvidenceRequest> evidence) {}

    /** {@code followUpToken}: shown this once, and not where the same was sent before. */
    record ReceiptView(UUID id, @Nullable String followUpToken) {
        static ReceiptView of(Intake.Receipt receipt) {
            FollowUpToken token = receipt.token();
            return new ReceiptView(receipt.id().value(), token == null ? null : token.value());
        }
    }

    record AdditionRequest(@NotBlank @Size(max = Addition.LENGTH_MAX) String text) {}

    record AdditionView(String text, Instant addedAt) {}

    /** What a reporter sees: how it stands and what came of it, nothing of the other side. */
    record ReportView(
            UUID id,
            String category,
            @Nullable String address,
            Instant receivedAt,
            String state,
            @Nullable String outcome,
            List<AdditionView> additions) {
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
                    },
                    report.additions().stream()
                            .map(added -> new AdditionView(added.text(), added.addedAt()))
                            .toList());
        }
    }

    record ReportsView(List<ReportView> items, @Nullable String next) {}

    @Operation(summary = "Report abuse, with or without a name")
    @PostMapping
    @PreAuthorize("permitAll()")
    @ResponseStatus(HttpStatus.CREATED)
    ReceiptView report(
            @Valid @RequestBody ReportRequest request,
            @AuthenticationPrincipal @Nullable Jwt jwt,
            HttpServletRequest from) {
        Intake.Submission submission =
                submission(
                        request, reporter(request.reporterEmail(), request.language(), jwt, from));
        limit(submission, from);
        return ReceiptView.of(intake.receive(submission));
    }

    @Operation(summary = "Report by XARF 4; with X-API-Key as a partner, else as anybody")
    @PostMapping(path = "/xarf", consumes = "application/json")
    @PreAuthorize("permitAll()")
    ResponseEntity<ReceiptView> xarf(
            @RequestBody byte[] document,
            @AuthenticationPrincipal @Nullable Jwt jwt,
            HttpServletRequest from) {
        Reporter reporter = reporter(null, null, jwt, from);
        try {
            XarfReader.Xarf read = XarfReader.read(document);
            var submission =
                    new Intake.Submission(
                            read.type().ours(),
                            reporter instanceof Reporter.Anonymous
                                    ? new Reporter.OfMail(read.contact(), language(null, from))
                                    : reporter,
                            read.address(),
                            read.port(),
                            read.observedAt(),
                            read.description(),
                            read.url(),
                            read.evidence(),
                            new Origin(Format.XARF, read.type().wire(), read.reference()),
                            arrival(reporter, read.reference(), document));
            limit(submission, from);
            Intake.Receipt receipt = intake.receive(submission);
            return ResponseEntity.status(
                            receipt.token() == null ? HttpStatus.OK : HttpStatus.CREATED)
                    .body(ReceiptView.of(receipt));
        } catch (ReportRefused e) {
            if (reporter instanceof Reporter.OfPartner) {
                intake.refused(Format.XARF, reporter, document, e);
            }
            throw e;
        }
    }

    /** A partner's number of a report counts; of strangers, who could take each other's, the whole document. */
    private static byte[] arrival(Reporter reporter, String reference, byte[] document) {
        return reporter instanceof Reporter.OfPartner of
                ? PartnerKey.hash("xarf " + of.partner() + " " + reference)
                : PartnerKey.hash("xarf " + new String(document, StandardCharsets.ISO_8859_1));
    }

    /** Strangers of one network have an allowance for each thing they complain of. */
    private void limit(Intake.Submission submission, HttpServletRequest from) {
        boolean stranger =
                switch (submission.reporter()) {
                    case Reporter.OfMember m -> false;
                    case Reporter.OfPartner p -> false;
                    case Reporter.OfMail m -> true;
                    case Reporter.Anonymous a -> true;
                };
        if (!stranger) return;
        allowances
                .about(from.getRemoteAddr(), submission.address(), submission.url())
                .ifPresent(wait -> {
                    throw new TooManyReports(wait);
                });
    }

    private static Intake.Submission submission(ReportRequest request, Reporter reporter) {
        var evidence = new ArrayList<Intake.Attached>();
        if (request.evidence() != null) {
            for (EvidenceRequest file : request.evidence()) {
                evidence.add(new Intake.Attached(file.contentType(), content(file)));
            }
        }
        return new Intake.Submission(
                category(request.category()),
                reporter,
                request.address() == null || request.address().isBlank()
                        ? null
                        : address(request.address()),
                request.port(),
                request.observedAt(),
                blankToNull(request.description()),
                blankToNull(request.url()),
                evidence,
                Origin.FORM,
                null);
    }

    private static byte[] content(EvidenceRequest file) {
        if (!Evidence.isType(file.contentType())) {
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

    private static Reporter reporter(
            @Nullable String email,
            @Nullable String language,
            @Nullable Jwt jwt,
            HttpServletRequest from) {
        if (from.getAttribute(IntakeGuard.PARTNER) instanceof PartnerId partner) {
            return new Reporter.OfPartner(partner);
        }
        if (jwt != null) {
            return new Reporter.OfMember(member(jwt));
        }
        return email == null || email.isBlank()
                ? new Reporter.Anonymous()
                : new Reporter.OfMail(email.strip(), language(language, from));
    }

    /** What the form says, else what the browser would rather read. */
    private static @Nullable Language language(@Nullable String said, HttpServletRequest from) {
        return said == null
                ? Language.accepted(from.getHeader("Accept-Language")).orElse(null)
                : Language.of(said);
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

    @Operation(summary = "Add to a report what one learned since, with its token or as who sent it")
    @PostMapping("/{id}/additions")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("permitAll()")
    void add(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable @Size(max = TOKEN_LENGTH_MAX) String token,
            @Valid @RequestBody AdditionRequest request,
            @AuthenticationPrincipal @Nullable Jwt jwt) {
        intake.add(
                new ReportId(id),
                token == null ? null : new FollowUpToken(token),
                jwt == null ? null : member(jwt),
                request.text().strip());
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
        return notFound(e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail refused(ReportRefused e) {
        return problem(e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tooMany(TooManyReports e) {
        var problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.TOO_MANY_REQUESTS, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/too-many-reports"));
        return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
                .header("Retry-After", Long.toString(e.retryAfter().toSeconds() + 1))
                .body(problem);
    }

    static ProblemDetail notFound(@Nullable String why) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, why);
        problem.setType(URI.create("https://coopmesh.org/problems/report-not-found"));
        return problem;
    }

    static ProblemDetail problem(ReportRefused e) {
        var problem = ProblemDetail.forStatus(HttpStatus.BAD_REQUEST);
        problem.setDetail(e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/report-refused"));
        problem.setProperty(
                "errors",
                e.wrongs().stream()
                        .map(w ->
                                Map.of(
                                        "field",
                                        w.field(),
                                        "rule",
                                        w.rule(),
                                        "message",
                                        w.message()))
                        .toList());
        return problem;
    }
}
