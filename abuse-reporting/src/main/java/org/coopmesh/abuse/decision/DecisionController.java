package org.coopmesh.abuse.decision;

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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.abuse.casework.CaseNotFound;
import org.coopmesh.abuse.casework.CaseStepRefused;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Decisions of moderators, and what a member is told of those about them. */
@RestController
class DecisionController {
    private final Adjudication adjudication;

    DecisionController(Adjudication adjudication) {
        this.adjudication = adjudication;
    }

    record TargetView(
            @NotBlank @Size(max = 20) String kind, @NotBlank @Size(max = 100) String value) {
        static TargetView of(Target target) {
            return new TargetView(target.kind(), target.value());
        }
    }

    record MeasureRequest(
            @NotBlank @Size(max = 20) String kind,
            @Nullable Instant until,
            @Nullable Boolean permanent,
            @Nullable Integer slowLaneKbit,
            @NotNull @Valid TargetView target) {}

    record DecisionRequest(
            @NotBlank @Size(max = 20) String outcome,
            @NotBlank @Size(max = Ruling.RULE_LENGTH_MAX) String rule,
            @NotBlank @Size(max = Ruling.REASON_LENGTH_MAX) String reason,
            @Nullable @Size(max = Ruling.MEASURES_MAX)
                    List<@NotNull @Valid MeasureRequest> measures) {}

    record ReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    record MeasureView(
            UUID id,
            String kind,
            TargetView target,
            @Nullable Instant until,
            boolean permanent,
            @Nullable Integer slowLaneKbit) {
        static MeasureView of(MeasureId id, Measure measure) {
            Term term = measure.term();
            return new MeasureView(
                    id.value(),
                    measure.kind(),
                    TargetView.of(measure.target()),
                    term == null ? null : term.until(),
                    term instanceof Term.Permanent,
                    measure instanceof Measure.SlowLane slow ? slow.kbit() : null);
        }
    }

    /** Somebody of those whom it takes to take a decision back. */
    record VoiceView(UUID by, String reason, Instant at) {
        static VoiceView of(Voice voice) {
            return new VoiceView(voice.by().value(), voice.reason(), voice.at());
        }
    }

    record DecisionView(
            UUID id,
            UUID caseId,
            String state,
            String outcome,
            String rule,
            String reason,
            List<MeasureView> measures,
            String statement,
            UUID decidedBy,
            Instant draftedAt,
            int moderatorsNeeded,
            List<UUID> agreed,
            @Nullable UUID confirmedBy,
            @Nullable Instant inForceAt,
            @Nullable Instant appealUntil,
            List<VoiceView> wantReversed,
            @Nullable Instant endedAt,
            @Nullable String endReason) {
        static DecisionView of(Decision decision) {
            Draft draft = decision.draft();
            @Nullable UUID confirmedBy = null;
            @Nullable Instant inForceAt = null;
            @Nullable Instant appealUntil = null;
            List<VoiceView> wantReversed = List.of();
            @Nullable Instant endedAt = null;
            @Nullable String endReason = null;
            InForce bound = Adjudication.inForce(decision).orElse(null);
            if (bound != null) {
                confirmedBy = bound.confirmedBy().value();
                inForceAt = bound.at();
                appealUntil = bound.appealUntil();
            }
            switch (decision) {
                case Decision.Proposed p -> {}
                case Decision.Dismissed d -> {
                    confirmedBy =
                            d.agreed().isEmpty()
                                    ? draft.moderator().value()
                                    : d.agreed().getLast().value();
                    inForceAt = d.at();
                }
                case InForce i -> {}
                case Decision.Contested c ->
                        wantReversed = c.voices().stream().map(VoiceView::of).toList();
                case Decision.Declined d -> {
                    endedAt = d.at();
                    endReason = d.reason();
                }
                case Decision.Reversed r -> {
                    endedAt = r.at();
                    endReason = r.reason();
                }
            }
            return new DecisionView(
                    draft.id().value(),
                    draft.caseId().value(),
                    stateOf(decision),
                    outcomeOf(draft),
                    draft.ruling().rule(),
                    draft.ruling().reason(),
                    measuresOf(draft),
                    draft.statement(),
                    draft.moderator().value(),
                    draft.draftedAt(),
                    draft.moderatorsNeeded(),
                    decision.cosigners().stream().map(MemberId::value).toList(),
                    confirmedBy,
                    inForceAt,
                    appealUntil,
                    wantReversed,
                    endedAt,
                    endReason);
        }
    }

    /** A decision as the member reads it: no moderator, no reporter. */
    record StatementView(
            UUID id,
            long caseNumber,
            String category,
            String state,
            String rule,
            String reason,
            List<MeasureView> measures,
            String language,
            String statement,
            Instant draftedAt,
            Instant inForceAt,
            Instant appealUntil) {
        static StatementView of(Statement told) {
            Draft draft = told.decision().draft();
            return new StatementView(
                    draft.id().value(),
                    told.matter().number(),
                    told.matter().category().wire(),
                    stateOf(told.decision()),
                    draft.ruling().rule(),
                    draft.ruling().reason(),
                    measuresOf(draft),
                    told.language().tag(),
                    told.text(),
                    draft.draftedAt(),
                    told.bound().at(),
                    told.bound().appealUntil());
        }
    }

    record StrikeView(UUID decisionId, String category, int weight, Instant at) {
        static StrikeView of(Strike strike) {
            return new StrikeView(
                    strike.decision().value(),
                    strike.category().wire(),
                    strike.weight(),
                    strike.at());
        }
    }

    /**
     * A step of the ladder.
     *
     * @param days null for a warning and for what is permanent
     */
    record RungView(
            int from,
            String kind,
            @Nullable Long days,
            boolean permanent,
            @Nullable Integer slowLaneKbit) {
        static RungView of(Policy.Rung rung) {
            Duration lasts = rung.lasts();
            return new RungView(
                    rung.from(),
                    rung.step().wire(),
                    lasts == null ? null : lasts.toDays(),
                    lasts == null && rung.step() == Policy.Step.BAN,
                    rung.kbit());
        }
    }

    /** What the policy proposes for a case; a moderator decides. */
    record ProposalView(
            List<StrikeView> strikes, int weightBefore, int weight, int windowDays, RungView step) {
        static ProposalView of(Proposal proposal, Policy policy) {
            return new ProposalView(
                    proposal.strikes().stream().map(StrikeView::of).toList(),
                    proposal.before(),
                    proposal.weight(),
                    (int) policy.strikeWindow().toDays(),
                    RungView.of(proposal.rung()));
        }
    }

    /** What the co-op has published about how it decides. */
    record PolicyView(
            int moderators,
            int windowDays,
            Map<String, Integer> weights,
            List<RungView> ladder,
            long appealDays,
            long hearDays) {
        static PolicyView of(Policy policy) {
            var weights = new TreeMap<String, Integer>();
            for (Category category : Category.values()) {
                weights.put(category.wire(), policy.weight(category));
            }
            return new PolicyView(
                    policy.moderators(),
                    (int) policy.strikeWindow().toDays(),
                    weights,
                    policy.ladder().stream().map(RungView::of).toList(),
                    policy.appealWithin().toDays(),
                    policy.hearWithin().toDays());
        }
    }

    record DecisionsView(List<DecisionView> items, @Nullable String next) {}

    record StatementsView(List<StatementView> items, @Nullable String next) {}

    @Operation(summary = "Decide a case; what needs two moderators is proposed")
    @PostMapping("/api/cases/{id}/decision")
    @PreAuthorize("hasRole('moderator')")
    @ResponseStatus(HttpStatus.CREATED)
    DecisionView decide(
            @PathVariable UUID id,
            @Valid @RequestBody DecisionRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return DecisionView.of(
                adjudication.decide(new CaseId(id), moderator(jwt), ruling(request)));
    }

    @Operation(summary = "The decisions of a case, oldest first")
    @GetMapping("/api/cases/{id}/decisions")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    DecisionsView ofCase(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return new DecisionsView(
                adjudication.ofCase(new CaseId(id), moderator(jwt)).stream()
                        .map(DecisionView::of)
                        .toList(),
                null);
    }

    @Operation(
            summary =
                    "Which step of the ladder the policy proposes for a case; the member's strikes only for who has"
                            + " the case in hand, and once a decision waits for others")
    @GetMapping("/api/cases/{id}/proposal")
    @PreAuthorize("hasRole('moderator')")
    ProposalView proposal(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return ProposalView.of(
                adjudication.propose(new CaseId(id), moderator(jwt)), adjudication.policy());
    }

    @Operation(
            summary = "How the co-op decides: who must agree, what weighs how much, how to appeal")
    @GetMapping("/api/abuse/policy")
    @PreAuthorize("isAuthenticated()")
    PolicyView policy() {
        return PolicyView.of(adjudication.policy());
    }

    @Operation(summary = "Proposals that wait for other moderators, oldest first")
    @GetMapping("/api/abuse/decisions/proposed")
    @PreAuthorize("hasRole('moderator')")
    DecisionsView proposed(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        return new DecisionsView(
                adjudication.proposed(limit, moderator(jwt)).stream()
                        .map(DecisionView::of)
                        .toList(),
                null);
    }

    @Operation(
            summary =
                    "Statements of reasons to the member who is signed in, newest first, in en, es, ca, de or fr")
    @GetMapping("/api/abuse/decisions/mine")
    @PreAuthorize("isAuthenticated()")
    StatementsView mine(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @Parameter(
                            schema =
                                    @Schema(
                                            type = "string",
                                            allowableValues = {"en", "es", "ca", "de", "fr"},
                                            defaultValue = "en"))
                    @RequestParam(defaultValue = "en")
                    Language language,
            @AuthenticationPrincipal Jwt jwt) {
        return new StatementsView(
                adjudication.statements(moderator(jwt), limit, language).stream()
                        .map(StatementView::of)
                        .toList(),
                null);
    }

    @Operation(
            summary =
                    "Agree to a proposal of another moderator; the last one needed puts it into force")
    @PostMapping("/api/abuse/decisions/{id}/confirm")
    @PreAuthorize("hasRole('moderator')")
    DecisionView confirm(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return DecisionView.of(adjudication.confirm(new DecisionId(id), moderator(jwt)));
    }

    @Operation(summary = "Turn a proposal down, or take back one's own")
    @PostMapping("/api/abuse/decisions/{id}/decline")
    @PreAuthorize("hasRole('moderator')")
    DecisionView decline(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return DecisionView.of(
                adjudication.decline(new DecisionId(id), moderator(jwt), request.reason()));
    }

    @Operation(
            summary =
                    "Take back what a decision imposed and still holds; what several decided takes as many others, a"
                            + " moderator first, then moderators or the board")
    @PostMapping("/api/abuse/decisions/{id}/reverse")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    DecisionView reverse(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            JwtAuthenticationToken signedIn) {
        boolean moderates =
                signedIn.getAuthorities().stream()
                        .anyMatch(may -> "ROLE_moderator".equals(may.getAuthority()));
        return DecisionView.of(
                adjudication.reverse(
                        new DecisionId(id),
                        moderator(signedIn.getToken()),
                        moderates ? Adjudication.Office.MODERATOR : Adjudication.Office.BOARD,
                        request.reason()));
    }

    private static Ruling ruling(DecisionRequest request) {
        boolean upheld =
                switch (request.outcome()) {
                    case "upheld" -> true;
                    case "dismissed" -> false;
                    default -> throw new Malformed("outcome", "upheld or dismissed");
                };
        var measures = new ArrayList<Measure>();
        if (request.measures() != null) {
            for (int i = 0; i < request.measures().size(); i++) {
                measures.add(measure("measures[" + i + "]", request.measures().get(i)));
            }
        }
        try {
            return new Ruling(upheld, request.rule(), request.reason(), measures);
        } catch (IllegalArgumentException e) {
            throw new Malformed("measures", e.getMessage());
        }
    }

    private static Measure measure(String field, MeasureRequest request) {
        Target target;
        try {
            target = Target.parse(request.target().kind(), request.target().value());
        } catch (IllegalArgumentException e) {
            throw new Malformed(field + ".target", e.getMessage());
        }
        return switch (request.kind()) {
            case "warning" -> new Measure.Warning(member(field, target));
            case "slowLane" -> slowLane(field, target, request);
            case "suspension" ->
                    new Measure.Suspension(member(field, target), term(field, request));
            case "ban" -> new Measure.Ban(target, term(field, request));
            default -> throw new Malformed(field + ".kind", "warning, slowLane, suspension or ban");
        };
    }

    private static Measure slowLane(String field, Target target, MeasureRequest request) {
        Integer kbit = request.slowLaneKbit();
        if (kbit == null) {
            throw new Malformed(field + ".slowLaneKbit", "say how slow");
        }
        MemberId member = member(field, target);
        Term term = term(field, request);
        try {
            return new Measure.SlowLane(member, kbit, term);
        } catch (IllegalArgumentException e) {
            throw new Malformed(field + ".slowLaneKbit", e.getMessage());
        }
    }

    private static Term term(String field, MeasureRequest request) {
        try {
            return Term.of(request.until(), Boolean.TRUE.equals(request.permanent()));
        } catch (IllegalArgumentException e) {
            throw new Malformed(field + ".until", e.getMessage());
        }
    }

    private static MemberId member(String field, Target target) {
        if (target instanceof OfMember of) {
            return of.member();
        }
        throw new Malformed(field + ".target", "only a ban may aim at an address or a node");
    }

    private static MemberId moderator(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    /** A request that says something no decision can be made of. */
    private static class Malformed extends RuntimeException {
        private final String field;
        private final String why;

        Malformed(String field, @Nullable String why) {
            super(field);
            this.field = field;
            this.why = why == null ? "malformed" : why;
        }
    }

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        var problem =
                problem(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        "decision-malformed",
                        e.field + ": " + e.why);
        problem.setProperty(
                "errors", List.of(Map.of("field", e.field, "rule", "malformed", "message", e.why)));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(DecisionRefused e) {
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "decision-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail banRefused(BanRefused e) {
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "ban-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail alreadyBanned(AlreadyBanned e) {
        return problem(HttpStatus.CONFLICT, "already-banned", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail stepRefused(DecisionStepRefused e) {
        return problem(HttpStatus.CONFLICT, "decision-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(DecisionNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "decision-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail caseNotFound(CaseNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "case-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail caseStepRefused(CaseStepRefused e) {
        return problem(HttpStatus.CONFLICT, "case-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail conflict(ConflictOfInterest e) {
        return problem(HttpStatus.FORBIDDEN, "conflict-of-interest", e.getMessage());
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }

    private static String stateOf(Decision decision) {
        return switch (decision) {
            case Decision.Proposed p -> "proposed";
            case Decision.Dismissed d -> "dismissed";
            case Decision.InForce i -> "inForce";
            case Decision.Contested c -> "inForce";
            case Decision.Declined d -> "declined";
            case Decision.Reversed r -> "reversed";
        };
    }

    private static String outcomeOf(Draft draft) {
        return draft.ruling().upheld() ? "upheld" : "dismissed";
    }

    private static List<MeasureView> measuresOf(Draft draft) {
        var views = new ArrayList<MeasureView>();
        for (int i = 0; i < draft.measureIds().size(); i++) {
            views.add(MeasureView.of(draft.measureIds().get(i), draft.ruling().measures().get(i)));
        }
        return views;
    }
}
