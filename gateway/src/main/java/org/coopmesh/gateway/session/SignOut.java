package org.coopmesh.gateway.session;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.WebUtils;

/**
 * Ends, besides the session here, the one of the sign-in page, and the right to renew tokens: whoever comes next at this
 * browser is asked who they are. All of it over the back channel, because tokens never reach the browser.
 */
@Component
class SignOut implements LogoutHandler {
    /** Below /id, where the browser sends the cookie of the sign-in page as well. */
    static final String PATH = "/id/sign-out";

    private static final Logger log = LoggerFactory.getLogger(SignOut.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final OAuth2AuthorizedClientRepository tokens;
    private final URI membership;
    private final boolean secure;
    private final RestClient client;

    SignOut(
            OAuth2AuthorizedClientRepository tokens,
            @Value("${coopmesh.parts.membership}") URI membership,
            @Value("${server.servlet.session.cookie.secure}") boolean secure) {
        this.tokens = tokens;
        this.membership = membership;
        this.secure = secure;
        var requests =
                new JdkClientHttpRequestFactory(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .connectTimeout(PATIENCE)
                                .build());
        requests.setReadTimeout(PATIENCE);
        this.client = RestClient.builder().requestFactory(requests).build();
    }

    @Override
    public void logout(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Authentication who) {
        View.end(request); // What is revoked below are one's own tokens.
        if (who != null && who.getPrincipal() instanceof OidcUser user) {
            endSignIn(user, WebUtils.getCookie(request, SignInCookie.NAME));
            OAuth2AuthorizedClient held =
                    tokens.loadAuthorizedClient(SessionSecurity.CLIENT, who, request);
            if (held != null) {
                revoke(held);
            }
        }
        // Also where membership did not answer: this browser knows nobody any more.
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(SignInCookie.NAME, "")
                        .path(SignInCookie.PATH)
                        .maxAge(Duration.ZERO)
                        .httpOnly(true)
                        .secure(secure)
                        .sameSite("Lax")
                        .build()
                        .toString());
    }

    private void endSignIn(OidcUser user, @Nullable Cookie signIn) {
        if (signIn == null) {
            return;
        }
        URI logout =
                UriComponentsBuilder.fromUri(membership)
                        .path("/id/connect/logout")
                        .queryParam("id_token_hint", user.getIdToken().getTokenValue())
                        .build()
                        .toUri();
        ask(
                "sign-in session not ended",
                client.get()
                        .uri(logout)
                        .header(HttpHeaders.COOKIE, SignInCookie.NAME + "=" + signIn.getValue()));
    }

    private void revoke(OAuth2AuthorizedClient held) {
        if (held.getRefreshToken() == null) {
            return;
        }
        var registration = held.getClientRegistration();
        var form = new LinkedMultiValueMap<String, String>();
        form.add("token", held.getRefreshToken().getTokenValue());
        form.add("token_type_hint", "refresh_token");
        ask(
                "refresh token not revoked",
                client.post()
                        .uri(membership.resolve("/id/oauth2/revoke"))
                        .headers(headers ->
                                headers.setBasicAuth(
                                        registration.getClientId(), registration.getClientSecret()))
                        .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                        .body(form));
    }

    private static void ask(String otherwise, RestClient.RequestHeadersSpec<?> request) {
        try {
            request.retrieve().toBodilessEntity();
        } catch (RestClientException refused) {
            log.atWarn().addKeyValue("cause", refused.getMessage()).log(otherwise);
        }
    }
}
