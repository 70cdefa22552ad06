package org.coopmesh.billing.costshare;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.coopmesh.billing.costshare.Allocation.Working;
import org.coopmesh.billing.ledger.LargestRemainder;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.settlement.Derivation.Figure;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * How a shared cost is shared: a pure function of the total and the facts of a month. Exact fractions inside, whole minor
 * units by largest remainder at the end, ties to the participant who comes first.
 */
public sealed interface Policy {
    /**
     * Shares {@code total}.
     *
     * @param participants at least one
     * @param tree the links, for {@link Tree}; empty for all others
     * @throws CannotShare if the facts come to no shares, for instance because nobody used anything
     * @throws ArithmeticException if a share is beyond what {@link Money} holds
     */
    Allocation share(Money total, List<Participant> participants, LinkTree tree);

    /** A policy by which each pays in proportion to a weight. */
    sealed interface Proportional extends Policy {
        /** Names rule and version. */
        String formula();

        /** The weight in words. */
        String weighs();

        /** What {@code participant} weighs; zero or more. */
        Ratio weight(Participant participant);

        /** What the weight came from, for the explanation. */
        List<Figure> figures(Participant participant);

        @Override
        default Allocation share(Money total, List<Participant> participants, LinkTree tree) {
            required(total, participants);
            Weights weights = Weights.of(this, participants);
            BigInteger amount = BigInteger.valueOf(total.microUnits());
            IntFunction<Working> working =
                    i ->
                            new Working(
                                    figures(participants.get(i)),
                                    List.of(
                                            new Figure("weight", weights.of(i).toString(), ""),
                                            new Figure(
                                                    "sumOfWeights", weights.total().toString(), ""),
                                            participantsFigure(participants)),
                                    List.of());
            return new Allocation(
                    formula(),
                    "total × weight ÷ sum of weights; weight: " + weighs(),
                    total,
                    total,
                    participants,
                    weights.scaled().stream().map(amount::multiply).toList(),
                    weights.sum().multiply(BigInteger.valueOf(Money.MICRO_PER_UNIT)),
                    working);
        }
    }

    /** Everybody the same; a month that one was not active throughout counts by its days. */
    record Equal() implements Proportional {
        @Override
        public String formula() {
            return "equal.v1";
        }

        @Override
        public String weighs() {
            return "part of the month's days on which the member was active";
        }

        @Override
        public Ratio weight(Participant participant) {
            return participant.presence();
        }

        @Override
        public List<Figure> figures(Participant participant) {
            return List.of(new Figure("presence", participant.presence().toString(), "month"));
        }
    }

    /**
     * By what each contracted: every plan has a weight, for instance its Mbit/s, and counts by its days.
     *
     * @param byPlan weights by plan code, zero or more
     */
    record Weight(Map<String, Long> byPlan) implements Proportional {
        public Weight {
            byPlan = Map.copyOf(byPlan);
            requireNotNegative(byPlan);
        }

        @Override
        public String formula() {
            return "weight.v1";
        }

        @Override
        public String weighs() {
            return "sum over plans of the plan's weight × part of the month on it";
        }

        @Override
        public Ratio weight(Participant participant) {
            return Ratio.sum(
                    participant.plans().entrySet().stream()
                            .map(plan -> plan.getValue().times(ofPlan(byPlan, plan.getKey())))
                            .toList());
        }

        @Override
        public List<Figure> figures(Participant participant) {
            return planFigures(byPlan, participant);
        }
    }

    /** By bytes to and from the Internet. Local traffic does not count. */
    record Usage() implements Proportional {
        @Override
        public String formula() {
            return "usage.v1";
        }

        @Override
        public String weighs() {
            return "bytes to and from the Internet";
        }

        @Override
        public Ratio weight(Participant participant) {
            return Ratio.of(participant.bytes());
        }

        @Override
        public List<Figure> figures(Participant participant) {
            return List.of(new Figure("bytes", Long.toString(participant.bytes()), "byte"));
        }
    }

    /**
     * By bursts: each one's 95th percentile; or, under a transit contract with a commitment, what each would be billed
     * alone under it.
     */
    record P95(Peak.Direction direction, @Nullable Contract contract) implements Proportional {
        /**
         * A commitment that is paid in any case, and a price for each Mbit/s above it.
         *
         * @param commitMbps zero or more
         */
        public record Contract(long commitMbps, Money commitFee, Money perMbps) {
            public Contract {
                if (commitMbps < 0 || commitFee.isNegative() || perMbps.isNegative()) {
                    throw new IllegalArgumentException("a contract costs nothing or more");
                }
            }

            /** What {@code peak} is billed, in whole units of the currency. */
            public Ratio bill(Peak peak) {
                Ratio over = peak.megabits().minus(Ratio.of(commitMbps));
                return over.signum() <= 0
                        ? Ratio.of(commitFee)
                        : Ratio.of(commitFee).plus(over.times(Ratio.of(perMbps)));
            }
        }

        @Override
        public String formula() {
            return contract == null ? "p95.v1" : "p95-contract.v1";
        }

        @Override
        public String weighs() {
            return contract == null
                    ? "95th percentile in Mbit/s"
                    : "commitment fee + max(0, 95th percentile − commitment) × price per Mbit/s";
        }

        @Override
        public Ratio weight(Participant participant) {
            Peak peak = peak(participant);
            return contract == null ? peak.megabits() : contract.bill(peak);
        }

        @Override
        public List<Figure> figures(Participant participant) {
            Peak peak = peak(participant);
            var figures = new ArrayList<Figure>();
            figures.add(new Figure("direction", peak.direction().name(), ""));
            figures.add(new Figure("samples", Integer.toString(peak.samples()), "5 min, UTC"));
            figures.add(new Figure("dropped", Integer.toString(peak.dropped()), "highest"));
            figures.add(new Figure("bytes", Long.toString(peak.bytes()), "byte in 5 min"));
            figures.add(new Figure("p95", peak.megabits().toString(), "Mbit/s"));
            if (contract != null) {
                figures.add(
                        new Figure("commitment", Long.toString(contract.commitMbps()), "Mbit/s"));
                figures.add(
                        new Figure("commitmentFee", Ratio.of(contract.commitFee()).toString(), ""));
                figures.add(
                        new Figure("pricePerMbps", Ratio.of(contract.perMbps()).toString(), ""));
            }
            return List.copyOf(figures);
        }

        private Peak peak(Participant participant) {
            Peak peak = participant.peak();
            if (peak == null || peak.direction() != direction) {
                throw new IllegalArgumentException("no percentile of " + participant.member());
            }
            return peak;
        }
    }

    /**
     * An equal fee, by days, then the rest in proportion. After the study of guifi.net's economics by Cerdà-Alabern,
     * Baig and Navarro (Computer Networks 168, 2020): close to the Shapley value, and easy to say.
     */
    record FeeAndProportional(Money fee, Proportional rest) implements Policy {
        public FeeAndProportional {
            if (fee.isNegative()) {
                throw new IllegalArgumentException("a fee is nothing or more");
            }
        }

        @Override
        public Allocation share(Money total, List<Participant> participants, LinkTree tree) {
            required(total, participants);
            List<Ratio> fees =
                    participants.stream().map(p -> p.presence().times(Ratio.of(fee))).toList();
            Ratio left = Ratio.of(total).minus(Ratio.sum(fees));
            if (left.signum() < 0) {
                throw new CannotShare(
                        "fees-above-total", "the fees alone are more than is to be shared");
            }
            boolean shared = left.signum() > 0;
            Weights weights =
                    shared ? Weights.of(rest, participants) : Weights.none(participants.size());
            var exact = new ArrayList<Ratio>(participants.size());
            for (int i = 0; i < participants.size(); i++) {
                Ratio part =
                        shared ? left.times(weights.of(i)).dividedBy(weights.total()) : Ratio.ZERO;
                exact.add(fees.get(i).plus(part));
            }
            BigInteger common =
                    LargestRemainder.leastCommonMultiple(
                            exact.stream().map(Ratio::denominator).toList());
            String currency = total.currency().getCurrencyCode();
            return new Allocation(
                    "fee+" + rest.formula(),
                    "fee × presence + (total − all fees) × weight ÷ sum of weights; weight: "
                            + rest.weighs(),
                    total,
                    total,
                    participants,
                    scaled(exact, common),
                    common,
                    i -> {
                        Participant participant = participants.get(i);
                        var inputs = new ArrayList<Figure>();
                        inputs.add(new Figure("fee", Ratio.of(fee).toString(), currency));
                        inputs.add(
                                new Figure("presence", participant.presence().toString(), "month"));
                        inputs.addAll(rest.figures(participant));
                        return new Working(
                                List.copyOf(inputs),
                                List.of(
                                        new Figure("feePart", fees.get(i).toString(), currency),
                                        new Figure("totalLessFees", left.toString(), currency),
                                        new Figure("weight", weights.of(i).toString(), ""),
                                        new Figure("sumOfWeights", weights.total().toString(), ""),
                                        participantsFigure(participants)),
                                List.of());
                    });
        }
    }

    /**
     * As for a runway: who needs less does not pay for what only others need. Sorted by need, each step up is shared
     * equally by all who need it: the Shapley value of the airport game (Littlechild and Owen, 1973).
     *
     * @param needByPlan what each plan needs, zero or more; the greatest need costs the total, others in proportion
     */
    record Airport(Map<String, Long> needByPlan) implements Policy {
        public Airport {
            needByPlan = Map.copyOf(needByPlan);
            requireNotNegative(needByPlan);
        }

        @Override
        public Allocation share(Money total, List<Participant> participants, LinkTree tree) {
            required(total, participants);
            long[] needs = participants.stream().mapToLong(this::need).toArray();
            var sharers = new TreeMap<Long, Integer>();
            for (long need : needs) {
                sharers.merge(need, 1, Integer::sum);
            }
            long greatest = sharers.lastKey();
            if (greatest == 0) {
                throw new CannotShare("weights-all-zero", "nobody needs any of it");
            }
            Map<Long, Ratio> upTo = new LinkedHashMap<>();
            Map<Long, Integer> sharing = new LinkedHashMap<>();
            Ratio sum = Ratio.ZERO;
            long before = 0;
            int left = participants.size();
            for (Map.Entry<Long, Integer> step : sharers.entrySet()) {
                sum = sum.plus(Ratio.of(step.getKey() - before, left));
                upTo.put(step.getKey(), sum);
                sharing.put(step.getKey(), left);
                before = step.getKey();
                left -= step.getValue();
            }
            Ratio unit = Ratio.of(total).dividedBy(Ratio.of(greatest));
            var exact = new ArrayList<Ratio>(needs.length);
            for (long need : needs) {
                exact.add(upTo.getOrDefault(need, Ratio.ZERO).times(unit));
            }
            BigInteger common =
                    LargestRemainder.leastCommonMultiple(
                            exact.stream().map(Ratio::denominator).toList());
            return new Allocation(
                    "airport.v1",
                    "sum of the steps up to one's need; step: (need − need below) ÷ greatest need × total ÷ all who need it",
                    total,
                    total,
                    participants,
                    scaled(exact, common),
                    common,
                    i ->
                            new Working(
                                    planFigures(needByPlan, participants.get(i)),
                                    List.of(
                                            new Figure("need", Long.toString(needs[i]), ""),
                                            new Figure("greatestNeed", Long.toString(greatest), ""),
                                            participantsFigure(participants)),
                                    steps(needs[i], sharing, unit)));
        }

        private long need(Participant participant) {
            return participant.plans().keySet().stream()
                    .mapToLong(plan -> ofPlan(needByPlan, plan))
                    .max()
                    .orElse(0);
        }

        private static List<Derivation.Part> steps(
                long need, Map<Long, Integer> sharing, Ratio unit) {
            var parts = new ArrayList<Derivation.Part>();
            long before = 0;
            for (Map.Entry<Long, Integer> step : sharing.entrySet()) {
                if (step.getKey() > need) {
                    break;
                }
                Ratio cost = unit.times(step.getKey() - before);
                parts.add(
                        new Derivation.Part(
                                before + " → " + step.getKey(),
                                cost.toString(),
                                step.getValue(),
                                cost.dividedBy(Ratio.of(step.getValue())).toString()));
                before = step.getKey();
            }
            return List.copyOf(parts);
        }
    }

    /**
     * By the links that a member's traffic needs on its way to a gateway: each link is shared equally by the members
     * beyond it, which is the Shapley value of the tree game. Links that nobody needs cost nobody anything.
     *
     * @param costs what a link costs relative to the others, zero or more; one that is not named costs 1
     */
    record Tree(Map<LinkTree.Link, Long> costs) implements Policy {
        public Tree {
            costs = Map.copyOf(costs);
            requireNotNegative(costs);
        }

        @Override
        public Allocation share(Money total, List<Participant> participants, LinkTree tree) {
            required(total, participants);
            LinkTree.Shares shares =
                    tree.share(costs, participants.stream().map(Participant::nodes).toList());
            if (shares.cost().signum() == 0) {
                throw new CannotShare(
                        "weights-all-zero", "no participant's traffic needs a link that costs");
            }
            BigInteger amount = BigInteger.valueOf(total.microUnits());
            Ratio unit = Ratio.of(total).dividedBy(new Ratio(shares.cost(), BigInteger.ONE));
            return new Allocation(
                    "tree.v1",
                    "sum over the links on one's way to the gateway of the link's cost ÷ members beyond it; cost: total × link ÷ all links in use",
                    total,
                    total,
                    participants,
                    shares.numerators().stream().map(amount::multiply).toList(),
                    shares.denominator()
                            .multiply(shares.cost())
                            .multiply(BigInteger.valueOf(Money.MICRO_PER_UNIT)),
                    i ->
                            new Working(
                                    List.of(
                                            new Figure(
                                                    "nodes",
                                                    Integer.toString(
                                                            participants.get(i).nodes().size()),
                                                    "")),
                                    List.of(
                                            new Figure(
                                                    "costOfAllLinksInUse",
                                                    shares.cost().toString(),
                                                    ""),
                                            participantsFigure(participants)),
                                    shares.way(i, unit)));
        }
    }

    /**
     * Contributors who spent and used clear with each other, as in guifi.net: each pays by their part of the usage, less
     * what they spent. What is received is negative; all together is zero; so one net payment each.
     *
     * @param expenses what each contributor spent; they sum to the total
     */
    record Clearing(Map<MemberId, Money> expenses) implements Policy {
        public Clearing {
            expenses = Map.copyOf(expenses);
            if (expenses.isEmpty() || expenses.values().stream().anyMatch(Money::isNegative)) {
                throw new IllegalArgumentException("somebody spent something, nobody less");
            }
        }

        @Override
        public Allocation share(Money total, List<Participant> participants, LinkTree tree) {
            required(total, participants);
            Money zero = Money.zero(total.currency());
            Money spent =
                    participants.stream()
                            .map(p -> expenses.getOrDefault(p.member(), zero))
                            .reduce(zero, Money::plus);
            if (!spent.equals(total)) {
                throw new CannotShare(
                        "contributor-missing", "a contributor has no payer in this month");
            }
            Weights usage = Weights.of(new Usage(), participants);
            var exact = new ArrayList<Ratio>(participants.size());
            for (int i = 0; i < participants.size(); i++) {
                exact.add(
                        Ratio.of(total)
                                .times(usage.of(i))
                                .dividedBy(usage.total())
                                .minus(
                                        Ratio.of(
                                                expenses.getOrDefault(
                                                        participants.get(i).member(), zero))));
            }
            BigInteger common =
                    LargestRemainder.leastCommonMultiple(
                            exact.stream().map(Ratio::denominator).toList());
            String currency = total.currency().getCurrencyCode();
            return new Allocation(
                    "clearing.v1",
                    "bytes ÷ sum of bytes × all expenses − own expense",
                    total,
                    zero,
                    participants,
                    scaled(exact, common),
                    common,
                    i -> {
                        Participant participant = participants.get(i);
                        Ratio expense = Ratio.of(expenses.getOrDefault(participant.member(), zero));
                        return new Working(
                                List.of(
                                        new Figure(
                                                "bytes",
                                                Long.toString(participant.bytes()),
                                                "byte"),
                                        new Figure("expense", expense.toString(), currency)),
                                List.of(
                                        new Figure("sumOfBytes", usage.total().toString(), "byte"),
                                        new Figure(
                                                "partOfAllExpenses",
                                                exact.get(i).plus(expense).toString(),
                                                currency),
                                        participantsFigure(participants)),
                                List.of());
                    });
        }
    }

    /** Weights over one denominator. */
    record Weights(List<BigInteger> scaled, BigInteger denominator, BigInteger sum) {
        static Weights of(Proportional policy, List<Participant> participants) {
            List<Ratio> weights = participants.stream().map(policy::weight).toList();
            BigInteger common =
                    LargestRemainder.leastCommonMultiple(
                            weights.stream().map(Ratio::denominator).toList());
            List<BigInteger> scaled = Policy.scaled(weights, common);
            if (scaled.stream().anyMatch(weight -> weight.signum() < 0)) {
                throw new IllegalArgumentException("weights are never negative");
            }
            BigInteger sum = scaled.stream().reduce(BigInteger.ZERO, BigInteger::add);
            if (sum.signum() == 0) {
                throw new CannotShare(
                        "weights-all-zero", "all weights are zero: " + policy.weighs());
            }
            return new Weights(scaled, common, sum);
        }

        static Weights none(int size) {
            return new Weights(
                    java.util.Collections.nCopies(size, BigInteger.ZERO),
                    BigInteger.ONE,
                    BigInteger.ZERO);
        }

        Ratio of(int i) {
            return new Ratio(scaled.get(i), denominator);
        }

        Ratio total() {
            return new Ratio(sum, denominator);
        }
    }

    private static List<BigInteger> scaled(List<Ratio> ratios, BigInteger common) {
        return ratios.stream()
                .map(r -> r.numerator().multiply(common.divide(r.denominator())))
                .toList();
    }

    private static void required(Money total, List<Participant> participants) {
        if (participants.isEmpty()) {
            throw new CannotShare("nobody-takes-part", "nobody takes part in this month");
        }
        if (total.isNegative() || !total.isWholeMinor()) {
            throw new IllegalArgumentException("only whole, positive minor units are shared");
        }
    }

    private static long ofPlan(Map<String, Long> byPlan, String plan) {
        Long value = byPlan.get(plan);
        if (value == null) {
            throw new CannotShare("plan-without-weight", "no weight is declared for plan " + plan);
        }
        return value;
    }

    private static List<Figure> planFigures(Map<String, Long> byPlan, Participant participant) {
        var figures = new ArrayList<Figure>();
        new TreeMap<>(participant.plans())
                .forEach((plan, part) -> {
                    figures.add(new Figure("partOfMonthOn:" + plan, part.toString(), "month"));
                    figures.add(
                            new Figure(
                                    "weightOf:" + plan, Long.toString(ofPlan(byPlan, plan)), ""));
                });
        return List.copyOf(figures);
    }

    private static Figure participantsFigure(List<Participant> participants) {
        return new Figure("participants", Integer.toString(participants.size()), "");
    }

    private static void requireNotNegative(Map<?, Long> weights) {
        if (weights.values().stream().anyMatch(weight -> weight < 0)) {
            throw new IllegalArgumentException("weights are never negative");
        }
    }
}
