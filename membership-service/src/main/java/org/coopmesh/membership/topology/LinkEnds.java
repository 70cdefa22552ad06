package org.coopmesh.membership.topology;

import java.util.ArrayList;
import java.util.HashSet;
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

    /**
     * The links that {@code node} told, each with its other end out of {@code others}. Link-local addresses are not unique, and a node may claim any: of
     * several that claim one, the one that names this node back is believed, and of several that do so none.
     */
    static List<LinkEnds> of(NodeId node, Told self, Map<NodeId, Told> others) {
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

    private static LinkEnds otherEnd(
            NodeId node, Link link, Set<String> named, Map<NodeId, Told> others) {
        var silent = new ArrayList<LinkEnds>();
        var mutual = new ArrayList<LinkEnds>();
        for (Map.Entry<NodeId, Told> other : others.entrySet()) {
            NodeId claimant = other.getKey();
            if (claimant.equals(node) || !mayBe(claimant, link, other.getValue())) continue;
            Link back = back(link, named, other.getValue());
            (back == null ? silent : mutual).add(new LinkEnds(link, claimant.hex(), back));
        }
        if (mutual.size() == 1) return mutual.getFirst();
        if (mutual.isEmpty() && silent.size() == 1) return silent.getFirst();
        return new LinkEnds(link, link.neighbour(), null);
    }

    private static boolean mayBe(NodeId claimant, Link link, Told told) {
        if (!link.neighbour().isEmpty()) return claimant.hex().equals(link.neighbour());
        return told.addresses().stream().anyMatch(own -> own.address().equals(link.address()));
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
