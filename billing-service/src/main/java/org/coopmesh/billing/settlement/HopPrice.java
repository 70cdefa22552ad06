package org.coopmesh.billing.settlement;

import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;

/**
 * What the owner of a relay or a gateway asks for carrying a GB (10⁹ bytes), under the co-op's ceiling. A consumer pays the
 * sum along the way, and each owner on it keeps their own price: so it makes no difference whether money goes hop by hop or
 * straight to each. Both directions cost the same.
 */
public final class HopPrice {
    private static final long BYTES_PER_GB = 1_000_000_000L;

    private HopPrice() {}

    /** What is asked, at most {@code ceiling}. */
    public static Money underCeiling(Money asked, Money ceiling) {
        return asked.min(ceiling);
    }

    /** The price per GB of a way: the sum of what its hops ask. */
    public static Money along(List<Money> hops) {
        return hops.stream()
                .reduce(Money::plus)
                .orElseThrow(() -> new IllegalArgumentException("a way has a hop"));
    }

    /** What {@code bytes} cost at {@code perGb}, exactly, in whole units of the currency. */
    public static Ratio exact(Money perGb, long bytes) {
        return Ratio.of(perGb).times(Ratio.of(bytes, BYTES_PER_GB));
    }

    /**
     * What is due for bytes that were paid for as {@code before} and are now known to be {@code now}: prices of both,
     * rounded down to the micro-unit, subtracted. So the parts of a month sum to the price of the month, nothing is lost
     * between hours, and what was counted too high is given back.
     */
    public static Money due(Money perGb, long before, long now) {
        return perGb.fraction(now, BYTES_PER_GB).minus(perGb.fraction(before, BYTES_PER_GB));
    }
}
