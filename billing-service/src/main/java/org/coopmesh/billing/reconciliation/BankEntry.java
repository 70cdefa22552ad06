package org.coopmesh.billing.reconciliation;

import java.time.LocalDate;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * One booked line of a bank account.
 *
 * @param line where in the file it began
 * @param amount above zero what came, below what went; never zero
 * @param bankReference what the bank calls it; null where it gave none
 * @param code the kind of transaction in the bank's own words, such as {@code PMNT/RCDT/ESCT} or {@code NTRF}
 * @param reversal whether the bank took back an earlier line
 * @param information what the bank adds for a person to read
 * @param parts at least one; together they are {@code amount}
 */
record BankEntry(
        int line,
        LocalDate bookedOn,
        LocalDate valueOn,
        Money amount,
        @Nullable String bankReference,
        @Nullable String code,
        boolean reversal,
        @Nullable String information,
        List<Part> parts) {
    /**
     * One payment of an entry; most entries have one, a batch has several.
     *
     * @param iban the other side's; null where the bank told none that is right
     * @param text what was written for the receiver
     * @param reference a structured creditor's reference, as it was written
     * @param returnReason why a payment came back, such as {@code AM04}; null for one that did not
     * @param charges what the bank kept for itself of it, above zero; null where it says nothing
     */
    record Part(
            Money amount,
            @Nullable String name,
            @Nullable Iban iban,
            @Nullable String text,
            @Nullable String reference,
            @Nullable String endToEndId,
            @Nullable String mandateId,
            @Nullable String returnReason,
            @Nullable Money charges) {}

    BankEntry {
        parts = List.copyOf(parts);
        if (amount.isZero() || !amount.isWholeMinor()) {
            throw new IllegalArgumentException("no entry of " + amount);
        }
        Money sum =
                parts.stream().map(Part::amount).reduce(Money.zero(amount.currency()), Money::plus);
        if (!sum.equals(amount)) {
            throw new IllegalArgumentException("parts of " + sum + " in an entry of " + amount);
        }
    }
}
