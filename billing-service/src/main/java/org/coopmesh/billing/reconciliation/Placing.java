package org.coopmesh.billing.reconciliation;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.costshare.CostSharing;
import org.coopmesh.billing.directdebit.Collecting;
import org.coopmesh.billing.directdebit.DirectDebitNotFound;
import org.coopmesh.billing.directdebit.DirectDebitRefused;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Movement;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.reconciliation.Booking.Kind;
import org.coopmesh.billing.reconciliation.Booking.Rule;
import org.coopmesh.billing.reconciliation.Matcher.Known;
import org.coopmesh.billing.reconciliation.Matcher.Unexplained;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Puts entries in their places in the book, by rule or as a person says, and takes them back. */
@Service
class Placing {
    /** What may stand against an entry besides payers and shared costs. */
    static final Set<AccountId> ACCOUNTS =
            Set.of(
                    AccountId.BANK_CHARGES,
                    AccountId.COST_OTHER,
                    AccountId.VAT,
                    AccountId.INCOME_OTHER,
                    AccountId.CASH,
                    AccountId.CLEARING_STRIPE,
                    AccountId.CLEARING_GOCARDLESS,
                    AccountId.CLEARING_BTCPAY,
                    AccountId.RESERVE);

    private static final Logger log = LoggerFactory.getLogger(Placing.class);

    private static final int CHUNK = 1_000;
    private static final int CANDIDATES_MAX = 2_000;
    private static final int REFERENCE_MAX = 140;

    private final BankAccounts accounts;
    private final BankEntries entries;
    private final Bookings bookings;
    private final Cashier cashier;
    private final Invoicing invoicing;
    private final CostSharing sharing;
    private final Collecting collecting;
    private final Ledger ledger;
    private final PayerRegister register;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Placing(
            BankAccounts accounts,
            BankEntries entries,
            Bookings bookings,
            Cashier cashier,
            Invoicing invoicing,
            CostSharing sharing,
            Collecting collecting,
            Ledger ledger,
            PayerRegister register,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.accounts = accounts;
        this.entries = entries;
        this.bookings = bookings;
        this.cashier = cashier;
        this.invoicing = invoicing;
        this.sharing = sharing;
        this.collecting = collecting;
        this.ledger = ledger;
        this.register = register;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    /** Where each part may belong, in their order. */
    Map<UUID, List<Suggestion>> suggest(List<OpenPart> parts) {
        if (parts.isEmpty()) return Map.of();
        Known known = known(parts, unexplained(parts), true);
        var suggestions = new LinkedHashMap<UUID, List<Suggestion>>();
        for (OpenPart part : parts) suggestions.put(part.id(), Matcher.suggest(part, known));
        return suggestions;
    }

    /** What is certain is posted; the rest waits for a person. How many parts were posted. */
    int postCertain(MemberId by) {
        // A bank may tell of today's collections before our own clock has come round to them.
        collecting.collectDue();
        UUID after = null;
        int posted = 0;
        while (true) {
            List<OpenPart> parts = entries.waiting(after, CHUNK);
            if (parts.isEmpty()) return posted;
            posted += postCertain(parts, by);
            if (parts.size() < CHUNK) return posted;
            after = parts.getLast().id();
        }
    }

    private int postCertain(List<OpenPart> parts, MemberId by) {
        Known known = known(parts, unexplained(parts), false);
        var certain = new LinkedHashMap<OpenPart, Suggestion>();
        var taken = new HashSet<Object>();
        for (OpenPart part : parts) {
            List<Suggestion> found = Matcher.suggest(part, known);
            if (found.isEmpty() || found.getFirst().confidence() != Suggestion.Confidence.CERTAIN)
                continue;
            // What two entries name is no more certain for the second.
            boolean first =
                    found.getFirst().places().stream()
                            .map(Place::target)
                            .filter(Objects::nonNull)
                            .map(taken::add)
                            .reduce(true, Boolean::logicalAnd);
            if (first) certain.put(part, found.getFirst());
        }
        return certain.isEmpty() ? 0 : postOrHalve(certain, by);
    }

    /** One that cannot be posted is found by halves, and keeps no other from it. */
    private int postOrHalve(Map<OpenPart, Suggestion> certain, MemberId by) {
        try {
            return Objects.requireNonNull(transaction.execute(status -> post(certain, by)));
        } catch (TransientDataAccessException
                | NonTransientDataAccessResourceException
                | TransactionException notNow) {
            throw notNow;
        } catch (RuntimeException refused) {
            if (certain.size() == 1) {
                log.atWarn()
                        .setCause(refused)
                        .addKeyValue("bankPartId", certain.keySet().iterator().next().id())
                        .log("bank entry left to a person");
                return 0;
            }
            var first = new LinkedHashMap<OpenPart, Suggestion>();
            var second = new LinkedHashMap<OpenPart, Suggestion>();
            certain.forEach((part, suggestion) ->
                    (first.size() < certain.size() / 2 ? first : second).put(part, suggestion));
            return postOrHalve(first, by) + postOrHalve(second, by);
        }
    }

    private int post(Map<OpenPart, Suggestion> certain, MemberId by) {
        var byId = certain.keySet().stream().collect(Collectors.toMap(OpenPart::id, part -> part));
        List<OpenPart> locked =
                entries.lock(byId.keySet()).stream()
                        .filter(part ->
                                part.placed()
                                        .equals(
                                                Objects.requireNonNull(byId.get(part.id()))
                                                        .placed()))
                        .toList();
        Coop coop = register.coop();
        var payers = new LinkedHashSet<PayerId>();
        var returned = new LinkedHashSet<UUID>();
        for (OpenPart part : locked) {
            for (Place place : suggestion(certain, byId, part).places()) {
                if (place instanceof Place.ToPayer to) payers.add(to.payer());
                if (place instanceof Place.Returned back) returned.add(back.payment());
            }
        }
        cashier.find(returned).forEach(payment -> payers.add(payment.payer()));
        List<Place> places =
                locked.stream()
                        .flatMap(part -> suggestion(certain, byId, part).places().stream())
                        .toList();
        if (isDebit(places)) collecting.hold();
        payers.addAll(collecting.payersOf(debitsReturned(places)));
        // All at once, in the one order that everybody keeps: nobody waits for us in a circle.
        hold(payers, coop);
        var payments = new ArrayList<Draft>();
        var placed = new LinkedHashMap<UUID, Money>();
        for (OpenPart part : locked) {
            Suggestion suggestion = suggestion(certain, byId, part);
            for (Place place : suggestion.places()) {
                if (place instanceof Place.ToPayer) {
                    payments.add(new Draft(part, place, Rule.REFERENCE, by));
                } else {
                    // What comes in before it goes back is taken before it.
                    bookings.insertAll(pay(payments, by));
                    payments.clear();
                    book(
                            part,
                            place,
                            by,
                            place instanceof Place.Collected ? Rule.REFERENCE : Rule.RETURN,
                            coop);
                }
            }
            placed.put(part.id(), sum(suggestion.places(), coop));
        }
        bookings.insertAll(pay(payments, by));
        entries.placeAll(placed);
        return locked.size();
    }

    /** Takes what came from payers in, all of it or nothing. */
    private List<Booking> pay(List<Draft> drafts, MemberId by) {
        List<Cashier.Taken> taken =
                cashier.takeAll(drafts.stream().map(Draft::received).toList(), by);
        var booked = new ArrayList<Booking>();
        for (int i = 0; i < drafts.size(); i++) {
            Payment payment = taken.get(i).payment();
            booked.add(
                    drafts.get(i)
                            .payment(
                                    Kind.PAYMENT,
                                    payment.payer(),
                                    payment.id(),
                                    taken.get(i).booked()));
        }
        return booked;
    }

    private static Suggestion suggestion(
            Map<OpenPart, Suggestion> certain, Map<UUID, OpenPart> byId, OpenPart part) {
        return Objects.requireNonNull(certain.get(Objects.requireNonNull(byId.get(part.id()))));
    }

    private static boolean isDebit(List<Place> places) {
        return places.stream()
                .anyMatch(place ->
                        place instanceof Place.Collected || place instanceof Place.DebitReturned);
    }

    private static List<UUID> debitsReturned(List<Place> places) {
        return places.stream()
                .flatMap(place ->
                        place instanceof Place.DebitReturned back
                                ? Stream.of(back.item())
                                : Stream.empty())
                .toList();
    }

    private void hold(Collection<PayerId> payers, Coop coop) {
        if (payers.isEmpty()) return;
        ledger.hold(
                payers.stream()
                        .flatMap(payer ->
                                Stream.of(
                                        AccountId.receivable(payer.value()),
                                        AccountId.unbilled(payer.value()),
                                        AccountId.wallet(payer.value())))
                        .toList(),
                coop.currency());
    }

    /**
     * Puts the parts where a person says. Several parts go to one place; one part may go to several, in parts of its amount.
     *
     * @throws BankNotFound if a part is not there
     * @throws BankRefused if the places do not fit to what is open
     */
    @Transactional
    List<Booking> place(List<UUID> ids, List<Place> places, MemberId by) {
        Coop coop = register.coop();
        List<OpenPart> parts = entries.lock(ids);
        if (parts.size() != Set.copyOf(ids).size()) throw new BankNotFound("such bank entry");
        if (parts.size() > 1 && places.size() > 1) {
            throw new BankRefused(
                    "one-place", "several entries go to one place, or one entry to several");
        }
        if (isDebit(places)) collecting.hold();
        hold(
                Stream.concat(
                                places.stream()
                                        .flatMap(place ->
                                                place instanceof Place.ToPayer to
                                                        ? Stream.of(to.payer())
                                                        : Stream.empty()),
                                collecting.payersOf(debitsReturned(places)).stream())
                        .collect(Collectors.toSet()),
                coop);
        var booked = new ArrayList<Booking>();
        for (OpenPart part : parts) {
            List<Place> of =
                    parts.size() == 1 ? places : List.of(places.getFirst().of(part.open()));
            Money sum = sum(of, coop);
            Money left = part.open().minus(sum);
            if (sum.isZero()
                    || left.isPositive() != part.open().isPositive() && !left.isZero()
                    || part.open().isZero()) {
                throw new BankRefused(
                        "more-than-open",
                        "places of %s for an entry of which %s is open"
                                .formatted(sum, part.open()));
            }
            for (Place place : of) booked.add(book(part, place, by, Rule.PERSON, coop));
            entries.place(part.id(), sum);
            learn(part, booked.subList(booked.size() - of.size(), booked.size()));
        }
        return booked;
    }

    /** Whose account it is, if a person gave all of it to one payer. */
    private void learn(OpenPart part, List<Booking> booked) {
        Iban iban = part.part().iban();
        Set<PayerId> payers =
                booked.stream()
                        .map(Booking::payer)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        boolean all = booked.stream().allMatch(each -> each.kind() == Kind.PAYMENT);
        boolean own = accounts.all().stream().anyMatch(each -> each.iban().equals(iban));
        if (iban != null && all && payers.size() == 1 && !own && !part.isReturn()) {
            bookings.learn(iban, payers.iterator().next(), booked.getFirst());
        }
    }

    private static Money sum(List<Place> places, Coop coop) {
        return places.stream().map(Place::amount).reduce(Money.zero(coop.currency()), Money::plus);
    }

    private Booking book(OpenPart part, Place place, MemberId by, Rule rule, Coop coop) {
        if (!place.amount().isWholeMinor() || place.amount().isZero()) {
            throw new BankRefused("amount", "no place for " + place.amount());
        }
        var draft = new Draft(part, place, rule, by);
        Booking booking =
                switch (place) {
                    case Place.ToPayer to -> {
                        positive(to.amount(), "a payment came in");
                        yield pay(List.of(draft), by).getFirst();
                    }
                    case Place.Returned(UUID payment, Money amount) -> {
                        positive(amount.negated(), "a payment went back");
                        Payment before =
                                cashier.find(List.of(payment)).stream()
                                        .findFirst()
                                        .orElseThrow(() -> new BankNotFound("payment " + payment));
                        if (!before.amount().equals(amount.negated())) {
                            throw new BankRefused(
                                    "whole-payment",
                                    "a payment goes back whole: %s of %s"
                                            .formatted(amount.negated(), before.amount()));
                        }
                        String why = part.part().returnReason();
                        Cashier.Reversed reversed =
                                cashier.reverse(
                                        payment,
                                        "returned by the bank" + (why == null ? "" : ": " + why),
                                        by);
                        yield draft.payment(
                                Kind.RETURN, before.payer(), payment, reversed.booked());
                    }
                    case Place.ToCost(CostPoolId pool, Money amount) -> {
                        positive(amount.negated(), "a cost is paid out");
                        CostSharing.FromBank paid =
                                sharing.payFromBank(
                                        pool,
                                        amount.negated(),
                                        part.bookedOn(),
                                        reference(part),
                                        by);
                        yield draft.cost(Kind.COST, pool, paid.payment(), paid.booked());
                    }
                    case Place.CostReturned(CostPoolId pool, UUID payment, Money amount) -> {
                        positive(amount, "a payment of a cost came back");
                        CostSharing.FromBank paid =
                                sharing.paidFromBank(List.of(amount)).stream()
                                        .filter(each ->
                                                each.payment().equals(payment)
                                                        && each.pool().equals(pool))
                                        .findFirst()
                                        .orElseThrow(() ->
                                                new BankRefused(
                                                        "whole-payment",
                                                        "no payment of that cost of "
                                                                + amount
                                                                + " stands"));
                        yield draft.cost(
                                Kind.COST_RETURN,
                                pool,
                                payment,
                                sharing.takeBack(
                                        paid.pool(), payment, "came back to the bank", by));
                    }
                    case Place.Collected(UUID run, Money amount) -> {
                        positive(amount, "direct debits came in");
                        yield draft.debit(
                                Kind.COLLECTION,
                                run,
                                null,
                                refusing(() -> collecting.credited(run, amount, part.bookedOn())));
                    }
                    case Place.DebitReturned(UUID item, String code, Money amount) -> {
                        positive(amount.negated(), "a direct debit went back");
                        yield draft.debit(
                                Kind.DEBIT_RETURN,
                                item,
                                code,
                                refusing(() ->
                                        collecting.returned(
                                                item,
                                                amount.negated(),
                                                code,
                                                part.bookedOn(),
                                                by)));
                    }
                    case Place.ToAccount(AccountId account, String reason, Money amount) -> {
                        if (!ACCOUNTS.contains(account))
                            throw new BankRefused("account", "not against " + account);
                        TransactionId posted =
                                ledger.post(
                                        new Transaction(
                                                effective(coop, part.bookedOn()),
                                                "bank entry " + part.entry(),
                                                List.of(
                                                        Posting.signed(
                                                                account, AccountId.BANK, amount))));
                        yield draft.account(account, reason, posted);
                    }
                    case Place.Booked(TransactionId id, Money amount) -> {
                        Money rest = rest(id, coop);
                        boolean fits =
                                rest.isPositive() == amount.isPositive()
                                        && (amount.isPositive()
                                                ? !amount.exceeds(rest)
                                                : !rest.exceeds(amount));
                        if (rest.isZero() || !fits) {
                            throw new BankRefused(
                                    "in-book",
                                    "of that transaction %s is left to explain, not %s"
                                            .formatted(rest, amount));
                        }
                        yield draft.booked(id);
                    }
                    case Place.Own(String reason, Money amount) -> draft.own(reason);
                };
        bookings.insert(booking);
        return booking;
    }

    /** What direct debits refuse is refused here, by the same rule. */
    private static <T> T refusing(Supplier<T> act) {
        try {
            return act.get();
        } catch (DirectDebitRefused refused) {
            throw new BankRefused(refused.rule(), String.valueOf(refused.getMessage()));
        } catch (DirectDebitNotFound missing) {
            throw new BankNotFound("such direct debit");
        }
    }

    private static void positive(Money amount, String what) {
        if (!amount.isPositive())
            throw new BankRefused("direction", what + ", so it cannot be " + amount);
    }

    private Money rest(TransactionId id, Coop coop) {
        List<Movement> moved = ledger.movements(AccountId.BANK, List.of(id));
        if (moved.isEmpty())
            throw new BankNotFound("transaction on the bank account: " + id.value());
        long explained = bookings.explained(List.of(id)).getOrDefault(id, 0L);
        return moved.getFirst().amount().minus(new Money(explained, coop.currency()));
    }

    private Instant effective(Coop coop, LocalDate day) {
        Instant now = clock.instant();
        return day.equals(coop.dayAt(now)) ? now : coop.startOf(day);
    }

    private static @Nullable String reference(OpenPart part) {
        String said =
                part.part().reference() != null
                        ? part.part().reference()
                        : part.part().endToEndId();
        if (said == null) said = part.part().text();
        return said == null || said.length() <= REFERENCE_MAX
                ? said
                : said.substring(0, REFERENCE_MAX);
    }

    private final class Draft {
        private final OpenPart part;
        private final Place place;
        private final Rule rule;
        private final MemberId by;

        Draft(OpenPart part, Place place, Rule rule, MemberId by) {
            this.part = part;
            this.place = place;
            this.rule = rule;
            this.by = by;
        }

        /** As the cashier is to take it. */
        Cashier.Received received() {
            var to = (Place.ToPayer) place;
            return new Cashier.Received(
                    to.payer(),
                    to.invoice(),
                    to.amount(),
                    Payment.Method.TRANSFER,
                    AccountId.BANK,
                    part.bookedOn(),
                    reference(part),
                    null);
        }

        Booking payment(Kind kind, PayerId payer, UUID payment, TransactionId transaction) {
            return of(kind, payer, payment, null, null, null, null, null, transaction);
        }

        Booking cost(Kind kind, CostPoolId pool, UUID payment, TransactionId transaction) {
            return of(kind, null, null, pool, payment, null, null, null, transaction);
        }

        Booking debit(
                Kind kind, UUID directDebit, @Nullable String code, TransactionId transaction) {
            return of(kind, null, null, null, null, directDebit, null, code, transaction);
        }

        Booking account(AccountId account, String reason, TransactionId transaction) {
            return of(Kind.ACCOUNT, null, null, null, null, null, account, reason, transaction);
        }

        Booking booked(TransactionId transaction) {
            return of(Kind.BOOKED, null, null, null, null, null, null, null, transaction);
        }

        Booking own(String reason) {
            return of(Kind.OWN, null, null, null, null, null, null, reason, null);
        }

        private Booking of(
                Kind kind,
                @Nullable PayerId payer,
                @Nullable UUID payment,
                @Nullable CostPoolId pool,
                @Nullable UUID costPayment,
                @Nullable UUID directDebit,
                @Nullable AccountId account,
                @Nullable String reason,
                @Nullable TransactionId transaction) {
            return new Booking(
                    UUID.randomUUID(),
                    part.id(),
                    kind,
                    place.amount(),
                    payer,
                    payment,
                    pool,
                    costPayment,
                    directDebit,
                    account,
                    reason,
                    transaction,
                    rule,
                    by,
                    clock.instant(),
                    null);
        }
    }

    /**
     * Takes a booking back: what it had moved is reversed, and what it was made of waits again. A return that is undone is paid again.
     *
     * @throws BankNotFound if there is none
     * @throws BankRefused if it was undone before, or something rests on it
     */
    @Transactional
    Booking undo(UUID id, String why, MemberId by) {
        Booking booking = bookings.find(id).orElseThrow(() -> new BankNotFound("booking " + id));
        OpenPart part = entries.lock(List.of(booking.part())).getFirst();
        booking = bookings.find(id).orElseThrow();
        if (booking.undone() != null) throw new BankRefused("undone", "it was undone before");
        var undone = new Booking.Undone(by, clock.instant(), why);
        switch (booking.kind()) {
            case PAYMENT -> {
                UUID payment = Objects.requireNonNull(booking.payment());
                boolean reversed = cashier.find(List.of(payment)).getFirst().reversal() != null;
                if (reversed)
                    throw new BankRefused(
                            "reversed", "its payment was reversed: undo the return first");
                cashier.reverse(payment, why, by);
            }
            case RETURN -> payAgain(booking, undone, by);
            case COST ->
                    sharing.takeBack(
                            Objects.requireNonNull(booking.pool()),
                            Objects.requireNonNull(booking.costPayment()),
                            why,
                            by);
            case COST_RETURN -> payCostAgain(booking, undone, part, by);
            case COLLECTION -> collecting.uncredited(Objects.requireNonNull(booking.transaction()));
            case DEBIT_RETURN -> {
                UUID item = Objects.requireNonNull(booking.directDebit());
                TransactionId booked = Objects.requireNonNull(booking.transaction());
                refusing(() -> {
                    collecting.unreturned(item, booked, by);
                    return item;
                });
            }
            case ACCOUNT ->
                    ledger.reverse(
                            Objects.requireNonNull(booking.transaction()),
                            "bank entry " + part.entry() + " undone");
            case BOOKED, OWN -> {}
        }
        bookings.undo(id, undone);
        entries.place(booking.part(), booking.amount().negated());
        return bookings.find(id).orElseThrow();
    }

    /** The entry that had brought the payment brings it again. */
    private void payAgain(Booking returned, Booking.Undone undone, MemberId by) {
        UUID payment = Objects.requireNonNull(returned.payment());
        Payment before = cashier.find(List.of(payment)).getFirst();
        Cashier.Taken again =
                cashier.take(
                        before.payer(),
                        null,
                        before.amount(),
                        before.method(),
                        before.receivedOn(),
                        before.reference(),
                        before.note(),
                        by);
        bookings.ofPayment(payment)
                .ifPresent(came -> {
                    bookings.undo(came.id(), undone);
                    bookings.insert(
                            new Booking(
                                    UUID.randomUUID(),
                                    came.part(),
                                    Kind.PAYMENT,
                                    came.amount(),
                                    came.payer(),
                                    again.payment().id(),
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    again.booked(),
                                    came.rule(),
                                    by,
                                    undone.at(),
                                    null));
                });
    }

    private void payCostAgain(Booking returned, Booking.Undone undone, OpenPart part, MemberId by) {
        CostPoolId pool = Objects.requireNonNull(returned.pool());
        CostSharing.FromBank again =
                sharing.payFromBank(pool, returned.amount(), part.bookedOn(), reference(part), by);
        bookings.ofCostPayment(Objects.requireNonNull(returned.costPayment()))
                .ifPresent(went -> {
                    bookings.undo(went.id(), undone);
                    bookings.insert(
                            new Booking(
                                    UUID.randomUUID(),
                                    went.part(),
                                    Kind.COST,
                                    went.amount(),
                                    null,
                                    null,
                                    pool,
                                    again.payment(),
                                    null,
                                    null,
                                    null,
                                    again.booked(),
                                    went.rule(),
                                    by,
                                    undone.at(),
                                    null));
                });
    }

    /** What stands in the book near these parts, with their amounts, and no entry explains. */
    private List<Unexplained> unexplained(List<OpenPart> parts) {
        Coop coop = register.coop();
        LocalDate first =
                parts.stream().map(OpenPart::bookedOn).min(Comparator.naturalOrder()).orElseThrow();
        LocalDate last =
                parts.stream().map(OpenPart::bookedOn).max(Comparator.naturalOrder()).orElseThrow();
        Set<Money> amounts = parts.stream().map(OpenPart::open).collect(Collectors.toSet());
        var moved = new ArrayList<Movement>();
        ledger.readMovements(
                AccountId.BANK,
                coop.startOf(first.minusDays(Matcher.DAYS_APART_MAX)).minusNanos(1_000),
                coop.startOf(last.plusDays(Matcher.DAYS_APART_MAX + 1L)),
                movement -> {
                    if (amounts.contains(movement.amount())) moved.add(movement);
                });
        Map<TransactionId, Long> explained =
                bookings.explained(moved.stream().map(Movement::transaction).toList());
        Set<TransactionId> reversed =
                moved.stream()
                        .map(Movement::reverses)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        List<Movement> left =
                moved.stream()
                        .filter(each ->
                                explained.getOrDefault(each.transaction(), 0L) == 0
                                        && each.reverses() == null
                                        && !reversed.contains(each.transaction()))
                        .limit(CANDIDATES_MAX)
                        .toList();
        Map<TransactionId, Payment> payments =
                cashier.bookedAs(left.stream().map(Movement::transaction).toList());
        return left.stream()
                .filter(each ->
                        payments.get(each.transaction()) == null
                                || Objects.requireNonNull(payments.get(each.transaction()))
                                                .reversal()
                                        == null)
                .map(each -> {
                    Payment payment = payments.get(each.transaction());
                    return new Unexplained(
                            each.transaction(),
                            coop.dayAt(each.effectiveAt()),
                            each.amount(),
                            payment == null ? null : payment.payer(),
                            payment == null ? null : payment.reference());
                })
                .toList();
    }

    private Known known(List<OpenPart> parts, List<Unexplained> book, boolean byAmount) {
        Set<String> numbers =
                parts.stream()
                        .flatMap(part -> Matcher.numbers(part.words()).keySet().stream())
                        .collect(Collectors.toSet());
        Set<Iban> ibans =
                parts.stream()
                        .map(part -> part.part().iban())
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        Map<Iban, PayerId> payers = ibans.isEmpty() ? Map.of() : bookings.payers(ibans);
        var invoices = new LinkedHashMap<Object, Invoice>();
        if (!numbers.isEmpty())
            invoicing
                    .named(numbers)
                    .forEach(invoice -> invoices.put(invoice.heading().id(), invoice));
        if (!payers.isEmpty())
            invoicing
                    .owingOf(payers.values())
                    .forEach(invoice -> invoices.put(invoice.heading().id(), invoice));
        if (byAmount) {
            Set<Money> amounts =
                    parts.stream()
                            .map(OpenPart::open)
                            .filter(Money::isPositive)
                            .collect(Collectors.toSet());
            if (!amounts.isEmpty()) {
                invoicing
                        .owingExactly(amounts, CANDIDATES_MAX)
                        .forEach(invoice -> invoices.put(invoice.heading().id(), invoice));
            }
        }
        boolean out = parts.stream().anyMatch(part -> part.open().isNegative() && !part.isReturn());
        List<Money> back =
                parts.stream()
                        .filter(part -> part.open().isPositive() && part.isReturn())
                        .map(OpenPart::open)
                        .toList();
        return new Known(
                invoices.values().stream().map(Placing::owed).toList(),
                payers,
                originals(parts),
                book,
                out
                        ? sharing.payable().stream()
                                .map(each -> new Matcher.Payable(each.pool(), each.open()))
                                .toList()
                        : List.of(),
                back.isEmpty()
                        ? List.of()
                        : sharing.paidFromBank(back).stream()
                                .map(each ->
                                        new Matcher.CostPaid(
                                                each.pool(),
                                                each.payment(),
                                                each.amount(),
                                                each.paidOn()))
                                .toList(),
                parts.stream().anyMatch(part -> part.open().isPositive())
                        ? collecting.awaited().stream()
                                .filter(each -> each.open().isPositive())
                                .toList()
                        : List.of(),
                collecting.named(
                        parts.stream()
                                .map(part -> part.part().endToEndId())
                                .filter(Objects::nonNull)
                                .collect(Collectors.toSet())),
                accounts.all().stream().map(BankAccount::iban).collect(Collectors.toSet()));
    }

    private static Matcher.Owed owed(Invoice invoice) {
        Invoice.Heading heading = invoice.heading();
        Money open =
                invoice instanceof Invoice.Owing owing
                        ? owing.open()
                        : Money.zero(heading.total().currency());
        return new Matcher.Owed(
                heading.id(), heading.number(), heading.payer(), open, heading.dueOn());
    }

    private List<Matcher.Original> originals(List<OpenPart> parts) {
        List<OpenPart> returns =
                parts.stream().filter(part -> part.isReturn() && part.open().isNegative()).toList();
        if (returns.isEmpty()) return List.of();
        Set<String> ids =
                returns.stream()
                        .map(part -> part.part().endToEndId())
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        Set<String> ibans =
                returns.stream()
                        .map(part -> part.part().iban())
                        .filter(Objects::nonNull)
                        .map(Iban::value)
                        .collect(Collectors.toSet());
        Set<String> numbers =
                returns.stream()
                        .flatMap(part -> Matcher.numbers(part.words()).keySet().stream())
                        .collect(Collectors.toSet());
        var endToEnd = new HashMap<UUID, Set<String>>();
        var from = new HashMap<UUID, Set<Iban>>();
        for (Bookings.Came came : bookings.came(ids, ibans, CANDIDATES_MAX)) {
            Set<String> known = endToEnd.computeIfAbsent(came.payment(), none -> new HashSet<>());
            if (came.endToEndId() != null) known.add(came.endToEndId());
            if (came.iban() != null)
                from.computeIfAbsent(came.payment(), none -> new HashSet<>()).add(came.iban());
        }
        Map<UUID, Set<String>> paid = numbers.isEmpty() ? Map.of() : invoicing.paymentsOf(numbers);
        var all = new HashSet<>(endToEnd.keySet());
        all.addAll(paid.keySet());
        return cashier.find(all).stream()
                .filter(payment ->
                        payment.reversal() == null && payment.method() == Payment.Method.TRANSFER)
                .map(payment ->
                        new Matcher.Original(
                                payment.id(),
                                payment.payer(),
                                payment.amount(),
                                payment.receivedOn(),
                                endToEnd.getOrDefault(payment.id(), Set.of()),
                                from.getOrDefault(payment.id(), Set.of()),
                                paid.getOrDefault(payment.id(), Set.of())))
                .toList();
    }
}
