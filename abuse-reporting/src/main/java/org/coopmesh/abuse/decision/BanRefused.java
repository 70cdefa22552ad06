package org.coopmesh.abuse.decision;

/** A ban that this co-op never imposes; {@link #rule()} says by which rule. */
public class BanRefused extends RuntimeException {
    private final String rule;

    /** @param rule one word that programs may rely on */
    public BanRefused(String rule, String why) {
        super(why);
        this.rule = rule;
    }

    public String rule() {
        return rule;
    }
}
