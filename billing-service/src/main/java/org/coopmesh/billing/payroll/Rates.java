package org.coopmesh.billing.payroll;

import java.math.BigDecimal;
import org.coopmesh.billing.ledger.Money;

/**
 * What moderators are paid by.
 *
 * @param sharePpm of the dues that came in, in parts of a million, 0 to 1,000,000
 * @param perHour zero or more
 * @param perCase for each case closed, zero or more
 */
record Rates(int sharePpm, Money perHour, Money perCase) {
    private static final int MILLION = 1_000_000;
    private static final int MILLION_DIGITS = 6;
    private static final int MINUTES_OF_AN_HOUR = 60;

    Rates {
        if (sharePpm < 0
                || sharePpm > MILLION
                || perHour.isNegative()
                || perCase.isNegative()
                || !perHour.currency().equals(perCase.currency())) {
            throw new IllegalArgumentException(
                    "no rates: " + sharePpm + " " + perHour + " " + perCase);
        }
    }

    /**
     * Reads a share such as {@code 0.08}.
     *
     * @throws IllegalArgumentException unless it is 0 to 1 with at most six places
     */
    static int sharePpm(String decimal) {
        if (!decimal.matches("[01](\\.[0-9]{1,6})?")) {
            throw new IllegalArgumentException("not a share such as 0.08");
        }
        int ppm = new BigDecimal(decimal).movePointRight(MILLION_DIGITS).intValueExact();
        if (ppm > MILLION) {
            throw new IllegalArgumentException("not more than 1");
        }
        return ppm;
    }

    /** The share as a decimal such as {@code 0.08}. */
    String share() {
        BigDecimal share = BigDecimal.valueOf(sharePpm, MILLION_DIGITS).stripTrailingZeros();
        return share.signum() == 0 ? "0" : share.toPlainString();
    }

    /** What {@code collected} adds to the pool: its share, rounded down to the micro-unit; below zero where more went back. */
    Money of(Money collected) {
        return collected.fraction(sharePpm, MILLION);
    }

    /** What work of {@code minutes} and {@code cases} comes to, rounded down to what can be paid; below zero for work taken back. */
    Money claim(long minutes, long cases) {
        return perHour.fraction(minutes, MINUTES_OF_AN_HOUR)
                .plus(perCase.fraction(cases, 1))
                .wholeMinor();
    }
}
