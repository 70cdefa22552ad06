package org.coopmesh.billing.costshare;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.costshare.CostPool.Declared;
import org.coopmesh.billing.costshare.CostPool.Refused;
import org.coopmesh.billing.costshare.CostPool.Validated;
import org.coopmesh.billing.costshare.CostPool.Withdrawn;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Books what the co-op pays for shared costs from its bank, so that a cost shared and paid is zero in the book. */
@Service
class CostPaying {
    /** Payments of one cost, reversed ones included. */
    static final int PAYMENTS_MAX = 200;

    /** What is older is a mistyped year, and the book forgets nothing. */
    private static final Period PAID_AGO_MAX = Period.ofYears(10);

    private final CostPools pools;
    private final CostPayments payments;
    private final Ledger ledger;
    private final PayerRegister register;
    private final Clock clock;

    CostPaying(
            CostPools pools,
            CostPayments payments,
            Ledger ledger,
            PayerRegister register,
            Clock clock) {
        this.pools = pools;
        this.payments = payments;
        this.ledger = ledger;
        this.register = register;
        this.clock = clock;
    }

    /**
     * Where a cost stands.
     *
     * @param charged to those who share it, by now
     * @param paid from the bank, by now
     * @param open of the whole amount, to be paid from the bank; zero where nothing is
     */
    record Account(Money charged, Money paid, Money open, List<CostPayment> payments) {}

    /** A payment, or its reversal, and which transaction of the book it is. */
    record Written(CostPayment payment, TransactionId transaction) {}

    /**
     * Writes down that {@code amount} left the bank for the pool.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if the co-op does not pay it, or not so much, or not on that day
     */
    @Transactional
    Written pay(
            CostPoolId id,
            Money amount,
            LocalDate paidOn,
            @Nullable String reference,
            MemberId by) {
        Validated pool =
                switch (lock(id)) {
                    case Validated validated -> validated;
                    case Declared other ->
                            throw new CostPoolRefused(
                                    "not-validated",
                                    "nobody pays what two others have not found right");
                    case Refused other ->
                            throw new CostPoolRefused("not-open", "it was refused before");
                    case Withdrawn other ->
                            throw new CostPoolRefused("not-open", "it was withdrawn before");
                };
        List<CostPayment> before = payments.of(id);
        if (before.size() >= PAYMENTS_MAX) {
            throw new CostPoolRefused(
                    "payments", "at most " + PAYMENTS_MAX + " payments of a cost");
        }
        if (amount.exceeds(pool.payable(paid(before, amount.currency())))) {
            throw new CostPoolRefused("more-than-the-cost", "amount: more than is open of it");
        }
        Coop coop = register.coop();
        Instant now = clock.instant();
        LocalDate today = coop.dayAt(now);
        if (paidOn.isAfter(today) || paidOn.isBefore(today.minus(PAID_AGO_MAX))) {
            throw new CostPoolRefused("paid-on", "paidOn: not after today, nor ten years ago");
        }
        var payment =
                new CostPayment(UUID.randomUUID(), id, amount, paidOn, reference, by, now, null);
        TransactionId transaction =
                ledger.post(
                        new Transaction(
                                paidOn.equals(today) ? now : coop.startOf(paidOn),
                                "payment %s of cost pool %s".formatted(payment.id(), id),
                                List.of(
                                        new Posting(
                                                AccountId.BANK,
                                                AccountId.costPool(id.value()),
                                                amount))));
        payments.insert(payment, transaction);
        return new Written(payment, transaction);
    }

    /**
     * Reverses a payment that was a mistake or came back.
     *
     * @throws CostPoolNotFound if there is none
     * @throws CostPoolRefused if it was reversed before
     */
    @Transactional
    Written reverse(CostPoolId pool, UUID id, String reason, MemberId by) {
        lock(pool);
        CostPayments.Booked booked =
                payments.find(pool, id).orElseThrow(() -> new CostPoolNotFound("payment " + id));
        if (booked.payment().reversal() != null) {
            throw new CostPoolRefused("reversed-before", "it was reversed before");
        }
        TransactionId transaction =
                ledger.reverse(
                        booked.transaction(),
                        "payment %s of cost pool %s reversed".formatted(id, pool));
        var reversal = new CostPayment.Reversal(reason, by, clock.instant());
        payments.reverse(id, reversal, transaction);
        return new Written(booked.payment().reversed(reversal), transaction);
    }

    /**
     * What was charged for the pool, and what was paid.
     *
     * @throws CostPoolNotFound if there is no such pool
     */
    @Transactional(readOnly = true)
    Account account(CostPoolId id) {
        CostPool pool = pools.find(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id));
        Currency currency = pool.heading().amount().currency();
        List<CostPayment> all = payments.of(id);
        Money paid = paid(all, currency);
        Money zero = Money.zero(currency);
        return new Account(
                paid.minus(ledger.balance(AccountId.costPool(id.value()), currency)),
                paid,
                pool instanceof Validated validated && validated.isPaidByCoop()
                        ? validated.payable(paid)
                        : zero,
                all);
    }

    /** Whether anything of it was paid that was not reversed. */
    boolean isPaid(CostPoolId id) {
        return payments.of(id).stream().anyMatch(payment -> payment.reversal() == null);
    }

    /** Payments that stand, with one of these amounts. */
    List<CostPayments.Booked> standing(Collection<Money> amounts) {
        return payments.standing(amounts, PAYMENTS_MAX);
    }

    private static Money paid(List<CostPayment> payments, Currency currency) {
        return payments.stream()
                .filter(payment -> payment.reversal() == null)
                .map(CostPayment::amount)
                .reduce(Money.zero(currency), Money::plus);
    }

    private CostPool lock(CostPoolId id) {
        return pools.lock(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id));
    }
}
