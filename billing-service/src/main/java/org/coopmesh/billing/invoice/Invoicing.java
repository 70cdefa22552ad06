package org.coopmesh.billing.invoice;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Rating;
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

/**
 * What payers owe. Whoever changes what a payer owes holds that payer's accounts first; so the facts about one payer's
 * invoices leave in the order in which they happened.
 */
@Service
@EnableConfigurationProperties(InvoiceSettings.class)
public class Invoicing {
    private static final int OVERDUE_BATCH = 500;

    private final Invoices invoices;
    private final Bills bills;
    private final Rating rating;
    private final PayerRegister register;
    private final Ledger ledger;
    private final Outbox outbox;
    private final InvoiceSettings settings;
    private final Clock clock;

    Invoicing(
            Invoices invoices,
            Bills bills,
            Rating rating,
            PayerRegister register,
            Ledger ledger,
            Outbox outbox,
            InvoiceSettings settings,
            Clock clock) {
        this.invoices = invoices;
        this.bills = bills;
        this.rating = rating;
        this.register = register;
        this.ledger = ledger;
        this.outbox = outbox;
        this.settings = settings;
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
        /** An invoice over {@code total}. */
        record Issued(PayerId payer, Money total) implements Outcome {}

        /** No invoice, and that is right. */
        record Nothing(PayerId payer, String why) implements Outcome {}
    }

    /**
     * Bills the payer's {@code period}, once: draws up what is new, writes it into the book, issues the invoice and lets
     * it take the payer's credit.
     *
     * @throws org.coopmesh.billing.rating.PlanNotFound if a site is on a plan that was not in force
     */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    Outcome bill(PayerId payer, YearMonth period) {
        Coop coop = register.coop();
        hold(payer, coop);
        var billId = UUID.randomUUID();
        if (!bills.open(billId, payer, period, clock.instant())) {
            return new Outcome.Nothing(payer, "already billed");
        }
        Bill bill =
                Bill.draw(
                        period,
                        charges(payer, period),
                        bills.billed(payer, firstCorrected(period), period),
                        ledger.balance(AccountId.unbilled(payer.value()), coop.currency()));
        bills.insert(billId, bill.lines());
        charge(coop, payer, period, bill);
        if (bill.total().isNegative()) {
            giveBack(payer, period, bill.total().negated());
            return new Outcome.Nothing(payer, "credited");
        }
        if (bill.total().isZero()) {
            return new Outcome.Nothing(payer, "nothing to bill");
        }
        issue(coop, payer, period, billId, bill.total());
        return new Outcome.Issued(payer, bill.total());
    }

    private List<Charge> charges(PayerId payer, YearMonth period) {
        return Stream.iterate(firstCorrected(period), m -> !m.isAfter(period), m -> m.plusMonths(1))
                .flatMap(month -> rating.charges(payer, month).stream())
                .toList();
    }

    private YearMonth firstCorrected(YearMonth period) {
        return period.minusMonths(settings.correctMonths());
    }

    /** Charges of the period count in it; what came to light later counts now. */
    private void charge(Coop coop, PayerId payer, YearMonth period, Bill bill) {
        var inPeriod = new ArrayList<Posting>();
        var late = new ArrayList<Posting>();
        for (BillLine line : bill.lines()) {
            Charge.Key key = line.charge();
            if (key == null || line.amount().isZero()) {
                continue;
            }
            AccountId income =
                    switch (key.kind()) {
                        case DUES -> AccountId.INCOME_DUES;
                        case USAGE -> AccountId.INCOME_USAGE;
                    };
            (line.kind() == BillLine.Kind.ADJUSTMENT ? late : inPeriod)
                    .add(Posting.signed(income, AccountId.unbilled(payer.value()), line.amount()));
        }
        Instant endOfPeriod = coop.startOf(period.plusMonths(1).atDay(1)).minusSeconds(1);
        post(endOfPeriod, "charges for " + period, inPeriod);
        post(clock.instant(), "adjustments with the bill for " + period, late);
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

    private void issue(Coop coop, PayerId payer, YearMonth period, UUID billId, Money total) {
        LocalDate today = coop.dayAt(clock.instant());
        String series = String.valueOf(today.getYear());
        long number = invoices.nextNumber(series);
        var invoice =
                new Invoice.Issued(
                        new Invoice.Heading(
                                new InvoiceId(UUID.randomUUID()),
                                Invoices.number(series, number),
                                payer,
                                period,
                                today,
                                today.plusDays(settings.dueAfter().toDays()),
                                total));
        invoices.insert(invoice, billId, series, number);
        post(
                clock.instant(),
                "invoice " + invoice.heading().number(),
                List.of(
                        new Posting(
                                AccountId.unbilled(payer.value()),
                                AccountId.receivable(payer.value()),
                                total)));
        announce(payer, InvoiceEvents.issued(invoice.heading(), clock.instant()));
        useCredit(payer);
    }

    private void useCredit(PayerId payer) {
        Coop coop = register.coop();
        Money credit = ledger.balance(AccountId.wallet(payer.value()), coop.currency()).negated();
        if (!credit.isPositive()) {
            return;
        }
        Applied applied =
                apply(
                        payer,
                        null,
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
        hold(payer, register.coop());
        if (named != null && !find(named).heading().payer().equals(payer)) {
            throw new InvoiceNotFound(named);
        }
        List<Invoice> owing = new ArrayList<>(invoices.lockOwing(payer));
        owing.sort((a, b) -> Boolean.compare(is(b, named), is(a, named)));
        var parts = new ArrayList<Part>();
        Money rest = amount;
        for (Invoice invoice : owing) {
            if (!rest.isPositive() || !(invoice instanceof Invoice.Owing open)) {
                break;
            }
            Invoice.Application application = open.apply(rest, receivedOn);
            invoices.update(application.invoice());
            invoices.settle(
                    open.heading().id(),
                    new Settlement(payment, method, receivedOn, application.taken()));
            parts.add(new Part(open.heading().id(), open.heading().number(), application.taken()));
            if (application.invoice() instanceof Invoice.Paid paid) {
                announce(
                        payer,
                        InvoiceEvents.settled(paid.heading(), paid.settledOn(), clock.instant()));
            }
            rest = application.rest();
        }
        return new Applied(parts, rest);
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
                post(
                        clock.instant(),
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

    /** Invoices whose last day to pay is over and which nobody has called overdue yet. */
    List<Invoice> pastDue() {
        return register.isConstituted()
                ? invoices.pastDue(register.coop().dayAt(clock.instant()), OVERDUE_BATCH)
                : List.of();
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
     * The invoice as it stands.
     *
     * @throws InvoiceNotFound if there is none
     */
    public Invoice find(InvoiceId id) {
        return invoices.find(id).orElseThrow(() -> new InvoiceNotFound(id));
    }

    /** What the payer owes on, oldest first. */
    public List<Invoice> owing(PayerId payer) {
        return invoices.owing(payer);
    }

    /** What {@code period} has come to beyond what was billed of it. */
    public InvoiceViews.RunningView runningView(PayerId payer, YearMonth period) {
        List<BillLine> lines =
                Bill.news(
                        period, rating.charges(payer, period), bills.billed(payer, period, period));
        Money total =
                lines.stream()
                        .map(BillLine::amount)
                        .reduce(Money.zero(register.coop().currency()), Money::plus);
        return new InvoiceViews.RunningView(
                period.toString(),
                lines.stream().map(InvoiceViews.LineView::of).toList(),
                MoneyView.of(total));
    }

    private void hold(PayerId payer, Coop coop) {
        ledger.hold(
                List.of(
                        AccountId.receivable(payer.value()),
                        AccountId.unbilled(payer.value()),
                        AccountId.wallet(payer.value())),
                coop.currency());
    }

    private void announce(PayerId payer, InvoiceEvent event) {
        outbox.add(InvoiceEvents.TOPIC, payer.toString(), event);
    }
}
