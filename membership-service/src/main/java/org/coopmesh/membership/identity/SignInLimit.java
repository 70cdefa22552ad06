package org.coopmesh.membership.identity;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/** Stops guessing: past the limit a sign-in is turned away before any password is looked at. */
final class SignInLimit extends OncePerRequestFilter {
    private static final int EMAIL_LENGTH_MAX = 254;
    private static final RequestMatcher ATTEMPT =
            PathPatternRequestMatcher.withDefaults()
                    .matcher(HttpMethod.POST, SignInConfiguration.PAGE);

    private final SignInFailures failures;
    private final Arrivals arrivals;

    SignInLimit(SignInFailures failures, Arrivals arrivals) {
        this.failures = failures;
        this.arrivals = arrivals;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !ATTEMPT.matches(request);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (email(request).length() > EMAIL_LENGTH_MAX
                || passwordLength(request) > SignIn.PASSWORD_LENGTH_MAX) {
            // Nobody has such an address or password, and hashing it would cost us time.
            response.sendRedirect(SignInConfiguration.PAGE + "?refused");
        } else if (failures.tooMany(email(request), request.getRemoteAddr())) {
            response.sendRedirect(SignInConfiguration.PAGE + "?wait");
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Counts the failure and says the same whatever was wrong. */
    AuthenticationFailureHandler failed() {
        return (request, response, _) -> {
            failures.add(email(request), request.getRemoteAddr());
            response.sendRedirect(SignInConfiguration.PAGE + "?refused");
        };
    }

    /** Goes on where sign-in was asked for; who has an app for codes is asked for one there. */
    AuthenticationSuccessHandler succeeded() {
        return (request, response, authentication) -> {
            failures.forget(email(request));
            arrivals.first(request, response, Proof.of(authentication).orElseThrow());
            response.sendRedirect(arrivals.next(request, response));
        };
    }

    private static String email(HttpServletRequest request) {
        String email = request.getParameter("email");
        return email == null ? "" : email;
    }

    private static int passwordLength(HttpServletRequest request) {
        String password = request.getParameter("password");
        return password == null ? 0 : password.length();
    }
}
