package org.coopmesh.privacy;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Holds a token by which one person sees what another sees to reading, and to what a service names for it. Such a token says who
 * looks in its claim {@code act} (RFC 8693, section 4.1); all others pass.
 *
 * <p>Belongs behind the filter that reads tokens and before the one that judges roles.
 */
public final class ViewFilter extends OncePerRequestFilter {
    private static final String ACTOR = "act";

    private final List<RequestMatcher> shown;

    /** @param shown paths that may be read, as patterns of Spring */
    public ViewFilter(String... shown) {
        var paths = PathPatternRequestMatcher.withDefaults();
        this.shown =
                Arrays.stream(shown)
                        .<RequestMatcher>map(path -> paths.matcher(HttpMethod.GET, path))
                        .toList();
    }

    /** Whether {@code who} is somebody who sees what another sees. */
    public static boolean isView(@Nullable Authentication who) {
        return who != null && who.getPrincipal() instanceof Jwt token && token.hasClaim(ACTOR);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!isView(SecurityContextHolder.getContext().getAuthentication())) {
            chain.doFilter(request, response);
        } else if (!HttpMethod.GET.matches(request.getMethod())) {
            refuse(response, "view-only", "whoever sees what another sees changes nothing");
        } else if (shown.stream().noneMatch(path -> path.matches(request))) {
            refuse(response, "not-in-view", "this is for the member's own eyes");
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void refuse(HttpServletResponse response, String slug, String detail)
            throws IOException {
        response.setStatus(HttpStatus.FORBIDDEN.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream()
                .write(
                        """
                        {"type":"https://coopmesh.org/problems/%s","title":"Forbidden","status":403,"detail":"%s"}\
                        """
                                .formatted(slug, detail)
                                .getBytes(StandardCharsets.UTF_8));
    }
}
