package org.coopmesh.nodeagent.portblock;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.coopmesh.nodeagent.netfilter.MeshTable;

/** Port blocks as rules of the agent's own table. */
public final class BlockRules {
    /** The part of the table; a kernel without address translation does not take it. */
    public static final String PART = "port-blocks";

    private static final String TEXT = "blocks.nft";

    /** Whoever is not of the pool and has no address that the Internet knows. */
    private static final String PRIVATE =
            "{ 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }";

    private BlockRules() {}

    /** Rules for what leaves by {@code uplink}. */
    public static MeshTable.Part part(PortBlocks blocks, String uplink) {
        String map =
                IntStream.range(0, blocks.slots())
                        .mapToObj(slot -> element(blocks, slot))
                        .collect(Collectors.joining(", "));
        List<String> rest = new ArrayList<>();
        String taken = blocks.firstPort() + "-" + blocks.lastPort();
        for (Ipv4 own : blocks.outside()) {
            String to = "snat ip to " + gateway(blocks, own);
            rest.add("ip saddr " + own + " tcp sport " + taken + " " + to);
            rest.add("ip saddr " + own + " udp sport " + taken + " " + to);
            rest.add("ip saddr " + own + " icmp type echo-request icmp id " + taken + " " + to);
            rest.add("ip saddr " + own + " return");
        }
        rest.add(
                "ip saddr "
                        + PRIVATE
                        + " meta l4proto { tcp, udp, icmp } snat ip to "
                        + gateway(blocks, blocks.outside().getFirst()));
        return new MeshTable.Part(
                PART,
                text().replace("$uplink", uplink)
                        .replace("$blocks", map)
                        .replace("$rest", "        " + String.join("\n        ", rest)));
    }

    private static String element(PortBlocks blocks, int slot) {
        PortBlocks.Block block = blocks.block(slot);
        return blocks.addresses(slot)
                + " : "
                + block.outside()
                + " . "
                + block.first()
                + "-"
                + block.last();
    }

    private static String gateway(PortBlocks blocks, Ipv4 address) {
        return address + ":" + (blocks.lastPort() + 1) + "-65535";
    }

    private static String text() {
        try (InputStream in = BlockRules.class.getResourceAsStream(TEXT)) {
            if (in == null) throw new IllegalStateException(TEXT + " is not on the class path");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
