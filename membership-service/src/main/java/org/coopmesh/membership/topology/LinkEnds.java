package org.coopmesh.membership.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A link with both its ends, as far as the other one is known. Routing daemons name a neighbour by an address only; who it is
 * follows from what nodes tell of their own addresses. It is what nodes claim of themselves: shown, never billed.
 *
 * @param here the link as the node tells it
 * @param neighbour node id of the other end, or "" if it is not known
 * @param there the link as the other end tells it; null unless that end names this node back
 */
public record LinkEnds(Link here, String neighbour, @Nullable Link there) {

    /** What a node told of its links and of itself. */
    record Told(List<Link> links, List<OwnAddress> addresses) {
        static final Told NOTHING = new Told(List.of(), List.of());
    }

    /** Who may be at the other end of a link, found by name or address at once however many there are. */
    static final class Claimants {
        private final Map<NodeId, Told> told;
        private final Map<String, NodeId> byName = new HashMap<>();
        private final Map<String, Set<NodeId>> byAddress = new HashMap<>();

        Claimants(Map<NodeId, Told> told) {
            this.told = told;
            told.forEach((node, self) -> {
                byName.put(node.hex(), node);
                for (OwnAddress own : self.addresses()) {
                    byAddress.computeIfAbsent(own.address(), _ -> new LinkedHashSet<>()).add(node);
                }
            });
        }

        private Collection<NodeId> of(Link link) {
            if (link.neighbour().isEmpty()) return byAddress.getOrDefault(link.address(), Set.of());
            NodeId named = byName.get(link.neighbour());
            return named == null ? Set.of() : Set.of(named);
        }

        private Told told(NodeId node) {
            return told.getOrDefault(node, Told.NOTHING);
        }
    }

    /**
     * The links that {@code node} told, each with its other end out of {@code others}. Link-local addresses are not unique, and a node may claim any: of
     * several that claim one, the one that names this node back is believed, and of several that do so none.
     */
    static List<LinkEnds> of(NodeId node, Told self, Claimants others) {
        var ends = new ArrayList<LinkEnds>();
        for (Link link : self.links()) {
            Set<String> named = new HashSet<>();
            for (OwnAddress own : self.addresses()) {
                if (OwnAddress.sameInterface(own.interfaceName(), link.interfaceName())) {
                    named.add(own.address());
                }
            }
            ends.add(otherEnd(node, link, named, others));
        }
        return ends;
    }

    private static LinkEnds otherEnd(NodeId node, Link link, Set<String> named, Claimants others) {
        var silent = new ArrayList<LinkEnds>();
        var mutual = new ArrayList<LinkEnds>();
        for (NodeId claimant : others.of(link)) {
            if (claimant.equals(node)) continue;
            Link back = back(link, named, others.told(claimant));
            (back == null ? silent : mutual).add(new LinkEnds(link, claimant.hex(), back));
        }
        if (mutual.size() == 1) return mutual.getFirst();
        if (mutual.isEmpty() && silent.size() == 1) return silent.getFirst();
        return new LinkEnds(link, link.neighbour(), null);
    }

    /** The link of the other end that leads to an address of ours from where ours leads to; of the same source if it can be. */
    private static @Nullable Link back(Link link, Set<String> named, Told other) {
        Link found = null;
        for (Link back : other.links()) {
            if (!named.contains(back.address()) || !isFrom(back, link, other)) continue;
            if (back.source().equals(link.source())) return back;
            if (found == null) found = back;
        }
        return found;
    }

    private static boolean isFrom(Link back, Link link, Told other) {
        return other.addresses().stream()
                .anyMatch(own ->
                        own.address().equals(link.address())
                                && OwnAddress.sameInterface(
                                        own.interfaceName(), back.interfaceName()));
    }
}
