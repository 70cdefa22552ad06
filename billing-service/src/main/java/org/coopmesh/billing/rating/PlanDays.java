package org.coopmesh.billing.rating;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.subscription.SiteId;

/**
 * The runs of days of one month in which one site was on one version of a plan.
 *
 * @param runs in order, none empty, all in one month
 */
record PlanDays(SiteId site, Plan plan, List<Run> runs) {
    /** Days in [{@code from}, {@code to}); paused ones cost no dues and include no volume. */
    record Run(LocalDate from, LocalDate to, boolean active) {}

    PlanDays {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("no days");
        }
    }

    /** What these days cost when {@code usage} was counted in them. */
    List<Charge> charges(Usage usage) {
        var charges = new ArrayList<Charge>();
        dues().ifPresent(charges::add);
        traffic(usage).ifPresent(charges::add);
        return charges;
    }

    private Optional<Charge> dues() {
        Money amount = Money.zero(plan.flat().currency());
        int days = 0;
        for (Run run : runs) {
            if (run.active()) {
                amount = amount.plus(plan.dues(run.from(), run.to()));
                days += (int) (run.to().toEpochDay() - run.from().toEpochDay());
            }
        }
        if (amount.isZero()) {
            return Optional.empty();
        }
        return Optional.of(
                new Charge.Dues(key(Charge.Kind.DUES), from(), to(), days, plan.flat(), amount));
    }

    private Optional<Charge> traffic(Usage usage) {
        if (usage.equals(Usage.NONE)) {
            return Optional.empty();
        }
        long included = 0;
        for (Run run : runs) {
            if (run.active()) {
                included = Math.addExact(included, plan.includedBytes(run.from(), run.to()));
            }
        }
        long internet = Math.addExact(usage.internetDown(), usage.internetUp());
        long local = Math.addExact(usage.localDown(), usage.localUp());
        return Optional.of(
                new Charge.Traffic(
                        key(Charge.Kind.USAGE),
                        from(),
                        to(),
                        usage,
                        included,
                        plan.perGb(),
                        plan.price(local),
                        plan.price(Math.max(0, internet - included))));
    }

    private LocalDate from() {
        return runs.getFirst().from();
    }

    private LocalDate to() {
        return runs.getLast().to();
    }

    private Charge.Key key(Charge.Kind kind) {
        return new Charge.Key(kind, site, plan.code(), plan.effectiveOn(), YearMonth.from(from()));
    }
}
