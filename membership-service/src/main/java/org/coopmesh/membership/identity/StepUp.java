package org.coopmesh.membership.identity;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Asks again who has not proved enough, or not lately enough: for a code of the app, or from the start where a client wants a
 * younger sign-in ({@code max_age} of OpenID Connect) or the page is about the proofs themselves.
 */
final class StepUp extends OncePerRequestFilter {
    /** How long after a proof the page about proofs opens; what is sent from it has as long again. */
    static final Duration SECURITY_AGE_MAX = Duration.ofMinutes(10);

    /** The least that a client can ask for, so that it is not asked for ever. */
    private static final long MAX_AGE_SECONDS_MIN = 60;

    private static final RequestMatcher AUTHORIZE =
            PathPatternRequestMatcher.withDefaults()
                    .matcher(HttpMethod.GET, SignInConfiguration.AUTHORIZE);
    private static final RequestMatcher SECURITY =
            new OrRequestMatcher(
                    PathPatternRequestMatcher.withDefaults().matcher(SignInConfiguration.SECURITY),
                    PathPatternRequestMatcher.withDefaults()
                            .matcher(SignInConfiguration.SECURITY + "/**"));

    private final Predicate<AccountId> needsCode;
    private final RequestCache wanted;

    StepUp(Predicate<AccountId> needsCode, RequestCache wanted) {
        this.needsCode = needsCode;
        this.wanted = wanted;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !AUTHORIZE.matches(request) && !SECURITY.matches(request);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Proof> proof = Proof.of(SecurityContextHolder.getContext().getAuthentication());
        if (proof.isEmpty()) {
            chain.doFilter(request, response);
        } else if (!proof.get().isComplete(needsCode.test(proof.get().account()))) {
            ask(request, response, SignInConfiguration.CODE_PAGE);
        } else if (ageMax(request)
                .filter(age -> proof.get().isOlderThan(age, Proof.WALL.instant()))
                .isPresent()) {
            ask(request, response, SignInConfiguration.PAGE + "?again");
        } else {
            chain.doFilter(request, response);
        }
    }

    private void ask(HttpServletRequest request, HttpServletResponse response, String page)
            throws IOException {
        boolean canBeComeBackTo = HttpMethod.GET.matches(request.getMethod());
        if (canBeComeBackTo) wanted.saveRequest(request, response);
        response.sendRedirect(canBeComeBackTo ? page : SignInConfiguration.SECURITY);
    }

    private static Optional<Duration> ageMax(HttpServletRequest request) {
        if (SECURITY.matches(request)) {
            return Optional.of(
                    HttpMethod.GET.matches(request.getMethod())
                            ? SECURITY_AGE_MAX
                            : SECURITY_AGE_MAX.multipliedBy(2));
        }
        return seconds(request.getParameter("max_age"));
    }

    /** What is no number asks for the least. */
    private static Optional<Duration> seconds(@Nullable String maxAge) {
        if (maxAge == null) return Optional.empty();
        long seconds = maxAge.matches("\\d{1,9}") ? Long.parseLong(maxAge) : 0;
        return Optional.of(Duration.ofSeconds(Math.max(seconds, MAX_AGE_SECONDS_MIN)));
    }
}
