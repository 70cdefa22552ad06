package org.coopmesh.membership.identity;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.security.Principal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The language that somebody chose to read and to be written to in, on every device. */
@RestController
@RequestMapping("/api/me/language")
@PreAuthorize("isAuthenticated()")
class LanguageController {
    private final Accounts accounts;

    LanguageController(Accounts accounts) {
        this.accounts = accounts;
    }

    /** {@code null} while nothing was chosen: then letters follow the browser of the last sign-in. */
    record LanguageView(@Nullable String language) {}

    record LanguageRequest(@NotNull @Pattern(regexp = "en|es|ca|de|fr") String language) {}

    @GetMapping
    LanguageView own(Principal caller) {
        return new LanguageView(
                accounts.chosenLanguage(account(caller)).map(Language::tag).orElse(null));
    }

    @PutMapping
    LanguageView choose(@RequestBody @Valid LanguageRequest request, Principal caller) {
        Language chosen = Language.of(request.language());
        accounts.chooseLanguage(account(caller), chosen);
        return new LanguageView(chosen.tag());
    }

    private static AccountId account(Principal caller) {
        return new AccountId(UUID.fromString(caller.getName()));
    }
}
