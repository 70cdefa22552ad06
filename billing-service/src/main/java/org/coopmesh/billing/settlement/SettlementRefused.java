package org.coopmesh.billing.settlement;

/** Terms or a price that cannot be taken, and the rule that stands against it. */
public class SettlementRefused extends RuntimeException {
    private final String rule;

    SettlementRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code above-ceiling}. */
    public String rule() {
        return rule;
    }
}
