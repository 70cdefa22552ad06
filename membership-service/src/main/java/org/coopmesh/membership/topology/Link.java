package org.coopmesh.membership.topology;

import org.jspecify.annotations.Nullable;

/**
 * A way from a node to a neighbour, as a source on the node tells.
 *
 * @param neighbour node id, or "" where the source does not tell
 * @param rxCost the source's cost of receiving; 0 where it is not told
 * @param txCost the source's cost of sending; 0 where it is not told
 * @param costText the cost in the source's own words, or ""
 * @param up whether packets pass both ways; null where it is not told
 * @param used whether traffic is sent this way; null where it is not told
 */
public record Link(
        String neighbour,
        String interfaceName,
        String address,
        String source,
        long rxCost,
        long txCost,
        String costText,
        @Nullable Boolean up,
        @Nullable Boolean used) {
    public Link {
        OwnAddress.check("neighbour_node_id", neighbour);
        OwnAddress.check("interface", interfaceName);
        OwnAddress.check("neighbour_address", address);
        OwnAddress.check("source", source);
        OwnAddress.check("cost_text", costText);
    }
}
