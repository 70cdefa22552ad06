package org.coopmesh.gateway.session;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the dashboard who is signed in, which header its changes must carry, and what time it is in the co-op. */
@RestController
@RequestMapping("/api/session")
class SessionController {
    private final OAuth2AuthorizedClientRepository tokens;
    private final CoopTime time;
    private final MapView map;

    SessionController(OAuth2AuthorizedClientRepository tokens, CoopTime time, MapSettings map) {
        this.tokens = tokens;
        this.time = time;
        this.map =
                new MapView(
                        map.tiles().isEmpty() ? null : map.tiles(),
                        map.attribution(),
                        map.latitude(),
                        map.longitude());
    }

    record CsrfView(String header, String token) {}

    /** @param tiles where maps take their ground from; null where they show a grid of degrees */
    record MapView(@Nullable String tiles, String attribution, double latitude, double longitude) {}

    /**
     * Who is looking; while somebody of the board sees what a member sees, that member.
     *
     * @param viewedUntil by the machine's clock, until when it is so; null where everybody is who they are
     */
    record SessionView(
            boolean signedIn,
            @Nullable String memberId,
            @Nullable String name,
            List<String> roles,
            @Nullable Instant viewedUntil,
            CsrfView csrf,
            Instant now,
            MapView map) {}

    @GetMapping
    ResponseEntity<SessionView> session(
            @Nullable Principal principal, CsrfToken csrf, HttpServletRequest request)
            throws ParseException {
        var csrfView = new CsrfView(csrf.getHeaderName(), csrf.getToken());
        OAuth2AuthorizedClient client = null;
        if (principal instanceof OAuth2AuthenticationToken signedIn) {
            client = tokens.loadAuthorizedClient(SessionSecurity.CLIENT, signedIn, request);
        }
        SessionView view =
                client == null
                        ? new SessionView(
                                false, null, null, List.of(), null, csrfView, time.now(), map)
                        : signedIn(client, View.of(request), csrfView, time.now(), map);
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(view);
    }

    /** The token came over the back channel, so its claims are read without checking the signature again. */
    private static SessionView signedIn(
            OAuth2AuthorizedClient client,
            @Nullable View view,
            CsrfView csrf,
            Instant now,
            MapView map)
            throws ParseException {
        JWTClaimsSet claims =
                SignedJWT.parse(client.getAccessToken().getTokenValue()).getJWTClaimsSet();
        List<String> roles = claims.getStringListClaim("roles");
        return new SessionView(
                true,
                claims.getSubject(),
                claims.getStringClaim("name"),
                roles == null ? List.of() : roles,
                view == null ? null : view.until(),
                csrf,
                now,
                map);
    }
}
