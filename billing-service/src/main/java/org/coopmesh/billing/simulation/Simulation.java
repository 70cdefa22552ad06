package org.coopmesh.billing.simulation;

import java.time.Instant;
import java.time.YearMonth;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Closed months replayed under proposed plans.
 *
 * @param alone what a line of one's own costs a month, as declared; null where nothing was
 * @param done payers looked at so far, of {@code payers}
 * @param bills of these months that were drawn up again under today's plans, of which {@code reproduced} came out the same to
 *     the byte; others saw a late report or another correction since
 * @param why it failed; null where it did not
 */
public record Simulation(
        UUID id,
        MemberId requestedBy,
        Instant requestedAt,
        YearMonth first,
        YearMonth last,
        @Nullable Money alone,
        State state,
        int done,
        int payers,
        int bills,
        int reproduced,
        @Nullable String why) {
    /** How far it is. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * What the months come to for one payer.
     *
     * @param alone what lines of their own would have cost; null where no price was declared
     */
    public record Share(PayerId payer, Money current, Money proposed, @Nullable Money alone) {
        /** What the payer would have paid more; less where negative. */
        public Money difference() {
            return proposed.minus(current);
        }

        /** Whether the payer would have been better off alone than under the proposal. */
        public boolean betterAlone() {
            return alone != null && proposed.exceeds(alone);
        }
    }
}
