package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.party.VatRate;
import org.jspecify.annotations.Nullable;

/**
 * What an invoice, a credit note, a write-off or a bill without an invoice says of VAT.
 *
 * @param split below zero where it gives back
 * @param transaction that moved the tax, once it is booked; null where there is none
 */
record VatEntry(
        Kind kind,
        UUID about,
        LocalDate countsOn,
        VatRate rate,
        VatRate.Split split,
        @Nullable TransactionId transaction) {
    enum Kind {
        INVOICE,
        /** Everything on it was paid ahead, or it gives back. */
        BILL,
        CREDIT_NOTE,
        WRITE_OFF;

        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Kind of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    static VatEntry of(Kind kind, UUID about, LocalDate countsOn, VatRate rate, Money gross) {
        return new VatEntry(kind, about, countsOn, rate, rate.split(gross), null);
    }

    VatEntry in(@Nullable TransactionId booked) {
        return new VatEntry(kind, about, countsOn, rate, split, booked);
    }
}
