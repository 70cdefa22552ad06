package org.coopmesh.billing.dunning;

/** A policy or a hold that cannot be; names the field and the rule. */
final class DunningRefused extends RuntimeException {
    private final String field;
    private final String rule;

    DunningRefused(String field, String rule, String message) {
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
