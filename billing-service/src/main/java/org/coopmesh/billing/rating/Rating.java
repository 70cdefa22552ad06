package org.coopmesh.billing.rating;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.billing.metering.AttachmentId;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.subscription.AttachmentSpan;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.billing.subscription.SubscribedDays;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Closed hours and subscribed days times plan: what a payer is charged. */
@Service
public class Rating {
    private final Plans plans;
    private final PayerRegister register;
    private final Metering metering;
    private final Clock clock;

    Rating(Plans plans, PayerRegister register, Metering metering, Clock clock) {
        this.plans = plans;
        this.register = register;
        this.metering = metering;
        this.clock = clock;
    }

    /** Every version of every plan, the versions of one in the order in which they take effect. */
    public List<Plan> plans() {
        return plans.all();
    }

    /**
     * Declares a plan, or a new version of one.
     *
     * @throws PlanRefused if a version with the same or a later date exists, or a new version would count before today
     */
    @Transactional
    public void declare(Plan plan, MemberId by) {
        plans.lock();
        List<Plan> before =
                plans.all().stream().filter(other -> other.code().equals(plan.code())).toList();
        if (!before.isEmpty()) {
            LocalDate latest = before.getLast().effectiveOn();
            if (!plan.effectiveOn().isAfter(latest)) {
                throw new PlanRefused(
                        "plan " + plan.code() + " changed on " + latest + "; take a later day");
            }
            if (plan.effectiveOn().isBefore(register.coop().dayAt(clock.instant()))) {
                throw new PlanRefused("a plan never changes backwards; take today or later");
            }
        }
        plans.insert(plan, clock.instant(), by.toString());
    }

    /**
     * What the payer is charged for {@code month}, by site and plan, as far as counted up to now. Dues are those of the
     * whole month.
     *
     * @throws PlanNotFound if a site is on a plan that was not in force
     */
    public List<Charge> charges(PayerId payer, YearMonth month) {
        Coop coop = register.coop();
        List<Plan> versions = plans.all();
        record Group(SiteId site, Plan plan) {}
        Map<Group, List<PlanDays.Run>> groups = new LinkedHashMap<>();
        for (SubscribedDays days :
                register.subscribed(payer, month.atDay(1), month.plusMonths(1).atDay(1))) {
            for (LocalDate from = days.from(); from.isBefore(days.to()); ) {
                Plan plan = inForce(versions, days.planCode(), from);
                LocalDate to =
                        nextVersion(versions, plan).filter(days.to()::isAfter).orElse(days.to());
                groups.computeIfAbsent(new Group(days.site(), plan), group -> new ArrayList<>())
                        .add(new PlanDays.Run(from, to, days.active()));
                from = to;
            }
        }
        var charges = new ArrayList<Charge>();
        groups.forEach((group, runs) ->
                charges.addAll(
                        new PlanDays(group.site(), group.plan(), runs)
                                .charges(usage(coop, group.site(), runs))));
        return charges;
    }

    private static Plan inForce(List<Plan> versions, String code, LocalDate day) {
        return versions.stream()
                .filter(plan -> plan.code().equals(code) && !plan.effectiveOn().isAfter(day))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new PlanNotFound(code, day));
    }

    private static Optional<LocalDate> nextVersion(List<Plan> versions, Plan plan) {
        return versions.stream()
                .filter(other -> other.code().equals(plan.code()))
                .map(Plan::effectiveOn)
                .filter(plan.effectiveOn()::isBefore)
                .findFirst();
    }

    private Usage usage(Coop coop, SiteId site, List<PlanDays.Run> runs) {
        record Stretch(Instant from, Instant to) {}
        Map<Stretch, List<AttachmentId>> stretches = new LinkedHashMap<>();
        for (PlanDays.Run run : runs) {
            for (AttachmentSpan span :
                    register.attachmentSpans(
                            site, coop.startOf(run.from()), coop.startOf(run.to()))) {
                stretches
                        .computeIfAbsent(
                                new Stretch(span.from(), span.to()), stretch -> new ArrayList<>())
                        .add(new AttachmentId(span.attachmentId()));
            }
        }
        Usage sum = Usage.NONE;
        for (var stretch : stretches.entrySet()) {
            for (Usage part :
                    metering.used(
                                    stretch.getValue(),
                                    stretch.getKey().from(),
                                    stretch.getKey().to())
                            .values()) {
                sum = plus(sum, part);
            }
        }
        return sum;
    }

    private static Usage plus(Usage one, Usage other) {
        return new Usage(
                Math.addExact(one.internetDown(), other.internetDown()),
                Math.addExact(one.internetUp(), other.internetUp()),
                Math.addExact(one.localDown(), other.localDown()),
                Math.addExact(one.localUp(), other.localUp()),
                Math.addExact(one.windows(), other.windows()),
                Math.addExact(one.gaps(), other.gaps()));
    }
}
