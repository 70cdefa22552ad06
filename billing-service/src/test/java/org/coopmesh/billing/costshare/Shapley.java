package org.coopmesh.billing.costshare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.coopmesh.billing.ledger.Ratio;

/** The Shapley value by its definition, over every coalition: slow, plain, and sharing no code with what it checks. */
final class Shapley {
    private Shapley() {}

    /** What each of {@code players} pays when a coalition, a set of bits, costs {@code cost}. */
    static List<Ratio> values(int players, Function<Integer, Ratio> cost) {
        if (players > 8) {
            throw new IllegalArgumentException("too many to try them all");
        }
        long[] factorial = new long[players + 1];
        factorial[0] = 1;
        for (int i = 1; i <= players; i++) {
            factorial[i] = factorial[i - 1] * i;
        }
        var values = new ArrayList<Ratio>();
        for (int player = 0; player < players; player++) {
            Ratio value = Ratio.ZERO;
            for (int coalition = 0; coalition < 1 << players; coalition++) {
                if ((coalition >> player & 1) == 1) {
                    continue;
                }
                int size = Integer.bitCount(coalition);
                Ratio orders =
                        Ratio.of(
                                factorial[size] * factorial[players - size - 1],
                                factorial[players]);
                Ratio more = cost.apply(coalition | 1 << player).minus(cost.apply(coalition));
                value = value.plus(orders.times(more));
            }
            values.add(value);
        }
        return values;
    }
}
