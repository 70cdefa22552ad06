package org.coopmesh.nodeagent.portblock;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Which ports of which outside address each slot of the inside pool leaves by: a pure function, so that an outside address, a
 * port and a time name one attachment, and nobody keeps a log of flows. After RFC 7422.
 *
 * <p>A slot is a prefix of {@code slotLength} bits; an attachment is one or several whole slots. With
 *
 * <pre>
 * slots  = 2^(slotLength − length of inside)
 * each   = ⌊(lastPort − firstPort + 1) / blockPorts⌋          blocks of one outside address
 * s      = ⌊(address − inside) / 2^(32 − slotLength)⌋         the slot of an inside address
 * </pre>
 *
 * slot {@code s} leaves by address {@code outside[⌊s / each⌋]} and the {@code blockPorts} ports from {@code firstPort + (s mod
 * each) · blockPorts} on. Every other port of an outside address is the node's own.
 *
 * @param inside the pool that attachments are cut from
 * @param slotLength bits of a slot's prefix
 * @param outside addresses of this gateway; their order counts
 * @param firstPort of all blocks
 * @param lastPort of all blocks; the node itself uses those above
 * @param blockPorts ports of one block
 */
public record PortBlocks(
        Ipv4.Range inside,
        int slotLength,
        List<Ipv4> outside,
        int firstPort,
        int lastPort,
        int blockPorts) {
    /** Slots that one pool may have: each is an element in the kernel. */
    public static final int SLOTS_MAX = 4_096;

    /** Outside addresses of one gateway. */
    public static final int OUTSIDE_MAX = 16;

    /** Fewer ports are no Internet: one page opens dozens of connections. */
    public static final int BLOCK_PORTS_LEAST = 64;

    /** Ports below are not translated to: services live there. */
    public static final int PORT_LEAST = 1_024;

    /** The node itself keeps a thousand ports at least. */
    public static final int PORT_MOST = 64_511;

    private static final int PORT_LAST = 65_535;

    public PortBlocks {
        outside = List.copyOf(outside);
        if (slotLength < inside.length() || slotLength > 32) {
            throw new IllegalArgumentException(
                    "a slot has from " + inside.length() + " to 32 bits, as " + inside + " has");
        }
        if (slotLength - inside.length() > Integer.numberOfTrailingZeros(SLOTS_MAX)) {
            throw new IllegalArgumentException(
                    inside + " has more than " + SLOTS_MAX + " slots of /" + slotLength);
        }
        if (outside.isEmpty() || outside.size() > OUTSIDE_MAX) {
            throw new IllegalArgumentException("from 1 to " + OUTSIDE_MAX + " outside addresses");
        }
        if (new HashSet<>(outside).size() < outside.size()) {
            throw new IllegalArgumentException("an outside address is named twice");
        }
        if (firstPort < PORT_LEAST || lastPort > PORT_MOST || firstPort > lastPort) {
            throw new IllegalArgumentException(
                    "ports lie from " + PORT_LEAST + " to " + PORT_MOST + ", the first first");
        }
        if (blockPorts < BLOCK_PORTS_LEAST || blockPorts > lastPort - firstPort + 1) {
            throw new IllegalArgumentException(
                    "a block has from "
                            + BLOCK_PORTS_LEAST
                            + " to "
                            + (lastPort - firstPort + 1)
                            + " ports");
        }
        int slots = 1 << slotLength - inside.length();
        int each = (lastPort - firstPort + 1) / blockPorts;
        if (slots > each * outside.size()) {
            int fit = (lastPort - firstPort + 1) / Math.ceilDiv(slots, outside.size());
            throw new IllegalArgumentException(
                    slots
                            + " slots of "
                            + blockPorts
                            + " ports need "
                            + Math.ceilDiv(slots, each)
                            + " outside addresses, "
                            + each
                            + " slots each; there are "
                            + outside.size()
                            + (fit < BLOCK_PORTS_LEAST ? "" : ". Blocks of " + fit + " would fit"));
        }
    }

    /** Ports {@code first} to {@code last} of an outside address. */
    public record Block(Ipv4 outside, int first, int last) {}

    /** Whose a port of an outside address is. */
    public sealed interface Holder {
        /** A slot of the pool: whoever held these addresses then. */
        record Slot(int number, Ipv4.Range addresses) implements Holder {}

        /** The gateway itself, and those behind it that are not of the pool. */
        record Gateway() implements Holder {}
    }

    /** How many slots the pool has; each has a block. */
    public int slots() {
        return 1 << slotLength - inside.length();
    }

    /** How many slots share one outside address. */
    public int slotsPerAddress() {
        return (lastPort - firstPort + 1) / blockPorts;
    }

    /** The addresses of a slot. */
    public Ipv4.Range addresses(int slot) {
        if (slot < 0 || slot >= slots()) throw new IllegalArgumentException("no slot " + slot);
        return new Ipv4.Range(
                new Ipv4(inside.first().number() + slot * Ipv4.Range.size(slotLength)), slotLength);
    }

    /** The ports that a slot leaves by. */
    public Block block(int slot) {
        if (slot < 0 || slot >= slots()) throw new IllegalArgumentException("no slot " + slot);
        int first = firstPort + slot % slotsPerAddress() * blockPorts;
        return new Block(outside.get(slot / slotsPerAddress()), first, first + blockPorts - 1);
    }

    /** The ports that an inside address leaves by; empty outside of the pool. */
    public Optional<Block> blockOf(Ipv4 address) {
        if (!inside.contains(address)) return Optional.empty();
        long distance = address.number() - inside.first().number();
        return Optional.of(block((int) (distance / Ipv4.Range.size(slotLength))));
    }

    /**
     * Whose a port is; empty where the address is none of these, or the port of a block that no slot has: nothing leaves by it.
     *
     * @param port of TCP or UDP, or the id of an ICMP echo
     */
    public Optional<Holder> holder(Ipv4 address, int port) {
        int at = outside.indexOf(address);
        if (at < 0 || port < 0 || port > PORT_LAST) return Optional.empty();
        if (port < firstPort || port > lastPort) return Optional.of(new Holder.Gateway());
        int block = (port - firstPort) / blockPorts;
        int slot = at * slotsPerAddress() + block;
        if (block >= slotsPerAddress() || slot >= slots()) return Optional.empty();
        return Optional.of(new Holder.Slot(slot, addresses(slot)));
    }
}
