package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * One month's pay. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Prepared ── another, who is not paid by it ──▶ Approved ── line by line ──▶ paid
 *    └── with a reason ──▶ Rejected; the month is drawn up again
 * </pre>
 */
sealed interface PayRun {
    /**
     * What was drawn up, for good.
     *
     * @param from dues booked from here on ...
     * @param until ... and before here are in it
     * @param collected dues that came in, less what went back
     */
    record Heading(
            UUID id,
            YearMonth month,
            Instant from,
            Instant until,
            Rates rates,
            Money collected,
            PayPool pool,
            List<Line> lines,
            MemberId preparedBy,
            Instant preparedAt) {
        public Heading {
            lines = List.copyOf(lines);
        }

        /** What all lines pay. */
        Money drawn() {
            return lines.stream()
                    .map(Line::pay)
                    .reduce(Money.zero(collected.currency()), Money::plus);
        }

        /** What is left for the next month. */
        Money carriedOut() {
            return pool.left(drawn());
        }
    }

    /**
     * What one moderator is paid.
     *
     * @param number 1 and up
     * @param claim by the rate card
     * @param pay what the pool suffices for
     * @param transfer the file for the bank that it is in
     */
    record Line(
            int number,
            MemberId moderator,
            long minutes,
            long cases,
            Money claim,
            Money pay,
            @Nullable UUID transfer,
            @Nullable Paid paid) {
        /** Whether somebody still has to pay it. */
        boolean isDue() {
            return paid == null && pay.isPositive();
        }
    }

    /** How a line was paid. */
    record Paid(LocalDate on, Method method, MemberId by, TransactionId transaction) {}

    /** How a moderator is paid. */
    enum Method {
        TRANSFER,
        CASH
    }

    Heading heading();

    /** Waits for a second person. */
    record Prepared(Heading heading) implements PayRun {
        /**
         * Approves it.
         *
         * @param related whether {@code by} shares a household with whoever prepared it or is paid by it
         * @throws PayRunRefused if {@code by} may not
         */
        Approved approve(MemberId by, boolean related, Instant at) {
            if (by.equals(heading.preparedBy())) {
                throw new PayRunRefused("same-person", "who prepared it does not approve it");
            }
            if (heading.lines().stream().anyMatch(line -> line.moderator().equals(by))) {
                throw new PayRunRefused("own-pay", "nobody approves their own pay");
            }
            if (related) {
                throw new PayRunRefused(
                        "same-household",
                        "who approves it shares no household with whoever prepared it or is paid");
            }
            return new Approved(heading, by, at);
        }

        Rejected reject(MemberId by, String why, Instant at) {
            return new Rejected(heading, by, at, why);
        }
    }

    /** Owed to the moderators, and paid line by line. */
    record Approved(Heading heading, MemberId by, Instant at) implements PayRun {
        /** Whether nothing of it is still to be paid. */
        boolean isPaid() {
            return heading.lines().stream().noneMatch(Line::isDue);
        }
    }

    /** Not to be paid; the work in it waits for the next time the month is drawn up. */
    record Rejected(Heading heading, MemberId by, Instant at, String why) implements PayRun {}
}
