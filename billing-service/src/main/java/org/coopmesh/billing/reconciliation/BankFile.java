package org.coopmesh.billing.reconciliation;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was handed in.
 *
 * @param error why it was refused; null where it was taken
 */
record BankFile(
        UUID id,
        String name,
        byte[] sha256,
        int bytes,
        BankFileReader.Format format,
        @Nullable Error error,
        MemberId handedBy,
        Instant handedAt) {
    /** What was wrong with it: the line (0 for the whole), the rule, and a sentence. */
    record Error(int line, String rule, String detail) {
        static Error of(BankFileRefused refused) {
            return new Error(refused.line(), refused.rule(), String.valueOf(refused.getMessage()));
        }
    }

    boolean isTaken() {
        return error == null;
    }
}
