package org.coopmesh.gateway.routing;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * So many calls a minute from one side: an IPv4 address, or an IPv6 network of 64 bits. Stands before the session is read, so that
 * who floods costs no query. Files that the browser keeps and the probes of the platform are not counted. Finer limits, of
 * sign-ins or reports, are the parts' own. Each replica counts for itself, by the machine's time.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class CallLimit extends OncePerRequestFilter {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final int SIDES_MAX = 10_000;
    private static final int NETWORK_BYTES_V6 = 8;

    private final int perMinute;
    private final JsonMapper json;
    private final Map<String, Bucket> sides =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > SIDES_MAX;
                }
            };

    CallLimit(RoutingSettings settings, JsonMapper json) {
        this.perMinute = settings.callsPerMinute();
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.startsWith("/assets/") || path.startsWith("/actuator/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ConsumptionProbe probe =
                bucket(side(request.getRemoteAddr())).tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            chain.doFilter(request, response);
            return;
        }
        long waitSeconds = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "More than %d calls a minute came from here: wait %d s."
                                .formatted(perMinute, waitSeconds));
        problem.setType(URI.create("https://coopmesh.org/problems/too-many-calls"));
        response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
        response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(waitSeconds));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), problem);
    }

    private Bucket bucket(String side) {
        synchronized (sides) {
            return sides.computeIfAbsent(
                    side,
                    _ ->
                            Bucket.builder()
                                    .addLimit(limit ->
                                            limit.capacity(perMinute)
                                                    .refillGreedy(perMinute, PERIOD))
                                    .build());
        }
    }

    /** The address, of IPv6 only the network: one subscriber has all addresses in it. */
    static String side(String remoteAddress) {
        try {
            // Not looked up: what the server tells is an address already.
            InetAddress address = InetAddress.ofLiteral(remoteAddress);
            return address instanceof Inet6Address v6
                    ? InetAddress.getByAddress(
                                    Arrays.copyOf(
                                            Arrays.copyOf(v6.getAddress(), NETWORK_BYTES_V6), 16))
                            .getHostAddress()
                    : address.getHostAddress();
        } catch (IllegalArgumentException | UnknownHostException notAnAddress) {
            return remoteAddress;
        }
    }
}
