package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** Lets the board hand out a code, and whoever holds it choose a first password. */
@Controller
class WelcomeController {
    static final String PAGE = "/id/welcome";

    private final SignIn signIn;
    private final SignInFailures failures;
    private final Changes changes;
    private final IdentitySettings settings;

    WelcomeController(
            SignIn signIn, SignInFailures failures, Changes changes, IdentitySettings settings) {
        this.signIn = signIn;
        this.failures = failures;
        this.changes = changes;
        this.settings = settings;
    }

    /** What the board hands over; the code is readable this once. */
    record WelcomeView(String code, Instant expiresAt, String page) {}

    @PostMapping("/api/members/{id}/welcome")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    @ResponseBody
    WelcomeView make(@PathVariable UUID id) {
        SignIn.Welcome made = signIn.welcome(new AccountId(id));
        return new WelcomeView(made.code(), made.expiresAt(), PAGE);
    }

    @GetMapping(PAGE)
    String page(@RequestParam(required = false) @Nullable String said, Model model) {
        model.addAttribute("refused", "refused".equals(said));
        model.addAttribute("tooShort", "short".equals(said));
        model.addAttribute("wait", "wait".equals(said));
        model.addAttribute("waitMinutes", settings.identity().signInWindow().toMinutes());
        model.addAttribute("passwordLengthMin", SignIn.PASSWORD_LENGTH_MIN);
        return "welcome";
    }

    /** The answer does not tell whether the address, the code or its time was wrong. */
    @PostMapping(PAGE)
    String choose(
            @RequestParam String email,
            @RequestParam String code,
            @RequestParam String password,
            HttpServletRequest request) {
        String guessed = "welcome:" + email;
        if (failures.tooMany(guessed, request.getRemoteAddr()))
            return "redirect:" + PAGE + "?said=wait";
        if (!SignIn.mayBe(password)) return "redirect:" + PAGE + "?said=short";
        var account = signIn.claim(email.strip(), code, password);
        if (account.isEmpty()) {
            failures.add(guessed, request.getRemoteAddr());
            return "redirect:" + PAGE + "?said=refused";
        }
        failures.forget(guessed);
        changes.note(account.get(), "password-chosen", "", request.getRemoteAddr());
        return "redirect:" + SignInConfiguration.PAGE;
    }

    @ExceptionHandler
    @ResponseBody
    ProblemDetail notFound(AccountNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "member-not-found", e);
    }

    @ExceptionHandler
    @ResponseBody
    ProblemDetail claimed(AccountClaimed e) {
        return problem(HttpStatus.CONFLICT, "account-claimed", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
