package org.coopmesh.gateway.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * Tells a part who the client is and what it typed. What the client itself says about that is thrown away: the server has
 * believed it already where {@code COOPMESH_TRUSTED_PROXIES} names whoever connected.
 */
@Component
class Forwarding implements RequestHttpHeadersFilter, Ordered {
    @Override
    public HttpHeaders apply(HttpHeaders headers, ServerRequest request) {
        HttpServletRequest client = request.servletRequest();
        var told = new HttpHeaders();
        headers.forEach((name, values) -> {
            if (!isForwarding(name)) {
                told.put(name, values);
            }
        });
        told.set("X-Forwarded-For", client.getRemoteAddr());
        told.set("X-Forwarded-Proto", client.getScheme());
        told.set("X-Forwarded-Host", client.getServerName() + port(client));
        return told;
    }

    private static boolean isForwarding(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return name.equals("forwarded") || name.startsWith("x-forwarded-");
    }

    private static String port(HttpServletRequest client) {
        int usual = client.isSecure() ? 443 : 80;
        return client.getServerPort() == usual ? "" : ":" + client.getServerPort();
    }

    /** After the gateway's own, which remove such headers. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
