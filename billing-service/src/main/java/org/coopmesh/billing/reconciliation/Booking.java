package org.coopmesh.billing.reconciliation;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Where a part of an entry stands in the book.
 *
 * @param directDebit a run of direct debits, or one of them that went back
 * @param transaction null for what moves nothing: between own accounts
 * @param undone null where it stands
 */
record Booking(
        UUID id,
        UUID part,
        Kind kind,
        Money amount,
        @Nullable PayerId payer,
        @Nullable UUID payment,
        @Nullable CostPoolId pool,
        @Nullable UUID costPayment,
        @Nullable UUID directDebit,
        @Nullable AccountId account,
        @Nullable String reason,
        @Nullable TransactionId transaction,
        Rule rule,
        MemberId by,
        Instant at,
        @Nullable Undone undone) {
    /** What it is. */
    enum Kind {
        PAYMENT,
        RETURN,
        COST,
        COST_RETURN,
        COLLECTION,
        DEBIT_RETURN,
        ACCOUNT,
        BOOKED,
        OWN
    }

    /** Who said so: a person, or one of the two rules that post without asking. */
    enum Rule {
        PERSON,
        REFERENCE,
        RETURN
    }

    /** That it was taken back, by whom and why. */
    record Undone(MemberId by, Instant at, String why) {}
}
