package org.coopmesh.billing.rating;

import java.time.YearMonth;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * What a payer set for themselves, and how it stands.
 *
 * @param cap on what a month may cost; null without one
 * @param prepaid whether each closed hour is paid from the wallet at once
 * @param reachedIn the month in which the cap was reached; null where it is not
 * @param walletEmpty whether the wallet of a payer who pays ahead is used up
 */
public record Spending(
        PayerId payer,
        @Nullable Money cap,
        boolean prepaid,
        @Nullable YearMonth reachedIn,
        boolean walletEmpty) {
    /**
     * What was spent, and what is left to spend it from.
     *
     * @param spent in the month, dues included
     * @param priced of it, for traffic: dues alone never reach a cap
     * @param credit in the wallet
     * @param due of the month and not yet paid ahead
     */
    record Figures(YearMonth month, Money spent, Money priced, Money credit, Money due) {}

    /** The same as {@code figures} say it stands now. */
    Spending after(Figures figures) {
        boolean reached =
                cap != null && figures.priced().isPositive() && !cap.exceeds(figures.spent());
        boolean empty =
                prepaid && figures.due().isPositive() && !figures.credit().exceeds(figures.due());
        return new Spending(payer, cap, prepaid, reached ? figures.month() : null, empty);
    }
}
