package org.coopmesh.billing.settlement;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.settlement.SettlementEntries.Entry;
import org.coopmesh.billing.settlement.SettlementTerms.Price;
import org.coopmesh.billing.settlement.SettlementTerms.Terms;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Terms and prices for every member to see; what was settled is a member's own, everybody's for treasurer and board. */
@RestController
@RequestMapping("/api/settlements")
class SettlementController {
    private static final String MEMBERS = "hasAnyRole('member', 'treasurer', 'board')";

    private final Settling settling;
    private final PayerRegister register;

    SettlementController(Settling settling, PayerRegister register) {
        this.settling = settling;
        this.register = register;
    }

    record SettlementTermsRequest(
            @NotNull YearMonth firstMonth,
            @NotNull @Valid MoneyView reciprocityPerGb,
            @NotNull @Valid MoneyView carriageCeilingPerGb) {}

    record SettlementTermsView(
            String firstMonth, MoneyView reciprocityPerGb, MoneyView carriageCeilingPerGb) {
        static SettlementTermsView of(Terms terms) {
            return new SettlementTermsView(
                    terms.first().toString(),
                    MoneyView.of(terms.ratePerGb()),
                    MoneyView.of(terms.ceilingPerGb()));
        }
    }

    record AllSettlementTermsView(List<SettlementTermsView> items) {}

    record CarriagePriceRequest(@NotNull @Valid MoneyView perGb) {}

    record CarriagePriceView(String nodeId, Instant from, MoneyView perGb) {
        static CarriagePriceView of(Price price) {
            return new CarriagePriceView(price.nodeId(), price.from(), MoneyView.of(price.perGb()));
        }
    }

    record CarriagePricesView(List<CarriagePriceView> items, @Nullable String next) {}

    /**
     * What one payer pays, or below zero receives.
     *
     * @param kind {@code reciprocity}, {@code carriage-paid} or {@code carriage-earned}
     * @param posted what this entry adds to those before it
     */
    record SettlementEntryView(
            UUID id, String kind, String month, UUID payerId, MoneyView amount, MoneyView posted) {
        static SettlementEntryView of(Entry entry) {
            return new SettlementEntryView(
                    entry.id(),
                    entry.kind(),
                    entry.month().toString(),
                    entry.payer().value(),
                    MoneyView.of(entry.amount()),
                    MoneyView.of(entry.posted()));
        }
    }

    record SettlementEntriesView(List<SettlementEntryView> items, @Nullable String next) {}

    /** An entry with all that it takes to come to the same. */
    record SettlementReasonView(SettlementEntryView entry, Derivation explanation) {}

    @GetMapping("/terms")
    @PreAuthorize(MEMBERS)
    AllSettlementTermsView terms() {
        return new AllSettlementTermsView(
                settling.terms().stream().map(SettlementTermsView::of).toList());
    }

    /** Declares by what is settled from a month to come on. Zero switches either off. */
    @PostMapping("/terms")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('board')")
    SettlementTermsView declare(
            @Valid @RequestBody SettlementTermsRequest request, Authentication authentication) {
        return SettlementTermsView.of(
                settling.declare(
                        new Terms(
                                request.firstMonth(),
                                money("reciprocityPerGb.amount", request.reciprocityPerGb()),
                                money(
                                        "carriageCeilingPerGb.amount",
                                        request.carriageCeilingPerGb())),
                        Caller.of(authentication).member()));
    }

    /** What each node asks, also what it is to ask from the next full hour on. */
    @GetMapping("/prices")
    @PreAuthorize(MEMBERS)
    CarriagePricesView prices(
            @RequestParam(defaultValue = "") @Pattern(regexp = "[0-9a-f]{0,64}") String after,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        List<CarriagePriceView> items =
                settling.prices(after, limit).stream().map(CarriagePriceView::of).toList();
        return new CarriagePricesView(
                items, items.size() < limit ? null : items.getLast().nodeId());
    }

    /** Says what the caller's node asks for carrying a GB (10⁹ bytes), from the next full hour on. */
    @PutMapping("/prices/{nodeId}")
    @PreAuthorize("hasRole('member')")
    CarriagePriceView ask(
            @PathVariable @Pattern(regexp = "[0-9a-f]{64}") String nodeId,
            @Valid @RequestBody CarriagePriceRequest request,
            Authentication authentication) {
        return CarriagePriceView.of(
                settling.ask(
                        nodeId,
                        money("perGb.amount", request.perGb()),
                        Caller.of(authentication).member()));
    }

    /** What a month came to between payers: everybody's for the treasurer and the board, else the caller's own. */
    @GetMapping("/months/{month}")
    @PreAuthorize(MEMBERS)
    SettlementEntriesView month(
            @PathVariable YearMonth month,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            Authentication authentication) {
        List<SettlementEntryView> items =
                settling.entries(month, payers(authentication), after, limit).stream()
                        .map(SettlementEntryView::of)
                        .toList();
        return new SettlementEntriesView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** Why an entry is what it is. */
    @GetMapping("/entries/{id}")
    @PreAuthorize(MEMBERS)
    SettlementReasonView entry(@PathVariable UUID id, Authentication authentication) {
        Settling.Reason reason = settling.explain(id, payers(authentication));
        return new SettlementReasonView(
                SettlementEntryView.of(reason.entry()), reason.explanation());
    }

    private @Nullable Collection<PayerId> payers(Authentication authentication) {
        Caller caller = Caller.of(authentication);
        return caller.readsAllMoney() ? null : register.payersOf(caller.member());
    }

    private Money money(String field, MoneyView view) {
        Currency currency = register.coop().currency();
        return AmountRefused.unlessAtLeastZero(field, view.amount(), view.currency(), currency);
    }

    @ExceptionHandler
    ProblemDetail refused(SettlementRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "settlement-refused", e);
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(SettlementNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "settlement-not-found", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
