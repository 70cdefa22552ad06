package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.UUID;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Component;

/** Signs a browser in at the page with what it has proved, and sends it on where it wanted to go. */
@Component
class Arrivals {
    /** In the session: the sign-in that one more would replace. */
    private static final String CURRENT = Arrivals.class.getName();

    private final SignIns signIns;
    private final Accounts accounts;
    private final SecurityContextRepository contexts;
    private final RequestCache wanted;

    Arrivals(
            SignIns signIns,
            Accounts accounts,
            SecurityContextRepository contexts,
            RequestCache wanted) {
        this.signIns = signIns;
        this.accounts = accounts;
        this.contexts = contexts;
        this.wanted = wanted;
    }

    /** Somebody comes in with a first proof. */
    Proof first(HttpServletRequest request, HttpServletResponse response, Proof proof) {
        HttpSession session = request.getSession();
        request.changeSessionId();
        UUID before = (UUID) session.getAttribute(CURRENT);
        UUID id = UUID.randomUUID();
        session.setAttribute(CURRENT, id);
        signIns.add(
                id,
                proof.account(),
                proof,
                request.getRemoteAddr(),
                request.getHeader("User-Agent"),
                request.getSession().getId(),
                before);
        accounts.guessLanguage(proof.account(), Language.of(request));
        return keep(request, response, proof.in(id));
    }

    /** Who is in has proved one thing more. */
    Proof more(HttpServletRequest request, HttpServletResponse response, Proof proof) {
        request.changeSessionId();
        signIns.proved(proof.signIn().orElseThrow(), proof, request.getSession().getId());
        return keep(request, response, proof);
    }

    /** Where the browser wanted to go when it was asked who it is; without that, the dashboard. */
    String next(HttpServletRequest request, HttpServletResponse response) {
        SavedRequest saved = wanted.getRequest(request, response);
        wanted.removeRequest(request, response);
        return saved == null ? "/" : saved.getRedirectUrl();
    }

    private Proof keep(HttpServletRequest request, HttpServletResponse response, Proof proof) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(proof.authentication());
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response);
        return proof;
    }
}
