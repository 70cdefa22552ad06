package org.coopmesh.billing.costshare;

/** A step that a cost pool does not take, and the rule that stands against it. */
public class CostPoolRefused extends RuntimeException {
    private final String rule;

    CostPoolRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code same-household}. */
    public String rule() {
        return rule;
    }
}
