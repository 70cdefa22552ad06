package org.coopmesh.billing.reconciliation;

/** A step in reconciling that is not taken, and the rule that stands against it. */
public class BankRefused extends RuntimeException {
    private final String rule;

    BankRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code more-than-open}. */
    public String rule() {
        return rule;
    }
}
