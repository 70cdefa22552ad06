package org.coopmesh.billing.payment;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Money that came from a payer, as the treasurer wrote it down.
 *
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
        MemberId recordedBy,
        Instant recordedAt,
        Money credit,
        @Nullable Reversal reversal) {
    /** That it was a mistake or went back. */
    public record Reversal(String reason, MemberId by, Instant at) {}

    /** How it came. */
    public enum Method {
        CASH,
        TRANSFER
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
