package org.coopmesh.billing.rating;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
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
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a payer lets a month cost, and whether they pay ahead. */
@RestController
@RequestMapping("/api/bill/{payerId}/spending")
class SpendingController {
    private static final int HOURS_SHOWN = 48;

    private final SpendWatch watch;
    private final PayerRegister register;

    SpendingController(SpendWatch watch, PayerRegister register) {
        this.watch = watch;
        this.register = register;
    }

    record HourView(Instant hour, MoneyView amount, MoneyView missing) {}

    /**
     * @param spent in the month so far, dues of the whole month included
     * @param capReached the slow lane holds until the month ends or the cap is raised
     * @param wallet what the co-op holds for the payer
     * @param walletEmpty the slow lane holds until the wallet is filled
     * @param hours that the wallet paid, newest first
     */
    record SpendingView(
            @Nullable MoneyView cap,
            boolean prepaid,
            String month,
            MoneyView spent,
            boolean capReached,
            MoneyView wallet,
            boolean walletEmpty,
            List<HourView> hours) {}

    record CapRequest(@NotNull String amount, @Nullable String currency) {}

    record SpendingRequest(@Valid @Nullable CapRequest cap, @NotNull Boolean prepaid) {}

    @GetMapping
    @PreAuthorize("isAuthenticated()")
    SpendingView spending(@PathVariable UUID payerId, Authentication authentication) {
        Caller caller = Caller.of(authentication);
        var payer = new PayerId(payerId);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        return view(payer, watch.find(payer));
    }

    /** Sets both: without a cap there is none. */
    @PutMapping
    @PreAuthorize("isAuthenticated()")
    SpendingView set(
            @PathVariable UUID payerId,
            @Valid @RequestBody SpendingRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        var payer = new PayerId(payerId);
        if (!register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        CapRequest cap = request.cap();
        Money money =
                cap == null
                        ? null
                        : AmountRefused.unlessAtLeastZero(
                                "cap.amount",
                                cap.amount(),
                                cap.currency(),
                                register.coop().currency());
        return view(payer, watch.set(payer, money, request.prepaid(), caller.member()));
    }

    private SpendingView view(PayerId payer, Spending spending) {
        Spending.Figures figures = watch.figures(payer);
        Money cap = spending.cap();
        return new SpendingView(
                cap == null ? null : MoneyView.of(cap),
                spending.prepaid(),
                figures.month().toString(),
                MoneyView.of(figures.spent()),
                spending.reachedIn() != null,
                MoneyView.of(figures.credit()),
                spending.walletEmpty(),
                watch.hours(payer, HOURS_SHOWN).stream()
                        .map(hour ->
                                new HourView(
                                        hour.hour(),
                                        MoneyView.of(hour.amount()),
                                        MoneyView.of(hour.missing())))
                        .toList());
    }

    @ExceptionHandler
    ProblemDetail belowDues(CapBelowDues e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_CONTENT, "cap.amount: " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/cap-below-dues"));
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field", "cap.amount",
                                "rule", "dues",
                                "message", String.valueOf(e.getMessage()))));
        return problem;
    }
}
