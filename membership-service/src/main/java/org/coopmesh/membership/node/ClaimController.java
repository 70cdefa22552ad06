package org.coopmesh.membership.node;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Boxes made ready for whoever claims them, and enrolments that were refused. */
@RestController
@RequestMapping("/api/nodes")
class ClaimController {
    private static final int REFUSALS_SHOWN_MAX = 200;

    private final Claims claims;
    private final Refusals refusals;
    private final Membership membership;
    private final CertificateAuthority authority;
    private final NodeSettings settings;

    ClaimController(
            Claims claims,
            Refusals refusals,
            Membership membership,
            CertificateAuthority authority,
            NodeSettings settings) {
        this.claims = claims;
        this.refusals = refusals;
        this.membership = membership;
        this.authority = authority;
        this.settings = settings;
    }

    record NewBox(@NotBlank @Size(max = 80) String name, boolean gateway) {}

    /** A box and, readable this once, what goes onto its sticker and into it. */
    record NewBoxView(UUID id, NodeController.EnrolmentView enrolment) {}

    record BoxView(
            UUID id,
            String name,
            boolean gateway,
            Instant madeAt,
            Instant expiresAt,
            @Nullable UUID nodeId) {}

    record BoxesView(List<BoxView> items, @Nullable String next) {}

    record Claim(@NotBlank @Size(max = 40) String code, @NotNull UUID siteId) {}

    record ClaimedView(UUID id) {}

    record RefusalView(Instant at, String why, @Nullable UUID node, @Nullable String nodeId) {}

    record RefusalsView(List<RefusalView> items, @Nullable String next) {}

    @PostMapping("/prepared")
    @PreAuthorize("hasAnyRole('network', 'board')")
    @ResponseStatus(HttpStatus.CREATED)
    NewBoxView prepare(@Valid @RequestBody NewBox box, Authentication caller) {
        Claims.Sticker sticker =
                claims.prepare(
                        box.name(), box.gateway(), new MemberId(UUID.fromString(caller.getName())));
        return new NewBoxView(
                sticker.box().id(),
                NodeController.view(
                        sticker.code(), sticker.box().expiresAt(), authority, settings));
    }

    @GetMapping("/prepared")
    @PreAuthorize("hasAnyRole('network', 'board')")
    BoxesView boxes() {
        return new BoxesView(
                claims.boxes().stream()
                        .map(box -> {
                            NodeRecordId node = box.node();
                            return new BoxView(
                                    box.id(),
                                    box.name(),
                                    box.gateway(),
                                    box.madeAt(),
                                    box.expiresAt(),
                                    node == null ? null : node.value());
                        })
                        .toList(),
                null);
    }

    @DeleteMapping("/prepared/{id}")
    @PreAuthorize("hasAnyRole('network', 'board')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void withdraw(@PathVariable UUID id) {
        claims.withdraw(id);
    }

    /** Makes the box with this code the caller's node, at a site that they answer for. */
    @PostMapping("/claim")
    @PreAuthorize("isAuthenticated()")
    @ResponseStatus(HttpStatus.CREATED)
    ClaimedView claim(@Valid @RequestBody Claim claim, Authentication caller) {
        var site = new SiteId(claim.siteId());
        if (membership
                .site(site)
                .map(SiteFacts::memberId)
                .filter(member -> caller.getName().equals(member.toString()))
                .isEmpty()) {
            throw new AccessDeniedException("only at a site that one answers for");
        }
        EnrolmentCode code;
        try {
            code = EnrolmentCode.parse(claim.code());
        } catch (IllegalArgumentException malformed) {
            throw new Claims.NotClaimable(String.valueOf(malformed.getMessage()));
        }
        return new ClaimedView(
                claims.claim(code, new MemberId(UUID.fromString(caller.getName())), site).value());
    }

    /** Enrolments that were refused, newest first. */
    @GetMapping("/refusals")
    @PreAuthorize("hasAnyRole('network', 'board')")
    RefusalsView refusals() {
        return new RefusalsView(
                refusals.newest(REFUSALS_SHOWN_MAX).stream()
                        .map(refusal -> {
                            NodeRecordId node = refusal.node();
                            NodeId key = refusal.key();
                            return new RefusalView(
                                    refusal.at(),
                                    refusal.why(),
                                    node == null ? null : node.value(),
                                    key == null ? null : key.hex());
                        })
                        .toList(),
                null);
    }

    @ExceptionHandler
    ProblemDetail notClaimable(Claims.NotClaimable e) {
        return problem(HttpStatus.CONFLICT, "not-claimable", e);
    }

    @ExceptionHandler
    ProblemDetail tooMany(Claims.TooManyGuesses e) {
        return problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-guesses", e);
    }

    @ExceptionHandler
    ProblemDetail unknown(PlaceUnknown e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "place-unknown", e);
    }

    private static ProblemDetail problem(HttpStatus status, String type, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + type));
        return problem;
    }
}
