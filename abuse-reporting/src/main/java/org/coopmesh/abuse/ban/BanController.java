package org.coopmesh.abuse.ban;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.AlreadyBanned;
import org.coopmesh.abuse.decision.BanRefused;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
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

/** Bans, seen and made by moderators. */
@RestController
@RequestMapping("/api/bans")
class BanController {
    /** The largest whole number that every JSON reader keeps exactly. */
    private static final BigInteger NUMBER_MAX =
            BigInteger.ONE.shiftLeft(53).subtract(BigInteger.ONE);

    private final Bans bans;

    BanController(Bans bans) {
        this.bans = bans;
    }

    record TargetView(
            @NotBlank @Size(max = 20) String kind, @NotBlank @Size(max = 100) String value) {
        static TargetView of(Target target) {
            return new TargetView(target.kind(), target.value());
        }
    }

    record BanRequest(
            @NotNull @Valid TargetView target,
            @Nullable Instant until,
            @Nullable Boolean permanent,
            @NotBlank @Size(max = Order.REASON_LENGTH_MAX) String reason,
            @Nullable UUID caseId,
            @Nullable Boolean simulated) {}

    record PreviewRequest(@NotNull @Valid TargetView target) {}

    record ReasonRequest(@NotBlank @Size(max = Order.REASON_LENGTH_MAX) String reason) {}

    record RefusalView(String rule, String why) {}

    /** {@code addresses} stops counting at 2^53 - 1. */
    record PreviewView(
            int members, int attachments, long addresses, @Nullable RefusalView refused) {
        static PreviewView of(BlastRadius radius) {
            return new PreviewView(
                    radius.reach().members(),
                    radius.reach().attachments(),
                    radius.reach().addresses().min(NUMBER_MAX).longValueExact(),
                    radius.refused()
                            .map(refusal -> new RefusalView(refusal.rule(), refusal.why()))
                            .orElse(null));
        }
    }

    record BanView(
            UUID id,
            TargetView target,
            String state,
            Instant orderedAt,
            UUID orderedBy,
            @Nullable Instant imposedAt,
            @Nullable UUID imposedBy,
            @Nullable Instant until,
            boolean permanent,
            String reason,
            @Nullable UUID caseId,
            String origin,
            boolean simulated,
            @Nullable UUID decisionId,
            @Nullable Instant endedAt,
            @Nullable UUID endedBy,
            @Nullable String endReason,
            @Nullable PreviewView wouldHit) {
        static BanView of(Ban ban) {
            return switch (ban) {
                case Ban.Proposed p -> view(ban, "proposed", null, null, null, null);
                case Ban.InForce i -> view(ban, "inForce", i, null, null, null);
                case Ban.Declined d -> view(ban, "declined", null, d.at(), d.by(), d.reason());
                case Ban.Lifted l -> view(ban, "lifted", l.was(), l.at(), l.by(), l.reason());
                case Ban.Expired e -> view(ban, "expired", e.was(), e.at(), null, null);
                case Ban.Replaced r -> view(ban, "replaced", r.was(), r.at(), null, null);
            };
        }

        /** With what it would hit at present. */
        BanView trying(PreviewView hit) {
            return new BanView(
                    id,
                    target,
                    state,
                    orderedAt,
                    orderedBy,
                    imposedAt,
                    imposedBy,
                    until,
                    permanent,
                    reason,
                    caseId,
                    origin,
                    simulated,
                    decisionId,
                    endedAt,
                    endedBy,
                    endReason,
                    hit);
        }

        private static BanView view(
                Ban ban,
                String state,
                Ban.@Nullable InForce held,
                @Nullable Instant endedAt,
                @Nullable MemberId endedBy,
                @Nullable String endReason) {
            Order order = ban.order();
            CaseId caseId = order.caseId();
            return new BanView(
                    order.id().value(),
                    TargetView.of(order.target()),
                    state,
                    order.orderedAt(),
                    order.orderedBy().value(),
                    held == null ? null : held.imposedAt(),
                    held == null ? null : held.imposedBy().value(),
                    order.term().until(),
                    order.term() instanceof Term.Permanent,
                    order.reason(),
                    caseId == null ? null : caseId.value(),
                    switch (order.origin()) {
                        case Origin.Moderator m -> "moderator";
                        case Origin.Trial t -> "moderator";
                        case Origin.OfDecision d -> "decision";
                    },
                    order.origin() instanceof Origin.Trial,
                    switch (order.origin()) {
                        case Origin.Moderator m -> null;
                        case Origin.Trial t -> null;
                        case Origin.OfDecision d -> d.decision().value();
                    },
                    endedAt,
                    endedBy == null ? null : endedBy.value(),
                    endReason,
                    null);
        }
    }

    record BansView(List<BanView> items, @Nullable String next) {}

    @Operation(summary = "Bans, newest first")
    @GetMapping
    @PreAuthorize("hasAnyRole('moderator', 'board', 'network')")
    BansView list(
            @Parameter(
                            schema =
                                    @Schema(
                                            type = "string",
                                            allowableValues = {"active", "past", "proposed"}))
                    @RequestParam(required = false)
                    @Nullable String state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long after) {
        long before = after == null ? Long.MAX_VALUE : after;
        List<BanTable.Listed> page =
                bans.list(new BanTable.Page(state == null ? null : shown(state), before, limit));
        String next = page.size() < limit ? null : Long.toString(page.getLast().number());
        return new BansView(page.stream().map(listed -> view(listed.ban())).toList(), next);
    }

    @Operation(summary = "One ban")
    @GetMapping("/{id}")
    @PreAuthorize("hasAnyRole('moderator', 'board', 'network')")
    BanView show(@PathVariable UUID id) {
        return view(bans.find(new BanId(id)));
    }

    @Operation(
            summary =
                    "Ban; what needs two moderators is proposed, what is simulated is listed and stops nothing")
    @PostMapping
    @PreAuthorize("hasRole('moderator')")
    @ResponseStatus(HttpStatus.CREATED)
    BanView order(@Valid @RequestBody BanRequest request, @AuthenticationPrincipal Jwt jwt) {
        return view(
                bans.order(
                        new Bans.Request(
                                target(request.target()),
                                term(request),
                                request.reason(),
                                request.caseId() == null ? null : new CaseId(request.caseId()),
                                moderator(jwt),
                                Boolean.TRUE.equals(request.simulated()))));
    }

    @Operation(summary = "What a ban would hit, and whether it would be refused")
    @PostMapping("/preview")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    PreviewView preview(@Valid @RequestBody PreviewRequest request) {
        return PreviewView.of(bans.preview(target(request.target())));
    }

    @Operation(summary = "Agree to a proposed ban as the second moderator")
    @PostMapping("/{id}/confirm")
    @PreAuthorize("hasRole('moderator')")
    BanView confirm(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return BanView.of(bans.confirm(new BanId(id), moderator(jwt)));
    }

    @Operation(summary = "Turn a proposed ban down, or take back one's own")
    @PostMapping("/{id}/decline")
    @PreAuthorize("hasRole('moderator')")
    BanView decline(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return BanView.of(bans.decline(new BanId(id), moderator(jwt), request.reason()));
    }

    @Operation(summary = "End a ban; one that a decision imposed ends with the decision")
    @PostMapping("/{id}/lift")
    @PreAuthorize("hasRole('moderator')")
    BanView lift(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return BanView.of(bans.lift(new BanId(id), moderator(jwt), request.reason()));
    }

    private BanView view(Ban ban) {
        BanView view = BanView.of(ban);
        return ban instanceof Ban.InForce && view.simulated()
                ? view.trying(PreviewView.of(bans.preview(ban.order().target())))
                : view;
    }

    private static BanTable.Shown shown(String state) {
        return switch (state) {
            case "active" -> BanTable.Shown.ACTIVE;
            case "past" -> BanTable.Shown.PAST;
            case "proposed" -> BanTable.Shown.PROPOSED;
            default ->
                    throw new Malformed(
                            HttpStatus.BAD_REQUEST, "state", "active, past or proposed");
        };
    }

    private static Target target(TargetView view) {
        try {
            return Target.parse(view.kind().toLowerCase(Locale.ROOT), view.value().strip());
        } catch (IllegalArgumentException e) {
            throw new Malformed(HttpStatus.BAD_REQUEST, "target", e.getMessage());
        }
    }

    private static Term term(BanRequest request) {
        try {
            return Term.of(request.until(), Boolean.TRUE.equals(request.permanent()));
        } catch (IllegalArgumentException e) {
            throw new Malformed(HttpStatus.UNPROCESSABLE_CONTENT, "until", e.getMessage());
        }
    }

    private static MemberId moderator(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    /** A request that says something no ban can be made of. */
    private static class Malformed extends RuntimeException {
        private final HttpStatus status;
        private final String field;
        private final String why;

        Malformed(HttpStatus status, String field, @Nullable String why) {
            super(field);
            this.status = status;
            this.field = field;
            this.why = why == null ? "malformed" : why;
        }
    }

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        var problem = problem(e.status, "ban-malformed", e.field + ": " + e.why);
        problem.setProperty(
                "errors", List.of(Map.of("field", e.field, "rule", "malformed", "message", e.why)));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(BanRefused e) {
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "ban-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail alreadyBanned(AlreadyBanned e) {
        return problem(HttpStatus.CONFLICT, "already-banned", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail stepRefused(BanStepRefused e) {
        return problem(HttpStatus.CONFLICT, "ban-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail conflict(ConflictOfInterest e) {
        return problem(HttpStatus.FORBIDDEN, "conflict-of-interest", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(BanNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "ban-not-found", e.getMessage());
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
