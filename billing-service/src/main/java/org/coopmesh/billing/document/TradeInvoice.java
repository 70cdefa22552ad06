package org.coopmesh.billing.document;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.jspecify.annotations.Nullable;

/**
 * An invoice or a credit note in the terms of EN 16931, in whole minor units. One that breaks its rules for sums and taxes
 * cannot be made.
 *
 * @param dueOn null on a credit note
 * @param from the first day of the period
 * @param to the last day of the period
 * @param reference what to write on a transfer; null on a credit note
 * @param precedes the number of the invoice that a credit note corrects; null on an invoice
 * @param paidAhead what was paid before the issue (BT-113)
 * @param rounding what makes the sum with taxes what was asked for (BT-114)
 */
record TradeInvoice(
        Type type,
        String number,
        LocalDate issuedOn,
        @Nullable LocalDate dueOn,
        LocalDate from,
        LocalDate to,
        Seller seller,
        PayerDetails buyer,
        String buyerNumber,
        @Nullable String reference,
        @Nullable String precedes,
        List<Line> lines,
        List<Tax> taxes,
        Money paidAhead,
        Money rounding) {
    private static final int PERCENT = 100;

    /** UNTDID 1001. */
    enum Type {
        INVOICE("380"),
        CREDIT_NOTE("381");

        private final String code;

        Type(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    /** UNCL 5305. */
    enum Category {
        /** Taxed at a rate. */
        S,
        /** Exempt, for a reason. */
        E,
        /** Outside the scope of VAT; then no VAT id is named. */
        O,
        /** The buyer owes the tax. */
        AE;

        boolean isTaxed() {
            return this == S;
        }
    }

    /**
     * How a line is taxed.
     *
     * @param hundredths of a percent
     * @param reason why no tax is charged; null where it is
     * @param reasonCode VATEX; null where there is none
     */
    record Rate(
            Category category,
            int hundredths,
            @Nullable String reason,
            @Nullable String reasonCode) {
        Rate {
            if (category.isTaxed() ? hundredths <= 0 : hundredths != 0) {
                throw new IllegalArgumentException(category + " at " + hundredths + " hundredths");
            }
            if (category.isTaxed() != (reason == null)) {
                throw new IllegalArgumentException("a reason is given where no tax is charged");
            }
        }

        /** The tax on {@code base}, half a minor unit up (BR-CO-17). */
        Money of(Money base) {
            int digits = base.currency().getDefaultFractionDigits();
            BigDecimal tax =
                    new BigDecimal(base.decimal())
                            .multiply(percent())
                            .divide(BigDecimal.valueOf(PERCENT))
                            .setScale(digits, RoundingMode.HALF_UP);
            return Money.parse(tax.toPlainString(), base.currency());
        }

        BigDecimal percent() {
            return BigDecimal.valueOf(hundredths, 2);
        }
    }

    /** One line: an amount without tax, and what it is for. */
    record Line(String name, @Nullable String description, Money net, Rate rate) {
        Line {
            if (!net.isWholeMinor()) {
                throw new IllegalArgumentException("a line has whole minor units: " + net);
            }
        }
    }

    /** The lines of one rate together (BG-23). */
    record Tax(Rate rate, Money base, Money amount) {
        Tax {
            if (!rate.of(base).equals(amount)) {
                throw new IllegalArgumentException(
                        "BR-CO-17: " + rate.percent() + " % of " + base + " is no " + amount);
            }
        }
    }

    TradeInvoice {
        lines = List.copyOf(lines);
        taxes = List.copyOf(taxes);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("BR-16: an invoice has a line");
        }
        if (!bases(lines).equals(bases(taxes))) {
            throw new IllegalArgumentException("BR-CO-13: taxes are not on what the lines say");
        }
        if (sum(lines, taxes, paidAhead, rounding).isNegative()) {
            throw new IllegalArgumentException("nothing to pay on " + number);
        }
    }

    private static Map<Rate, Money> bases(List<?> parts) {
        var bases = new LinkedHashMap<Rate, Money>();
        for (Object part : parts) {
            if (part instanceof Line line) {
                bases.merge(line.rate(), line.net(), Money::plus);
            } else if (part instanceof Tax tax) {
                bases.merge(tax.rate(), tax.base(), Money::plus);
            }
        }
        return bases;
    }

    /** The taxes on {@code lines}, rate by rate. */
    static List<Tax> taxes(List<Line> lines) {
        return bases(lines).entrySet().stream()
                .map(each ->
                        new Tax(each.getKey(), each.getValue(), each.getKey().of(each.getValue())))
                .toList();
    }

    private static Money sum(List<Line> lines, List<Tax> taxes, Money paidAhead, Money rounding) {
        Money sum = rounding.minus(paidAhead);
        for (Line line : lines) {
            sum = sum.plus(line.net());
        }
        for (Tax tax : taxes) {
            sum = sum.plus(tax.amount());
        }
        return sum;
    }

    /** All lines, without tax (BT-106 and BT-109). */
    Money net() {
        return lines.stream().map(Line::net).reduce(zero(), Money::plus);
    }

    /** All taxes (BT-110). */
    Money tax() {
        return taxes.stream().map(Tax::amount).reduce(zero(), Money::plus);
    }

    /** With tax (BT-112). */
    Money gross() {
        return net().plus(tax());
    }

    /** What is asked for (BT-115). */
    Money due() {
        return sum(lines, taxes, paidAhead, rounding);
    }

    private Money zero() {
        return Money.zero(paidAhead.currency());
    }

    /**
     * Rounds {@code exact} to whole minor units that sum to {@code total}: each down, then what is missing to the largest
     * remainders, ties to the lower index. Amounts below zero are rounded down too, away from zero.
     *
     * @throws IllegalArgumentException if the amounts do not sum to more than zero
     */
    static List<Money> spread(List<Money> exact, Money total) {
        BigInteger sum =
                exact.stream()
                        .map(each -> BigInteger.valueOf(each.microUnits()))
                        .reduce(BigInteger.ZERO, BigInteger::add);
        if (sum.signum() <= 0) {
            throw new IllegalArgumentException("lines come to nothing");
        }
        BigInteger cent = BigInteger.TEN.pow(6 - total.currency().getDefaultFractionDigits());
        BigInteger target = BigInteger.valueOf(total.microUnits());
        var floors = new ArrayList<BigInteger>();
        var remainders = new ArrayList<BigInteger>();
        BigInteger left = target.divide(cent);
        for (Money each : exact) {
            BigInteger divisor = sum.multiply(cent);
            BigInteger[] parts =
                    BigInteger.valueOf(each.microUnits())
                            .multiply(target)
                            .divideAndRemainder(divisor);
            boolean below = parts[1].signum() < 0;
            floors.add(below ? parts[0].subtract(BigInteger.ONE) : parts[0]);
            remainders.add(below ? parts[1].add(divisor) : parts[1]);
            left = left.subtract(floors.getLast());
        }
        IntStream.range(0, exact.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> remainders.get(i)).reversed())
                .limit(left.longValueExact())
                .forEach(i -> floors.set(i, floors.get(i).add(BigInteger.ONE)));
        return floors.stream()
                .map(each -> new Money(each.multiply(cent).longValueExact(), total.currency()))
                .toList();
    }
}
