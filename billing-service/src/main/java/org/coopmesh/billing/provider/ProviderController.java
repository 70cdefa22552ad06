package org.coopmesh.billing.provider;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceNotFound;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.Caller;
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
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Payments through providers: for members who pay, and for the treasurer who watches. */
@RestController
@RequestMapping("/api/payments")
class ProviderController {
    private static final String KEY = "[A-Za-z0-9_-]{8,100}";

    private final ProviderPayments payments;
    private final Invoicing invoicing;
    private final Ledger ledger;
    private final PayerRegister register;

    ProviderController(
            ProviderPayments payments, Invoicing invoicing, Ledger ledger, PayerRegister register) {
        this.payments = payments;
        this.invoicing = invoicing;
        this.ledger = ledger;
        this.register = register;
    }

    /**
     * @param offered whether the co-op has an account there
     * @param clearing what it has taken and not paid out, as booked
     * @param webhooks where its webhooks are to be sent
     * @param heardAt when a webhook was last believed
     * @param refusedAt when one was last not; told once a minute at most
     * @param answeredAt when it last answered
     * @param awayAt when it last did not
     */
    record ProviderView(
            String provider,
            boolean offered,
            MoneyView clearing,
            String webhooks,
            @Nullable Instant heardAt,
            @Nullable Instant refusedAt,
            @Nullable String refusedWhy,
            @Nullable Instant answeredAt,
            @Nullable Instant awayAt,
            @Nullable String awayWhy) {}

    record ProvidersView(List<ProviderView> items) {}

    /** How the payment providers are doing. */
    @GetMapping("/providers")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    ProvidersView providers() {
        return new ProvidersView(Arrays.stream(Provider.values()).map(this::view).toList());
    }

    private ProviderView view(Provider provider) {
        Attempts.Health health = payments.health(provider);
        return new ProviderView(
                provider.code(),
                payments.offered().contains(provider),
                MoneyView.of(ledger.balance(provider.clearing(), register.coop().currency())),
                "/webhooks/" + provider.code(),
                health.heardAt(),
                health.refusedAt(),
                health.refusedWhy(),
                health.answeredAt(),
                health.awayAt(),
                health.awayWhy());
    }

    record AttemptView(
            UUID id,
            String provider,
            @Nullable UUID invoiceId,
            String number,
            UUID payerId,
            MoneyView amount,
            String state,
            MoneyView received,
            MoneyView fee,
            @Nullable UUID paymentId,
            List<String> references,
            @Nullable String why,
            Instant createdAt,
            Instant changedAt,
            @Nullable Instant nextLookAt) {
        static AttemptView of(Attempt attempt) {
            return new AttemptView(
                    attempt.id(),
                    attempt.provider().code(),
                    attempt.invoice() == null ? null : attempt.invoice().value(),
                    attempt.number(),
                    attempt.payer().value(),
                    MoneyView.of(attempt.amount()),
                    attempt.state().name().toLowerCase(Locale.ROOT),
                    MoneyView.of(attempt.received()),
                    MoneyView.of(attempt.fee()),
                    attempt.payment(),
                    attempt.references(),
                    attempt.why(),
                    attempt.createdAt(),
                    attempt.changedAt(),
                    attempt.nextLookAt());
        }
    }

    record AttemptsView(List<AttemptView> items, @Nullable String next) {}

    /** Attempts to pay through providers, newest first. */
    @GetMapping("/attempts")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    AttemptsView attempts(
            @RequestParam(required = false) @Pattern(regexp = "stripe|gocardless|btcpay")
                    @Nullable String provider,
            @RequestParam(required = false)
                    @Pattern(regexp = "opening|open|processing|succeeded|failed|expired")
                    @Nullable String state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        List<AttemptView> items =
                payments
                        .list(
                                provider == null ? null : Provider.of(provider).orElseThrow(),
                                state == null
                                        ? null
                                        : Attempt.State.valueOf(state.toUpperCase(Locale.ROOT)),
                                after,
                                limit)
                        .stream()
                        .map(AttemptView::of)
                        .toList();
        return new AttemptsView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** Has the provider asked at once how an attempt stands. */
    @PostMapping("/attempts/{id}/look")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    void look(@PathVariable UUID id) {
        payments.lookNow(id);
    }

    record RefundRequest(@NotNull String amount) {}

    /** Gives the payer money back through the provider; the books follow when it has. */
    @PostMapping("/attempts/{id}/refund")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @PreAuthorize("hasRole('treasurer')")
    void refund(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") @Pattern(regexp = KEY) String key,
            @Valid @RequestBody RefundRequest request) {
        Money amount =
                AmountRefused.unlessPayable(
                        "amount", request.amount(), null, register.coop().currency());
        payments.refund(id, amount, key);
    }

    record CheckoutRequest(
            @NotNull UUID invoiceId,
            @NotNull @Pattern(regexp = "stripe|gocardless|btcpay") String provider) {}

    record CheckoutView(String page) {}

    /** A provider's page on which what is open on the invoice is paid. */
    @PostMapping("/checkout")
    @PreAuthorize("isAuthenticated()")
    CheckoutView checkout(
            @Valid @RequestBody CheckoutRequest request, Authentication authentication) {
        var id = new InvoiceId(request.invoiceId());
        Caller caller = Caller.of(authentication);
        Invoice invoice = invoicing.find(id);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), invoice.heading().payer())) {
            throw new InvoiceNotFound(id);
        }
        if (!(invoice instanceof Invoice.Owing owing)) {
            throw new NothingOpen(invoice.heading().number());
        }
        Provider provider = Provider.of(request.provider()).orElseThrow();
        return switch (payments.begin(owing, provider, "/invoices/" + id.value())) {
            case ProviderPayments.Begun.Page(URI page) -> new CheckoutView(page.toString());
            case ProviderPayments.Begun.Not(var why) -> throw new NotBegun(provider, why);
        };
    }

    record OfferedView(List<String> providers) {}

    /** Through whom members can pay. */
    @GetMapping("/offered")
    @PreAuthorize("isAuthenticated()")
    OfferedView offered() {
        return new OfferedView(payments.offered().stream().map(Provider::code).toList());
    }

    private static final class NothingOpen extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NothingOpen(String number) {
            super("nothing is open on invoice " + number);
        }
    }

    private static final class NotBegun extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final ProviderPayments.NotNow why;

        NotBegun(Provider provider, ProviderPayments.NotNow why) {
            super(
                    switch (why) {
                        case NOT_OFFERED -> "the co-op has no account with " + provider.code();
                        case TOO_MANY ->
                                "%d attempts in a day are enough for one invoice"
                                        .formatted(ProviderPayments.ATTEMPTS_A_DAY);
                        case UNDER_WAY ->
                                "what was saved is just being charged for it: look again in a minute";
                        case AWAY ->
                                provider.code()
                                        + " does not answer right now: try again, or pay by transfer";
                    });
            this.why = why;
        }
    }

    @ExceptionHandler
    ProblemDetail invoiceNotFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail attemptNotFound(AttemptNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "payment-attempt-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail nothingOpen(NothingOpen e) {
        return problem(HttpStatus.CONFLICT, "nothing-open", e);
    }

    @ExceptionHandler
    ProblemDetail tooLarge(RefundTooLarge e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "refund-too-large", e);
    }

    @ExceptionHandler
    ProblemDetail refused(ProviderRefused e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "provider-refused", e);
    }

    @ExceptionHandler
    ProblemDetail away(ProviderAway e) {
        return problem(HttpStatus.SERVICE_UNAVAILABLE, "provider-away", e);
    }

    @ExceptionHandler
    ProblemDetail notBegun(NotBegun e) {
        return switch (e.why) {
            case NOT_OFFERED -> problem(HttpStatus.NOT_FOUND, "provider-not-offered", e);
            case TOO_MANY -> problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-attempts", e);
            case UNDER_WAY -> problem(HttpStatus.CONFLICT, "payment-under-way", e);
            case AWAY -> problem(HttpStatus.SERVICE_UNAVAILABLE, "provider-away", e);
        };
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
