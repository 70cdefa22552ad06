package org.coopmesh.billing.autopay;

/** A choice that cannot be; names the field and the rule. */
final class AutopayRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String rule;

    AutopayRefused(String field, String rule, String message) {
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
