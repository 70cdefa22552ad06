package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.identity.ExternalProvider.Asked;
import org.coopmesh.membership.identity.ExternalProvider.NotProved;
import org.coopmesh.membership.identity.ExternalProvider.Someone;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Signs in whom a provider elsewhere knows, once they have said here that it may. Nobody is linked by an e-mail address: who can
 * have an address there need not be who has it here.
 */
@Controller
class ExternalController {
    static final String BEGIN = "/id/external";
    static final String BACK = "/id/external/callback";
    static final String LINK = "/id/security/external";
    static final String CONFIRM = "/id/security/external/link";

    private static final Logger log = LoggerFactory.getLogger(ExternalController.class);
    private static final String ASKED = ExternalController.class.getName() + ".asked";
    private static final String FOUND = ExternalController.class.getName() + ".found-for";

    /** Whom the provider told, and who had asked: in the same session somebody else may be signed in by then. */
    private record Found(UUID by, Someone someone) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final ExternalProvider provider;
    private final ExternalAccounts links;
    private final Accounts accounts;
    private final Arrivals arrivals;
    private final Changes changes;
    private final Clock clock;

    ExternalController(
            ExternalProvider provider,
            ExternalAccounts links,
            Accounts accounts,
            Arrivals arrivals,
            Changes changes,
            Clock clock) {
        this.provider = provider;
        this.links = links;
        this.accounts = accounts;
        this.arrivals = arrivals;
        this.changes = changes;
        this.clock = clock;
    }

    @GetMapping(BEGIN)
    String begin(HttpServletRequest request) {
        return ask(request, null, SignInConfiguration.PAGE + "?external=silent");
    }

    @GetMapping(LINK)
    String beginLink(Authentication who, HttpServletRequest request) {
        AccountId by = Proof.of(who).orElseThrow().account();
        return ask(request, by, SignInConfiguration.SECURITY + "?said=external-silent");
    }

    private String ask(HttpServletRequest request, @Nullable AccountId by, String otherwise) {
        if (!provider.isOn()) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        try {
            Asked asked = provider.ask(by);
            request.getSession().setAttribute(ASKED, asked);
            return "redirect:" + asked.uri();
        } catch (NotProved e) {
            log.atWarn().setCause(e).log("provider of sign-ins does not answer");
            return "redirect:" + otherwise;
        }
    }

    /** Only what this browser's session has asked for is taken, and once. */
    @GetMapping(BACK)
    String back(
            @RequestParam(required = false) @Nullable String code,
            @RequestParam(required = false) @Nullable String state,
            @Nullable Authentication who,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (!provider.isOn()) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        HttpSession session = request.getSession(false);
        Asked asked = session == null ? null : (Asked) session.getAttribute(ASKED);
        if (asked == null) return refused("refused");
        session.removeAttribute(ASKED);
        if (code == null || state == null || !same(state, asked.state())) return refused("refused");
        Someone someone;
        try {
            someone = provider.someone(asked, code);
        } catch (NotProved e) {
            log.atWarn().setCause(e).log("sign-in elsewhere not believed");
            return refused("refused");
        }
        UUID by = asked.by();
        if (by != null) {
            if (!isStill(by, who)) {
                log.atWarn()
                        .addKeyValue("accountId", by)
                        .log("answer from elsewhere was for who had been signed in before");
                return refused("refused");
            }
            session.setAttribute(FOUND, new Found(by, someone));
            return "redirect:" + CONFIRM;
        }
        Optional<Account> account =
                links.owner(someone).flatMap(accounts::find).filter(Account::open);
        if (account.isEmpty()) return refused("unknown");
        AccountId id = account.get().id();
        changes.note(id, "signed-in-elsewhere", provider.name(), request.getRemoteAddr());
        var factors = new EnumMap<Factor, Instant>(Factor.class);
        factors.put(Factor.EXTERNAL, someone.provedAt());
        arrivals.first(request, response, new Proof(id, factors, Optional.empty()));
        return "redirect:" + arrivals.next(request, response);
    }

    /** Asked once more, so that no link of somebody else's links anything. */
    @GetMapping(CONFIRM)
    String confirm(Authentication who, HttpServletRequest request, Model model) {
        Someone found = found(who, request.getSession());
        if (found == null) return "redirect:" + SignInConfiguration.SECURITY;
        model.addAttribute("provider", provider.name());
        model.addAttribute("label", found.label());
        return "external-link";
    }

    @PostMapping(CONFIRM)
    String link(Authentication who, HttpServletRequest request) {
        AccountId id = Proof.of(who).orElseThrow().account();
        HttpSession session = request.getSession();
        Someone found = found(who, session);
        session.removeAttribute(FOUND);
        if (found == null) return "redirect:" + SignInConfiguration.SECURITY;
        if (!links.link(id, found, clock.instant())) return said("external-taken");
        changes.note(
                id,
                "external-linked",
                provider.name() + ", " + found.label(),
                request.getRemoteAddr());
        return said("external-linked");
    }

    /** What was found for who is signed in now; null where it was for somebody else. */
    private static @Nullable Someone found(Authentication who, HttpSession session) {
        return session.getAttribute(FOUND) instanceof Found(UUID by, Someone someone)
                        && isStill(by, who)
                ? someone
                : null;
    }

    private static boolean isStill(UUID by, @Nullable Authentication who) {
        return Proof.of(who).filter(proof -> proof.account().value().equals(by)).isPresent();
    }

    @PostMapping("/id/security/external/removal")
    String unlink(Authentication who, HttpServletRequest request) {
        AccountId id = Proof.of(who).orElseThrow().account();
        if (links.unlink(id, provider.issuer())) {
            changes.note(id, "external-removed", provider.name(), request.getRemoteAddr());
        }
        return said("external-removed");
    }

    private static boolean same(String told, String kept) {
        return MessageDigest.isEqual(
                told.getBytes(StandardCharsets.UTF_8), kept.getBytes(StandardCharsets.UTF_8));
    }

    private static String refused(String why) {
        return "redirect:" + SignInConfiguration.PAGE + "?external=" + why;
    }

    private static String said(String what) {
        return "redirect:" + SignInConfiguration.SECURITY + "?said=" + what;
    }
}
