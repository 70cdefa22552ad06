package org.coopmesh.billing.dunning;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reminders: the policy, what a day brings, and who is let be. */
@RestController
@RequestMapping("/api/billing/dunning")
class DunningController {
    private final Dunning dunning;

    DunningController(Dunning dunning) {
        this.dunning = dunning;
    }

    /**
     * @param saidOn the day from which it holds; null where nobody said anything yet
     * @param reminderAfter days after the last day to pay, below zero before it; null for no reminder
     * @param lastAfter the same for the last reminder
     * @param graceDays how many days later an invoice is called overdue
     * @param waitForBank whether steps wait for a file of the bank on their day
     */
    record PolicyView(
            @Nullable LocalDate saidOn,
            @Nullable Integer reminderAfter,
            @Nullable Integer lastAfter,
            int graceDays,
            boolean waitForBank) {}

    record DunningPolicyRequest(
            @Nullable Integer reminderAfter,
            @Nullable Integer lastAfter,
            @NotNull Integer graceDays,
            @NotNull Boolean waitForBank) {}

    record HoldView(UUID payerId, LocalDate until, String reason, UUID by, Instant at) {
        static HoldView of(Hold hold) {
            return new HoldView(
                    hold.payer().value(), hold.until(), hold.reason(), hold.by(), hold.at());
        }
    }

    record HoldsView(List<HoldView> items) {}

    /** @param stage reminder, last-reminder or overdue */
    record ComingView(
            UUID invoiceId,
            String number,
            UUID payerId,
            MoneyView open,
            LocalDate dueOn,
            String stage,
            @Nullable HoldView held) {
        static ComingView of(Dunning.Coming coming) {
            Invoice.Heading heading = coming.invoice().heading();
            Hold held = coming.held();
            return new ComingView(
                    heading.id().value(),
                    heading.number(),
                    heading.payer().value(),
                    MoneyView.of(coming.invoice().open()),
                    coming.invoice() instanceof Invoice.Owing owing
                            ? owing.payBy()
                            : heading.dueOn(),
                    coming.stage().tag(),
                    held == null ? null : HoldView.of(held));
        }
    }

    /**
     * @param waitsForBank nothing happens today until a file of the bank comes
     * @param more there are more than are listed
     */
    record DayView(LocalDate on, boolean waitsForBank, boolean more, List<ComingView> items) {}

    record HoldRequest(@NotNull LocalDate until, @NotBlank @Size(max = 500) String reason) {}

    record EndRequest(@NotBlank @Size(max = 500) String reason) {}

    /** When payers are reminded, and when an invoice is called overdue. */
    @GetMapping("/policy")
    @PreAuthorize("isAuthenticated()")
    PolicyView policy() {
        return dunning.policy()
                .map(policy ->
                        new PolicyView(
                                policy.saidOn(),
                                policy.reminderAfter(),
                                policy.lastAfter(),
                                policy.graceDays(),
                                policy.waitForBank()))
                .orElse(new PolicyView(null, null, null, 0, false));
    }

    /** Says the policy from today on. */
    @PutMapping("/policy")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    PolicyView say(
            @Valid @RequestBody DunningPolicyRequest request, Authentication authentication) {
        dunning.say(
                new DunningPolicy(
                        dunning.today(),
                        request.reminderAfter(),
                        request.lastAfter(),
                        request.graceDays(),
                        request.waitForBank()),
                Caller.of(authentication).member());
        return policy();
    }

    /** What a day brings if nobody pays until then; without a day, tomorrow. */
    @GetMapping("/day")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    DayView day(@RequestParam(required = false) @Nullable LocalDate on) {
        LocalDate tomorrow = dunning.today().plusDays(1);
        LocalDate asked = on == null ? tomorrow : on;
        if (asked.isBefore(tomorrow.minusDays(1))
                || asked.isAfter(tomorrow.plusDays(DunningPolicy.AFTER_MAX))) {
            throw new DunningRefused("on", "range", "from today on, at most 90 days ahead");
        }
        Dunning.Day day = dunning.day(asked);
        return new DayView(
                day.on(),
                day.waitsForBank(),
                day.more(),
                day.coming().stream().map(ComingView::of).toList());
    }

    /** Who is let be today. */
    @GetMapping("/holds")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    HoldsView holds() {
        return new HoldsView(dunning.holds().stream().map(HoldView::of).toList());
    }

    /** Lets a payer be until the end of a day. */
    @PutMapping("/holds/{payerId}")
    @PreAuthorize("hasRole('treasurer')")
    HoldsView hold(
            @PathVariable UUID payerId,
            @Valid @RequestBody HoldRequest request,
            Authentication authentication) {
        dunning.hold(
                new PayerId(payerId),
                request.until(),
                request.reason().strip(),
                Caller.of(authentication).member());
        return holds();
    }

    /** Ends that a payer is let be. */
    @PostMapping("/holds/{payerId}/end")
    @PreAuthorize("hasRole('treasurer')")
    HoldsView end(
            @PathVariable UUID payerId,
            @Valid @RequestBody EndRequest request,
            Authentication authentication) {
        dunning.endHold(
                new PayerId(payerId), request.reason().strip(), Caller.of(authentication).member());
        return holds();
    }

    @ExceptionHandler
    ProblemDetail refused(DunningRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.BAD_REQUEST, e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/invalid-request"));
        problem.setProperty("errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
        return problem;
    }
}
