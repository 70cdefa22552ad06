package org.coopmesh.billing.rating;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;

/**
 * What a site costs from a day on: flat dues a month, a volume included in them, and a price for each GB above it. A GB
 * is 10⁹ bytes.
 *
 * <p>A part of a month costs the difference between what is due up to its end and up to its start, each rounded down to
 * the micro-unit. So the parts of a month sum to the flat dues exactly, however it is cut. The included volume is cut
 * the same way. A price for bytes is rounded down, in the member's favour.
 */
public record Plan(
        String code,
        String name,
        String description,
        LocalDate effectiveOn,
        Money flat,
        long includedBytes,
        Money perGb) {
    /** Bytes in a GB. */
    public static final long BYTES_PER_GB = 1_000_000_000L;

    private static final Pattern CODE = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public Plan {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("plan code: " + code);
        }
        if (flat.isNegative() || perGb.isNegative() || includedBytes < 0) {
            throw new IllegalArgumentException("a plan costs nothing or more: " + code);
        }
        if (!flat.currency().equals(perGb.currency())) {
            throw new IllegalArgumentException("a plan has one currency: " + code);
        }
    }

    /** Dues for the days in [{@code from}, {@code to}), which lie in one month. */
    public Money dues(LocalDate from, LocalDate to) {
        int days = days(from, to);
        return flat.fraction(daysBefore(from, to), days)
                .minus(flat.fraction(from.getDayOfMonth() - 1L, days));
    }

    /** Bytes included for the days in [{@code from}, {@code to}), which lie in one month. */
    public long includedBytes(LocalDate from, LocalDate to) {
        int days = days(from, to);
        return part(includedBytes, daysBefore(from, to), days)
                - part(includedBytes, from.getDayOfMonth() - 1L, days);
    }

    /** The price of {@code bytes}. */
    public Money price(long bytes) {
        return perGb.fraction(bytes, BYTES_PER_GB);
    }

    private static int days(LocalDate from, LocalDate to) {
        YearMonth month = YearMonth.from(from);
        if (!from.isBefore(to) || to.isAfter(month.plusMonths(1).atDay(1))) {
            throw new IllegalArgumentException("not days of one month: " + from + " " + to);
        }
        return month.lengthOfMonth();
    }

    /** The days of the month before {@code to}; all of them where that is the first of the next. */
    private static long daysBefore(LocalDate from, LocalDate to) {
        return to.toEpochDay() - from.withDayOfMonth(1).toEpochDay();
    }

    private static long part(long whole, long numerator, long denominator) {
        return BigInteger.valueOf(whole)
                .multiply(BigInteger.valueOf(numerator))
                .divide(BigInteger.valueOf(denominator))
                .longValueExact();
    }
}
