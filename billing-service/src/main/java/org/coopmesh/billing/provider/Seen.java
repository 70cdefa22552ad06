package org.coopmesh.billing.provider;

import java.time.Instant;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt stands, as its provider says when it is asked.
 *
 * @param received what it took, less all that went back or is disputed
 * @param fee what it kept of it so far
 * @param takenAt when it took it; null while it has not
 * @param references further names by which webhooks call it
 * @param why what went wrong, in the provider's words
 */
record Seen(
        Attempt.State state,
        Money received,
        Money fee,
        @Nullable Instant takenAt,
        List<String> references,
        @Nullable String why) {
    /** Nothing was taken. */
    static Seen without(Attempt attempt, Attempt.State state, @Nullable String why) {
        Money zero = Money.zero(attempt.amount().currency());
        return new Seen(state, zero, zero, null, List.of(), why);
    }

    Seen with(List<String> more) {
        return new Seen(state, received, fee, takenAt, more, why);
    }
}
