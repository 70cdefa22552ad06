package org.coopmesh.billing.directdebit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A file that is no status report of ours; it is kept, and nothing else of it. */
class StatusReportRefused extends RuntimeException {
    private final int line;
    private final String rule;
    private final @Nullable UUID file;

    StatusReportRefused(int line, String rule, String message) {
        this(line, rule, message, null);
    }

    private StatusReportRefused(int line, String rule, String message, @Nullable UUID file) {
        super(message);
        this.line = line;
        this.rule = rule;
        this.file = file;
    }

    StatusReportRefused in(UUID kept) {
        return new StatusReportRefused(line, rule, String.valueOf(getMessage()), kept);
    }

    /** Where in the file; zero for all of it. */
    int line() {
        return line;
    }

    /** For instance {@code namespace}. */
    String rule() {
        return rule;
    }

    /** Under which id it is kept. */
    @Nullable UUID file() {
        return file;
    }
}
