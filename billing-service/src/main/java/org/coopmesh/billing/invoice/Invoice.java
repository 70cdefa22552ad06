package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Optional;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;

/**
 * What one payer owes for one month. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Issued ──▶ PartlyPaid ──▶ Paid
 *    └──▶ Overdue ◀──┘        ▲
 *            └────────────────┘      each that owes ──▶ WrittenOff
 * </pre>
 *
 * A payment that is reversed leads back to Issued or PartlyPaid, also where the last day to pay is over: that is then the
 * day on which it was opened again. What was called overdue before and is still owed stays so, unless another last day to pay
 * was agreed.
 */
public sealed interface Invoice {
    /**
     * What never changes once it is issued.
     *
     * @param number gapless within its series, such as {@code 2026-000001}
     * @param dueOn the last day to pay, as it was issued
     */
    record Heading(
            InvoiceId id,
            String number,
            PayerId payer,
            YearMonth period,
            LocalDate issuedOn,
            LocalDate dueOn,
            Money total) {
        public Heading {
            if (!total.isPositive() || !total.isWholeMinor()) {
                throw new IllegalArgumentException("no invoice over " + total);
            }
            if (dueOn.isBefore(issuedOn)) {
                throw new IllegalArgumentException("due before it is issued: " + dueOn);
            }
        }

        /** The year in which it was numbered. */
        public String series() {
            return number.substring(0, number.indexOf('-'));
        }

        /** Its place in the series. */
        public long place() {
            return Long.parseLong(number.substring(number.indexOf('-') + 1));
        }

        private Running owing(Money paid, LocalDate payBy) {
            return paid.isZero() ? new Issued(this, payBy) : new PartlyPaid(this, paid, payBy);
        }
    }

    Heading heading();

    /** What was paid so far. */
    Money paid();

    /** What is still owed. */
    Money open();

    /**
     * The same after {@code returned} of what was paid went back. What was written off stays so, with less paid of it.
     *
     * @throws IllegalArgumentException if so much was never paid
     */
    default Invoice giveBack(Money returned, LocalDate today) {
        if (!returned.isPositive() || returned.exceeds(paid())) {
            throw new IllegalArgumentException("gives back " + returned + " of " + paid());
        }
        Money left = paid().minus(returned);
        return switch (this) {
            case WrittenOff off -> new WrittenOff(off.heading(), left, off.on(), off.why());
            case Overdue overdue -> new Overdue(overdue.heading(), left, overdue.since());
            case Issued issued -> issued.heading().owing(left, later(issued.payBy(), today));
            case PartlyPaid partly -> partly.heading().owing(left, later(partly.payBy(), today));
            case Paid paid -> paid.heading().owing(left, later(paid.heading().dueOn(), today));
        };
    }

    private static LocalDate later(LocalDate a, LocalDate b) {
        return a.isAfter(b) ? a : b;
    }

    /** An invoice on which something is owed. */
    sealed interface Owing extends Invoice {
        @Override
        default Money open() {
            return heading().total().minus(paid());
        }

        /** The last day to pay as it stands now; not before the one as it was issued. */
        LocalDate payBy();

        /** Takes what is owed from {@code payment}; the rest comes back. */
        default Application apply(Money payment, LocalDate on) {
            if (!payment.isPositive()) {
                throw new IllegalArgumentException("a payment is more than zero: " + payment);
            }
            Money taken = payment.min(open());
            Money rest = payment.minus(taken);
            Money paid = paid().plus(taken);
            return paid.equals(heading().total())
                    ? new Application(new Paid(heading(), on), taken, rest)
                    : new Application(partly(paid), taken, rest);
        }

        /** The same, with {@code paid} paid of it. */
        Owing partly(Money paid);

        /** The same with another last day to pay, not before the one as it was issued. What was overdue is so no longer. */
        default Running toBePaidBy(LocalDate day) {
            return heading().owing(paid(), later(heading().dueOn(), day));
        }

        /** Gives up what is still owed. */
        default WrittenOff writeOff(LocalDate on, String why) {
            return new WrittenOff(heading(), paid(), on, why);
        }
    }

    /** An invoice that is not yet late. */
    sealed interface Running extends Owing {
        /** Overdue from the day after the last day to pay; nothing before that. */
        default Optional<Overdue> fallDue(LocalDate today) {
            return today.isAfter(payBy())
                    ? Optional.of(new Overdue(heading(), paid(), payBy().plusDays(1)))
                    : Optional.empty();
        }
    }

    /** Issued, nothing paid yet. */
    record Issued(Heading heading, LocalDate payBy) implements Running {
        public Issued {
            requireNotBefore(heading, payBy);
        }

        public Issued(Heading heading) {
            this(heading, heading.dueOn());
        }

        @Override
        public Money paid() {
            return Money.zero(heading.total().currency());
        }

        @Override
        public Owing partly(Money paid) {
            return new PartlyPaid(heading, paid, payBy);
        }
    }

    /** Something is paid, not all, and there is still time. */
    record PartlyPaid(Heading heading, Money paid, LocalDate payBy) implements Running {
        public PartlyPaid {
            requireOpen(heading, paid);
            requireNotBefore(heading, payBy);
        }

        @Override
        public Owing partly(Money more) {
            return new PartlyPaid(heading, more, payBy);
        }
    }

    /**
     * The last day to pay is over.
     *
     * @param since the day after it
     */
    record Overdue(Heading heading, Money paid, LocalDate since) implements Owing {
        public Overdue {
            if (!paid.isZero()) {
                requireOpen(heading, paid);
            }
        }

        @Override
        public LocalDate payBy() {
            return since.minusDays(1);
        }

        @Override
        public Owing partly(Money more) {
            return new Overdue(heading, more, since);
        }
    }

    /** Nothing is owed any more. */
    record Paid(Heading heading, LocalDate settledOn) implements Invoice {
        @Override
        public Money paid() {
            return heading.total();
        }

        @Override
        public Money open() {
            return Money.zero(heading.total().currency());
        }
    }

    /** The co-op gave up what was still owed. */
    record WrittenOff(Heading heading, Money paid, LocalDate on, String why) implements Invoice {
        @Override
        public Money open() {
            return Money.zero(heading.total().currency());
        }
    }

    /**
     * What became of a payment.
     *
     * @param taken what this invoice took of it
     * @param rest what it did not need
     */
    record Application(Invoice invoice, Money taken, Money rest) {}

    private static void requireNotBefore(Heading heading, LocalDate payBy) {
        if (payBy.isBefore(heading.dueOn())) {
            throw new IllegalArgumentException("to be paid before it is due: " + heading.id());
        }
    }

    private static void requireOpen(Heading heading, Money paid) {
        if (!paid.isPositive() || !heading.total().exceeds(paid)) {
            throw new IllegalArgumentException("open invoice owes nothing: " + heading.id());
        }
    }
}
