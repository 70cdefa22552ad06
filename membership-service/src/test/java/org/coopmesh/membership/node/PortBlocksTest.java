package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PortBlocksTest {
    private static final Prefix ONE = Prefix.parse("198.51.100.10");
    private static final Prefix TWO = Prefix.parse("198.51.100.11");

    /** The same figures as the agent's own test: 94 blocks of 512 in 48,128 ports. */
    @Example
    void slotsFillOneAddressAfterTheOther() {
        var blocks =
                new PortBlocks(
                        Prefix.parse("10.201.0.0/17"), 24, List.of(ONE, TWO), 1_024, 49_151, 512);

        assertThat(blocks.inside(ONE, 1_024)).contains(Prefix.parse("10.201.0.0/24"));
        assertThat(blocks.inside(ONE, 1_535)).contains(Prefix.parse("10.201.0.0/24"));
        assertThat(blocks.inside(ONE, 49_151)).contains(Prefix.parse("10.201.93.0/24"));
        assertThat(blocks.inside(TWO, 1_535)).contains(Prefix.parse("10.201.94.0/24"));
        assertThat(blocks.inside(ONE, 443)).isEmpty();
        assertThat(blocks.inside(ONE, 50_000)).isEmpty();
        assertThat(blocks.inside(TWO, 40_000)).isEmpty();
        assertThat(blocks.inside(Prefix.parse("198.51.100.12"), 2_000)).isEmpty();
    }

    @Property(tries = 100)
    void everySlotIsNamedByExactlyItsPorts(
            @ForAll @IntRange(max = 6) int bits,
            @ForAll @IntRange(min = 1, max = 3) int outside,
            @ForAll @IntRange(min = 64, max = 700) int size,
            @ForAll @IntRange(min = 1_024, max = 20_000) int first) {
        int slots = 1 << bits;
        int each = Math.ceilDiv(slots, outside);
        int last = first + each * size + size / 2;
        var blocks =
                new PortBlocks(
                        Prefix.parse("10.64.0.0/20"),
                        20 + bits,
                        IntStream.range(0, outside)
                                .mapToObj(i -> Prefix.parse("198.51.100." + (10 + i)))
                                .toList(),
                        first,
                        Math.min(last, 64_511),
                        size);
        var ports = new HashMap<Prefix, Integer>();

        for (Prefix address : blocks.outside()) {
            for (int port = 0; port <= 65_535; port++) {
                blocks.inside(address, port).ifPresent(slot -> ports.merge(slot, 1, Integer::sum));
            }
        }

        assertThat(ports).hasSize(slots);
        assertThat(ports.values()).containsOnly(size);
        assertThat(ports.keySet())
                .allMatch(slot -> blocks.inside().contains(slot) && slot.length() == 20 + bits);
    }

    @Example
    void parametersThatNameNobodyAreRefused() {
        Prefix inside = Prefix.parse("10.201.0.0/16");
        assertThatThrownBy(() -> new PortBlocks(inside, 24, List.of(ONE), 1_024, 49_151, 512))
                .hasMessage("not every slot has a block");
        assertThatThrownBy(() -> new PortBlocks(inside, 30, List.of(ONE), 1_024, 49_151, 64))
                .hasMessage("more than 4096 slots");
        assertThatThrownBy(() -> new PortBlocks(inside, 15, List.of(ONE), 1_024, 49_151, 64))
                .hasMessageContaining("slot_length");
        assertThatThrownBy(() -> new PortBlocks(inside, 16, List.of(), 1_024, 49_151, 64))
                .hasMessageContaining("outside");
        assertThatThrownBy(() ->
                        new PortBlocks(
                                inside,
                                16,
                                List.of(Prefix.parse("2001:db8::1")),
                                1_024,
                                49_151,
                                64))
                .hasMessageContaining("IPv4");
        assertThatThrownBy(() -> new PortBlocks(inside, 16, List.of(ONE), 443, 49_151, 64))
                .hasMessageContaining("first_port");
    }
}
