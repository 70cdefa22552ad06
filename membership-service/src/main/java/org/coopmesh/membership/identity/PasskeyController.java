package org.coopmesh.membership.identity;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.authentication.HttpSessionPublicKeyCredentialRequestOptionsRepository;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialCreationOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialRequestOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutableRelyingPartyRegistrationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyAuthenticationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyPublicKey;
import org.springframework.security.web.webauthn.management.WebAuthnRelyingPartyOperations;
import org.springframework.security.web.webauthn.registration.HttpSessionPublicKeyCredentialCreationOptionsRepository;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What the script of the pages asks for, to make a passkey and to sign in with one. */
@Hidden
@RestController
class PasskeyController {
    static final int PASSKEYS_MAX = 20;

    private static final int LABEL_LENGTH_MAX = 60;
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final Logger log = LoggerFactory.getLogger(PasskeyController.class);

    private final WebAuthnRelyingPartyOperations relyingParty;
    private final Passkeys passkeys;
    private final Changes changes;
    private final SignInFailures failures;
    private final Arrivals arrivals;
    private final JsonMapper json;
    private final HttpSessionPublicKeyCredentialRequestOptionsRepository asked =
            new HttpSessionPublicKeyCredentialRequestOptionsRepository();
    private final HttpSessionPublicKeyCredentialCreationOptionsRepository offered =
            new HttpSessionPublicKeyCredentialCreationOptionsRepository();

    PasskeyController(
            WebAuthnRelyingPartyOperations relyingParty,
            Passkeys passkeys,
            Changes changes,
            SignInFailures failures,
            Arrivals arrivals,
            JsonMapper json) {
        this.relyingParty = relyingParty;
        this.passkeys = passkeys;
        this.changes = changes;
        this.failures = failures;
        this.arrivals = arrivals;
        this.json = json;
    }

    /** Where the browser goes on. */
    record NextView(String next) {}

    /**
     * A key that a device has made.
     *
     * @param label by which its owner knows it
     */
    record PasskeyRequest(
            PublicKeyCredential<AuthenticatorAttestationResponse> credential,
            @Nullable String label) {}

    /** A challenge for any passkey of this co-op: the device says whose it is, so an address tells nothing. */
    @PostMapping("/id/passkey/options")
    PublicKeyCredentialRequestOptions ask(
            HttpServletRequest request, HttpServletResponse response) {
        PublicKeyCredentialRequestOptions options =
                relyingParty.createCredentialRequestOptions(
                        new ImmutablePublicKeyCredentialRequestOptionsRequest(null));
        asked.save(request, response, options);
        return options;
    }

    @PostMapping("/id/passkey/sign-in")
    NextView signIn(
            @RequestBody byte[] body, HttpServletRequest request, HttpServletResponse response) {
        String address = request.getRemoteAddr();
        if (failures.tooMany("passkey:" + address, address)) {
            throw refused(
                    HttpStatus.TOO_MANY_REQUESTS,
                    "too-many-attempts",
                    "too many attempts have failed, wait a while");
        }
        PublicKeyCredential<AuthenticatorAssertionResponse> credential =
                read(body, new TypeReference<>() {});
        PublicKeyCredentialRequestOptions options = asked.load(request);
        asked.save(request, response, null); // A challenge is answered once.
        Optional<AccountId> account =
                options == null ? Optional.empty() : whose(options, credential);
        if (account.isEmpty()) {
            failures.add("passkey:" + address, address);
            throw refused(
                    HttpStatus.UNAUTHORIZED,
                    "passkey-refused",
                    "this passkey does not open an account here");
        }
        var factors = new EnumMap<Factor, Instant>(Factor.class);
        factors.put(Factor.PASSKEY, Proof.WALL.instant());
        arrivals.first(request, response, new Proof(account.get(), factors, Optional.empty()));
        return new NextView(arrivals.next(request, response));
    }

    private Optional<AccountId> whose(
            PublicKeyCredentialRequestOptions options,
            PublicKeyCredential<AuthenticatorAssertionResponse> credential) {
        try {
            PublicKeyCredentialUserEntity holder =
                    relyingParty.authenticate(
                            new RelyingPartyAuthenticationRequest(options, credential));
            return passkeys.holder(holder.getId());
        } catch (RuntimeException e) {
            // The library says by exceptions of many kinds that a signature, counter or origin is
            // wrong.
            log.atInfo().addKeyValue("cause", e.getMessage()).log("passkey refused");
            return Optional.empty();
        }
    }

    @PostMapping("/id/security/passkeys/options")
    PublicKeyCredentialCreationOptions offer(
            Authentication who, HttpServletRequest request, HttpServletResponse response) {
        if (passkeys.of(account(who)).size() >= PASSKEYS_MAX) {
            throw refused(
                    HttpStatus.CONFLICT,
                    "too-many-passkeys",
                    "an account has at most " + PASSKEYS_MAX + " passkeys, remove one first");
        }
        PublicKeyCredentialCreationOptions options =
                relyingParty.createPublicKeyCredentialCreationOptions(
                        new ImmutablePublicKeyCredentialCreationOptionsRequest(who));
        offered.save(request, response, options);
        return options;
    }

    @PostMapping("/id/security/passkeys")
    NextView add(
            @RequestBody byte[] body,
            Authentication who,
            HttpServletRequest request,
            HttpServletResponse response) {
        PublicKeyCredentialCreationOptions options = offered.load(request);
        offered.save(request, response, null);
        PasskeyRequest made = read(body, new TypeReference<>() {});
        String label = made.label() == null ? "" : made.label().replace("\0", "").strip();
        if (label.isEmpty() || label.length() > LABEL_LENGTH_MAX) {
            throw refused(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "validation-failed",
                    "label: 1 to " + LABEL_LENGTH_MAX + " characters");
        }
        if (options == null) {
            throw refused(
                    HttpStatus.CONFLICT, "passkey-not-asked-for", "load the page and try again");
        }
        try {
            relyingParty.registerCredential(
                    new ImmutableRelyingPartyRegistrationRequest(
                            options, new RelyingPartyPublicKey(made.credential(), label)));
        } catch (RuntimeException e) {
            log.atInfo().addKeyValue("cause", e.getMessage()).log("passkey not taken");
            throw refused(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "passkey-not-taken",
                    "what the device made is not a passkey for this co-op");
        }
        changes.note(account(who), "passkey-added", label, request.getRemoteAddr());
        return new NextView(SignInConfiguration.SECURITY);
    }

    private <T> T read(byte[] body, TypeReference<T> type) {
        if (body.length > BODY_BYTES_MAX) {
            throw refused(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "body-too-large",
                    "at most " + BODY_BYTES_MAX + " bytes");
        }
        try {
            return json.readValue(body, type);
        } catch (JacksonException | IllegalArgumentException e) {
            throw refused(
                    HttpStatus.BAD_REQUEST,
                    "malformed-json",
                    "not what a browser makes of a passkey");
        }
    }

    private static AccountId account(Authentication who) {
        return new AccountId(UUID.fromString(who.getName()));
    }

    private static ErrorResponseException refused(HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return new ErrorResponseException(status, problem, null);
    }
}
