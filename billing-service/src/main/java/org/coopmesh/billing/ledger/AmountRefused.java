package org.coopmesh.billing.ledger;

import java.util.Currency;
import org.jspecify.annotations.Nullable;

/** An amount in a request that cannot be taken; names the field and the rule it broke. */
public class AmountRefused extends RuntimeException {
    /** What the co-op takes in one go: 100 million units. */
    private static final long MICRO_MAX = 100_000_000L * 1_000_000L;

    private final String field;
    private final String rule;

    private AmountRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    /** Another currency than the co-op's. */
    public static AmountRefused currency(String field, Currency expected) {
        return new AmountRefused(field, "currency", "this co-op counts in " + expected);
    }

    /**
     * Reads an amount of zero or more. The currency is the field beside {@code field}: {@code flat.currency} beside
     * {@code flat.amount}.
     *
     * @throws AmountRefused if it is no decimal, negative, above 100 million or in another currency
     */
    public static Money unlessAtLeastZero(
            String field, String amount, @Nullable String currency, Currency expected) {
        if (currency != null && !currency.equals(expected.getCurrencyCode())) {
            throw currency(field.replaceFirst("amount$", "currency"), expected);
        }
        Money money;
        try {
            money = Money.parse(amount, expected);
        } catch (IllegalArgumentException malformed) {
            throw new AmountRefused(field, "decimal", String.valueOf(malformed.getMessage()));
        }
        if (money.isNegative()) {
            throw new AmountRefused(field, "positive", "must not be negative");
        }
        if (money.microUnits() > MICRO_MAX) {
            throw new AmountRefused(field, "max", "must not be above 100000000");
        }
        return money;
    }

    /**
     * Reads an amount that can be paid: more than zero and whole minor units.
     *
     * @throws AmountRefused if it is not
     */
    public static Money unlessPayable(
            String field, String amount, @Nullable String currency, Currency expected) {
        Money money = unlessAtLeastZero(field, amount, currency, expected);
        if (money.isZero()) {
            throw new AmountRefused(field, "positive", "must be more than zero");
        }
        if (!money.isWholeMinor()) {
            throw new AmountRefused(field, "wholeMinor", expected + " has no such small coin");
        }
        return money;
    }

    /** The field as the request names it. */
    public String field() {
        return field;
    }

    /** {@code decimal}, {@code positive}, {@code max}, {@code wholeMinor} or {@code currency}. */
    public String rule() {
        return rule;
    }
}
