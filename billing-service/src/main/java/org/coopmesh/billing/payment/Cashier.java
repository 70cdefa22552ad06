package org.coopmesh.billing.payment;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.Settlement;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes payments in: into the book, onto what is owed, and the rest into the payer's wallet. */
@Service
public class Cashier {
    /** What is older is a mistyped year, and the book forgets nothing. */
    private static final Period RECEIVED_AGO_MAX = Period.ofYears(10);

    private final Payments payments;
    private final Invoicing invoicing;
    private final Ledger ledger;
    private final PayerRegister register;
    private final Mailing mailing;
    private final Outbox outbox;
    private final Clock clock;

    Cashier(
            Payments payments,
            Invoicing invoicing,
            Ledger ledger,
            PayerRegister register,
            Mailing mailing,
            Outbox outbox,
            Clock clock) {
        this.payments = payments;
        this.invoicing = invoicing;
        this.ledger = ledger;
        this.register = register;
        this.mailing = mailing;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * A payment taken in, and what it paid.
     *
     * @param booked its transaction of the book
     */
    public record Taken(Payment payment, List<Invoicing.Part> applied, TransactionId booked) {}

    /**
     * Takes {@code amount} in and applies it to the named invoice, then to the payer's others, oldest first; all in one
     * transaction with the facts that follow.
     *
     * @param named an invoice to begin with; null for none
     * @throws PayerUnknown if nobody by this id was ever to pay
     * @throws ReceivedInFuture if it is to come only tomorrow or later
     * @throws ReceivedTooLongAgo if it came more than ten years ago
     * @throws org.coopmesh.billing.invoice.InvoiceNotFound if the named invoice is not the payer's
     */
    @Transactional
    public Taken take(
            PayerId payer,
            @Nullable InvoiceId named,
            Money amount,
            Payment.Method method,
            LocalDate receivedOn,
            @Nullable String reference,
            @Nullable String note,
            @Nullable MemberId by) {
        AccountId money =
                switch (method) {
                    case CASH -> AccountId.CASH;
                    case TRANSFER -> AccountId.BANK;
                    case DIRECT_DEBIT, CARD, BITCOIN ->
                            throw new IllegalArgumentException("whose " + method + "?");
                };
        return take(payer, named, amount, method, money, receivedOn, reference, note, by);
    }

    /**
     * The same for money that is not yet at the bank.
     *
     * @param money where it is
     * @param by null where a payment provider told it
     */
    @Transactional
    public Taken take(
            PayerId payer,
            @Nullable InvoiceId named,
            Money amount,
            Payment.Method method,
            AccountId money,
            LocalDate receivedOn,
            @Nullable String reference,
            @Nullable String note,
            @Nullable MemberId by) {
        return takeAll(
                        List.of(
                                new Received(
                                        payer,
                                        named,
                                        amount,
                                        method,
                                        money,
                                        receivedOn,
                                        reference,
                                        note)),
                        by)
                .getFirst();
    }

    /**
     * Money that came.
     *
     * @param named an invoice to begin with; null for none
     * @param money where it is
     */
    public record Received(
            PayerId payer,
            @Nullable InvoiceId named,
            Money amount,
            Payment.Method method,
            AccountId money,
            LocalDate receivedOn,
            @Nullable String reference,
            @Nullable String note) {
        public Received {
            if (!money.kind().isMoney()) {
                throw new IllegalArgumentException("money comes to no " + money);
            }
        }
    }

    /**
     * {@link #take} for each in their order, in one transaction of a few statements. One that cannot be taken refuses them all.
     *
     * @param by null where a payment provider told it
     * @return what became of each, in their order
     * @throws PayerUnknown if nobody by one of the ids was ever to pay
     * @throws ReceivedInFuture if one is to come only tomorrow or later
     * @throws ReceivedTooLongAgo if one came more than ten years ago
     * @throws org.coopmesh.billing.invoice.InvoiceNotFound if a named invoice is not the payer's
     */
    @Transactional
    public List<Taken> takeAll(List<Received> received, @Nullable MemberId by) {
        if (received.isEmpty()) {
            return List.of();
        }
        Coop coop = register.coop();
        Instant now = clock.instant();
        unlessInOrder(received, coop.dayAt(now));
        List<UUID> ids = received.stream().map(each -> UUID.randomUUID()).toList();
        var funds = new ArrayList<Invoicing.Funds>();
        for (int i = 0; i < received.size(); i++) {
            Received each = received.get(i);
            funds.add(
                    new Invoicing.Funds(
                            each.payer(),
                            each.named(),
                            ids.get(i),
                            Settlement.Method.valueOf(each.method().name()),
                            each.receivedOn(),
                            each.amount()));
        }
        List<Invoicing.Applied> applied = invoicing.applyAll(funds);
        var transactions = new ArrayList<Transaction>();
        for (int i = 0; i < received.size(); i++) {
            Received each = received.get(i);
            transactions.add(
                    new Transaction(
                            effective(coop, each.receivedOn(), now),
                            "payment " + ids.get(i),
                            postings(
                                    each.payer(),
                                    each.money(),
                                    each.amount(),
                                    applied.get(i).rest())));
        }
        List<TransactionId> booked = ledger.postAll(transactions);
        var payments = new ArrayList<Payments.Booked>();
        var taken = new ArrayList<Taken>();
        for (int i = 0; i < received.size(); i++) {
            Received each = received.get(i);
            var payment =
                    new Payment(
                            ids.get(i),
                            each.payer(),
                            each.amount(),
                            each.method(),
                            each.receivedOn(),
                            each.reference(),
                            each.note(),
                            by,
                            now,
                            applied.get(i).rest(),
                            null);
            payments.add(new Payments.Booked(payment, booked.get(i)));
            taken.add(new Taken(payment, applied.get(i).parts(), booked.get(i)));
        }
        this.payments.insertAll(payments);
        outbox.addAll(
                PaymentEvents.TOPIC,
                taken.stream()
                        .map(each ->
                                new Outbox.Stated(
                                        each.payment().payer().toString(),
                                        PaymentEvents.received(each.payment())))
                        .toList());
        mailing.tell(
                taken.stream()
                        .map(each ->
                                new Mailing.Told(
                                        Notice.RECEIPT,
                                        each.payment().id(),
                                        each.payment().payer()))
                        .toList());
        return taken;
    }

    private void unlessInOrder(List<Received> received, LocalDate today) {
        Set<PayerId> known =
                register.known(received.stream().map(Received::payer).collect(Collectors.toSet()));
        for (Received each : received) {
            if (!known.contains(each.payer())) {
                throw new PayerUnknown(each.payer());
            }
            if (each.receivedOn().isAfter(today)) {
                throw new ReceivedInFuture(each.receivedOn());
            }
            if (each.receivedOn().isBefore(today.minus(RECEIVED_AGO_MAX))) {
                throw new ReceivedTooLongAgo(each.receivedOn(), today.minus(RECEIVED_AGO_MAX));
            }
        }
    }

    /**
     * A payment reversed, and what each invoice gave back.
     *
     * @param booked the transaction that reverses it
     */
    public record Reversed(Payment payment, List<Invoicing.Part> reopened, TransactionId booked) {}

    /**
     * Reverses a payment that was a mistake or went back: in the book, and on the invoices it had settled, which are owed
     * again; all in one transaction with the facts that follow.
     *
     * @param by null where a payment provider told it
     * @throws PaymentNotFound if there is none
     * @throws PaymentReversed if it was reversed before
     */
    @Transactional
    public Reversed reverse(UUID id, String reason, @Nullable MemberId by) {
        Payments.Booked booked = payments.lock(id).orElseThrow(() -> new PaymentNotFound(id));
        Payment before = booked.payment();
        if (before.reversal() != null) {
            throw new PaymentReversed(id);
        }
        invoicing.hold(before.payer());
        TransactionId transaction =
                ledger.reverse(booked.transaction(), "payment " + id + " reversed");
        List<Invoicing.Part> reopened = invoicing.takeBack(before.payer(), id);
        var reversal = new Payment.Reversal(reason, by, clock.instant());
        payments.reverse(id, reversal, transaction);
        outbox.add(
                PaymentEvents.TOPIC,
                before.payer().toString(),
                PaymentEvents.returned(before, reversal.at()));
        return new Reversed(before.reversed(reversal), reopened, transaction);
    }

    private static Instant effective(Coop coop, LocalDate receivedOn, Instant now) {
        return receivedOn.equals(coop.dayAt(now)) ? now : coop.startOf(receivedOn);
    }

    private static List<Posting> postings(
            PayerId payer, AccountId money, Money amount, Money credit) {
        var postings = new ArrayList<Posting>();
        if (amount.exceeds(credit)) {
            postings.add(
                    new Posting(AccountId.receivable(payer.value()), money, amount.minus(credit)));
        }
        if (credit.isPositive()) {
            postings.add(new Posting(AccountId.wallet(payer.value()), money, credit));
        }
        return postings;
    }

    /** The payments by these ids; one that is not there is left out. */
    public List<Payment> find(Collection<UUID> ids) {
        return ids.isEmpty() ? List.of() : payments.find(ids);
    }

    /** Which payments these transactions of the book are; one that is none is left out. */
    public Map<TransactionId, Payment> bookedAs(Collection<TransactionId> transactions) {
        return transactions.isEmpty() ? Map.of() : payments.bookedAs(transactions);
    }

    /** Payments, newest first, before the payment {@code before}. */
    List<Payment> list(@Nullable PayerId payer, @Nullable UUID before, int limit) {
        return payments.list(payer, before, limit);
    }
}
