package org.coopmesh.abuse.casework;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * What a moderator says they worked on a day.
 *
 * @param minutes 1 to 1440
 * @param what in the moderator's words, for whoever looks over it; tells of no member
 * @param withdrawal null where it stands
 */
record WorkedHours(
        UUID id,
        MemberId moderator,
        LocalDate workedOn,
        int minutes,
        String what,
        Instant loggedAt,
        @Nullable Withdrawal withdrawal) {
    static final int WHAT_LENGTH_MAX = 500;
    static final int MINUTES_OF_A_DAY = 24 * 60;

    /** Why it does not count. */
    record Withdrawal(String reason, Instant at) {}

    /** Whether {@code other} says the same of the same work, whenever it was said. */
    boolean saysTheSameAs(WorkedHours other) {
        return moderator.equals(other.moderator)
                && workedOn.equals(other.workedOn)
                && minutes == other.minutes
                && what.equals(other.what);
    }
}
