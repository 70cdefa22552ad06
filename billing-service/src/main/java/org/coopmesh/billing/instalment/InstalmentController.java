package org.coopmesh.billing.instalment;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.instalment.InstalmentPlan.Next;
import org.coopmesh.billing.instalment.InstalmentPlan.Running;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceViews.InvoiceView;
import org.coopmesh.billing.invoice.Invoicing;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Instalment plans: a payer asks, a treasurer agrees, refuses and ends. */
@RestController
@RequestMapping("/api/billing/instalment-plans")
class InstalmentController {
    private static final int OWN_MAX = 200;

    private final PayingInParts paying;
    private final Invoicing invoicing;
    private final PayerRegister register;

    InstalmentController(PayingInParts paying, Invoicing invoicing, PayerRegister register) {
        this.paying = paying;
        this.invoicing = invoicing;
        this.register = register;
    }

    /** @param open what is owed on it now */
    record PlanInvoiceView(UUID id, String number, MoneyView open) {}

    /** @param open what of it is still to be paid; null where the plan does not run */
    record PartView(int number, LocalDate dueOn, MoneyView amount, @Nullable MoneyView open) {}

    /** @param open what is missing up to and with that part */
    record NextView(int number, int of, LocalDate dueOn, MoneyView open) {}

    /**
     * @param state to which it came
     * @param by null where it came about by itself
     * @param owedFrom the last day to pay what was left, where it ended before it was paid
     */
    record StepView(
            String state,
            @Nullable UUID by,
            Instant at,
            @Nullable String reason,
            @Nullable LocalDate owedFrom) {}

    /**
     * @param state asked, refused, withdrawn, running, kept, missed or ended
     * @param parts empty until it is agreed
     * @param total all parts together; null until it is agreed
     * @param open what is owed on its invoices now
     * @param settled of what was agreed, what is owed no longer; null where it does not run
     * @param next null where it does not run
     * @param history the first first
     */
    record InstalmentPlanView(
            UUID id,
            UUID payerId,
            String state,
            List<LocalDate> days,
            List<PlanInvoiceView> invoices,
            List<PartView> parts,
            @Nullable MoneyView total,
            MoneyView open,
            @Nullable MoneyView settled,
            @Nullable NextView next,
            List<StepView> history) {}

    record InstalmentPlansView(List<InstalmentPlanView> items, @Nullable String next) {}

    /** @param invoices with something open, the oldest first */
    record OwnPayerView(UUID payerId, List<InvoiceView> invoices) {}

    record OwnPlansView(List<OwnPayerView> payers, List<InstalmentPlanView> plans) {}

    /**
     * @param days the last day to pay of each part, ascending
     * @param reason why, in the words of who asks or agrees; may be left out
     */
    record InstalmentPlanRequest(
            @NotNull UUID payerId,
            @NotEmpty @Size(max = InstalmentPlan.INVOICES_MAX) List<@NotNull UUID> invoiceIds,
            @NotEmpty @Size(max = InstalmentPlan.PARTS_MAX) List<@NotNull LocalDate> days,
            @Nullable @Size(max = 500) String reason) {
        List<InvoiceId> invoices() {
            return invoiceIds.stream().map(InvoiceId::new).toList();
        }

        @Nullable String why() {
            return reason == null || reason.isBlank() ? null : reason.strip();
        }
    }

    record ReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    /** Newest first: the caller's own, everybody's for the treasurer and the board. */
    @GetMapping
    @PreAuthorize("isAuthenticated()")
    InstalmentPlansView plans(
            @RequestParam(required = false)
                    @Pattern(regexp = "asked|refused|withdrawn|running|kept|missed|ended")
                    @Nullable String state,
            @RequestParam(required = false) @Nullable UUID payerId,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(defaultValue = "9223372036854775807") @Min(1) long after,
            Authentication authentication) {
        List<InstalmentPlan> plans =
                paying.list(payers(Caller.of(authentication), payerId), state, after, limit);
        return new InstalmentPlansView(
                plans.stream().map(this::view).toList(),
                plans.size() < limit ? null : String.valueOf(plans.getLast().heading().place()));
    }

    private @Nullable Collection<PayerId> payers(Caller caller, @Nullable UUID asked) {
        if (asked == null) {
            return caller.readsAllMoney() ? null : register.payersOf(caller.member());
        }
        var payer = new PayerId(asked);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        return List.of(payer);
    }

    /** The plans of who pays for the caller, the newest first, and what is open there. */
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    OwnPlansView mine(Authentication authentication) {
        List<PayerId> payers = register.payersOf(Caller.of(authentication).member());
        return new OwnPlansView(
                payers.stream()
                        .map(payer ->
                                new OwnPayerView(
                                        payer.value(),
                                        invoicing.owing(payer).stream()
                                                .map(InvoiceView::of)
                                                .toList()))
                        .toList(),
                paying.list(payers, null, Long.MAX_VALUE, OWN_MAX).stream()
                        .map(this::view)
                        .toList());
    }

    /** One plan. */
    @GetMapping("/{id}")
    @PreAuthorize("isAuthenticated()")
    InstalmentPlanView plan(@PathVariable UUID id, Authentication authentication) {
        Caller caller = Caller.of(authentication);
        InstalmentPlan plan = paying.find(id);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), plan.heading().payer())) {
            throw new InstalmentPlanNotFound(id);
        }
        return view(plan);
    }

    /** Asks a treasurer to agree that what is open is paid in parts; nothing is different until then. */
    @PostMapping("/mine")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("isAuthenticated()")
    InstalmentPlanView ask(
            @Valid @RequestBody InstalmentPlanRequest request, Authentication authentication) {
        MemberId me = Caller.of(authentication).member();
        var payer = new PayerId(request.payerId());
        if (!register.pays(me, payer)) {
            throw new AccessDeniedException("not your payer");
        }
        return view(paying.ask(payer, request.invoices(), request.days(), request.why(), me));
    }

    /** Takes back what one asked for. */
    @PostMapping("/{id}/withdrawal")
    @PreAuthorize("isAuthenticated()")
    InstalmentPlanView withdraw(@PathVariable UUID id, Authentication authentication) {
        return view(paying.withdraw(id, Caller.of(authentication).member()));
    }

    /** Agrees with a payer who did not ask here. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    InstalmentPlanView agree(
            @Valid @RequestBody InstalmentPlanRequest request, Authentication authentication) {
        return view(
                paying.agree(
                        new PayerId(request.payerId()),
                        request.invoices(),
                        request.days(),
                        request.why(),
                        Caller.of(authentication).member()));
    }

    /** Agrees to what a payer asked for. */
    @PostMapping("/{id}/agreement")
    @PreAuthorize("hasRole('treasurer')")
    InstalmentPlanView agree(@PathVariable UUID id, Authentication authentication) {
        return view(paying.agree(id, Caller.of(authentication).member()));
    }

    /** Does not agree, and says why. */
    @PostMapping("/{id}/refusal")
    @PreAuthorize("hasRole('treasurer')")
    InstalmentPlanView refuse(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            Authentication authentication) {
        return view(
                paying.refuse(id, request.reason().strip(), Caller.of(authentication).member()));
    }

    /** Ends a plan that runs: what is left is owed from today. */
    @PostMapping("/{id}/end")
    @PreAuthorize("hasRole('treasurer')")
    InstalmentPlanView end(
            @PathVariable UUID id,
            @Valid @RequestBody ReasonRequest request,
            Authentication authentication) {
        return view(paying.end(id, request.reason().strip(), Caller.of(authentication).member()));
    }

    private InstalmentPlanView view(InstalmentPlan plan) {
        List<Invoice> covered =
                plan.heading().invoices().stream()
                        .map(invoicing::find)
                        .sorted(Comparator.comparing(each -> each.heading().number()))
                        .toList();
        List<PlanInvoiceView> invoices =
                covered.stream()
                        .map(invoice ->
                                new PlanInvoiceView(
                                        invoice.heading().id().value(),
                                        invoice.heading().number(),
                                        MoneyView.of(invoice.open())))
                        .toList();
        Money open =
                covered.stream()
                        .map(Invoice::open)
                        .reduce(Money.zero(register.coop().currency()), Money::plus);
        Running running = plan instanceof Running runs ? runs : null;
        return new InstalmentPlanView(
                plan.heading().id(),
                plan.heading().payer().value(),
                InstalmentPlans.state(plan),
                plan.heading().days(),
                invoices,
                parts(plan, running == null ? null : running.settled(open)),
                plan.total().map(MoneyView::of).orElse(null),
                MoneyView.of(open),
                running == null ? null : MoneyView.of(running.settled(open)),
                running == null ? null : running.next(open).map(this::view).orElse(null),
                paying.steps(plan.heading().id()).stream()
                        .map(step -> {
                            MemberId by = step.by();
                            return new StepView(
                                    step.state(),
                                    by == null ? null : by.value(),
                                    step.at(),
                                    step.reason(),
                                    step.owedFrom());
                        })
                        .toList());
    }

    private NextView view(Next next) {
        return new NextView(next.number(), next.of(), next.dueOn(), MoneyView.of(next.open()));
    }

    /** @param settled null where nothing is counted towards the parts any more */
    private static List<PartView> parts(InstalmentPlan plan, @Nullable Money settled) {
        var views = new ArrayList<PartView>();
        Money rest = settled;
        for (Instalment part : plan.parts()) {
            Money open = null;
            if (rest != null) {
                Money taken =
                        rest.isPositive() ? rest.min(part.amount()) : Money.zero(rest.currency());
                open = part.amount().minus(taken);
                rest = rest.minus(taken);
            }
            views.add(
                    new PartView(
                            part.number(),
                            part.dueOn(),
                            MoneyView.of(part.amount()),
                            open == null ? null : MoneyView.of(open)));
        }
        return views;
    }

    @ExceptionHandler
    ProblemDetail refused(InstalmentRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        ProblemDetail problem =
                problem(HttpStatus.UNPROCESSABLE_CONTENT, "instalment-plan-refused", e);
        problem.setDetail(e.field() + ": " + e.getMessage());
        problem.setProperty("errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notOwn(NotOwnPlan e) {
        ProblemDetail problem = problem(HttpStatus.FORBIDDEN, "another-person", e);
        problem.setProperty("rule", "notOwn");
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(InstalmentPlanNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "instalment-plan-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail decided(InstalmentPlanDecided e) {
        return problem(HttpStatus.CONFLICT, "instalment-plan-decided", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
