package org.coopmesh.billing.invoice;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeys;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Credit notes: the treasurer issues them, who may see the invoice sees them. */
@RestController
@RequestMapping("/api/invoices/{id}/credit-notes")
class CreditNoteController {
    /** One line of text that can stand in XML. */
    private static final String TEXT =
            "[^\\p{Cc}\\p{Cs}\\uFFFE\\uFFFF\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]*";

    private final Invoicing invoicing;
    private final PayerRegister register;
    private final IdempotencyKeys keys;

    CreditNoteController(Invoicing invoicing, PayerRegister register, IdempotencyKeys keys) {
        this.invoicing = invoicing;
        this.register = register;
        this.keys = keys;
    }

    /** @param amount null for all that is left of the invoice */
    record CreditRequest(
            @Nullable String amount,
            @Nullable String currency,
            @NotBlank
                    @Size(max = 300)
                    @Pattern(regexp = TEXT, message = "one line without control characters")
                    String reason) {}

    record CreditNoteView(
            UUID id,
            String number,
            UUID invoiceId,
            LocalDate issuedOn,
            Instant issuedAt,
            MoneyView amount,
            String reason) {
        static CreditNoteView of(CreditNote note) {
            return new CreditNoteView(
                    note.id(),
                    note.number(),
                    note.invoice().value(),
                    note.issuedOn(),
                    note.issuedAt(),
                    MoneyView.of(note.amount()),
                    note.reason());
        }
    }

    record CreditNotesView(List<CreditNoteView> items) {}

    /** Takes back a part of an invoice, or all that is left of it. */
    @PostMapping
    @PreAuthorize("hasRole('treasurer')")
    @ResponseStatus(HttpStatus.CREATED)
    CreditNoteView credit(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody CreditRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        UUID by = caller.member().value();
        if (register.pays(caller.member(), invoicing.find(new InvoiceId(id)).heading().payer())) {
            throw new WriteOffRefused("notOwn", "nobody credits what they owe themselves");
        }
        Money amount =
                request.amount() == null
                        ? null
                        : AmountRefused.unlessPayable(
                                "amount",
                                request.amount(),
                                request.currency(),
                                register.coop().currency());
        return keys.once(
                "credit note on " + id,
                by.toString(),
                key,
                request,
                CreditNoteView.class,
                () ->
                        CreditNoteView.of(
                                invoicing.credit(
                                        new InvoiceId(id), amount, request.reason().strip(), by)));
    }

    /** The credit notes on an invoice, the first first. */
    @GetMapping
    @PreAuthorize("isAuthenticated()")
    CreditNotesView creditNotes(@PathVariable UUID id, Authentication authentication) {
        var invoice = new InvoiceId(id);
        Caller caller = Caller.of(authentication);
        if (!caller.readsAllMoney()
                && !register.pays(caller.member(), invoicing.find(invoice).heading().payer())) {
            throw new InvoiceNotFound(invoice);
        }
        return new CreditNotesView(
                invoicing.creditNotes(invoice).stream().map(CreditNoteView::of).toList());
    }

    @ExceptionHandler
    ProblemDetail notFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail own(WriteOffRefused e) {
        return problem(HttpStatus.FORBIDDEN, "another-person", e);
    }

    @ExceptionHandler
    ProblemDetail closed(InvoiceClosed e) {
        return problem(HttpStatus.CONFLICT, "invoice-closed", e);
    }

    @ExceptionHandler
    ProblemDetail tooMuch(CreditRefused e) {
        return problem(HttpStatus.CONFLICT, "credit-refused", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
