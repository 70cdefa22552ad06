package org.coopmesh.billing.rating;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
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

/** Dues that a payer picks for a site on the sliding scale of its plan. */
@RestController
@RequestMapping("/api/bill/{payerId}/dues/{siteId}")
class DuesController {
    private final Rating rating;
    private final PayerRegister register;
    private final Clock clock;

    DuesController(Rating rating, PayerRegister register, Clock clock) {
        this.rating = rating;
        this.register = register;
        this.clock = clock;
    }

    record ScaleView(MoneyView floor, MoneyView suggested, MoneyView ceiling) {}

    record ChoiceView(LocalDate effectiveOn, MoneyView monthly) {}

    /**
     * @param scale null where the plan leaves no choice today
     * @param monthly what is due for a month today; null without a scale
     */
    record DuesView(
            @Nullable ScaleView scale, @Nullable MoneyView monthly, List<ChoiceView> choices) {}

    record ChoiceRequest(
            @NotNull String amount, @Nullable String currency, @NotNull LocalDate effectiveOn) {}

    /** The scale in force today, and what was picked on it. */
    @GetMapping
    @PreAuthorize("isAuthenticated()")
    DuesView dues(
            @PathVariable UUID payerId, @PathVariable UUID siteId, Authentication authentication) {
        Caller caller = Caller.of(authentication);
        var payer = new PayerId(payerId);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        return view(payer, new SiteId(siteId));
    }

    /** Picks dues of a month from a day on, today or later. */
    @PutMapping
    @PreAuthorize("isAuthenticated()")
    DuesView choose(
            @PathVariable UUID payerId,
            @PathVariable UUID siteId,
            @Valid @RequestBody ChoiceRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        var payer = new PayerId(payerId);
        if (!register.pays(caller.member(), payer)) {
            throw new AccessDeniedException("not your payer");
        }
        var site = new SiteId(siteId);
        rating.choose(
                payer,
                site,
                AmountRefused.unlessAtLeastZero(
                        "amount", request.amount(), request.currency(), register.coop().currency()),
                request.effectiveOn(),
                caller.member());
        return view(payer, site);
    }

    private DuesView view(PayerId payer, SiteId site) {
        LocalDate today = register.coop().dayAt(clock.instant());
        List<DuesChoice> choices = rating.choices(payer, site);
        Optional<TariffPart.SlidingScale> scale =
                rating.planOf(payer, site, today).flatMap(Plan::scale);
        return new DuesView(
                scale.map(each ->
                                new ScaleView(
                                        MoneyView.of(each.floor()),
                                        MoneyView.of(each.suggested()),
                                        MoneyView.of(each.ceiling())))
                        .orElse(null),
                scale.map(each -> MoneyView.of(each.on(today, choices))).orElse(null),
                choices.stream()
                        .map(choice ->
                                new ChoiceView(choice.effectiveOn(), MoneyView.of(choice.amount())))
                        .toList());
    }

    @ExceptionHandler
    ProblemDetail refused(ChoiceRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_CONTENT, e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/choice-refused"));
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field", e.field(),
                                "rule", e.rule(),
                                "message", String.valueOf(e.getMessage()))));
        return problem;
    }
}
