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
 * @param decline what follows where a charge was refused
 */
record Seen(
        Attempt.State state,
        Money received,
        Money fee,
        @Nullable Instant takenAt,
        List<String> references,
        @Nullable String why,
        @Nullable Decline decline) {
    /** Nothing was taken. */
    static Seen without(Attempt attempt, Attempt.State state, @Nullable String why) {
        Money zero = Money.zero(attempt.amount().currency());
        return new Seen(state, zero, zero, null, List.of(), why, null);
    }

    Seen with(List<String> more) {
        return new Seen(state, received, fee, takenAt, more, why, decline);
    }

    /** As it was, for one of which nothing was taken. */
    static Seen still(Attempt attempt) {
        return new Seen(
                attempt.state(),
                attempt.received(),
                attempt.fee(),
                null,
                List.of(),
                attempt.why(),
                attempt.decline());
    }

    /** The provider would not charge. */
    static Seen declined(Attempt attempt, Decline decline, String why) {
        Money zero = Money.zero(attempt.amount().currency());
        return new Seen(Attempt.State.FAILED, zero, zero, null, List.of(), why, decline);
    }
}
