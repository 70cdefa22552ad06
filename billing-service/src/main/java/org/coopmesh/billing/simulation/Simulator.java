package org.coopmesh.billing.simulation;

import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.PlanNotFound;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/** Replays closed months under proposed plans, in the background and one after the other. Nothing is booked. */
@Service
public class Simulator {
    /** The longest stretch that is replayed. */
    static final int MONTHS_MAX = 12;

    /** Proposed plans in one simulation. */
    static final int PLANS_MAX = 20;

    private static final Logger log = LoggerFactory.getLogger(Simulator.class);

    /** Payers charged together. */
    private static final int BATCH = 250;

    /** Simulations that may wait while one runs. */
    private static final int WAITING_MAX = 4;

    /** Simulations kept. */
    private static final int KEPT = 50;

    private static final int HEARD_EVERY_SECONDS = 20;

    /** For so long a simulation waits for its replica, which may be slow. */
    private static final Duration HELD = Duration.ofMinutes(2);

    private final UUID holder = UUID.randomUUID();
    private final Simulations simulations;
    private final Rating rating;
    private final Invoicing invoicing;
    private final PayerRegister register;
    private final Clock clock;
    private final ExecutorService worker =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(WAITING_MAX),
                    Thread.ofPlatform().name("simulator").daemon().factory());

    Simulator(
            Simulations simulations,
            Rating rating,
            Invoicing invoicing,
            PayerRegister register,
            Clock clock) {
        this.simulations = simulations;
        this.rating = rating;
        this.invoicing = invoicing;
        this.register = register;
        this.clock = clock;
    }

    /** Speaks for its own, and tells of those for which no replica speaks any more. */
    @Scheduled(fixedDelay = HEARD_EVERY_SECONDS, timeUnit = TimeUnit.SECONDS)
    void hold() {
        Instant now = clock.instant();
        simulations.hold(holder, now.plus(HELD));
        simulations.failUnheld(now, "the service ended before it was done; try again");
    }

    @PreDestroy
    void end() {
        worker.shutdownNow();
    }

    /**
     * Begins to replay the months from {@code first} to {@code last} as if {@code proposed} had been in force throughout, in
     * place of the plans of the same codes.
     *
     * @param proposed may be empty: then today's tariff is replayed
     * @param alone what a line of one's own costs a month; null for no such comparison
     * @param text the proposal as it was asked for
     * @throws SimulationRefused if a month is not closed, or there are too many
     * @throws SimulationBusy if too many wait
     */
    public Simulation begin(
            YearMonth first,
            YearMonth last,
            List<Plan> proposed,
            @Nullable Money alone,
            String text,
            MemberId by) {
        Coop coop = register.coop();
        if (last.isBefore(first)) {
            throw new SimulationRefused("to", "order", "ends before it begins");
        }
        if (first.plusMonths(MONTHS_MAX).compareTo(last) <= 0) {
            throw new SimulationRefused("to", "max", "at most " + MONTHS_MAX + " months");
        }
        if (clock.instant().isBefore(coop.startOf(last.plusMonths(1).atDay(1)))) {
            throw new SimulationRefused("to", "closed", last + " is not over");
        }
        if (proposed.stream().map(Plan::code).distinct().count() != proposed.size()) {
            throw new SimulationRefused("plans", "once", "each code once");
        }
        var simulation =
                new Simulation(
                        UUID.randomUUID(),
                        by,
                        clock.instant(),
                        first,
                        last,
                        alone,
                        Simulation.State.RUNNING,
                        0,
                        0,
                        0,
                        0,
                        null);
        simulations.insert(
                simulation, text, coop.currency(), holder, simulation.requestedAt().plus(HELD));
        simulations.forget(KEPT);
        try {
            worker.execute(() -> run(simulation, proposed));
        } catch (RejectedExecutionException full) {
            simulations.fail(simulation.id(), "too many at once");
            throw new SimulationBusy();
        }
        return simulation;
    }

    private void run(Simulation simulation, List<Plan> proposed) {
        try {
            replay(simulation, proposed);
        } catch (RuntimeException failed) {
            log.atWarn()
                    .addKeyValue("simulationId", simulation.id())
                    .setCause(failed)
                    .log("simulation failed");
            simulations.fail(
                    simulation.id(),
                    switch (failed) {
                        case PlanNotFound unknown -> String.valueOf(unknown.getMessage());
                        case ArithmeticException tooLarge ->
                                "a payer would come to more than a book can hold";
                        default -> "it could not be finished; try again";
                    });
        }
    }

    private void replay(Simulation simulation, List<Plan> proposed) {
        YearMonth first = simulation.first();
        YearMonth last = simulation.last();
        List<Plan> versions = versions(proposed, first);
        List<PayerId> payers = register.payersBetween(first.atDay(1), last.plusMonths(1).atDay(1));
        simulations.progress(simulation.id(), 0, payers.size());
        int bills = 0;
        int reproduced = 0;
        for (int from = 0; from < payers.size(); from += BATCH) {
            List<PayerId> batch = payers.subList(from, Math.min(from + BATCH, payers.size()));
            simulations.insert(
                    simulation.id(), shares(batch, first, last, versions, simulation.alone()));
            for (YearMonth month = first; !month.isAfter(last); month = month.plusMonths(1)) {
                for (Invoicing.Redrawn redrawn : invoicing.redraw(batch, month)) {
                    bills++;
                    if (redrawn.same()) {
                        reproduced++;
                    }
                }
            }
            simulations.progress(simulation.id(), from + batch.size(), payers.size());
        }
        simulations.finish(simulation.id(), bills, reproduced);
        log.atInfo()
                .addKeyValue("simulationId", simulation.id())
                .addKeyValue("payers", payers.size())
                .log("simulation done");
    }

    /** Today's versions, with the proposed plans in place of those of the same codes from the first month on. */
    private List<Plan> versions(List<Plan> proposed, YearMonth first) {
        Set<String> replaced = new HashSet<>();
        proposed.forEach(plan -> replaced.add(plan.code()));
        var versions = new ArrayList<Plan>();
        for (Plan plan : rating.plans()) {
            if (!replaced.contains(plan.code())) {
                versions.add(plan);
            }
        }
        for (Plan plan : proposed) {
            versions.add(
                    new Plan(
                            plan.code(),
                            plan.name(),
                            plan.description(),
                            first.atDay(1),
                            plan.currency(),
                            plan.parts()));
        }
        return versions;
    }

    private List<Simulation.Share> shares(
            List<PayerId> payers,
            YearMonth first,
            YearMonth last,
            List<Plan> versions,
            @Nullable Money alone) {
        Map<PayerId, Rating.Charged> now = rating.charges(payers, first, last);
        Map<PayerId, Rating.Charged> then = rating.charges(payers, first, last, versions);
        var shares = new ArrayList<Simulation.Share>();
        for (PayerId payer : payers) {
            List<Charge> current = known(now.get(payer));
            List<Charge> proposed = known(then.get(payer));
            record SiteMonth(SiteId site, YearMonth month) {}
            var siteMonths = new LinkedHashSet<SiteMonth>();
            current.forEach(
                    each -> siteMonths.add(new SiteMonth(each.key().site(), each.key().month())));
            proposed.forEach(
                    each -> siteMonths.add(new SiteMonth(each.key().site(), each.key().month())));
            shares.add(
                    new Simulation.Share(
                            payer,
                            sum(current),
                            sum(proposed),
                            alone == null ? null : alone.fraction(siteMonths.size(), 1)));
        }
        return shares;
    }

    private static List<Charge> known(Rating.@Nullable Charged charged) {
        return switch (charged) {
            case Rating.Charged.Known(List<Charge> charges) -> charges;
            case Rating.Charged.Unknown(RuntimeException why) -> throw why;
            case null -> List.of();
        };
    }

    private Money sum(Collection<Charge> charges) {
        return charges.stream()
                .map(Charge::amount)
                .reduce(Money.zero(register.coop().currency()), Money::plus);
    }

    /**
     * The simulation as it stands.
     *
     * @throws SimulationNotFound if there is none
     */
    public Simulation find(UUID id) {
        return simulations.find(id).orElseThrow(() -> new SimulationNotFound(id));
    }

    /** The newest first. */
    List<Simulation> list() {
        return simulations.list(KEPT);
    }

    List<Simulation.Share> shares(UUID id, UUID after, int limit) {
        return simulations.shares(id, after, limit);
    }

    List<Simulation.Share> shares(UUID id, Collection<PayerId> payers) {
        return simulations.shares(id, payers);
    }

    Distribution distribution(UUID id) {
        return Distribution.of(simulations.differences(id), simulations.betterAlone(id));
    }
}
