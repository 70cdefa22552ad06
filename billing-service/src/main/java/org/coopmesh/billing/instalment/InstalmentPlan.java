package org.coopmesh.billing.instalment;

import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * That what is open on invoices of one payer is paid in parts, each by its day. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Asked ──▶ Running ──▶ Closed: kept, missed, ended
 *    └──▶ Closed: refused, withdrawn
 * </pre>
 */
public sealed interface InstalmentPlan {
    /** The fewest parts; one is a later day to pay. */
    int PARTS_MIN = 2;

    /** The most parts. */
    int PARTS_MAX = 12;

    /** The most invoices of one plan. */
    int INVOICES_MAX = 24;

    /** How far ahead the last part may be. */
    Period AHEAD_MAX = Period.ofYears(2);

    /**
     * What never changes.
     *
     * @param place in the order in which plans were written down; 0 for one that is not yet
     * @param days the last day to pay of each part, ascending
     */
    record Heading(
            UUID id, long place, PayerId payer, List<InvoiceId> invoices, List<LocalDate> days) {
        public Heading {
            invoices = List.copyOf(invoices);
            days = List.copyOf(days);
            if (invoices.isEmpty()
                    || invoices.size() > INVOICES_MAX
                    || new HashSet<>(invoices).size() < invoices.size()) {
                throw new InstalmentRefused(
                        "invoiceIds", "count", "1 to " + INVOICES_MAX + " different invoices");
            }
            if (days.size() < PARTS_MIN || days.size() > PARTS_MAX) {
                throw new InstalmentRefused(
                        "days", "count", PARTS_MIN + " to " + PARTS_MAX + " parts");
            }
            for (int i = 1; i < days.size(); i++) {
                if (!days.get(i).isAfter(days.get(i - 1))) {
                    throw new InstalmentRefused("days", "order", "each day after the one before");
                }
            }
        }

        /** The last day of all. */
        public LocalDate lastDay() {
            return days.getLast();
        }

        void unlessAhead(LocalDate today) {
            if (days.getFirst().isBefore(today)) {
                throw new InstalmentRefused("days", "past", "from today on");
            }
            if (lastDay().isAfter(today.plus(AHEAD_MAX))) {
                throw new InstalmentRefused("days", "range", "at most two years ahead");
            }
        }
    }

    Heading heading();

    /** The parts as they were agreed; empty where they never were. */
    List<Instalment> parts();

    /** All parts together; empty where they never were agreed. */
    default Optional<Money> total() {
        return parts().stream().map(Instalment::amount).reduce(Money::plus);
    }

    /** A payer asks; nothing is different yet. */
    record Asked(Heading heading) implements InstalmentPlan {
        @Override
        public List<Instalment> parts() {
            return List.of();
        }

        /**
         * Agreed on {@code today}, over all that is {@code open} on the invoices at this moment.
         *
         * @throws InstalmentRefused if a day is over, or there is less than a minor unit for each part
         */
        public Running agree(Money open, LocalDate today) {
            heading.unlessAhead(today);
            return new Running(heading, split(open, heading.days()));
        }
    }

    /** Agreed, and kept so far. */
    record Running(Heading heading, List<Instalment> parts) implements InstalmentPlan {
        public Running {
            parts = List.copyOf(parts);
        }

        /** Of what was agreed, what is no longer owed: paid, credited or given up. Below zero where more is open than was agreed. */
        public Money settled(Money open) {
            return total().orElseThrow().minus(open);
        }

        /**
         * What is to be paid next while {@code open} is owed on the invoices; empty where nothing is. What was paid beyond a part counts
         * towards the parts after it.
         */
        public Optional<Next> next(Money open) {
            Money settled = settled(open);
            Money due = Money.zero(open.currency());
            for (Instalment part : parts) {
                due = due.plus(part.amount());
                if (due.exceeds(settled)) {
                    return Optional.of(
                            new Next(
                                    part.number(), parts.size(), part.dueOn(), due.minus(settled)));
                }
            }
            return Optional.empty();
        }

        /**
         * How it stands.
         *
         * @param open what is owed on its invoices
         * @param wentBack the last day on which something that was paid on them went back; null for never. What is missing then is owed
         *     from that day, not from before.
         * @param dueBefore what was due before this day is missed; empty where nothing is today
         */
        public Review review(
                Money open, @Nullable LocalDate wentBack, Optional<LocalDate> dueBefore) {
            Optional<Next> next = open.isZero() ? Optional.empty() : next(open);
            if (next.isEmpty()) {
                return new Review.Kept();
            }
            // What is open beyond the agreement was never put off.
            LocalDate dueOn =
                    settled(open).isNegative() && wentBack != null
                            ? wentBack
                            : later(next.get().dueOn(), wentBack);
            return dueBefore.filter(dueOn::isBefore).isPresent()
                    ? new Review.Missed(dueOn)
                    : new Review.GoesOn();
        }

        private static LocalDate later(LocalDate day, @Nullable LocalDate other) {
            return other != null && other.isAfter(day) ? other : day;
        }
    }

    /** Over. */
    record Closed(Heading heading, List<Instalment> parts, How how) implements InstalmentPlan {
        public Closed {
            parts = List.copyOf(parts);
        }
    }

    /** How it came to an end. */
    enum How {
        /** A treasurer did not agree. */
        REFUSED,
        /** Who asked took it back. */
        WITHDRAWN,
        /** Nothing is owed on its invoices any more. */
        KEPT,
        /** A part was not paid in time. */
        MISSED,
        /** A treasurer ended it. */
        ENDED
    }

    /**
     * What is to be paid next.
     *
     * @param number of the part
     * @param of how many parts there are
     * @param open what is missing up to and with that part
     */
    record Next(int number, int of, LocalDate dueOn, Money open) {}

    /** What is found when one looks at a plan that runs. */
    sealed interface Review {
        /** What is due is paid, or may still be. */
        record GoesOn() implements Review {}

        /** Nothing is owed any more. */
        record Kept() implements Review {}

        /** A part was not paid in time; what is left is owed from {@code day}. */
        record Missed(LocalDate day) implements Review {}
    }

    /**
     * Splits {@code open} into equal parts of whole minor units, one more for the first where it does not divide; what is less than a
     * minor unit is in the last. Together they are {@code open}.
     *
     * @throws InstalmentRefused if there is less than a minor unit for each
     */
    static List<Instalment> split(Money open, List<LocalDate> days) {
        Money whole = open.wholeMinor();
        List<Money> amounts = whole.split(Collections.nCopies(days.size(), 1L));
        var parts = new ArrayList<Instalment>();
        for (int i = 0; i < days.size(); i++) {
            Money amount = amounts.get(i);
            if (i == days.size() - 1) {
                amount = amount.plus(open.minus(whole));
            }
            if (!amount.isPositive()) {
                throw new InstalmentRefused(
                        "days", "amount", "there is less than a cent for each part");
            }
            parts.add(new Instalment(i + 1, days.get(i), amount));
        }
        return List.copyOf(parts);
    }
}
