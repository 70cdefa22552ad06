package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The pages on which somebody asks for a link by mail, and signs in by it. To open the link does nothing but show a button: what
 * looks at mails before their readers do uses nothing up.
 */
@Controller
class LinkController {
    static final String PAGE = "/id/sign-in/link";
    static final String USE = "/id/sign-in/link/use";

    private final MailedLinks links;
    private final Accounts accounts;
    private final Changes changes;
    private final Arrivals arrivals;
    private final Clock clock;

    LinkController(
            MailedLinks links, Accounts accounts, Changes changes, Arrivals arrivals, Clock clock) {
        this.links = links;
        this.accounts = accounts;
        this.changes = changes;
        this.arrivals = arrivals;
        this.clock = clock;
    }

    @GetMapping(PAGE)
    String page(@RequestParam(required = false) @Nullable String said, Model model) {
        model.addAttribute("sent", "sent".equals(said));
        model.addAttribute("wait", "wait".equals(said));
        model.addAttribute("refused", "refused".equals(said));
        model.addAttribute("minutes", MailedLinks.LIFETIME.toMinutes());
        return "sign-in-link";
    }

    /** The answer is the same whether or not the address has an account, and so is the work that is done for it. */
    @PostMapping(PAGE)
    String ask(@RequestParam String email, HttpServletRequest request) {
        String asked = email.strip();
        boolean taken =
                !MailedLinks.mayBeEmail(asked)
                        || links.ask(
                                MailedLinks.Purpose.SIGN_IN,
                                asked,
                                null,
                                request.getRemoteAddr(),
                                Language.of(request),
                                Proof.WALL.instant(),
                                clock.instant());
        return "redirect:" + PAGE + (taken ? "?said=sent" : "?said=wait");
    }

    @GetMapping(USE)
    String open(@RequestParam String token, Model model) {
        Optional<Account> account =
                links.look(MailedLinks.Purpose.SIGN_IN, token, Proof.WALL.instant())
                        .flatMap(this::owner);
        if (account.isEmpty()) return "redirect:" + PAGE + "?said=refused";
        model.addAttribute("token", token);
        model.addAttribute("name", account.get().name());
        model.addAttribute("email", account.get().email());
        return "sign-in-link-use";
    }

    @PostMapping(USE)
    String use(
            @RequestParam String token, HttpServletRequest request, HttpServletResponse response) {
        Optional<Account> account =
                links.take(MailedLinks.Purpose.SIGN_IN, token, Proof.WALL.instant())
                        .flatMap(this::owner);
        if (account.isEmpty()) return "redirect:" + PAGE + "?said=refused";
        AccountId id = account.get().id();
        links.end(id, Proof.WALL.instant());
        changes.note(id, "signed-in-by-link", "", request.getRemoteAddr());
        var factors = new EnumMap<Factor, java.time.Instant>(Factor.class);
        factors.put(Factor.LINK, Proof.WALL.instant());
        arrivals.first(request, response, new Proof(id, factors, Optional.empty()));
        return "redirect:" + arrivals.next(request, response);
    }

    private Optional<Account> owner(MailedLinks.Link link) {
        return link.owner().flatMap(accounts::find).filter(Account::open);
    }
}
