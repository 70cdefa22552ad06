package org.coopmesh.membership.identity;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets the board grant roles and see who granted which. */
@RestController
@PreAuthorize("hasRole('board')")
class RoleController {
    private final SignIn signIn;
    private final RoleGrants grants;

    RoleController(SignIn signIn, RoleGrants grants) {
        this.signIn = signIn;
        this.grants = grants;
    }

    /** The roles a member shall hold; "member" may be named and changes nothing. */
    record RolesRequest(
            @NotNull @Size(max = 5)
                    Set<
                                    @NotNull
                                    @Pattern(regexp = "member|treasurer|moderator|network|board")
                                    String>
                            roles,
            @NotBlank @Size(max = 500) String reason) {}

    record RolesView(List<String> roles) {}

    @PutMapping("/api/members/{id}/roles")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    RolesView set(
            @PathVariable UUID id, @RequestBody @Valid RolesRequest request, Principal caller) {
        Set<Role> wanted =
                request.roles().stream().map(Role::of).collect(Collectors.toUnmodifiableSet());
        var by = new AccountId(UUID.fromString(caller.getName()));
        Set<Role> held = signIn.setRoles(new AccountId(id), wanted, by, request.reason());
        return new RolesView(held.stream().sorted().map(Role::word).toList());
    }

    record GrantView(
            long id,
            Instant at,
            UUID memberId,
            String role,
            boolean granted,
            String reason,
            @Nullable UUID by) {
        static GrantView of(RoleGrants.RoleGrant grant) {
            return new GrantView(
                    grant.id(),
                    grant.at(),
                    grant.account().value(),
                    grant.role().word(),
                    grant.granted(),
                    grant.reason(),
                    grant.by() == null ? null : grant.by().value());
        }
    }

    record AuditView(List<GrantView> items, @Nullable String next) {}

    @GetMapping("/api/roles/audit")
    AuditView audit(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable @Positive Long after) {
        var page = grants.page(after == null ? Long.MAX_VALUE : after, limit + 1);
        var items = page.stream().limit(limit).map(GrantView::of).toList();
        return new AuditView(
                items, page.size() > limit ? Long.toString(items.getLast().id()) : null);
    }

    @ExceptionHandler
    ProblemDetail notFound(AccountNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "member-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notGrantable(RoleNotGrantable e) {
        return problem(HttpStatus.CONFLICT, e.slug(), e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
