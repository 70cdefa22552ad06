package org.coopmesh.billing.directdebit;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.directdebit.Mandate.Active;
import org.coopmesh.billing.directdebit.Mandate.Ended;
import org.coopmesh.billing.directdebit.Mandate.Suspended;
import org.coopmesh.billing.directdebit.Mandate.Terms;
import org.coopmesh.billing.directdebit.Run.Approved;
import org.coopmesh.billing.directdebit.Run.Collected;
import org.coopmesh.billing.directdebit.Run.Heading;
import org.coopmesh.billing.directdebit.Run.Item;
import org.coopmesh.billing.directdebit.Run.Proposed;
import org.coopmesh.billing.directdebit.Run.Rejected;
import org.coopmesh.billing.directdebit.Run.State;
import org.coopmesh.billing.directdebit.Run.Withdrawn;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.Caller;
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
import org.springframework.security.access.AccessDeniedException;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Direct debits: members sign mandates for who pays, treasurer and board propose and approve runs, the bank's answers come in. */
@RestController
@RequestMapping("/api/direct-debit")
class DirectDebitController {
    private static final String MONEY = "hasAnyRole('treasurer', 'board')";
    private static final int OWN_MAX = 100;

    private final Collecting collecting;
    private final Signing signing;
    private final PayerRegister register;

    DirectDebitController(Collecting collecting, Signing signing, PayerRegister register) {
        this.collecting = collecting;
        this.signing = signing;
        this.register = register;
    }

    /**
     * @param town with country, needed where the bank stands outside of the European Economic Area
     * @param once for a single collection
     * @param noticeDays how long before a collection the payer is told, 14 unless they agree to less
     * @param agreed that the payer authorises the co-op and their bank
     */
    record MandateRequest(
            @NotNull UUID payerId,
            @NotBlank @Size(max = Debtor.NAME_LENGTH_MAX) @Pattern(regexp = "[^\\p{Cntrl}]+")
                    String debtorName,
            @NotBlank @Size(max = 42) String iban,
            @Size(min = 1, max = Debtor.TOWN_LENGTH_MAX) @Pattern(regexp = "[^\\p{Cntrl}]+")
                    @Nullable String town,
            @Pattern(regexp = "[A-Z]{2}") @Nullable String country,
            boolean once,
            @Min(1) @Max(Signing.NOTICE_DAYS_MAX) @Nullable Integer noticeDays,
            @AssertTrue boolean agreed) {}

    /** @param agreed that the payer authorises the co-op and their bank */
    record DebtorRequest(
            @NotBlank @Size(max = Debtor.NAME_LENGTH_MAX) @Pattern(regexp = "[^\\p{Cntrl}]+")
                    String debtorName,
            @NotBlank @Size(max = 42) String iban,
            @Size(min = 1, max = Debtor.TOWN_LENGTH_MAX) @Pattern(regexp = "[^\\p{Cntrl}]+")
                    @Nullable String town,
            @Pattern(regexp = "[A-Z]{2}") @Nullable String country,
            @AssertTrue boolean agreed) {}

    record CollectionRequest(@NotNull LocalDate collectOn) {}

    record CollectionReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    /**
     * @param state active, suspended, revoked, expired or used
     * @param iban all but its ends hidden
     * @param reason the bank's, where it is suspended
     * @param lastDay on which it can be used, unless it is used before
     */
    record MandateView(
            UUID id,
            String reference,
            UUID payerId,
            String state,
            @Nullable String reason,
            String creditorId,
            String debtorName,
            String iban,
            boolean once,
            int noticeDays,
            UUID signedBy,
            LocalDate signedOn,
            Instant signedAt,
            @Nullable LocalDate lastUsedOn,
            LocalDate lastDay) {
        static MandateView of(Mandate mandate) {
            Terms terms = mandate.terms();
            return new MandateView(
                    terms.id(),
                    terms.reference(),
                    terms.payer().value(),
                    switch (mandate) {
                        case Active active -> "active";
                        case Suspended suspended -> "suspended";
                        case Ended ended -> ended.how().name().toLowerCase(Locale.ROOT);
                    },
                    mandate instanceof Suspended suspended ? suspended.why() : null,
                    terms.creditorId(),
                    terms.debtor().name(),
                    Runs.ends(terms.debtor().iban()),
                    terms.once(),
                    terms.noticeDays(),
                    terms.signedBy().value(),
                    terms.signedOn(),
                    terms.signedAt(),
                    terms.lastUsedOn(),
                    terms.lastDay());
        }
    }

    record MandatesView(List<MandateView> items, @Nullable String next) {}

    /** Who collects, as a mandate names it. */
    record CreditorView(String name, String address, String creditorId) {
        static CreditorView of(Seller seller) {
            var address = seller.address();
            return new CreditorView(
                    seller.name(),
                    java.util.stream.Stream.of(
                                    address.line1(),
                                    address.line2(),
                                    address.postCode(),
                                    address.city(),
                                    address.country())
                            .filter(part -> part != null && !part.isBlank())
                            .collect(java.util.stream.Collectors.joining(", ")),
                    String.valueOf(seller.creditorId()));
        }
    }

    /** @param state due, collected, rejected or returned */
    record OwnCollectionView(
            LocalDate collectOn,
            String invoiceNumber,
            UUID invoiceId,
            MoneyView amount,
            String mandateReference,
            String state,
            @Nullable String reason) {
        static OwnCollectionView of(Runs.InRun each) {
            Item item = each.item();
            return new OwnCollectionView(
                    each.collectOn(),
                    item.number(),
                    item.invoice().value(),
                    MoneyView.of(item.amount()),
                    item.mandateReference(),
                    code(item.state()),
                    item.reason());
        }
    }

    /**
     * @param creditor null while the co-op cannot collect
     * @param payerIds for whom the caller may sign
     */
    record OwnDirectDebitView(
            @Nullable CreditorView creditor,
            List<UUID> payerIds,
            List<MandateView> mandates,
            List<OwnCollectionView> collections) {}

    /**
     * @param sequence FRST, RCUR, OOFF or FNAL
     * @param state due, collected, rejected, returned or left
     * @param reason the bank's code, or why it was left out
     * @param action what followed: suspend, retry, refund or review
     * @param notice to the payer before the collection: later, on-its-way, sent or not-sent; null where it is in no file
     */
    record CollectionItemView(
            int line,
            UUID invoiceId,
            String invoiceNumber,
            UUID payerId,
            UUID mandateId,
            String mandateReference,
            String debtorName,
            String sequence,
            boolean amended,
            MoneyView amount,
            int attempt,
            String endToEndId,
            String state,
            @Nullable String reason,
            @Nullable String action,
            @Nullable LocalDate retryOn,
            @Nullable String notice) {
        static CollectionItemView of(Item item, Collecting.@Nullable Told told) {
            ReturnCode action = item.action();
            return new CollectionItemView(
                    item.line(),
                    item.invoice().value(),
                    item.number(),
                    item.payer().value(),
                    item.mandate(),
                    item.mandateReference(),
                    item.debtor().name(),
                    item.sequence().name(),
                    item.amended(),
                    MoneyView.of(item.amount()),
                    item.attempt(),
                    item.endToEndId(),
                    code(item.state()),
                    item.reason(),
                    action == null ? null : action.name().toLowerCase(Locale.ROOT),
                    item.retryOn(),
                    told == null ? null : told.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
    }

    record CollectionDecisionView(UUID by, Instant at, @Nullable String reason) {}

    /**
     * @param state proposed, approved, collected, rejected or withdrawn
     * @param total of all items but those left out
     * @param open what the bank has not told yet
     * @param untold how many payers' notices did not leave
     */
    record CollectionRunView(
            UUID id,
            String messageId,
            LocalDate collectOn,
            String state,
            MoneyView total,
            MoneyView open,
            int untold,
            List<CollectionItemView> items,
            UUID proposedBy,
            Instant proposedAt,
            @Nullable CollectionDecisionView decision) {}

    record CollectionRunsView(List<CollectionRunView> items, @Nullable String next) {}

    /** @param earliest day on which everybody can still be told in time */
    record CollectionPreviewView(
            LocalDate collectOn,
            LocalDate earliest,
            MoneyView total,
            List<CollectionItemView> items) {}

    /** @param again true where the very same file had been taken before, and nothing happened */
    record HeardView(UUID reportId, boolean again, int rejected, CollectionRunView run) {}

    /** @param runId null for one that was refused */
    record StatusReportView(
            UUID id,
            String name,
            @Nullable UUID runId,
            int rejected,
            @Nullable String rule,
            @Nullable String error,
            UUID handedBy,
            Instant handedAt) {}

    record StatusReportsView(List<StatusReportView> items) {}

    /** The caller's mandates and what is or was collected, the latest first. */
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    OwnDirectDebitView mine(Authentication authentication) {
        List<PayerId> payers = register.payersOf(member(authentication));
        return new OwnDirectDebitView(
                signing.creditor().map(CreditorView::of).orElse(null),
                payers.stream().map(PayerId::value).toList(),
                signing.of(payers, OWN_MAX).stream().map(MandateView::of).toList(),
                collecting.of(payers, OWN_MAX).stream().map(OwnCollectionView::of).toList());
    }

    /** Signs a mandate for somebody whose bills the caller pays. */
    @PostMapping("/mandates")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("isAuthenticated() and @freshProof.isGiven(authentication)")
    MandateView sign(@Valid @RequestBody MandateRequest request, Authentication authentication) {
        MemberId me = member(authentication);
        var payer = new PayerId(request.payerId());
        unlessPays(me, payer);
        Integer days = request.noticeDays();
        return MandateView.of(
                signing.sign(
                        payer,
                        debtor(
                                request.debtorName(),
                                request.iban(),
                                request.town(),
                                request.country()),
                        request.once(),
                        days == null ? Signing.NOTICE_DAYS_MAX : days,
                        me));
    }

    /** Signs it anew, for another account or holder; that lifts a suspension. */
    @PutMapping("/mandates/{id}/debtor")
    @PreAuthorize("isAuthenticated() and @freshProof.isGiven(authentication)")
    MandateView amend(
            @PathVariable UUID id,
            @Valid @RequestBody DebtorRequest request,
            Authentication authentication) {
        MemberId me = member(authentication);
        unlessPays(me, signing.find(id).terms().payer());
        return MandateView.of(
                signing.amend(
                        id,
                        debtor(
                                request.debtorName(),
                                request.iban(),
                                request.town(),
                                request.country()),
                        me));
    }

    /** Ends a mandate: who pays by it, or the treasurer. */
    @PostMapping("/mandates/{id}/revocation")
    @PreAuthorize("isAuthenticated()")
    MandateView revoke(@PathVariable UUID id, Authentication authentication) {
        MemberId me = member(authentication);
        boolean treasurer =
                authentication.getAuthorities().stream()
                        .anyMatch(each -> "ROLE_treasurer".equals(each.getAuthority()));
        if (!treasurer) unlessPays(me, signing.find(id).terms().payer());
        return MandateView.of(signing.revoke(id, me));
    }

    /** Lets a suspended mandate be used again, after it was cleared with the payer. */
    @PostMapping("/mandates/{id}/resumption")
    @PreAuthorize("hasRole('treasurer')")
    MandateView resume(@PathVariable UUID id) {
        return MandateView.of(signing.resume(id));
    }

    /** Everybody's mandates, by reference. */
    @GetMapping("/mandates")
    @PreAuthorize(MONEY)
    MandatesView mandates(
            @RequestParam(required = false)
                    @Pattern(regexp = "active|suspended|revoked|expired|used")
                    @Nullable String state,
            @RequestParam(defaultValue = "") @Size(max = 35) String after,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        List<MandateView> items =
                signing.list(state, after, limit).stream().map(MandateView::of).toList();
        return new MandatesView(items, items.size() < limit ? null : items.getLast().reference());
    }

    /** What a run would be; nothing is written. */
    @GetMapping("/preview")
    @PreAuthorize(MONEY)
    CollectionPreviewView preview(@RequestParam(required = false) @Nullable LocalDate collectOn) {
        Collecting.Preview preview = collecting.preview(collectOn);
        return new CollectionPreviewView(
                preview.collectOn(),
                preview.earliest(),
                MoneyView.of(total(preview.items())),
                preview.items().stream().map(item -> CollectionItemView.of(item, null)).toList());
    }

    /** The newest first. */
    @GetMapping("/runs")
    @PreAuthorize(MONEY)
    CollectionRunsView runs(
            @RequestParam(required = false) @Nullable UUID before,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
        List<CollectionRunView> items =
                collecting.newest(before, limit).stream().map(this::view).toList();
        return new CollectionRunsView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** One run. */
    @GetMapping("/runs/{id}")
    @PreAuthorize(MONEY)
    CollectionRunView run(@PathVariable UUID id) {
        return view(collecting.find(id));
    }

    /** Proposes to collect, on a day, what payers with a mandate owe by then. */
    @PostMapping("/runs")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(MONEY)
    CollectionRunView propose(
            @Valid @RequestBody CollectionRequest request, Authentication authentication) {
        return view(collecting.propose(request.collectOn(), member(authentication)));
    }

    /** Approves what another proposed, and makes its file. */
    @PostMapping("/runs/{id}/approval")
    @PreAuthorize(MONEY + " and @freshProof.isGiven(authentication)")
    CollectionRunView approve(@PathVariable UUID id, Authentication authentication) {
        return view(collecting.approve(id, member(authentication)));
    }

    /** Turns a run down. */
    @PostMapping("/runs/{id}/rejection")
    @PreAuthorize(MONEY)
    CollectionRunView reject(
            @PathVariable UUID id,
            @Valid @RequestBody CollectionReasonRequest request,
            Authentication authentication) {
        return view(collecting.reject(id, member(authentication), request.reason().strip()));
    }

    /** Takes an approved run back that the bank was not given, before its day. */
    @PostMapping("/runs/{id}/withdrawal")
    @PreAuthorize("hasRole('treasurer')")
    CollectionRunView withdraw(
            @PathVariable UUID id, @Valid @RequestBody CollectionReasonRequest request) {
        return view(collecting.withdraw(id, request.reason().strip()));
    }

    /** The file for the bank, in pain.008.001.08, with whole IBANs. */
    @GetMapping("/runs/{id}/file")
    @PreAuthorize("hasRole('treasurer')")
    ResponseEntity<byte[]> file(@PathVariable UUID id) {
        String messageId = collecting.find(id).heading().messageId();
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_XML)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(messageId + ".xml")
                                .build()
                                .toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(collecting.file(id).getBytes(StandardCharsets.UTF_8));
    }

    /** Takes in what the bank says of a file (pain.002). The same file again changes nothing. */
    @PostMapping(path = "/reports", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('treasurer')")
    HeardView hear(
            @RequestParam @NotBlank @Size(max = 200) String name,
            HttpServletRequest request,
            Authentication authentication) {
        Collecting.Heard heard = collecting.hear(name, body(request), member(authentication));
        return new HeardView(heard.report(), heard.again(), heard.rejected(), run(heard.run()));
    }

    /** What banks answered, the newest first. */
    @GetMapping("/reports")
    @PreAuthorize(MONEY)
    StatusReportsView reports(@RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
        return new StatusReportsView(
                collecting.reports(limit).stream()
                        .map(each ->
                                new StatusReportView(
                                        each.id(),
                                        each.name(),
                                        each.run(),
                                        each.rejected(),
                                        each.rule(),
                                        each.error(),
                                        each.by().value(),
                                        each.at()))
                        .toList());
    }

    private static byte[] body(HttpServletRequest request) {
        try {
            return request.getInputStream().readNBytes(StatusReportReader.BYTES_MAX + 1);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static Debtor debtor(
            String name, String iban, @Nullable String town, @Nullable String country) {
        return new Debtor(
                name.strip(),
                iban.replaceAll("\\s", "").toUpperCase(Locale.ROOT),
                town == null ? null : town.strip(),
                country);
    }

    private void unlessPays(MemberId member, PayerId payer) {
        if (!register.pays(member, payer)) {
            throw new AccessDeniedException("not their bills");
        }
    }

    private CollectionRunView view(Run run) {
        Heading heading = run.heading();
        Map<UUID, Collecting.Told> notices = collecting.notices(run);
        return new CollectionRunView(
                heading.id(),
                heading.messageId(),
                heading.collectOn(),
                switch (run) {
                    case Proposed proposed -> "proposed";
                    case Approved approved -> "approved";
                    case Collected collected -> "collected";
                    case Rejected rejected -> "rejected";
                    case Withdrawn withdrawn -> "withdrawn";
                },
                MoneyView.of(
                        total(
                                heading.items().stream()
                                        .filter(item -> item.state() != State.LEFT)
                                        .toList())),
                MoneyView.of(collecting.open(heading.id())),
                (int)
                        notices.values().stream()
                                .filter(told -> told == Collecting.Told.NOT_SENT)
                                .count(),
                heading.items().stream()
                        .map(item -> CollectionItemView.of(item, notices.get(item.id())))
                        .toList(),
                heading.proposedBy().value(),
                heading.proposedAt(),
                switch (run) {
                    case Proposed proposed -> null;
                    case Approved(Heading of, MemberId by, Instant at) ->
                            new CollectionDecisionView(by.value(), at, null);
                    case Collected(Heading of, MemberId by, Instant at) ->
                            new CollectionDecisionView(by.value(), at, null);
                    case Rejected(Heading of, MemberId by, Instant at, String why) ->
                            new CollectionDecisionView(by.value(), at, why);
                    case Withdrawn(Heading of, MemberId by, Instant at, String why) ->
                            new CollectionDecisionView(by.value(), at, why);
                });
    }

    private Money total(List<Item> items) {
        return items.stream()
                .map(Item::amount)
                .reduce(Money.zero(register.coop().currency()), Money::plus);
    }

    private static String code(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static MemberId member(Authentication authentication) {
        return Caller.of(authentication).member();
    }

    @ExceptionHandler
    ProblemDetail refused(DirectDebitRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "direct-debit-refused", e);
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(DirectDebitNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "direct-debit-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail report(StatusReportRefused e) {
        ProblemDetail problem =
                problem(HttpStatus.UNPROCESSABLE_CONTENT, "status-report-refused", e);
        problem.setProperty("rule", e.rule());
        problem.setProperty("line", e.line());
        problem.setProperty("reportId", e.file());
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
