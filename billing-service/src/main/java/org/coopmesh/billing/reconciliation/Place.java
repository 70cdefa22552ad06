package org.coopmesh.billing.reconciliation;

import java.util.UUID;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/** Where money of an entry belongs. Amounts have the sign of the entry: above zero what came. */
sealed interface Place {
    Money amount();

    /** What it settles, pays or explains; null where that can be several times over. */
    default @Nullable Object target() {
        return switch (this) {
            case ToPayer to -> to.invoice();
            case Returned returned -> returned.payment();
            case ToCost to -> to.pool();
            case CostReturned returned -> returned.payment();
            case Collected collected -> null;
            case DebitReturned returned -> returned.item();
            case Booked booked -> booked.transaction();
            case ToAccount to -> null;
            case Own own -> null;
        };
    }

    /** The same with another amount. */
    default Place of(Money other) {
        return switch (this) {
            case ToPayer to -> new ToPayer(to.payer(), to.invoice(), other);
            case Returned to -> new Returned(to.payment(), other);
            case ToCost to -> new ToCost(to.pool(), other);
            case CostReturned to -> new CostReturned(to.pool(), to.payment(), other);
            case Collected to -> new Collected(to.run(), other);
            case DebitReturned to -> new DebitReturned(to.item(), to.code(), other);
            case ToAccount to -> new ToAccount(to.account(), to.reason(), other);
            case Booked to -> new Booked(to.transaction(), other);
            case Own own -> new Own(own.reason(), other);
        };
    }

    /** A payment of a payer, onto the named invoice first; above zero. */
    record ToPayer(PayerId payer, @Nullable InvoiceId invoice, Money amount) implements Place {}

    /** A payment of a payer that went back, all of it; below zero. */
    record Returned(UUID payment, Money amount) implements Place {}

    /** Paid for a shared cost; below zero. */
    record ToCost(CostPoolId pool, Money amount) implements Place {}

    /** Paid for a shared cost and come back, all of it; above zero. */
    record CostReturned(CostPoolId pool, UUID payment, Money amount) implements Place {}

    /** Direct debits of a run that came; above zero. */
    record Collected(UUID run, Money amount) implements Place {}

    /** A direct debit that went back, all of it, with the bank's reason; below zero. */
    record DebitReturned(UUID item, String code, Money amount) implements Place {}

    /** Neither a payer's nor a shared cost's: charges, interest, what was put into the bank from the till. */
    record ToAccount(AccountId account, String reason, Money amount) implements Place {}

    /** In the book already. */
    record Booked(TransactionId transaction, Money amount) implements Place {}

    /** Between two accounts of the co-op. */
    record Own(String reason, Money amount) implements Place {}
}
