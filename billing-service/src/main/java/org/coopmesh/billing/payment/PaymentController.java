package org.coopmesh.billing.payment;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceNotFound;
import org.coopmesh.billing.invoice.InvoiceViews.InvoiceView;
import org.coopmesh.billing.invoice.InvoiceViews.RunningView;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeys;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.MemberId;
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
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Payments as the treasurer records them, and each member's bill in one answer. */
@RestController
@RequestMapping("/api")
class PaymentController {
    private static final int PAYMENTS_ON_BILL = 20;

    private final Cashier cashier;
    private final Invoicing invoicing;
    private final Ledger ledger;
    private final PayerRegister register;
    private final IdempotencyKeys keys;
    private final Clock clock;

    PaymentController(
            Cashier cashier,
            Invoicing invoicing,
            Ledger ledger,
            PayerRegister register,
            IdempotencyKeys keys,
            Clock clock) {
        this.cashier = cashier;
        this.invoicing = invoicing;
        this.ledger = ledger;
        this.register = register;
        this.keys = keys;
        this.clock = clock;
    }

    record PaymentRequest(
            @NotNull UUID payerId,
            @Nullable UUID invoiceId,
            @NotNull String amount,
            @Nullable String currency,
            @NotNull @Pattern(regexp = "cash|transfer") String method,
            @NotNull LocalDate receivedOn,
            @Size(max = 140) @Nullable String reference,
            @Size(max = 500) @Nullable String note) {}

    record AppliedView(UUID invoiceId, String number, MoneyView amount) {}

    private static @Nullable UUID value(@Nullable MemberId member) {
        return member == null ? null : member.value();
    }

    record TakenView(UUID id, List<AppliedView> applied, MoneyView credit) {}

    record ReversalView(String reason, @Nullable UUID by, Instant at) {
        static @Nullable ReversalView of(Payment.@Nullable Reversal reversal) {
            return reversal == null
                    ? null
                    : new ReversalView(reversal.reason(), value(reversal.by()), reversal.at());
        }
    }

    record ReversalRequest(@NotBlank @Size(max = 500) String reason) {}

    /** @param reopened what each invoice gave back and is owed again */
    record ReversedView(UUID id, List<AppliedView> reopened) {}

    record PaymentView(
            UUID id,
            UUID payerId,
            LocalDate receivedOn,
            String method,
            MoneyView amount,
            MoneyView credit,
            @Nullable String reference,
            @Nullable String note,
            @Nullable UUID recordedBy,
            Instant recordedAt,
            @Nullable ReversalView reversal) {
        static PaymentView of(Payment payment) {
            return new PaymentView(
                    payment.id(),
                    payment.payer().value(),
                    payment.receivedOn(),
                    payment.method().code(),
                    MoneyView.of(payment.amount()),
                    MoneyView.of(payment.credit()),
                    payment.reference(),
                    payment.note(),
                    value(payment.recordedBy()),
                    payment.recordedAt(),
                    ReversalView.of(payment.reversal()));
        }
    }

    record PaymentsView(List<PaymentView> items, @Nullable String next) {}

    record OwnPaymentView(
            UUID id,
            LocalDate receivedOn,
            String method,
            MoneyView amount,
            MoneyView credit,
            boolean reversed) {}

    /** @param balance what the payer owes on invoices less their credit; below zero when the co-op holds more */
    record PayerBillView(
            UUID payerId,
            MoneyView balance,
            MoneyView credit,
            List<InvoiceView> open,
            RunningView running,
            List<OwnPaymentView> payments) {}

    record BillView(List<PayerBillView> payers) {}

    /** Records money that came in. */
    @PostMapping("/payments")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    TakenView take(
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody PaymentRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        Money amount =
                AmountRefused.unlessPayable(
                        "amount", request.amount(), request.currency(), register.coop().currency());
        return keys.once(
                "payment",
                caller.member().toString(),
                key,
                request,
                TakenView.class,
                () -> {
                    Cashier.Taken taken =
                            cashier.take(
                                    new PayerId(request.payerId()),
                                    request.invoiceId() == null
                                            ? null
                                            : new InvoiceId(request.invoiceId()),
                                    amount,
                                    Payment.Method.of(request.method()),
                                    request.receivedOn(),
                                    request.reference(),
                                    request.note(),
                                    caller.member());
                    return new TakenView(
                            taken.payment().id(),
                            taken.applied().stream().map(PaymentController::applied).toList(),
                            MoneyView.of(taken.payment().credit()));
                });
    }

    /** Reverses a payment that was a mistake or went back; what it had paid is owed again. */
    @PostMapping("/payments/{id}/reversal")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    ReversedView reverse(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody ReversalRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        return keys.once(
                "payment-reversal",
                caller.member().toString(),
                key,
                List.of(id, request),
                ReversedView.class,
                () ->
                        new ReversedView(
                                id,
                                cashier
                                        .reverse(id, request.reason(), caller.member())
                                        .reopened()
                                        .stream()
                                        .map(PaymentController::applied)
                                        .toList()));
    }

    private static AppliedView applied(Invoicing.Part part) {
        return new AppliedView(part.invoice().value(), part.number(), MoneyView.of(part.amount()));
    }

    /** Payments, newest first: a payer's, or everybody's. */
    @GetMapping("/payments")
    @PreAuthorize("isAuthenticated()")
    PaymentsView payments(
            @RequestParam(required = false) @Nullable UUID payerId,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        PayerId payer = payerId == null ? null : new PayerId(payerId);
        if (!caller.readsAllMoney() && (payer == null || !register.pays(caller.member(), payer))) {
            throw new AccessDeniedException("not your payer");
        }
        List<PaymentView> items =
                cashier.list(payer, after, limit).stream().map(PaymentView::of).toList();
        return new PaymentsView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** What the signed-in member's payers owe, hold and were charged since the last invoice. */
    @GetMapping("/bill/mine")
    @PreAuthorize("isAuthenticated()")
    BillView mine(Authentication authentication) {
        Caller caller = Caller.of(authentication);
        if (!register.isConstituted()) {
            return new BillView(List.of());
        }
        Currency currency = register.coop().currency();
        YearMonth month = YearMonth.from(register.coop().dayAt(clock.instant()));
        return new BillView(
                register.payersOf(caller.member()).stream()
                        .map(payer -> bill(payer, currency, month))
                        .toList());
    }

    private PayerBillView bill(PayerId payer, Currency currency, YearMonth month) {
        Money owed = ledger.balance(AccountId.receivable(payer.value()), currency);
        Money wallet = ledger.balance(AccountId.wallet(payer.value()), currency);
        return new PayerBillView(
                payer.value(),
                MoneyView.of(owed.plus(wallet)),
                MoneyView.of(wallet.negated()),
                invoicing.owing(payer).stream().map(InvoiceView::of).toList(),
                invoicing.runningView(payer, month),
                cashier.list(payer, null, PAYMENTS_ON_BILL).stream()
                        .map(payment ->
                                new OwnPaymentView(
                                        payment.id(),
                                        payment.receivedOn(),
                                        payment.method().code(),
                                        MoneyView.of(payment.amount()),
                                        MoneyView.of(payment.credit()),
                                        payment.reversal() != null))
                        .toList());
    }

    @ExceptionHandler
    ProblemDetail invoiceNotFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail payerUnknown(PayerUnknown e) {
        return problem(HttpStatus.NOT_FOUND, "payer-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail receivedInFuture(ReceivedInFuture e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "received-in-future", e);
    }

    @ExceptionHandler
    ProblemDetail receivedTooLongAgo(ReceivedTooLongAgo e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "received-too-long-ago", e);
    }

    @ExceptionHandler
    ProblemDetail paymentNotFound(PaymentNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "payment-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail reversedBefore(PaymentReversed e) {
        return problem(HttpStatus.CONFLICT, "payment-reversed", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
