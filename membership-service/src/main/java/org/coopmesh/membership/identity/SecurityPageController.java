package org.coopmesh.membership.identity;

import io.nayuki.qrcodegen.QrCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.mail.Sending;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages on which somebody sees and changes how they prove who they are, and where they are signed in. */
@Controller
class SecurityPageController {
    private static final int QUIET = 4;
    private static final Set<String> WORDS =
            Set.of(
                    "passkey-added",
                    "passkey-removed",
                    "code-app-removed",
                    "password-changed",
                    "password-refused",
                    "address-asked",
                    "address-refused",
                    "address-wait",
                    "sign-in-ended",
                    "external-linked",
                    "external-removed",
                    "external-taken",
                    "external-silent",
                    "recovery-stopped");

    private final SignIn signIn;
    private final CodeApps codeApps;
    private final Passkeys passkeys;
    private final SignIns signIns;
    private final IdentityEvents events;
    private final Changes changes;
    private final SignInFailures failures;
    private final Arrivals arrivals;
    private final Accounts accounts;
    private final Sending mails;
    private final Recovering recovering;
    private final ExternalProvider provider;
    private final ExternalAccounts externalAccounts;
    private final IdentitySettings settings;

    SecurityPageController(
            SignIn signIn,
            CodeApps codeApps,
            Passkeys passkeys,
            SignIns signIns,
            IdentityEvents events,
            Changes changes,
            SignInFailures failures,
            Arrivals arrivals,
            Accounts accounts,
            Sending mails,
            Recovering recovering,
            ExternalProvider provider,
            ExternalAccounts externalAccounts,
            IdentitySettings settings) {
        this.signIn = signIn;
        this.codeApps = codeApps;
        this.passkeys = passkeys;
        this.signIns = signIns;
        this.events = events;
        this.changes = changes;
        this.failures = failures;
        this.arrivals = arrivals;
        this.accounts = accounts;
        this.mails = mails;
        this.recovering = recovering;
        this.provider = provider;
        this.externalAccounts = externalAccounts;
        this.settings = settings;
    }

    /** A passkey as its owner sees it. */
    record PasskeyView(String id, String label, Instant addedAt, Instant usedAt, boolean backedUp) {
        static PasskeyView of(CredentialRecord passkey) {
            return new PasskeyView(
                    passkey.getCredentialId().toBase64UrlString(),
                    passkey.getLabel(),
                    passkey.getCreated(),
                    passkey.getLastUsed(),
                    passkey.isBackupState());
        }
    }

    /** A sign-in that goes on. */
    record SignInView(
            UUID id, Instant at, Instant renewedAt, String address, String agent, boolean here) {}

    // ---- The code after the password

    @GetMapping(SignInConfiguration.CODE_PAGE)
    String codePage(
            @RequestParam(required = false) @Nullable String refused,
            @RequestParam(required = false) @Nullable String wait,
            Model model) {
        model.addAttribute("refused", refused != null);
        model.addAttribute("wait", wait != null);
        model.addAttribute("waitMinutes", settings.identity().signInWindow().toMinutes());
        return "sign-in-code";
    }

    @PostMapping(SignInConfiguration.CODE_PAGE)
    String code(
            @RequestParam String code,
            Authentication who,
            HttpServletRequest request,
            HttpServletResponse response) {
        Proof proof = Proof.of(who).orElseThrow();
        String guessed = "code:" + proof.account();
        if (failures.tooMany(guessed, request.getRemoteAddr())) {
            return "redirect:" + SignInConfiguration.CODE_PAGE + "?wait";
        }
        if (!codeApps.takes(proof.account(), code, Proof.WALL.instant())) {
            failures.add(guessed, request.getRemoteAddr());
            return "redirect:" + SignInConfiguration.CODE_PAGE + "?refused";
        }
        failures.forget(guessed);
        arrivals.more(request, response, proof.with(Factor.CODE, Proof.WALL.instant()));
        return "redirect:" + arrivals.next(request, response);
    }

    // ---- The page about it all

    @GetMapping(SignInConfiguration.SECURITY)
    String page(
            Authentication who,
            @RequestParam(required = false) @Nullable String said,
            CsrfToken csrf,
            Model model) {
        AccountId id = account(who);
        Account account = accounts.find(id).orElseThrow(() -> new AccountNotFound(id));
        UUID here = Proof.of(who).flatMap(Proof::signIn).orElse(null);
        model.addAttribute("name", account.name());
        model.addAttribute("email", account.email());
        model.addAttribute("said", said != null && WORDS.contains(said) ? said : null);
        model.addAttribute("csrf", csrf);
        model.addAttribute("passkeys", passkeys.of(id).stream().map(PasskeyView::of).toList());
        model.addAttribute("codeAppOn", codeApps.isOn(id));
        model.addAttribute("spareCodesLeft", codeApps.spareCodesLeft(id));
        model.addAttribute("passwordLengthMin", SignIn.PASSWORD_LENGTH_MIN);
        model.addAttribute("canMail", mails.canSend());
        model.addAttribute("provider", provider.isOn() ? provider.name() : null);
        model.addAttribute("external", externalAccounts.label(id, provider.issuer()).orElse(null));
        model.addAttribute("recovery", recovering.isUnderWay(id));
        model.addAttribute(
                "signIns",
                signIns.going(id).stream()
                        .map(each ->
                                new SignInView(
                                        each.id(),
                                        each.at(),
                                        each.renewedAt(),
                                        each.address(),
                                        each.agent(),
                                        each.id().equals(here)))
                        .toList());
        model.addAttribute("events", events.latest(id));
        return "security";
    }

    @PostMapping("/id/security/passkeys/{passkey}/removal")
    String removePasskey(
            @PathVariable String passkey, Authentication who, HttpServletRequest request) {
        Optional<CredentialRecord> own =
                passkeys.of(account(who)).stream()
                        .filter(each -> each.getCredentialId().toBase64UrlString().equals(passkey))
                        .findFirst();
        own.ifPresent(each -> {
            passkeys.delete(new Bytes(each.getCredentialId().getBytes()));
            note(who, "passkey-removed", each.getLabel(), request);
        });
        return back("passkey-removed");
    }

    @PostMapping("/id/security/code-app")
    String beginCodeApp(Authentication who) {
        codeApps.begin(account(who));
        return "redirect:" + SignInConfiguration.SECURITY + "/code-app";
    }

    @GetMapping("/id/security/code-app")
    String codeApp(
            Authentication who,
            @RequestParam(required = false) @Nullable String refused,
            Model model) {
        AccountId id = account(who);
        Optional<CodeApps.Secret> secret = codeApps.begun(id);
        if (secret.isEmpty()) return "redirect:" + SignInConfiguration.SECURITY;
        Account account = accounts.find(id).orElseThrow(() -> new AccountNotFound(id));
        model.addAttribute("refused", refused != null);
        model.addAttribute("secret", secret.get().text());
        model.addAttribute(
                "picture", picture(secret.get().uri(settings.issuer().getHost(), account.email())));
        return "code-app";
    }

    @PostMapping("/id/security/code-app/confirmation")
    String confirmCodeApp(
            @RequestParam String code,
            Authentication who,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<List<String>> spareCodes =
                codeApps.confirm(account(who), code, Proof.WALL.instant());
        if (spareCodes.isEmpty()) {
            return "redirect:" + SignInConfiguration.SECURITY + "/code-app?refused";
        }
        note(who, "code-app-added", "", request);
        // From here on this browser needs it, and it has just shown one.
        arrivals.more(
                request,
                response,
                Proof.of(who).orElseThrow().with(Factor.CODE, Proof.WALL.instant()));
        model.addAttribute("codes", spareCodes.get());
        return "spare-codes";
    }

    @PostMapping("/id/security/spare-codes")
    String newSpareCodes(Authentication who, HttpServletRequest request, Model model) {
        if (!codeApps.isOn(account(who))) return "redirect:" + SignInConfiguration.SECURITY;
        note(who, "spare-codes-made", "", request);
        model.addAttribute("codes", codeApps.newSpareCodes(account(who)));
        return "spare-codes";
    }

    @PostMapping("/id/security/code-app/removal")
    String removeCodeApp(Authentication who, HttpServletRequest request) {
        if (codeApps.remove(account(who))) note(who, "code-app-removed", "", request);
        return back("code-app-removed");
    }

    @PostMapping("/id/security/password")
    String changePassword(
            @RequestParam String password, Authentication who, HttpServletRequest request) {
        if (!signIn.changePassword(account(who), password)) return back("password-refused");
        note(who, "password-changed", "", request);
        UUID here = Proof.of(who).flatMap(Proof::signIn).orElse(null);
        signIns.going(account(who)).stream()
                .filter(each -> !each.id().equals(here))
                .forEach(each -> signIns.end(account(who), each.id()));
        return back("password-changed");
    }

    @PostMapping("/id/security/recovery/stop")
    String stopRecovery(Authentication who, HttpServletRequest request) {
        recovering.stopOwn(account(who), request.getRemoteAddr());
        return back("recovery-stopped");
    }

    @PostMapping("/id/security/sign-ins/{id}/end")
    String end(@PathVariable UUID id, Authentication who, HttpServletRequest request) {
        if (signIns.end(account(who), id)) note(who, "sign-in-ended", "", request);
        return back("sign-in-ended");
    }

    private void note(Authentication who, String what, String detail, HttpServletRequest request) {
        changes.note(account(who), what, detail, request.getRemoteAddr());
    }

    private static String back(String said) {
        return "redirect:" + SignInConfiguration.SECURITY + "?said=" + said;
    }

    private static AccountId account(Authentication who) {
        return new AccountId(UUID.fromString(who.getName()));
    }

    /** A QR code as an address of data, since the page may load no other. */
    private static String picture(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        int side = code.size + 2 * QUIET;
        var path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append("M%d,%dh1v1h-1z".formatted(x + QUIET, y + QUIET));
                }
            }
        }
        String svg =
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %1$d" shape-rendering="crispEdges">\
                <path fill="#fff" d="M0,0h%1$dv%1$dh-%1$dz"/><path fill="#000" d="%2$s"/></svg>\
                """
                        .formatted(side, path);
        return "data:image/svg+xml;base64,"
                + Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8));
    }
}
