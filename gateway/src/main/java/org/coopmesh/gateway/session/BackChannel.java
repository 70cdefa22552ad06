package org.coopmesh.gateway.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.stereotype.Component;

/**
 * Ends sessions when membership-service says that their sign-in has ended, by a logout token of OpenID Connect Back-Channel
 * Logout 1.0: of one sign-in where the token names one, of all of a person where it does not.
 */
@Component
class BackChannel implements LogoutHandler, OidcSessionRegistry {
    private static final Logger log = LoggerFactory.getLogger(BackChannel.class);

    // Not its "sid": that is the session at the sign-in page, which changes with each proof
    private static final String SIGN_IN = "sign_in";

    private final FindByIndexNameSessionRepository<? extends Session> sessions;

    BackChannel(FindByIndexNameSessionRepository<? extends Session> sessions) {
        this.sessions = sessions;
    }

    /** The token's signature, age, issuer and audience have been checked. */
    @Override
    public void logout(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Authentication who) {
        if (who == null || !(who.getPrincipal() instanceof OidcLogoutToken token)) return;
        String person = token.getSubject();
        if (person == null) return;
        sessions.findByPrincipalName(person)
                .forEach((id, session) -> {
                    if (isMeant(session, token.getSessionId())) {
                        sessions.deleteById(id);
                        log.atInfo()
                                .addKeyValue("member_id", person)
                                .log("session ended by its sign-in");
                    }
                });
    }

    private static boolean isMeant(Session session, @Nullable String signIn) {
        if (signIn == null) return true;
        SecurityContext context =
                session.getAttribute(
                        HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY);
        Authentication held = context == null ? null : context.getAuthentication();
        return held != null
                && held.getPrincipal() instanceof OidcUser user
                && signIn.equals(user.getIdToken().getClaimAsString(SIGN_IN));
    }

    /** Nothing: the table of sessions says it already, to every replica. */
    @Override
    public void saveSessionInformation(OidcSessionInformation info) {}

    // None is known, and the interface says so by null without marking it
    @Override
    @SuppressWarnings("NullAway")
    public @Nullable OidcSessionInformation removeSessionInformation(String session) {
        return null;
    }

    @Override
    public Iterable<OidcSessionInformation> removeSessionInformation(OidcLogoutToken token) {
        return List.of();
    }
}
