package org.coopmesh.membership.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Finds places for nodes on a plane by how they hang together, without throwing dice: gateways in the middle, then a band for
 * every link further away, each as wide as its nodes need; who hangs on no gateway is in the outermost. What a node carries
 * stands behind it, in its own slice of the disc. The same mesh is arranged the same.
 */
final class Arrangement {
    /** From one node to the next, about. */
    static final double SPACING = 20;

    private static final double GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

    /** Tries around a neighbour before a newcomer stands where it stands. */
    private static final int TRIES_MAX = 400;

    private Arrangement() {}

    /** Where a node is. */
    record Spot(double x, double y) {}

    /**
     * Places for all of {@code nodes}.
     *
     * @param links by node, and back by the other; those to strangers do no harm
     */
    static Map<NodeId, Spot> whole(
            SortedSet<NodeId> nodes, Set<NodeId> gateways, Map<NodeId, Set<NodeId>> links) {
        var tree = Tree.of(nodes, gateways, links);
        var spots = new HashMap<NodeId, Spot>();
        double inner = 0;
        for (List<NodeId> band : tree.bands()) {
            boolean alone = inner == 0 && band.size() == 1;
            double outer =
                    alone
                            ? SPACING / 2
                            : Math.max(
                                    inner + SPACING,
                                    Math.sqrt(
                                            inner * inner
                                                    + band.size() * SPACING * SPACING / Math.PI));
            long rows = Math.max(1, Math.round((outer - inner) / SPACING));
            int at = 0;
            for (NodeId node : band) {
                double radius = inner + (at++ % rows + 0.5) * (outer - inner) / rows;
                double angle = tree.angle(node);
                spots.put(
                        node,
                        alone
                                ? new Spot(0, 0)
                                : new Spot(radius * Math.cos(angle), radius * Math.sin(angle)));
            }
            inner = outer;
        }
        return spots;
    }

    /**
     * Places for {@code newcomers} beside those who stand already: near a neighbour where there is one, else outside. Whoever
     * stands stays.
     */
    static Map<NodeId, Spot> beside(
            Map<NodeId, Spot> standing,
            SortedSet<NodeId> newcomers,
            Map<NodeId, Set<NodeId>> links) {
        var spots = new HashMap<>(standing);
        var taken = new HashSet<Cell>();
        double far = 0;
        for (Spot spot : standing.values()) {
            taken.add(Cell.of(spot));
            far = Math.max(far, Math.hypot(spot.x(), spot.y()));
        }
        var found = new HashMap<NodeId, Spot>();
        var waiting = new ArrayList<>(newcomers);
        boolean moved = true;
        while (moved) {
            moved = false;
            for (var each = waiting.iterator(); each.hasNext(); ) {
                NodeId node = each.next();
                Spot neighbour = neighbour(node, links, spots);
                if (neighbour == null) continue;
                Spot spot = free(neighbour, taken);
                spots.put(node, spot);
                found.put(node, spot);
                each.remove();
                moved = true;
            }
        }
        int at = 0;
        for (NodeId node : waiting) {
            double angle = GOLDEN_ANGLE * (standing.size() + at++);
            double radius = far + 2 * SPACING;
            Spot spot = free(new Spot(radius * Math.cos(angle), radius * Math.sin(angle)), taken);
            found.put(node, spot);
        }
        return found;
    }

    private static @Nullable Spot neighbour(
            NodeId node, Map<NodeId, Set<NodeId>> links, Map<NodeId, Spot> spots) {
        for (NodeId other : sorted(links.getOrDefault(node, Set.of()))) {
            Spot spot = spots.get(other);
            if (spot != null) return spot;
        }
        return null;
    }

    private static Spot free(Spot near, Set<Cell> taken) {
        for (int at = 1; at < TRIES_MAX; at++) {
            double radius = SPACING * Math.sqrt(at);
            var spot =
                    new Spot(
                            near.x() + radius * Math.cos(GOLDEN_ANGLE * at),
                            near.y() + radius * Math.sin(GOLDEN_ANGLE * at));
            if (taken.add(Cell.of(spot))) return spot;
        }
        return new Spot(near.x() + SPACING / 2, near.y());
    }

    /** A square of the plane that holds one newcomer. */
    private record Cell(long x, long y) {
        static Cell of(Spot spot) {
            return new Cell(Math.round(spot.x() / SPACING), Math.round(spot.y() / SPACING));
        }
    }

    private static List<NodeId> sorted(Collection<NodeId> nodes) {
        var sorted = new ArrayList<>(nodes);
        sorted.sort((one, other) -> one.hex().compareTo(other.hex()));
        return sorted;
    }

    /** Nodes as they hang on gateways: bands by how many links away, and the slice of the disc that each has. */
    private record Tree(List<List<NodeId>> bands, Map<NodeId, Double> angles) {
        static Tree of(
                SortedSet<NodeId> nodes, Set<NodeId> gateways, Map<NodeId, Set<NodeId>> links) {
            var behind = new HashMap<NodeId, List<NodeId>>();
            var order = new ArrayList<NodeId>();
            var depth = new HashMap<NodeId, Integer>();
            List<NodeId> starts = nodes.stream().filter(gateways::contains).toList();
            walk(starts, 0, nodes, links, depth, behind, order);
            int reached = order.size();
            int outside = order.isEmpty() ? 0 : depth.getOrDefault(order.getLast(), 0) + 1;
            for (NodeId node : nodes) {
                if (depth.containsKey(node)) continue;
                walk(List.of(node), outside, nodes, links, depth, behind, order);
            }
            var bands = new ArrayList<List<NodeId>>();
            for (NodeId node : order.subList(0, reached)) {
                int band = depth.getOrDefault(node, 0);
                while (bands.size() <= band) bands.add(new ArrayList<>());
                bands.get(band).add(node);
            }
            var angles = new HashMap<NodeId, Double>();
            slices(starts, behind, order, angles);
            // Who hangs on no gateway fills the last band evenly, those of one piece side by side.
            List<NodeId> outer = order.subList(reached, order.size());
            for (int at = 0; at < outer.size(); at++) {
                angles.put(outer.get(at), 2 * Math.PI * at / outer.size());
            }
            if (!outer.isEmpty()) bands.add(new ArrayList<>(outer));
            for (List<NodeId> band : bands) {
                band.sort((one, other) -> {
                    int byAngle =
                            Double.compare(
                                    angles.getOrDefault(one, 0.0), angles.getOrDefault(other, 0.0));
                    return byAngle != 0 ? byAngle : one.hex().compareTo(other.hex());
                });
            }
            return new Tree(bands, angles);
        }

        double angle(NodeId node) {
            return angles.getOrDefault(node, 0.0);
        }

        /** Breadth first; who is reached first carries. */
        private static void walk(
                List<NodeId> starts,
                int from,
                Set<NodeId> nodes,
                Map<NodeId, Set<NodeId>> links,
                Map<NodeId, Integer> depth,
                Map<NodeId, List<NodeId>> behind,
                List<NodeId> order) {
            var queue = new ArrayDeque<NodeId>();
            for (NodeId start : starts) {
                depth.put(start, from);
                queue.add(start);
            }
            while (!queue.isEmpty()) {
                NodeId here = queue.remove();
                order.add(here);
                for (NodeId there : sorted(links.getOrDefault(here, Set.of()))) {
                    if (!nodes.contains(there) || depth.containsKey(there)) continue;
                    depth.put(there, depth.getOrDefault(here, 0) + 1);
                    behind.computeIfAbsent(here, _ -> new ArrayList<>()).add(there);
                    queue.add(there);
                }
            }
        }

        /** Gives each its slice, as wide as the ends of what hangs behind it. */
        private static void slices(
                List<NodeId> starts,
                Map<NodeId, List<NodeId>> behind,
                List<NodeId> order,
                Map<NodeId, Double> angles) {
            var ends = new HashMap<NodeId, Integer>();
            for (NodeId node : order.reversed()) {
                int sum = 0;
                for (NodeId next : behind.getOrDefault(node, List.of()))
                    sum += ends.getOrDefault(next, 1);
                ends.put(node, Math.max(1, sum));
            }
            var from = new HashMap<NodeId, Double>();
            int all = starts.stream().mapToInt(start -> ends.getOrDefault(start, 1)).sum();
            double at = 0;
            for (NodeId start : starts) {
                from.put(start, at);
                at += 2 * Math.PI * ends.getOrDefault(start, 1) / all;
            }
            for (NodeId node : order) {
                Double begin = from.get(node);
                if (begin == null) continue;
                double one = 2 * Math.PI / all;
                angles.put(node, begin + one * ends.getOrDefault(node, 1) / 2);
                double next = begin;
                for (NodeId child : behind.getOrDefault(node, List.of())) {
                    from.put(child, next);
                    next += one * ends.getOrDefault(child, 1);
                }
            }
        }
    }

    /** Nodes in the order of their ids. */
    static SortedSet<NodeId> inOrder(Collection<NodeId> nodes) {
        var sorted = new TreeSet<NodeId>((one, other) -> one.hex().compareTo(other.hex()));
        sorted.addAll(nodes);
        return Collections.unmodifiableSortedSet(sorted);
    }
}
