package org.coopmesh.billing.costshare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.costshare.Cast.EUR;
import static org.coopmesh.billing.costshare.Cast.amountsInCents;
import static org.coopmesh.billing.costshare.Cast.cents;
import static org.coopmesh.billing.costshare.Cast.exact;
import static org.coopmesh.billing.costshare.Cast.member;
import static org.coopmesh.billing.costshare.Cast.onPlans;
import static org.coopmesh.billing.costshare.Cast.participant;
import static org.coopmesh.billing.costshare.Cast.used;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.subscription.MemberId;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every formula against published or worked figures, read from the files themselves. */
class PolicyOracleTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void clearingAsPublishedForGuifiAndAsWorked() {
        JsonNode oracle = oracle("d1_guifi_clearing");
        JsonNode published = oracle.get("published_example");
        JsonNode own = oracle.get("own_example");

        assertThat(settlements(ratios(published.get("expenses")), longs(published.get("usage_TB"))))
                .isEqualTo(ratios(published.get("settlement")));
        List<Ratio> expenses =
                longs(own.get("expenses_cents")).stream().map(c -> Ratio.of(c, 100)).toList();
        assertThat(settlements(expenses, longs(own.get("usage_GB"))))
                .isEqualTo(ratios(own.get("exact")))
                .isEqualTo(
                        longs(own.get("settlement_cents")).stream()
                                .map(c -> Ratio.of(c, 100))
                                .toList());
    }

    private static List<Ratio> settlements(List<Ratio> expenses, List<Long> usage) {
        Map<MemberId, Money> spent = new HashMap<>();
        for (int i = 0; i < expenses.size(); i++) {
            spent.put(member(i), money(expenses.get(i)));
        }
        Money total = spent.values().stream().reduce(cents(0), Money::plus);
        Allocation allocation =
                new Policy.Clearing(spent).share(total, used(usage), LinkTree.EMPTY);
        assertThat(allocation.amounts().stream().reduce(cents(0), Money::plus)).isEqualTo(cents(0));
        return exact(allocation).stream().map(Ratio::negated).toList();
    }

    @Test
    void contributionsPerCustomerAreWeights() {
        JsonNode oracle =
                oracle("d1_guifi_clearing").get("cpr_contribution_per_customer_month_eur");
        JsonNode example = oracle.get("example_120_fibre_80_wifi");
        var plans = new ArrayList<String>(Collections.nCopies(120, "fibre"));
        plans.addAll(Collections.nCopies(80, "wifi"));

        for (String part : List.of("capex", "opex")) {
            long fibre = oracle.get("fibre").get(part).longValue();
            long wifi = oracle.get("wifi").get(part).longValue();
            Allocation allocation =
                    new Policy.Weight(Map.of("fibre", fibre, "wifi", wifi))
                            .share(
                                    cents(100 * example.get(part).longValue()),
                                    onPlans(plans),
                                    LinkTree.EMPTY);

            assertThat(exact(allocation).getFirst()).isEqualTo(Ratio.of(fibre));
            assertThat(exact(allocation).getLast()).isEqualTo(Ratio.of(wifi));
        }
    }

    @Test
    void feeAndProportionalAsInTheGuifiStudyAndNobodyWouldBeBetterOffAlone() {
        JsonNode oracle = oracle("d2_guifi_membership_plus_proportional");
        JsonNode inputs = oracle.get("inputs");
        List<Long> demand = longs(inputs.get("demand_mbps"));

        Allocation allocation =
                new Policy.FeeAndProportional(
                                cents(100 * inputs.get("fee").longValue()), new Policy.Usage())
                        .share(
                                money(Ratio.parse(inputs.get("total").stringValue())),
                                used(demand),
                                LinkTree.EMPTY);

        assertThat(exact(allocation)).isEqualTo(ratios(oracle.get("guifi")));
        List<Ratio> alone = ratios(oracle.get("standalone_cost"));
        for (int i = 0; i < alone.size(); i++) {
            assertThat(cost(inputs, demand.get(i))).isEqualTo(alone.get(i));
            assertThat(exact(allocation).get(i)).isLessThanOrEqualTo(alone.get(i));
        }
        assertThat(Shapley.values(demand.size(), coalition -> cost(inputs, sum(demand, coalition))))
                .isEqualTo(ratios(oracle.get("shapley")));
    }

    /** The fixed part and the cheapest tier: whoever commits to more than they need pays for the commitment. */
    private static Ratio cost(JsonNode inputs, long demand) {
        if (demand == 0) {
            return Ratio.ZERO;
        }
        return Ratio.parse(inputs.get("fixed").stringValue())
                .plus(
                        stream(inputs.get("tiers_commit_price"))
                                .map(tier ->
                                        Ratio.parse(tier.get(1).stringValue())
                                                .times(Math.max(demand, tier.get(0).longValue())))
                                .min(Ratio::compareTo)
                                .orElseThrow());
    }

    private static long sum(List<Long> demand, int coalition) {
        long sum = 0;
        for (int i = 0; i < demand.size(); i++) {
            sum += (coalition >> i & 1) * demand.get(i);
        }
        return sum;
    }

    @Test
    void percentileDropsAFloorOfFivePerCentAndBillsTheNext() {
        JsonNode oracle = oracle("d3_p95_burst");

        for (var entry : oracle.get("index_table").properties()) {
            int n = Integer.parseInt(entry.getKey());
            Peak peak = peak(LongStream.rangeClosed(1, n).boxed().toList());

            assertThat(peak.dropped()).isEqualTo(entry.getValue().get("discarded").intValue());
            assertThat(peak.bytes()).isEqualTo(entry.getValue().get("value_of_1..n").longValue());
            assertThat(n - peak.dropped())
                    .isEqualTo(entry.getValue().get("ascending_rank").intValue());
        }
        assertThat(oracle.get("cliff").properties()).hasSize(2);
        for (var entry : oracle.get("cliff").properties()) {
            var samples = new ArrayList<Long>();
            for (String run : entry.getKey().split("\\+")) {
                String[] parts = run.split("x");
                samples.addAll(
                        Collections.nCopies(Integer.parseInt(parts[0]), Long.valueOf(parts[1])));
            }
            assertThat(peak(samples).bytes()).isEqualTo(entry.getValue().longValue());
        }
    }

    @Test
    void theDirectionRuleMattersAndEachIsNamed() {
        JsonNode oracle = oracle("d3_p95_burst").get("method_matters");
        var samples = new ArrayList<Peak.Sample>();
        for (int i = 0; i < 600; i++) {
            samples.add(new Peak.Sample(i < 30 ? 100 : 20, i >= 570 ? 100 : 20));
        }

        assertThat(Peak.of(Peak.Direction.MAX_OF_PERCENTILES, 600, samples).bytes())
                .isEqualTo(oracle.get("max_of_p95s").longValue());
        assertThat(Peak.of(Peak.Direction.PERCENTILE_OF_MAX, 600, samples).bytes())
                .isEqualTo(oracle.get("p95_of_max").longValue());
        assertThat(Peak.of(Peak.Direction.PERCENTILE_OF_SUM, 600, samples).bytes())
                .isEqualTo(oracle.get("p95_of_sum").longValue());
    }

    @Test
    void aTransitContractBillsTheCommitmentAndWhatIsAboveIt() {
        JsonNode oracle = oracle("d3_p95_burst").get("invoice");
        // Mbit/s to bytes in five minutes.
        long bytes = oracle.get("p95").longValue() * 1_000_000 / 8 * Peak.SAMPLE_SECONDS;
        var contract =
                new Policy.P95.Contract(
                        oracle.get("commit").longValue(),
                        cents(100 * oracle.get("commit_fee").longValue()),
                        cents(100 * oracle.get("overage_per_mbps").longValue()));

        assertThat(contract.bill(peak(Collections.nCopies(100, bytes))))
                .isEqualTo(Ratio.parse(oracle.get("bill").stringValue()));
        assertThat(contract.bill(peak(List.of(0L)))).isEqualTo(Ratio.of(contract.commitFee()));
    }

    @Test
    void airportAsPublishedAndAsShapleySays() {
        JsonNode published = oracle("d4_shapley").get("airport_published");

        assertThat(published).hasSize(4);
        for (JsonNode each : published) {
            List<Long> needs = longs(each.get("c"));
            var byPlan = new HashMap<String, Long>();
            needs.forEach(need -> byPlan.put("plan-" + need, need));
            Allocation allocation =
                    new Policy.Airport(byPlan)
                            .share(
                                    cents(100 * Collections.max(needs)),
                                    onPlans(needs.stream().map(n -> "plan-" + n).toList()),
                                    LinkTree.EMPTY);

            assertThat(exact(allocation)).isEqualTo(ratios(each.get("x")));
            assertThat(Shapley.values(needs.size(), coalition -> Ratio.of(max(needs, coalition))))
                    .isEqualTo(exact(allocation));
        }
    }

    private static long max(List<Long> needs, int coalition) {
        long max = 0;
        for (int i = 0; i < needs.size(); i++) {
            if ((coalition >> i & 1) == 1) {
                max = Math.max(max, needs.get(i));
            }
        }
        return max;
    }

    @Test
    void bruteForceShapleyIsThePublishedOne() {
        JsonNode oracle = oracle("d4_shapley").get("general_published");
        List<Integer> order =
                Arrays.stream(oracle.get("order").stringValue().split(","))
                        .map(set ->
                                set.replaceAll("[{}]", "")
                                        .chars()
                                        .map(player -> 1 << (player - '1'))
                                        .sum())
                        .toList();
        Map<Integer, Ratio> cost = new HashMap<>(Map.of(0, Ratio.ZERO));
        for (int i = 0; i < order.size(); i++) {
            cost.put(order.get(i), Ratio.of(oracle.get("c").get(i).longValue()));
        }

        assertThat(Shapley.values(3, cost::get)).isEqualTo(ratios(oracle.get("x")));
    }

    @Test
    void treeAsWorked() {
        JsonNode oracle = oracle("d4_shapley").get("tree_own");
        Map<LinkTree.Link, Long> costs = new HashMap<>();
        Map<LinkTree.Link, Long> bytes = new HashMap<>();
        for (var entry : oracle.get("links").properties()) {
            String[] ends = entry.getKey().split("-");
            var link = new LinkTree.Link(ends[0], ends[1]);
            costs.put(link, entry.getValue().get("cost").longValue());
            bytes.put(link, 1L);
        }
        List<String> members =
                oracle.get("x").properties().stream().map(Map.Entry::getKey).toList();

        Allocation allocation =
                new Policy.Tree(costs)
                        .share(
                                cents(100 * oracle.get("total").longValue()),
                                Cast.all(
                                        members.size(),
                                        i ->
                                                participant(
                                                        i,
                                                        "home",
                                                        0,
                                                        null,
                                                        List.of(members.get(i)))),
                                LinkTree.along(List.of("G"), bytes));

        assertThat(exact(allocation))
                .isEqualTo(
                        members.stream()
                                .map(m -> Ratio.parse(oracle.get("x").get(m).stringValue()))
                                .toList());
        // C's way as anybody can recheck it: 30/1 + 60/2 + 120/4.
        assertThat(allocation.explain(members.indexOf("C")).parts())
                .containsExactly(
                        new Derivation.Part("C → B", "30", 1, "30"),
                        new Derivation.Part("B → A", "60", 2, "30"),
                        new Derivation.Part("A → G", "120", 4, "30"));
    }

    @Test
    void sharesAreRoundedByLargestRemainder() {
        JsonNode oracles = oracle("d5_largest_remainder");

        assertThat(oracles).isNotEmpty();
        for (JsonNode each : oracles) {
            Allocation allocation =
                    new Policy.Usage()
                            .share(
                                    cents(each.get("total_cents").longValue()),
                                    used(longs(each.get("weights"))),
                                    LinkTree.EMPTY);

            assertThat(amountsInCents(allocation)).isEqualTo(longs(each.get("cents")));
        }
    }

    private static Peak peak(List<Long> down) {
        return Peak.of(
                Peak.Direction.MAX_OF_PERCENTILES,
                down.size(),
                down.stream().map(bytes -> new Peak.Sample(bytes, 0)).toList());
    }

    private static Money money(Ratio units) {
        return new Money(units.times(Money.MICRO_PER_UNIT).numerator().longValueExact(), EUR);
    }

    private static JsonNode oracle(String name) {
        try (var json = PolicyOracleTest.class.getResourceAsStream("/oracles/" + name + ".json")) {
            return JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Long> longs(JsonNode array) {
        return stream(array).map(JsonNode::longValue).toList();
    }

    /** Numbers, or fractions as text. */
    private static List<Ratio> ratios(JsonNode array) {
        return stream(array)
                .map(each ->
                        each.isString()
                                ? Ratio.parse(each.stringValue())
                                : Ratio.of(each.longValue()))
                .toList();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        assertThat(array.isEmpty()).isFalse();
        return array.valueStream();
    }
}
