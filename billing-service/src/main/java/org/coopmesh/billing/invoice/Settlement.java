package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * What an invoice took of a payment, or of the payer's credit.
 *
 * @param payment the payment; null for credit
 * @param returned what of it went back when a payment was reversed
 */
public record Settlement(
        @Nullable UUID payment, Method method, LocalDate receivedOn, Money amount, Money returned) {
    /** How the money came. */
    public enum Method {
        CASH,
        TRANSFER,
        DIRECT_DEBIT,
        CARD,
        BITCOIN,
        /** From the payer's wallet. */
        CREDIT;

        /** As it stands in the database and in answers. */
        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Method of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    public Settlement {
        if ((payment == null) != (method == Method.CREDIT)) {
            throw new IllegalArgumentException("only credit comes without a payment");
        }
        if (returned.isNegative() || returned.exceeds(amount)) {
            throw new IllegalArgumentException("returned " + returned + " of " + amount);
        }
    }

    /** Taken, and nothing of it returned. */
    static Settlement taken(
            @Nullable UUID payment, Method method, LocalDate receivedOn, Money amount) {
        return new Settlement(payment, method, receivedOn, amount, Money.zero(amount.currency()));
    }

    /** What of it still pays the invoice. */
    public Money standing() {
        return amount.minus(returned);
    }
}
