package org.coopmesh.abuse.evidence;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The moderators' keys to the evidence. */
@RestController
@RequestMapping("/api/abuse/evidence-keys")
class KeyController {
    private static final int PASSPHRASE_MIN = 12;
    private static final int PASSPHRASE_MAX = 200;

    private final EvidenceVault vault;

    KeyController(EvidenceVault vault) {
        this.vault = vault;
    }

    record PassphraseRequest(
            @NotNull @Size(min = PASSPHRASE_MIN, max = PASSPHRASE_MAX) String passphrase) {
        @Override
        public String toString() {
            return "PassphraseRequest";
        }
    }

    record ChangeRequest(
            @NotNull @Size(max = PASSPHRASE_MAX) String passphrase,
            @NotNull @Size(min = PASSPHRASE_MIN, max = PASSPHRASE_MAX) String newPassphrase) {
        @Override
        public String toString() {
            return "ChangeRequest";
        }
    }

    record KeyView(
            UUID id,
            UUID moderatorId,
            String fingerprint,
            Instant madeAt,
            @Nullable Instant admittedAt,
            @Nullable Instant retiredAt) {
        static KeyView of(VaultKey key) {
            return new KeyView(
                    key.id(),
                    key.moderator(),
                    key.fingerprint(),
                    key.madeAt(),
                    key.admittedAt(),
                    key.retiredAt());
        }
    }

    record KeysView(List<KeyView> items) {}

    @Operation(summary = "Who has a key to the evidence, oldest first")
    @GetMapping
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    KeysView keys() {
        return new KeysView(vault.keys().stream().map(KeyView::of).toList());
    }

    @Operation(summary = "Make one's own key; the passphrase is kept nowhere")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('moderator')")
    KeyView make(@Valid @RequestBody PassphraseRequest request, @AuthenticationPrincipal Jwt jwt) {
        return KeyView.of(vault.makeKey(caller(jwt), request.passphrase().toCharArray()));
    }

    @Operation(summary = "A new key and passphrase in place of one's old ones")
    @PostMapping("/mine/change")
    @PreAuthorize("hasRole('moderator')")
    KeyView change(@Valid @RequestBody ChangeRequest request, @AuthenticationPrincipal Jwt jwt) {
        return KeyView.of(
                vault.changeKey(
                        caller(jwt),
                        request.passphrase().toCharArray(),
                        request.newPassphrase().toCharArray()));
    }

    @Operation(summary = "Let another moderator's key in, with one's own passphrase")
    @PostMapping("/{id}/admission")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('moderator')")
    void admit(
            @PathVariable UUID id,
            @Valid @RequestBody PassphraseRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        vault.admit(id, caller(jwt), request.passphrase().toCharArray());
    }

    @Operation(summary = "Take a key out: of who is no moderator any more, or lost it")
    @PostMapping("/{id}/retirement")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    void retire(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        vault.retire(id, caller(jwt));
    }

    private static UUID caller(Jwt jwt) {
        return UUID.fromString(jwt.getSubject());
    }

    @ExceptionHandler
    ProblemDetail refused(VaultRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.why().slug()));
        return problem;
    }
}
