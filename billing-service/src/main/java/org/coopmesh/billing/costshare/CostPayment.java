package org.coopmesh.billing.costshare;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Money that left the bank for a shared cost, as the treasurer wrote it down.
 *
 * @param reference what the bank statement says; no names
 * @param reversal null where it stands
 */
record CostPayment(
        UUID id,
        CostPoolId pool,
        Money amount,
        LocalDate paidOn,
        @Nullable String reference,
        MemberId recordedBy,
        Instant recordedAt,
        @Nullable Reversal reversal) {
    /** That it was a mistake or came back. */
    record Reversal(String reason, MemberId by, Instant at) {}

    CostPayment {
        if (!amount.isPositive() || !amount.isWholeMinor()) {
            throw new IllegalArgumentException("no payment of " + amount);
        }
    }

    CostPayment reversed(Reversal how) {
        return new CostPayment(id, pool, amount, paidOn, reference, recordedBy, recordedAt, how);
    }
}
