package org.coopmesh.billing.reconciliation;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.costshare.CostPoolNotFound;
import org.coopmesh.billing.costshare.CostPoolRefused;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceNotFound;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.IdempotencyKeys;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.payment.PayerUnknown;
import org.coopmesh.billing.payment.PaymentReversed;
import org.coopmesh.billing.payment.ReceivedInFuture;
import org.coopmesh.billing.payment.ReceivedTooLongAgo;
import org.coopmesh.billing.subscription.Caller;
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
import org.springframework.web.bind.annotation.DeleteMapping;
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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The co-op's bank accounts, the files of their banks, and where each entry stands in the book. */
@RestController
@RequestMapping("/api/bank")
class BankController {
    private static final int PREVIEW_ENTRIES = 20;
    private static final int MAPPING_MAX = 4_000;

    private final Reconciliation reconciliation;
    private final PayerRegister register;
    private final IdempotencyKeys keys;
    private final JsonMapper json;

    BankController(
            Reconciliation reconciliation,
            PayerRegister register,
            IdempotencyKeys keys,
            JsonMapper json) {
        this.reconciliation = reconciliation;
        this.register = register;
        this.keys = keys;
        this.json = json;
    }

    record BankAccountRequest(
            @NotBlank @Size(max = 100) String name,
            @NotBlank @Size(max = 50) String iban,
            @Nullable String currency) {}

    /** @param csvMapping how its bank writes CSV; null until a person has said so */
    record BankAccountView(
            UUID id,
            String name,
            String iban,
            String currency,
            Instant declaredAt,
            @Nullable CsvMapping csvMapping) {
        static BankAccountView of(BankAccount account) {
            return new BankAccountView(
                    account.id(),
                    account.name(),
                    account.iban().value(),
                    account.currency().getCurrencyCode(),
                    account.declaredAt(),
                    account.mapping());
        }
    }

    record BankAccountsView(List<BankAccountView> items) {}

    /** The co-op's accounts at banks, in the order of their declaration. */
    @GetMapping("/accounts")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    BankAccountsView accounts() {
        return new BankAccountsView(
                reconciliation.accounts().stream().map(BankAccountView::of).toList());
    }

    /** Declares an account at a bank. */
    @PostMapping("/accounts")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    BankAccountView declare(
            @Valid @RequestBody BankAccountRequest request, Authentication authentication) {
        Currency own = register.coop().currency();
        if (request.currency() != null && !request.currency().equals(own.getCurrencyCode())) {
            throw AmountRefused.currency("currency", own);
        }
        Iban iban =
                Iban.read(request.iban())
                        .orElseThrow(() ->
                                new InvalidField(
                                        "iban",
                                        "iban",
                                        "not an IBAN: its length or its check digits are wrong"));
        return BankAccountView.of(
                reconciliation.declare(
                        request.name().strip(), iban, own, Caller.of(authentication).member()));
    }

    /** Keeps how the account's bank writes CSV. */
    @PutMapping("/accounts/{id}/csv-mapping")
    @PreAuthorize("hasRole('treasurer')")
    BankAccountView map(@PathVariable UUID id, @NotNull @RequestBody CsvMapping mapping) {
        return BankAccountView.of(reconciliation.map(id, mapping));
    }

    record BankErrorView(int line, String rule, String detail) {}

    record BankFileView(
            UUID id,
            String name,
            String sha256,
            int bytes,
            String format,
            String state,
            @Nullable BankErrorView error,
            UUID handedBy,
            Instant handedAt) {
        static BankFileView of(BankFile file) {
            BankFile.Error error = file.error();
            return new BankFileView(
                    file.id(),
                    file.name(),
                    HexFormat.of().formatHex(file.sha256()),
                    file.bytes(),
                    file.format().name().toLowerCase(Locale.ROOT),
                    file.isTaken() ? "taken" : "refused",
                    error == null
                            ? null
                            : new BankErrorView(error.line(), error.rule(), error.detail()),
                    file.handedBy().value(),
                    file.handedAt());
        }
    }

    record BankFilesView(List<BankFileView> items, @Nullable String next) {}

    /** @param rule balance or sequence */
    record GapView(LocalDate after, LocalDate before, String rule, MoneyView missing) {
        static GapView of(StatementHead.Gap gap) {
            return new GapView(
                    gap.after(),
                    gap.before(),
                    gap.rule().name().toLowerCase(Locale.ROOT),
                    MoneyView.of(gap.missing()));
        }
    }

    /**
     * @param again true where the very same file was taken before, and nothing happened
     * @param known entries that another file had told
     * @param posted parts of entries that were certain and are in the book now
     */
    record ImportedView(
            BankFileView file,
            boolean again,
            int statements,
            int added,
            int known,
            int detailed,
            int posted,
            List<GapView> gaps) {}

    /** Takes a file in, whole or not at all, and posts what is certain. The same file again changes nothing. */
    @PostMapping(path = "/files", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('treasurer')")
    ImportedView take(
            @RequestParam @NotBlank @Size(max = 200) String name,
            @RequestParam(required = false) @Nullable UUID accountId,
            HttpServletRequest request,
            Authentication authentication) {
        Reconciliation.Imported imported =
                reconciliation.take(
                        name, body(request), accountId, Caller.of(authentication).member());
        Importing.Taken taken = imported.taken();
        return new ImportedView(
                BankFileView.of(taken.file()),
                taken.again(),
                taken.statements(),
                taken.added(),
                taken.known(),
                taken.detailed(),
                imported.posted(),
                taken.warnings().stream().map(warning -> GapView.of(warning.gap())).toList());
    }

    record PreviewEntryView(
            int line,
            LocalDate bookedOn,
            MoneyView amount,
            @Nullable String name,
            @Nullable String iban,
            @Nullable String text,
            @Nullable String reference) {}

    record PreviewStatementView(
            UUID accountId,
            String iban,
            @Nullable MoneyView opening,
            @Nullable MoneyView closing,
            int entries,
            List<PreviewEntryView> first) {
        static PreviewStatementView of(Importing.Resolved resolved) {
            BankStatement statement = resolved.statement();
            return new PreviewStatementView(
                    resolved.account().id(),
                    resolved.account().iban().value(),
                    statement.opening() == null ? null : MoneyView.of(statement.opening()),
                    statement.closing() == null ? null : MoneyView.of(statement.closing()),
                    statement.entries().size(),
                    statement.entries().stream()
                            .limit(PREVIEW_ENTRIES)
                            .map(entry -> {
                                BankEntry.Part part = entry.parts().getFirst();
                                return new PreviewEntryView(
                                        entry.line(),
                                        entry.bookedOn(),
                                        MoneyView.of(entry.amount()),
                                        part.name(),
                                        part.iban() == null ? null : part.iban().value(),
                                        part.text(),
                                        part.reference());
                            })
                            .toList());
        }
    }

    /**
     * @param mapping by which CSV was read; null for other formats
     * @param error what is wrong; null where the file can be taken
     */
    record PreviewView(
            String format,
            @Nullable CsvMapping mapping,
            List<PreviewStatementView> statements,
            @Nullable BankErrorView error) {}

    /** Reads a file without keeping anything of it; CSV by {@code mapping} (JSON), where that is given. */
    @PostMapping(path = "/files/preview", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('treasurer')")
    PreviewView preview(
            @RequestParam(required = false) @Nullable UUID accountId,
            @RequestParam(required = false) @Size(max = MAPPING_MAX) @Nullable String mapping,
            HttpServletRequest request) {
        byte[] body = body(request);
        CsvMapping tried = mapping == null ? null : mapping(mapping);
        try {
            Reconciliation.Preview preview = reconciliation.preview(body, accountId, tried);
            return new PreviewView(
                    preview.format().name().toLowerCase(Locale.ROOT),
                    preview.mapping(),
                    preview.statements().stream().map(PreviewStatementView::of).toList(),
                    null);
        } catch (BankFileRefused refused) {
            return new PreviewView(
                    BankFileReader.Format.of(body).name().toLowerCase(Locale.ROOT),
                    tried,
                    List.of(),
                    new BankErrorView(
                            refused.line(), refused.rule(), String.valueOf(refused.getMessage())));
        }
    }

    private CsvMapping mapping(String text) {
        try {
            return json.readValue(text, CsvMapping.class);
        } catch (JacksonException malformed) {
            if (malformed.getCause() instanceof CsvMappingRefused refused) throw refused;
            throw new InvalidField("mapping", "json", "not a mapping of columns");
        }
    }

    private static byte[] body(HttpServletRequest request) {
        try (InputStream in = request.getInputStream()) {
            byte[] body = in.readNBytes(FileLimits.BYTES_MAX + 1);
            if (body.length > FileLimits.BYTES_MAX) throw new FileTooLarge();
            return body;
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    /** Files that were handed in, newest first, also those that were refused. */
    @GetMapping("/files")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    BankFilesView files(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        List<BankFileView> items =
                reconciliation.files(after, limit).stream().map(BankFileView::of).toList();
        return new BankFilesView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** A file as it was handed in, to the byte. */
    @GetMapping(path = "/files/{id}/content", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('treasurer')")
    ResponseEntity<byte[]> content(@PathVariable UUID id) {
        Reconciliation.Kept kept = reconciliation.file(id);
        return ResponseEntity.ok()
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(
                                        kept.file().name(), java.nio.charset.StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .header("X-Content-Type-Options", "nosniff")
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .body(kept.content());
    }

    /**
     * Where money belongs. Which fields are needed depends on the kind: payment (payerId, invoiceId), return (paymentId), cost (costPoolId),
     * cost-return (costPoolId, paymentId), account (account, reason), booked (transactionId), own (reason).
     *
     * @param amount with the sign of the entry; null for all that is open
     */
    record PlaceRequest(
            @NotNull
                    @Pattern(
                            regexp =
                                    "payment|return|cost|cost-return|collection|debit-return|account|booked|own")
                    String kind,
            @Size(max = 20) @Nullable String amount,
            @Nullable UUID payerId,
            @Nullable UUID invoiceId,
            @Nullable UUID paymentId,
            @Nullable UUID costPoolId,
            @Nullable UUID transactionId,
            @Nullable UUID directDebitId,
            @Size(max = 100) @Nullable String account,
            @Size(max = 500) @Nullable String reason) {}

    /** Several parts go to one place, or one part to several. */
    record BankBookingRequest(
            @NotEmpty @Size(max = 100) List<@NotNull UUID> partIds,
            @NotEmpty @Size(max = 50) List<@Valid @NotNull PlaceRequest> places) {}

    record PlaceView(
            String kind,
            MoneyView amount,
            @Nullable UUID payerId,
            @Nullable UUID invoiceId,
            @Nullable UUID paymentId,
            @Nullable UUID costPoolId,
            @Nullable UUID transactionId,
            @Nullable String account,
            @Nullable String reason,
            @Nullable UUID directDebitId) {
        PlaceView(
                String kind,
                MoneyView amount,
                @Nullable UUID payerId,
                @Nullable UUID invoiceId,
                @Nullable UUID paymentId,
                @Nullable UUID costPoolId,
                @Nullable UUID transactionId,
                @Nullable String account,
                @Nullable String reason) {
            this(
                    kind,
                    amount,
                    payerId,
                    invoiceId,
                    paymentId,
                    costPoolId,
                    transactionId,
                    account,
                    reason,
                    null);
        }

        private static PlaceView debit(
                String kind, MoneyView amount, UUID directDebit, @Nullable String code) {
            return new PlaceView(
                    kind, amount, null, null, null, null, null, null, code, directDebit);
        }

        static PlaceView of(Place place) {
            MoneyView amount = MoneyView.of(place.amount());
            return switch (place) {
                case Place.ToPayer to ->
                        new PlaceView(
                                "payment",
                                amount,
                                to.payer().value(),
                                to.invoice() == null ? null : to.invoice().value(),
                                null,
                                null,
                                null,
                                null,
                                null);
                case Place.Returned to ->
                        new PlaceView(
                                "return", amount, null, null, to.payment(), null, null, null, null);
                case Place.ToCost to ->
                        new PlaceView(
                                "cost",
                                amount,
                                null,
                                null,
                                null,
                                to.pool().value(),
                                null,
                                null,
                                null);
                case Place.CostReturned to ->
                        new PlaceView(
                                "cost-return",
                                amount,
                                null,
                                null,
                                to.payment(),
                                to.pool().value(),
                                null,
                                null,
                                null);
                case Place.Collected to -> debit("collection", amount, to.run(), null);
                case Place.DebitReturned to -> debit("debit-return", amount, to.item(), to.code());
                case Place.ToAccount to ->
                        new PlaceView(
                                "account",
                                amount,
                                null,
                                null,
                                null,
                                null,
                                null,
                                to.account().toString(),
                                to.reason());
                case Place.Booked to ->
                        new PlaceView(
                                "booked",
                                amount,
                                null,
                                null,
                                null,
                                null,
                                to.transaction().value(),
                                null,
                                null);
                case Place.Own own ->
                        new PlaceView(
                                "own", amount, null, null, null, null, null, null, own.reason());
            };
        }
    }

    /** @param why a code; {@code what} is the number, code or day that speaks for it */
    record ReasonView(String why, @Nullable String what) {}

    record SuggestionView(String confidence, List<PlaceView> places, List<ReasonView> reasons) {
        static SuggestionView of(Suggestion suggestion) {
            return new SuggestionView(
                    suggestion.confidence().name().toLowerCase(Locale.ROOT),
                    suggestion.places().stream().map(PlaceView::of).toList(),
                    suggestion.reasons().stream()
                            .map(reason ->
                                    new ReasonView(camel(reason.why().name()), reason.what()))
                            .toList());
        }
    }

    private static String camel(String name) {
        var camel = new StringBuilder();
        for (String word : name.toLowerCase(Locale.ROOT).split("_")) {
            camel.append(
                    camel.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return camel.toString();
    }

    record BankUndoneView(UUID by, Instant at, String why) {}

    /** @param rule person, or by which rule it was posted without asking */
    record BankBookingView(
            UUID id,
            UUID partId,
            String kind,
            MoneyView amount,
            @Nullable UUID payerId,
            @Nullable UUID paymentId,
            @Nullable UUID costPoolId,
            @Nullable UUID transactionId,
            @Nullable String account,
            @Nullable String reason,
            String rule,
            UUID bookedBy,
            Instant bookedAt,
            @Nullable BankUndoneView undone) {
        static BankBookingView of(Booking booking) {
            Booking.Undone undone = booking.undone();
            return new BankBookingView(
                    booking.id(),
                    booking.part(),
                    Bookings.code(booking.kind()),
                    MoneyView.of(booking.amount()),
                    booking.payer() == null ? null : booking.payer().value(),
                    booking.payment() == null ? booking.costPayment() : booking.payment(),
                    booking.pool() == null ? null : booking.pool().value(),
                    booking.transaction() == null ? null : booking.transaction().value(),
                    booking.account() == null ? null : booking.account().toString(),
                    booking.reason(),
                    booking.rule().name().toLowerCase(Locale.ROOT),
                    booking.by().value(),
                    booking.at(),
                    undone == null
                            ? null
                            : new BankUndoneView(undone.by().value(), undone.at(), undone.why()));
        }
    }

    record BankBookingsView(List<BankBookingView> items) {}

    /** @param open what of it waits, with the sign of the entry */
    record BankEntryView(
            UUID id,
            UUID entryId,
            UUID accountId,
            LocalDate bookedOn,
            LocalDate valueOn,
            MoneyView amount,
            MoneyView open,
            @Nullable String name,
            @Nullable String iban,
            @Nullable String text,
            @Nullable String reference,
            @Nullable String endToEndId,
            @Nullable String bankReference,
            @Nullable String code,
            @Nullable String information,
            @Nullable String returnReason,
            boolean returned,
            boolean onStatement,
            List<SuggestionView> suggestions,
            List<BankBookingView> bookings) {
        static BankEntryView of(Reconciliation.Line line) {
            OpenPart part = line.part();
            BankEntry.Part told = part.part();
            return new BankEntryView(
                    part.id(),
                    part.entry(),
                    part.account(),
                    part.bookedOn(),
                    part.valueOn(),
                    MoneyView.of(told.amount()),
                    MoneyView.of(part.open()),
                    told.name(),
                    told.iban() == null ? null : told.iban().value(),
                    told.text(),
                    told.reference(),
                    told.endToEndId(),
                    part.bankReference(),
                    part.code(),
                    part.information(),
                    told.returnReason(),
                    part.isReturn(),
                    part.onStatement(),
                    line.suggestions().stream().map(SuggestionView::of).toList(),
                    line.bookings().stream().map(BankBookingView::of).toList());
        }
    }

    record BankEntriesView(List<BankEntryView> items, @Nullable String next) {}

    /** Parts of entries in the order of their days: those that wait, with suggestions, those that are in the book, or all. */
    @GetMapping("/entries")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    BankEntriesView entries(
            @RequestParam(defaultValue = "open") @Pattern(regexp = "open|placed|all") String state,
            @RequestParam(required = false) @Nullable UUID accountId,
            @RequestParam(defaultValue = "") @Size(max = 100) String text,
            @RequestParam(defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        Boolean open = state.equals("all") ? null : Boolean.valueOf(state.equals("open"));
        List<BankEntryView> items =
                reconciliation.lines(accountId, open, text.strip(), after, limit).stream()
                        .map(BankEntryView::of)
                        .toList();
        return new BankEntriesView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    record PostedView(int posted) {}

    /** Posts what is certain by now; by the published rule only. */
    @PostMapping("/matching")
    @PreAuthorize("hasRole('treasurer')")
    PostedView match(Authentication authentication) {
        return new PostedView(reconciliation.postCertain(Caller.of(authentication).member()));
    }

    /** Puts entries where a person says. */
    @PostMapping("/bookings")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    BankBookingsView place(
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody BankBookingRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        Currency currency = register.coop().currency();
        return keys.once(
                "bank-booking",
                caller.member().toString(),
                key,
                request,
                BankBookingsView.class,
                () -> {
                    Money open = reconciliation.open(request.partIds().getFirst());
                    var places = new java.util.ArrayList<Place>();
                    for (int i = 0; i < request.places().size(); i++) {
                        places.add(
                                place(
                                        "places[" + i + "]",
                                        request.places().get(i),
                                        open,
                                        currency));
                    }
                    return new BankBookingsView(
                            reconciliation
                                    .place(request.partIds(), places, caller.member())
                                    .stream()
                                    .map(BankBookingView::of)
                                    .toList());
                });
    }

    private static Place place(String field, PlaceRequest request, Money open, Currency currency) {
        Money amount =
                request.amount() == null
                        ? open
                        : amount(field + ".amount", request.amount(), currency);
        return switch (request.kind()) {
            case "payment" ->
                    new Place.ToPayer(
                            new PayerId(needed(field + ".payerId", request.payerId())),
                            request.invoiceId() == null ? null : new InvoiceId(request.invoiceId()),
                            amount);
            case "return" ->
                    new Place.Returned(needed(field + ".paymentId", request.paymentId()), amount);
            case "cost" ->
                    new Place.ToCost(
                            new CostPoolId(needed(field + ".costPoolId", request.costPoolId())),
                            amount);
            case "cost-return" ->
                    new Place.CostReturned(
                            new CostPoolId(needed(field + ".costPoolId", request.costPoolId())),
                            needed(field + ".paymentId", request.paymentId()),
                            amount);
            case "collection" ->
                    new Place.Collected(
                            needed(field + ".directDebitId", request.directDebitId()), amount);
            case "debit-return" ->
                    new Place.DebitReturned(
                            needed(field + ".directDebitId", request.directDebitId()),
                            returnCode(field, request.reason()),
                            amount);
            case "account" ->
                    new Place.ToAccount(
                            account(field + ".account", request.account()),
                            reason(field, request.reason()),
                            amount);
            case "booked" ->
                    new Place.Booked(
                            new TransactionId(
                                    needed(field + ".transactionId", request.transactionId())),
                            amount);
            default -> new Place.Own(reason(field, request.reason()), amount);
        };
    }

    private static Money amount(String field, String text, Currency currency) {
        Money unsigned =
                AmountRefused.unlessPayable(
                        field, text.startsWith("-") ? text.substring(1) : text, null, currency);
        return text.startsWith("-") ? unsigned.negated() : unsigned;
    }

    private static UUID needed(String field, @Nullable UUID value) {
        if (value == null) throw new InvalidField(field, "required", "is missing");
        return value;
    }

    private static String returnCode(String field, @Nullable String code) {
        String given = reason(field, code);
        if (!given.matches("[A-Z0-9]{2,35}"))
            throw new InvalidField(field + ".reason", "pattern", "a bank's code, such as AM04");
        return given;
    }

    private static String reason(String field, @Nullable String reason) {
        if (reason == null || reason.isBlank())
            throw new InvalidField(field + ".reason", "required", "is missing");
        return reason.strip();
    }

    private static AccountId account(String field, @Nullable String account) {
        try {
            AccountId id = AccountId.of(Objects.requireNonNullElse(account, ""));
            if (Placing.ACCOUNTS.contains(id)) return id;
        } catch (IllegalArgumentException none) {
            // Told below.
        }
        throw new InvalidField(
                field,
                "account",
                "one of " + Placing.ACCOUNTS.stream().map(AccountId::toString).sorted().toList());
    }

    record BankUndoRequest(@NotBlank @Size(max = 500) String reason) {}

    /** Takes a booking back: what it moved is reversed, and its entry waits again. */
    @PostMapping("/bookings/{id}/undo")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    BankBookingView undo(
            @PathVariable UUID id,
            @RequestHeader("Idempotency-Key") String key,
            @Valid @RequestBody BankUndoRequest request,
            Authentication authentication) {
        Caller caller = Caller.of(authentication);
        return keys.once(
                "bank-undo",
                caller.member().toString(),
                key,
                List.of(id, request),
                BankBookingView.class,
                () ->
                        BankBookingView.of(
                                reconciliation.undo(
                                        id, request.reason().strip(), caller.member())));
    }

    record LearnedView(String iban, UUID payerId, UUID learnedBy, Instant learnedAt) {}

    record LearnedsView(List<LearnedView> items, @Nullable String next) {}

    /** Whose accounts money comes from, as persons have said. */
    @GetMapping("/payers")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    LearnedsView learned(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(defaultValue = "") @Size(max = 34) String after) {
        List<LearnedView> items =
                reconciliation.learned(after, limit).stream()
                        .map(each ->
                                new LearnedView(
                                        each.iban().value(),
                                        each.payer().value(),
                                        each.by().value(),
                                        each.at()))
                        .toList();
        return new LearnedsView(items, items.size() < limit ? null : items.getLast().iban());
    }

    /** Forgets whose account that is. */
    @DeleteMapping("/payers/{iban}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('treasurer')")
    void forget(@PathVariable @Size(max = 50) String iban) {
        reconciliation.forget(
                Iban.read(iban).orElseThrow(() -> new BankNotFound("learned account")));
    }

    record BookedView(String kind, @Nullable String account, long count, MoneyView amount) {}

    record StrayView(UUID transactionId, Instant effectiveAt, String what, MoneyView amount) {}

    /**
     * All accounts together against the account bank of the book: {@code ledger - bank = opening + strays - open - own + timing}.
     *
     * @param unexplained the magnitudes of all that nobody has explained; the aim is zero
     */
    record TogetherView(
            MoneyView ledger,
            MoneyView bank,
            MoneyView opening,
            MoneyView strays,
            MoneyView open,
            long openCount,
            MoneyView own,
            MoneyView timing,
            MoneyView unexplained,
            List<StrayView> listed) {}

    /**
     * @param opening null where no statement tells
     * @param vouchedUpTo the last day up to which a statement says the same as the entries
     */
    record BankReportView(
            UUID accountId,
            LocalDate from,
            LocalDate to,
            @Nullable MoneyView opening,
            @Nullable MoneyView closing,
            @Nullable LocalDate vouchedUpTo,
            long entries,
            MoneyView sum,
            List<BookedView> booked,
            List<GapView> gaps,
            TogetherView together) {
        static BankReportView of(Reporting.Report report) {
            Reporting.OfAccount account = report.account();
            Reporting.Together together = report.together();
            return new BankReportView(
                    account.account().id(),
                    account.from(),
                    account.to(),
                    account.opening() == null ? null : MoneyView.of(account.opening()),
                    account.closing() == null ? null : MoneyView.of(account.closing()),
                    account.vouched(),
                    account.entries().count(),
                    MoneyView.of(account.entries().amount()),
                    account.booked().stream()
                            .map(sum ->
                                    new BookedView(
                                            Bookings.code(sum.kind()),
                                            sum.account(),
                                            sum.count(),
                                            MoneyView.of(sum.amount())))
                            .toList(),
                    account.gaps().stream().map(GapView::of).toList(),
                    new TogetherView(
                            MoneyView.of(together.ledger()),
                            MoneyView.of(together.bank()),
                            MoneyView.of(together.opening()),
                            MoneyView.of(together.strays()),
                            MoneyView.of(together.open().amount()),
                            together.open().count(),
                            MoneyView.of(together.own()),
                            MoneyView.of(together.timing()),
                            MoneyView.of(together.unexplained()),
                            together.listed().stream()
                                    .limit(Reporting.LISTED_MAX)
                                    .map(stray ->
                                            new StrayView(
                                                    stray.transaction().value(),
                                                    stray.effectiveAt(),
                                                    stray.what(),
                                                    MoneyView.of(stray.amount())))
                                    .toList()));
        }
    }

    /** The bank's word against the book's, for the days from {@code from} to {@code to}. */
    @GetMapping("/report")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    BankReportView report(
            @RequestParam UUID accountId,
            @RequestParam LocalDate from,
            @RequestParam LocalDate to) {
        if (to.isBefore(from) || from.getYear() < 1970 || to.getYear() > 2200) {
            throw new InvalidField("to", "order", "not before from");
        }
        return BankReportView.of(reconciliation.report(accountId, from, to));
    }

    record OpenedView(UUID transactionId) {}

    /** Writes into the book what the bank had before its first entry, against the reserve. */
    @PostMapping("/opening")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('treasurer')")
    OpenedView open(@RequestHeader("Idempotency-Key") String key, Authentication authentication) {
        Caller caller = Caller.of(authentication);
        return keys.once(
                "bank-opening",
                caller.member().toString(),
                key,
                "opening",
                OpenedView.class,
                () -> new OpenedView(reconciliation.open(caller.member()).value()));
    }

    @ExceptionHandler
    ProblemDetail fileRefused(BankFileRefused e) {
        String where = e.line() == 0 ? "" : ", line " + e.line();
        ProblemDetail problem =
                problem(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        "bank-file-refused",
                        (e.name() == null ? "the file" : e.name()) + where + ": " + e.getMessage());
        problem.setProperty("line", e.line());
        problem.setProperty("rule", e.rule());
        problem.setProperty("fileId", e.file());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail tooLarge(FileTooLarge e) {
        ProblemDetail problem =
                problem(HttpStatus.CONTENT_TOO_LARGE, "bank-file-refused", e.getMessage());
        problem.setProperty("rule", "size");
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(BankRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "bank-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail costRefused(CostPoolRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "cost-pool-refused", e.getMessage());
        problem.setProperty("rule", e.rule());
        return problem;
    }

    @ExceptionHandler({
        BankNotFound.class,
        CostPoolNotFound.class,
        InvoiceNotFound.class,
        PayerUnknown.class
    })
    ProblemDetail notFound(RuntimeException e) {
        return problem(
                HttpStatus.NOT_FOUND,
                switch (e) {
                    case InvoiceNotFound invoice -> "invoice-not-found";
                    case PayerUnknown payer -> "payer-not-found";
                    case CostPoolNotFound pool -> "cost-pool-not-found";
                    default -> "bank-not-found";
                },
                e.getMessage());
    }

    @ExceptionHandler({PaymentReversed.class, ReceivedInFuture.class, ReceivedTooLongAgo.class})
    ProblemDetail paymentRefused(RuntimeException e) {
        return problem(HttpStatus.CONFLICT, "bank-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail invalid(InvalidField e) {
        return invalid(e.field, e.rule, e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail mapping(CsvMappingRefused e) {
        return invalid(e.field(), "mapping", e.getMessage());
    }

    private static ProblemDetail invalid(String field, String rule, @Nullable String message) {
        ProblemDetail problem =
                problem(HttpStatus.BAD_REQUEST, "invalid-request", "wrong: " + field);
        problem.setProperty(
                "errors",
                List.of(Map.of("field", field, "rule", rule, "message", String.valueOf(message))));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }

    private static final class InvalidField extends RuntimeException {
        private final String field;
        private final String rule;

        InvalidField(String field, String rule, String message) {
            super(message);
            this.field = field;
            this.rule = rule;
        }
    }

    private static final class FileTooLarge extends RuntimeException {
        FileTooLarge() {
            super("a file has at most " + FileLimits.BYTES_MAX + " bytes");
        }
    }
}
