package org.coopmesh.membership.node;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * How a gateway shares its outside addresses; the formula is the one of {@code PortBlocks} in contracts.
 *
 * @param inside the IPv4 pool that attachments are cut from
 * @param slotLength bits of the prefixes that have a block each
 * @param outside IPv4 addresses, each as its own prefix; their order counts
 */
public record PortBlocks(
        Prefix inside,
        int slotLength,
        List<Prefix> outside,
        int firstPort,
        int lastPort,
        int blockPorts) {
    private static final int SLOT_BITS_MAX = 12;
    private static final int OUTSIDE_MAX = 16;
    private static final int PORT_LEAST = 1_024;
    private static final int PORT_MOST = 64_511;

    public PortBlocks {
        outside = List.copyOf(outside);
        if (inside.v6() || slotLength < inside.length() || slotLength > 32) {
            throw new IllegalArgumentException("slot_length is that of an IPv4 prefix in inside");
        }
        if (slotLength - inside.length() > SLOT_BITS_MAX) {
            throw new IllegalArgumentException("more than " + (1 << SLOT_BITS_MAX) + " slots");
        }
        if (outside.isEmpty() || outside.size() > OUTSIDE_MAX) {
            throw new IllegalArgumentException("outside has from 1 to " + OUTSIDE_MAX);
        }
        if (outside.stream().anyMatch(address -> address.v6() || address.length() != 32)) {
            throw new IllegalArgumentException("outside has IPv4 addresses");
        }
        if (outside.stream().distinct().count() < outside.size()) {
            throw new IllegalArgumentException("outside names an address twice");
        }
        if (firstPort < PORT_LEAST || lastPort > PORT_MOST || firstPort > lastPort) {
            throw new IllegalArgumentException(
                    "first_port and last_port lie from " + PORT_LEAST + " to " + PORT_MOST);
        }
        if (blockPorts < 1 || blockPorts > lastPort - firstPort + 1) {
            throw new IllegalArgumentException("block_ports is above what there is");
        }
        int each = (lastPort - firstPort + 1) / blockPorts;
        if (1 << slotLength - inside.length() > each * outside.size()) {
            throw new IllegalArgumentException("not every slot has a block");
        }
    }

    /** The inside prefix that leaves by this port; empty where none does. */
    Optional<Prefix> inside(Prefix address, int port) {
        int at = outside.indexOf(address);
        if (at < 0 || port < firstPort || port > lastPort) return Optional.empty();
        int each = (lastPort - firstPort + 1) / blockPorts;
        int block = (port - firstPort) / blockPorts;
        int slot = at * each + block;
        if (block >= each || slot >= 1 << slotLength - inside.length()) return Optional.empty();
        BigInteger distance = BigInteger.valueOf(slot).shiftLeft(32 - slotLength);
        return Optional.of(new Prefix(inside.network().add(distance), slotLength, false));
    }
}
