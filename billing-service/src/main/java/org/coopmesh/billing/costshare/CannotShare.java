package org.coopmesh.billing.costshare;

/** A policy and the facts of a month that come to no shares; nothing is charged until it is put right. */
public class CannotShare extends RuntimeException {
    private final String rule;

    CannotShare(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** What stands against it, for instance {@code weights-all-zero}. */
    public String rule() {
        return rule;
    }
}
