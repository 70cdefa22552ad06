package org.coopmesh.billing.instalment;

/** A plan that cannot be; names the field and the rule. */
final class InstalmentRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String field;
    private final String rule;

    InstalmentRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    String field() {
        return field;
    }

    String rule() {
        return rule;
    }
}
