package org.coopmesh.billing.payment;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.Settlement;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
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
    private final Clock clock;

    Cashier(
            Payments payments,
            Invoicing invoicing,
            Ledger ledger,
            PayerRegister register,
            Clock clock) {
        this.payments = payments;
        this.invoicing = invoicing;
        this.ledger = ledger;
        this.register = register;
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
        if (!money.kind().isMoney()) {
            throw new IllegalArgumentException("money comes to no " + money);
        }
        Coop coop = register.coop();
        if (!register.isKnown(payer)) {
            throw new PayerUnknown(payer);
        }
        LocalDate today = coop.dayAt(clock.instant());
        if (receivedOn.isAfter(today)) {
            throw new ReceivedInFuture(receivedOn);
        }
        if (receivedOn.isBefore(today.minus(RECEIVED_AGO_MAX))) {
            throw new ReceivedTooLongAgo(receivedOn, today.minus(RECEIVED_AGO_MAX));
        }
        var id = UUID.randomUUID();
        Invoicing.Applied applied =
                invoicing.apply(
                        payer,
                        named,
                        id,
                        Settlement.Method.valueOf(method.name()),
                        receivedOn,
                        amount);
        Instant now = clock.instant();
        TransactionId transaction =
                ledger.post(
                        new Transaction(
                                effective(coop, receivedOn, now),
                                "payment " + id,
                                postings(payer, money, amount, applied.rest())));
        var payment =
                new Payment(
                        id,
                        payer,
                        amount,
                        method,
                        receivedOn,
                        reference,
                        note,
                        by,
                        now,
                        applied.rest(),
                        null);
        payments.insert(payment, transaction);
        return new Taken(payment, applied.parts(), transaction);
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
        TransactionId transaction =
                ledger.reverse(booked.transaction(), "payment " + id + " reversed");
        List<Invoicing.Part> reopened = invoicing.takeBack(before.payer(), id);
        var reversal = new Payment.Reversal(reason, by, clock.instant());
        payments.reverse(id, reversal, transaction);
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
