package org.coopmesh.billing.rating;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.AttachmentId;
import org.coopmesh.billing.metering.HourOfUse;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.Stretch;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.subscription.AttachmentSpan;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.billing.subscription.SubscribedDays;
import org.coopmesh.eventbus.Outbox;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Closed hours and subscribed days times plan: what a payer is charged. */
@Service
public class Rating {
    private final Plans plans;
    private final DuesChoices choices;
    private final PayerRegister register;
    private final Metering metering;
    private final Outbox outbox;
    private final Clock clock;

    Rating(
            Plans plans,
            DuesChoices choices,
            PayerRegister register,
            Metering metering,
            Outbox outbox,
            Clock clock) {
        this.plans = plans;
        this.choices = choices;
        this.register = register;
        this.metering = metering;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Every version of every plan, the versions of one in the order in which they take effect. */
    public List<Plan> plans() {
        return plans.all();
    }

    /**
     * Declares a plan, or a new version of one, and says so.
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
        Instant now = clock.instant();
        plans.insert(plan, now, by.toString());
        outbox.add(PlanEvents.TOPIC, plan.code(), PlanEvents.declared(plan, now));
    }

    /**
     * Declares a new version of a plan that differs in its flat dues alone.
     *
     * @param decidedFor the day for which it was decided; a version of that day or later stands in its way
     * @param on from when it counts, not before that day nor before today
     * @param by what decided so
     * @return why it cannot be; empty where it is
     */
    @Transactional
    public Optional<String> changeDues(
            String code, Money monthly, LocalDate decidedFor, LocalDate on, String by) {
        plans.lock();
        List<Plan> before = plans.all().stream().filter(plan -> plan.code().equals(code)).toList();
        if (before.isEmpty()) {
            return Optional.of("there is no plan " + code);
        }
        Plan latest = before.getLast();
        if (!decidedFor.isAfter(latest.effectiveOn())) {
            return Optional.of(
                    "plan %s was declared for %s already".formatted(code, latest.effectiveOn()));
        }
        if (latest.scale().isPresent() && latest.flat().isZero()) {
            return Optional.of("who is on plan " + code + " chooses their dues");
        }
        Plan changed = latest.withFlat(monthly, on);
        Instant now = clock.instant();
        plans.insert(changed, now, by);
        outbox.add(PlanEvents.TOPIC, code, PlanEvents.declared(changed, now));
        return Optional.empty();
    }

    /**
     * What the payer picked for the site, in the order in which it takes effect; of two with one day the later counts.
     */
    public List<DuesChoice> choices(PayerId payer, SiteId site) {
        return choices.of(List.of(payer))
                .getOrDefault(payer, Map.of())
                .getOrDefault(site, List.of());
    }

    /** The version of the site's plan on {@code day}, where the payer pays for it then. */
    public Optional<Plan> planOf(PayerId payer, SiteId site, LocalDate day) {
        return register.subscribed(payer, day, day.plusDays(1)).stream()
                .filter(days -> days.site().equals(site))
                .findFirst()
                .map(days -> inForce(plans.all(), days.planCode(), day));
    }

    /**
     * Picks dues on the sliding scale of the site's plan, from {@code on} on.
     *
     * @throws ChoiceRefused if the day is over, the payer does not pay for the site then, or its plan has no such dues
     */
    @Transactional
    public void choose(PayerId payer, SiteId site, Money amount, LocalDate on, MemberId by) {
        if (on.isBefore(register.coop().dayAt(clock.instant()))) {
            throw new ChoiceRefused(
                    "effectiveOn", "past", "a choice never counts backwards; take today or later");
        }
        TariffPart.SlidingScale scale =
                planOf(payer, site, on)
                        .orElseThrow(() ->
                                new ChoiceRefused(
                                        "siteId",
                                        "payer",
                                        "nobody pays for this site by this payer on that day"))
                        .scale()
                        .orElseThrow(() ->
                                new ChoiceRefused(
                                        "siteId",
                                        "scale",
                                        "the plan of this site leaves no choice on that day"));
        if (scale.floor().exceeds(amount) || amount.exceeds(scale.ceiling())) {
            throw new ChoiceRefused(
                    "amount", "scale", "between " + scale.floor() + " and " + scale.ceiling());
        }
        choices.insert(payer, site, new DuesChoice(on, amount), clock.instant(), by);
    }

    /**
     * What the payer is charged for {@code month}, by site and plan, as far as counted up to now. Dues are those of the
     * whole month.
     *
     * @throws PlanNotFound if a site is on a plan that was not in force
     */
    public List<Charge> charges(PayerId payer, YearMonth month) {
        return charges(payer, month.atDay(1), month.plusMonths(1).atDay(1));
    }

    /**
     * What the payer is charged for the days in [{@code from}, {@code to}).
     *
     * @throws PlanNotFound if a site is on a plan that was not in force
     */
    public List<Charge> charges(PayerId payer, LocalDate from, LocalDate to) {
        Instant until = register.coop().startOf(to);
        return switch (charged(List.of(payer), from, to, until, plans.all()).get(payer)) {
            case Charged.Known(List<Charge> charges) -> charges;
            case Charged.Unknown(RuntimeException why) -> throw why;
            case null -> List.of();
        };
    }

    /**
     * What the days in [{@code from}, {@code to}) of one month come to, counting hours that begin before {@code until};
     * nothing where a plan is missing or the amount too large.
     */
    Optional<Money> total(PayerId payer, LocalDate from, LocalDate to, Instant until) {
        Money zero = Money.zero(register.coop().currency());
        return switch (charged(List.of(payer), from, to, until, plans.all()).get(payer)) {
            case Charged.Known(List<Charge> charges) ->
                    Optional.of(charges.stream().map(Charge::amount).reduce(zero, Money::plus));
            case Charged.Unknown unknown -> Optional.empty();
            case null -> Optional.of(zero);
        };
    }

    /** What came of charging one payer. */
    public sealed interface Charged {
        /** Month by month, by site and plan. */
        record Known(List<Charge> charges) implements Charged {
            public Known {
                charges = List.copyOf(charges);
            }
        }

        /** A plan that was not in force, or an amount that no book can hold. */
        record Unknown(RuntimeException why) implements Charged {}
    }

    /** What each payer is charged for the months from {@code first} to {@code last}; who paid for nothing is left out. */
    public Map<PayerId, Charged> charges(
            Collection<PayerId> payers, YearMonth first, YearMonth last) {
        return charges(payers, first, last, plans.all());
    }

    /** The same as if {@code versions}, in the order of {@link #plans}, were all the plans there ever were. */
    public Map<PayerId, Charged> charges(
            Collection<PayerId> payers, YearMonth first, YearMonth last, List<Plan> versions) {
        LocalDate to = last.plusMonths(1).atDay(1);
        return charged(payers, first.atDay(1), to, register.coop().startOf(to), versions);
    }

    /** The part of the plan that makes such a charge; versions of plans never change. */
    public Optional<TariffPart> partOf(Charge.Key key) {
        return plans.all().stream()
                .filter(plan ->
                        plan.code().equals(key.planCode())
                                && plan.effectiveOn().equals(key.planSince()))
                .flatMap(plan -> plan.parts().stream())
                .filter(part -> part.kind() == key.kind())
                .findFirst();
    }

    /** What the charge for counted bytes rests on, by today's facts; nothing where no such part is charged any more. */
    public Optional<Grounds> groundsOf(PayerId payer, Charge.Key key) {
        Coop coop = register.coop();
        LocalDate first = key.month().atDay(1);
        LocalDate last = key.month().plusMonths(1).atDay(1);
        return stays(register.subscribed(payer, first, last), first, last, plans.all()).stream()
                .filter(stay -> stay.key(key.kind()).equals(key))
                .findFirst()
                .flatMap(stay ->
                        stay.plan().parts().stream()
                                .filter(part -> part.kind() == key.kind())
                                .findFirst()
                                .map(part -> grounds(coop, stay, part)));
    }

    private Grounds grounds(Coop coop, PlanDays stay, TariffPart part) {
        List<AttachmentSpan> spans =
                register.attachmentSpans(
                        stay.site(), coop.startOf(stay.from()), coop.startOf(stay.to()));
        var stretches = new ArrayList<Stretch>();
        int hours = 0;
        for (PlanDays.Run run : stay.runs()) {
            Instant from = coop.startOf(run.from());
            Instant to = coop.startOf(run.to());
            hours += (int) Duration.between(from, to).toHours();
            for (AttachmentSpan span : spans) {
                span.within(from, to).map(Rating::stretch).ifPresent(stretches::add);
            }
        }
        return new Grounds(
                part,
                stay.active().stream().map(run -> new Grounds.Days(run.from(), run.to())).toList(),
                stay.allDays(),
                stay.monthDays(),
                hours,
                coop.zone(),
                stretches);
    }

    private Map<PayerId, Charged> charged(
            Collection<PayerId> payers,
            LocalDate from,
            LocalDate to,
            Instant until,
            List<Plan> versions) {
        return reckon(payers, from, to, until, versions).charges(payers);
    }

    /**
     * Looks up in a few questions what the charges of all {@code payers} rest on, for the months from {@code first} to {@code
     * last}: for thousands together it takes a fraction of what it takes one after the other. Holds some kilobytes a payer.
     */
    public Reckoning reckon(Collection<PayerId> payers, YearMonth first, YearMonth last) {
        LocalDate to = last.plusMonths(1).atDay(1);
        return reckon(payers, first.atDay(1), to, register.coop().startOf(to), plans.all());
    }

    private Reckoning reckon(
            Collection<PayerId> payers,
            LocalDate from,
            LocalDate to,
            Instant until,
            List<Plan> versions) {
        Coop coop = register.coop();
        var unknown = new LinkedHashMap<PayerId, PlanNotFound>();
        var stays = new LinkedHashMap<PayerId, List<PlanDays>>();
        register.subscribed(payers, from, to)
                .forEach((payer, days) -> {
                    try {
                        stays.put(payer, stays(days, from, to, versions));
                    } catch (PlanNotFound missing) {
                        unknown.put(payer, missing);
                    }
                });
        Map<PlanDays, List<Stretch>> stretches = stretches(coop, stays, from, until);
        return new Reckoning(coop, unknown, stays, stretches, used(stretches));
    }

    /** What the charges of many payers rest on, as it was when it was looked up; what comes later counts next time. */
    public final class Reckoning {
        private final Coop coop;
        private final Map<PayerId, PlanNotFound> unknown;
        private final Map<PayerId, List<PlanDays>> stays;
        // By identity: no two payers share one
        private final Map<PlanDays, List<Stretch>> stretches;
        private final Map<PlanDays, List<Usage>> used;

        private Reckoning(
                Coop coop,
                Map<PayerId, PlanNotFound> unknown,
                Map<PayerId, List<PlanDays>> stays,
                Map<PlanDays, List<Stretch>> stretches,
                Map<PlanDays, List<Usage>> used) {
            this.coop = coop;
            this.unknown = unknown;
            this.stays = stays;
            this.stretches = stretches;
            this.used = used;
        }

        /** What these of the payers are charged; who paid for nothing is left out. */
        public Map<PayerId, Charged> charges(Collection<PayerId> payers) {
            var days = new LinkedHashMap<PayerId, List<PlanDays>>();
            var result = new LinkedHashMap<PayerId, Charged>();
            for (PayerId payer : payers) {
                List<PlanDays> of = stays.get(payer);
                PlanNotFound missing = unknown.get(payer);
                if (missing != null) {
                    result.put(payer, new Charged.Unknown(missing));
                } else if (of != null) {
                    days.put(payer, of);
                }
            }
            Counts counts = counts(days);
            days.forEach((payer, each) -> {
                try {
                    var charges = new ArrayList<Charge>();
                    for (PlanDays one : each) {
                        charges.addAll(one.charges(counts.of(payer, one)));
                    }
                    result.put(payer, new Charged.Known(charges));
                } catch (ArithmeticException tooLarge) {
                    result.put(payer, new Charged.Unknown(tooLarge));
                }
            });
            return result;
        }

        /** Hours are many: they are looked up only for those who are charged now, and only where a plan needs them. */
        private Counts counts(Map<PayerId, List<PlanDays>> days) {
            var hourlyDays = new ArrayList<PlanDays>();
            var hourly = new ArrayList<Stretch>();
            boolean anyScale = false;
            for (List<PlanDays> all : days.values()) {
                for (PlanDays each : all) {
                    anyScale |= each.plan().scale().isPresent();
                    if (each.plan().needsHours()) {
                        for (Stretch stretch : stretches.getOrDefault(each, List.of())) {
                            hourlyDays.add(each);
                            hourly.add(stretch);
                        }
                    }
                }
            }
            List<List<HourOfUse>> hoursIn = metering.hoursIn(hourly);
            var hours = new IdentityHashMap<PlanDays, List<HourOfUse>>();
            for (int i = 0; i < hoursIn.size(); i++) {
                hours.computeIfAbsent(hourlyDays.get(i), each -> new ArrayList<>())
                        .addAll(hoursIn.get(i));
            }
            return new Counts(coop, used, hours, anyScale ? choices.of(days.keySet()) : Map.of());
        }
    }

    private static List<PlanDays> stays(
            List<SubscribedDays> subscribed, LocalDate first, LocalDate last, List<Plan> versions) {
        record Group(YearMonth month, SiteId site, Plan plan) {}
        var stays = new ArrayList<PlanDays>();
        for (YearMonth month = YearMonth.from(first);
                month.atDay(1).isBefore(last);
                month = month.plusMonths(1)) {
            LocalDate start = latest(first, month.atDay(1));
            LocalDate end = earliest(last, month.plusMonths(1).atDay(1));
            Map<Group, List<PlanDays.Run>> groups = new LinkedHashMap<>();
            for (SubscribedDays days : subscribed) {
                LocalDate until = earliest(days.to(), end);
                for (LocalDate from = latest(days.from(), start); from.isBefore(until); ) {
                    Plan plan = inForce(versions, days.planCode(), from);
                    LocalDate to = nextVersion(versions, plan).filter(until::isAfter).orElse(until);
                    groups.computeIfAbsent(
                                    new Group(month, days.site(), plan), group -> new ArrayList<>())
                            .add(new PlanDays.Run(from, to, days.active()));
                    from = to;
                }
            }
            groups.forEach(
                    (group, runs) -> stays.add(new PlanDays(group.site(), group.plan(), runs)));
        }
        return stays;
    }

    private static LocalDate latest(LocalDate one, LocalDate other) {
        return one.isAfter(other) ? one : other;
    }

    private static LocalDate earliest(LocalDate one, LocalDate other) {
        return one.isBefore(other) ? one : other;
    }

    private static Plan inForce(List<Plan> versions, String code, LocalDate day) {
        Plan found = null;
        for (Plan plan : versions) {
            if (plan.code().equals(code) && !plan.effectiveOn().isAfter(day)) {
                found = plan;
            }
        }
        if (found == null) {
            throw new PlanNotFound(code, day);
        }
        return found;
    }

    private static Optional<LocalDate> nextVersion(List<Plan> versions, Plan plan) {
        return versions.stream()
                .filter(other -> other.code().equals(plan.code()))
                .map(Plan::effectiveOn)
                .filter(plan.effectiveOn()::isBefore)
                .findFirst();
    }

    private Map<PlanDays, List<Stretch>> stretches(
            Coop coop, Map<PayerId, List<PlanDays>> stays, LocalDate from, Instant until) {
        var sites = new LinkedHashSet<SiteId>();
        stays.values().forEach(all -> all.forEach(days -> sites.add(days.site())));
        Map<SiteId, List<AttachmentSpan>> spans =
                register.attachmentSpans(sites, coop.startOf(from), until);
        var stretches = new IdentityHashMap<PlanDays, List<Stretch>>();
        for (List<PlanDays> all : stays.values()) {
            for (PlanDays each : all) {
                for (PlanDays.Run run : each.runs()) {
                    for (AttachmentSpan span : spans.getOrDefault(each.site(), List.of())) {
                        span.within(coop.startOf(run.from()), coop.startOf(run.to()))
                                .map(Rating::stretch)
                                .ifPresent(stretch ->
                                        stretches
                                                .computeIfAbsent(each, none -> new ArrayList<>())
                                                .add(stretch));
                    }
                }
            }
        }
        return stretches;
    }

    /** What was counted for all of them, not yet summed: a sum that no book can hold concerns one payer only. */
    private Map<PlanDays, List<Usage>> used(Map<PlanDays, List<Stretch>> stretches) {
        var days = new ArrayList<PlanDays>();
        var all = new ArrayList<Stretch>();
        stretches.forEach((each, some) -> {
            for (Stretch stretch : some) {
                days.add(each);
                all.add(stretch);
            }
        });
        List<Usage> counted = metering.usedIn(all);
        var used = new IdentityHashMap<PlanDays, List<Usage>>();
        for (int i = 0; i < counted.size(); i++) {
            used.computeIfAbsent(days.get(i), each -> new ArrayList<>()).add(counted.get(i));
        }
        return used;
    }

    private record Counts(
            Coop coop,
            Map<PlanDays, List<Usage>> sums,
            Map<PlanDays, List<HourOfUse>> hours,
            Map<PayerId, Map<SiteId, List<DuesChoice>>> choices) {
        TariffPart.Counted of(PayerId payer, PlanDays days) {
            Usage sum =
                    sums.getOrDefault(days, List.of()).stream().reduce(Usage.NONE, Rating::plus);
            var byTime = new TreeMap<Instant, HourOfUse>();
            hours.getOrDefault(days, List.of())
                    .forEach(hour -> byTime.merge(hour.hour(), hour, HourOfUse::plus));
            return new TariffPart.Counted(
                    sum,
                    List.copyOf(byTime.values()),
                    choices.getOrDefault(payer, Map.of()).getOrDefault(days.site(), List.of()),
                    days.plan().needsHours() ? hoursOf(days) : 0,
                    coop.zone());
        }

        private int hoursOf(PlanDays days) {
            int hours = 0;
            for (PlanDays.Run run : days.runs()) {
                hours +=
                        (int)
                                Duration.between(coop.startOf(run.from()), coop.startOf(run.to()))
                                        .toHours();
            }
            return hours;
        }
    }

    private static Stretch stretch(AttachmentSpan span) {
        return new Stretch(new AttachmentId(span.attachmentId()), span.from(), span.to());
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
