package org.coopmesh.billing.costshare;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * A policy as it is written, in a request and in the database.
 *
 * @param kind {@code equal}, {@code weight}, {@code usage}, {@code p95}, {@code fee}, {@code airport}, {@code tree} or
 *     {@code clearing}
 * @param plans of {@code weight} and {@code airport}: weight or need by plan code
 * @param direction of {@code p95}
 * @param contract of {@code p95}; without one the percentile itself is the weight
 * @param fee of {@code fee}, with {@code rest}: equal, weight, usage or p95
 * @param links of {@code tree}: what links cost relative to each other; one that is not named costs 1
 * @param expenses of {@code clearing}
 */
record PolicyForm(
        @NotNull @Pattern(regexp = "equal|weight|usage|p95|fee|airport|tree|clearing") String kind,
        @Size(max = 200)
                @Nullable
                        Map<
                                @Pattern(regexp = "[a-z0-9][a-z0-9-]{0,39}") String,
                                @NotNull @Min(0) @Max(WEIGHT_MAX) Long>
                        plans,
        Peak.@Nullable Direction direction,
        @Valid @Nullable Contract contract,
        @Valid @Nullable MoneyView fee,
        @Valid @Nullable PolicyForm rest,
        @Size(max = 20_000) @Nullable List<@Valid @NotNull LinkCost> links,
        @Size(max = 1_000) @Nullable List<@Valid @NotNull Expense> expenses) {
    static final long WEIGHT_MAX = 1_000_000_000L;

    record Contract(
            @NotNull @Min(0) @Max(WEIGHT_MAX) Long commitMbps,
            @NotNull @Valid MoneyView commitFee,
            @NotNull @Valid MoneyView perMbps) {}

    record LinkCost(
            @NotBlank @Pattern(regexp = "[0-9a-f]{64}") String a,
            @NotBlank @Pattern(regexp = "[0-9a-f]{64}") String b,
            @NotNull @Min(0) @Max(WEIGHT_MAX) Long cost) {}

    record Expense(@NotNull UUID memberId, @NotNull @Valid MoneyView amount) {}

    /**
     * The policy that this writes.
     *
     * @throws CostPoolRefused if something that its kind needs is missing
     * @throws AmountRefused if an amount cannot be taken
     */
    Policy policy(Currency currency) {
        return switch (kind) {
            case "weight" -> new Policy.Weight(required(plans, "plans"));
            case "fee" ->
                    new Policy.FeeAndProportional(
                            money("policy.fee.amount", required(fee, "fee"), currency),
                            proportional(required(rest, "rest"), currency));
            case "airport" -> new Policy.Airport(required(plans, "plans"));
            case "tree" -> new Policy.Tree(costs());
            case "clearing" -> clearing(currency);
            default -> proportional(this, currency);
        };
    }

    private static Policy.Proportional proportional(PolicyForm form, Currency currency) {
        return switch (form.kind()) {
            case "equal" -> new Policy.Equal();
            case "weight" -> new Policy.Weight(required(form.plans(), "rest.plans"));
            case "usage" -> new Policy.Usage();
            case "p95" ->
                    new Policy.P95(
                            required(form.direction(), "direction"),
                            contract(form.contract(), currency));
            default ->
                    throw new CostPoolRefused(
                            "policy-incomplete", "policy.rest must be equal, weight, usage or p95");
        };
    }

    private static Policy.P95.@Nullable Contract contract(
            @Nullable Contract contract, Currency currency) {
        return contract == null
                ? null
                : new Policy.P95.Contract(
                        contract.commitMbps(),
                        money("policy.contract.commitFee.amount", contract.commitFee(), currency),
                        money("policy.contract.perMbps.amount", contract.perMbps(), currency));
    }

    private Map<LinkTree.Link, Long> costs() {
        var costs = new HashMap<LinkTree.Link, Long>();
        for (LinkCost link : links == null ? List.<LinkCost>of() : links) {
            if (link.a().equals(link.b())
                    || costs.put(new LinkTree.Link(link.a(), link.b()), link.cost()) != null) {
                throw new CostPoolRefused(
                        "policy-incomplete", "policy.links: a link has two ends and is named once");
            }
        }
        return costs;
    }

    private Policy.Clearing clearing(Currency currency) {
        var spent = new HashMap<MemberId, Money>();
        int i = 0;
        for (Expense expense : required(expenses, "expenses")) {
            Money amount =
                    AmountRefused.unlessPayable(
                            "policy.expenses[" + i++ + "].amount.amount",
                            expense.amount().amount(),
                            expense.amount().currency(),
                            currency);
            if (spent.put(new MemberId(expense.memberId()), amount) != null) {
                throw new CostPoolRefused(
                        "policy-incomplete", "policy.expenses: a contributor is named once");
            }
        }
        if (spent.isEmpty()) {
            throw new CostPoolRefused(
                    "policy-incomplete", "policy.expenses: nobody spent anything");
        }
        return new Policy.Clearing(spent);
    }

    private static Money money(String field, MoneyView view, Currency currency) {
        return AmountRefused.unlessAtLeastZero(field, view.amount(), view.currency(), currency);
    }

    private static <T> T required(@Nullable T value, String field) {
        if (value == null) {
            throw new CostPoolRefused("policy-incomplete", "policy." + field + " is missing");
        }
        return value;
    }

    /** How {@code policy} is written. */
    static PolicyForm of(Policy policy) {
        return switch (policy) {
            case Policy.Equal equal -> of("equal", null);
            case Policy.Weight weight -> of("weight", weight.byPlan());
            case Policy.Usage usage -> of("usage", null);
            case Policy.P95 p95 ->
                    new PolicyForm(
                            "p95",
                            null,
                            p95.direction(),
                            contract(p95.contract()),
                            null,
                            null,
                            null,
                            null);
            case Policy.FeeAndProportional fee ->
                    new PolicyForm(
                            "fee",
                            null,
                            null,
                            null,
                            MoneyView.of(fee.fee()),
                            of(fee.rest()),
                            null,
                            null);
            case Policy.Airport airport -> of("airport", airport.needByPlan());
            case Policy.Tree tree ->
                    new PolicyForm("tree", null, null, null, null, null, links(tree), null);
            case Policy.Clearing clearing ->
                    new PolicyForm(
                            "clearing", null, null, null, null, null, null, expenses(clearing));
        };
    }

    private static PolicyForm of(String kind, @Nullable Map<String, Long> plans) {
        return new PolicyForm(kind, plans, null, null, null, null, null, null);
    }

    private static @Nullable Contract contract(Policy.P95.@Nullable Contract contract) {
        return contract == null
                ? null
                : new Contract(
                        contract.commitMbps(),
                        MoneyView.of(contract.commitFee()),
                        MoneyView.of(contract.perMbps()));
    }

    private static List<LinkCost> links(Policy.Tree tree) {
        var links = new ArrayList<LinkCost>();
        tree.costs().forEach((link, cost) -> links.add(new LinkCost(link.a(), link.b(), cost)));
        links.sort(java.util.Comparator.comparing(LinkCost::a).thenComparing(LinkCost::b));
        return List.copyOf(links);
    }

    private static List<Expense> expenses(Policy.Clearing clearing) {
        var expenses = new ArrayList<Expense>();
        clearing.expenses()
                .forEach((member, amount) ->
                        expenses.add(new Expense(member.value(), MoneyView.of(amount))));
        expenses.sort(java.util.Comparator.comparing(Expense::memberId));
        return List.copyOf(expenses);
    }
}
