package org.coopmesh.billing.costshare;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.coopmesh.billing.ledger.LargestRemainder;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation.Part;

/**
 * By which links traffic reaches the gateways: each node and the next one on its way. Gateways have no next one.
 *
 * @param nodes each named once
 * @param next the index of the next node, which stands before it in the list; −1 for a gateway
 */
public record LinkTree(List<String> nodes, List<Integer> next) {
    /** No links: what every policy but {@link Policy.Tree} takes. */
    public static final LinkTree EMPTY = new LinkTree(List.of(), List.of());

    private static final int WAY_PARTS_MAX = 1_000;

    /** Two nodes; which comes first makes no difference. */
    public record Link(String a, String b) {
        public Link {
            if (a.equals(b)) {
                throw new IllegalArgumentException("a link has two ends: " + a);
            }
            if (a.compareTo(b) > 0) {
                String first = b;
                b = a;
                a = first;
            }
        }
    }

    public LinkTree {
        nodes = List.copyOf(nodes);
        next = List.copyOf(next);
        if (nodes.size() != next.size() || Set.copyOf(nodes).size() != nodes.size()) {
            throw new IllegalArgumentException("a tree names each node once");
        }
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i) < -1 || next.get(i) >= i) {
                throw new IllegalArgumentException("ways to a gateway never turn back");
            }
        }
    }

    /**
     * The tree along the busiest links: from the gateways outwards, always the link with most bytes that leads to a node
     * not yet reached (the maximum spanning forest); of equal ones, that which comes first by node ids. Nodes that no link
     * leads to are left out.
     *
     * @param bytes that both ends of a link agree on; links with none do not count
     */
    public static LinkTree along(Collection<String> gateways, Map<Link, Long> bytes) {
        record Step(String from, int fromIndex, String to, long bytes) {}
        record Neighbour(String node, long bytes) {}
        record Reached(String node, int index) {}
        var neighbours = new HashMap<String, List<Neighbour>>();
        bytes.forEach((link, volume) -> {
            if (volume > 0) {
                neighbours
                        .computeIfAbsent(link.a(), n -> new ArrayList<>())
                        .add(new Neighbour(link.b(), volume));
                neighbours
                        .computeIfAbsent(link.b(), n -> new ArrayList<>())
                        .add(new Neighbour(link.a(), volume));
            }
        });
        var nodes = new ArrayList<String>();
        var next = new ArrayList<Integer>();
        var reached = new HashSet<String>();
        var steps =
                new PriorityQueue<Step>(
                        Comparator.comparingLong(Step::bytes)
                                .reversed()
                                .thenComparing(Step::to)
                                .thenComparing(Step::from));
        var entering = new ArrayDeque<Reached>();
        for (String gateway : gateways.stream().sorted().distinct().toList()) {
            reached.add(gateway);
            entering.add(new Reached(gateway, nodes.size()));
            nodes.add(gateway);
            next.add(-1);
        }
        while (!entering.isEmpty() || !steps.isEmpty()) {
            while (!entering.isEmpty()) {
                Reached from = entering.remove();
                for (Neighbour to : neighbours.getOrDefault(from.node(), List.of())) {
                    if (!reached.contains(to.node())) {
                        steps.add(new Step(from.node(), from.index(), to.node(), to.bytes()));
                    }
                }
            }
            Step step = steps.poll();
            if (step != null && reached.add(step.to())) {
                entering.add(new Reached(step.to(), nodes.size()));
                nodes.add(step.to());
                next.add(step.fromIndex());
            }
        }
        return new LinkTree(nodes, next);
    }

    /**
     * What each member pays of the links their nodes need, exactly, in parts of the links' own cost.
     *
     * @param cost of all links that any member needs
     * @param numerators one per member, over {@code denominator}; they sum to {@code cost}
     */
    record Shares(
            LinkTree tree,
            int[] beyond,
            long[] costs,
            List<int[]> positions,
            BigInteger cost,
            List<BigInteger> numerators,
            BigInteger denominator) {
        /** The links on member {@code i}'s way, nearest first, with what each costs when a unit costs {@code unit}. */
        List<Part> way(int i, Ratio unit) {
            var parts = new ArrayList<Part>();
            boolean[] met = new boolean[beyond.length];
            int more = 0;
            Ratio rest = Ratio.ZERO;
            for (int position : positions.get(i)) {
                for (int node = position;
                        tree.next.get(node) >= 0 && !met[node];
                        node = tree.next.get(node)) {
                    met[node] = true;
                    Ratio cost = unit.times(costs[node]);
                    Ratio share = cost.dividedBy(Ratio.of(beyond[node]));
                    if (parts.size() < WAY_PARTS_MAX) {
                        parts.add(
                                new Part(
                                        tree.nodes.get(node)
                                                + " → "
                                                + tree.nodes.get(tree.next.get(node)),
                                        cost.toString(),
                                        beyond[node],
                                        share.toString()));
                    } else {
                        more++;
                        rest = rest.plus(share);
                    }
                }
            }
            if (more > 0) {
                parts.add(new Part(more + " more links", "", 0, rest.toString()));
            }
            return List.copyOf(parts);
        }
    }

    /**
     * Shares each link equally among the members beyond it.
     *
     * @param costs of links; 1 where none is named
     * @param members the nodes of each; those that are not in the tree need no link
     */
    Shares share(Map<Link, Long> costs, List<List<String>> members) {
        int size = nodes.size();
        var index = new HashMap<String, Integer>();
        for (int i = 0; i < size; i++) {
            index.put(nodes.get(i), i);
        }
        long[] cost = new long[size];
        int[] up = new int[size];
        for (int i = 0; i < size; i++) {
            up[i] = next.get(i);
            cost[i] =
                    up[i] < 0
                            ? 0
                            : costs.getOrDefault(new Link(nodes.get(i), nodes.get(up[i])), 1L);
        }
        var ways = new Ways(up);
        List<int[]> positions =
                members.stream()
                        .map(own ->
                                own.stream()
                                        .filter(index::containsKey)
                                        .mapToInt(index::get)
                                        .distinct()
                                        .boxed()
                                        .sorted(Comparator.comparingInt(ways::entered))
                                        .mapToInt(i -> i)
                                        .toArray())
                        .toList();
        int[] beyond = beyond(ways, up, positions);
        BigInteger used = BigInteger.ZERO;
        var sharers = new ArrayList<BigInteger>();
        for (int i = 0; i < size; i++) {
            if (up[i] >= 0 && beyond[i] > 0) {
                used = used.add(BigInteger.valueOf(cost[i]));
                sharers.add(BigInteger.valueOf(beyond[i]));
            }
        }
        BigInteger denominator = LargestRemainder.leastCommonMultiple(sharers);
        var partOf = new HashMap<Integer, BigInteger>();
        var toGateway = new BigInteger[size];
        for (int i = 0; i < size; i++) {
            if (up[i] < 0) {
                toGateway[i] = BigInteger.ZERO;
            } else if (beyond[i] > 0) {
                BigInteger part =
                        partOf.computeIfAbsent(
                                beyond[i], n -> denominator.divide(BigInteger.valueOf(n)));
                toGateway[i] = toGateway[up[i]].add(part.multiply(BigInteger.valueOf(cost[i])));
            }
        }
        var numerators = new ArrayList<BigInteger>(members.size());
        for (int[] own : positions) {
            BigInteger sum = BigInteger.ZERO;
            for (int i = 0; i < own.length; i++) {
                sum = sum.add(toGateway[own[i]]);
                if (i > 0) {
                    int shared = ways.meet(own[i - 1], own[i]);
                    sum = shared < 0 ? sum : sum.subtract(toGateway[shared]);
                }
            }
            numerators.add(sum);
        }
        return new Shares(this, beyond, cost, positions, used, numerators, denominator);
    }

    /** How many members are at or beyond each node; one with several nodes there counts once. */
    private static int[] beyond(Ways ways, int[] up, List<int[]> positions) {
        int[] count = new int[up.length];
        for (int[] own : positions) {
            for (int i = 0; i < own.length; i++) {
                count[own[i]]++;
                int shared = i == 0 ? -1 : ways.meet(own[i - 1], own[i]);
                if (shared >= 0) {
                    count[shared]--;
                }
            }
        }
        for (int i = up.length - 1; i >= 0; i--) {
            if (up[i] >= 0) {
                count[up[i]] += count[i];
            }
        }
        return count;
    }

    /** Where ways meet, by doubling steps. */
    private static final class Ways {
        private final int[] depth;
        private final int[] entered;
        private final int[][] ahead;

        Ways(int[] up) {
            int size = up.length;
            depth = new int[size];
            int deepest = 0;
            for (int i = 0; i < size; i++) {
                depth[i] = up[i] < 0 ? 0 : depth[up[i]] + 1;
                deepest = Math.max(deepest, depth[i]);
            }
            entered = entered(up);
            ahead = new int[Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, deepest))][];
            ahead[0] = up;
            for (int level = 1; level < ahead.length; level++) {
                ahead[level] = new int[size];
                for (int i = 0; i < size; i++) {
                    int half = ahead[level - 1][i];
                    ahead[level][i] = half < 0 ? -1 : ahead[level - 1][half];
                }
            }
        }

        /** The order in which a walk into the depth enters the nodes. */
        private static int[] entered(int[] up) {
            int size = up.length;
            int[] beyond = new int[size];
            for (int i = size - 1; i >= 0; i--) {
                beyond[i]++;
                if (up[i] >= 0) {
                    beyond[up[i]] += beyond[i];
                }
            }
            int[] entered = new int[size];
            int[] free = new int[size];
            int root = 0;
            for (int i = 0; i < size; i++) {
                if (up[i] < 0) {
                    entered[i] = root;
                    root += beyond[i];
                } else {
                    entered[i] = free[up[i]];
                    free[up[i]] += beyond[i];
                }
                free[i] = entered[i] + 1;
            }
            return entered;
        }

        int entered(int node) {
            return entered[node];
        }

        /** The first node that lies on both ways; −1 where they end at two gateways. */
        int meet(int one, int other) {
            int a = depth[one] >= depth[other] ? one : other;
            int b = a == one ? other : one;
            for (int level = ahead.length - 1; level >= 0; level--) {
                if (depth[a] - (1 << level) >= depth[b]) {
                    a = ahead[level][a];
                }
            }
            for (int level = ahead.length - 1; level >= 0 && a != b; level--) {
                if (ahead[level][a] != ahead[level][b]) {
                    a = ahead[level][a];
                    b = ahead[level][b];
                }
            }
            return a == b ? a : ahead[0][a];
        }
    }
}
