package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages on which somebody says another address to sign in with, and its mailbox confirms it. */
@Controller
class AddressController {
    static final String CONFIRM = "/id/address";

    private static final String ASK = SignInConfiguration.SECURITY + "/address";

    private final MailedLinks links;
    private final SignIn signIn;
    private final Clock clock;

    AddressController(MailedLinks links, SignIn signIn, Clock clock) {
        this.links = links;
        this.signIn = signIn;
        this.clock = clock;
    }

    /** Says nothing about whether the address is somebody's already: then no mail comes. */
    @PostMapping(ASK)
    String ask(@RequestParam String email, Authentication who, HttpServletRequest request) {
        String asked = email.strip();
        if (!MailedLinks.mayBeEmail(asked)) return back("address-refused");
        boolean taken =
                links.ask(
                        MailedLinks.Purpose.ADDRESS,
                        asked,
                        new AccountId(UUID.fromString(who.getName())),
                        request.getRemoteAddr(),
                        Language.of(request),
                        Proof.WALL.instant(),
                        clock.instant());
        return back(taken ? "address-asked" : "address-wait");
    }

    @GetMapping(CONFIRM)
    String open(
            @RequestParam(required = false) @Nullable String token,
            @RequestParam(required = false) @Nullable String said,
            Model model) {
        String email =
                token == null
                        ? null
                        : links.look(MailedLinks.Purpose.ADDRESS, token, Proof.WALL.instant())
                                .map(MailedLinks.Link::email)
                                .orElse(null);
        model.addAttribute("changed", "changed".equals(said));
        model.addAttribute("refused", said == null ? email == null : "refused".equals(said));
        model.addAttribute("token", token);
        model.addAttribute("email", email);
        return "address";
    }

    @PostMapping(CONFIRM)
    String confirm(@RequestParam String token, HttpServletRequest request) {
        boolean changed = signIn.changeAddress(token, request.getRemoteAddr());
        return "redirect:" + CONFIRM + "?said=" + (changed ? "changed" : "refused");
    }

    private static String back(String said) {
        return "redirect:" + SignInConfiguration.SECURITY + "?said=" + said;
    }
}
