package org.coopmesh.billing.costshare;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.costshare.CostPool.Declared;
import org.coopmesh.billing.costshare.CostPool.Document;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.costshare.CostPool.Refused;
import org.coopmesh.billing.costshare.CostPool.Validated;
import org.coopmesh.billing.costshare.CostPool.Validation;
import org.coopmesh.billing.costshare.CostPool.Withdrawn;
import org.coopmesh.billing.costshare.CostShares.Month;
import org.coopmesh.billing.costshare.CostShares.Share;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeys;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
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

/** Shared costs: every member sees and declares them; shares are a member's own, everybody's for treasurer and board. */
@RestController
@RequestMapping("/api")
class CostPoolController {
    /** The largest document, in bytes: 5 MiB. */
    static final int DOCUMENT_MAX = 5 * 1024 * 1024;

    private static final String MEMBERS = "hasAnyRole('member', 'treasurer', 'board')";

    /** How documents of each type begin. */
    private static final Map<String, byte[]> BEGINNINGS =
            Map.of(
                    "application/pdf", new byte[] {'%', 'P', 'D', 'F', '-'},
                    "image/png", new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                    "image/jpeg", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff});

    /** Members named in one replay: those with the largest differences. */
    static final int DIFFERENCES_MAX = 500;

    private final CostSharing sharing;
    private final CostPaying paying;
    private final PolicyTrial trial;
    private final PayerRegister register;
    private final IdempotencyKeys keys;
    private final Clock clock;

    CostPoolController(
            CostSharing sharing,
            CostPaying paying,
            PolicyTrial trial,
            PayerRegister register,
            IdempotencyKeys keys,
            Clock clock) {
        this.sharing = sharing;
        this.paying = paying;
        this.trial = trial;
        this.register = register;
        this.keys = keys;
        this.clock = clock;
    }

    record CostPoolRequest(
            @NotBlank @Size(max = 200) String purpose,
            @NotNull @Valid MoneyView amount,
            @NotNull YearMonth firstMonth,
            @Nullable YearMonth lastMonth,
            @NotNull @Valid PolicyForm policy,
            @Nullable UUID payeeId) {}

    record CostValidationRequest(
            @NotNull @Pattern(regexp = "[0-9a-f]{64}") String documentSha256) {}

    record CostReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    record CostAllocationRequest(@NotNull YearMonth period) {}

    record CostDocumentView(String name, String mediaType, String sha256, long bytes) {}

    record CostValidationView(UUID by, Instant at) {}

    record CostEndView(UUID by, Instant at, String reason) {}

    record CostPoolView(
            UUID id,
            String purpose,
            MoneyView amount,
            String firstMonth,
            String lastMonth,
            PolicyForm policy,
            @Nullable UUID payeeId,
            UUID declaredBy,
            Instant declaredAt,
            String state,
            @Nullable CostDocumentView document,
            List<CostValidationView> validations,
            int validationsNeeded,
            @Nullable CostEndView end) {
        static CostPoolView of(CostPool pool) {
            return switch (pool) {
                case Declared declared -> of(pool, "declared", declared.validations(), null);
                case Validated validated -> of(pool, "validated", validated.validations(), null);
                case Refused refused ->
                        of(
                                pool,
                                "refused",
                                List.of(),
                                new CostEndView(refused.by().value(), refused.at(), refused.why()));
                case Withdrawn gone ->
                        of(
                                pool,
                                "withdrawn",
                                List.of(),
                                new CostEndView(gone.by().value(), gone.at(), gone.why()));
            };
        }

        private static CostPoolView of(
                CostPool pool,
                String state,
                List<Validation> validations,
                @Nullable CostEndView end) {
            Heading heading = pool.heading();
            Document document = heading.document();
            PayerId payee = heading.payee();
            return new CostPoolView(
                    heading.id().value(),
                    heading.purpose(),
                    MoneyView.of(heading.amount()),
                    heading.first().toString(),
                    heading.last().toString(),
                    PolicyForm.of(heading.policy()),
                    payee == null ? null : payee.value(),
                    heading.declaredBy().value(),
                    heading.declaredAt(),
                    state,
                    document == null
                            ? null
                            : new CostDocumentView(
                                    document.name(),
                                    document.mediaType(),
                                    document.sha256(),
                                    document.bytes()),
                    validations.stream()
                            .map(v -> new CostValidationView(v.by().value(), v.at()))
                            .toList(),
                    CostPool.VALIDATORS,
                    end);
        }
    }

    /**
     * What may be spent on a purpose, each month from one on.
     *
     * @param declared what of this month's costs is under that purpose
     * @param resolution of the assembly, by its number
     */
    record CostBudgetView(
            String purpose,
            String firstMonth,
            MoneyView monthly,
            MoneyView declared,
            int resolution) {}

    record CostBudgetsView(List<CostBudgetView> items) {}

    record CostPoolsView(List<CostPoolView> items, @Nullable String next) {}

    record CostMonthView(
            String month, int revision, Instant madeAt, MoneyView amount, String formula) {
        static CostMonthView of(Month month) {
            return new CostMonthView(
                    month.month().toString(),
                    month.revision(),
                    month.madeAt(),
                    MoneyView.of(month.amount()),
                    month.formula());
        }
    }

    record CostProblemView(String month, String rule, String message, Instant at) {
        static CostProblemView of(CostShares.Problem problem) {
            return new CostProblemView(
                    problem.month().toString(), problem.rule(), problem.message(), problem.at());
        }
    }

    record CostMonthsView(List<CostMonthView> items, List<CostProblemView> problems) {}

    /**
     * One share.
     *
     * @param memberId null for what the payee gets back
     * @param posted what the newest revision added to what was charged before
     */
    record CostShareView(
            UUID id, @Nullable UUID memberId, UUID payerId, MoneyView amount, MoneyView posted) {
        static CostShareView of(Share share) {
            MemberId member = share.member();
            return new CostShareView(
                    share.id(),
                    member == null ? null : member.value(),
                    share.payer().value(),
                    MoneyView.of(share.amount()),
                    MoneyView.of(share.posted()));
        }
    }

    record CostSharesView(List<CostShareView> items, @Nullable String next) {}

    /** A share with all that it takes to come to the same. The payee's has no explanation: it is the whole amount. */
    record CostReasonView(
            CostShareView share,
            UUID costPoolId,
            String purpose,
            CostMonthView month,
            @Nullable Derivation explanation) {}

    record CostPaymentRequest(
            @NotNull @Valid MoneyView amount,
            @NotNull LocalDate paidOn,
            @Size(min = 1, max = 140) @Nullable String reference) {}

    /** @param reversal null where it stands */
    record CostPaymentView(
            UUID id,
            MoneyView amount,
            LocalDate paidOn,
            @Nullable String reference,
            UUID recordedBy,
            Instant recordedAt,
            @Nullable CostEndView reversal) {
        static CostPaymentView of(CostPayment payment) {
            CostPayment.Reversal reversal = payment.reversal();
            return new CostPaymentView(
                    payment.id(),
                    MoneyView.of(payment.amount()),
                    payment.paidOn(),
                    payment.reference(),
                    payment.recordedBy().value(),
                    payment.recordedAt(),
                    reversal == null
                            ? null
                            : new CostEndView(
                                    reversal.by().value(), reversal.at(), reversal.reason()));
        }
    }

    /**
     * @param charged to those who share it, by now
     * @param paid from the bank, by now
     * @param open of the whole amount, to be paid from the bank
     */
    record CostAccountView(
            MoneyView charged, MoneyView paid, MoneyView open, List<CostPaymentView> items) {}

    /**
     * @param from the first month, such as 2026-08
     * @param to the last month
     * @param policy in place of the declared one
     * @param alone what a line of one's own costs a month
     */
    record CostTrialRequest(
            @NotNull YearMonth from,
            @NotNull YearMonth to,
            @NotNull @Valid PolicyForm policy,
            @Valid @Nullable MoneyView alone) {}

    record CostTrialMonthView(
            String month, MoneyView amount, String current, String proposed, boolean reproduced) {}

    record CostDifferenceView(
            @Nullable UUID memberId,
            UUID payerId,
            MoneyView current,
            MoneyView proposed,
            MoneyView difference,
            @Nullable MoneyView alone,
            boolean betterAlone) {
        static CostDifferenceView of(PolicyTrial.Difference each) {
            MemberId member = each.member();
            Money alone = each.alone();
            return new CostDifferenceView(
                    member == null ? null : member.value(),
                    each.payer().value(),
                    MoneyView.of(each.current()),
                    MoneyView.of(each.proposed()),
                    MoneyView.of(each.difference()),
                    alone == null ? null : MoneyView.of(alone),
                    each.betterAlone());
        }
    }

    /**
     * What members would have borne of the replayed months, without saying who.
     *
     * @param tenth a tenth would have borne so much more or less; null among fewer than 20 members, as the others
     */
    record CostSpreadView(
            int members,
            int cheaper,
            int same,
            int dearer,
            int betterAlone,
            @Nullable MoneyView tenth,
            @Nullable MoneyView median,
            @Nullable MoneyView nineTenths) {
        static CostSpreadView of(PolicyTrial.Spread all) {
            return new CostSpreadView(
                    all.members(),
                    all.cheaper(),
                    all.same(),
                    all.dearer(),
                    all.betterAlone(),
                    view(all.tenth()),
                    view(all.median()),
                    view(all.nineTenths()));
        }

        private static @Nullable MoneyView view(@Nullable Money money) {
            return money == null ? null : MoneyView.of(money);
        }
    }

    /**
     * @param state {@code running}, {@code done} or {@code failed}
     * @param done months looked at so far, of {@code asked}
     * @param why it failed
     * @param problems months that the policy cannot share; they count on neither side
     * @param spread null until it is done
     * @param items the largest differences first: everybody's for the treasurer and the board, else the caller's own
     */
    record CostTrialView(
            UUID id,
            String state,
            int done,
            int asked,
            @Nullable String why,
            List<CostTrialMonthView> months,
            List<CostProblemView> problems,
            @Nullable CostSpreadView spread,
            List<CostDifferenceView> items) {}

    record CostOutcomeView(UUID costPoolId, String month, String outcome) {}

    record CostOutcomesView(List<CostOutcomeView> items) {}

    /** What the assembly lets be spent: all that holds this month or is to come, by purpose. */
    @GetMapping("/cost-budgets")
    @PreAuthorize(MEMBERS)
    CostBudgetsView budgets() {
        return new CostBudgetsView(
                sharing.budgets().stream()
                        .map(each ->
                                new CostBudgetView(
                                        each.budget().purpose(),
                                        each.budget().first().toString(),
                                        MoneyView.of(each.budget().monthly()),
                                        MoneyView.of(each.declared()),
                                        each.budget().resolution()))
                        .toList());
    }

    /** Newest first. */
    @GetMapping("/cost-pools")
    @PreAuthorize(MEMBERS)
    CostPoolsView pools(
            @RequestParam(required = false)
                    @Pattern(regexp = "declared|validated|refused|withdrawn")
                    @Nullable String state,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        List<CostPoolView> items =
                sharing.list(state, after == null ? null : new CostPoolId(after), limit).stream()
                        .map(CostPoolView::of)
                        .toList();
        return new CostPoolsView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** Declares a cost. Without a last month it is the first's alone; otherwise the amount is spread over all of them. */
    @PostMapping("/cost-pools")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(MEMBERS)
    CostPoolView declare(
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody CostPoolRequest request,
            Authentication authentication) {
        Currency currency = register.coop().currency();
        Money amount =
                AmountRefused.unlessPayable(
                        "amount.amount",
                        request.amount().amount(),
                        request.amount().currency(),
                        currency);
        YearMonth last = request.lastMonth();
        UUID payee = request.payeeId();
        var draft =
                new CostSharing.Draft(
                        request.purpose().strip(),
                        amount,
                        request.firstMonth(),
                        last == null ? request.firstMonth() : last,
                        request.policy().policy(currency),
                        payee == null ? null : new PayerId(payee));
        MemberId by = Caller.of(authentication).member();
        return keys.once(
                "cost-pool",
                by.toString(),
                key,
                request,
                CostPoolView.class,
                () -> CostPoolView.of(sharing.declare(draft, by)));
    }

    @GetMapping("/cost-pools/{id}")
    @PreAuthorize(MEMBERS)
    CostPoolView pool(@PathVariable UUID id) {
        return CostPoolView.of(sharing.find(new CostPoolId(id)));
    }

    /** Takes the document: PDF, PNG or JPEG, at most 5 MiB. */
    @PutMapping(
            path = "/cost-pools/{id}/document",
            consumes = {
                MediaType.APPLICATION_PDF_VALUE,
                MediaType.IMAGE_PNG_VALUE,
                MediaType.IMAGE_JPEG_VALUE
            })
    @PreAuthorize(MEMBERS)
    CostPoolView attach(
            @PathVariable UUID id,
            @RequestParam @NotBlank @Size(max = 200) @Pattern(regexp = "[^\\p{Cntrl}/\\\\]+")
                    String name,
            HttpServletRequest request,
            Authentication authentication)
            throws IOException {
        byte[] content;
        try (InputStream body = request.getInputStream()) {
            content = body.readNBytes(DOCUMENT_MAX + 1);
        }
        if (content.length > DOCUMENT_MAX) {
            throw new DocumentRefused(
                    HttpStatus.CONTENT_TOO_LARGE, "document-too-large", "at most 5 MiB");
        }
        String type =
                MediaType.parseMediaType(request.getContentType()).removeQualityValue().toString();
        byte[] beginning = BEGINNINGS.get(type);
        if (beginning == null
                || content.length < beginning.length
                || !Arrays.equals(beginning, Arrays.copyOf(content, beginning.length))) {
            throw new DocumentRefused(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "document-malformed",
                    "does not begin as " + type + " does");
        }
        return CostPoolView.of(
                sharing.attach(
                        new CostPoolId(id),
                        Caller.of(authentication).member(),
                        name.strip(),
                        type,
                        content));
    }

    /** The document, to be saved, never shown in the page. */
    @GetMapping("/cost-pools/{id}/document")
    @PreAuthorize(MEMBERS)
    ResponseEntity<byte[]> document(@PathVariable UUID id) {
        var pool = new CostPoolId(id);
        Document document =
                Optional.ofNullable(sharing.find(pool).heading().document())
                        .orElseThrow(() -> new CostPoolNotFound("document of " + id));
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(document.mediaType()))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(document.name(), java.nio.charset.StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(sharing.content(pool));
    }

    /** Says that the caller looked at the document and finds it right. */
    @PostMapping("/cost-pools/{id}/validate")
    @PreAuthorize(MEMBERS)
    CostPoolView validate(
            @PathVariable UUID id,
            @Valid @RequestBody CostValidationRequest request,
            Authentication authentication) {
        return CostPoolView.of(
                sharing.validate(
                        new CostPoolId(id),
                        Caller.of(authentication).member(),
                        request.documentSha256()));
    }

    @PostMapping("/cost-pools/{id}/refuse")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    CostPoolView refuse(
            @PathVariable UUID id,
            @Valid @RequestBody CostReasonRequest request,
            Authentication authentication) {
        return CostPoolView.of(
                sharing.refuse(
                        new CostPoolId(id), Caller.of(authentication).member(), request.reason()));
    }

    @PostMapping("/cost-pools/{id}/withdraw")
    @PreAuthorize(MEMBERS)
    CostPoolView withdraw(
            @PathVariable UUID id,
            @Valid @RequestBody CostReasonRequest request,
            Authentication authentication) {
        return CostPoolView.of(
                sharing.withdraw(
                        new CostPoolId(id), Caller.of(authentication).member(), request.reason()));
    }

    /** Every month that was shared out, with its revisions, and the months that could not be. */
    @GetMapping("/cost-pools/{id}/months")
    @PreAuthorize(MEMBERS)
    CostMonthsView months(@PathVariable UUID id) {
        CostPoolId pool = sharing.find(new CostPoolId(id)).heading().id();
        return new CostMonthsView(
                sharing.months(pool).stream().map(CostMonthView::of).toList(),
                sharing.problems(pool).stream().map(CostProblemView::of).toList());
    }

    /** The shares of a month: everybody's for the treasurer and the board, else the caller's own. */
    @GetMapping("/cost-pools/{id}/months/{month}/shares")
    @PreAuthorize(MEMBERS)
    CostSharesView shares(
            @PathVariable UUID id,
            @PathVariable YearMonth month,
            @RequestParam(defaultValue = "-1") @Min(-1) int from,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            Authentication authentication) {
        List<Share> shares =
                sharing.shares(
                        new CostPoolId(id), month, from, payers(Caller.of(authentication)), limit);
        return new CostSharesView(
                shares.stream().map(CostShareView::of).toList(),
                shares.size() < limit ? null : String.valueOf(shares.getLast().participant() + 1));
    }

    /** Why a share is what it is. */
    @GetMapping("/cost-shares/{id}")
    @PreAuthorize(MEMBERS)
    CostReasonView share(@PathVariable UUID id, Authentication authentication) {
        CostSharing.Reason reason = sharing.explain(id, payers(Caller.of(authentication)));
        return new CostReasonView(
                CostShareView.of(reason.share()),
                reason.pool().id().value(),
                reason.pool().purpose(),
                CostMonthView.of(reason.month()),
                reason.explanation());
    }

    /** Shares out a closed month at once, as the bill run does by itself. Repeating it changes nothing. */
    @PostMapping("/cost-pools/allocations")
    @PreAuthorize("hasRole('treasurer')")
    CostOutcomesView allocate(@Valid @RequestBody CostAllocationRequest request) {
        Coop coop = register.coop();
        if (clock.instant().isBefore(coop.startOf(request.period().plusMonths(1).atDay(1)))) {
            throw new CostPoolRefused("month-not-over", request.period() + " is not over");
        }
        return new CostOutcomesView(
                sharing.run(request.period()).stream()
                        .map(result ->
                                new CostOutcomeView(
                                        result.pool().value(),
                                        result.month().toString(),
                                        result.outcome().name().toLowerCase(java.util.Locale.ROOT)))
                        .toList());
    }

    /** What was charged for it and what was paid from the bank, in the order in which it was written down. */
    @GetMapping("/cost-pools/{id}/payments")
    @PreAuthorize(MEMBERS)
    CostAccountView payments(@PathVariable UUID id) {
        CostPaying.Account account = paying.account(new CostPoolId(id));
        return new CostAccountView(
                MoneyView.of(account.charged()),
                MoneyView.of(account.paid()),
                MoneyView.of(account.open()),
                account.payments().stream().map(CostPaymentView::of).toList());
    }

    /** Writes down that the cost, or a part of it, was paid from the bank. */
    @PostMapping("/cost-pools/{id}/payments")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    CostPaymentView pay(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody CostPaymentRequest request,
            Authentication authentication) {
        MemberId by = Caller.of(authentication).member();
        Money amount =
                AmountRefused.unlessPayable(
                        "amount.amount",
                        request.amount().amount(),
                        request.amount().currency(),
                        register.coop().currency());
        String reference = request.reference();
        return keys.once(
                "cost-payment",
                by.toString(),
                key,
                List.of(id, request),
                CostPaymentView.class,
                () ->
                        CostPaymentView.of(
                                paying.pay(
                                                new CostPoolId(id),
                                                amount,
                                                request.paidOn(),
                                                reference == null || reference.isBlank()
                                                        ? null
                                                        : reference.strip(),
                                                by)
                                        .payment()));
    }

    /** Reverses a payment that was a mistake or came back. */
    @PostMapping("/cost-pools/{id}/payments/{payment}/reversal")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    CostPaymentView reverse(
            @PathVariable UUID id,
            @PathVariable UUID payment,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody CostReasonRequest request,
            Authentication authentication) {
        MemberId by = Caller.of(authentication).member();
        return keys.once(
                "cost-payment-reversal",
                by.toString(),
                key,
                List.of(id, payment, request),
                CostPaymentView.class,
                () ->
                        CostPaymentView.of(
                                paying.reverse(new CostPoolId(id), payment, request.reason(), by)
                                        .payment()));
    }

    /**
     * Begins to try another policy on months that were shared out: what each would have borne. Ask for it by its id until it is
     * over. Nothing is booked.
     */
    @PostMapping("/cost-pools/{id}/trials")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @PreAuthorize(MEMBERS)
    CostTrialView trial(
            @PathVariable UUID id,
            @Valid @RequestBody CostTrialRequest request,
            Authentication authentication) {
        Currency currency = register.coop().currency();
        MoneyView alone = request.alone();
        Caller caller = Caller.of(authentication);
        UUID begun =
                trial.begin(
                        new CostPoolId(id),
                        request.policy().policy(currency),
                        request.from(),
                        request.to(),
                        alone == null
                                ? null
                                : AmountRefused.unlessAtLeastZero(
                                        "alone.amount", alone.amount(), alone.currency(), currency),
                        caller.member());
        return trial(id, begun, caller);
    }

    /** A trial as it stands, with everybody's differences for the treasurer and the board, else the caller's own. */
    @GetMapping("/cost-pools/{id}/trials/{trialId}")
    @PreAuthorize(MEMBERS)
    CostTrialView trial(
            @PathVariable UUID id, @PathVariable UUID trialId, Authentication authentication) {
        return trial(id, trialId, Caller.of(authentication));
    }

    private CostTrialView trial(UUID pool, UUID id, Caller caller) {
        CostTrials.Trial found = trial.find(new CostPoolId(pool), id);
        PolicyTrial.Result result = found.result();
        return new CostTrialView(
                id,
                found.state().name().toLowerCase(Locale.ROOT),
                found.done(),
                found.months(),
                found.why(),
                result == null
                        ? List.of()
                        : result.months().stream()
                                .map(m ->
                                        new CostTrialMonthView(
                                                m.month().toString(),
                                                MoneyView.of(m.amount()),
                                                m.current(),
                                                m.proposed(),
                                                m.reproduced()))
                                .toList(),
                result == null
                        ? List.of()
                        : result.problems().stream().map(CostProblemView::of).toList(),
                result == null ? null : CostSpreadView.of(result.spread()),
                trial.differences(id, payers(caller), DIFFERENCES_MAX).stream()
                        .map(CostDifferenceView::of)
                        .toList());
    }

    private @Nullable Collection<PayerId> payers(Caller caller) {
        return caller.readsAllMoney() ? null : register.payersOf(caller.member());
    }

    @ExceptionHandler
    ProblemDetail notFound(CostPoolNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "cost-pool-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail refused(CostPoolRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "cost-pool-refused", e);
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail busy(PolicyTrial.Busy e) {
        return problem(HttpStatus.TOO_MANY_REQUESTS, "cost-trial-busy", e);
    }

    @ExceptionHandler
    ProblemDetail document(DocumentRefused e) {
        return problem(e.status, e.slug, e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }

    private static final class DocumentRefused extends RuntimeException {
        private final HttpStatus status;
        private final String slug;

        DocumentRefused(HttpStatus status, String slug, String message) {
            super("document: " + message);
            this.status = status;
            this.slug = slug;
        }
    }
}
