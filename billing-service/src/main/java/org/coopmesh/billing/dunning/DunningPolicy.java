package org.coopmesh.billing.dunning;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When payers are reminded and when an invoice is called overdue. It works forward: a step whose day was over when it was said is
 * never taken. Where days were missed, only the last step that is due is.
 *
 * @param saidOn the day from which it holds
 * @param reminderAfter days after the last day to pay, or, below zero, before it; null for no reminder
 * @param lastAfter the same for the last reminder; null for none
 * @param graceDays how many days after the last day to pay an invoice is called overdue, one day later than without
 * @param waitForBank whether steps wait for a file of the bank on the day they are due
 */
record DunningPolicy(
        LocalDate saidOn,
        @Nullable Integer reminderAfter,
        @Nullable Integer lastAfter,
        int graceDays,
        boolean waitForBank) {
    static final int BEFORE_MAX = 30;
    static final int AFTER_MAX = 90;

    DunningPolicy {
        between("reminderAfter", reminderAfter, -BEFORE_MAX);
        between("lastAfter", lastAfter, -BEFORE_MAX);
        between("graceDays", graceDays, 0);
        if (reminderAfter != null && lastAfter != null && reminderAfter >= lastAfter) {
            throw new DunningRefused(
                    "lastAfter", "order", "the last reminder comes after the first");
        }
        notAfterGrace("reminderAfter", reminderAfter, graceDays);
        notAfterGrace("lastAfter", lastAfter, graceDays);
    }

    private static void between(String field, @Nullable Integer days, int min) {
        if (days != null && (days < min || days > AFTER_MAX)) {
            throw new DunningRefused(field, "range", min + " to " + AFTER_MAX + " days");
        }
    }

    private static void notAfterGrace(String field, @Nullable Integer days, int graceDays) {
        if (days != null && days > graceDays) {
            throw new DunningRefused(field, "grace", "a reminder comes before the grace is over");
        }
    }

    /** The first day on which an invoice that is due on {@code dueOn} is called overdue. */
    LocalDate overdueOn(LocalDate dueOn) {
        return dueOn.plusDays(graceDays + 1L);
    }

    /** The day of the step; empty where the policy has none. */
    Optional<LocalDate> day(Stage stage, LocalDate dueOn) {
        return switch (stage) {
            case REMINDER -> Optional.ofNullable(reminderAfter).map(dueOn::plusDays);
            case LAST_REMINDER -> Optional.ofNullable(lastAfter).map(dueOn::plusDays);
            case OVERDUE -> Optional.of(overdueOn(dueOn));
        };
    }

    /** The step to take on {@code today} on an invoice that is due on {@code dueOn}; empty where there is none. */
    Optional<Stage> next(LocalDate dueOn, Set<Stage> taken, LocalDate today) {
        return Arrays.stream(Stage.values())
                .filter(stage ->
                        day(stage, dueOn)
                                .filter(day -> !day.isAfter(today) && !day.isBefore(saidOn))
                                .isPresent())
                .max(Comparator.naturalOrder())
                .filter(stage -> taken.stream().allMatch(done -> done.compareTo(stage) < 0));
    }
}
