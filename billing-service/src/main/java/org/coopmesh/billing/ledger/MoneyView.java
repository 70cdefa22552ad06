package org.coopmesh.billing.ledger;

/** Money on the wire: a decimal string, so that no reader rounds it. */
public record MoneyView(String amount, String currency) {
    /** How {@code money} is written. */
    public static MoneyView of(Money money) {
        return new MoneyView(money.decimal(), money.currency().getCurrencyCode());
    }
}
