package org.coopmesh.billing.simulation;

import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * How differences spread over all payers, without saying whose they are: quantiles only among so many that none is one
 * person's.
 */
record Distribution(
        int payers,
        int cheaper,
        int same,
        int dearer,
        int betterAlone,
        @Nullable Money tenth,
        @Nullable Money quarter,
        @Nullable Money median,
        @Nullable Money threeQuarters,
        @Nullable Money nineTenths) {
    /** Fewer payers than this see counts only. */
    static final int QUANTILES_FROM = 20;

    /** Of differences in ascending order. */
    static Distribution of(List<Money> ascending, int betterAlone) {
        int cheaper = (int) ascending.stream().filter(Money::isNegative).count();
        int dearer = (int) ascending.stream().filter(Money::isPositive).count();
        int payers = ascending.size();
        boolean told = payers >= QUANTILES_FROM;
        return new Distribution(
                payers,
                cheaper,
                payers - cheaper - dearer,
                dearer,
                betterAlone,
                told ? at(ascending, 10) : null,
                told ? at(ascending, 25) : null,
                told ? at(ascending, 50) : null,
                told ? at(ascending, 75) : null,
                told ? at(ascending, 90) : null);
    }

    /** The nearest rank. */
    private static Money at(List<Money> ascending, int percent) {
        return ascending.get((ascending.size() - 1) * percent / 100);
    }
}
