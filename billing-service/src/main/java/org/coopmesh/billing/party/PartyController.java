package org.coopmesh.billing.party;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Who stands on invoices: the treasurer says it of the co-op, payers and the treasurer of the payers. */
@RestController
@RequestMapping("/api/billing")
class PartyController {
    /** One line of text that can stand in XML; nothing that turns the direction of what follows it. */
    private static final String TEXT =
            "[^\\p{Cc}\\p{Cs}\\uFFFE\\uFFFF\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]*";

    private static final String TEXT_RULE = "one line without control characters";

    private static final String VAT_ID = "[A-Z]{2}[A-Z0-9+*]{2,13}";
    private static final String LANGUAGE = "en|es|ca|de|fr";
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String DOMAIN_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";

    /** RFC 5321 without quoted and international addresses, which not every mail server takes. */
    private static final String EMAIL =
            "|" + ATOM + "(?:\\." + ATOM + ")*@" + DOMAIN_LABEL + "(?:\\." + DOMAIN_LABEL + ")+";

    private static final String EMAIL_RULE = "an address such as anna@example.org";

    private final PartyRegister parties;
    private final PayerRegister register;

    PartyController(PartyRegister parties, PayerRegister register) {
        this.parties = parties;
        this.register = register;
    }

    record AddressView(
            @Size(max = 100) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String line1,
            @Size(max = 100) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String line2,
            @Size(max = 16) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String postCode,
            @Size(max = 80) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String city,
            @NotNull @Pattern(regexp = "[A-Z]{2}") String country) {
        Address address() {
            return new Address(
                    blankless(line1),
                    blankless(line2),
                    blankless(postCode),
                    blankless(city),
                    country);
        }

        static AddressView of(Address address) {
            return new AddressView(
                    address.line1(),
                    address.line2(),
                    address.postCode(),
                    address.city(),
                    address.country());
        }
    }

    record SellerView(
            @NotBlank @Size(max = 70) @Pattern(regexp = TEXT, message = TEXT_RULE) String name,
            @NotNull @Valid AddressView address,
            @Pattern(regexp = VAT_ID) @Nullable String vatId,
            @Size(max = 40) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String taxNumber,
            @Size(max = 100) @Pattern(regexp = TEXT, message = TEXT_RULE) @Nullable String register,
            @Pattern(regexp = "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}") @Nullable String iban,
            @Pattern(regexp = "[A-Z0-9]{8}([A-Z0-9]{3})?") @Nullable String bic,
            @Pattern(regexp = "[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
                    @Nullable String creditorId,
            @Size(max = 254) @Pattern(regexp = EMAIL, message = EMAIL_RULE) @Nullable String email,
            @NotBlank @Size(max = 300) @Pattern(regexp = TEXT, message = TEXT_RULE) String taxNote,
            boolean belgianReferences,
            @NotNull @Pattern(regexp = LANGUAGE) String language) {
        Seller seller() {
            if (blankless(vatId) == null && blankless(register) == null) {
                throw new PartyRefused(
                        "register", "required", "a VAT id or a register entry is needed");
            }
            return new Seller(
                    name.strip(),
                    address.address(),
                    blankless(vatId),
                    blankless(taxNumber),
                    blankless(register),
                    blankless(iban),
                    blankless(bic),
                    blankless(creditorId),
                    blankless(email),
                    taxNote.strip(),
                    belgianReferences,
                    Language.of(language));
        }

        static SellerView of(Seller seller) {
            return new SellerView(
                    seller.name(),
                    AddressView.of(seller.address()),
                    seller.vatId(),
                    seller.taxNumber(),
                    seller.register(),
                    seller.iban(),
                    seller.bic(),
                    seller.creditorId(),
                    seller.email(),
                    seller.taxNote(),
                    seller.belgianReferences(),
                    seller.language().tag());
        }
    }

    record DetailsView(
            @NotBlank @Size(max = 140) @Pattern(regexp = TEXT, message = TEXT_RULE) String name,
            @NotNull @Valid AddressView address,
            @Pattern(regexp = VAT_ID) @Nullable String vatId,
            @NotNull @Pattern(regexp = LANGUAGE) String language,
            @Size(max = 254) @Pattern(regexp = EMAIL, message = EMAIL_RULE)
                    @Nullable String email) {
        PayerDetails details() {
            return new PayerDetails(
                    name.strip(),
                    address.address(),
                    blankless(vatId),
                    Language.of(language),
                    blankless(email));
        }

        static DetailsView of(PayerDetails details) {
            return new DetailsView(
                    details.name(),
                    AddressView.of(details.address()),
                    details.vatId(),
                    details.language().tag(),
                    details.email());
        }
    }

    /** @param seller null until somebody said who the co-op is */
    record SellerAnswer(@Nullable SellerView seller) {}

    record SaidView(DetailsView details, UUID by, Instant at) {}

    /**
     * @param payerNumber what stands for the name of a payer without details
     * @param details null where nothing was given
     */
    record DetailsAnswer(
            String payerNumber, @Nullable DetailsView details, List<SaidView> history) {}

    /** Who the co-op is on its invoices. */
    @GetMapping("/seller")
    @PreAuthorize("isAuthenticated()")
    SellerAnswer seller() {
        return new SellerAnswer(parties.seller().map(SellerView::of).orElse(null));
    }

    /** Says who the co-op is, for invoices issued from now on. */
    @PutMapping("/seller")
    @PreAuthorize("hasRole('treasurer')")
    SellerAnswer seller(@Valid @RequestBody SellerView request, Authentication authentication) {
        Seller seller = request.seller();
        parties.say(seller, Caller.of(authentication).member().value());
        return new SellerAnswer(SellerView.of(seller));
    }

    /** What invoices say of a payer. */
    @GetMapping("/payers/{id}/details")
    @PreAuthorize("isAuthenticated()")
    DetailsAnswer details(@PathVariable UUID id, Authentication authentication) {
        var payer = new PayerId(id);
        Caller caller = Caller.of(authentication);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        return answer(payer);
    }

    /** Gives what invoices say of a payer, for those issued from now on: the payer's members, or the treasurer. */
    @PutMapping("/payers/{id}/details")
    @PreAuthorize("isAuthenticated()")
    DetailsAnswer details(
            @PathVariable UUID id,
            @Valid @RequestBody DetailsView request,
            Authentication authentication) {
        var payer = new PayerId(id);
        Caller caller = Caller.of(authentication);
        boolean treasurer =
                authentication.getAuthorities().stream()
                        .anyMatch(granted -> "ROLE_treasurer".equals(granted.getAuthority()));
        if (!register.pays(caller.member(), payer) && !(treasurer && register.isKnown(payer))) {
            throw new AccessDeniedException("not your payer");
        }
        parties.say(payer, request.details(), caller.member().value());
        return answer(payer);
    }

    private DetailsAnswer answer(PayerId payer) {
        return new DetailsAnswer(
                PayerDetails.number(payer),
                parties.details(payer).map(DetailsView::of).orElse(null),
                parties.history(payer).stream()
                        .map(said ->
                                new SaidView(DetailsView.of(said.what()), said.by(), said.at()))
                        .toList());
    }

    @ExceptionHandler
    ProblemDetail refused(PartyRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.BAD_REQUEST, e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/invalid-request"));
        problem.setProperty("errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
        return problem;
    }

    private static @Nullable String blankless(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
