package org.coopmesh.billing.subscription;

import java.util.UUID;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;

/** The member who asks, and whether the co-op lets them read everybody's money. */
public record Caller(MemberId member, boolean readsAllMoney) {
    /**
     * Reads the signed-in member from the token.
     *
     * @throws AccessDeniedException if the token's subject is no member id
     */
    public static Caller of(Authentication authentication) {
        try {
            return new Caller(
                    new MemberId(UUID.fromString(authentication.getName())),
                    authentication.getAuthorities().stream()
                            .anyMatch(granted ->
                                    "ROLE_treasurer".equals(granted.getAuthority())
                                            || "ROLE_board".equals(granted.getAuthority())));
        } catch (IllegalArgumentException noMember) {
            throw new AccessDeniedException("the token names no member", noMember);
        }
    }
}
