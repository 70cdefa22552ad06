package org.coopmesh.billing.reconciliation;

/** A file of the bank that is not taken, and why; nothing of it was. */
public class BankFileRefused extends RuntimeException {
    private final int line;
    private final String rule;

    /**
     * @param line where in the file, from 1 on; 0 for the file as a whole
     * @param rule the name of what it broke, such as {@code balance}
     */
    BankFileRefused(int line, String rule, String detail) {
        super(detail);
        this.line = line;
        this.rule = rule;
    }

    /** Where in the file, from 1 on; 0 for the file as a whole. */
    public int line() {
        return line;
    }

    /** The name of what it broke. */
    public String rule() {
        return rule;
    }
}
