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
 * allowance of its own and there is no common one, so a flood from one side shuts out nobody else. Runs before a byte of the
 * body is read. Counts on the machine's own time, which no demo clock moves.
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
        long bodyMax = settings.bodyMax().toBytes();
        if (request.getContentLengthLong() > bodyMax) {
            refuse(response, 413, "report-too-large", "A report has " + bodyMax + " bytes at most");
            return;
        }
        var limited = new LimitedRequest(request, bodyMax);
        try {
            chain.doFilter(limited, response);
        } catch (ServletException | IOException | RuntimeException e) {
            if (!limited.exceeded() || response.isCommitted()) {
                throw e;
            }
        }
        if (limited.exceeded() && !response.isCommitted()) {
            response.reset();
            refuse(response, 413, "report-too-large", "A report has " + bodyMax + " bytes at most");
        }
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

    /** A request whose body ends with an error behind the limit, declared length or not. */
    private static final class LimitedRequest extends HttpServletRequestWrapper {
        private final long bytesMax;
        private boolean exceeded;

        LimitedRequest(HttpServletRequest request, long bytesMax) {
            super(request);
            this.bytesMax = bytesMax;
        }

        boolean exceeded() {
            return exceeded;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            ServletInputStream body = super.getInputStream();
            return new ServletInputStream() {
                private long read;

                @Override
                public int read() throws IOException {
                    int b = body.read();
                    return count(b, b < 0 ? 0 : 1);
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int n = body.read(buffer, offset, length);
                    return count(n, Math.max(n, 0));
                }

                private int count(int result, int bytes) throws IOException {
                    read += bytes;
                    if (read > bytesMax) {
                        exceeded = true;
                        throw new IOException("body larger than " + bytesMax + " bytes");
                    }
                    return result;
                }

                @Override
                public boolean isFinished() {
                    return body.isFinished();
                }

                @Override
                public boolean isReady() {
                    return body.isReady();
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    body.setReadListener(listener);
                }
            };
        }
    }
}
