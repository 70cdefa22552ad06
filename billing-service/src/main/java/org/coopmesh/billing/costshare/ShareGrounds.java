package org.coopmesh.billing.costshare;

import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.ledger.Money;

/**
 * What one revision of a shared month rests on, without names: participants are told apart by their position, nodes by their
 * place in the tree, and of each there is only what the policy takes.
 */
final class ShareGrounds {
    private ShareGrounds() {}

    static Map<String, Object> of(
            Heading pool, YearMonth month, int revision, Money amount, Facts facts) {
        CostPool.Document document = pool.document();
        var fields = new TreeMap<String, Object>();
        fields.put("pool", pool.id().toString());
        fields.put("purpose", pool.purpose());
        fields.put("document", document == null ? "" : document.sha256());
        fields.put("month", month.toString());
        fields.put("revision", revision);
        fields.put("totalMicro", amount.microUnits());
        fields.put("minorDigits", amount.currency().getDefaultFractionDigits());
        fields.put("policy", policy(pool.policy()));
        Map<String, Integer> places = new HashMap<>();
        if (pool.policy() instanceof Policy.Tree tree) {
            List<String> nodes = facts.tree().nodes();
            var costs = new ArrayList<Long>();
            for (int i = 0; i < nodes.size(); i++) {
                places.put(nodes.get(i), i);
                int next = facts.tree().next().get(i);
                costs.add(
                        next < 0
                                ? 0
                                : tree.costs()
                                        .getOrDefault(
                                                new LinkTree.Link(nodes.get(i), nodes.get(next)),
                                                1L));
            }
            fields.put("next", facts.tree().next());
            fields.put("costs", costs);
        }
        fields.put(
                "participants",
                facts.participants().stream()
                        .map(each -> participant(pool.policy(), each, places))
                        .toList());
        return fields;
    }

    private static Map<String, Object> policy(Policy policy) {
        return switch (policy) {
            case Policy.Equal equal -> Map.of("kind", "equal");
            case Policy.Weight weight -> Map.of("kind", "weight", "plans", weight.byPlan());
            case Policy.Usage usage -> Map.of("kind", "usage");
            case Policy.P95 p95 -> {
                Policy.P95.Contract contract = p95.contract();
                yield contract == null
                        ? Map.of("kind", "p95", "direction", p95.direction().name())
                        : Map.of(
                                "kind", "p95",
                                "direction", p95.direction().name(),
                                "commitMbps", contract.commitMbps(),
                                "commitFeeMicro", contract.commitFee().microUnits(),
                                "perMbpsMicro", contract.perMbps().microUnits());
            }
            case Policy.FeeAndProportional fee ->
                    Map.of(
                            "kind",
                            "fee",
                            "feeMicro",
                            fee.fee().microUnits(),
                            "rest",
                            policy(fee.rest()));
            case Policy.Airport airport -> Map.of("kind", "airport", "plans", airport.needByPlan());
            case Policy.Tree tree -> Map.of("kind", "tree");
            case Policy.Clearing clearing -> Map.of("kind", "clearing");
        };
    }

    private static Map<String, Object> participant(
            Policy policy, Participant participant, Map<String, Integer> places) {
        var fields = new TreeMap<String, Object>();
        switch (policy) {
            case Policy.Equal equal -> fields.put("presence", participant.presence().toString());
            case Policy.Weight weight -> fields.put("plans", plans(participant));
            case Policy.Airport airport -> fields.put("plans", plans(participant));
            case Policy.Usage usage -> fields.put("bytes", participant.bytes());
            case Policy.P95 p95 -> {
                Peak peak = participant.peak();
                if (peak != null) {
                    fields.put("samples", peak.samples());
                    fields.put("peakBytes", peak.bytes());
                }
            }
            case Policy.FeeAndProportional fee -> {
                fields.putAll(participant(fee.rest(), participant, places));
                fields.put("presence", participant.presence().toString());
            }
            case Policy.Tree tree ->
                    fields.put(
                            "nodes",
                            participant.nodes().stream()
                                    .filter(places::containsKey)
                                    .map(places::get)
                                    .sorted()
                                    .toList());
            case Policy.Clearing clearing -> {
                Money expense = clearing.expenses().get(participant.member());
                fields.put("bytes", participant.bytes());
                fields.put("expenseMicro", expense == null ? 0 : expense.microUnits());
            }
        }
        return fields;
    }

    private static Map<String, String> plans(Participant participant) {
        var plans = new TreeMap<String, String>();
        participant.plans().forEach((plan, part) -> plans.put(plan, part.toString()));
        return plans;
    }
}
