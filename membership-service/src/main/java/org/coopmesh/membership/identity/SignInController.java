package org.coopmesh.membership.identity;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.mail.Sending;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** Shows the sign-in page, and tells clients where the endpoints are. */
@Controller
class SignInController {
    private static final Set<String> EXTERNAL = Set.of("refused", "unknown", "silent");

    private final IdentitySettings settings;
    private final Accounts accounts;
    private final Sending mails;
    private final ExternalProvider provider;

    SignInController(
            IdentitySettings settings,
            Accounts accounts,
            Sending mails,
            ExternalProvider provider) {
        this.provider = provider;
        this.settings = settings;
        this.accounts = accounts;
        this.mails = mails;
    }

    @GetMapping(SignInConfiguration.PAGE)
    String page(
            @RequestParam(required = false) @Nullable String refused,
            @RequestParam(required = false) @Nullable String wait,
            @RequestParam(required = false) @Nullable String again,
            @RequestParam(required = false) @Nullable String external,
            @Nullable Authentication who,
            CsrfToken csrf,
            Model model) {
        Optional<Proof> known = Proof.of(who);
        model.addAttribute("refused", refused != null);
        model.addAttribute("wait", wait != null);
        model.addAttribute("waitMinutes", settings.identity().signInWindow().toMinutes());
        model.addAttribute("again", again != null && known.isPresent());
        model.addAttribute("provider", provider.isOn() ? provider.name() : null);
        model.addAttribute(
                "external", external != null && EXTERNAL.contains(external) ? external : null);
        model.addAttribute("byLink", mails.canSend());
        model.addAttribute("csrf", csrf);
        known.flatMap(proof -> accounts.find(proof.account()))
                .ifPresent(account -> model.addAttribute("email", account.email()));
        return "sign-in";
    }

    @GetMapping("/id/style.css")
    ResponseEntity<Resource> style() {
        return file("style.css", "text/css;charset=UTF-8");
    }

    @GetMapping("/id/passkey.js")
    ResponseEntity<Resource> script() {
        return file("passkey.js", "text/javascript;charset=UTF-8");
    }

    private static ResponseEntity<Resource> file(String name, String type) {
        return ResponseEntity.ok()
                .contentType(MediaType.valueOf(type))
                .cacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic())
                .body(new ClassPathResource("sign-in/" + name));
    }

    /** OpenID discovery. Our own, because the server's is fixed to the root and knows no issuer with a path. */
    @GetMapping("/id/.well-known/openid-configuration")
    @ResponseBody
    Map<String, Object> discovery() {
        String origin = settings.origin();
        return Map.ofEntries(
                Map.entry("issuer", settings.issuer().toString()),
                Map.entry("authorization_endpoint", origin + SignInConfiguration.AUTHORIZE),
                Map.entry("token_endpoint", origin + SignInConfiguration.TOKEN),
                Map.entry("jwks_uri", origin + SignInConfiguration.KEYS),
                Map.entry("end_session_endpoint", origin + SignInConfiguration.LOGOUT),
                Map.entry("revocation_endpoint", origin + SignInConfiguration.REVOKE),
                Map.entry("response_types_supported", List.of("code")),
                Map.entry("grant_types_supported", List.of("authorization_code", "refresh_token")),
                Map.entry("subject_types_supported", List.of("public")),
                Map.entry("id_token_signing_alg_values_supported", List.of("RS256")),
                Map.entry("code_challenge_methods_supported", List.of("S256")),
                Map.entry(
                        "token_endpoint_auth_methods_supported",
                        List.of("client_secret_basic", "client_secret_post")),
                Map.entry("scopes_supported", List.of("openid", "profile")));
    }
}
