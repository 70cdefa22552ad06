package org.coopmesh.nodeagent.portblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.coopmesh.nodeagent.portblock.PortBlocks.Block;
import org.coopmesh.nodeagent.portblock.PortBlocks.Holder;

class PortBlocksTest {
    private static final Ipv4 ONE = Ipv4.parse("198.51.100.10");
    private static final Ipv4 TWO = Ipv4.parse("198.51.100.11");

    static PortBlocks blocks(String inside, int slot, int first, int last, int size, Ipv4... out) {
        return new PortBlocks(Ipv4.Range.parse(inside), slot, List.of(out), first, last, size);
    }

    @Provide
    Arbitrary<PortBlocks> parameters() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(12, 30),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1_024, 40_000),
                        Arbitraries.integers().between(64, 24_000),
                        Arbitraries.integers().between(64, 2_048))
                .as((bits, length, outside, first, span, size) -> {
                    int last = Math.min(first + span, PortBlocks.PORT_MOST);
                    try {
                        return Optional.of(
                                blocks(
                                        "10.0.0.0/" + length,
                                        Math.min(32, length + bits),
                                        first,
                                        last,
                                        size,
                                        IntStream.range(0, outside)
                                                .mapToObj(i -> new Ipv4(ONE.number() + i))
                                                .toArray(Ipv4[]::new)));
                    } catch (IllegalArgumentException doesNotFit) {
                        return Optional.<PortBlocks>empty();
                    }
                })
                .filter(Optional::isPresent)
                .map(Optional::orElseThrow);
    }

    @Property(tries = 300)
    void everySlotHasABlockOfItsSizeAndNoTwoShareAPort(
            @ForAll("parameters") PortBlocks parameters) {
        Set<Long> ports = new HashSet<>();
        for (int slot = 0; slot < parameters.slots(); slot++) {
            Block block = parameters.block(slot);
            assertThat(block.last() - block.first() + 1).isEqualTo(parameters.blockPorts());
            assertThat(block.first()).isGreaterThanOrEqualTo(parameters.firstPort());
            assertThat(block.last()).isLessThanOrEqualTo(parameters.lastPort());
            for (int port = block.first(); port <= block.last(); port++) {
                assertThat(ports.add(block.outside().number() << 16 | port)).isTrue();
            }
        }
    }

    @Property(tries = 300)
    void aPortNamesTheSlotThatLeavesByItAndNoOther(@ForAll("parameters") PortBlocks parameters) {
        int named = 0;
        for (Ipv4 outside : parameters.outside()) {
            for (int port = parameters.firstPort(); port <= parameters.lastPort(); port++) {
                Optional<Holder> holder = parameters.holder(outside, port);
                if (holder.isEmpty()) continue;
                Holder.Slot slot = (Holder.Slot) holder.get();
                Block block = parameters.block(slot.number());
                assertThat(block.outside()).isEqualTo(outside);
                assertThat(port).isBetween(block.first(), block.last());
                named++;
            }
        }
        assertThat(named).isEqualTo(parameters.slots() * parameters.blockPorts());
    }

    @Property(tries = 300)
    void everyInsideAddressLeavesByTheBlockOfItsSlot(
            @ForAll("parameters") PortBlocks parameters, @ForAll long random) {
        long size = 1L << 32 - parameters.inside().length();
        Ipv4 address = new Ipv4(parameters.inside().first().number() + Math.floorMod(random, size));

        Block block = parameters.blockOf(address).orElseThrow();

        Holder.Slot slot =
                (Holder.Slot) parameters.holder(block.outside(), block.last()).orElseThrow();
        assertThat(slot.addresses().contains(address)).isTrue();
        assertThat(parameters.addresses(slot.number())).isEqualTo(slot.addresses());
        assertThat(parameters.blockOf(new Ipv4(parameters.inside().first().number() - 1)))
                .isEmpty();
        assertThat(parameters.blockOf(new Ipv4(parameters.inside().first().number() + size)))
                .isEmpty();
    }

    /** By hand, after the formula in the Javadoc: 94 blocks of 512 in 48,128 ports. */
    @Example
    void slotsFillOneAddressAfterTheOther() {
        PortBlocks parameters = blocks("10.201.0.0/17", 24, 1_024, 49_151, 512, ONE, TWO);

        assertThat(parameters.slots()).isEqualTo(128);
        assertThat(parameters.slotsPerAddress()).isEqualTo(94);
        assertThat(parameters.blockOf(Ipv4.parse("10.201.0.9")))
                .contains(new Block(ONE, 1_024, 1_535));
        assertThat(parameters.blockOf(Ipv4.parse("10.201.93.1")))
                .contains(new Block(ONE, 48_640, 49_151));
        assertThat(parameters.blockOf(Ipv4.parse("10.201.94.1")))
                .contains(new Block(TWO, 1_024, 1_535));
        assertThat(parameters.holder(TWO, 1_535))
                .contains(new Holder.Slot(94, Ipv4.Range.parse("10.201.94.0/24")));
        assertThat(parameters.holder(ONE, 443)).contains(new Holder.Gateway());
        assertThat(parameters.holder(ONE, 50_000)).contains(new Holder.Gateway());
        assertThat(parameters.holder(TWO, 40_000)).isEmpty();
        assertThat(parameters.holder(Ipv4.parse("198.51.100.12"), 2_000)).isEmpty();
    }

    @Example
    void whatDoesNotFitSaysWhatWould() {
        assertThatThrownBy(() -> blocks("10.201.0.0/16", 24, 1_024, 49_151, 512, ONE))
                .hasMessage(
                        "256 slots of 512 ports need 3 outside addresses, 94 slots each; there are 1."
                                + " Blocks of 188 would fit");
        assertThatThrownBy(() -> blocks("10.0.0.0/8", 24, 1_024, 49_151, 64, ONE))
                .hasMessage("10.0.0.0/8 has more than 4096 slots of /24");
        assertThatThrownBy(() -> blocks("10.201.0.0/16", 15, 1_024, 49_151, 64, ONE))
                .hasMessageContaining("from 16 to 32 bits");
        assertThatThrownBy(() -> blocks("10.201.0.0/24", 24, 80, 49_151, 64, ONE))
                .hasMessageContaining("ports lie from 1024 to 64511");
        assertThatThrownBy(() -> blocks("10.201.0.0/24", 24, 1_024, 65_535, 64, ONE))
                .hasMessageContaining("ports lie from 1024 to 64511");
        assertThatThrownBy(() -> blocks("10.201.0.0/24", 24, 1_024, 49_151, 63, ONE))
                .hasMessageContaining("from 64 to 48128 ports");
        assertThatThrownBy(() -> blocks("10.201.0.0/24", 24, 1_024, 49_151, 64, ONE, ONE))
                .hasMessageContaining("named twice");
        assertThatThrownBy(() -> blocks("10.201.0.1/24", 24, 1_024, 49_151, 64, ONE))
                .hasMessageContaining("not canonical");
    }
}
