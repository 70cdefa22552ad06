package org.coopmesh.billing.payroll;

/** A step that is not taken, and the rule that stands against it. */
class PayRunRefused extends RuntimeException {
    private final String rule;

    PayRunRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code own-pay}. */
    String rule() {
        return rule;
    }
}
