package org.coopmesh.billing.webhook;

/** What was said about a receiver cannot be so; names the field and the rule. */
final class ReceiverRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String field;
    private final String rule;

    ReceiverRefused(String field, String rule, String message) {
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
