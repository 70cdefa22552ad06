package org.coopmesh.abuse.subject;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * How a gateway shares its outside addresses; the formula is the one of {@code PortBlocks} in contracts.
 *
 * @param inside the IPv4 pool that attachments are cut from
 * @param slotLength bits of the prefixes that have a block each
 * @param outside IPv4 addresses; their order counts
 */
record PortBlocks(
        Prefix inside,
        int slotLength,
        List<Prefix> outside,
        int firstPort,
        int lastPort,
        int blockPorts) {
    private static final int SLOT_BITS_MAX = 12;
    private static final int OUTSIDE_MAX = 16;
    private static final int PORT_MAX = 65_535;

    PortBlocks {
        outside = List.copyOf(outside);
        if (inside.family() != Prefix.Family.V4
                || slotLength < inside.length()
                || slotLength > Math.min(32, inside.length() + SLOT_BITS_MAX)) {
            throw new IllegalArgumentException(
                    "slot_length: that of an IPv4 prefix in inside, 4,096 of them at most");
        }
        if (outside.isEmpty()
                || outside.size() > OUTSIDE_MAX
                || outside.stream()
                        .anyMatch(a -> a.family() != Prefix.Family.V4 || !a.isAddress())) {
            throw new IllegalArgumentException("outside: from 1 to 16 IPv4 addresses");
        }
        if (firstPort < 1 || lastPort > PORT_MAX || firstPort > lastPort) {
            throw new IllegalArgumentException("first_port, last_port: from 1 to 65,535");
        }
        if (blockPorts < 1 || blockPorts > lastPort - firstPort + 1) {
            throw new IllegalArgumentException("block_ports: above what there is");
        }
    }

    /** The prefix that leaves by this port; empty where none does: then the port is the gateway's own. */
    Optional<Prefix> inside(Prefix address, int port) {
        int at = outside.indexOf(address);
        if (at < 0 || port < firstPort || port > lastPort) {
            return Optional.empty();
        }
        int each = (lastPort - firstPort + 1) / blockPorts;
        int block = (port - firstPort) / blockPorts;
        int slot = at * each + block;
        if (block >= each || slot >= 1 << slotLength - inside.length()) {
            return Optional.empty();
        }
        BigInteger distance = BigInteger.valueOf(slot).shiftLeft(32 - slotLength);
        return Optional.of(new Prefix(inside.family(), inside.first().add(distance), slotLength));
    }
}
