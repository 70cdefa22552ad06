package org.coopmesh.billing.invoice;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.billing.invoice.BillLine.Billed;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.VatRate;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.rating.SpendWatch;
import org.coopmesh.billing.settlement.Posted;
import org.coopmesh.billing.settlement.PostedGrounds;
import org.coopmesh.billing.settlement.PostedQueue;
import org.coopmesh.billing.settlement.Settling;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * What payers owe. Whoever changes what a payer owes holds that payer's accounts first; so the facts about one payer's
 * invoices leave in the order in which they happened.
 */
@Service
@EnableConfigurationProperties(InvoiceSettings.class)
public class Invoicing {
    private static final int OVERDUE_BATCH = 500;
    private static final Comparator<Invoice> OLDEST_FIRST =
            Comparator.comparing((Invoice invoice) -> invoice.heading().dueOn())
                    .thenComparing(invoice -> invoice.heading().series())
                    .thenComparing(invoice -> invoice.heading().place());

    private final Invoices invoices;
    private final PayLinks payLinks;
    private final CreditNotes creditNotes;
    private final VatEntries vat;
    private final Bills bills;
    private final Rating rating;
    private final SpendWatch spendWatch;
    private final PostedQueue queue;
    private final Settling settling;
    private final PartyRegister parties;
    private final PayerRegister register;
    private final Ledger ledger;
    private final Outbox outbox;
    private final InvoiceSettings settings;
    private final JsonMapper json;
    private final Clock clock;

    Invoicing(
            Invoices invoices,
            PayLinks payLinks,
            CreditNotes creditNotes,
            VatEntries vat,
            Bills bills,
            Rating rating,
            SpendWatch spendWatch,
            PostedQueue queue,
            Settling settling,
            PartyRegister parties,
            PayerRegister register,
            Ledger ledger,
            Outbox outbox,
            InvoiceSettings settings,
            JsonMapper json,
            Clock clock) {
        this.invoices = invoices;
        this.payLinks = payLinks;
        this.creditNotes = creditNotes;
        this.vat = vat;
        this.bills = bills;
        this.rating = rating;
        this.spendWatch = spendWatch;
        this.queue = queue;
        this.settling = settling;
        this.parties = parties;
        this.register = register;
        this.ledger = ledger;
        this.outbox = outbox;
        this.settings = settings;
        this.json = json;
        this.clock = clock;
    }

    /** What one invoice took of a payment. */
    public record Part(InvoiceId invoice, String number, Money amount) {}

    /**
     * What became of a payment.
     *
     * @param rest what no invoice needed
     */
    public record Applied(List<Part> parts, Money rest) {}

    /** What became of one payer's month. */
    sealed interface Outcome {
        PayerId payer();

        /** An invoice over {@code total}. */
        record Issued(PayerId payer, Money total) implements Outcome {}

        /** No invoice, and that is right. */
        record Nothing(PayerId payer, String why) implements Outcome {}

        /** No invoice, because something must be put right first; nothing was written down. */
        record Failed(PayerId payer, RuntimeException why) implements Outcome {}
    }

    /** Looks up together what the charges on the payers' bills of {@code period} rest on. */
    Rating.Reckoning reckon(Collection<PayerId> payers, YearMonth period) {
        return rating.reckon(payers, firstCorrected(period), period);
    }

    /**
     * Bills each payer's {@code period}, once: draws up what is new, writes it into the book, issues the invoices in the
     * order of {@code payers} and lets them take the payers' credit. All in one transaction; one payer who cannot be billed
     * does not keep the others from it.
     *
     * @param reckoning of these payers and any others, by {@link #reckon}
     * @param turn among batches that overlap; {@link Turn#first} for one alone
     */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    List<Outcome> bill(
            List<PayerId> payers, YearMonth period, Rating.Reckoning reckoning, Turn turn) {
        Coop coop = register.coop();
        // Whoever touches a payer's wallet holds one of these first.
        ledger.hold(
                payers.stream()
                        .flatMap(payer ->
                                Stream.of(
                                        AccountId.receivable(payer.value()),
                                        AccountId.unbilled(payer.value())))
                        .toList(),
                coop.currency());
        turn.holds();
        var outcomes = new LinkedHashMap<PayerId, Outcome>();
        Set<PayerId> before = bills.payers(period, payers);
        List<PayerId> due = new ArrayList<>();
        for (PayerId payer : payers) {
            if (before.contains(payer)) {
                outcomes.put(payer, new Outcome.Nothing(payer, "already billed"));
            } else {
                due.add(payer);
            }
        }
        Map<PayerId, Bill> drawn = draw(coop, due, period, reckoning.charges(due), outcomes);
        Map<PayerId, UUID> ids = bills.open(drawn, period, clock.instant());
        var lines = new LinkedHashMap<UUID, List<BillLine>>();
        var taken = new LinkedHashMap<UUID, List<Posted>>();
        var invoiced = new LinkedHashMap<PayerId, Bill>();
        var book = new ArrayList<Transaction>();
        drawn.forEach((payer, bill) -> {
            lines.put(requireNonNull(ids.get(payer)), bill.lines());
            taken.put(requireNonNull(ids.get(payer)), bill.posted());
            charge(coop, payer, period, bill, book);
            if (bill.total().isNegative()) {
                outcomes.put(payer, new Outcome.Nothing(payer, "credited"));
            } else if (bill.total().isZero()) {
                outcomes.put(payer, new Outcome.Nothing(payer, "nothing to bill"));
            } else {
                invoiced.put(payer, bill);
                outcomes.put(payer, new Outcome.Issued(payer, bill.total()));
            }
        });
        bills.insert(lines);
        queue.bill(taken);
        Instant now = clock.instant();
        LocalDate today = coop.dayAt(now);
        Map<PayerId, VatRate> rates = parties.vatRates(drawn.keySet(), now);
        turn.awaitNumbers();
        var taxed = new LinkedHashMap<Integer, VatEntry>();
        issue(coop, today, period, invoiced, ids, rates, taxed, book);
        drawn.forEach((payer, bill) -> {
            VatRate rate = rates.get(payer);
            Money gross = bill.withPaidAhead();
            if (rate != null && !invoiced.containsKey(payer) && !gross.isZero()) {
                tax(
                        VatEntry.of(
                                VatEntry.Kind.BILL,
                                requireNonNull(ids.get(payer)),
                                today,
                                rate,
                                gross),
                        "VAT of the bill for " + period,
                        taxed,
                        book);
            }
        });
        List<TransactionId> booked = ledger.postAll(book);
        var said = new ArrayList<VatEntry>();
        taxed.forEach((place, entry) -> said.add(place < 0 ? entry : entry.in(booked.get(place))));
        vat.insertAll(said);
        drawn.forEach((payer, bill) -> {
            if (bill.total().isNegative()) {
                giveBack(payer, period, bill.total().negated());
            }
        });
        ledger.balances(
                        invoiced.keySet().stream()
                                .map(payer -> AccountId.wallet(payer.value()))
                                .toList(),
                        coop.currency())
                .forEach((wallet, balance) -> {
                    if (balance.isNegative()) {
                        useCredit(new PayerId(requireNonNull(wallet.owner())));
                    }
                });
        return payers.stream().map(payer -> requireNonNull(outcomes.get(payer))).toList();
    }

    private Map<PayerId, Bill> draw(
            Coop coop,
            List<PayerId> payers,
            YearMonth period,
            Map<PayerId, Rating.Charged> charged,
            Map<PayerId, Outcome> outcomes) {
        Map<PayerId, List<Billed>> billed = bills.billed(payers, firstCorrected(period), period);
        Map<PayerId, Map<YearMonth, Money>> ahead = spendWatch.paidAhead(payers, period);
        bills.months(ahead.keySet(), period)
                .forEach((payer, months) ->
                        requireNonNull(ahead.get(payer)).keySet().removeAll(months));
        Money zero = Money.zero(coop.currency());
        Map<AccountId, Money> unbilled =
                ledger.balances(
                        payers.stream().map(payer -> AccountId.unbilled(payer.value())).toList(),
                        coop.currency());
        Map<PayerId, List<Posted>> posted = queue.pending(payers);
        var drawn = new LinkedHashMap<PayerId, Bill>();
        for (PayerId payer : payers) {
            Map<YearMonth, Money> paid = ahead.getOrDefault(payer, Map.of());
            switch (charged.getOrDefault(payer, new Rating.Charged.Known(List.of()))) {
                case Rating.Charged.Unknown(RuntimeException why) ->
                        outcomes.put(payer, new Outcome.Failed(payer, why));
                case Rating.Charged.Known(List<Charge> charges) -> {
                    try {
                        drawn.put(
                                payer,
                                Bill.draw(
                                        period,
                                        charges,
                                        billed.getOrDefault(payer, List.of()),
                                        posted.getOrDefault(payer, List.of()),
                                        paid.getOrDefault(period, zero),
                                        // What was paid ahead for later months is theirs.
                                        requireNonNull(
                                                        unbilled.get(
                                                                AccountId.unbilled(payer.value())))
                                                .plus(
                                                        paid.values().stream()
                                                                .reduce(zero, Money::plus))));
                    } catch (ArithmeticException tooLarge) {
                        outcomes.put(payer, new Outcome.Failed(payer, tooLarge));
                    }
                }
            }
        }
        return drawn;
    }

    private YearMonth firstCorrected(YearMonth period) {
        return period.minusMonths(settings.correctMonths());
    }

    /** Charges of the period count in it; what came to light later counts now. */
    private void charge(
            Coop coop, PayerId payer, YearMonth period, Bill bill, List<Transaction> book) {
        var inPeriod = new ArrayList<Posting>();
        var late = new ArrayList<Posting>();
        for (BillLine line : bill.lines()) {
            Charge.Key key = line.charge();
            if (key == null || line.amount().isZero()) {
                continue;
            }
            AccountId income =
                    switch (key.kind()) {
                        case DUES, SCALE -> AccountId.INCOME_DUES;
                        case USAGE, TIMED, PEAK -> AccountId.INCOME_USAGE;
                    };
            (line.kind() == BillLine.Kind.ADJUSTMENT ? late : inPeriod)
                    .add(Posting.signed(income, AccountId.unbilled(payer.value()), line.amount()));
        }
        Instant endOfPeriod = coop.startOf(period.plusMonths(1).atDay(1)).minusSeconds(1);
        if (!inPeriod.isEmpty()) {
            book.add(new Transaction(endOfPeriod, "charges for " + period, inPeriod));
        }
        if (!late.isEmpty()) {
            book.add(
                    new Transaction(
                            clock.instant(), "adjustments with the bill for " + period, late));
        }
    }

    private void post(Instant at, String what, List<Posting> postings) {
        if (!postings.isEmpty()) {
            ledger.post(new Transaction(at, what, postings));
        }
    }

    private void giveBack(PayerId payer, YearMonth period, Money amount) {
        post(
                clock.instant(),
                "given back with the bill for " + period,
                List.of(
                        new Posting(
                                AccountId.wallet(payer.value()),
                                AccountId.unbilled(payer.value()),
                                amount)));
        useCredit(payer);
    }

    private void issue(
            Coop coop,
            LocalDate today,
            YearMonth period,
            Map<PayerId, Bill> bills,
            Map<PayerId, UUID> ids,
            Map<PayerId, VatRate> rates,
            Map<Integer, VatEntry> taxed,
            List<Transaction> book) {
        if (bills.isEmpty()) {
            return;
        }
        String series = String.valueOf(today.getYear());
        long number = invoices.nextNumbers(series, bills.size());
        var issued = new ArrayList<Invoices.New>();
        for (var each : bills.entrySet()) {
            issued.add(
                    new Invoices.New(
                            new Invoice.Issued(
                                    new Invoice.Heading(
                                            new InvoiceId(UUID.randomUUID()),
                                            Invoices.number(series, number),
                                            each.getKey(),
                                            period,
                                            today,
                                            today.plusDays(settings.dueAfter().toDays()),
                                            each.getValue().total())),
                            requireNonNull(ids.get(each.getKey())),
                            number));
            number++;
        }
        invoices.insert(series, issued);
        Map<InvoiceId, String> paths =
                payLinks.make(
                        issued.stream().map(each -> each.invoice().heading().id()).toList(),
                        clock.instant());
        Map<UUID, PostedGrounds> carriage =
                settling.carriage(
                        bills.values().stream()
                                .flatMap(bill -> BillLine.carriage(bill.lines()).stream())
                                .toList());
        var facts = new ArrayList<Outbox.Stated>();
        for (Invoices.New each : issued) {
            Invoice.Heading heading = each.invoice().heading();
            PayerId payer = heading.payer();
            var postings = new ArrayList<Posting>();
            postings.add(
                    new Posting(
                            AccountId.unbilled(payer.value()),
                            AccountId.receivable(payer.value()),
                            heading.total()));
            Bill bill = requireNonNull(bills.get(payer));
            VatRate rate = rates.get(payer);
            if (rate != null) {
                VatEntry entry =
                        VatEntry.of(
                                VatEntry.Kind.INVOICE,
                                heading.id().value(),
                                heading.issuedOn(),
                                rate,
                                bill.withPaidAhead());
                taxed.put(book.size(), entry);
                postings.addAll(taxes(entry.split().tax(), AccountId.INCOME_VAT));
            }
            book.add(
                    new Transaction(
                            clock.instant(),
                            "invoice %s, lines %s"
                                    .formatted(
                                            heading.number(),
                                            LineEvidence.sha256(
                                                    period,
                                                    coop.currency(),
                                                    bill.lines(),
                                                    carriage)),
                            List.copyOf(postings)));
            facts.add(
                    new Outbox.Stated(
                            payer.toString(),
                            InvoiceEvents.issued(
                                    heading,
                                    requireNonNull(paths.get(heading.id())),
                                    clock.instant())));
        }
        outbox.addAll(InvoiceEvents.TOPIC, facts);
    }

    /** Writes down what is no part of another transaction. */
    private void tax(
            VatEntry entry, String what, Map<Integer, VatEntry> taxed, List<Transaction> book) {
        List<Posting> postings = taxes(entry.split().tax(), AccountId.INCOME_VAT);
        if (postings.isEmpty()) {
            taxed.put(-1 - taxed.size(), entry);
        } else {
            taxed.put(book.size(), entry);
            book.add(new Transaction(clock.instant(), what, postings));
        }
    }

    /** Owes {@code tax} to the tax office out of {@code of}; below zero the other way round. */
    private static List<Posting> taxes(Money tax, AccountId of) {
        return tax.isZero() ? List.of() : List.of(Posting.signed(AccountId.VAT, of, tax));
    }

    private void useCredit(PayerId payer) {
        useCredit(payer, null);
    }

    /** @param named an invoice to begin with; null for none */
    private void useCredit(PayerId payer, @Nullable InvoiceId named) {
        Coop coop = register.coop();
        hold(payer, coop);
        Money credit = ledger.balance(AccountId.wallet(payer.value()), coop.currency()).negated();
        if (!credit.isPositive()) {
            return;
        }
        Applied applied =
                apply(
                        payer,
                        named,
                        null,
                        Settlement.Method.CREDIT,
                        coop.dayAt(clock.instant()),
                        credit);
        Money used = credit.minus(applied.rest());
        if (used.isPositive()) {
            post(
                    clock.instant(),
                    "credit used",
                    List.of(
                            new Posting(
                                    AccountId.receivable(payer.value()),
                                    AccountId.wallet(payer.value()),
                                    used)));
        }
    }

    /**
     * Applies {@code amount} to the named invoice, then to the payer's others, oldest first, and announces what it
     * settles. Moves no money in the book: that is the caller's, in the same transaction.
     *
     * @param named an invoice to begin with; null for none
     * @param payment null for credit
     * @throws InvoiceNotFound if the named invoice is not the payer's
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Applied apply(
            PayerId payer,
            @Nullable InvoiceId named,
            @Nullable UUID payment,
            Settlement.Method method,
            LocalDate receivedOn,
            Money amount) {
        return applyAll(List.of(new Funds(payer, named, payment, method, receivedOn, amount)))
                .getFirst();
    }

    /**
     * A payment, or credit, that invoices are to take.
     *
     * @param named an invoice to begin with; null for none
     * @param payment null for credit
     */
    public record Funds(
            PayerId payer,
            @Nullable InvoiceId named,
            @Nullable UUID payment,
            Settlement.Method method,
            LocalDate receivedOn,
            Money amount) {}

    /**
     * {@link #apply} for each of {@code funds} in their order, in a few statements.
     *
     * @return what became of each, in their order
     * @throws InvoiceNotFound if a named invoice is not the payer's; nothing is written then
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Applied> applyAll(List<Funds> funds) {
        Set<PayerId> payers = funds.stream().map(Funds::payer).collect(Collectors.toSet());
        hold(payers, register.coop());
        unlessNamedByTheirPayers(funds);
        var owing = new HashMap<PayerId, List<Invoice.Owing>>();
        for (Invoice invoice : invoices.lockOwing(payers)) {
            if (invoice instanceof Invoice.Owing open) {
                owing.computeIfAbsent(open.heading().payer(), none -> new ArrayList<>()).add(open);
            }
        }
        Instant now = clock.instant();
        var changed = new LinkedHashMap<InvoiceId, Invoice>();
        var settled = new ArrayList<Invoices.Settled>();
        var facts = new ArrayList<Outbox.Stated>();
        var applied = new ArrayList<Applied>();
        for (Funds each : funds) {
            var left = new ArrayList<Invoice.Owing>();
            var parts = new ArrayList<Part>();
            Money rest = each.amount();
            for (Invoice.Owing open :
                    namedFirst(owing.getOrDefault(each.payer(), List.of()), each.named())) {
                if (!rest.isPositive()) {
                    left.add(open);
                    continue;
                }
                Invoice.Heading heading = open.heading();
                Invoice.Application application = open.apply(rest, each.receivedOn());
                changed.put(heading.id(), application.invoice());
                settled.add(
                        new Invoices.Settled(
                                heading.id(),
                                Settlement.taken(
                                        each.payment(),
                                        each.method(),
                                        each.receivedOn(),
                                        application.taken())));
                parts.add(new Part(heading.id(), heading.number(), application.taken()));
                if (application.invoice() instanceof Invoice.Owing still) {
                    left.add(still);
                } else if (application.invoice() instanceof Invoice.Paid paid) {
                    facts.add(
                            new Outbox.Stated(
                                    each.payer().toString(),
                                    InvoiceEvents.settled(heading, paid.settledOn(), now)));
                }
                rest = application.rest();
            }
            left.sort(OLDEST_FIRST);
            owing.put(each.payer(), left);
            applied.add(new Applied(parts, rest));
        }
        invoices.updateAll(changed.values());
        invoices.settleAll(settled, now);
        outbox.addAll(InvoiceEvents.TOPIC, facts);
        return applied;
    }

    private void unlessNamedByTheirPayers(List<Funds> funds) {
        Set<InvoiceId> named =
                funds.stream()
                        .map(Funds::named)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        if (named.isEmpty()) {
            return;
        }
        Map<InvoiceId, PayerId> payers = invoices.payersOf(named);
        for (Funds each : funds) {
            if (each.named() != null && !each.payer().equals(payers.get(each.named()))) {
                throw new InvoiceNotFound(each.named());
            }
        }
    }

    private static List<Invoice.Owing> namedFirst(
            List<Invoice.Owing> owing, @Nullable InvoiceId named) {
        var sorted = new ArrayList<>(owing);
        sorted.sort((a, b) -> Boolean.compare(is(b, named), is(a, named)));
        return sorted;
    }

    /**
     * The dues that came in from {@code from} on and before {@code until}, less what went back: of each payment the part that
     * paid dues. It is told by when it was booked, so that it never changes afterwards.
     */
    public Money duesCollected(Instant from, Instant until) {
        return new Money(invoices.duesCollected(from, until), register.coop().currency());
    }

    /**
     * Opens again what {@code payment} had settled, after the caller has reversed it in the book in the same transaction.
     * Credit that it had left and that was used since is taken back from the invoices that used it, the newest first; what
     * cannot be, comes with the next bill. Then other credit of the payer's is used on what is open again.
     *
     * @return what each invoice gave back
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Part> takeBack(PayerId payer, UUID payment) {
        Coop coop = register.coop();
        hold(payer, coop);
        var parts = new ArrayList<Part>();
        for (Invoices.Place place : invoices.settledBy(payment)) {
            parts.add(giveBack(coop, place, place.settlement().standing()));
        }
        AccountId wallet = AccountId.wallet(payer.value());
        Money missing = ledger.balance(wallet, coop.currency());
        for (Invoices.Place place : invoices.settledByCredit(payer)) {
            if (!missing.isPositive()) {
                break;
            }
            Money amount = place.settlement().standing().min(missing);
            post(
                    clock.instant(),
                    "credit taken back after payment " + payment + " was reversed",
                    List.of(new Posting(wallet, AccountId.receivable(payer.value()), amount)));
            parts.add(giveBack(coop, place, amount));
            missing = missing.minus(amount);
        }
        if (missing.isPositive()) {
            post(
                    clock.instant(),
                    "credit missing after payment " + payment + " was reversed",
                    List.of(new Posting(wallet, AccountId.unbilled(payer.value()), missing)));
        }
        useCredit(payer);
        return parts;
    }

    private Part giveBack(Coop coop, Invoices.Place place, Money amount) {
        InvoiceId id = place.invoice();
        Invoice before = invoices.lock(id).orElseThrow(() -> new InvoiceNotFound(id));
        Invoice after = before.giveBack(amount, coop.dayAt(clock.instant()));
        PayerId payer = after.heading().payer();
        invoices.giveBack(place, amount, clock.instant());
        invoices.update(after);
        switch (after) {
            case Invoice.WrittenOff off -> {
                Money total = off.heading().total();
                book(
                        givenUp(
                                id,
                                coop.dayAt(clock.instant()),
                                total.minus(before.paid()),
                                total.minus(off.paid())),
                        AccountId.WRITTEN_OFF,
                        "invoice " + off.heading().number() + " written off further",
                        List.of(
                                new Posting(
                                        AccountId.receivable(payer.value()),
                                        AccountId.WRITTEN_OFF,
                                        amount)));
            }
            case Invoice.Overdue overdue -> {
                announce(payer, InvoiceEvents.reopened(overdue, clock.instant()));
                announce(payer, InvoiceEvents.overdue(overdue, clock.instant()));
            }
            case Invoice.Running running ->
                    announce(payer, InvoiceEvents.reopened(running, clock.instant()));
            case Invoice.Paid paid ->
                    throw new IllegalStateException("paid after giving back: " + id);
        }
        return new Part(id, after.heading().number(), amount);
    }

    /** The tax of what is given up beyond {@code before}, so that all of it together is that of all that is given up. */
    private Optional<VatEntry> givenUp(InvoiceId id, LocalDate on, Money before, Money now) {
        return vat.rate(id.value())
                .map(rate ->
                        new VatEntry(
                                VatEntry.Kind.WRITE_OFF,
                                id.value(),
                                on,
                                rate,
                                rate.split(now.negated()).minus(rate.split(before.negated())),
                                null));
    }

    /**
     * Sets another last day to pay what is owed on the invoice, not before the one as it was issued; nothing where nothing is owed. What
     * was called overdue is so no longer, and that is said. The caller holds the payer's accounts.
     *
     * @throws InvoiceNotFound if there is none
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void toBePaidBy(InvoiceId id, LocalDate day) {
        Invoice before = invoices.lock(id).orElseThrow(() -> new InvoiceNotFound(id));
        if (before instanceof Invoice.Owing owing) {
            Invoice.Running after = owing.toBePaidBy(day);
            invoices.update(after);
            if (owing instanceof Invoice.Overdue) {
                announce(after.heading().payer(), InvoiceEvents.reopened(after, clock.instant()));
            }
        }
    }

    /** When something that had been paid on any of the invoices last went back; empty for never. */
    public Optional<Instant> lastReturnAt(Collection<InvoiceId> ids) {
        return ids.isEmpty() ? Optional.empty() : invoices.lastReturnAt(ids);
    }

    private static boolean is(Invoice invoice, @Nullable InvoiceId id) {
        return invoice.heading().id().equals(id);
    }

    /**
     * Gives up what is still owed on the invoice.
     *
     * @throws InvoiceNotFound if there is none
     * @throws InvoiceClosed if nothing is owed on it
     */
    @Transactional
    public Invoice writeOff(InvoiceId id, String why) {
        Coop coop = register.coop();
        PayerId payer = find(id).heading().payer();
        hold(payer, coop);
        Invoice before = invoices.lock(id).orElseThrow(() -> new InvoiceNotFound(id));
        return switch (before) {
            case Invoice.Paid paid -> throw new InvoiceClosed(id);
            case Invoice.WrittenOff off -> throw new InvoiceClosed(id);
            case Invoice.Owing owing -> {
                LocalDate today = coop.dayAt(clock.instant());
                Invoice.WrittenOff off = owing.writeOff(today, why);
                invoices.update(off);
                book(
                        givenUp(id, today, Money.zero(coop.currency()), owing.open()),
                        AccountId.WRITTEN_OFF,
                        "invoice " + off.heading().number() + " written off",
                        List.of(
                                new Posting(
                                        AccountId.receivable(payer.value()),
                                        AccountId.WRITTEN_OFF,
                                        owing.open())));
                announce(payer, InvoiceEvents.settled(off.heading(), today, clock.instant()));
                yield off;
            }
        };
    }

    /**
     * Takes back {@code amount} of an issued invoice: it becomes the payer's credit, which pays what is still open on that
     * invoice first. Nothing of the invoice itself is changed.
     *
     * @param amount null for all that is left of the invoice
     * @throws InvoiceNotFound if there is none
     * @throws InvoiceClosed if it was written off
     * @throws CreditRefused if more is to be credited than is left of it
     */
    @Transactional
    public CreditNote credit(InvoiceId id, @Nullable Money amount, String why, UUID by) {
        Coop coop = register.coop();
        PayerId payer = find(id).heading().payer();
        hold(payer, coop);
        Invoice invoice = invoices.lock(id).orElseThrow(() -> new InvoiceNotFound(id));
        if (invoice instanceof Invoice.WrittenOff) {
            throw new InvoiceClosed(id);
        }
        Invoice.Heading heading = invoice.heading();
        Money left =
                creditNotes.of(id).stream()
                        .map(CreditNote::amount)
                        .reduce(heading.total(), Money::minus);
        Money credited = amount == null ? left : amount;
        if (!credited.isPositive() || credited.exceeds(left)) {
            throw new CreditRefused(heading.number(), left);
        }
        Instant now = clock.instant();
        LocalDate today = coop.dayAt(now);
        String series = "CN" + today.getYear();
        long number = creditNotes.nextNumber(series);
        var note =
                new CreditNote(
                        UUID.randomUUID(),
                        Invoices.number(series, number),
                        id,
                        heading.number(),
                        payer,
                        today,
                        now,
                        by,
                        credited,
                        why);
        creditNotes.insert(note, series, number);
        announce(payer, InvoiceEvents.credited(heading, note));
        book(
                vat.rate(id.value())
                        .map(rate ->
                                VatEntry.of(
                                        VatEntry.Kind.CREDIT_NOTE,
                                        note.id(),
                                        today,
                                        rate,
                                        credited.negated())),
                AccountId.INCOME_VAT,
                "credit note " + note.number() + " on invoice " + heading.number(),
                List.of(
                        new Posting(
                                AccountId.wallet(payer.value()), AccountId.CREDITED, credited)));
        useCredit(payer, invoice instanceof Invoice.Owing ? id : null);
        return note;
    }

    /** Posts what gives back, and with it the tax that is owed no more. */
    private void book(Optional<VatEntry> entry, AccountId taxOf, String what, List<Posting> gives) {
        var postings = new ArrayList<>(gives);
        entry.ifPresent(each -> postings.addAll(taxes(each.split().tax(), taxOf)));
        TransactionId booked =
                ledger.post(new Transaction(clock.instant(), what, List.copyOf(postings)));
        entry.ifPresent(each -> vat.insertAll(List.of(each.in(booked))));
    }

    /** How an invoice or a credit note is taxed; empty where nothing was said of VAT when it was issued. */
    public Optional<VatRate> vat(UUID document) {
        return vat.rate(document);
    }

    /** The credit notes on an invoice, the first first. */
    public List<CreditNote> creditNotes(InvoiceId id) {
        return creditNotes.of(id);
    }

    /**
     * A credit note.
     *
     * @throws InvoiceNotFound if the invoice has no such credit note
     */
    public CreditNote creditNote(InvoiceId invoice, UUID id) {
        return creditNotes
                .find(id)
                .filter(note -> note.invoice().equals(invoice))
                .orElseThrow(() -> new InvoiceNotFound(invoice));
    }

    /** The credit note by its id alone; empty where that is an invoice's. */
    public Optional<CreditNote> creditNote(UUID id) {
        return creditNotes.find(id);
    }

    /** The years in which credit notes were numbered, such as {@code CN2026}. */
    public List<String> creditSeries() {
        return creditNotes.series();
    }

    /** Credit notes of {@code series} beyond {@code number}, in the order in which they were issued. */
    public List<CreditNote> creditedAfter(String series, long number, int limit) {
        return creditNotes.after(series, number, limit);
    }

    /** Invoices whose last day to pay is over and which nobody has called overdue yet, as far as {@code patience} is at an end and it is not {@code held}. */
    List<Invoice> pastDue(Optional<Patience> patience, Set<InvoiceId> held) {
        if (!register.isConstituted()) {
            return List.of();
        }
        LocalDate today = register.coop().dayAt(clock.instant());
        Optional<LocalDate> before =
                patience.isEmpty() ? Optional.of(today) : patience.get().dueBefore(today);
        Set<PayerId> letBe = patience.map(each -> each.letBe(today)).orElse(Set.of());
        return before.map(day -> invoices.pastDue(day, letBe, held, OVERDUE_BATCH))
                .orElse(List.of());
    }

    /** On which something is owed and whose last day to pay is not after {@code by}, in order of that day, after {@code last}. */
    public List<Invoice> owingDueBy(LocalDate by, @Nullable Invoice last, int limit) {
        return invoices.owingDueBy(by, last, limit);
    }

    /** Calls the invoice overdue and says so, if it still is when its payer's accounts are held. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void fallDue(InvoiceId id, PayerId payer) {
        Coop coop = register.coop();
        hold(payer, coop);
        Optional<Invoice> invoice = invoices.lock(id);
        if (invoice.isPresent() && invoice.get() instanceof Invoice.Running running) {
            running.fallDue(coop.dayAt(clock.instant()))
                    .ifPresent(overdue -> {
                        invoices.update(overdue);
                        announce(payer, InvoiceEvents.overdue(overdue, clock.instant()));
                    });
        }
    }

    /**
     * A bill as it was issued, and as it comes out today.
     *
     * @param issued its total and its lines, in the bytes of the wire
     * @param redrawn the same, drawn up again from the facts of its months; null where a plan is missing now
     */
    public record Redrawn(
            PayerId payer, YearMonth period, String issued, @Nullable String redrawn) {
        /** Whether both are the same to the byte. */
        public boolean same() {
            return issued.equals(redrawn);
        }
    }

    /**
     * Draws up the payers' bills of {@code period} again, from what was counted and declared since then too. Writes nothing.
     * Bills from before they kept what they found are left out.
     */
    @Transactional(readOnly = true)
    public List<Redrawn> redraw(List<PayerId> payers, YearMonth period) {
        Coop coop = register.coop();
        List<Bills.Drawn> issued = bills.drawn(payers, period, coop.currency());
        if (issued.isEmpty()) {
            return List.of();
        }
        List<PayerId> billed = issued.stream().map(Bills.Drawn::payer).toList();
        YearMonth first = firstCorrected(period);
        Map<PayerId, Rating.Charged> charged = rating.charges(billed, first, period);
        Map<PayerId, List<Billed>> before = bills.billedBefore(billed, first, period);
        var redrawn = new ArrayList<Redrawn>();
        for (Bills.Drawn each : issued) {
            PayerId payer = each.payer();
            String again =
                    switch (charged.getOrDefault(payer, new Rating.Charged.Known(List.of()))) {
                        case Rating.Charged.Unknown unknown -> null;
                        case Rating.Charged.Known(List<Charge> charges) ->
                                text(
                                        Bill.draw(
                                                period,
                                                charges,
                                                before.getOrDefault(payer, List.of()),
                                                each.bill().posted(),
                                                each.bill().prepaid(),
                                                each.bill().unbilled()));
                    };
            redrawn.add(new Redrawn(payer, period, text(each.bill()), again));
        }
        return redrawn;
    }

    private String text(Bill bill) {
        record Text(MoneyView total, List<InvoiceViews.LineView> lines) {}
        return json.writeValueAsString(
                new Text(
                        MoneyView.of(bill.total()),
                        bill.lines().stream().map(InvoiceViews.LineView::of).toList()));
    }

    /**
     * The invoice as it stands.
     *
     * @throws InvoiceNotFound if there is none
     */
    public Invoice find(InvoiceId id) {
        return invoices.find(id).orElseThrow(() -> new InvoiceNotFound(id));
    }

    /**
     * An invoice as it was issued.
     *
     * @param issuedAt the moment; the day alone would not tell what was known by then
     */
    public record Statement(
            Invoice.Heading heading, Instant issuedAt, List<InvoiceViews.LineView> lines) {}

    /**
     * What stands on the invoice, whatever was paid since.
     *
     * @throws InvoiceNotFound if there is none
     */
    public Statement statement(InvoiceId id) {
        return new Statement(
                find(id).heading(),
                bills.billedAt(id),
                bills.lines(id).stream().map(InvoiceViews.LineView::of).toList());
    }

    /**
     * Makes a link under which the invoice can be paid without signing in; its path, told this once.
     *
     * @throws InvoiceNotFound if there is none
     */
    @Transactional
    public String payLink(InvoiceId id) {
        find(id);
        return requireNonNull(payLinks.make(List.of(id), clock.instant()).get(id));
    }

    /** The invoice that the link with {@code token} leads to; empty where it leads nowhere. */
    public Optional<Invoice> behind(String token) {
        return payLinks.find(token).flatMap(invoices::find);
    }

    /** The years in which invoices were numbered, the first first. */
    public List<String> series() {
        return invoices.series();
    }

    /** Invoices of {@code series} beyond {@code number}, in the order in which they were issued. */
    public List<Invoice.Heading> issuedAfter(String series, long number, int limit) {
        return invoices.after(series, number, limit);
    }

    /** The invoices with these numbers; one that was never issued is left out. */
    public List<Invoice> named(Collection<String> numbers) {
        return numbers.isEmpty() ? List.of() : invoices.named(numbers);
    }

    /** What any of the payers owes on, oldest first. */
    public List<Invoice> owingOf(Collection<PayerId> payers) {
        return payers.isEmpty() ? List.of() : invoices.owingOf(payers);
    }

    /** On which just one of these amounts is open, oldest first, at most {@code limit}. */
    public List<Invoice> owingExactly(Collection<Money> amounts, int limit) {
        return amounts.isEmpty() ? List.of() : invoices.owingExactly(amounts, limit);
    }

    /** The payments that settle something of the invoices with these numbers, each with the numbers of those. */
    public Map<UUID, Set<String>> paymentsOf(Collection<String> numbers) {
        return numbers.isEmpty() ? Map.of() : invoices.paymentsOf(numbers);
    }

    /** What the payer owes on, oldest first. */
    public List<Invoice> owing(PayerId payer) {
        return invoices.owing(payer);
    }

    /** What {@code period} has come to beyond what was billed of it. */
    public InvoiceViews.RunningView runningView(PayerId payer, YearMonth period) {
        List<BillLine> lines =
                new ArrayList<>(
                        Bill.news(
                                period,
                                rating.charges(payer, period),
                                bills.billed(List.of(payer), period, period)
                                        .getOrDefault(payer, List.of())));
        queue.pending(List.of(payer)).getOrDefault(payer, List.of()).stream()
                .filter(posted -> posted.month().equals(period))
                .map(BillLine::of)
                .forEach(lines::add);
        Money total =
                lines.stream()
                        .map(BillLine::amount)
                        .reduce(Money.zero(register.coop().currency()), Money::plus);
        return new InvoiceViews.RunningView(
                period.toString(),
                lines.stream().map(InvoiceViews.LineView::of).toList(),
                MoneyView.of(total));
    }

    /** Holds the payer's accounts until the caller's transaction ends, in the order in which everybody does. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void hold(PayerId payer) {
        hold(payer, register.coop());
    }

    private void hold(PayerId payer, Coop coop) {
        hold(List.of(payer), coop);
    }

    private void hold(Collection<PayerId> payers, Coop coop) {
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

    private void announce(PayerId payer, InvoiceEvent event) {
        outbox.add(InvoiceEvents.TOPIC, payer.toString(), event);
    }
}
