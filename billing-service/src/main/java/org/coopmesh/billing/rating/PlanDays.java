package org.coopmesh.billing.rating;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.SiteId;

/**
 * The runs of days of one month in which one site was on one version of a plan.
 *
 * @param runs in order, none empty, all in one month
 */
record PlanDays(SiteId site, Plan plan, List<Run> runs) {
    /** Days in [{@code from}, {@code to}); paused ones cost no dues and include no volume. */
    record Run(LocalDate from, LocalDate to, boolean active) {
        int days() {
            return (int) (to.toEpochDay() - from.toEpochDay());
        }
    }

    PlanDays {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("no days");
        }
    }

    /** What these days cost. */
    List<Charge> charges(TariffPart.Counted counted) {
        return plan.charges(this, counted);
    }

    /** The runs that are not paused. */
    List<Run> active() {
        return runs.stream().filter(Run::active).toList();
    }

    int activeDays() {
        return active().stream().mapToInt(Run::days).sum();
    }

    int allDays() {
        return runs.stream().mapToInt(Run::days).sum();
    }

    int monthDays() {
        return from().lengthOfMonth();
    }

    LocalDate from() {
        return runs.getFirst().from();
    }

    LocalDate to() {
        return runs.getLast().to();
    }

    Charge.Key key(Charge.Kind kind) {
        return new Charge.Key(kind, site, plan.code(), plan.effectiveOn(), YearMonth.from(from()));
    }

    /** The share of {@code monthly} for the days in [{@code from}, {@code to}), which lie in one month. */
    static Money share(Money monthly, LocalDate from, LocalDate to) {
        int days = daysOfMonth(from, to);
        return monthly.fraction(daysBefore(from, to), days)
                .minus(monthly.fraction(from.getDayOfMonth() - 1L, days));
    }

    /** The share of {@code monthly} bytes for the days in [{@code from}, {@code to}), which lie in one month. */
    static long share(long monthly, LocalDate from, LocalDate to) {
        int days = daysOfMonth(from, to);
        return part(monthly, daysBefore(from, to), days)
                - part(monthly, from.getDayOfMonth() - 1L, days);
    }

    private static int daysOfMonth(LocalDate from, LocalDate to) {
        YearMonth month = YearMonth.from(from);
        if (!from.isBefore(to) || to.isAfter(month.plusMonths(1).atDay(1))) {
            throw new IllegalArgumentException("not days of one month: " + from + " " + to);
        }
        return month.lengthOfMonth();
    }

    /** The days of the month before {@code to}; all of them where that is the first of the next. */
    private static long daysBefore(LocalDate from, LocalDate to) {
        return to.toEpochDay() - from.withDayOfMonth(1).toEpochDay();
    }

    private static long part(long whole, long numerator, long denominator) {
        return BigInteger.valueOf(whole)
                .multiply(BigInteger.valueOf(numerator))
                .divide(BigInteger.valueOf(denominator))
                .longValueExact();
    }
}
