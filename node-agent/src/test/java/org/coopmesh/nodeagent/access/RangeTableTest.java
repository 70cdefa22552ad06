package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.nodeagent.access.RangeTable.Range;

class RangeTableTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private record Given(Prefix prefix, Instant until) {}

    /** Small address spaces at both ends of all addresses, so that prefixes nest and touch a lot. */
    private static Prefix prefix(Random random, boolean v6) {
        int length = (v6 ? 122 : 26) + random.nextInt(7);
        long low = random.nextInt(64);
        boolean end = random.nextBoolean();
        Address any =
                v6
                        ? new Address(true, end ? -1 : 0, end ? -1 - low : low)
                        : new Address(false, 0, end ? 0xffff_ffffL - low : low);
        return new Prefix(any.firstOf(length), length);
    }

    @Property(tries = 400)
    void everyAddressIsBannedAsLongAsItsLongestBanAndChangesTellTheDifference(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int steps, @ForAll boolean v6) {
        var random = new Random(seed);
        var table = new RangeTable();
        List<Given> given = new ArrayList<>();
        Set<Range> kernel = new HashSet<>();
        for (int step = 0; step < steps; step++) {
            Set<Prefix> changed = new HashSet<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                if (!given.isEmpty() && random.nextInt(3) == 0) {
                    Given gone = given.remove(random.nextInt(given.size()));
                    table.remove(gone.prefix(), gone.until());
                    changed.add(gone.prefix());
                } else {
                    var more = new Given(prefix(random, v6), NOW.plusSeconds(random.nextInt(5)));
                    given.add(more);
                    table.add(more.prefix(), more.until());
                    changed.add(more.prefix());
                }
            }

            RangeTable.Delta delta = table.refresh(changed, NOW);

            delta.removed().forEach(range -> assertThat(kernel.remove(range)).isTrue());
            delta.added().forEach(range -> assertThat(kernel.add(range)).isTrue());
            assertThat(kernel).isEqualTo(new HashSet<>(table.ranges()));
            for (long low = 0; low < 64; low++) {
                for (Address address :
                        List.of(
                                new Address(v6, 0, low),
                                v6
                                        ? new Address(true, -1, -1 - low)
                                        : new Address(false, 0, 0xffff_ffffL - low))) {
                    Instant expected =
                            given.stream()
                                    .filter(g -> g.prefix().first().compareTo(address) <= 0)
                                    .filter(g -> g.prefix().last().compareTo(address) >= 0)
                                    .map(Given::until)
                                    .filter(until -> until.isAfter(NOW))
                                    .max(Instant::compareTo)
                                    .orElse(Instant.MIN);
                    List<Instant> actual =
                            kernel.stream()
                                    .filter(r -> r.first().compareTo(address) <= 0)
                                    .filter(r -> r.last().compareTo(address) >= 0)
                                    .map(Range::until)
                                    .toList();
                    assertThat(actual)
                            .as(address.toString())
                            .isEqualTo(
                                    expected.equals(Instant.MIN) ? List.of() : List.of(expected));
                }
            }
        }
        var anew = new RangeTable();
        given.forEach(g -> anew.add(g.prefix(), g.until()));
        anew.refreshAll(NOW);
        assertThat(new HashSet<>(anew.ranges())).isEqualTo(kernel);
    }
}
