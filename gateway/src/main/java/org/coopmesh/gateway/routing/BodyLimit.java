package org.coopmesh.gateway.routing;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads no more of a body than {@code coopmesh.routing.body-max}, whether or not its length was declared. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class BodyLimit extends OncePerRequestFilter {
    private final DataSize max;

    BodyLimit(RoutingSettings settings) {
        this.max = settings.bodyMax();
    }

    /** A body goes on after the limit. */
    static final class BodyTooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        BodyTooLarge(DataSize max) {
            super("body of more than " + max.toKilobytes() + " kB");
        }
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new Limited(request, max), response);
    }

    private static final class Limited extends HttpServletRequestWrapper {
        private final DataSize max;
        private @Nullable ServletInputStream body;

        Limited(HttpServletRequest request, DataSize max) {
            super(request);
            this.max = max;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (getContentLengthLong() > max.toBytes()) {
                throw new BodyTooLarge(max);
            }
            if (body == null) {
                body = new Counted(super.getInputStream(), max);
            }
            return body;
        }
    }

    private static final class Counted extends ServletInputStream {
        private final ServletInputStream body;
        private final DataSize max;
        private long read;

        Counted(ServletInputStream body, DataSize max) {
            this.body = body;
            this.max = max;
        }

        @Override
        public int read() throws IOException {
            int next = body.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int more = body.read(bytes, offset, length);
            count(Math.max(more, 0));
            return more;
        }

        private void count(int more) throws BodyTooLarge {
            read += more;
            if (read > max.toBytes()) {
                throw new BodyTooLarge(max);
            }
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
    }
}
