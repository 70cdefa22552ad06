package org.coopmesh.billing.payroll;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeys;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.payroll.PayRun.Approved;
import org.coopmesh.billing.payroll.PayRun.Heading;
import org.coopmesh.billing.payroll.PayRun.Line;
import org.coopmesh.billing.payroll.PayRun.Paid;
import org.coopmesh.billing.payroll.PayRun.Prepared;
import org.coopmesh.billing.payroll.PayRun.Rejected;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Moderators' pay: the board sets rates, treasurer and board draw up and approve, every member sees the figures. */
@RestController
@RequestMapping("/api/payroll")
class PayrollController {
    private static final String MONEY = "hasAnyRole('treasurer', 'board')";
    private static final String MEMBERS = "hasAnyRole('member', 'treasurer', 'board')";

    private final Payroll payroll;
    private final Paying paying;
    private final PayerRegister register;
    private final IdempotencyKeys keys;

    PayrollController(
            Payroll payroll, Paying paying, PayerRegister register, IdempotencyKeys keys) {
        this.payroll = payroll;
        this.paying = paying;
        this.register = register;
        this.keys = keys;
    }

    /**
     * @param firstMonth from which on it counts, this month or later
     * @param share of the dues collected, such as 0.08
     */
    record RateCardRequest(
            @NotNull YearMonth firstMonth,
            @NotNull @Pattern(regexp = "0(\\.[0-9]{1,6})?|1(\\.0{1,6})?") String share,
            @NotNull @Valid MoneyView perHour,
            @NotNull @Valid MoneyView perCase) {}

    record RateCardView(
            YearMonth firstMonth,
            String share,
            MoneyView perHour,
            MoneyView perCase,
            UUID setBy,
            Instant setAt) {
        static RateCardView of(RateCard card) {
            return new RateCardView(
                    card.firstMonth(),
                    card.rates().share(),
                    MoneyView.of(card.rates().perHour()),
                    MoneyView.of(card.rates().perCase()),
                    card.setBy().value(),
                    card.setAt());
        }
    }

    record RateCardsView(List<RateCardView> items) {}

    record PayMonthRequest(@NotNull YearMonth month) {}

    record PayReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    record PaidOnRequest(@NotNull LocalDate paidOn) {}

    record TransferRequest(@NotNull LocalDate executeOn) {}

    record PayPaidView(LocalDate on, String method, UUID by) {
        static @Nullable PayPaidView of(@Nullable Paid paid) {
            return paid == null
                    ? null
                    : new PayPaidView(
                            paid.on(),
                            paid.method().name().toLowerCase(Locale.ROOT),
                            paid.by().value());
        }
    }

    /**
     * @param claim by the rates
     * @param pay what the pool suffices for
     * @param hasAccount whether the moderator said where to be paid
     * @param transferId the file for the bank that it is in
     */
    record PayLineView(
            int line,
            UUID moderatorId,
            long minutes,
            long cases,
            MoneyView claim,
            MoneyView pay,
            boolean hasAccount,
            @Nullable UUID transferId,
            @Nullable PayPaidView paid) {}

    record PayTransferView(
            UUID id, String messageId, List<Integer> lines, UUID madeBy, Instant madeAt) {}

    record PayDecisionView(UUID by, Instant at, @Nullable String reason) {}

    /**
     * @param state prepared, approved, paid or rejected
     * @param collected dues that came in, less what went back
     * @param available what moderators could be paid from
     */
    record PayRunView(
            UUID id,
            YearMonth month,
            String state,
            String share,
            MoneyView perHour,
            MoneyView perCase,
            MoneyView collected,
            MoneyView added,
            MoneyView carriedIn,
            MoneyView available,
            MoneyView drawn,
            MoneyView carriedOut,
            List<PayLineView> lines,
            List<PayTransferView> transfers,
            UUID preparedBy,
            Instant preparedAt,
            @Nullable PayDecisionView decision) {}

    record PayRunsView(List<PayRunView> items) {}

    /** @param moderator a number, the same in each month */
    record PayFigureView(
            int moderator,
            long minutes,
            long cases,
            MoneyView claim,
            MoneyView pay,
            boolean paid) {}

    record PayFiguresOfMonthView(
            YearMonth month,
            String share,
            MoneyView perHour,
            MoneyView perCase,
            MoneyView collected,
            MoneyView added,
            MoneyView carriedIn,
            MoneyView drawn,
            MoneyView carriedOut,
            List<PayFigureView> moderators) {}

    record PayFiguresView(@Nullable RateCardView current, List<PayFiguresOfMonthView> months) {}

    record PayAccountRequest(
            @NotBlank @Size(max = PayAccount.NAME_LENGTH_MAX) @Pattern(regexp = "[^\\p{Cntrl}]+")
                    String name,
            @NotBlank @Size(max = 42) String iban) {}

    /** @param iban all but its last four characters hidden */
    record PayAccountView(String name, String iban) {
        private static final int SHOWN = 4;

        static PayAccountView of(PayAccount account) {
            String iban = account.iban();
            return new PayAccountView(
                    account.name(),
                    iban.substring(0, 2) + "…" + iban.substring(iban.length() - SHOWN));
        }
    }

    record OwnPayView(
            YearMonth month,
            long minutes,
            long cases,
            MoneyView claim,
            MoneyView pay,
            @Nullable PayPaidView paid) {}

    record MyPayView(@Nullable PayAccountView account, List<OwnPayView> items) {}

    /** Rates by which moderators are paid, newest first. */
    @GetMapping("/rate-cards")
    @PreAuthorize(MEMBERS)
    RateCardsView cards() {
        return new RateCardsView(payroll.cards().stream().map(RateCardView::of).toList());
    }

    /** Sets the rates from a month on. */
    @PostMapping("/rate-cards")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('board')")
    RateCardView set(@Valid @RequestBody RateCardRequest request, Authentication authentication) {
        Currency currency = register.coop().currency();
        var rates =
                new Rates(
                        Rates.sharePpm(request.share()),
                        AmountRefused.unlessAtLeastZero(
                                "perHour.amount",
                                request.perHour().amount(),
                                request.perHour().currency(),
                                currency),
                        AmountRefused.unlessAtLeastZero(
                                "perCase.amount",
                                request.perCase().amount(),
                                request.perCase().currency(),
                                currency));
        return RateCardView.of(payroll.set(request.firstMonth(), rates, member(authentication)));
    }

    /** What a run for the month would be; nothing is written. */
    @GetMapping("/preview")
    @PreAuthorize(MONEY)
    PayRunView preview(@RequestParam YearMonth month, Authentication authentication) {
        return view(new Prepared(payroll.preview(month, member(authentication))));
    }

    /** The newest month first. */
    @GetMapping("/runs")
    @PreAuthorize(MONEY)
    PayRunsView runs(@RequestParam(defaultValue = "24") @Min(1) @Max(120) int limit) {
        return new PayRunsView(payroll.newest(true, limit).stream().map(this::view).toList());
    }

    /** One month's pay. */
    @GetMapping("/runs/{id}")
    @PreAuthorize(MONEY)
    PayRunView run(@PathVariable UUID id) {
        return view(payroll.find(id));
    }

    /** Draws a month up for somebody else to approve. */
    @PostMapping("/runs")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(MONEY)
    PayRunView prepare(@Valid @RequestBody PayMonthRequest request, Authentication authentication) {
        return view(payroll.prepare(request.month(), member(authentication)));
    }

    /** Approves what another drew up: from now on it is owed. */
    @PostMapping("/runs/{id}/approval")
    @PreAuthorize(MONEY + " and @freshProof.isGiven(authentication)")
    PayRunView approve(@PathVariable UUID id, Authentication authentication) {
        return view(payroll.approve(id, member(authentication)));
    }

    /** Turns it down; its work waits for the next time the month is drawn up. */
    @PostMapping("/runs/{id}/rejection")
    @PreAuthorize(MONEY)
    PayRunView reject(
            @PathVariable UUID id,
            @Valid @RequestBody PayReasonRequest request,
            Authentication authentication) {
        return view(payroll.reject(id, member(authentication), request.reason().strip()));
    }

    /** Makes a file of transfers for the bank of all that is due. */
    @PostMapping("/runs/{id}/transfers")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    PayTransferView transfer(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody TransferRequest request,
            Authentication authentication) {
        MemberId by = member(authentication);
        return keys.once(
                "pay-transfer",
                by.toString(),
                key,
                List.of(id, request),
                PayTransferView.class,
                () -> view(paying.make(id, request.executeOn(), by)));
    }

    /** The file, in pain.001.001.09. */
    @GetMapping("/runs/{id}/transfers/{transfer}")
    @PreAuthorize("hasRole('treasurer')")
    ResponseEntity<byte[]> file(@PathVariable UUID id, @PathVariable UUID transfer) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_XML)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("pay-" + transfer + ".xml")
                                .build()
                                .toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(paying.file(id, transfer).getBytes(StandardCharsets.UTF_8));
    }

    /** Writes down that the bank paid the file. */
    @PostMapping("/runs/{id}/transfers/{transfer}/payment")
    @PreAuthorize("hasRole('treasurer')")
    PayRunView paid(
            @PathVariable UUID id,
            @PathVariable UUID transfer,
            @Valid @RequestBody PaidOnRequest request,
            Authentication authentication) {
        return view(paying.paid(id, transfer, request.paidOn(), member(authentication)));
    }

    /** Takes back a file that the bank did not take. */
    @PostMapping("/runs/{id}/transfers/{transfer}/withdrawal")
    @PreAuthorize("hasRole('treasurer')")
    PayRunView withdraw(
            @PathVariable UUID id, @PathVariable UUID transfer, Authentication authentication) {
        return view(paying.withdraw(id, transfer, member(authentication)));
    }

    /** Writes down that a line was paid from the till. */
    @PostMapping("/runs/{id}/lines/{line}/cash")
    @PreAuthorize("hasRole('treasurer')")
    PayRunView cash(
            @PathVariable UUID id,
            @PathVariable int line,
            @Valid @RequestBody PaidOnRequest request,
            Authentication authentication) {
        return view(payroll.payInCash(id, line, request.paidOn(), member(authentication)));
    }

    /** Writes down that a payment came back; the line is due again. */
    @PostMapping("/runs/{id}/lines/{line}/return")
    @PreAuthorize("hasRole('treasurer')")
    PayRunView takeBack(
            @PathVariable UUID id,
            @PathVariable int line,
            @Valid @RequestBody PayReasonRequest request,
            Authentication authentication) {
        return view(payroll.takeBack(id, line, request.reason().strip(), member(authentication)));
    }

    /** Dues in, pool, who was paid what by number, what was carried: for every member. */
    @GetMapping("/figures")
    @PreAuthorize(MEMBERS)
    PayFiguresView figures(@RequestParam(defaultValue = "13") @Min(1) @Max(120) int months) {
        Map<MemberId, Integer> numbers = payroll.numbers();
        List<RateCard> cards = payroll.cards();
        return new PayFiguresView(
                cards.isEmpty() ? null : RateCardView.of(cards.getFirst()),
                payroll.newest(false, months).stream()
                        .map(run -> figures(run.heading(), numbers))
                        .toList());
    }

    private static PayFiguresOfMonthView figures(Heading run, Map<MemberId, Integer> numbers) {
        return new PayFiguresOfMonthView(
                run.month(),
                run.rates().share(),
                MoneyView.of(run.rates().perHour()),
                MoneyView.of(run.rates().perCase()),
                MoneyView.of(run.collected()),
                MoneyView.of(run.pool().added()),
                MoneyView.of(run.pool().carriedIn()),
                MoneyView.of(run.drawn()),
                MoneyView.of(run.carriedOut()),
                run.lines().stream()
                        .filter(line -> line.pay().isPositive())
                        .map(line ->
                                new PayFigureView(
                                        numbers.getOrDefault(line.moderator(), 0),
                                        line.minutes(),
                                        line.cases(),
                                        MoneyView.of(line.claim()),
                                        MoneyView.of(line.pay()),
                                        line.paid() != null))
                        .sorted(Comparator.comparingInt(PayFigureView::moderator))
                        .toList());
    }

    /** What the caller was awarded, newest month first, and where they are paid. */
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    MyPayView mine(
            @RequestParam(defaultValue = "24") @Min(1) @Max(120) int months,
            Authentication authentication) {
        MemberId me = member(authentication);
        return new MyPayView(
                payroll.account(me).map(PayAccountView::of).orElse(null),
                payroll.newest(false, months).stream()
                        .flatMap(run ->
                                run.heading().lines().stream()
                                        .filter(line -> line.moderator().equals(me))
                                        .map(line ->
                                                new OwnPayView(
                                                        run.heading().month(),
                                                        line.minutes(),
                                                        line.cases(),
                                                        MoneyView.of(line.claim()),
                                                        MoneyView.of(line.pay()),
                                                        PayPaidView.of(line.paid()))))
                        .toList());
    }

    /** Says where the caller wants to be paid. */
    @PutMapping("/mine/account")
    @PreAuthorize("hasRole('moderator') and @freshProof.isGiven(authentication)")
    PayAccountView account(
            @Valid @RequestBody PayAccountRequest request, Authentication authentication) {
        PayAccount account;
        try {
            account =
                    new PayAccount(
                            request.name().strip(),
                            request.iban().replaceAll("\\s", "").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException wrong) {
            throw new PayAccountRefused(String.valueOf(wrong.getMessage()));
        }
        payroll.say(member(authentication), account);
        return PayAccountView.of(account);
    }

    private PayRunView view(PayRun run) {
        Heading heading = run.heading();
        Map<MemberId, PayAccount> accounts = paying.accounts(heading);
        return new PayRunView(
                heading.id(),
                heading.month(),
                switch (run) {
                    case Prepared prepared -> "prepared";
                    case Approved approved -> approved.isPaid() ? "paid" : "approved";
                    case Rejected rejected -> "rejected";
                },
                heading.rates().share(),
                MoneyView.of(heading.rates().perHour()),
                MoneyView.of(heading.rates().perCase()),
                MoneyView.of(heading.collected()),
                MoneyView.of(heading.pool().added()),
                MoneyView.of(heading.pool().carriedIn()),
                MoneyView.of(heading.pool().available()),
                MoneyView.of(heading.drawn()),
                MoneyView.of(heading.carriedOut()),
                heading.lines().stream()
                        .map(line -> view(line, accounts.containsKey(line.moderator())))
                        .toList(),
                paying.transfers(heading.id()).stream().map(PayrollController::view).toList(),
                heading.preparedBy().value(),
                heading.preparedAt(),
                switch (run) {
                    case Prepared prepared -> null;
                    case Approved approved ->
                            new PayDecisionView(approved.by().value(), approved.at(), null);
                    case Rejected rejected ->
                            new PayDecisionView(
                                    rejected.by().value(), rejected.at(), rejected.why());
                });
    }

    private static PayLineView view(Line line, boolean hasAccount) {
        return new PayLineView(
                line.number(),
                line.moderator().value(),
                line.minutes(),
                line.cases(),
                MoneyView.of(line.claim()),
                MoneyView.of(line.pay()),
                hasAccount,
                line.transfer(),
                PayPaidView.of(line.paid()));
    }

    private static PayTransferView view(Transfer transfer) {
        return new PayTransferView(
                transfer.id(),
                transfer.messageId(),
                transfer.lines(),
                transfer.madeBy().value(),
                transfer.madeAt());
    }

    private static MemberId member(Authentication authentication) {
        return Caller.of(authentication).member();
    }

    /** Where nobody can be paid. */
    private static class PayAccountRefused extends RuntimeException {
        PayAccountRefused(String message) {
            super(message);
        }
    }

    @ExceptionHandler
    ProblemDetail refused(PayAccountRefused e) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "invalid-request", e);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                "iban",
                                "rule",
                                "iban",
                                "message",
                                String.valueOf(e.getMessage()))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(PayRunRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "pay-run-refused", e);
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(PayRunNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "pay-run-not-found", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
