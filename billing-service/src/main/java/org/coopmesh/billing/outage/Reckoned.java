package org.coopmesh.billing.outage;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.coopmesh.billing.ledger.Money;

/**
 * What a stretch of time out comes to: of the dues of each second of it, the rule's percentage, the sum rounded down to the
 * micro-unit.
 *
 * @param monthSeconds the seconds of the month in the co-op's zone, 23-hour and 25-hour days as they are
 * @param parts whose seconds count, each with the dues of a whole month then
 */
record Reckoned(int percent, long monthSeconds, List<Part> parts) {
    /** Time with the same dues. */
    record Part(Instant from, Instant to, Money monthly) {
        long seconds() {
            return new Stretch(from, to).seconds();
        }
    }

    /** Dues of a whole month, while they hold. */
    record Step(Stretch days, Money monthly) {}

    Reckoned {
        parts = List.copyOf(parts);
    }

    /**
     * Reckons.
     *
     * @param out when there was nothing; what {@code counted} has is left out, so no second counts twice
     * @param steps the dues, of days that do not overlap unless both are due
     */
    static Reckoned of(
            int percent,
            long monthSeconds,
            Stretch out,
            Collection<Stretch> counted,
            List<Step> steps) {
        var parts = new ArrayList<Part>();
        for (Stretch fresh : out.without(counted)) {
            for (Step step : steps) {
                fresh.within(step.days())
                        .filter(part -> part.seconds() > 0 && step.monthly().isPositive())
                        .ifPresent(part ->
                                parts.add(new Part(part.from(), part.to(), step.monthly())));
            }
        }
        return new Reckoned(percent, monthSeconds, parts);
    }

    boolean isNothing() {
        return parts.isEmpty() || !amount().isPositive();
    }

    /** What is given back: never more than the dues of the parts. */
    Money amount() {
        BigInteger sum = BigInteger.ZERO;
        for (Part part : parts) {
            sum =
                    sum.add(
                            BigInteger.valueOf(part.monthly().microUnits())
                                    .multiply(BigInteger.valueOf(part.seconds())));
        }
        return new Money(
                sum.multiply(BigInteger.valueOf(percent))
                        .divide(
                                BigInteger.valueOf(OutageRule.WHOLE)
                                        .multiply(BigInteger.valueOf(monthSeconds)))
                        .longValueExact(),
                parts.getFirst().monthly().currency());
    }
}
