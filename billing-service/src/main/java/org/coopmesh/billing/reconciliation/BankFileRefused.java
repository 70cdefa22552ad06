package org.coopmesh.billing.reconciliation;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A file of the bank that is not taken, and why; nothing of it was. */
public class BankFileRefused extends RuntimeException {
    private final int line;
    private final String rule;
    private final @Nullable UUID file;
    private final @Nullable String name;

    /**
     * @param line where in the file, from 1 on; 0 for the file as a whole
     * @param rule the name of what it broke, such as {@code balance}
     */
    BankFileRefused(int line, String rule, String detail) {
        this(line, rule, detail, null, null);
    }

    private BankFileRefused(
            int line, String rule, String detail, @Nullable UUID file, @Nullable String name) {
        super(detail);
        this.line = line;
        this.rule = rule;
        this.file = file;
        this.name = name;
    }

    /** The same, of the file that was kept under {@code id}. */
    BankFileRefused in(UUID id, String name) {
        return new BankFileRefused(line, rule, String.valueOf(getMessage()), id, name);
    }

    /** Under which the file is kept; null where it is not. */
    public @Nullable UUID file() {
        return file;
    }

    /** What the file was called; null where it is not kept. */
    public @Nullable String name() {
        return name;
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
