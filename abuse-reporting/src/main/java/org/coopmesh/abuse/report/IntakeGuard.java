package org.coopmesh.abuse.report;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Stands before the intake: so many reports from one side in a while, so many bytes in one report. Runs before the body is parsed. Who has a key is counted as a
 * partner, who is signed in as a member, everybody else by where they come from ({@link Allowances}).
 */
@Component
class IntakeGuard extends OncePerRequestFilter {
    static final String KEY_HEADER = "X-API-Key";

    /** Where the guard leaves who holds the key of the request. */
    static final String PARTNER = IntakeGuard.class.getName() + ".partner";

    private final IntakeSettings settings;
    private final Allowances allowances;
    private final Partners partners;

    IntakeGuard(IntakeSettings settings, Allowances allowances, Partners partners) {
        this.settings = settings;
        this.allowances = allowances;
        this.partners = partners;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getContextPath() + "/api/reports";
        return !(request.getMethod().equals("POST")
                && (request.getRequestURI().equals(path)
                        || request.getRequestURI().startsWith(path + "/")));
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = request.getHeader(KEY_HEADER);
        Optional<Partner> partner =
                key == null ? Optional.empty() : partners.holder(PartnerKey.hash(key));
        String member = member();
        boolean stranger = partner.isEmpty() && member == null;
        if (key != null && partner.isEmpty()) {
            // A wrong key counts as a stranger's attempt, so that keys cannot be guessed at
            // leisure.
            allowances.stranger(request.getRemoteAddr());
            refuse(response, 401, "unknown-key", "This key is not known, or has ended");
            return;
        }
        Optional<Duration> wait =
                partner.isPresent()
                        ? allowances.partner(partner.get().id(), partner.get().reportsPerHour())
                        : member != null
                                ? allowances.member(member)
                                : allowances.stranger(request.getRemoteAddr());
        if (wait.isPresent()) {
            tooMany(response, wait.get());
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
        partner.ifPresent(known -> request.setAttribute(PARTNER, known.id()));
        if (!stranger) {
            chain.doFilter(limited, response);
            return;
        }
        try {
            if (!allowances.enter()) {
                tooMany(response, Duration.ofSeconds(5));
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tooMany(response, Duration.ofSeconds(5));
            return;
        }
        try {
            chain.doFilter(limited, response);
        } finally {
            allowances.leave();
        }
    }

    private static void tooMany(HttpServletResponse response, Duration wait) throws IOException {
        response.setHeader("Retry-After", Long.toString(wait.toSeconds() + 1));
        refuse(response, 429, "too-many-reports", "Too many reports from here; try later");
    }

    /** Who is signed in. */
    private static @Nullable String member() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Jwt jwt
                ? jwt.getSubject()
                : null;
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
