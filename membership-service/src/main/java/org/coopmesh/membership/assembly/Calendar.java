package org.coopmesh.membership.assembly;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The days of a vote, by the co-op's time zone.
 *
 * @param opensOn the first day on which ballots are taken
 * @param closesOn the last one
 * @param effectiveOn the day from which holds what was adopted; later than {@code closesOn}
 */
record Calendar(LocalDate opensOn, LocalDate closesOn, LocalDate effectiveOn) {
    Calendar {
        if (closesOn.isBefore(opensOn))
            throw new IllegalArgumentException("closes before it opens");
        if (!effectiveOn.isAfter(closesOn))
            throw new IllegalArgumentException("holds before it is counted");
    }

    static Calendar of(LocalDate opensOn, int votingDays, @Nullable LocalDate effectFrom) {
        LocalDate closesOn = opensOn.plusDays(votingDays - 1L);
        LocalDate counted = closesOn.plusDays(1);
        return new Calendar(
                opensOn,
                closesOn,
                effectFrom == null || effectFrom.isBefore(counted) ? counted : effectFrom);
    }

    /** The same for a vote that opens on {@code day}, since the service was away: as many days to vote as were promised. */
    Calendar openedOn(LocalDate day) {
        int votingDays = (int) ChronoUnit.DAYS.between(opensOn, closesOn) + 1;
        return of(day, votingDays, effectiveOn);
    }

    boolean takesBallotsOn(LocalDate day) {
        return !day.isBefore(opensOn) && !day.isAfter(closesOn);
    }
}
