package org.coopmesh.billing.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction moved on one account.
 *
 * @param effectiveAt when it counts
 * @param amount above zero what came in
 */
public record Movement(
        TransactionId transaction,
        Instant effectiveAt,
        String what,
        @Nullable TransactionId reverses,
        Money amount) {}
