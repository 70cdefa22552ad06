package org.coopmesh.billing.party;

/** Details that cannot stand on an invoice; names the field and the rule. */
public final class PartyRefused extends RuntimeException {
    private final String field;
    private final String rule;

    PartyRefused(String field, String rule, String message) {
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
