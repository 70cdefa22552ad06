package org.coopmesh.abuse.casework;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The hours that moderators log. Each entry is told as a fact, from which the co-op pays. */
@Service
class HoursLog {
    /** What is older was paid without it. */
    static final Period LOGGED_LATE_MAX = Period.ofDays(62);

    /** Where a day begins first on Earth. */
    private static final ZoneOffset EAST = ZoneOffset.ofHours(14);

    private final Hours hours;
    private final Outbox outbox;
    private final Clock clock;

    HoursLog(Hours hours, Outbox outbox, Clock clock) {
        this.hours = hours;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Writes hours down; the same again changes nothing.
     *
     * @throws HoursRefused if the day is ahead or too long ago, a day would have more than 24 hours, or something else was
     *     written down under {@code id}
     */
    @Transactional
    WorkedHours log(UUID id, MemberId moderator, LocalDate workedOn, int minutes, String what) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var entry = new WorkedHours(id, moderator, workedOn, minutes, what, now, null);
        LocalDate today = LocalDate.ofInstant(now, EAST);
        hours.lock(moderator);
        WorkedHours before = hours.find(id).orElse(null);
        if (before != null) {
            if (!before.saysTheSameAs(entry)) {
                throw new HoursRefused(
                        "id", "taken", "other hours were written down under this id");
            }
            return before;
        }
        if (workedOn.isAfter(today) || workedOn.isBefore(today.minus(LOGGED_LATE_MAX))) {
            throw new HoursRefused("workedOn", "day", "not ahead, nor more than 62 days ago");
        }
        if (hours.minutes(moderator, workedOn) + minutes > WorkedHours.MINUTES_OF_A_DAY) {
            throw new HoursRefused("minutes", "day-full", "a day has no more than 24 hours");
        }
        hours.insert(entry);
        outbox.add(CaseworkEvents.TOPIC, moderator.toString(), CaseworkEvents.logged(entry));
        return entry;
    }

    /**
     * Takes back one's own; again changes nothing.
     *
     * @throws HoursNotFound if the moderator logged no such hours
     */
    @Transactional
    WorkedHours withdraw(UUID id, MemberId moderator, String reason) {
        hours.lock(moderator);
        WorkedHours entry =
                hours.find(id)
                        .filter(found -> found.moderator().equals(moderator))
                        .orElseThrow(() -> new HoursNotFound(id));
        if (entry.withdrawal() != null) {
            return entry;
        }
        var withdrawal =
                new WorkedHours.Withdrawal(reason, clock.instant().truncatedTo(ChronoUnit.MICROS));
        hours.withdraw(id, withdrawal);
        outbox.add(
                CaseworkEvents.TOPIC,
                moderator.toString(),
                CaseworkEvents.withdrawn(entry, withdrawal.at()));
        return hours.find(id).orElseThrow();
    }

    /** What was worked in a month, by {@code moderator} or by all, the newest day first. */
    List<WorkedHours> of(YearMonth month, @Nullable MemberId moderator) {
        return hours.of(month, moderator);
    }
}
