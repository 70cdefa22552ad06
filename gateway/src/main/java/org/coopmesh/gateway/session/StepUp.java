package org.coopmesh.gateway.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;

/**
 * Asks who is signed in to prove it again: {@code max_age}, in seconds, is passed on to the sign-in page, and what comes back lands
 * on a small page that tells the one that waits. Without it somebody just signs in and lands on the start page.
 */
final class StepUp implements OAuth2AuthorizationRequestResolver, AuthenticationSuccessHandler {
    static final String LANDING = "/confirmed";

    private static final String WAITING = StepUp.class.getName();
    private static final String MAX_AGE = "max_age";

    private final OAuth2AuthorizationRequestResolver requests;

    StepUp(OAuth2AuthorizationRequestResolver requests) {
        this.requests = requests;
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
        return withMaxAge(requests.resolve(request), request);
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest resolve(
            HttpServletRequest request, String registration) {
        return withMaxAge(requests.resolve(request, registration), request);
    }

    private static @Nullable OAuth2AuthorizationRequest withMaxAge(
            @Nullable OAuth2AuthorizationRequest asked, HttpServletRequest request) {
        String maxAge = request.getParameter(MAX_AGE);
        if (asked == null || maxAge == null || !maxAge.matches("\\d{1,9}")) {
            return asked;
        }
        request.getSession().setAttribute(WAITING, asked.getState());
        return OAuth2AuthorizationRequest.from(asked)
                .additionalParameters(more -> more.put(MAX_AGE, maxAge))
                .build();
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication who)
            throws IOException {
        HttpSession session = request.getSession();
        Object waiting = session.getAttribute(WAITING);
        session.removeAttribute(WAITING);
        boolean isConfirmed = waiting != null && waiting.equals(request.getParameter("state"));
        response.sendRedirect(isConfirmed ? LANDING : "/");
    }
}
