package org.coopmesh.abuse.casework;

/** Hours that cannot be written down; names the field and the rule it broke. */
class HoursRefused extends RuntimeException {
    private final String field;
    private final String rule;

    HoursRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    String field() {
        return field;
    }

    /** {@code day}, {@code day-full} or {@code taken}. */
    String rule() {
        return rule;
    }
}
