package org.coopmesh.membership.access;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.membership.standing.StandingReview;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The co-op's policy on what follows from a standing. */
@RestController
@RequestMapping("/api/coop/policy")
class PolicyController {
    private static final Logger log = LoggerFactory.getLogger(PolicyController.class);

    /** Shown at once; older ones are kept. */
    private static final int CHANGES_MAX = 200;

    private final AccessControl access;
    private final StandingReview standings;

    PolicyController(AccessControl access, StandingReview standings) {
        this.access = access;
        this.standings = standings;
    }

    record PolicyView(
            int slowLaneKbit,
            int slowLaneAfterDays,
            int wallAfterDays,
            String failMode,
            String listLifetime) {}

    record NewPolicy(
            @Min(16) @Max(10_000_000) int slowLaneKbit,
            @Min(0) @Max(365) int slowLaneAfterDays,
            @Min(0) @Max(365) int wallAfterDays,
            @NotNull @Pattern(regexp = "keep|open") String failMode,
            @NotNull Duration listLifetime,
            @NotBlank @Size(max = 500) String reason) {}

    record ChangeView(PolicyView policy, String reason, UUID changedBy, Instant changedAt) {}

    record ChangesView(List<ChangeView> items, @Nullable String next) {}

    @GetMapping
    @PreAuthorize("isAuthenticated()")
    PolicyView show() {
        return view(access.policy(), standings.graceDays());
    }

    /** What the board set, newest first, and why. */
    @GetMapping("/changes")
    @PreAuthorize("isAuthenticated()")
    ChangesView changes() {
        return new ChangesView(
                access.policyChanges(CHANGES_MAX).stream()
                        .map(change ->
                                new ChangeView(
                                        view(change.policy(), change.graceDays()),
                                        change.reason(),
                                        change.by(),
                                        change.at()))
                        .toList(),
                null);
    }

    private static PolicyView view(AccessPolicy policy, int graceDays) {
        return new PolicyView(
                policy.slowLaneKbit(),
                graceDays,
                policy.wallAfterDays(),
                policy.failMode().name().toLowerCase(Locale.ROOT),
                written(policy.listLifetime()));
    }

    /** Whole days as people write them: P7D. */
    private static String written(Duration lifetime) {
        return lifetime.equals(Duration.ofDays(lifetime.toDays()))
                ? "P" + lifetime.toDays() + "D"
                : lifetime.toString();
    }

    @PutMapping
    @PreAuthorize("hasRole('board')")
    PolicyView change(@Valid @RequestBody NewPolicy policy, Authentication caller) {
        AccessPolicy next;
        try {
            next =
                    new AccessPolicy(
                            policy.slowLaneKbit(),
                            policy.wallAfterDays(),
                            AccessPolicy.FailMode.valueOf(
                                    policy.failMode().toUpperCase(Locale.ROOT)),
                            policy.listLifetime());
        } catch (IllegalArgumentException e) {
            throw new PolicyRefused(String.valueOf(e.getMessage()));
        }
        access.change(
                next,
                policy.slowLaneAfterDays(),
                policy.reason(),
                UUID.fromString(caller.getName()));
        log.atInfo().addKeyValue("by", caller.getName()).log("access policy changed");
        return show();
    }

    /** A value of the policy is out of range. */
    static class PolicyRefused extends RuntimeException {
        PolicyRefused(String message) {
            super(message);
        }
    }

    @ExceptionHandler
    ProblemDetail refused(PolicyRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/policy-refused"));
        return problem;
    }
}
