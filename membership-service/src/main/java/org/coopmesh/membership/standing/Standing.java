package org.coopmesh.membership.standing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a member stands with the co-op. A pure function of facts; what follows from it is decided elsewhere. */
public sealed interface Standing {
    /** Nothing is owed and nothing is imposed. */
    record Good() implements Standing {}

    /** Owes, but may still pay before anything happens: until the day {@code until}, or as long as a hold lasts. */
    record Grace(LocalDate since, LocalDate until) implements Standing {}

    /** Owes since the day {@code since}; consequences began on {@code from}. */
    record Overdue(LocalDate since, LocalDate from) implements Standing {}

    /** A limit of spending that the payer set is reached: slower, so that it is not crossed. */
    record Limited(SpendLimit limit) implements Standing {}

    /** A measure is in force. A warning leaves a member in good standing. */
    record Sanctioned(Sanction.Measure measure, Instant since, @Nullable Instant until)
            implements Standing {}

    /**
     * What standing is made of.
     *
     * @param overdueSince of the oldest overdue invoice that counts; null when nothing is overdue
     * @param holdUntil the last day on which a treasurer holds the consequences; null without a hold
     * @param sanctions imposed and not reversed
     * @param limits of spending that are reached
     */
    record Facts(
            @Nullable LocalDate overdueSince,
            @Nullable LocalDate holdUntil,
            List<Sanction> sanctions,
            List<SpendLimit> limits) {
        public Facts {
            sanctions = List.copyOf(sanctions);
            limits = List.copyOf(limits);
        }

        /** Without a limit of spending. */
        public Facts(
                @Nullable LocalDate overdueSince,
                @Nullable LocalDate holdUntil,
                List<Sanction> sanctions) {
            this(overdueSince, holdUntil, sanctions, List.of());
        }
    }

    /** Everything that applies at {@code now}; exactly {@link Good} when nothing does. */
    static List<Standing> all(Facts facts, LocalDate today, Instant now, int graceDays) {
        var all = new ArrayList<Standing>();
        LocalDate since = facts.overdueSince();
        if (since != null) {
            LocalDate from = since.plusDays(graceDays);
            LocalDate hold = facts.holdUntil();
            if (hold != null && !hold.isBefore(from)) {
                from = hold.plusDays(1);
            }
            all.add(today.isBefore(from) ? new Grace(since, from) : new Overdue(since, from));
        }
        facts.limits().forEach(limit -> all.add(new Limited(limit)));
        for (Sanction sanction : facts.sanctions()) {
            if (sanction.inForce(now)
                    && !(sanction.measure() instanceof Sanction.Measure.Warning)) {
                all.add(new Sanctioned(sanction.measure(), sanction.imposedAt(), sanction.until()));
            }
        }
        return all.isEmpty() ? List.of(new Good()) : List.copyOf(all);
    }

    /** The one of {@code all} that people are told first: the hardest sanction, else what is owed. */
    static Standing worst(List<Standing> all) {
        return all.stream().max(Comparator.comparingInt(Standing::weight)).orElseGet(Good::new);
    }

    private int weight() {
        return switch (this) {
            case Good _ -> 0;
            case Grace _ -> 1;
            case Limited _ -> 2;
            case Overdue _ -> 3;
            case Sanctioned sanctioned -> 4 + sanctioned.measure().weight();
        };
    }

    /** "good", "grace", "limited", "overdue" or "sanctioned". */
    default String level() {
        return switch (this) {
            case Good _ -> "good";
            case Grace _ -> "grace";
            case Limited _ -> "limited";
            case Overdue _ -> "overdue";
            case Sanctioned _ -> "sanctioned";
        };
    }
}
