package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far hours have been summed up into days.
 *
 * @param zone in whose days
 * @param to hours before this one are in their days
 * @param hoursFrom hours before this one are no longer read by themselves; the day that begins with it begins the days whose
 *     hours are
 */
record Summed(ZoneId zone, Instant to, Instant hoursFrom) {
    /**
     * Where what was counted in a stretch is read: the days that begin in [{@code daysFrom}, {@code daysTo}), and what is left of
     * it by the hour. Nothing is in two of them, and nothing that is kept in none.
     */
    record Parts(Instant daysFrom, Instant daysTo, List<Stretch> hours) {
        boolean hasDays() {
            return daysFrom.isBefore(daysTo);
        }
    }

    /**
     * Takes {@code stretch} apart. Days are only read whole, but for those whose hours are not kept any more: then a day is of
     * the stretch in which it begins.
     */
    Parts parts(Stretch stretch) {
        Instant from = stretch.from();
        Instant to = stretch.to();
        Instant firstDay = from;
        Instant lastDay = to;
        if (!from.isBefore(hoursFrom)) {
            LocalDate day = from.atZone(zone).toLocalDate();
            while (firstHour(day).isBefore(from)) day = day.plusDays(1);
            firstDay = firstHour(day);
        }
        if (to.isAfter(hoursFrom)) {
            lastDay = dayBegunBy(to.isBefore(this.to) ? to : this.to);
        }
        if (!firstDay.isBefore(lastDay)) return new Parts(from, from, List.of(stretch));
        return new Parts(
                firstDay,
                lastDay,
                Stream.of(
                                new Stretch(stretch.attachment(), from, firstDay),
                                new Stretch(stretch.attachment(), lastDay, to))
                        .filter(rest -> rest.from().isBefore(rest.to()))
                        .toList());
    }

    /** The first hour of the last day that has begun by {@code hour}. */
    Instant dayBegunBy(Instant hour) {
        LocalDate day = hour.atZone(zone).toLocalDate().plusDays(1);
        while (firstHour(day).isAfter(hour)) day = day.minusDays(1);
        return firstHour(day);
    }

    /** The hour that {@code day} begins in or with. */
    Instant firstHour(LocalDate day) {
        return day.atStartOfDay(zone).toInstant().truncatedTo(ChronoUnit.HOURS);
    }
}
