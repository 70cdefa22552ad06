package org.coopmesh.abuse.appeal;

/** An appeal that cannot be lodged; {@link #rule()} says why in one word: late, once, over or malformed. */
public class AppealRefused extends RuntimeException {
    private final String rule;

    AppealRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    public String rule() {
        return rule;
    }
}
