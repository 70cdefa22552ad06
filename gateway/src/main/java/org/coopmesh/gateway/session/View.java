package org.coopmesh.gateway.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.Serial;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That somebody of the board sees what a member sees: the token it is seen by, kept in the session like all tokens.
 *
 * @param until by the machine's clock; after it the session is what it was
 */
record View(String token, Instant issued, Instant until) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
    private static final String ATTRIBUTE = View.class.getName();

    /** The one of this session; null where everybody sees their own. */
    static @Nullable View of(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null
                        && session.getAttribute(ATTRIBUTE) instanceof View view
                        && view.until().isAfter(Clock.systemUTC().instant())
                ? view
                : null;
    }

    static void begin(HttpServletRequest request, View view) {
        request.getSession().setAttribute(ATTRIBUTE, view);
    }

    static void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) session.removeAttribute(ATTRIBUTE);
    }

    @Override
    public String toString() {
        return "View until " + until;
    }
}
