package org.coopmesh.nodeagent.portblock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.coopmesh.nodeagent.portblock.Epochs.Epoch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochsTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final PortBlocks WIDE =
            PortBlocksTest.blocks(
                    "10.201.0.0/20", 24, 1_024, 49_151, 512, Ipv4.parse("198.51.100.10"));
    private static final PortBlocks NARROW =
            PortBlocksTest.blocks(
                    "10.201.0.0/20",
                    26,
                    2_048,
                    60_000,
                    128,
                    Ipv4.parse("198.51.100.11"),
                    Ipv4.parse("198.51.100.10"));

    @TempDir Path directory;

    private Epochs epochs() {
        return new Epochs(directory.resolve("state/port-blocks"));
    }

    @Test
    void aMomentHasTheParametersThatCountedThen() throws Exception {
        epochs().begin(NOON, Optional.of(WIDE));
        epochs().begin(NOON.plusSeconds(60), Optional.of(WIDE));
        epochs().begin(NOON.plusSeconds(100), Optional.empty());
        epochs().begin(NOON.plusSeconds(200), Optional.of(NARROW));

        assertThat(epochs().all()).hasSize(3);
        assertThat(epochs().at(NOON.minusSeconds(1))).isEmpty();
        assertThat(epochs().at(NOON)).contains(new Epoch(NOON, Optional.of(WIDE)));
        assertThat(epochs().at(NOON.plusSeconds(99)).orElseThrow().blocks()).contains(WIDE);
        assertThat(epochs().at(NOON.plusSeconds(100)).orElseThrow().blocks()).isEmpty();
        assertThat(epochs().at(NOON.plusSeconds(900)).orElseThrow().blocks()).contains(NARROW);
    }

    @Test
    void aNodeThatNeverSharedWritesNothing() throws Exception {
        epochs().begin(NOON, Optional.empty());

        assertThat(directory.resolve("state/port-blocks")).doesNotExist();
    }

    @Test
    void aClockThatWentBackDoesNotTurnTheOrderRound() throws Exception {
        epochs().begin(NOON, Optional.of(WIDE));

        epochs().begin(NOON.minusSeconds(3_600), Optional.of(NARROW));

        assertThat(epochs().all())
                .containsExactly(
                        new Epoch(NOON, Optional.of(WIDE)),
                        new Epoch(NOON.plusMillis(1), Optional.of(NARROW)));
    }

    @Test
    void aLineThatMakesNoSenseIsLeftOut() throws Exception {
        epochs().begin(NOON, Optional.of(WIDE));
        Path file = directory.resolve("state/port-blocks");
        Files.writeString(
                file,
                "yesterday off\n"
                        + NOON
                        + " 10.0.0.0/8 24 198.51.100.10 1024 49151 512\n"
                        + Files.readString(file)
                        + NOON.plusSeconds(5)
                        + " 10.201.0.0/20 2");

        assertThat(epochs().all()).containsExactly(new Epoch(NOON, Optional.of(WIDE)));
    }
}
