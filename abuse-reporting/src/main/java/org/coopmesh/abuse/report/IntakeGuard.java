package org.coopmesh.abuse.report;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.coopmesh.abuse.subject.Prefix;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Stands before the intake: so many reports from one client in a while, so many bytes in one report. Every client has an
 * allowance of its own and there is no common one, so a flood from one side shuts out nobody else. Runs before the
 * body is parsed. Counts on the machine's own time, which no demo clock moves.
 */
@Component
class IntakeGuard extends OncePerRequestFilter {
    private static final int CLIENT_LENGTH_V6 = 64;

    private final IntakeSettings settings;
    private final Map<String, Bucket> clients;

    IntakeGuard(IntakeSettings settings) {
        this.settings = settings;
        this.clients =
                new LinkedHashMap<>(64, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                        return size() > settings.clientsMax();
                    }
                };
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !(request.getMethod().equals("POST")
                && request.getRequestURI().equals(request.getContextPath() + "/api/reports"));
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ConsumptionProbe probe = bucket(client(request)).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
            response.setHeader("Retry-After", Long.toString(seconds));
            refuse(response, 429, "too-many-reports", "Too many reports from here; try later");
            return;
        }
        int bodyMax = Math.toIntExact(settings.bodyMax().toBytes());
        long declared = request.getContentLengthLong(); // The container reads no further than this.
        HttpServletRequest limited = request;
        boolean tooLarge = declared > bodyMax;
        if (declared < 0) {
            byte[] body = request.getInputStream().readNBytes(bodyMax + 1);
            tooLarge = body.length > bodyMax;
            limited = new ReadRequest(request, body);
        }
        if (tooLarge) {
            refuse(response, 413, "report-too-large", "A report has " + bodyMax + " bytes at most");
            return;
        }
        chain.doFilter(limited, response);
    }

    private Bucket bucket(String client) {
        synchronized (clients) {
            return clients.computeIfAbsent(client, c -> allowance());
        }
    }

    private Bucket allowance() {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(settings.reportsPerClient())
                                .refillGreedy(settings.reportsPerClient(), settings.ratePeriod()))
                .build();
    }

    /** The member who is signed in, else where the request comes from. */
    private static String client(HttpServletRequest request) {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null && authentication.getPrincipal() instanceof Jwt jwt) {
            return "member " + jwt.getSubject();
        }
        try {
            Prefix address = Prefix.address(request.getRemoteAddr());
            return switch (address.family()) {
                case V4 -> address.toString();
                case V6 -> Prefix.parse(address.addressText() + "/" + CLIENT_LENGTH_V6).toString();
            };
        } catch (IllegalArgumentException notAnAddress) {
            return "elsewhere";
        }
    }

    private static void refuse(HttpServletResponse response, int status, String slug, String why)
            throws IOException {
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.getWriter()
                .write(
                        """
                        {"type":"https://coopmesh.org/problems/%s","title":"%s","status":%d,"detail":"%s"}\
                        """
                                .formatted(slug, why, status, why));
    }

    /** A request of undeclared length whose body has been read, within the limit. */
    private static final class ReadRequest extends HttpServletRequestWrapper {
        private final byte[] body;

        ReadRequest(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            var bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] buffer, int offset, int length) {
                    return bytes.read(buffer, offset, length);
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException("read at once");
                }
            };
        }
    }
}
