package org.coopmesh.membership.topology;

/**
 * A way from a node to a neighbour, as its routing daemon tells.
 *
 * @param neighbour node id, or "" where the daemon does not tell
 * @param rxCost the daemon's cost of receiving
 * @param txCost the daemon's cost of sending
 */
public record Link(
        String neighbour,
        String interfaceName,
        String address,
        String source,
        long rxCost,
        long txCost) {
    private static final int TEXT_LENGTH_MAX = 128;

    public Link {
        if (neighbour.length() > TEXT_LENGTH_MAX
                || interfaceName.length() > TEXT_LENGTH_MAX
                || address.length() > TEXT_LENGTH_MAX
                || source.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("a text of a link is too long");
        }
    }
}
