package org.coopmesh.billing.outage;

/** A rule that cannot be taken, and which field stands against it. */
public class OutageRuleRefused extends RuntimeException {
    private final String field;
    private final String rule;

    OutageRuleRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    /** As the request names it. */
    public String field() {
        return field;
    }

    /** For instance {@code future}. */
    public String rule() {
        return rule;
    }
}
