package org.coopmesh.billing.ledger;

import java.time.YearMonth;

/** A month that cannot be closed, and the rule that stands against it. */
public class CloseRefused extends RuntimeException {
    private final String rule;

    private CloseRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    static CloseRefused notOver(YearMonth month) {
        return new CloseRefused("month-not-over", month + " is not over");
    }

    static CloseRefused closed(YearMonth month) {
        return new CloseRefused("month-closed", month + " is closed, and stays so");
    }

    static CloseRefused notAskedFor(YearMonth month) {
        return new CloseRefused("close-not-asked-for", "nobody asked to close " + month);
    }

    static CloseRefused samePerson(YearMonth month) {
        return new CloseRefused(
                "second-person-needed", "somebody else must agree to close " + month);
    }

    /** {@code month-not-over}, {@code month-closed}, {@code close-not-asked-for} or {@code second-person-needed}. */
    public String rule() {
        return rule;
    }
}
