package org.coopmesh.billing.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rounds exact amounts to minor units so that their sum stays what it was: each down, then one unit more for those with
 * the largest remainders, ties to the lower index. Amounts may be negative; down is towards minus infinity.
 */
public final class LargestRemainder {
    private LargestRemainder() {}

    /**
     * Rounds {@code exact} amounts, in whole units of {@code currency}.
     *
     * @throws IllegalArgumentException if their sum is no whole number of minor units
     * @throws ArithmeticException if an amount is beyond what {@link Money} holds
     */
    public static List<Money> round(List<Ratio> exact, Currency currency) {
        BigInteger common = leastCommonMultiple(exact.stream().map(Ratio::denominator).toList());
        return round(
                exact.stream()
                        .map(each -> each.numerator().multiply(common.divide(each.denominator())))
                        .toList(),
                common,
                currency);
    }

    /**
     * Rounds {@code numerators / denominator}, in whole units of {@code currency}: as above, and quick where the
     * denominator is huge.
     */
    public static List<Money> round(
            List<BigInteger> numerators, BigInteger denominator, Currency currency) {
        int size = numerators.size();
        BigInteger minorPerUnit = BigInteger.TEN.pow(currency.getDefaultFractionDigits());
        long microPerMinor = Money.MICRO_PER_UNIT / minorPerUnit.longValueExact();
        var whole = new BigInteger[size];
        var remainders = new BigInteger[size];
        BigInteger left = BigInteger.ZERO;
        for (int i = 0; i < size; i++) {
            BigInteger[] parts =
                    numerators.get(i).multiply(minorPerUnit).divideAndRemainder(denominator);
            boolean below = parts[1].signum() < 0;
            whole[i] = below ? parts[0].subtract(BigInteger.ONE) : parts[0];
            remainders[i] = below ? parts[1].add(denominator) : parts[1];
            left = left.add(remainders[i]);
        }
        BigInteger[] units = left.divideAndRemainder(denominator);
        if (units[1].signum() != 0) {
            throw new IllegalArgumentException("the sum is no whole number of minor units");
        }
        IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> remainders[i]).reversed())
                .limit(units[0].longValueExact())
                .forEach(i -> whole[i] = whole[i].add(BigInteger.ONE));
        var rounded = new ArrayList<Money>(size);
        for (BigInteger minor : whole) {
            rounded.add(
                    new Money(Math.multiplyExact(minor.longValueExact(), microPerMinor), currency));
        }
        return List.copyOf(rounded);
    }

    /** The least denominator that all of {@code denominators} divide. */
    public static BigInteger leastCommonMultiple(Collection<BigInteger> denominators) {
        return denominators.stream()
                .distinct()
                .reduce(BigInteger.ONE, LargestRemainder::leastCommonMultiple);
    }

    private static BigInteger leastCommonMultiple(BigInteger one, BigInteger other) {
        return one.divide(one.gcd(other)).multiply(other);
    }
}
