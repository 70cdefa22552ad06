package org.coopmesh.membership;

import java.security.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * Writes down what was asked for and refused: by whom, where, by which rule. What was sent is not in it, and reading is not
 * written down.
 */
@RestControllerAdvice
class RefusalLog implements ResponseBodyAdvice<Object> {
    /** Rules named of one request. */
    private static final int RULES_MAX = 5;

    /** The assembly counts what it refuses of a vote, and tells of it, never by whom. */
    private static final Set<String> OF_A_VOTE =
            Set.of("/api/assembly/proposals/{id}/signature", "/api/assembly/ballots");

    private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);

    @Override
    public boolean supports(
            MethodParameter returns, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter returns,
            MediaType type,
            Class<? extends HttpMessageConverter<?>> converter,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (body instanceof ProblemDetail problem
                && request instanceof ServletServerHttpRequest asked
                && HttpStatusCode.valueOf(problem.getStatus()).is4xxClientError()
                && !List.of(HttpMethod.GET, HttpMethod.HEAD).contains(asked.getMethod())
                && !OF_A_VOTE.contains(route(asked))) {
            log.atInfo()
                    .addKeyValue(
                            "by",
                            Optional.ofNullable(asked.getServletRequest().getUserPrincipal())
                                    .map(Principal::getName)
                                    .orElse("nobody"))
                    .addKeyValue("method", asked.getMethod().name())
                    .addKeyValue("route", route(asked))
                    .addKeyValue("status", problem.getStatus())
                    .addKeyValue("problem", slug(problem))
                    .addKeyValue("rules", rules(problem))
                    .log("request refused");
        }
        return body;
    }

    private static String route(ServletServerHttpRequest asked) {
        return String.valueOf(
                asked.getServletRequest()
                        .getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
    }

    private static String slug(ProblemDetail problem) {
        String type = String.valueOf(problem.getType());
        return type.substring(type.lastIndexOf('/') + 1);
    }

    /** Field and rule of the first errors; never what stood there. */
    private static String rules(ProblemDetail problem) {
        Map<String, Object> more = problem.getProperties();
        if (more == null || !(more.get("errors") instanceof Collection<?> errors)) return "";
        return String.join(
                ", ", errors.stream().limit(RULES_MAX).map(RefusalLog::rule).distinct().toList());
    }

    private static String rule(Object error) {
        if (error instanceof Map<?, ?> fields)
            return fields.get("field") + " " + fields.get("rule");
        return error instanceof Problems.FieldProblem wrong
                ? wrong.field() + " " + wrong.rule()
                : "";
    }
}
