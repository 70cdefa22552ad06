package org.coopmesh.billing.ledger;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** An amount in micro-units (10⁻⁶ of the currency's unit). Sums that leave the range of a long fail, they never wrap. */
public record Money(long microUnits, Currency currency) implements Comparable<Money> {
    /** Micro-units in one unit of a currency. */
    public static final long MICRO_PER_UNIT = 1_000_000;

    private static final int MICRO_DIGITS = 6;
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,6})?");

    public Money {
        int digits = currency.getDefaultFractionDigits();
        if (digits < 0 || digits > MICRO_DIGITS) {
            throw new IllegalArgumentException("no money of account: " + currency);
        }
    }

    /** Nothing, in {@code currency}. */
    public static Money zero(Currency currency) {
        return new Money(0, currency);
    }

    /**
     * Reads a decimal such as {@code 12.50}, exactly.
     *
     * @throws IllegalArgumentException unless it has at most 12 digits before and 6 after the point
     */
    public static Money parse(String decimal, Currency currency) {
        if (!DECIMAL.matcher(decimal).matches()) {
            throw new IllegalArgumentException("not a decimal amount such as 12.50");
        }
        return new Money(
                new BigDecimal(decimal).movePointRight(MICRO_DIGITS).longValueExact(), currency);
    }

    /**
     * So many minor units.
     *
     * @throws ArithmeticException if it is too much to count
     */
    public static Money ofMinor(BigInteger minor, Currency currency) {
        Money zero = zero(currency);
        return new Money(
                minor.multiply(BigInteger.valueOf(zero.microPerMinor())).longValueExact(),
                currency);
    }

    /** This in whole minor units, towards zero. */
    public BigInteger minor() {
        return BigInteger.valueOf(microUnits / microPerMinor());
    }

    public Money plus(Money other) {
        same(other);
        return new Money(Math.addExact(microUnits, other.microUnits), currency);
    }

    public Money minus(Money other) {
        same(other);
        return new Money(Math.subtractExact(microUnits, other.microUnits), currency);
    }

    public Money negated() {
        return new Money(Math.negateExact(microUnits), currency);
    }

    public Money min(Money other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /** This times {@code numerator / denominator}, rounded down to the micro-unit below (towards minus infinity). */
    public Money fraction(long numerator, long denominator) {
        BigInteger product = BigInteger.valueOf(microUnits).multiply(BigInteger.valueOf(numerator));
        BigInteger[] parts = product.divideAndRemainder(BigInteger.valueOf(denominator));
        boolean below = parts[1].signum() * Long.signum(denominator) < 0;
        BigInteger floor = below ? parts[0].subtract(BigInteger.ONE) : parts[0];
        return new Money(floor.longValueExact(), currency);
    }

    /** The part of this that can be invoiced and paid: whole minor units, towards zero. */
    public Money wholeMinor() {
        return new Money(microUnits / microPerMinor() * microPerMinor(), currency);
    }

    /** Whether this can be paid: cents have no parts. */
    public boolean isWholeMinor() {
        return microUnits % microPerMinor() == 0;
    }

    private long microPerMinor() {
        return BigInteger.TEN
                .pow(MICRO_DIGITS - currency.getDefaultFractionDigits())
                .longValueExact();
    }

    public boolean isZero() {
        return microUnits == 0;
    }

    public boolean isPositive() {
        return microUnits > 0;
    }

    public boolean isNegative() {
        return microUnits < 0;
    }

    public boolean exceeds(Money other) {
        return compareTo(other) > 0;
    }

    /**
     * Splits this in minor units by {@code weights} with the largest remainder, ties to the lower index. The shares
     * always sum to this.
     *
     * @throws IllegalArgumentException if this is negative or no whole number of minor units, or the weights are empty,
     *     negative or all zero
     */
    public List<Money> split(List<Long> weights) {
        if (isNegative() || !isWholeMinor()) {
            throw new IllegalArgumentException("only whole, positive minor units can be split");
        }
        BigInteger sum =
                weights.stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);
        if (weights.stream().anyMatch(w -> w < 0) || sum.signum() == 0) {
            throw new IllegalArgumentException("weights are never negative and not all zero");
        }
        BigInteger total = BigInteger.valueOf(microUnits / microPerMinor());
        long[] shares = new long[weights.size()];
        BigInteger[] remainders = new BigInteger[weights.size()];
        long left = total.longValueExact();
        for (int i = 0; i < shares.length; i++) {
            BigInteger[] parts =
                    total.multiply(BigInteger.valueOf(weights.get(i))).divideAndRemainder(sum);
            shares[i] = parts[0].longValueExact();
            remainders[i] = parts[1];
            left -= shares[i];
        }
        IntStream.range(0, shares.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> remainders[i]).reversed())
                .limit(left)
                .forEach(i -> shares[i]++);
        return Arrays.stream(shares)
                .mapToObj(share -> new Money(share * microPerMinor(), currency))
                .toList();
    }

    /** The amount as a decimal with the currency's own places, and up to six where they say more. */
    public String decimal() {
        BigDecimal value = BigDecimal.valueOf(microUnits, MICRO_DIGITS).stripTrailingZeros();
        int places = Math.max(value.scale(), currency.getDefaultFractionDigits());
        return value.setScale(places, RoundingMode.UNNECESSARY).toPlainString();
    }

    @Override
    public int compareTo(Money other) {
        same(other);
        return Long.compare(microUnits, other.microUnits);
    }

    @Override
    public String toString() {
        return decimal() + " " + currency;
    }

    private void same(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException(currency + " is not " + other.currency);
        }
    }
}
