package org.coopmesh.abuse.transparency;

import java.time.LocalDate;

/**
 * A quarter of a year, days counted in UTC.
 *
 * @param quarter 1 to 4
 */
record Period(int year, int quarter) {
    private static final int MONTHS = 3;

    Period {
        if (quarter < 1 || quarter > 4 || year < 1970 || year > 9999) {
            throw new IllegalArgumentException("a period is written 2026-Q4");
        }
    }

    static Period of(LocalDate day) {
        return new Period(day.getYear(), (day.getMonthValue() - 1) / MONTHS + 1);
    }

    /** @throws IllegalArgumentException unless it is written {@code 2026-Q4} */
    static Period parse(String text) {
        if (!text.matches("[0-9]{4}-Q[1-4]")) {
            throw new IllegalArgumentException("a period is written 2026-Q4");
        }
        return new Period(Integer.parseInt(text.substring(0, 4)), text.charAt(6) - '0');
    }

    LocalDate first() {
        return LocalDate.of(year, (quarter - 1) * MONTHS + 1, 1);
    }

    /** The first day that is no more in it. */
    LocalDate end() {
        return first().plusMonths(MONTHS);
    }

    Period next() {
        return of(end());
    }

    @Override
    public String toString() {
        return year + "-Q" + quarter;
    }
}
