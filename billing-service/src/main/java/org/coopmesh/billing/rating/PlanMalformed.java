package org.coopmesh.billing.rating;

/** A plan in a request that is none; names the field and the rule. */
public class PlanMalformed extends RuntimeException {
    private final String field;
    private final String rule;

    PlanMalformed(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    /** As the request names it, such as {@code parts[1].perGb}. */
    public String field() {
        return field;
    }

    /** {@code required}, {@code unknown} or {@code plan}. */
    public String rule() {
        return rule;
    }
}
