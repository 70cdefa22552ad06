package org.coopmesh.eventbus;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** Tells of each change that was asked for by REST and done, by the first word below {@code /api}: "cases" of "/api/cases/{id}/claim". */
final class ChangesByRest implements HandlerInterceptor {
    static final String PATHS = "/api/**";

    private static final int WORD_AT = 2;
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final Changes changes;

    ChangesByRest(Changes changes) {
        this.changes = changes;
    }

    /** The door's transaction has ended by now. */
    @Override
    public void afterCompletion(
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler,
            @Nullable Exception thrown) {
        // Of the pattern, not of what was typed: words come from the code.
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (thrown != null
                || pattern == null
                || READING.contains(request.getMethod())
                || response.getStatus() >= HttpStatus.BAD_REQUEST.value()) {
            return;
        }
        String[] segments = pattern.toString().split("/");
        if (segments.length > WORD_AT && segments[1].equals("api")) {
            changes.tell(segments[WORD_AT]);
        }
    }
}
