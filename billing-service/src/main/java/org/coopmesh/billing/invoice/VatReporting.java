package org.coopmesh.billing.invoice;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Adds up VAT by days, and asks the book for the same. */
@Service
class VatReporting {
    private final VatEntries entries;
    private final Ledger ledger;
    private final PayerRegister register;

    VatReporting(VatEntries entries, Ledger ledger, PayerRegister register) {
        this.entries = entries;
        this.ledger = ledger;
        this.register = register;
    }

    /**
     * @param tax of all sums
     * @param booked what their transactions moved on the account
     * @param otherwise what others moved on it; below zero what went to the tax office
     * @param owed at the end
     */
    record Report(
            List<VatEntries.Sum> sums, Money tax, Money booked, Money otherwise, Money owed) {}

    /** Of the days from {@code from} to {@code to}, both included. */
    @Transactional(readOnly = true)
    public Report report(LocalDate from, LocalDate to) {
        Coop coop = register.coop();
        Money zero = Money.zero(coop.currency());
        List<VatEntries.Sum> sums = entries.sums(from, to, coop.currency());
        Set<TransactionId> ours = entries.transactions(from, to);
        Instant until = coop.startOf(to.plusDays(1)).minusNanos(1_000);
        var booked = new Money[] {zero, zero};
        ledger.readMovements(
                AccountId.VAT,
                coop.startOf(from).minusNanos(1_000),
                until,
                movement -> {
                    int which = ours.contains(movement.transaction()) ? 0 : 1;
                    booked[which] = booked[which].minus(movement.amount());
                });
        return new Report(
                sums,
                sums.stream().map(VatEntries.Sum::tax).reduce(zero, Money::plus),
                booked[0],
                booked[1],
                ledger.balance(AccountId.VAT, coop.currency(), until).negated());
    }
}
