package org.coopmesh.billing.rating;

import jakarta.validation.Valid;
import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.billing.rating.PlanViews.PlanRequest;
import org.coopmesh.billing.rating.PlanViews.PlanView;
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
    private final Rating rating;
    private final PayerRegister register;
    private final Clock clock;

    PlanController(Rating rating, PayerRegister register, Clock clock) {
        this.rating = rating;
        this.register = register;
        this.clock = clock;
    }

    record PlansView(List<PlanView> items, @Nullable String next) {}

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
        Plan plan = request.plan(register.coop().currency());
        rating.declare(plan, Caller.of(authentication).member());
        return PlanView.of(plan);
    }

    @ExceptionHandler
    ProblemDetail refused(PlanRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/plan-refused"));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail malformed(PlanMalformed e) {
        return wrong(e.field(), e.rule(), e);
    }

    private static ProblemDetail wrong(String field, String rule, RuntimeException e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.BAD_REQUEST, field + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/invalid-request"));
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field", field,
                                "rule", rule,
                                "message", String.valueOf(e.getMessage()))));
        return problem;
    }
}
