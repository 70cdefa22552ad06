package org.coopmesh.membership.member;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.Viewing;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Lets the board see what a member sees. The answer holds a token, so no route of the gateway leads here: the gateway asks by itself and
 * keeps it.
 */
@RestController
class ViewController extends ProblemSpeaker {
    private final Members members;
    private final Membership membership;
    private final Viewing viewing;
    private final Clock clock;

    ViewController(Members members, Membership membership, Viewing viewing, Clock clock) {
        this.members = members;
        this.membership = membership;
        this.viewing = viewing;
        this.clock = clock;
    }

    /** @param reason told to the member, and kept where they read what happened */
    record ViewRequest(
            @NotNull UUID memberId, @NotBlank @Size(max = Viewing.REASON_MAX) String reason) {}

    record ViewView(UUID memberId, String name, String token, Instant until) {
        @Override
        public String toString() {
            return "ViewView";
        }
    }

    @PostMapping("/api/views")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    @Transactional
    ViewView begin(@RequestBody @Valid ViewRequest request, Principal caller) {
        var member = new MemberId(request.memberId());
        if (members.find(member).isEmpty()) throw new NotFound(member);
        String reason = request.reason().strip();
        UUID by = UUID.fromString(caller.getName());
        Viewing.View view =
                viewing.begin(new AccountId(request.memberId()), new AccountId(by), reason)
                        .orElseThrow(() -> new NotFound(member));
        membership.note(
                member, clock.instant(), "viewed", Map.of("by", by.toString(), "reason", reason));
        return new ViewView(request.memberId(), view.name(), view.token(), view.until());
    }
}
