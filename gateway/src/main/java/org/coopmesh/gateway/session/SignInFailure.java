package org.coopmesh.gateway.session;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationFailureHandler;

/**
 * Leads who could not be signed in back to the start page, which says so, and logs why. What the browser brought along is not in
 * the log.
 */
final class SignInFailure extends SimpleUrlAuthenticationFailureHandler {
    private static final Logger log = LoggerFactory.getLogger(SignInFailure.class);

    SignInFailure() {
        super("/?signIn=failed");
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException, ServletException {
        log.atWarn()
                .addKeyValue("reason", reason(request, why))
                .addKeyValue(
                        "cause",
                        NestedExceptionUtils.getMostSpecificCause(why).getClass().getSimpleName())
                .log("a sign-in failed");
        super.onAuthenticationFailure(request, response, why);
    }

    /** The code of RFC 6749 or of Spring Security; one out of the address of the page could be anything. */
    private static String reason(HttpServletRequest request, AuthenticationException why) {
        if (request.getParameter("error") != null) return "refused-by-the-sign-in-page";
        return why instanceof OAuth2AuthenticationException refused
                ? refused.getError().getErrorCode()
                : "other";
    }
}
