package org.coopmesh.nodeagent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.nodeagent.usage.Counters.Figure;
import org.coopmesh.nodeagent.usage.Counters.Key;
import org.coopmesh.nodeagent.usage.Counters.Reading;
import org.coopmesh.nodeagent.usage.Counters.Way;
import org.junit.jupiter.api.Test;

class UsageMeterTest {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    /** A kernel in memory, with the truth beside it. */
    private static final class Kernel implements Counters {

        private final Map<Key, Figure> counters = new HashMap<>();
        private final Map<String, Long> truth = new HashMap<>();
        private int epoch;
        private long handles;
        private Optional<UplinkCounts> uplink = Optional.empty();
        private Optional<Reading> whole = Optional.empty();

        void attach(String attachment, boolean own) {
            for (Way way : Way.values()) {
                counters.merge(
                        new Key(attachment, own, way),
                        new Figure(new Key(attachment, own, way), ++handles, 0, 0, true),
                        (was, made) ->
                                new Figure(
                                        was.key(),
                                        was.incarnation(),
                                        was.bytes(),
                                        was.packets(),
                                        true));
            }
        }

        void detach(String attachment) {
            counters.replaceAll((key, f) ->
                    new Figure(
                            key,
                            f.incarnation(),
                            f.bytes(),
                            f.packets(),
                            f.fed() && !key.attachmentId().equals(attachment)));
        }

        void pass(Random random) {
            counters.replaceAll((key, f) -> {
                long bytes = f.fed() ? random.nextInt(1500) : 0;
                truth.merge(key.attachmentId() + key.way(), bytes, Long::sum);
                return new Figure(
                        key,
                        f.incarnation(),
                        f.bytes() + bytes,
                        f.packets() + (bytes > 0 ? 1 : 0),
                        f.fed());
            });
        }

        /** As a flush does it: what was not reported yet is gone, and known to be. */
        void flush() {
            epoch++;
            handles = 0;
            counters.replaceAll((key, f) -> new Figure(key, ++handles, 0, 0, true));
        }

        @Override
        public Reading read() {
            return whole.orElseGet(
                    () -> new Reading("epoch" + epoch, new ArrayList<>(counters.values()), uplink));
        }

        @Override
        public void forget(Collection<Key> retired) {
            retired.forEach(key -> {
                assertThat(counters.get(key).fed()).isFalse();
                counters.remove(key);
            });
        }

        @Override
        public void close() {}
    }

    private static void sum(WindowCounts window, Map<String, Long> sums) {
        for (AttachmentCounts counts : window.attachments()) {
            sums.merge(counts.attachmentId() + Way.INTERNET_DOWN, counts.internetDown(), Long::sum);
            sums.merge(counts.attachmentId() + Way.INTERNET_UP, counts.internetUp(), Long::sum);
            sums.merge(counts.attachmentId() + Way.LOCAL_DOWN, counts.localDown(), Long::sum);
            sums.merge(counts.attachmentId() + Way.LOCAL_UP, counts.localUp(), Long::sum);
        }
    }

    /** Attachments come and go, the process is killed before and after a window is durable, the table is flushed. */
    @Property(tries = 300)
    void windowsAddUpToWhatPassed(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 80) int steps) {
        var random = new Random(seed);
        var kernel = new Kernel();
        kernel.attach("a", true);
        var meter = new UsageMeter(kernel, () -> START);
        Instant now = START;
        byte[] durable = meter.close(now = now.plusSeconds(1)).snapshot();
        Map<String, Long> reported = new HashMap<>();
        for (int step = 0; step < steps; step++) {
            String attachment = "" + (char) ('a' + random.nextInt(4));
            switch (random.nextInt(8)) {
                case 0 -> kernel.attach(attachment, random.nextBoolean());
                case 1 -> kernel.detach(attachment);
                case 2 -> {
                    // Killed after closing, before the window was durable: it counts again, once.
                    meter.close(now.plusMillis(500));
                    meter = new UsageMeter(kernel, () -> START);
                    meter.resume(durable);
                }
                case 3 -> {
                    meter = new UsageMeter(kernel, () -> START);
                    meter.resume(durable);
                }
                case 4 -> {
                    WindowCounts window = meter.close(now = now.plusSeconds(1));
                    sum(window, reported);
                    durable = window.snapshot();
                    kernel.flush();
                }
                default -> kernel.pass(random);
            }
            if (random.nextInt(3) == 0) {
                WindowCounts window = meter.close(now = now.plusSeconds(1));
                sum(window, reported);
                durable = window.snapshot();
            }
        }
        sum(meter.close(now.plusSeconds(1)), reported);
        sum(meter.close(now.plusSeconds(2)), reported); // What was held over, if anything.

        kernel.truth.values().removeIf(bytes -> bytes == 0);
        reported.values().removeIf(bytes -> bytes == 0);
        assertThat(reported).isEqualTo(kernel.truth);
    }

    @Test
    void bootIdChangesOnlyWhenCountersStartAnew() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        var meter = new UsageMeter(kernel, () -> START);
        var first = meter.close(START.plusSeconds(1));
        kernel.pass(new Random(1));
        var second = meter.close(START.plusSeconds(2));

        kernel.flush();
        var third = meter.close(START.plusSeconds(3));

        assertThat(second.bootId()).isEqualTo(first.bootId());
        assertThat(third.bootId()).isNotEqualTo(second.bootId());
        assertThat(third.attachments().getFirst().totalDown()).isZero();
        assertThat(second.attachments().getFirst().totalDown())
                .isEqualTo(
                        second.attachments().getFirst().internetDown()
                                + second.attachments().getFirst().localDown());
    }

    @Test
    void counterThatGoesBackNeverYieldsANegativeFigure() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        var key = new Key("a", true, Way.INTERNET_DOWN);
        kernel.counters.put(key, new Figure(key, 1, 1_000, 10, true));
        var meter = new UsageMeter(kernel, () -> START);

        kernel.counters.put(key, new Figure(key, 1, 40, 1, true));
        var window = meter.close(START.plusSeconds(1));

        assertThat(window.attachments().getFirst().internetDown()).isEqualTo(40);
    }

    @Test
    void counterMadeAnewUnderItsOldNameCountsFromZero() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        var key = new Key("a", true, Way.INTERNET_DOWN);
        kernel.counters.put(key, new Figure(key, 1, 1_000, 10, true));
        var meter = new UsageMeter(kernel, () -> START);

        kernel.counters.put(key, new Figure(key, 99, 1_500, 12, true));
        var window = meter.close(START.plusSeconds(1));

        assertThat(window.attachments().getFirst().internetDown()).isEqualTo(1_500);
    }

    @Test
    void clockSetBackKeepsTheBytesInAWindowThatEndsAfterItStarts() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        var meter = new UsageMeter(kernel, () -> START);
        kernel.pass(new Random(1));

        var window = meter.close(START.minusSeconds(3_600));

        assertThat(window.endedAt())
                .isEqualTo(START.minusSeconds(3_600))
                .isAfter(window.startedAt());
        assertThat(window.attachments()).isNotEmpty();
    }

    @Test
    void uplinkMadeAnewCountsFromZero() {
        var kernel = new Kernel();
        kernel.uplink = Optional.of(new UplinkCounts("wan", 100, 200));
        var meter = new UsageMeter(kernel, () -> START);
        kernel.uplink = Optional.of(new UplinkCounts("wan", 150, 260));
        assertThat(meter.close(START.plusSeconds(1)).uplink())
                .contains(new UplinkCounts("wan", 50, 60));

        kernel.uplink = Optional.of(new UplinkCounts("wan", 10, 270));

        assertThat(meter.close(START.plusSeconds(2)).uplink())
                .contains(new UplinkCounts("wan", 10, 270));
    }

    private static Reading interfaces(String epoch, int newest, Counters.Interface uplink) {
        return new Reading(epoch, List.of(), Optional.of(uplink), List.of(), newest);
    }

    /** The windows' bytes received, where the uplink shows these one after the other; the first begins it. */
    private static List<Long> received(Reading... readings) {
        var kernel = new Kernel();
        kernel.whole = Optional.of(readings[0]);
        var meter = new UsageMeter(kernel, () -> START);
        List<Long> received = new ArrayList<>();
        for (int i = 1; i < readings.length; i++) {
            kernel.whole = Optional.of(readings[i]);
            received.add(meter.close(START.plusSeconds(i)).uplink().orElseThrow().received());
        }
        return received;
    }

    @Test
    void interfaceIsTheSameAsLongAsItsNumberIs() {
        var first = new Counters.Interface("wan", 4, 1_000, 0);

        assertThat(
                        received(
                                interfaces("b/n/1", 9, first),
                                interfaces("b/n/1", 9, new Counters.Interface("wan", 4, 1_500, 0)),
                                // The table was made anew; the interface was not.
                                interfaces("b/n/2", 9, new Counters.Interface("wan", 4, 1_700, 0)),
                                // Plugged in anew, and already further than the old one.
                                interfaces(
                                        "b/n/2", 10, new Counters.Interface("wan", 10, 9_000, 0)),
                                // Another that was there before was given the name.
                                interfaces(
                                        "b/n/2", 10, new Counters.Interface("wan", 6, 77_000, 0)),
                                interfaces(
                                        "b/n/2", 10, new Counters.Interface("wan", 6, 77_010, 0)),
                                // After a boot it is the same number by chance.
                                interfaces(
                                        "c/n/1", 6, new Counters.Interface("wan", 6, 80_000, 0))))
                .containsExactly(500L, 200L, 9_000L, 0L, 10L, 80_000L);
    }

    @Test
    void linksAreCountedEachForItself() {
        var kernel = new Kernel();
        var anna = new Counters.Interface("wg-anna", 7, 100, 200);
        var bert = new Counters.Interface("mesh1", 8, 10, 20);
        kernel.whole =
                Optional.of(
                        new Reading(
                                "b/n/1",
                                List.of(),
                                Optional.empty(),
                                List.of(new Counters.Link("a".repeat(64), anna)),
                                7));
        var meter = new UsageMeter(kernel, () -> START);
        byte[] snapshot = meter.close(START.plusSeconds(1)).snapshot();
        var resumed = new UsageMeter(kernel, () -> START.plusSeconds(2));
        resumed.resume(snapshot);
        kernel.whole =
                Optional.of(
                        new Reading(
                                "b/n/1",
                                List.of(),
                                Optional.empty(),
                                List.of(
                                        new Counters.Link(
                                                "a".repeat(64),
                                                new Counters.Interface("wg-anna", 7, 150, 260)),
                                        new Counters.Link("", bert)),
                                8));

        var window = resumed.close(START.plusSeconds(3));

        assertThat(window.links())
                .containsExactly(
                        new LinkCounts("a".repeat(64), "wg-anna", 50, 60),
                        new LinkCounts("", "mesh1", 10, 20));
    }

    @Test
    void counterThatLiesIsLeftOutAndTheOthersGoOn() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        kernel.attach("b", true);
        var meter = new UsageMeter(kernel, () -> START);
        kernel.pass(new Random(1));
        meter.close(START.plusSeconds(1));
        Map<Key, Figure> sane = new HashMap<>(kernel.counters);
        for (long lie : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            kernel.counters.replaceAll((key, f) ->
                    key.attachmentId().equals("a")
                            ? new Figure(key, f.incarnation(), lie, f.packets(), true)
                            : f);

            var window = meter.close(START.plusSeconds(2));

            assertThat(window.attachments())
                    .singleElement()
                    .satisfies(b -> assertThat(b.attachmentId()).isEqualTo("b"));
        }
        kernel.counters.putAll(sane);
        var truth = new HashMap<>(kernel.truth);
        kernel.pass(new Random(2));
        Map<String, Long> sums = new HashMap<>();
        sum(meter.close(START.plusSeconds(3)), sums);
        truth.forEach((key, before) -> sums.merge(key, before, Long::sum));
        assertThat(sums).isEqualTo(kernel.truth);
    }

    @Test
    void attachmentThatMovesHouseIsNamedOnceInAWindowAndLosesNoByte() {
        for (boolean arrives : List.of(true, false)) {
            var kernel = new Kernel();
            var random = new Random(3);
            kernel.attach("a", !arrives);
            var meter = new UsageMeter(kernel, () -> START);
            Map<String, Long> sums = new HashMap<>();
            kernel.pass(random);
            kernel.detach("a");
            kernel.attach("a", arrives);
            for (int i = 1; i < 5; i++) {
                kernel.pass(random);
                if (i == 3) {
                    kernel.detach("a");
                }
                var window = meter.close(START.plusSeconds(i));
                assertThat(window.attachments().stream().map(AttachmentCounts::attachmentId))
                        .doesNotHaveDuplicates();
                sum(window, sums);
            }
            assertThat(sums).isEqualTo(kernel.truth);
        }
    }

    @Test
    void snapshotTornOrAlteredAnywhereIsRefused() {
        var kernel = new Kernel();
        kernel.attach("a", true);
        kernel.pass(new Random(1));
        var meter = new UsageMeter(kernel, () -> START);
        byte[] snapshot = meter.close(START.plusSeconds(1)).snapshot();
        var running = meter.bootId();

        for (int at = 0; at < snapshot.length; at++) {
            byte[] torn = java.util.Arrays.copyOf(snapshot, at);
            byte[] altered = snapshot.clone();
            altered[at] ^= 0x10;
            for (byte[] bad : List.of(torn, altered)) {
                var other = new UsageMeter(kernel, () -> START);
                other.resume(bad);
                assertThat(other.bootId()).isNotEqualTo(running);
            }
        }
    }

    @Test
    void simulatedTrafficStaysUnderTheLane() {
        Instant[] now = {START};
        try (var counters =
                Counters.simulated(
                        () -> List.of(new Counters.Simulated("a", 1_000)), () -> now[0], 7)) {
            var meter = new UsageMeter(counters, () -> now[0]);
            now[0] = START.plusSeconds(300);
            var window = meter.close(now[0]);

            var counts = window.attachments().getFirst();
            assertThat(counts.internetDown()).isPositive();
            assertThat(
                            counts.internetDown()
                                    + counts.internetUp()
                                    + counts.localDown()
                                    + counts.localUp())
                    .isLessThanOrEqualTo(300L * 125_000);
        }
    }
}
