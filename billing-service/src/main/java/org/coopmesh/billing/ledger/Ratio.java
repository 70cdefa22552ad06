package org.coopmesh.billing.ledger;

import java.math.BigInteger;
import java.util.Collection;
import java.util.regex.Pattern;

/** An exact fraction in lowest terms, its denominator positive. What money is computed with before it is rounded. */
public record Ratio(BigInteger numerator, BigInteger denominator) implements Comparable<Ratio> {
    public static final Ratio ZERO = of(0);
    public static final Ratio ONE = of(1);

    private static final int DIGITS_MAX = 30;
    private static final Pattern TEXT =
            Pattern.compile("-?[0-9]{1," + DIGITS_MAX + "}(/[0-9]{1," + DIGITS_MAX + "})?");

    public Ratio {
        if (denominator.signum() == 0) {
            throw new ArithmeticException("nothing is divided by zero");
        }
        BigInteger common = numerator.gcd(denominator);
        if (denominator.signum() < 0) {
            common = common.negate();
        }
        if (!common.equals(BigInteger.ONE)) {
            numerator = numerator.divide(common);
            denominator = denominator.divide(common);
        }
    }

    /** A whole number. */
    public static Ratio of(long whole) {
        return new Ratio(BigInteger.valueOf(whole), BigInteger.ONE);
    }

    /**
     * {@code numerator / denominator}.
     *
     * @throws ArithmeticException if the denominator is zero
     */
    public static Ratio of(long numerator, long denominator) {
        return new Ratio(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
    }

    /** {@code amount} in whole units of its currency. */
    public static Ratio of(Money amount) {
        return of(amount.microUnits(), Money.MICRO_PER_UNIT);
    }

    /**
     * Reads what {@link #toString} wrote: {@code 7} or {@code 22/7}.
     *
     * @throws IllegalArgumentException unless it has at most 30 digits on either side
     * @throws ArithmeticException if the denominator is zero
     */
    public static Ratio parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("not a fraction such as 22/7");
        }
        int slash = text.indexOf('/');
        return slash < 0
                ? new Ratio(new BigInteger(text), BigInteger.ONE)
                : new Ratio(
                        new BigInteger(text.substring(0, slash)),
                        new BigInteger(text.substring(slash + 1)));
    }

    /** The sum of all; zero of none. */
    public static Ratio sum(Collection<Ratio> all) {
        return all.stream().reduce(ZERO, Ratio::plus);
    }

    public Ratio plus(Ratio other) {
        return new Ratio(
                numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                denominator.multiply(other.denominator));
    }

    public Ratio minus(Ratio other) {
        return plus(other.negated());
    }

    public Ratio negated() {
        return new Ratio(numerator.negate(), denominator);
    }

    public Ratio times(Ratio other) {
        return new Ratio(
                numerator.multiply(other.numerator), denominator.multiply(other.denominator));
    }

    public Ratio times(long factor) {
        return times(of(factor));
    }

    /**
     * This divided by {@code other}.
     *
     * @throws ArithmeticException if {@code other} is zero
     */
    public Ratio dividedBy(Ratio other) {
        return new Ratio(
                numerator.multiply(other.denominator), denominator.multiply(other.numerator));
    }

    /** The whole number at or below this. */
    public BigInteger floor() {
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    public int signum() {
        return numerator.signum();
    }

    @Override
    public int compareTo(Ratio other) {
        return numerator
                .multiply(other.denominator)
                .compareTo(other.numerator.multiply(denominator));
    }

    @Override
    public String toString() {
        return denominator.equals(BigInteger.ONE)
                ? numerator.toString()
                : numerator + "/" + denominator;
    }
}
