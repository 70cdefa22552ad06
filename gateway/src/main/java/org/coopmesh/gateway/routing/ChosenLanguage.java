package org.coopmesh.gateway.routing;

import jakarta.servlet.http.Cookie;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * Asks a part for the language that was chosen in this browser. Parts know {@code Accept-Language} and nothing else of it; where
 * nothing was chosen it is what the browser says.
 */
@Component
class ChosenLanguage implements RequestHttpHeadersFilter, Ordered {
    /** Written by the dashboard. */
    private static final String COOKIE = "coopmesh-language";

    private static final Set<String> SPOKEN = Set.of("en", "es", "ca", "de", "fr");

    @Override
    public HttpHeaders apply(HttpHeaders headers, ServerRequest request) {
        var asked = new HttpHeaders();
        headers.forEach(asked::put);
        chosen(request.servletRequest().getCookies())
                .ifPresent(language -> asked.set(HttpHeaders.ACCEPT_LANGUAGE, language));
        return asked;
    }

    /** Anything else in the cookie counts as nothing. */
    private static Optional<String> chosen(Cookie[] cookies) {
        return Stream.ofNullable(cookies)
                .flatMap(Arrays::stream)
                .filter(cookie -> cookie.getName().equals(COOKIE))
                .map(Cookie::getValue)
                .filter(SPOKEN::contains)
                .findFirst();
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
