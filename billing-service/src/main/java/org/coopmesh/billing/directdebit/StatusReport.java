package org.coopmesh.billing.directdebit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the bank says of a file it was given.
 *
 * @param messageId the file's
 * @param rejectedWhole why all of it was refused; null where not all was
 * @param rejectedBatches batches of it that were refused whole
 * @param rejected single items that were refused
 */
record StatusReport(
        String messageId,
        @Nullable String rejectedWhole,
        List<Rejected> rejectedBatches,
        List<Rejected> rejected) {
    /**
     * One thing that was refused.
     *
     * @param id an end-to-end id, or a batch's
     * @param code the bank's reason, such as {@code AC04}
     */
    record Rejected(String id, String code) {}
}
