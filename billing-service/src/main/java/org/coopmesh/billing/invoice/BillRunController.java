package org.coopmesh.billing.invoice;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
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
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Bill runs by hand, and the record of all. */
@RestController
@RequestMapping("/api/bill-runs")
class BillRunController {
    private final BillRuns runs;
    private final PayerRegister register;
    private final IdempotencyKeys keys;

    BillRunController(BillRuns runs, PayerRegister register, IdempotencyKeys keys) {
        this.runs = runs;
        this.register = register;
        this.keys = keys;
    }

    record BillRunRequest(@NotNull YearMonth period) {}

    /** {@code problem}: what is to be put right, "plan-unknown" or "amount-too-large"; null where nothing is. */
    record SkippedView(String payerId, String why, @Nullable String problem) {}

    record BillRunView(String period, int issued, MoneyView total, List<SkippedView> skipped) {}

    record PastRunView(
            String period,
            Instant finishedAt,
            long issued,
            MoneyView total,
            List<SkippedView> skipped) {}

    record PastRunsView(List<PastRunView> items, @Nullable String next) {}

    /** Bills a closed month for every payer not yet billed for it. */
    @PostMapping
    @PreAuthorize("hasRole('treasurer')")
    BillRunView run(
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody BillRunRequest request,
            Authentication authentication) {
        return keys.once(
                "bill-run",
                Caller.of(authentication).member().toString(),
                key,
                request,
                BillRunView.class,
                () -> view(runs.run(request.period())));
    }

    private static BillRunView view(BillRuns.Result result) {
        return new BillRunView(
                result.period().toString(),
                result.issued(),
                MoneyView.of(result.total()),
                views(result.skipped()));
    }

    private static List<SkippedView> views(List<BillRuns.Skipped> skipped) {
        return skipped.stream()
                .map(each -> new SkippedView(each.payerId(), each.why(), each.problem()))
                .toList();
    }

    /** The months billed so far, newest first; {@code skipped} names the payers that could not be billed yet. */
    @GetMapping
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    PastRunsView runs() {
        if (!register.isConstituted()) {
            return new PastRunsView(List.of(), null);
        }
        return new PastRunsView(
                runs.runs().stream()
                        .map(run ->
                                new PastRunView(
                                        run.period().toString(),
                                        run.finishedAt(),
                                        run.invoices(),
                                        MoneyView.of(
                                                new Money(
                                                        run.totalMicro(),
                                                        register.coop().currency())),
                                        views(runs.skipped(run))))
                        .toList(),
                null);
    }

    @ExceptionHandler
    ProblemDetail refused(BillRunRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/bill-run-refused"));
        return problem;
    }
}
