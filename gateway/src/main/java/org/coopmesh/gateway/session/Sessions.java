package org.coopmesh.gateway.session;

import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import java.text.ParseException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.stereotype.Component;

/** What others here may know of sessions: whose request it is, with which roles, and which sessions are still there. */
@Component
public class Sessions {
    private final JdbcClient db;
    private final OAuth2AuthorizedClientRepository tokens;

    Sessions(JdbcClient db, OAuth2AuthorizedClientRepository tokens) {
        this.db = db;
        this.tokens = tokens;
    }

    /**
     * The id of the session that {@code request} belongs to.
     *
     * @throws IllegalStateException if it belongs to none
     */
    public String id(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new IllegalStateException("a request without a session");
        }
        return session.getId();
    }

    /** Roles of whoever is signed in, as the access token says; none where nobody is. */
    public List<String> roles(HttpServletRequest request) {
        Principal who = request.getUserPrincipal();
        if (!(who instanceof OAuth2AuthenticationToken signedIn)) {
            return List.of();
        }
        OAuth2AuthorizedClient client =
                tokens.loadAuthorizedClient(SessionSecurity.CLIENT, signedIn, request);
        return client == null ? List.of() : roles(client);
    }

    /** The token came over the back channel, so its claims are read without checking the signature again. */
    private static List<String> roles(OAuth2AuthorizedClient client) {
        try {
            List<String> roles =
                    SignedJWT.parse(client.getAccessToken().getTokenValue())
                            .getJWTClaimsSet()
                            .getStringListClaim("roles");
            return roles == null ? List.of() : roles;
        } catch (ParseException notOurs) {
            throw new IllegalStateException("an access token that is none", notOurs);
        }
    }

    /** Those of {@code ids} that have neither ended nor run out. */
    public Set<String> there(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Set.of();
        }
        return db.sql(
                        """
                        select session_id from spring_session
                         where session_id = any (:ids) and expiry_time > :now
                        """)
                .param("ids", ids.toArray(String[]::new))
                .param("now", Clock.systemUTC().millis())
                .query((rs, row) -> rs.getString("session_id"))
                .set();
    }
}
