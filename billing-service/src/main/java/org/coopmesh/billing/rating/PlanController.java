package org.coopmesh.billing.rating;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.billing.ledger.AmountRefused;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Plans, for everybody to see and for the board or the treasurer to declare. */
@RestController
@RequestMapping("/api/plans")
class PlanController {
    private static final long GB_MAX = 1_000_000_000;

    private final Rating rating;
    private final PayerRegister register;
    private final Clock clock;

    PlanController(Rating rating, PayerRegister register, Clock clock) {
        this.rating = rating;
        this.register = register;
        this.clock = clock;
    }

    record PlanView(
            String code,
            String name,
            String description,
            LocalDate effectiveOn,
            MoneyView flat,
            long includedGb,
            MoneyView perGb,
            String currency) {
        static PlanView of(Plan plan) {
            return new PlanView(
                    plan.code(),
                    plan.name(),
                    plan.description(),
                    plan.effectiveOn(),
                    MoneyView.of(plan.flat()),
                    plan.includedBytes() / Plan.BYTES_PER_GB,
                    MoneyView.of(plan.perGb()),
                    plan.flat().currency().getCurrencyCode());
        }
    }

    record PlansView(List<PlanView> items, @Nullable String next) {}

    record PlanRequest(
            @NotNull @Pattern(regexp = "[a-z0-9][a-z0-9-]{0,39}") String code,
            @NotBlank @Size(max = 100) String name,
            @Size(max = 1000) @Nullable String description,
            @NotNull LocalDate effectiveOn,
            @NotNull @Valid MoneyRequest flat,
            @NotNull @Min(0) @Max(GB_MAX) Long includedGb,
            @NotNull @Valid MoneyRequest perGb,
            @Nullable String currency) {}

    record MoneyRequest(@NotNull String amount, @Nullable String currency) {
        Money money(String field, Currency expected) {
            return AmountRefused.unlessAtLeastZero(field, amount, currency, expected);
        }
    }

    /** The version of each plan that is in force today, else its first to come; with {@code history} every one. */
    @GetMapping
    @PreAuthorize("permitAll()")
    PlansView plans(@RequestParam(defaultValue = "false") boolean history) {
        if (!register.isConstituted()) {
            return new PlansView(List.of(), null);
        }
        List<Plan> all = rating.plans();
        if (!history) {
            LocalDate today = register.coop().dayAt(clock.instant());
            Map<String, Plan> current = new LinkedHashMap<>();
            for (Plan plan : all) {
                if (!plan.effectiveOn().isAfter(today)) {
                    current.put(plan.code(), plan);
                } else {
                    current.putIfAbsent(plan.code(), plan);
                }
            }
            all = List.copyOf(current.values());
        }
        return new PlansView(all.stream().map(PlanView::of).toList(), null);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    PlanView declare(@Valid @RequestBody PlanRequest request, Authentication authentication) {
        Currency currency = register.coop().currency();
        if (request.currency() != null && !request.currency().equals(currency.getCurrencyCode())) {
            throw AmountRefused.currency("currency", currency);
        }
        var plan =
                new Plan(
                        request.code(),
                        request.name(),
                        request.description() == null ? "" : request.description(),
                        request.effectiveOn(),
                        request.flat().money("flat.amount", currency),
                        request.includedGb() * Plan.BYTES_PER_GB,
                        request.perGb().money("perGb.amount", currency));
        rating.declare(plan, Caller.of(authentication).member());
        return PlanView.of(plan);
    }

    @ExceptionHandler
    ProblemDetail refused(PlanRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/plan-refused"));
        return problem;
    }
}
