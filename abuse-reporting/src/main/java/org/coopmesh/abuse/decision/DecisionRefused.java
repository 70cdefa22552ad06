package org.coopmesh.abuse.decision;

/** A ruling that cannot be made as it stands; {@link #rule()} says why in one word. */
public class DecisionRefused extends RuntimeException {
    private final String rule;

    DecisionRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    public String rule() {
        return rule;
    }
}
