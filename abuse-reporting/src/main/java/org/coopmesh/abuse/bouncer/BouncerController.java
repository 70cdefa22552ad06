package org.coopmesh.abuse.bouncer;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Keys of firewalls that take the co-op's bans, and what is seen of them. */
@RestController
@RequestMapping("/api/bouncers")
class BouncerController {
    private final Gate gate;

    BouncerController(Gate gate) {
        this.gate = gate;
    }

    record KeyRequest(@NotBlank @Size(max = 80) String name) {}

    /**
     * @param told whether it has been told everything that holds by now
     * @param dropped packets, as the firewall says itself
     */
    record PlaceView(
            String address,
            String agent,
            boolean told,
            Instant firstAt,
            Instant seenAt,
            long dropped) {}

    /** @param keyPrefix the first characters of the key; null for one that is older than this */
    record BouncerView(
            UUID id,
            String name,
            @Nullable String keyPrefix,
            UUID madeBy,
            Instant madeAt,
            @Nullable Instant revokedAt,
            List<PlaceView> places) {
        static BouncerView of(Bouncer bouncer, long head) {
            return new BouncerView(
                    bouncer.id(),
                    bouncer.name(),
                    bouncer.keyPrefix(),
                    bouncer.madeBy(),
                    bouncer.madeAt(),
                    bouncer.revokedAt(),
                    bouncer.places().stream()
                            .map(place -> {
                                Long told = place.told();
                                return new PlaceView(
                                        place.address(),
                                        place.agent(),
                                        told != null && told >= head,
                                        place.firstAt(),
                                        place.seenAt(),
                                        place.dropped());
                            })
                            .toList());
        }
    }

    record BouncersView(List<BouncerView> items, @Nullable String next) {}

    /** @param key the secret itself, told this once */
    record NewBouncerView(UUID id, String name, String key) {}

    @Operation(summary = "Keys of firewalls, and where each is used from")
    @GetMapping
    @PreAuthorize("hasAnyRole('board', 'network')")
    BouncersView list() {
        long head = gate.head();
        return new BouncersView(
                gate.all().stream().map(bouncer -> BouncerView.of(bouncer, head)).toList(), null);
    }

    @Operation(summary = "Make a key; the answer is the only one that tells it")
    @PostMapping
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    @ResponseStatus(HttpStatus.CREATED)
    NewBouncerView make(@Valid @RequestBody KeyRequest request, @AuthenticationPrincipal Jwt jwt) {
        Gate.NewKey made = gate.make(request.name().strip(), member(jwt));
        return new NewBouncerView(made.bouncer().id(), made.bouncer().name(), made.text());
    }

    @Operation(summary = "Revoke a key, for good")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('board')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        gate.revoke(id, member(jwt));
    }

    private static UUID member(Jwt jwt) {
        return UUID.fromString(jwt.getSubject());
    }

    @ExceptionHandler
    ProblemDetail refused(BouncerRefused e) {
        return switch (e.why()) {
            case KEY_NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "bouncer-not-found", e);
            case TOO_MANY_KEYS -> problem(HttpStatus.CONFLICT, "too-many-bouncers", e);
            case KEY_WRONG -> problem(HttpStatus.FORBIDDEN, "bouncer-key-wrong", e);
            case TOO_MANY_CALLS, TOO_MANY_WRONG_KEYS ->
                    problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-calls", e);
        };
    }

    private static ProblemDetail problem(HttpStatus status, String slug, BouncerRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
