package org.coopmesh.billing.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as it stands in the book.
 *
 * @param effectiveAt when it counts
 * @param happenedAt when it happened, if that lies in a month that was closed when it was written down
 * @param recordedAt when it was written down
 */
public record WrittenTransaction(
        TransactionId id,
        Instant effectiveAt,
        @Nullable Instant happenedAt,
        Instant recordedAt,
        @Nullable TransactionId reverses,
        String what,
        List<Line> lines) {
    public WrittenTransaction {
        lines = List.copyOf(lines);
    }

    /** One posting; always a positive amount. */
    public record Line(Account from, Account to, Money amount) {}

    /**
     * An account under both its names.
     *
     * @param alias random, given once; only the treasurer can tell whose it is
     */
    public record Account(AccountId id, UUID alias) {
        /** What members may read: the id, or in place of a person an alias, {@code wallet:~<alias>}. */
        public String publicName() {
            return id.kind().isPersonal() ? id.kind().code() + ":~" + alias : id.toString();
        }
    }
}
