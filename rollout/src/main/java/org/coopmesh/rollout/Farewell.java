package org.coopmesh.rollout;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * A process that is asked to end says so by its readiness, and goes on for a while as if nothing had been said: whoever sends calls
 * here needs that long to hear of it. Each answer asks for another connection for the next call, so that none is left over on
 * which a call could meet a door that has just been shut. Then what is under way ends as ever.
 */
final class Farewell implements Filter, ApplicationListener<ContextClosedEvent>, Ordered {
    private static final Logger log = LoggerFactory.getLogger(Farewell.class);

    private final Duration lasts;
    private volatile boolean leaving;

    Farewell(Duration lasts) {
        this.lasts = lasts;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (leaving && response instanceof HttpServletResponse http) {
            http.setHeader("Connection", "close");
        }
        chain.doFilter(request, response);
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent closing) {
        if (leaving || !lasts.isPositive()) return;
        leaving = true;
        log.atInfo().addKeyValue("seconds", lasts.toSeconds()).log("farewell");
        try {
            Thread.sleep(lasts);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** Before all who stop something at that word. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }
}
