package org.coopmesh.billing.directdebit;

/** A step that is not taken, and the rule that stands against it. */
public class DirectDebitRefused extends RuntimeException {
    private final String rule;

    DirectDebitRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code same-person}. */
    public String rule() {
        return rule;
    }
}
