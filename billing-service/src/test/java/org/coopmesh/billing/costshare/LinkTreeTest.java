package org.coopmesh.billing.costshare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.coopmesh.billing.costshare.Cast.cents;
import static org.coopmesh.billing.costshare.Cast.exact;
import static org.coopmesh.billing.costshare.Cast.participant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.billing.costshare.LinkTree.Link;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation;

class LinkTreeTest {
    @Example
    void theWayFollowsTheBusiestLinksToAGateway() {
        LinkTree tree =
                LinkTree.along(
                        List.of("g"),
                        Map.of(
                                new Link("g", "a"), 900L,
                                new Link("a", "b"), 500L,
                                new Link("b", "g"), 10L,
                                new Link("b", "c"), 200L,
                                new Link("c", "g"), 0L,
                                new Link("x", "y"), 999L));

        assertThat(tree.nodes()).containsExactly("g", "a", "b", "c");
        assertThat(tree.next()).containsExactly(-1, 0, 1, 2);
    }

    @Example
    void eachNodeGoesToTheGatewayItIsBusiestWith() {
        LinkTree tree =
                LinkTree.along(
                        List.of("h", "g"),
                        Map.of(
                                new Link("g", "a"), 5L,
                                new Link("h", "a"), 6L,
                                new Link("g", "b"), 7L,
                                new Link("g", "h"), 1_000L));

        assertThat(tree.nodes()).containsExactly("g", "h", "b", "a");
        assertThat(tree.next()).containsExactly(-1, -1, 0, 1);
    }

    @Example
    void anEndlessWayOrANodeTwiceIsNoTree() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkTree(List.of("a", "b"), List.of(1, 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkTree(List.of("a", "a"), List.of(-1, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Link("a", "a"));
    }

    /** Up to eight members, some with several nodes, against every coalition. */
    @Property(tries = 150)
    void sharesAreTheShapleyValueOfTheTreeGame(
            @ForAll @IntRange(min = 1, max = 7) int members,
            @ForAll @IntRange(min = 2, max = 14) int nodes,
            @ForAll Random random) {
        var names = new ArrayList<String>();
        var next = new ArrayList<Integer>();
        var costs = new HashMap<Link, Long>();
        for (int i = 0; i < nodes; i++) {
            names.add("n" + i);
            next.add(i == 0 || random.nextInt(10) == 0 ? -1 : random.nextInt(i));
            if (next.get(i) >= 0) {
                costs.put(new Link("n" + i, "n" + next.get(i)), (long) random.nextInt(100));
            }
        }
        var tree = new LinkTree(names, next);
        var own = new ArrayList<List<String>>();
        for (int i = 0; i < members; i++) {
            var some = new ArrayList<String>();
            for (int k = random.nextInt(4); k >= 0; k--) {
                some.add("n" + random.nextInt(nodes + 1)); // One that is not in the tree.
            }
            own.add(some);
        }
        List<Ratio> values =
                Shapley.values(members, coalition -> Ratio.of(cost(tree, costs, own, coalition)));

        LinkTree.Shares shares = tree.share(costs, own);

        assertThat(
                        shares.numerators().stream()
                                .map(n -> new Ratio(n, shares.denominator()))
                                .toList())
                .isEqualTo(values);
        assertThat(shares.cost().longValue()).isEqualTo(cost(tree, costs, own, (1 << members) - 1));
    }

    private static long cost(
            LinkTree tree, Map<Link, Long> costs, List<List<String>> own, int coalition) {
        var links = new HashSet<Link>();
        for (int i = 0; i < own.size(); i++) {
            if ((coalition >> i & 1) == 0) {
                continue;
            }
            for (String node : own.get(i)) {
                for (int n = tree.nodes().indexOf(node);
                        n >= 0 && tree.next().get(n) >= 0;
                        n = tree.next().get(n)) {
                    links.add(new Link(tree.nodes().get(n), tree.nodes().get(tree.next().get(n))));
                }
            }
        }
        return links.stream().mapToLong(costs::get).sum();
    }

    @Example
    void aMemberWithTwoNodesOnOneWayPaysEachLinkOnce() {
        var tree = new LinkTree(List.of("g", "a", "b"), List.of(-1, 0, 1));

        Allocation allocation =
                new Policy.Tree(Map.of())
                        .share(
                                cents(300),
                                List.of(
                                        participant(0, "home", 0, null, List.of("b", "a")),
                                        participant(1, "home", 0, null, List.of("a", "b", "b")),
                                        participant(2, "home", 0, null, List.of("a"))),
                                tree);

        assertThat(exact(allocation))
                .containsExactly(Ratio.of(5, 4), Ratio.of(5, 4), Ratio.of(1, 2));
        assertThat(allocation.explain(0).parts())
                .extracting(Derivation.Part::share)
                .containsExactlyInAnyOrder("3/4", "1/2");
    }

    @Example
    void aLongChainIsSharedInTime() {
        int size = 2_000;
        var nodes = new ArrayList<String>();
        var next = new ArrayList<Integer>();
        for (int i = 0; i < size; i++) {
            nodes.add("n" + i);
            next.add(i - 1);
        }

        Allocation allocation =
                new Policy.Tree(Map.of())
                        .share(
                                cents(1_999_00),
                                Cast.all(
                                        size,
                                        i -> participant(i, "home", 0, null, List.of("n" + i))),
                                new LinkTree(nodes, next));

        assertThat(allocation.amounts().getFirst().isZero()).isTrue();
        Derivation last = allocation.explain(size - 1);
        assertThat(last.parts()).hasSize(1_001);
        assertThat(last.parts().getLast().what()).isEqualTo("999 more links");
    }
}
