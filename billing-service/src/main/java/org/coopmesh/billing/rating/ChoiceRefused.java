package org.coopmesh.billing.rating;

/** A choice of dues that the site's plan does not leave; names the field and the rule. */
public class ChoiceRefused extends RuntimeException {
    private final String field;
    private final String rule;

    ChoiceRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    /** {@code siteId}, {@code amount} or {@code effectiveOn}. */
    public String field() {
        return field;
    }

    /** {@code past}, {@code payer} or {@code scale}. */
    public String rule() {
        return rule;
    }
}
