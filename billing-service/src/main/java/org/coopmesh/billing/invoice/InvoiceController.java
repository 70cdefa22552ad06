package org.coopmesh.billing.invoice;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceViews.InvoiceView;
import org.coopmesh.billing.invoice.InvoiceViews.LineView;
import org.coopmesh.billing.invoice.InvoiceViews.RunningView;
import org.coopmesh.billing.invoice.InvoiceViews.SettlementView;
import org.coopmesh.billing.ledger.MoneyView;
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
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Invoices: a member's own, everybody's for the treasurer and the board. */
@RestController
@RequestMapping("/api")
class InvoiceController {
    private final Invoicing invoicing;
    private final Invoices invoices;
    private final Bills bills;
    private final WritingOff writingOff;
    private final PayerRegister register;
    private final Clock clock;

    InvoiceController(
            Invoicing invoicing,
            Invoices invoices,
            Bills bills,
            WritingOff writingOff,
            PayerRegister register,
            Clock clock) {
        this.invoicing = invoicing;
        this.invoices = invoices;
        this.bills = bills;
        this.writingOff = writingOff;
        this.register = register;
        this.clock = clock;
    }

    record InvoicesView(List<InvoiceView> items, @Nullable String next) {}

    /** @param writeOff what waits for another person to agree; null where nobody asked */
    record InvoiceDetailView(
            UUID id,
            String number,
            UUID payerId,
            LocalDate periodFrom,
            LocalDate periodTo,
            LocalDate issuedOn,
            LocalDate dueOn,
            MoneyView total,
            MoneyView paid,
            MoneyView open,
            String state,
            @Nullable LocalDate overdueSince,
            List<LineView> lines,
            List<SettlementView> payments,
            @Nullable WriteOffView writeOff) {}

    record WriteOffView(UUID invoiceId, String reason, UUID askedBy, Instant askedAt) {
        static WriteOffView of(WriteOffs.Asked asked) {
            return new WriteOffView(
                    asked.invoice().value(), asked.reason(), asked.by().value(), asked.at());
        }
    }

    record WriteOffsView(List<WriteOffView> items) {}

    record WriteOffRequest(@NotBlank @Size(max = 500) String reason) {}

    /** Newest first. {@code state=open} is every state in which something is owed. */
    @GetMapping("/invoices")
    @PreAuthorize("isAuthenticated()")
    InvoicesView invoices(
            @RequestParam(required = false) @Nullable UUID payerId,
            @RequestParam(required = false)
                    @Pattern(regexp = "issued|partlyPaid|paid|overdue|writtenOff|open")
                    @Nullable String state,
            @RequestParam(defaultValue = "") @Size(max = 20) String q,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(defaultValue = "9999-999999") @Pattern(regexp = "[0-9]{4}-[0-9]{6,12}")
                    String after,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        List<String> states =
                state == null
                        ? List.of()
                        : state.equals("open")
                                ? List.of("issued", "partlyPaid", "overdue")
                                : List.of(state);
        List<InvoiceView> items =
                invoices
                        .list(
                                payers(caller, payerId),
                                states,
                                q.strip(),
                                after.substring(0, 4),
                                Long.parseLong(after.substring(5)),
                                limit)
                        .stream()
                        .map(InvoiceView::of)
                        .toList();
        return new InvoicesView(items, items.size() < limit ? null : items.getLast().number());
    }

    private @Nullable Collection<PayerId> payers(Caller caller, @Nullable UUID asked) {
        if (asked != null) {
            var payer = new PayerId(asked);
            requireReads(caller, payer);
            return List.of(payer);
        }
        return caller.readsAllMoney() ? null : register.payersOf(caller.member());
    }

    @GetMapping("/invoices/{id}")
    @PreAuthorize("isAuthenticated()")
    InvoiceDetailView invoice(@PathVariable UUID id, Authentication authentication) {
        Invoice invoice = invoicing.find(new InvoiceId(id));
        Caller caller = Caller.of(authentication);
        if (!reads(caller, invoice.heading().payer())) {
            throw new InvoiceNotFound(invoice.heading().id());
        }
        return detail(invoice);
    }

    /** Asks another person to agree that what is still owed is given up. */
    @PostMapping("/invoices/{id}/write-off")
    @PreAuthorize("hasRole('treasurer')")
    WriteOffView askWriteOff(
            @PathVariable UUID id,
            @Valid @RequestBody WriteOffRequest request,
            Authentication authentication) {
        return WriteOffView.of(
                writingOff.ask(
                        new InvoiceId(id),
                        request.reason().strip(),
                        Caller.of(authentication).member()));
    }

    /** Agrees, as another person than who asked: what is still owed is given up. */
    @PostMapping("/invoices/{id}/write-off/approval")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    InvoiceDetailView approveWriteOff(@PathVariable UUID id, Authentication authentication) {
        return detail(writingOff.approve(new InvoiceId(id), Caller.of(authentication).member()));
    }

    /** Says no, or takes the question back: it is still owed. */
    @PostMapping("/invoices/{id}/write-off/withdrawal")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    InvoiceDetailView withdrawWriteOff(@PathVariable UUID id, Authentication authentication) {
        return detail(writingOff.withdraw(new InvoiceId(id), Caller.of(authentication).member()));
    }

    /** What waits for another person to agree. */
    @GetMapping("/billing/write-offs")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    WriteOffsView writeOffs() {
        return new WriteOffsView(writingOff.waiting().stream().map(WriteOffView::of).toList());
    }

    private InvoiceDetailView detail(Invoice invoice) {
        InvoiceView view = InvoiceView.of(invoice);
        InvoiceId id = invoice.heading().id();
        return new InvoiceDetailView(
                view.id(),
                view.number(),
                view.payerId(),
                view.periodFrom(),
                view.periodTo(),
                view.issuedOn(),
                view.dueOn(),
                view.total(),
                view.paid(),
                view.open(),
                view.state(),
                view.overdueSince(),
                bills.lines(id).stream().map(LineView::of).toList(),
                invoices.settlements(id).stream().map(SettlementView::of).toList(),
                writingOff.asked(id).map(WriteOffView::of).orElse(null));
    }

    /** What a month has come to so far, as far as it is not invoiced; without a period, this month. */
    @GetMapping("/charges")
    @PreAuthorize("isAuthenticated()")
    RunningView charges(
            @RequestParam UUID payerId,
            @RequestParam(required = false) @Nullable YearMonth period,
            Authentication authentication) {
        var payer = new PayerId(payerId);
        requireReads(Caller.of(authentication), payer);
        return invoicing.runningView(
                payer,
                period == null ? YearMonth.from(register.coop().dayAt(clock.instant())) : period);
    }

    private void requireReads(Caller caller, PayerId payer) {
        if (!reads(caller, payer)) {
            throw new AccessDeniedException("not your payer");
        }
    }

    private boolean reads(Caller caller, PayerId payer) {
        return caller.readsAllMoney() || register.pays(caller.member(), payer);
    }

    @ExceptionHandler
    ProblemDetail refused(WriteOffRefused e) {
        boolean nobodyAsked = e.rule().equals("asked");
        ProblemDetail problem =
                problem(
                        nobodyAsked ? HttpStatus.CONFLICT : HttpStatus.FORBIDDEN,
                        nobodyAsked ? "write-off-not-asked" : "another-person",
                        e);
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail closed(InvoiceClosed e) {
        return problem(HttpStatus.CONFLICT, "invoice-closed", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
