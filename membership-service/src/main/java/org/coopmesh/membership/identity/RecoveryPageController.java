package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages on which somebody says that they have lost everything, stops what they did not ask for, and sets a new password. */
@Controller
class RecoveryPageController {
    static final String PAGE = "/id/recovery";
    static final String STOP = "/id/recovery/stop";
    static final String CODE = "/id/recovery/code";

    private final Recovering recovering;
    private final SignInFailures failures;
    private final IdentitySettings settings;

    RecoveryPageController(
            Recovering recovering, SignInFailures failures, IdentitySettings settings) {
        this.recovering = recovering;
        this.failures = failures;
        this.settings = settings;
    }

    @GetMapping(PAGE)
    String page(@RequestParam(required = false) @Nullable String said, Model model) {
        model.addAttribute("asked", "asked".equals(said));
        model.addAttribute("wait", "wait".equals(said));
        model.addAttribute("waitMinutes", settings.identity().signInWindow().toMinutes());
        return "recovery";
    }

    /** The answer does not tell whether the address has an account; each asking counts, known or not. */
    @PostMapping(PAGE)
    String ask(@RequestParam String email, HttpServletRequest request) {
        String asked = email.strip();
        String counted = "recovery:" + asked;
        if (failures.tooMany(counted, request.getRemoteAddr()))
            return "redirect:" + PAGE + "?said=wait";
        failures.add(counted, request.getRemoteAddr());
        if (MailedLinks.mayBeEmail(asked)) recovering.ask(asked, request.getRemoteAddr());
        return "redirect:" + PAGE + "?said=asked";
    }

    /** To open the link does nothing but show a button. */
    @GetMapping(STOP)
    String stopPage(
            @RequestParam(required = false) @Nullable String token,
            @RequestParam(required = false) @Nullable String said,
            Model model) {
        boolean stoppable = token != null && recovering.isStopLink(token);
        model.addAttribute("token", stoppable ? token : null);
        model.addAttribute("stopped", "stopped".equals(said));
        model.addAttribute("over", said == null ? !stoppable : "over".equals(said));
        return "recovery-stop";
    }

    @PostMapping(STOP)
    String stop(@RequestParam String token, HttpServletRequest request) {
        boolean stopped = recovering.stop(token, request.getRemoteAddr());
        return "redirect:" + STOP + "?said=" + (stopped ? "stopped" : "over");
    }

    @GetMapping(CODE)
    String codePage(@RequestParam(required = false) @Nullable String said, Model model) {
        model.addAttribute("refused", "refused".equals(said));
        model.addAttribute("tooShort", "short".equals(said));
        model.addAttribute("wait", "wait".equals(said));
        model.addAttribute("waitMinutes", settings.identity().signInWindow().toMinutes());
        model.addAttribute("passwordLengthMin", SignIn.PASSWORD_LENGTH_MIN);
        return "recovery-code";
    }

    /** The answer does not tell whether the address, the code or its time was wrong. */
    @PostMapping(CODE)
    String finish(
            @RequestParam String email,
            @RequestParam String code,
            @RequestParam String password,
            HttpServletRequest request) {
        String guessed = "recovery-code:" + email;
        if (failures.tooMany(guessed, request.getRemoteAddr()))
            return "redirect:" + CODE + "?said=wait";
        if (!SignIn.mayBe(password)) return "redirect:" + CODE + "?said=short";
        if (!recovering.finish(email.strip(), code, password, request.getRemoteAddr())) {
            failures.add(guessed, request.getRemoteAddr());
            return "redirect:" + CODE + "?said=refused";
        }
        failures.forget(guessed);
        return "redirect:" + SignInConfiguration.PAGE;
    }
}
