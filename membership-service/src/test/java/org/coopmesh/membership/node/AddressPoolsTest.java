package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AddressPoolsTest {
    private static final AddressPools POOLS =
            new AddressPools(List.of(Prefix.parse("10.201.0.0/16"), Prefix.parse("fd42:201::/48")));

    @Test
    void theLowestFreePrefixIsGiven() {
        var taken = List.of(Prefix.parse("10.201.0.0/24"), Prefix.parse("10.201.2.0/24"));

        assertThat(POOLS.freeV4(taken)).hasToString("Optional[10.201.1.0/24]");
        assertThat(POOLS.freeV6(taken)).hasToString("Optional[fd42:201::/64]");
    }

    @Test
    void anOddSizedNeighbourIsSteppedOver() {
        var taken = List.of(Prefix.parse("10.201.0.1/32"), Prefix.parse("10.201.1.128/25"));

        assertThat(POOLS.freeV4(taken)).hasToString("Optional[10.201.2.0/24]");
    }

    @Test
    void aFullPoolGivesNothingAndTheNextPoolIsTried() {
        var pools =
                new AddressPools(List.of(Prefix.parse("10.1.0.0/24"), Prefix.parse("10.2.0.0/23")));

        assertThat(pools.freeV4(List.of(Prefix.parse("10.1.0.0/24"))))
                .hasToString("Optional[10.2.0.0/24]");
        assertThat(pools.freeV4(List.of(Prefix.parse("10.1.0.0/24"), Prefix.parse("10.0.0.0/8"))))
                .isEmpty();
        assertThat(pools.freeV6(List.of())).isEmpty();
    }

    @Test
    void aPoolTooSmallForAPrefixIsPassedOver() {
        var pools = new AddressPools(List.of(Prefix.parse("10.1.0.0/28")));

        assertThat(pools.freeV4(List.of())).isEmpty();
    }

    @Property(tries = 100)
    void whateverIsTakenAndGivenBackNoTwoShareAnAddress(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int steps) {
        var random = new Random(seed);
        var pools =
                new AddressPools(List.of(Prefix.parse("10.9.0.0/19"), Prefix.parse("fd00::/58")));
        var taken = new ArrayList<Prefix>();
        for (int i = 0; i < steps; i++) {
            if (!taken.isEmpty() && random.nextInt(3) == 0) {
                taken.remove(random.nextInt(taken.size()));
            }
            var next = random.nextBoolean() ? pools.freeV4(taken) : pools.freeV6(taken);
            next.ifPresent(prefix -> {
                assertThat(taken).noneMatch(prefix::overlaps);
                assertThat(pools.pools()).anyMatch(pool -> pool.contains(prefix));
                taken.add(prefix);
            });
            if (next.isEmpty()) {
                assertThat(taken).hasSizeGreaterThanOrEqualTo(32);
            }
        }
    }
}
