package org.coopmesh.billing.party;

import java.math.BigInteger;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * How what is sold is taxed.
 *
 * @param hundredths of a percent
 * @param reasonCode VATEX, why no tax is charged; null where there is none
 */
public record VatRate(Category category, int hundredths, @Nullable String reasonCode) {
    private static final BigInteger WHOLE = BigInteger.valueOf(10_000);

    /** UNCL 5305. */
    public enum Category {
        /** Taxed at a rate. */
        S,
        /** Exempt, for a reason. */
        E,
        /** Outside the scope of VAT. */
        O,
        /** The buyer owes the tax. */
        AE
    }

    public VatRate {
        if ((category == Category.S) != (hundredths > 0)) {
            throw new IllegalArgumentException(category + " at " + hundredths + " hundredths");
        }
    }

    /**
     * A price with tax, taken apart.
     *
     * @param rounding what {@code net} and {@code tax} together lack of the price; the tax is on the net to half a minor unit up,
     *     and no net has every price
     */
    public record Split(Money net, Money tax, Money rounding) {
        /** The price. */
        public Money gross() {
            return net.plus(tax).plus(rounding);
        }

        /** What this has beyond {@code other}. */
        public Split minus(Split other) {
            return new Split(
                    net.minus(other.net), tax.minus(other.tax), rounding.minus(other.rounding));
        }
    }

    /**
     * The largest net amount that with its tax (EN 16931, BR-CO-17) is no more than {@code gross}.
     *
     * @param gross in whole minor units; one below zero is split as its opposite is
     */
    public Split split(Money gross) {
        if (gross.isNegative()) {
            Split opposite = split(gross.negated());
            return new Split(
                    opposite.net().negated(),
                    opposite.tax().negated(),
                    opposite.rounding().negated());
        }
        BigInteger unit = BigInteger.TEN.pow(6 - gross.currency().getDefaultFractionDigits());
        BigInteger[] parts = BigInteger.valueOf(gross.microUnits()).divideAndRemainder(unit);
        if (parts[1].signum() != 0) {
            throw new IllegalArgumentException("a price has whole minor units: " + gross);
        }
        BigInteger rate = BigInteger.valueOf(hundredths);
        BigInteger net = parts[0].multiply(WHOLE).divide(WHOLE.add(rate)).add(BigInteger.ONE);
        while (net.add(tax(net, rate)).compareTo(parts[0]) > 0) {
            net = net.subtract(BigInteger.ONE);
        }
        BigInteger tax = tax(net, rate);
        return new Split(
                money(net.multiply(unit), gross),
                money(tax.multiply(unit), gross),
                money(parts[0].subtract(net).subtract(tax).multiply(unit), gross));
    }

    private static BigInteger tax(BigInteger net, BigInteger rate) {
        return net.multiply(rate).add(WHOLE.shiftRight(1)).divide(WHOLE);
    }

    private static Money money(BigInteger micro, Money like) {
        return new Money(micro.longValueExact(), like.currency());
    }
}
