package org.coopmesh.billing.ledger;

/** Value that goes {@code from} one account {@code to} another; always a positive amount. */
public record Posting(AccountId from, AccountId to, Money amount) {
    public Posting {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("a posting moves a positive amount: " + amount);
        }
        if (from.equals(to)) {
            throw new IllegalArgumentException("a posting needs two accounts: " + from);
        }
    }

    /** Moves {@code amount} whichever way its sign says; a negative one goes back. */
    public static Posting signed(AccountId from, AccountId to, Money amount) {
        return amount.isNegative()
                ? new Posting(to, from, amount.negated())
                : new Posting(from, to, amount);
    }

    Posting reversed() {
        return new Posting(to, from, amount);
    }
}
