package org.coopmesh.billing.party;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.party.PartyRegister.Said;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the co-op charges VAT, and which payers owe it themselves. */
@RestController
@RequestMapping("/api/billing")
class VatController {
    private static final int RATE_MAX = 10_000;

    private final PartyRegister parties;

    VatController(PartyRegister parties) {
        this.parties = parties;
    }

    /**
     * @param mode none, exempt or standard
     * @param rateHundredths of a percent: 1900 is 19 %
     */
    record TermsView(
            LocalDate effectiveOn,
            String mode,
            int rateHundredths,
            @Nullable String reasonCode,
            UUID by,
            Instant at) {
        static TermsView of(Said<VatTerms> said) {
            return new TermsView(
                    said.what().effectiveOn(),
                    said.what().mode().code(),
                    said.what().hundredths(),
                    said.what().reasonCode(),
                    said.by(),
                    said.at());
        }
    }

    /** @param items the latest first; empty where nobody said: then invoices say what the co-op says of itself */
    record AllTermsView(List<TermsView> items) {}

    record TermsRequest(
            @NotNull LocalDate effectiveOn,
            @NotNull @Pattern(regexp = "none|exempt|standard") String mode,
            @Min(0) @Max(RATE_MAX) int rateHundredths,
            @Nullable @Pattern(regexp = "VATEX-[A-Z]{2}-[A-Z0-9-]{1,20}") String reasonCode) {}

    record ReverseRequest(@NotNull LocalDate effectiveOn, @NotNull Boolean reverse) {}

    /** @param reverse whether the payer owes the tax themselves from that day on */
    record ReverseView(LocalDate effectiveOn, boolean reverse) {}

    /** How VAT was and is charged. */
    @GetMapping("/vat/terms")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    AllTermsView terms() {
        return new AllTermsView(parties.vatTerms().stream().map(TermsView::of).toList());
    }

    /** Says how VAT is charged on what is issued from a day on. */
    @PostMapping("/vat/terms")
    @PreAuthorize("hasRole('treasurer')")
    AllTermsView say(@Valid @RequestBody TermsRequest request, Authentication authentication) {
        VatTerms.Mode mode = VatTerms.Mode.of(request.mode());
        if ((mode == VatTerms.Mode.STANDARD) != (request.rateHundredths() > 0)) {
            throw new PartyRefused(
                    "rateHundredths", "mode", "a rate where VAT is charged, and 0 where it is not");
        }
        if (request.reasonCode() != null && mode != VatTerms.Mode.EXEMPT) {
            throw new PartyRefused("reasonCode", "mode", "only of an exemption");
        }
        parties.say(
                new VatTerms(
                        request.effectiveOn(),
                        mode,
                        request.rateHundredths(),
                        request.reasonCode()),
                Caller.of(authentication).member().value());
        return terms();
    }

    /** Says whether a payer owes the tax themselves from a day on (reverse charge). */
    @PutMapping("/payers/{id}/vat")
    @PreAuthorize("hasRole('treasurer')")
    ReverseView reverse(
            @PathVariable UUID id,
            @Valid @RequestBody ReverseRequest request,
            Authentication authentication) {
        parties.sayReverse(
                new PayerId(id),
                request.effectiveOn(),
                request.reverse(),
                Caller.of(authentication).member().value());
        return new ReverseView(request.effectiveOn(), request.reverse());
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
}
