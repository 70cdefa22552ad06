package org.coopmesh.billing.outage;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.settlement.Derivation;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The rule for every member to see; a credit is a member's own, everybody's for treasurer and board. */
@RestController
@RequestMapping("/api/outage-credits")
class OutageCreditController {
    private static final String MEMBERS = "hasAnyRole('member', 'treasurer', 'board')";

    private final OutageCredits credits;
    private final PayerRegister register;

    OutageCreditController(OutageCredits credits, PayerRegister register) {
        this.credits = credits;
        this.register = register;
    }

    record OutageRuleRequest(
            @NotNull LocalDate effectiveOn,
            @Min(1) @Max(OutageRule.HOURS_MAX) int afterHours,
            @Min(0) @Max(OutageRule.WHOLE) int percent) {}

    /**
     * A rule.
     *
     * @param resolution of the assembly; null where the board set it
     */
    record OutageRuleView(
            LocalDate effectiveOn,
            int afterHours,
            int percent,
            @Nullable Integer resolution,
            Instant declaredAt) {}

    record OutageRulesView(List<OutageRuleView> items) {}

    /** What one payer gets back for the part of one outage in one month, with all that it takes to come to the same. */
    record OutageCreditView(
            UUID id,
            UUID siteId,
            UUID attachmentId,
            String nodeId,
            Instant beganAt,
            Instant endedAt,
            String month,
            UUID payerId,
            MoneyView amount,
            Derivation explanation) {}

    /** All rules ever set, in the order in which they take effect. */
    @GetMapping("/rules")
    @PreAuthorize(MEMBERS)
    OutageRulesView rules() {
        return new OutageRulesView(
                credits.rules().stream()
                        .map(each ->
                                new OutageRuleView(
                                        each.rule().effectiveOn(),
                                        each.rule().afterHours(),
                                        each.rule().percent(),
                                        each.resolution(),
                                        each.at()))
                        .toList());
    }

    /** Sets the rule for outages that begin on a day to come, or later. */
    @PostMapping("/rules")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('board')")
    OutageRulesView declare(
            @Valid @RequestBody OutageRuleRequest request, Authentication authentication) {
        credits.declare(
                new OutageRule(request.effectiveOn(), request.afterHours(), request.percent()),
                Caller.of(authentication).member());
        return rules();
    }

    /** Why a credit is what it is. */
    @GetMapping("/{id}")
    @PreAuthorize(MEMBERS)
    OutageCreditView credit(@PathVariable UUID id, Authentication authentication) {
        Caller caller = Caller.of(authentication);
        OutageCredits.Reason reason =
                credits.explain(
                        id, caller.readsAllMoney() ? null : register.payersOf(caller.member()));
        OutageCredit credit = reason.credit();
        return new OutageCreditView(
                credit.id(),
                credit.outage().site().value(),
                credit.outage().attachment(),
                credit.outage().node(),
                credit.outage().beganAt(),
                credit.outage().endedAt(),
                credit.month().toString(),
                credit.payer().value(),
                MoneyView.of(credit.amount().negated()),
                reason.explanation());
    }

    @ExceptionHandler
    ProblemDetail refused(OutageRuleRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "outage-rule-refused", e);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                e.field(),
                                "rule",
                                e.rule(),
                                "message",
                                String.valueOf(e.getMessage()))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(OutageCreditNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "outage-credit-not-found", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
