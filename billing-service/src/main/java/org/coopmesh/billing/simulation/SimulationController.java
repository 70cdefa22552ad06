package org.coopmesh.billing.simulation;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.rating.PlanMalformed;
import org.coopmesh.billing.rating.PlanViews.PlanRequest;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** What a proposal would have cost: everybody's for the board and the treasurer, one's own and the spread for members. */
@RestController
@RequestMapping("/api/plans/simulations")
class SimulationController {
    private final Simulator simulator;
    private final PayerRegister register;
    private final JsonMapper json;

    SimulationController(Simulator simulator, PayerRegister register, JsonMapper json) {
        this.simulator = simulator;
        this.register = register;
        this.json = json;
    }

    record AloneRequest(@NotNull String amount, @Nullable String currency) {}

    /**
     * @param from the first month, such as 2026-08
     * @param to the last month
     * @param plans in place of those of the same codes, in force throughout; none replays today's tariff
     * @param alone what a line of one's own costs a month
     */
    record SimulationRequest(
            @NotNull YearMonth from,
            @NotNull YearMonth to,
            @NotNull @Size(max = Simulator.PLANS_MAX) List<@Valid PlanRequest> plans,
            @Valid @Nullable AloneRequest alone) {}

    record ShareView(
            UUID payerId,
            MoneyView current,
            MoneyView proposed,
            MoneyView difference,
            @Nullable MoneyView alone,
            boolean betterAlone) {
        static ShareView of(Simulation.Share share) {
            Money alone = share.alone();
            return new ShareView(
                    share.payer().value(),
                    MoneyView.of(share.current()),
                    MoneyView.of(share.proposed()),
                    MoneyView.of(share.difference()),
                    alone == null ? null : MoneyView.of(alone),
                    share.betterAlone());
        }
    }

    record SharesView(List<ShareView> items, @Nullable String next) {}

    /** Quantiles of the differences, only among so many payers that none is one person's. */
    record DistributionView(
            int payers,
            int cheaper,
            int same,
            int dearer,
            int betterAlone,
            @Nullable MoneyView tenth,
            @Nullable MoneyView quarter,
            @Nullable MoneyView median,
            @Nullable MoneyView threeQuarters,
            @Nullable MoneyView nineTenths) {
        static DistributionView of(Distribution all) {
            return new DistributionView(
                    all.payers(),
                    all.cheaper(),
                    all.same(),
                    all.dearer(),
                    all.betterAlone(),
                    view(all.tenth()),
                    view(all.quarter()),
                    view(all.median()),
                    view(all.threeQuarters()),
                    view(all.nineTenths()));
        }

        private static @Nullable MoneyView view(@Nullable Money money) {
            return money == null ? null : MoneyView.of(money);
        }
    }

    /**
     * @param done payers looked at so far, of {@code payers}
     * @param bills of these months drawn up again under today's plans, of which {@code reproduced} are the same to the byte
     * @param distribution null until it is done
     * @param own what the caller's payers would have paid
     */
    record SimulationView(
            UUID id,
            String from,
            String to,
            Instant requestedAt,
            String state,
            int done,
            int payers,
            int bills,
            int reproduced,
            @Nullable String why,
            @Nullable DistributionView distribution,
            List<ShareView> own) {}

    record SimulationItemView(
            UUID id,
            String from,
            String to,
            Instant requestedAt,
            String state,
            int done,
            int payers) {}

    record SimulationsView(List<SimulationItemView> items, @Nullable String next) {}

    /** Begins a simulation; ask for it by its id until it is done. */
    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    SimulationView begin(
            @Valid @RequestBody SimulationRequest request, Authentication authentication) {
        Currency currency = register.coop().currency();
        AloneRequest alone = request.alone();
        Simulation simulation =
                simulator.begin(
                        request.from(),
                        request.to(),
                        request.plans().stream().map(plan -> plan.plan(currency)).toList(),
                        alone == null
                                ? null
                                : AmountRefused.unlessAtLeastZero(
                                        "alone.amount", alone.amount(), alone.currency(), currency),
                        json.writeValueAsString(request.plans()),
                        Caller.of(authentication).member());
        return view(simulation, List.of());
    }

    /** The newest first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    SimulationsView simulations() {
        return new SimulationsView(
                simulator.list().stream()
                        .map(each ->
                                new SimulationItemView(
                                        each.id(),
                                        each.first().toString(),
                                        each.last().toString(),
                                        each.requestedAt(),
                                        state(each),
                                        each.done(),
                                        each.payers()))
                        .toList(),
                null);
    }

    @GetMapping("/{id}")
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    SimulationView simulation(@PathVariable UUID id, Authentication authentication) {
        Simulation simulation = simulator.find(id);
        return view(
                simulation,
                simulator.shares(id, register.payersOf(Caller.of(authentication).member())));
    }

    /** Every payer's difference, in the order of ids. */
    @GetMapping("/{id}/payers")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    SharesView payers(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "00000000-0000-0000-0000-000000000000") UUID after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(500) int limit) {
        simulator.find(id);
        List<ShareView> items =
                simulator.shares(id, after, limit).stream().map(ShareView::of).toList();
        return new SharesView(
                items, items.size() < limit ? null : items.getLast().payerId().toString());
    }

    private SimulationView view(Simulation simulation, List<Simulation.Share> own) {
        boolean done = simulation.state() == Simulation.State.DONE;
        return new SimulationView(
                simulation.id(),
                simulation.first().toString(),
                simulation.last().toString(),
                simulation.requestedAt(),
                state(simulation),
                simulation.done(),
                simulation.payers(),
                simulation.bills(),
                simulation.reproduced(),
                simulation.why(),
                done ? DistributionView.of(simulator.distribution(simulation.id())) : null,
                done ? own.stream().map(ShareView::of).toList() : List.of());
    }

    private static String state(Simulation simulation) {
        return simulation.state().name().toLowerCase(Locale.ROOT);
    }

    @ExceptionHandler
    ProblemDetail notFound(SimulationNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "simulation-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail busy(SimulationBusy e) {
        return problem(HttpStatus.TOO_MANY_REQUESTS, "simulation-busy", e);
    }

    @ExceptionHandler
    ProblemDetail refused(SimulationRefused e) {
        return wrong(e.field(), e.rule(), e);
    }

    @ExceptionHandler
    ProblemDetail malformed(PlanMalformed e) {
        return wrong("plans." + e.field(), e.rule(), e);
    }

    private static ProblemDetail wrong(String field, String rule, RuntimeException e) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "invalid-request", e);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field", field,
                                "rule", rule,
                                "message", String.valueOf(e.getMessage()))));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
