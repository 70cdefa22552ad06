package org.coopmesh.billing.autopay;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.provider.Decline;
import org.coopmesh.billing.provider.Keeping;
import org.coopmesh.billing.provider.Provider;
import org.coopmesh.billing.provider.ProviderPayments.Begun;
import org.coopmesh.billing.provider.ProviderPayments.NotNow;
import org.coopmesh.billing.provider.Saving;
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
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** How a member's bills are paid by themselves: what is saved, what was chosen, and what came of it. */
@RestController
@RequestMapping("/api/autopay")
class AutopayController {
    private static final int TRIES_SHOWN = 50;

    private final Autopay autopay;
    private final Keeping keeping;
    private final Invoicing invoicing;
    private final PayerRegister register;

    AutopayController(
            Autopay autopay, Keeping keeping, Invoicing invoicing, PayerRegister register) {
        this.autopay = autopay;
        this.keeping = keeping;
        this.invoicing = invoicing;
        this.register = register;
    }

    /** @param label by which the payer knows it, such as {@code Visa …4242, 12/2029} */
    record SavingView(UUID id, UUID payerId, String provider, String label, Instant savedAt) {
        static SavingView of(Saving saving) {
            return new SavingView(
                    saving.id(),
                    saving.payer().value(),
                    saving.provider().code(),
                    String.valueOf(saving.label()),
                    saving.savedAt() == null ? saving.begunAt() : saving.savedAt());
        }
    }

    /**
     * @param way direct-debit, saved or wallet
     * @param stoppedWhy why nothing is charged by it any more, in the provider's words
     */
    record ChoiceView(
            UUID payerId,
            String way,
            @Nullable UUID savingId,
            @Nullable MoneyView floor,
            @Nullable MoneyView topUp,
            Instant chosenAt,
            @Nullable Instant stoppedAt,
            @Nullable String stoppedWhy) {
        static ChoiceView of(Choice choice) {
            Money floor = choice.floor();
            Money topUp = choice.topUp();
            Choice.Stopped stopped = choice.stopped();
            return new ChoiceView(
                    choice.payer().value(),
                    choice.way().code(),
                    choice.saving(),
                    floor == null ? null : MoneyView.of(floor),
                    topUp == null ? null : MoneyView.of(topUp),
                    choice.at(),
                    stopped == null ? null : stopped.at(),
                    stopped == null ? null : stopped.why());
        }
    }

    /**
     * @param invoiceId null where it filled the wallet
     * @param state asked, taken, failed or void
     * @param decline what follows from a no: passing, payer or final
     * @param why in the provider's words
     */
    record TryView(
            UUID id,
            UUID payerId,
            @Nullable UUID invoiceId,
            @Nullable String invoiceNumber,
            int number,
            MoneyView amount,
            LocalDate askedOn,
            String state,
            @Nullable String decline,
            @Nullable String why) {}

    /**
     * What comes next for an open invoice.
     *
     * @param state coming, asked or over
     * @param on the day on which it is charged, or was given up; null while it is asked for
     * @param why exhausted, payer, useless or went-back, where it was given up
     */
    record ComingView(
            UUID invoiceId,
            String invoiceNumber,
            MoneyView amount,
            String state,
            @Nullable LocalDate on,
            @Nullable String why) {}

    /**
     * @param days around the last day to pay on which an invoice is tried
     * @param graceDays how long after giving up nobody is reminded or late
     * @param topUpDays how long after a failed top-up the next is tried, one after the other
     * @param topUpsADay how often a wallet is filled in a day at most
     */
    record ScheduleView(
            List<Integer> days, int graceDays, List<Integer> topUpDays, int topUpsADay) {}

    /**
     * @param offered who can keep what a payer pays with: stripe, gocardless
     * @param payerIds for whom the caller may choose
     */
    record OwnAutopayView(
            ScheduleView schedule,
            List<String> offered,
            List<UUID> payerIds,
            List<SavingView> savings,
            List<ChoiceView> choices,
            List<ComingView> coming,
            List<TryView> tries) {}

    /** What the caller saved and chose for whom they pay, what comes next, and what came of it; the latest first. */
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    OwnAutopayView mine(
            @RequestParam(defaultValue = "false") boolean came, Authentication authentication) {
        List<PayerId> payers = register.payersOf(member(authentication));
        if (came) {
            keeping.cameBack(payers);
        }
        Schedule schedule = autopay.schedule();
        List<Try> tries = autopay.tries(payers, TRIES_SHOWN);
        return new OwnAutopayView(
                new ScheduleView(
                        schedule.days(),
                        schedule.graceDays(),
                        schedule.topUpDays(),
                        schedule.topUpsADay()),
                keeping.offered().stream().map(Provider::code).toList(),
                payers.stream().map(PayerId::value).toList(),
                keeping.saved(payers).stream().map(SavingView::of).toList(),
                autopay.current(payers).stream().map(ChoiceView::of).toList(),
                payers.isEmpty()
                        ? List.of()
                        : invoicing.owingOf(payers).stream().flatMap(this::coming).toList(),
                views(tries));
    }

    private java.util.stream.Stream<ComingView> coming(Invoice invoice) {
        if (!(invoice instanceof Invoice.Owing owing)) {
            return java.util.stream.Stream.empty();
        }
        return autopay.next(owing).stream()
                .map(next -> {
                    Invoice.Heading heading = owing.heading();
                    record Told(String state, @Nullable LocalDate on, @Nullable String why) {}
                    Told told =
                            switch (next) {
                                case Schedule.Next.From(LocalDate day) ->
                                        new Told("coming", day, null);
                                case Schedule.Next.Asked asked -> new Told("asked", null, null);
                                case Schedule.Next.Over(LocalDate on, Schedule.Why why) ->
                                        new Told(
                                                "over",
                                                on,
                                                why.name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', '-'));
                            };
                    return new ComingView(
                            heading.id().value(),
                            heading.number(),
                            MoneyView.of(owing.open()),
                            told.state(),
                            told.on(),
                            told.why());
                });
    }

    private List<TryView> views(List<Try> tries) {
        Map<UUID, String> numbers =
                tries.stream()
                        .map(Try::invoice)
                        .filter(java.util.Objects::nonNull)
                        .distinct()
                        .collect(
                                Collectors.toMap(
                                        id -> id.value(),
                                        id -> invoicing.find(id).heading().number()));
        return tries.stream()
                .map(each -> {
                    UUID invoice = each.invoice() == null ? null : each.invoice().value();
                    Decline decline = each.decline();
                    return new TryView(
                            each.id(),
                            each.payer().value(),
                            invoice,
                            invoice == null ? null : numbers.get(invoice),
                            each.number(),
                            MoneyView.of(each.amount()),
                            each.askedOn(),
                            each.state().code(),
                            decline == null ? null : decline.code(),
                            each.why());
                })
                .toList();
    }

    record SavingRequest(
            @NotNull UUID payerId,
            @NotNull @Pattern(regexp = "stripe|gocardless") String provider) {}

    record SavingPageView(String page) {}

    /** A provider's page on which the payer gives a card or a mandate to be kept there. */
    @PostMapping("/savings")
    @PreAuthorize("isAuthenticated()")
    SavingPageView save(@Valid @RequestBody SavingRequest request, Authentication authentication) {
        MemberId me = member(authentication);
        var payer = new PayerId(request.payerId());
        unlessPays(me, payer);
        Provider provider = Provider.of(request.provider()).orElseThrow();
        return switch (keeping.begin(payer, provider, "/my/autopay?came=true", me)) {
            case Begun.Page(URI page) -> new SavingPageView(page.toString());
            case Begun.Not(NotNow why) -> throw new NotBegun(provider, why);
        };
    }

    /** Takes back what was saved; what is charged by it ends at once. One that is gone stays so. */
    @DeleteMapping("/savings/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("isAuthenticated()")
    void forget(@PathVariable UUID id, Authentication authentication) {
        Optional<Saving> saving = keeping.find(id);
        MemberId me = member(authentication);
        if (saving.isEmpty() || !register.pays(me, saving.get().payer())) {
            throw new SavingNotFound(id);
        }
        autopay.forget(saving.get());
    }

    /**
     * @param savingId needed for saved and wallet
     * @param floor decimal, what the wallet may fall to
     * @param topUp decimal, what is charged when it fell below
     */
    record ChoiceRequest(
            @NotNull @Pattern(regexp = "direct-debit|saved|wallet") String way,
            @Nullable UUID savingId,
            @Nullable String floor,
            @Nullable String topUp) {}

    /** Has the payer's bills paid so from now on; the same again begins anew, also after it stopped. */
    @PutMapping("/{payerId}")
    @PreAuthorize("isAuthenticated()")
    ChoiceView choose(
            @PathVariable UUID payerId,
            @Valid @RequestBody ChoiceRequest request,
            Authentication authentication) {
        MemberId me = member(authentication);
        var payer = new PayerId(payerId);
        unlessPays(me, payer);
        var currency = register.coop().currency();
        return ChoiceView.of(
                autopay.choose(
                        payer,
                        Choice.Way.of(request.way()),
                        request.savingId(),
                        request.floor() == null
                                ? null
                                : AmountRefused.unlessAtLeastZero(
                                        "floor", request.floor(), null, currency),
                        request.topUp() == null
                                ? null
                                : AmountRefused.unlessPayable(
                                        "topUp", request.topUp(), null, currency),
                        me));
    }

    /** Ends it: nothing is charged by itself from now on. */
    @DeleteMapping("/{payerId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("isAuthenticated()")
    void end(@PathVariable UUID payerId, Authentication authentication) {
        var payer = new PayerId(payerId);
        unlessPays(member(authentication), payer);
        autopay.end(payer);
    }

    private static MemberId member(Authentication authentication) {
        return Caller.of(authentication).member();
    }

    private void unlessPays(MemberId me, PayerId payer) {
        if (!register.pays(me, payer)) {
            throw new AccessDeniedException("not your payer");
        }
    }

    private static final class SavingNotFound extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SavingNotFound(UUID id) {
            super("nothing is saved by " + id);
        }
    }

    private static final class NotBegun extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final NotNow why;

        NotBegun(Provider provider, NotNow why) {
            super(
                    switch (why) {
                        case NOT_OFFERED, UNDER_WAY ->
                                "the co-op has no account with " + provider.code();
                        case TOO_MANY -> "so many pages in a day are enough";
                        case AWAY ->
                                provider.code() + " does not answer right now: try again later";
                    });
            this.why = why;
        }
    }

    @ExceptionHandler
    ProblemDetail notFound(SavingNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "saving-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notBegun(NotBegun e) {
        return switch (e.why) {
            case NOT_OFFERED, UNDER_WAY -> problem(HttpStatus.NOT_FOUND, "provider-not-offered", e);
            case TOO_MANY -> problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-attempts", e);
            case AWAY -> problem(HttpStatus.SERVICE_UNAVAILABLE, "provider-away", e);
        };
    }

    @ExceptionHandler
    ProblemDetail refused(AutopayRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_CONTENT, e.field() + ": " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/autopay-refused"));
        problem.setProperty("errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
