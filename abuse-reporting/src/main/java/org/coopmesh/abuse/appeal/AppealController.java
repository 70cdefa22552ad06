package org.coopmesh.abuse.appeal;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.Adjudication;
import org.coopmesh.abuse.decision.Decision;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.DecisionNotFound;
import org.coopmesh.abuse.decision.DecisionStepRefused;
import org.coopmesh.abuse.subject.MemberId;
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

/** Appeals: lodged by members, heard by moderators, watched by the board. */
@RestController
class AppealController {
    private static final int REASON_LENGTH_MAX = 4_000;

    private final Hearing hearing;
    private final Clock clock;

    AppealController(Hearing hearing, Clock clock) {
        this.hearing = hearing;
        this.clock = clock;
    }

    record AppealRequest(@NotBlank @Size(max = Filing.TEXT_LENGTH_MAX) String text) {}

    record OutcomeRequest(@NotBlank @Size(max = REASON_LENGTH_MAX) String reason) {}

    /**
     * An appeal as its member reads it: not by whom it was heard.
     *
     * @param reason of the outcome; null while it waits
     */
    record OwnAppealView(
            UUID id,
            UUID decisionId,
            String state,
            String text,
            Instant lodgedAt,
            Instant dueAt,
            @Nullable String reason,
            @Nullable Instant decidedAt) {
        static OwnAppealView of(Appeal appeal) {
            Filing filing = appeal.filing();
            Outcome outcome = Outcome.of(appeal);
            return new OwnAppealView(
                    filing.id().value(),
                    filing.decision().value(),
                    AppealState.of(appeal).wire(),
                    filing.text(),
                    filing.lodgedAt(),
                    filing.dueAt(),
                    outcome.reason(),
                    outcome.at());
        }
    }

    /**
     * An appeal as moderators and the board read it.
     *
     * @param found how many found for the member so far
     * @param needed how many it takes
     * @param mayHear whether the reader may: not who decided, nor who found for the member already
     */
    record AppealView(
            UUID id,
            UUID decisionId,
            UUID caseId,
            String state,
            String text,
            Instant lodgedAt,
            Instant dueAt,
            boolean overdue,
            int found,
            int needed,
            boolean mayHear,
            @Nullable UUID decidedBy,
            @Nullable String reason,
            @Nullable Instant decidedAt) {
        static AppealView of(Hearing.Heard heard, MemberId reader, Instant now) {
            Appeal appeal = heard.appeal();
            Filing filing = appeal.filing();
            Decision decision = heard.decision();
            Outcome outcome = Outcome.of(appeal);
            boolean spoke =
                    decision instanceof Decision.Contested contested
                            && contested.voices().stream()
                                    .anyMatch(voice -> voice.by().equals(reader));
            return new AppealView(
                    filing.id().value(),
                    filing.decision().value(),
                    filing.caseId().value(),
                    AppealState.of(appeal).wire(),
                    filing.text(),
                    filing.lodgedAt(),
                    filing.dueAt(),
                    appeal instanceof Appeal.Lodged lodged && lodged.isOverdue(now),
                    decision instanceof Decision.Contested contested
                            ? contested.voices().size()
                            : 0,
                    decision.draft().moderatorsNeeded(),
                    appeal instanceof Appeal.Lodged && !decision.isBy(reader) && !spoke,
                    outcome.by(),
                    outcome.reason(),
                    outcome.at());
        }
    }

    private record Outcome(@Nullable UUID by, @Nullable String reason, @Nullable Instant at) {
        static Outcome of(Appeal appeal) {
            return switch (appeal) {
                case Appeal.Lodged l -> new Outcome(null, null, null);
                case Appeal.Granted g -> new Outcome(g.by().value(), g.reason(), g.at());
                case Appeal.Refused r -> new Outcome(r.by().value(), r.reason(), r.at());
            };
        }
    }

    record OwnAppealsView(List<OwnAppealView> items, @Nullable String next) {}

    record AppealsView(List<AppealView> items, @Nullable String next) {}

    @Operation(
            summary =
                    "Appeal against a decision about oneself: once, and within the time that its statement names")
    @PostMapping("/api/abuse/decisions/{id}/appeal")
    @PreAuthorize("isAuthenticated()")
    @ResponseStatus(HttpStatus.CREATED)
    OwnAppealView lodge(
            @PathVariable UUID id,
            @Valid @RequestBody AppealRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return OwnAppealView.of(
                hearing.lodge(new DecisionId(id), member(jwt), request.text().strip()));
    }

    @Operation(summary = "One's own appeals, newest first")
    @GetMapping("/api/abuse/appeals/mine")
    @PreAuthorize("isAuthenticated()")
    OwnAppealsView mine(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        return new OwnAppealsView(
                hearing.mine(member(jwt), limit).stream().map(OwnAppealView::of).toList(), null);
    }

    @Operation(
            summary =
                    "Appeals, those that wait and are due first, first; without those about the reader's household or"
                            + " neighbours")
    @GetMapping("/api/abuse/appeals")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    AppealsView list(
            @Parameter(
                            schema =
                                    @Schema(
                                            type = "string",
                                            allowableValues = {"lodged", "granted", "refused"}))
                    @RequestParam(required = false)
                    @Nullable AppealState state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId reader = member(jwt);
        return new AppealsView(
                hearing.list(state, limit, reader).stream()
                        .map(heard -> AppealView.of(heard, reader, clock.instant()))
                        .toList(),
                null);
    }

    @Operation(summary = "One appeal")
    @GetMapping("/api/abuse/appeals/{id}")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    AppealView show(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return view(new AppealId(id), member(jwt));
    }

    @Operation(
            summary =
                    "Find for the member: the decision is taken back with all its measures; what several decided takes"
                            + " as many others, a moderator first, then moderators or the board")
    @PostMapping("/api/abuse/appeals/{id}/grant")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    AppealView grant(
            @PathVariable UUID id,
            @Valid @RequestBody OutcomeRequest request,
            JwtAuthenticationToken signedIn) {
        boolean moderates =
                signedIn.getAuthorities().stream()
                        .anyMatch(may -> "ROLE_moderator".equals(may.getAuthority()));
        MemberId by = member(signedIn.getToken());
        hearing.grant(
                new AppealId(id),
                by,
                moderates ? Adjudication.Office.MODERATOR : Adjudication.Office.BOARD,
                request.reason().strip());
        return view(new AppealId(id), by);
    }

    @Operation(summary = "Let the decision stand, with reasons that the member reads")
    @PostMapping("/api/abuse/appeals/{id}/refuse")
    @PreAuthorize("hasRole('moderator')")
    AppealView refuse(
            @PathVariable UUID id,
            @Valid @RequestBody OutcomeRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId by = member(jwt);
        hearing.refuse(new AppealId(id), by, request.reason().strip());
        return view(new AppealId(id), by);
    }

    private AppealView view(AppealId id, MemberId reader) {
        return AppealView.of(hearing.read(id, reader), reader, clock.instant());
    }

    private static MemberId member(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    @ExceptionHandler
    ProblemDetail refused(AppealRefused e) {
        var problem = problem(HttpStatus.CONFLICT, "appeal-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail stepRefused(AppealStepRefused e) {
        return problem(HttpStatus.CONFLICT, "appeal-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail stepRefused(DecisionStepRefused e) {
        return problem(HttpStatus.CONFLICT, "decision-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(AppealNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "appeal-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail notFound(DecisionNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "decision-not-found", e.getMessage());
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
}
