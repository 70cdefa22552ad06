package org.coopmesh.billing.directdebit;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;

/**
 * The days on which euros move between banks: all but weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December
 * (TARGET, as the European Central Bank has it since 2002).
 */
final class TargetCalendar {
    private TargetCalendar() {}

    static boolean isOpen(LocalDate day) {
        if (day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY) {
            return false;
        }
        int number = day.getDayOfMonth();
        boolean fixed =
                switch (day.getMonth()) {
                    case JANUARY, MAY -> number == 1;
                    case DECEMBER -> number == 25 || number == 26;
                    default -> false;
                };
        LocalDate easter = easter(day.getYear());
        return !fixed && !day.equals(easter.minusDays(2)) && !day.equals(easter.plusDays(1));
    }

    /** The same day if it is open, else the next that is. */
    static LocalDate onOrAfter(LocalDate day) {
        LocalDate open = day;
        while (!isOpen(open)) {
            open = open.plusDays(1);
        }
        return open;
    }

    /** So many open days after {@code day}. */
    static LocalDate plus(LocalDate day, int openDays) {
        LocalDate open = day;
        for (int i = 0; i < openDays; i++) {
            open = onOrAfter(open.plusDays(1));
        }
        return open;
    }

    /** Easter Sunday by the Gregorian computus of Meeus, Jones and Butcher. */
    static LocalDate easter(int year) {
        int golden = year % 19;
        int century = year / 100;
        int ofCentury = year % 100;
        int epact =
                (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15)
                        % 30;
        int weekday = (32 + 2 * (century % 4) + 2 * (ofCentury / 4) - epact - ofCentury % 4) % 7;
        int correction = (golden + 11 * epact + 22 * weekday) / 451;
        int sum = epact + weekday - 7 * correction + 114;
        return LocalDate.of(year, Month.of(sum / 31), sum % 31 + 1);
    }
}
