package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;

/**
 * A file of transfers that was made for the bank.
 *
 * @param lines of the run that are in it
 */
record Transfer(
        UUID id, UUID run, String messageId, List<Integer> lines, MemberId madeBy, Instant madeAt) {
    Transfer {
        lines = List.copyOf(lines);
    }
}
