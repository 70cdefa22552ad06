package org.coopmesh.billing.ledger;

import jakarta.validation.constraints.NotNull;

/**
 * Money on the wire: a decimal string, so that no reader rounds it.
 *
 * @param currency in a request it may be left out, and is the co-op's
 */
public record MoneyView(@NotNull String amount, String currency) {
    /** How {@code money} is written. */
    public static MoneyView of(Money money) {
        return new MoneyView(money.decimal(), money.currency().getCurrencyCode());
    }
}
