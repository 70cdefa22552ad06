package org.coopmesh.membership.graph;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;

/**
 * Where somebody put nodes on the graph of the mesh.
 *
 * @param givenOut whether everybody sees it when they come to the graph
 * @param places of nodes, each once; at most {@value #PLACES_MAX}
 */
record GraphLayout(
        UUID id,
        MemberId owner,
        String name,
        boolean givenOut,
        Instant changedAt,
        List<Place> places) {
    static final int PLACES_MAX = 5_000;

    /**
     * Where a node is on a plane of which only proportions count; within a million either way.
     *
     * @param node its id, or as many of its first digits as the graph of the mesh tells
     */
    record Place(String node, double x, double y) {
        private static final double FAR = 1_000_000;

        Place {
            if (!(Math.abs(x) <= FAR && Math.abs(y) <= FAR)) {
                throw new IllegalArgumentException("places: x and y are within 1000000 of 0");
            }
        }
    }

    GraphLayout {
        places = List.copyOf(places);
        if (places.size() > PLACES_MAX) {
            throw new IllegalArgumentException("places: at most " + PLACES_MAX);
        }
        var seen = new HashSet<String>();
        for (Place place : places) {
            if (!seen.add(place.node())) {
                throw new IllegalArgumentException("places: node twice: " + place.node());
            }
        }
    }

    /** A layout without its places, for lists. */
    record Line(UUID id, MemberId owner, String name, boolean givenOut, Instant changedAt) {}
}
