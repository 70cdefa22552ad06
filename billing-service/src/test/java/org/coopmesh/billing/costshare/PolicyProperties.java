package org.coopmesh.billing.costshare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.coopmesh.billing.costshare.Cast.EUR;
import static org.coopmesh.billing.costshare.Cast.all;
import static org.coopmesh.billing.costshare.Cast.cents;
import static org.coopmesh.billing.costshare.Cast.exact;
import static org.coopmesh.billing.costshare.Cast.member;
import static org.coopmesh.billing.costshare.Cast.onPlans;
import static org.coopmesh.billing.costshare.Cast.used;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;

/** What every way of sharing keeps, whatever goes in. */
class PolicyProperties {
    private static final Map<String, Long> PLANS = Map.of("small", 0L, "home", 50L, "big", 300L);
    private static final List<Currency> CURRENCIES =
            List.of(EUR, Currency.getInstance("JPY"), Currency.getInstance("KWD"));

    /** A month: members with everything that a policy may ask for, on a mesh of ten nodes behind two gateways. */
    record Month(Money total, List<Participant> participants, LinkTree tree) {
        Allocation by(Policy policy) {
            return policy.share(total, participants, tree);
        }

        Month with(List<Participant> others) {
            return new Month(total, others, tree);
        }
    }

    /** Every policy there is; a new one does not compile here until it is named. */
    static List<Policy> policies(Month month) {
        Currency currency = month.total().currency();
        var policies = new ArrayList<Policy>();
        for (Class<?> type : allOf(Policy.class, new HashSet<>())) {
            switch (type.getSimpleName()) {
                case "Equal" -> policies.add(new Policy.Equal());
                case "Weight" -> policies.add(new Policy.Weight(PLANS));
                case "Usage" -> policies.add(new Policy.Usage());
                case "P95" -> {
                    policies.add(new Policy.P95(Peak.Direction.PERCENTILE_OF_SUM, null));
                    policies.add(
                            new Policy.P95(
                                    Peak.Direction.PERCENTILE_OF_SUM,
                                    new Policy.P95.Contract(
                                            3,
                                            new Money(2_000_000, currency),
                                            new Money(7_000_000, currency))));
                }
                case "FeeAndProportional" -> {
                    policies.add(
                            new Policy.FeeAndProportional(
                                    Money.zero(currency), new Policy.Usage()));
                    policies.add(
                            new Policy.FeeAndProportional(
                                    new Money(1_000_000, currency), new Policy.Weight(PLANS)));
                }
                case "Airport" -> policies.add(new Policy.Airport(PLANS));
                case "Tree" ->
                        policies.add(new Policy.Tree(Map.of(new LinkTree.Link("g0", "n2"), 7L)));
                case "Clearing" -> {
                    var expenses = new HashMap<MemberId, Money>();
                    expenses.put(month.participants().getFirst().member(), month.total());
                    policies.add(new Policy.Clearing(expenses));
                }
                default -> throw new AssertionError("not tested: " + type);
            }
        }
        assertThat(policies).hasSize(10);
        return policies;
    }

    private static HashSet<Class<?>> allOf(Class<?> sealed, HashSet<Class<?>> into) {
        for (Class<?> type : sealed.getPermittedSubclasses()) {
            if (type.isSealed() || type.isInterface()) {
                allOf(type, into);
            } else {
                into.add(type);
            }
        }
        return into;
    }

    @Provide
    Arbitrary<Month> months() {
        Arbitrary<List<Integer>> sizes = Arbitraries.integers().between(0, 99).list().ofSize(12);
        return Combinators.combine(
                        Arbitraries.longs().between(0, 100_000_000),
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.randoms(),
                        Arbitraries.of(CURRENCIES),
                        sizes)
                .as((minor, size, random, currency, links) ->
                        new Month(
                                new Money(minor * micro(currency), currency),
                                all(size, i -> someone(i, random)),
                                tree(links)));
    }

    private static long micro(Currency currency) {
        return (long) Math.pow(10, 6 - currency.getDefaultFractionDigits());
    }

    private static Participant someone(int i, Random random) {
        var samples = new ArrayList<Peak.Sample>();
        for (int s = random.nextInt(40); s > 0; s--) {
            samples.add(
                    new Peak.Sample(random.nextLong(1_000_000_000), random.nextLong(1_000_000)));
        }
        int days = random.nextInt(1, 32);
        var nodes = new ArrayList<String>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            nodes.add("n" + random.nextInt(12)); // Some are not in the tree.
        }
        return new Participant(
                member(i),
                new PayerId(new java.util.UUID(1, i)),
                Ratio.of(days, 31),
                Map.of(List.of("small", "home", "big").get(random.nextInt(3)), Ratio.of(days, 31)),
                random.nextInt(4) == 0 ? 0 : random.nextLong(1_000_000_000_000L),
                Peak.of(Peak.Direction.PERCENTILE_OF_SUM, 40, samples),
                nodes);
    }

    private static LinkTree tree(List<Integer> links) {
        var bytes = new HashMap<LinkTree.Link, Long>();
        for (int i = 0; i < links.size(); i++) {
            String other = i < 2 ? "g" + i : "n" + links.get(i) % i;
            bytes.put(new LinkTree.Link("n" + i, other), 1L + links.get(i));
        }
        bytes.put(new LinkTree.Link("g0", "n2"), 1_000L);
        return LinkTree.along(List.of("g0", "g1"), bytes);
    }

    /** What comes of it, or why nothing can: never anything in between. */
    private static Object outcome(Policy policy, Month month) {
        try {
            return month.by(policy).amounts();
        } catch (CannotShare none) {
            return none.rule();
        }
    }

    @Property(tries = 300)
    void sharesSumToTheTotalExactlyInWholeCoins(@ForAll("months") Month month) {
        for (Policy policy : policies(month)) {
            Allocation allocation;
            try {
                allocation = month.by(policy);
            } catch (CannotShare none) {
                assertThat(none.rule())
                        .isIn("weights-all-zero", "fees-above-total", "nobody-takes-part");
                continue;
            }
            Money zero = Money.zero(month.total().currency());
            Money sum = allocation.amounts().stream().reduce(zero, Money::plus);

            assertThat(sum).isEqualTo(policy instanceof Policy.Clearing ? zero : month.total());
            assertThat(Ratio.sum(exact(allocation))).isEqualTo(Ratio.of(sum));
            assertThat(allocation.amounts()).allMatch(Money::isWholeMinor);
            for (int i = 0; i < allocation.amounts().size(); i++) {
                if (!(policy instanceof Policy.Clearing)) {
                    assertThat(allocation.amounts().get(i).isNegative()).isFalse();
                }
                Derivation why = allocation.explain(i);
                assertThat(Ratio.parse(shortened(why.exact())))
                        .isEqualTo(Ratio.parse(shortened(allocation.exact(i).toString())));
                if (policy instanceof Policy.Tree || policy instanceof Policy.Airport) {
                    assertThat(
                                    Ratio.sum(
                                            why.parts().stream()
                                                    .map(part -> Ratio.parse(part.share()))
                                                    .toList()))
                            .isEqualTo(allocation.exact(i));
                }
            }
        }
    }

    private static String shortened(String fraction) {
        return fraction.length() > 25 ? "0" : fraction;
    }

    @Property(tries = 200)
    void theSameFactsComeToTheSameSharesInAnyOrder(
            @ForAll("months") Month month, @ForAll Random random) {
        var shuffled = new ArrayList<>(month.participants());
        Collections.shuffle(shuffled, random);

        for (Policy policy : policies(month)) {
            assertThat(outcome(policy, month)).isEqualTo(outcome(policy, month));
            Object other = outcome(policy, month.with(shuffled));
            if (!(outcome(policy, month) instanceof List<?>)) {
                assertThat(other).isEqualTo(outcome(policy, month));
                continue;
            }
            Allocation before = month.by(policy);
            Allocation after = month.with(shuffled).by(policy);
            for (int i = 0; i < shuffled.size(); i++) {
                int j = month.participants().indexOf(shuffled.get(i));
                assertThat(after.exact(i)).isEqualTo(before.exact(j));
            }
        }
    }

    @Property(tries = 200)
    void whoAreAlikePayAlike(@ForAll("months") Month month) {
        Participant first = month.participants().getFirst();
        var doubled = new ArrayList<>(month.participants());
        doubled.add(
                new Participant(
                        member(99),
                        first.payer(),
                        first.presence(),
                        first.plans(),
                        first.bytes(),
                        first.peak(),
                        first.nodes()));
        Month both = month.with(doubled);

        for (Policy policy : policies(month)) {
            if (policy instanceof Policy.Clearing || !(outcome(policy, both) instanceof List<?>)) {
                continue;
            }
            Allocation allocation = both.by(policy);

            assertThat(allocation.exact(0)).isEqualTo(allocation.exact(doubled.size() - 1));
            Money more = allocation.amounts().getFirst().minus(allocation.amounts().getLast());
            assertThat(more.microUnits()).isBetween(0L, micro(more.currency()));
        }
    }

    @Property(tries = 200)
    void whoNeedsNothingPaysNothingAndChangesNothing(@ForAll("months") Month month) {
        var idle =
                new Participant(
                        member(99),
                        new PayerId(new java.util.UUID(1, 99)),
                        Ratio.ZERO,
                        Map.of("small", Ratio.ZERO),
                        0,
                        Peak.of(Peak.Direction.PERCENTILE_OF_SUM, 40, List.of()),
                        List.of("elsewhere"));
        var more = new ArrayList<>(month.participants());
        more.add(idle);

        for (Policy policy : policies(month)) {
            if (policy instanceof Policy.P95 p95 && p95.contract() != null) {
                continue; // Everybody alone would pay the commitment.
            }
            if (!(outcome(policy, month) instanceof List<?>)) {
                continue;
            }
            Allocation without = month.by(policy);
            Allocation with = month.with(more).by(policy);

            assertThat(with.amounts().getLast().isZero()).isTrue();
            assertThat(with.amounts().subList(0, more.size() - 1)).isEqualTo(without.amounts());
        }
    }

    @Property(tries = 200)
    void whoUsesMorePaysNoLessAndTheOthersNoMore(
            @ForAll("months") Month month,
            @ForAll @net.jqwik.api.constraints.LongRange(min = 1, max = 1_000_000_000_000L)
                    long more) {
        Participant first = month.participants().getFirst();
        var changed = new ArrayList<>(month.participants());
        changed.set(
                0,
                new Participant(
                        first.member(),
                        first.payer(),
                        first.presence(),
                        Map.of("big", first.plans().values().iterator().next()),
                        first.bytes() + more,
                        Peak.of(
                                Peak.Direction.PERCENTILE_OF_SUM,
                                40,
                                Collections.nCopies(40, new Peak.Sample(2_000_000_000L, 0))),
                        first.nodes()));
        Month busier = month.with(changed);

        for (Policy policy : policies(month)) {
            if (!(outcome(policy, month) instanceof List<?>)
                    || !(outcome(policy, busier) instanceof List<?>)) {
                continue;
            }
            Allocation before = month.by(policy);
            Allocation after = busier.by(policy);

            assertThat(after.exact(0)).isGreaterThanOrEqualTo(before.exact(0));
            for (int i = 1; i < changed.size(); i++) {
                assertThat(after.exact(i)).isLessThanOrEqualTo(before.exact(i));
            }
        }
    }

    @Property(tries = 200)
    void ofAGreaterTotalNobodyPaysLess(@ForAll("months") Month month) {
        Month dearer =
                new Month(
                        month.total().plus(new Money(777_000_000, month.total().currency())),
                        month.participants(),
                        month.tree());

        for (Policy policy : policies(month)) {
            if (policy instanceof Policy.Clearing || !(outcome(policy, month) instanceof List<?>)) {
                continue;
            }
            for (int i = 0; i < month.participants().size(); i++) {
                assertThat(dearer.by(policy).exact(i))
                        .isGreaterThanOrEqualTo(month.by(policy).exact(i));
            }
        }
    }

    @Example
    void whatCannotBeSharedIsNamedAndNothingIsLost() {
        cannot("weights-all-zero", new Policy.Usage(), used(List.of(0L, 0L)));
        cannot("weights-all-zero", new Policy.Weight(PLANS), onPlans(List.of("small")));
        cannot("weights-all-zero", new Policy.Airport(PLANS), onPlans(List.of("small")));
        cannot("weights-all-zero", new Policy.Tree(Map.of()), used(List.of(1L)));
        cannot("plan-without-weight", new Policy.Weight(PLANS), onPlans(List.of("new")));
        cannot("plan-without-weight", new Policy.Airport(PLANS), onPlans(List.of("new")));
        cannot("nobody-takes-part", new Policy.Equal(), List.of());
        cannot(
                "fees-above-total",
                new Policy.FeeAndProportional(cents(60_00), new Policy.Usage()),
                used(List.of(1L, 1L)));
        cannot(
                "contributor-missing",
                new Policy.Clearing(Map.of(member(7), cents(100_00))),
                used(List.of(1L)));
    }

    private static void cannot(String rule, Policy policy, List<Participant> participants) {
        assertThatThrownBy(() -> policy.share(cents(100_00), participants, LinkTree.EMPTY))
                .isInstanceOfSatisfying(
                        CannotShare.class, none -> assertThat(none.rule()).isEqualTo(rule));
    }

    @Example
    void negativeAmountsPartsOfCoinsAndNegativeWeightsAreRefused() {
        for (Money wrong : List.of(cents(-1), new Money(1, EUR))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            new Policy.Equal().share(wrong, used(List.of(1L)), LinkTree.EMPTY));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Policy.Weight(Map.of("home", -1L)));
        assertThatIllegalArgumentException().isThrownBy(() -> used(List.of(-1L)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Policy.FeeAndProportional(cents(-1), new Policy.Usage()));
    }

    @Example
    void theGreatestFiguresDoNotWrap() {
        List<Participant> huge = used(Collections.nCopies(3, Long.MAX_VALUE));
        Money total = new Money(Long.MAX_VALUE / 10_000 * 10_000, EUR);

        assertThat(
                        new Policy.Usage()
                                .share(total, huge, LinkTree.EMPTY).amounts().stream()
                                        .reduce(cents(0), Money::plus))
                .isEqualTo(total);
        assertThatThrownBy(() ->
                        Peak.of(
                                Peak.Direction.PERCENTILE_OF_SUM,
                                1,
                                List.of(new Peak.Sample(Long.MAX_VALUE, 1))))
                .isInstanceOf(ArithmeticException.class);
    }
}
