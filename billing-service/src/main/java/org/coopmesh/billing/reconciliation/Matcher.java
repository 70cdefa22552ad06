package org.coopmesh.billing.reconciliation;

import static org.coopmesh.billing.reconciliation.Suggestion.Confidence.CERTAIN;
import static org.coopmesh.billing.reconciliation.Suggestion.Confidence.LIKELY;
import static org.coopmesh.billing.reconciliation.Suggestion.Confidence.POSSIBLE;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.directdebit.Collecting;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.reconciliation.Suggestion.Reason;
import org.coopmesh.billing.reconciliation.Suggestion.Why;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a part of an entry may belong. Certain, and so posted without asking, is only what a reference or number of ours names, to the
 * cent of what is open on it, where the account is not known as another payer's and nothing like it is in the book already; or a return
 * that names its payment and is of its amount.
 */
final class Matcher {
    static final int SUGGESTIONS_MAX = 5;

    /** How far the day that a person wrote down may be from the bank's. */
    static final int DAYS_APART_MAX = 10;

    /** What ISO 20022 calls a reason that is not one of its codes. */
    private static final String UNSAID = "NARR";

    /** What banks charge for a return, at most. */
    private static final long CHARGE_MICRO_MAX = 15_000_000;

    private static final Pattern NUMBER =
            Pattern.compile("(?<![0-9])(20[0-9]{2})[-/ ]?([0-9]{6})(?![0-9])");
    private static final Pattern CHARGE =
            Pattern.compile(
                    "(/CHRG|/FEES|/COMM|/COME|^NCHG|^NCOM|\\bfees?\\b|\\bcharges?\\b|geb(ü|ue)hr|entgelt|comisi[oó]n|comissi[oó]|frais|kosten)",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    private static final Pattern INTEREST =
            Pattern.compile(
                    "(/INTR|^NINT|\\binterest\\b|\\bzinsen\\b|\\bintereses\\b|\\binteressos\\b|\\bintérêts\\b)",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private Matcher() {}

    /** An invoice as far as matching needs it; {@code open} is zero on one that is closed. */
    record Owed(InvoiceId id, String number, PayerId payer, Money open, LocalDate dueOn) {}

    /** A payment that may have come back. */
    record Original(
            UUID payment,
            PayerId payer,
            Money amount,
            LocalDate receivedOn,
            Set<String> endToEndIds,
            Set<Iban> ibans,
            Set<String> numbers) {}

    /** Something in the book on the bank account that no entry explains yet; {@code amount} has its sign. */
    record Unexplained(
            TransactionId transaction,
            LocalDate on,
            Money amount,
            @Nullable PayerId payer,
            @Nullable String reference) {}

    /** A shared cost of which {@code open} is to be paid from the bank. */
    record Payable(CostPoolId pool, Money open) {}

    /** A payment for a shared cost that may come back. */
    record CostPaid(CostPoolId pool, UUID payment, Money amount, LocalDate paidOn) {}

    /** All that is known and may fit. */
    record Known(
            Collection<Owed> invoices,
            Map<Iban, PayerId> payers,
            Collection<Original> originals,
            Collection<Unexplained> book,
            Collection<Payable> costs,
            Collection<CostPaid> costPayments,
            Collection<Collecting.Awaited> awaited,
            Collection<Collecting.Debit> debits,
            Set<Iban> own) {}

    /** The invoice numbers that a text names, each with whether check digits vouch for it. */
    static Map<String, Boolean> numbers(String words) {
        var numbers = new LinkedHashMap<String, Boolean>();
        for (PaymentReference reference : PaymentReference.findIn(words)) {
            reference.invoiceNumber().ifPresent(number -> numbers.put(number, true));
        }
        var plain = NUMBER.matcher(words);
        while (plain.find()) {
            if (!plain.group(2).equals("000000"))
                numbers.putIfAbsent(plain.group(1) + "-" + plain.group(2), false);
        }
        return numbers;
    }

    /** The best first, at most {@link #SUGGESTIONS_MAX}. */
    static List<Suggestion> suggest(OpenPart part, Known known) {
        var all = new ArrayList<Suggestion>();
        if (part.open().isZero()) return all;
        boolean whole = part.placed().isZero();
        if (part.part().iban() != null && known.own().contains(part.part().iban())) {
            all.add(
                    new Suggestion(
                            LIKELY,
                            List.of(new Place.Own("between own accounts", part.open())),
                            List.of(new Reason(Why.OWN_ACCOUNT, null))));
        }
        boolean inBook = inBook(part, known, all);
        if (part.open().isPositive()) {
            if (!part.isReturn()) collected(part, known, all, whole && !inBook && all.isEmpty());
            if (part.isReturn()) costReturned(part, known, all);
            else incoming(part, known, all, whole && !inBook && all.isEmpty());
        } else {
            debitReturned(part, known, all, whole && !inBook);
            if (part.isReturn()) returned(part, known, all, whole && !inBook);
            else outgoing(part, known, all);
        }
        byCode(part, all);
        all.sort(Comparator.comparing(Suggestion::confidence));
        return all.stream().distinct().limit(SUGGESTIONS_MAX).toList();
    }

    /** What a treasurer typed in before the statement came is not to be booked twice. */
    private static boolean inBook(OpenPart part, Known known, List<Suggestion> all) {
        Set<PayerId> meant = meant(part, known);
        boolean found = false;
        for (Unexplained each : known.book()) {
            long days = Math.abs(ChronoUnit.DAYS.between(each.on(), part.bookedOn()));
            if (!each.amount().equals(part.open()) || days > DAYS_APART_MAX) continue;
            boolean same =
                    each.payer() == null ? part.open().isNegative() : meant.contains(each.payer());
            boolean named =
                    each.reference() != null
                            && !each.reference().isBlank()
                            && plain(part.words()).contains(plain(each.reference()));
            if (!same && !named && !meant.isEmpty() && each.payer() != null) continue;
            found |= same || named;
            all.add(
                    new Suggestion(
                            same || named ? LIKELY : POSSIBLE,
                            List.of(new Place.Booked(each.transaction(), part.open())),
                            List.of(new Reason(Why.IN_BOOK, each.on().toString()))));
        }
        return found;
    }

    private static String plain(String text) {
        return text.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    /** Whose money it may be, by reference or by account. */
    private static Set<PayerId> meant(OpenPart part, Known known) {
        var meant = new LinkedHashSet<PayerId>();
        Set<String> numbers = numbers(part.words()).keySet();
        known.invoices().stream()
                .filter(owed -> numbers.contains(owed.number()))
                .map(Owed::payer)
                .forEach(meant::add);
        PayerId learned =
                part.part().iban() == null ? null : known.payers().get(part.part().iban());
        if (learned != null) meant.add(learned);
        return meant;
    }

    private static void incoming(
            OpenPart part, Known known, List<Suggestion> all, boolean mayBeCertain) {
        Money amount = part.open();
        Map<String, Boolean> numbers = numbers(part.words());
        PayerId learned =
                part.part().iban() == null ? null : known.payers().get(part.part().iban());
        List<Owed> named =
                numbers.keySet().stream()
                        .flatMap(number ->
                                known.invoices().stream()
                                        .filter(owed -> owed.number().equals(number)))
                        .distinct()
                        .toList();
        if (!named.isEmpty()) named(part, amount, numbers, named, learned, all, mayBeCertain);
        if (learned != null) learned(amount, known, learned, named, all);
        if (all.stream().noneMatch(each -> each.confidence() != POSSIBLE)) {
            known.invoices().stream()
                    .filter(owed -> owed.open().equals(amount) && !named.contains(owed))
                    .sorted(Comparator.comparing(Owed::dueOn).thenComparing(Owed::number))
                    .limit(SUGGESTIONS_MAX)
                    .forEach(owed ->
                            all.add(
                                    new Suggestion(
                                            POSSIBLE,
                                            List.of(
                                                    new Place.ToPayer(
                                                            owed.payer(), owed.id(), amount)),
                                            List.of(new Reason(Why.AMOUNT_ONLY, owed.number())))));
        }
    }

    private static void named(
            OpenPart part,
            Money amount,
            Map<String, Boolean> numbers,
            List<Owed> named,
            @Nullable PayerId learned,
            List<Suggestion> all,
            boolean mayBeCertain) {
        var reasons = new ArrayList<Reason>();
        for (Owed owed : named) {
            reasons.add(
                    new Reason(
                            numbers.getOrDefault(owed.number(), false) ? Why.REFERENCE : Why.NUMBER,
                            owed.number()));
        }
        boolean others =
                learned != null && named.stream().anyMatch(owed -> !owed.payer().equals(learned));
        if (others) reasons.add(new Reason(Why.PAYER_DIFFERS, null));
        else if (learned != null) reasons.add(new Reason(Why.PAYER_LEARNED, null));
        Money zero = Money.zero(amount.currency());
        List<Owed> open = named.stream().filter(owed -> owed.open().isPositive()).toList();
        Money sum = open.stream().map(Owed::open).reduce(zero, Money::plus);
        if (open.isEmpty()) {
            reasons.add(new Reason(Why.INVOICE_CLOSED, named.getFirst().number()));
            all.add(
                    new Suggestion(
                            LIKELY,
                            List.of(new Place.ToPayer(named.getFirst().payer(), null, amount)),
                            reasons));
            return;
        }
        if (sum.equals(amount)) {
            reasons.add(new Reason(Why.AMOUNT_IS_OPEN, sum.decimal()));
            // A number that was named and is none of ours, or paid already, leaves a doubt.
            boolean clear = open.size() == numbers.size() && !others;
            all.add(
                    new Suggestion(
                            mayBeCertain && clear ? CERTAIN : LIKELY,
                            open.stream()
                                    .map(owed ->
                                            (Place)
                                                    new Place.ToPayer(
                                                            owed.payer(), owed.id(), owed.open()))
                                    .toList(),
                            reasons));
            return;
        }
        reasons.add(
                new Reason(
                        amount.exceeds(sum) ? Why.AMOUNT_ABOVE : Why.AMOUNT_BELOW, sum.decimal()));
        var places = new ArrayList<Place>();
        Money rest = amount;
        for (Owed owed : open) {
            boolean last = owed.equals(open.getLast());
            Money share = last ? rest : rest.min(owed.open());
            if (share.isPositive()) places.add(new Place.ToPayer(owed.payer(), owed.id(), share));
            rest = rest.minus(share);
        }
        all.add(new Suggestion(LIKELY, places, reasons));
    }

    private static void learned(
            Money amount, Known known, PayerId learned, List<Owed> named, List<Suggestion> all) {
        if (named.stream().anyMatch(owed -> owed.payer().equals(learned))) return;
        List<Owed> owing =
                known.invoices().stream()
                        .filter(owed -> owed.payer().equals(learned) && owed.open().isPositive())
                        .sorted(Comparator.comparing(Owed::dueOn).thenComparing(Owed::number))
                        .toList();
        Optional<Owed> exact =
                owing.stream().filter(owed -> owed.open().equals(amount)).findFirst();
        var reasons = new ArrayList<Reason>();
        reasons.add(new Reason(Why.PAYER_LEARNED, null));
        InvoiceId first = null;
        if (exact.isPresent()) {
            first = exact.get().id();
            reasons.add(new Reason(Why.AMOUNT_IS_OPEN, exact.get().number()));
        } else if (!owing.isEmpty()) {
            Money open =
                    owing.stream()
                            .map(Owed::open)
                            .reduce(Money.zero(amount.currency()), Money::plus);
            reasons.add(
                    open.equals(amount)
                            ? new Reason(Why.AMOUNT_IS_OPEN, open.decimal())
                            : new Reason(
                                    amount.exceeds(open) ? Why.AMOUNT_ABOVE : Why.AMOUNT_BELOW,
                                    open.decimal()));
        } else {
            reasons.add(new Reason(Why.AMOUNT_ABOVE, Money.zero(amount.currency()).decimal()));
        }
        all.add(
                new Suggestion(
                        named.isEmpty() ? LIKELY : POSSIBLE,
                        List.of(new Place.ToPayer(learned, first, amount)),
                        reasons));
    }

    private static void returned(
            OpenPart part, Known known, List<Suggestion> all, boolean mayBeCertain) {
        Money gone = part.open().negated();
        Money charges =
                Objects.requireNonNullElse(part.part().charges(), Money.zero(gone.currency()));
        Set<String> numbers = numbers(part.words()).keySet();
        String endToEnd = part.part().endToEndId();
        record Found(
                Original original,
                List<Reason> reasons,
                boolean named,
                boolean exact,
                Money charge) {}
        var found = new ArrayList<Found>();
        for (Original original : known.originals()) {
            var reasons = new ArrayList<Reason>();
            if (part.part().returnReason() != null)
                reasons.add(new Reason(Why.RETURN_CODE, part.part().returnReason()));
            boolean same = endToEnd != null && original.endToEndIds().contains(endToEnd);
            boolean number = original.numbers().stream().anyMatch(numbers::contains);
            boolean account =
                    part.part().iban() != null && original.ibans().contains(part.part().iban());
            if (!same && !number && !account || original.receivedOn().isAfter(part.bookedOn()))
                continue;
            Money charge = gone.minus(original.amount());
            if (charge.isNegative() || charge.microUnits() > CHARGE_MICRO_MAX) continue;
            if (same) reasons.add(new Reason(Why.END_TO_END, endToEnd));
            if (number)
                reasons.add(
                        new Reason(
                                Why.NUMBER,
                                original.numbers().stream()
                                        .filter(numbers::contains)
                                        .findFirst()
                                        .orElse(null)));
            if (account)
                reasons.add(new Reason(Why.SAME_ACCOUNT, original.receivedOn().toString()));
            boolean exact = charge.isZero() || charge.equals(charges);
            if (!charge.isZero()) reasons.add(new Reason(Why.BANK_CHARGE, charge.decimal()));
            found.add(new Found(original, reasons, same || number, exact, charge));
        }
        // Of several that fit, the latest is what comes back.
        found.sort(
                Comparator.comparing(Found::exact)
                        .thenComparing(Found::named)
                        .thenComparing(each -> each.original().receivedOn())
                        .thenComparing(each -> each.original().payment())
                        .reversed());
        long clear = found.stream().filter(each -> each.named() && each.exact()).count();
        for (Found each : found) {
            var places = new ArrayList<Place>();
            places.add(
                    new Place.Returned(
                            each.original().payment(), each.original().amount().negated()));
            if (each.charge().isPositive()) {
                places.add(
                        new Place.ToAccount(
                                AccountId.BANK_CHARGES,
                                "charge for a return"
                                        + (part.part().returnReason() == null
                                                ? ""
                                                : ", " + part.part().returnReason()),
                                each.charge().negated()));
            }
            boolean certain = mayBeCertain && clear == 1 && each.named() && each.exact();
            all.add(new Suggestion(certain ? CERTAIN : LIKELY, places, each.reasons()));
        }
    }

    /** Direct debits that came: a run as a whole, or one of them by its end-to-end id. */
    private static void collected(
            OpenPart part, Known known, List<Suggestion> all, boolean mayBeCertain) {
        Money amount = part.open();
        for (Collecting.Debit debit : known.debits()) {
            if (!debit.endToEndId().equals(part.part().endToEndId())) continue;
            boolean fits =
                    debit.amount().equals(amount)
                            && known.awaited().stream()
                                    .anyMatch(run ->
                                            run.run().equals(debit.run())
                                                    && !amount.exceeds(run.open()));
            if (fits) {
                all.add(
                        new Suggestion(
                                mayBeCertain ? CERTAIN : LIKELY,
                                List.of(new Place.Collected(debit.run(), amount)),
                                List.of(new Reason(Why.END_TO_END, debit.endToEndId()))));
                return;
            }
        }
        for (Collecting.Awaited run : known.awaited()) {
            if (amount.exceeds(run.open()) || !part.words().contains(run.messageId())) continue;
            boolean exact = amount.equals(run.open());
            all.add(
                    new Suggestion(
                            exact && mayBeCertain ? CERTAIN : LIKELY,
                            List.of(new Place.Collected(run.run(), amount)),
                            List.of(
                                    new Reason(Why.COLLECTION, run.messageId()),
                                    new Reason(
                                            exact ? Why.AMOUNT_IS_OPEN : Why.AMOUNT_BELOW,
                                            run.open().decimal()))));
            return;
        }
    }

    private static void debitReturned(
            OpenPart part, Known known, List<Suggestion> all, boolean mayBeCertain) {
        Money gone = part.open().negated();
        Money charges =
                Objects.requireNonNullElse(part.part().charges(), Money.zero(gone.currency()));
        String code = Objects.requireNonNullElse(part.part().returnReason(), UNSAID);
        for (Collecting.Debit debit : known.debits()) {
            Money charge = gone.minus(debit.amount());
            if (!debit.standing()
                    || !debit.endToEndId().equals(part.part().endToEndId())
                    || charge.isNegative()
                    || charge.microUnits() > CHARGE_MICRO_MAX) continue;
            var reasons = new ArrayList<Reason>();
            if (part.isReturn()) reasons.add(new Reason(Why.RETURN_CODE, code));
            reasons.add(new Reason(Why.END_TO_END, debit.endToEndId()));
            var places = new ArrayList<Place>();
            places.add(new Place.DebitReturned(debit.item(), code, debit.amount().negated()));
            if (charge.isPositive()) {
                reasons.add(new Reason(Why.BANK_CHARGE, charge.decimal()));
                places.add(
                        new Place.ToAccount(
                                AccountId.BANK_CHARGES,
                                "charge for a return, " + code,
                                charge.negated()));
            }
            boolean exact = charge.isZero() || charge.equals(charges);
            all.add(
                    new Suggestion(
                            mayBeCertain && exact && part.isReturn() ? CERTAIN : LIKELY,
                            places,
                            reasons));
            return;
        }
    }

    private static void costReturned(OpenPart part, Known known, List<Suggestion> all) {
        for (CostPaid paid : known.costPayments()) {
            if (paid.amount().equals(part.open()) && !paid.paidOn().isAfter(part.bookedOn())) {
                all.add(
                        new Suggestion(
                                LIKELY,
                                List.of(
                                        new Place.CostReturned(
                                                paid.pool(), paid.payment(), part.open())),
                                List.of(new Reason(Why.RETURN_CODE, part.part().returnReason()))));
            }
        }
    }

    private static void outgoing(OpenPart part, Known known, List<Suggestion> all) {
        for (Payable cost : known.costs()) {
            if (cost.open().equals(part.open().negated())) {
                all.add(
                        new Suggestion(
                                LIKELY,
                                List.of(new Place.ToCost(cost.pool(), part.open())),
                                List.of(new Reason(Why.COST_OPEN, cost.open().decimal()))));
            }
        }
    }

    private static void byCode(OpenPart part, List<Suggestion> all) {
        if (part.isReturn()) return;
        String said = Objects.requireNonNullElse(part.code(), "") + "\n" + part.words();
        if (part.open().isNegative() && CHARGE.matcher(said).find()) {
            all.add(toAccount(part, AccountId.BANK_CHARGES, "bank charges"));
        }
        if (INTEREST.matcher(said).find()) {
            all.add(
                    part.open().isNegative()
                            ? toAccount(part, AccountId.BANK_CHARGES, "interest")
                            : toAccount(part, AccountId.INCOME_OTHER, "interest"));
        }
    }

    private static Suggestion toAccount(OpenPart part, AccountId account, String reason) {
        return new Suggestion(
                LIKELY,
                List.of(new Place.ToAccount(account, reason, part.open())),
                List.of(new Reason(Why.BANK_CODE, part.code())));
    }
}
