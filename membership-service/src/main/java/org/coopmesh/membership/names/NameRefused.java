package org.coopmesh.membership.names;

/** What was asked for cannot be; says which field breaks which rule. Nothing has changed. */
class NameRefused extends RuntimeException {
    private final String field;
    private final String rule;

    NameRefused(String field, String rule, String why) {
        super(why);
        this.field = field;
        this.rule = rule;
    }

    String field() {
        return field;
    }

    /** What clients switch on. */
    String rule() {
        return rule;
    }
}
