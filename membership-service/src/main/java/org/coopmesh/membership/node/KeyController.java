package org.coopmesh.membership.node;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the co-op's keys stand, and how the board changes them while nodes run. */
@RestController
@RequestMapping("/api/coop/keys")
class KeyController {
    private final KeyRotation rotation;
    private final KeyUpkeep upkeep;

    KeyController(KeyRotation rotation, KeyUpkeep upkeep) {
        this.rotation = rotation;
        this.upkeep = upkeep;
    }

    /**
     * One kind of key.
     *
     * @param phase steady, announced (the other is known and does not sign yet) or overlapping (the other does not sign any more)
     * @param dueAt when the next step is taken whoever waits; null when steady
     */
    record AuthorityKeyView(
            String kind,
            String phase,
            String current,
            @Nullable String other,
            Instant since,
            @Nullable Instant dueAt,
            @Nullable Instant endsAt,
            int inService,
            int waiting,
            List<LaggardView> laggards) {
        static AuthorityKeyView of(KeyRotation.Standing standing) {
            return switch (standing.rotation()) {
                case Rotation.Steady _ -> view(standing, "steady", null, null);
                case Rotation.Announced(_, var next, _, var useAt) ->
                        view(standing, "announced", next, useAt);
                case Rotation.Overlapping(_, var former, _, var retireAt) ->
                        view(standing, "overlapping", former, retireAt);
            };
        }

        private static AuthorityKeyView view(
                KeyRotation.Standing standing,
                String phase,
                @Nullable String other,
                @Nullable Instant dueAt) {
            return new AuthorityKeyView(
                    standing.kind().text(),
                    phase,
                    standing.rotation().current(),
                    other,
                    standing.rotation().since(),
                    dueAt,
                    standing.endsAt(),
                    standing.inService(),
                    standing.waiting(),
                    standing.laggards().stream()
                            .map(laggard ->
                                    new LaggardView(
                                            laggard.id().value(),
                                            laggard.name(),
                                            laggard.certificateUntil(),
                                            laggard.agentVersion()))
                            .toList());
        }
    }

    record LaggardView(UUID id, String name, Instant certificateUntil, String agentVersion) {}

    record StepView(
            String kind,
            String step,
            String key,
            int waiting,
            String reason,
            @Nullable UUID by,
            Instant at) {}

    record AuthorityKeysView(List<AuthorityKeyView> items, List<StepView> steps) {}

    /**
     * Why, and how.
     *
     * @param whoeverWaits whether the step is taken though nodes in service are not ready for it; no, unless said
     * @param disowned with retire: whether the key of before may be in other hands, so that its word counts no more; no, unless said
     */
    record Step(
            @NotBlank @Size(max = 500) String reason,
            @Nullable Boolean whoeverWaits,
            @Nullable Boolean disowned) {
        boolean isForced() {
            return Boolean.TRUE.equals(whoeverWaits);
        }

        boolean isDisowned() {
            return Boolean.TRUE.equals(disowned);
        }
    }

    @GetMapping
    @PreAuthorize("hasAnyRole('network', 'board')")
    AuthorityKeysView show() {
        return new AuthorityKeysView(
                Arrays.stream(KeyKind.values())
                        .map(kind -> AuthorityKeyView.of(rotation.standing(kind)))
                        .toList(),
                rotation.steps().stream()
                        .map(step -> {
                            MemberId by = step.by();
                            return new StepView(
                                    step.kind().text(),
                                    step.step(),
                                    step.key(),
                                    step.waiting(),
                                    step.reason(),
                                    by == null ? null : by.value(),
                                    step.at());
                        })
                        .toList());
    }

    /** Makes the next key; nodes are told of it, and it signs nothing yet. */
    @PostMapping("/{kind}/announce")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    AuthorityKeyView announce(
            @PathVariable String kind, @Valid @RequestBody Step step, Authentication caller) {
        rotation.announce(kind(kind), step.reason(), by(caller));
        return taken(kind);
    }

    /** The next key signs from now on. */
    @PostMapping("/{kind}/use")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    AuthorityKeyView use(
            @PathVariable String kind, @Valid @RequestBody Step step, Authentication caller) {
        rotation.use(kind(kind), step.isForced(), step.reason(), by(caller));
        return taken(kind);
    }

    /** The key of before counts no more and is destroyed. */
    @PostMapping("/{kind}/retire")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    AuthorityKeyView retire(
            @PathVariable String kind, @Valid @RequestBody Step step, Authentication caller) {
        rotation.retire(kind(kind), step.isForced(), step.isDisowned(), step.reason(), by(caller));
        return taken(kind);
    }

    private AuthorityKeyView taken(String kind) {
        upkeep.takeUp();
        return AuthorityKeyView.of(rotation.standing(kind(kind)));
    }

    private static KeyKind kind(String text) {
        try {
            return KeyKind.of(text);
        } catch (IllegalArgumentException none) {
            throw new KeyKindUnknown(text);
        }
    }

    private static MemberId by(Authentication caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    /** No key is of this kind. */
    static final class KeyKindUnknown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KeyKindUnknown(String kind) {
            super("kind is authority or access-list, not " + kind);
        }
    }

    @ExceptionHandler
    ProblemDetail notFound(KeyKindUnknown e) {
        return problem(HttpStatus.NOT_FOUND, "key-kind-unknown", e);
    }

    @ExceptionHandler
    ProblemDetail notLegal(StepNotLegal e) {
        return problem(HttpStatus.CONFLICT, "step-not-legal", e);
    }

    private static ProblemDetail problem(HttpStatus status, String type, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + type));
        return problem;
    }
}
