package org.coopmesh.abuse.plea;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.ban.Ban;
import org.coopmesh.abuse.ban.BanStepRefused;
import org.coopmesh.abuse.ban.Origin;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.Adjudication;
import org.coopmesh.abuse.decision.DecisionStepRefused;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.report.FollowUpToken;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
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

/** Appeals of people who are no members: asked for and lodged without an account, heard by moderators. */
@RestController
class PleaController {
    private static final int REASON_LENGTH_MAX = 4_000;
    private static final int TOKEN_LENGTH_MAX = 100;

    private final Pleading pleading;
    private final PleaLimits limits;
    private final PleaSettings settings;
    private final Clock clock;

    PleaController(Pleading pleading, PleaLimits limits, PleaSettings settings, Clock clock) {
        this.pleading = pleading;
        this.limits = limits;
        this.settings = settings;
        this.clock = clock;
    }

    record AskRequest(
            @NotBlank @Size(max = 49) String address,
            @NotBlank @Email @Size(max = 254) String email,
            @Nullable @Pattern(regexp = "en|es|ca|de|fr") String language) {}

    record TextRequest(@NotBlank @Size(max = Petition.TEXT_LENGTH_MAX) String text) {}

    record OutcomeRequest(@NotBlank @Size(max = REASON_LENGTH_MAX) String reason) {}

    /**
     * What a link leads to: not why the address is banned, for whoever holds the link only says that it is theirs.
     *
     * @param prefix what is banned; null where nothing that people here decided bans the address now
     * @param state lodged, granted, refused or over; null until an appeal is lodged
     */
    record OpenedView(
            String address,
            @Nullable String prefix,
            @Nullable Instant since,
            @Nullable Instant until,
            boolean permanent,
            Instant linkUntil,
            @Nullable String state,
            @Nullable Instant dueAt) {
        static OpenedView of(Pleading.Opened opened, Duration linkFor) {
            Ban ban = opened.ban();
            Plea plea = opened.plea();
            return new OpenedView(
                    opened.asking().address().addressText(),
                    ban == null ? null : ban.order().target().value(),
                    ban instanceof Ban.InForce held ? held.imposedAt() : null,
                    ban == null ? null : ban.order().term().until(),
                    ban != null && ban.order().term() instanceof Term.Permanent,
                    opened.asking().askedAt().plus(linkFor),
                    plea == null ? null : PleaController.state(plea),
                    plea instanceof Plea.Lodged lodged ? lodged.petition().dueAt() : null);
        }
    }

    record LodgedView(Instant lodgedAt, Instant dueAt) {}

    /**
     * An appeal as moderators and the board read it: not who wrote it.
     *
     * @param banReason in the words of whoever ordered the ban
     * @param decisionId the decision that imposed it; null for a ban without a case
     * @param mayHear whether the reader may: not who had a part in the ban
     * @param text null once its time is over
     */
    record PleaView(
            UUID id,
            UUID banId,
            @Nullable UUID caseId,
            @Nullable UUID decisionId,
            String prefix,
            String address,
            String banReason,
            @Nullable Instant banUntil,
            boolean banPermanent,
            String state,
            @Nullable String text,
            Instant lodgedAt,
            Instant dueAt,
            boolean overdue,
            boolean mayHear,
            @Nullable UUID decidedBy,
            @Nullable String reason,
            @Nullable Instant decidedAt) {}

    record PleasView(List<PleaView> items, @Nullable String next) {}

    private static String state(Plea plea) {
        return switch (plea) {
            case Plea.Lodged l -> "lodged";
            case Plea.Granted g -> "granted";
            case Plea.Refused r -> "refused";
            case Plea.Over o -> "over";
        };
    }

    private PleaView view(Pleading.Heard heard, MemberId reader) {
        Plea plea = heard.plea();
        Petition petition = plea.petition();
        Ban ban = heard.ban();
        var caseId = ban.order().caseId();
        @Nullable UUID by = null;
        @Nullable String reason = null;
        @Nullable Instant at = null;
        switch (plea) {
            case Plea.Lodged l -> {}
            case Plea.Granted g -> {
                by = g.by().value();
                reason = g.reason();
                at = g.at();
            }
            case Plea.Refused r -> {
                by = r.by().value();
                reason = r.reason();
                at = r.at();
            }
            case Plea.Over o -> at = o.at();
        }
        return new PleaView(
                petition.id().value(),
                petition.ban().value(),
                caseId == null ? null : caseId.value(),
                ban.order().origin() instanceof Origin.OfDecision of ? of.decision().value() : null,
                ban.order().target().value(),
                petition.address().addressText(),
                ban.order().reason(),
                ban.order().term().until(),
                ban.order().term() instanceof Term.Permanent,
                state(plea),
                petition.text(),
                petition.lodgedAt(),
                petition.dueAt(),
                plea instanceof Plea.Lodged lodged && lodged.isOverdue(clock.instant()),
                plea instanceof Plea.Lodged && pleading.mayHear(ban, reader),
                by,
                reason,
                at);
    }

    @Operation(
            summary =
                    "Ask by mail what bans an address, and for a link to appeal by; answered the same whether it is banned or not")
    @PostMapping("/api/pleas")
    @PreAuthorize("permitAll()")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void ask(@Valid @RequestBody AskRequest request, HttpServletRequest from) {
        Prefix address;
        try {
            address = Prefix.address(request.address().strip());
        } catch (IllegalArgumentException malformed) {
            throw new Malformed("address", "not one IPv4 or IPv6 address");
        }
        if (!limits.mayAsk(from.getRemoteAddr())) throw new TooOften();
        if (!limits.mayWrite(from.getRemoteAddr(), request.email().strip())) return;
        String said = request.language();
        Language language =
                said == null
                        ? Language.accepted(from.getHeader(HttpHeaders.ACCEPT_LANGUAGE))
                                .orElse(settings.language())
                        : Language.of(said);
        pleading.ask(address, request.email().strip(), language);
    }

    @Operation(summary = "What a mailed link leads to")
    @GetMapping("/api/pleas/{id}")
    @PreAuthorize("permitAll()")
    OpenedView open(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable @Size(max = TOKEN_LENGTH_MAX) String token) {
        return OpenedView.of(pleading.open(id, token(token)), settings.linkFor());
    }

    @Operation(summary = "Appeal by a mailed link, once for each ban and mail address")
    @PostMapping("/api/pleas/{id}")
    @PreAuthorize("permitAll()")
    @ResponseStatus(HttpStatus.CREATED)
    LodgedView lodge(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable @Size(max = TOKEN_LENGTH_MAX) String token,
            @Valid @RequestBody TextRequest request) {
        Petition petition = pleading.lodge(id, token(token), request.text().strip()).petition();
        return new LodgedView(petition.lodgedAt(), petition.dueAt());
    }

    @Operation(
            summary =
                    "Appeals of people who are no members, those that wait and are due first, first; without those about a"
                            + " ban that hits the reader's household")
    @GetMapping("/api/abuse/pleas")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    PleasView list(
            @RequestParam(required = false) @Pattern(regexp = "lodged|granted|refused|over")
                    @Nullable String state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId reader = member(jwt);
        return new PleasView(
                pleading.list(state, limit, reader).stream()
                        .map(heard -> view(heard, reader))
                        .toList(),
                null);
    }

    @Operation(summary = "One appeal of somebody who is no member")
    @GetMapping("/api/abuse/pleas/{id}")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    PleaView show(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        return view(pleading.read(new PleaId(id), member(jwt)), member(jwt));
    }

    @Operation(
            summary =
                    "Find for them: the ban is lifted, or the decision that imposed it is taken back by as many as that takes")
    @PostMapping("/api/abuse/pleas/{id}/grant")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    PleaView grant(
            @PathVariable UUID id,
            @Valid @RequestBody OutcomeRequest request,
            JwtAuthenticationToken signedIn) {
        boolean moderates =
                signedIn.getAuthorities().stream()
                        .anyMatch(may -> "ROLE_moderator".equals(may.getAuthority()));
        MemberId by = member(signedIn.getToken());
        pleading.grant(
                new PleaId(id),
                by,
                moderates ? Adjudication.Office.MODERATOR : Adjudication.Office.BOARD,
                request.reason().strip());
        return view(pleading.read(new PleaId(id), by), by);
    }

    @Operation(summary = "Let the ban stand, with reasons that go out by mail")
    @PostMapping("/api/abuse/pleas/{id}/refuse")
    @PreAuthorize("hasRole('moderator')")
    PleaView refuse(
            @PathVariable UUID id,
            @Valid @RequestBody OutcomeRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId by = member(jwt);
        pleading.refuse(new PleaId(id), by, request.reason().strip());
        return view(pleading.read(new PleaId(id), by), by);
    }

    private static FollowUpToken token(@Nullable String text) {
        return new FollowUpToken(text == null ? "" : text);
    }

    private static MemberId member(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    /** A field that cannot be read. */
    private static class Malformed extends RuntimeException {
        private final String field;
        private final String why;

        Malformed(String field, String why) {
            super(field + ": " + why);
            this.field = field;
            this.why = why;
        }
    }

    /** Too many links asked for from here. */
    private static class TooOften extends RuntimeException {}

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        var problem = problem(HttpStatus.BAD_REQUEST, "malformed", e.getMessage());
        problem.setProperty(
                "errors", List.of(Map.of("field", e.field, "rule", "malformed", "message", e.why)));
        return problem;
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tooOften(TooOften e) {
        return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
                .header(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(
                                settings.ratePeriod().dividedBy(settings.perClient()).toSeconds()))
                .body(
                        problem(
                                HttpStatus.TOO_MANY_REQUESTS,
                                "too-many-pleas",
                                "Too many were asked for from here; try later"));
    }

    @ExceptionHandler
    ProblemDetail refused(PleaRefused e) {
        return switch (e.why()) {
            case NOT_THERE -> problem(HttpStatus.NOT_FOUND, "plea-not-found", e.getMessage());
            case ONCE, NOT_BANNED, DECIDED, NOT_YOU -> {
                var problem = problem(HttpStatus.CONFLICT, "plea-refused", e.getMessage());
                problem.setProperty("rule", e.why().name().toLowerCase(Locale.ROOT));
                yield problem;
            }
        };
    }

    @ExceptionHandler
    ProblemDetail stepRefused(BanStepRefused e) {
        return problem(HttpStatus.CONFLICT, "ban-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail stepRefused(DecisionStepRefused e) {
        return problem(HttpStatus.CONFLICT, "decision-step-refused", e.getMessage());
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
