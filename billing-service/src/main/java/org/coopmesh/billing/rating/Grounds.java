package org.coopmesh.billing.rating;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.coopmesh.billing.metering.Stretch;

/**
 * What a charge for counted bytes rests on, so that somebody else can reckon it again.
 *
 * @param part of the plan, with its prices
 * @param active the days that are not paused
 * @param days of the stay, paused ones included
 * @param hours of the stay
 * @param zone in which days and hours of the day are counted
 * @param stretches whose bytes were counted, and when
 */
public record Grounds(
        TariffPart part,
        List<Days> active,
        int days,
        int monthDays,
        int hours,
        ZoneId zone,
        List<Stretch> stretches) {
    public Grounds {
        active = List.copyOf(active);
        stretches = List.copyOf(stretches);
    }

    /** Days in [{@code from}, {@code to}). */
    public record Days(LocalDate from, LocalDate to) {}
}
