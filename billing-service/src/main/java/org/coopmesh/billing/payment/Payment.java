package org.coopmesh.billing.payment;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Money that came from a payer, as the treasurer or a payment provider said.
 *
 * @param recordedBy who wrote it down; null where a payment provider told it
 * @param credit the part that no invoice needed
 * @param reversal null where it stands
 */
public record Payment(
        UUID id,
        PayerId payer,
        Money amount,
        Method method,
        LocalDate receivedOn,
        @Nullable String reference,
        @Nullable String note,
        @Nullable MemberId recordedBy,
        Instant recordedAt,
        Money credit,
        @Nullable Reversal reversal) {
    /**
     * That it was a mistake or went back.
     *
     * @param by null where a payment provider told it
     */
    public record Reversal(String reason, @Nullable MemberId by, Instant at) {}

    /** How it came. */
    public enum Method {
        CASH,
        TRANSFER,
        DIRECT_DEBIT,
        CARD,
        BITCOIN;

        /** As it stands in the database and in answers. */
        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Method of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    public Payment {
        if (!amount.isPositive() || !amount.isWholeMinor()) {
            throw new IllegalArgumentException("no payment of " + amount);
        }
        if (credit.isNegative() || credit.exceeds(amount)) {
            throw new IllegalArgumentException("credit of " + credit + " out of " + amount);
        }
    }

    Payment reversed(Reversal how) {
        return new Payment(
                id,
                payer,
                amount,
                method,
                receivedOn,
                reference,
                note,
                recordedBy,
                recordedAt,
                credit,
                how);
    }
}
