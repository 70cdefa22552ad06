package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * What an invoice took of a payment, or of the payer's credit.
 *
 * @param payment the payment; null for credit
 */
public record Settlement(
        @Nullable UUID payment, Method method, LocalDate receivedOn, Money amount) {
    /** How the money came. */
    public enum Method {
        CASH,
        TRANSFER,
        /** From the payer's wallet. */
        CREDIT
    }

    public Settlement {
        if ((payment == null) != (method == Method.CREDIT)) {
            throw new IllegalArgumentException("only credit comes without a payment");
        }
    }
}
