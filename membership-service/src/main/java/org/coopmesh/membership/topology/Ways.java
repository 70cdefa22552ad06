package org.coopmesh.membership.topology;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/** The ways over links from some nodes to all others, each by as few links as can be. */
public final class Ways {
    private Ways() {}

    /**
     * How a node is reached.
     *
     * @param start which of the starts is nearest
     * @param next the neighbour on the way to it; null for a start itself
     */
    public record Way(NodeId start, @Nullable NodeId next) {}

    /**
     * The way of each node that can be reached, the starts included. Of ways that are as short as each other the one of the
     * earlier start and the smaller neighbour is taken, so that the same mesh has the same ways.
     *
     * @param links by node, and back by the other; a link to oneself does no harm
     */
    public static Map<NodeId, Way> from(
            Collection<NodeId> starts, Map<NodeId, ? extends Set<NodeId>> links) {
        var ways = new HashMap<NodeId, Way>();
        record Reached(NodeId node, NodeId start) {}
        var reached = new ArrayDeque<Reached>();
        for (NodeId start : starts) {
            if (ways.putIfAbsent(start, new Way(start, null)) == null) {
                reached.add(new Reached(start, start));
            }
        }
        while (!reached.isEmpty()) {
            Reached here = reached.remove();
            Set<NodeId> neighbours = links.get(here.node());
            if (neighbours == null) continue;
            for (NodeId there : sorted(neighbours)) {
                if (ways.putIfAbsent(there, new Way(here.start(), here.node())) == null) {
                    reached.add(new Reached(there, here.start()));
                }
            }
        }
        return ways;
    }

    private static Set<NodeId> sorted(Set<NodeId> nodes) {
        if (nodes.size() < 2) return nodes;
        var sorted = new TreeSet<NodeId>((one, other) -> one.hex().compareTo(other.hex()));
        sorted.addAll(nodes);
        return sorted;
    }
}
