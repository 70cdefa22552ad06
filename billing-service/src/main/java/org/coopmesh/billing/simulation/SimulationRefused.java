package org.coopmesh.billing.simulation;

/** Months that cannot be replayed, or no time for them now; names the field and the rule. */
public class SimulationRefused extends RuntimeException {
    private final String field;
    private final String rule;

    SimulationRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    /** {@code from}, {@code to} or {@code plans}. */
    public String field() {
        return field;
    }

    /** {@code closed}, {@code order}, {@code max} or {@code once}. */
    public String rule() {
        return rule;
    }
}
