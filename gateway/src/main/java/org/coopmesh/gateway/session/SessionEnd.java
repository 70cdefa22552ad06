package org.coopmesh.gateway.session;

import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.ClientAuthorizationRequiredException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/** When a session's tokens are not renewed: whether it has ended, or membership-service only does not answer. */
public final class SessionEnd {
    public static final String TOLD = "Your session has ended: sign in again.";

    private SessionEnd() {}

    /** Whether {@code notRenewed} says that these tokens will never be renewed. */
    public static boolean isMeantBy(ClientAuthorizationException notRenewed) {
        return notRenewed instanceof ClientAuthorizationRequiredException
                || notRenewed.getError().getErrorCode().equals(OAuth2ErrorCodes.INVALID_GRANT);
    }
}
