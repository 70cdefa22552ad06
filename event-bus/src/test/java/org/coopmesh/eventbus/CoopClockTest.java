package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoopClockTest {
    @TempDir Path directory;

    @Test
    void timeIsTheSystemsUntilTheFileMovesIt() throws Exception {
        Path file = directory.resolve("clock");
        var clock = new CoopClock(file, ZoneOffset.UTC);
        assertThat(offset(clock)).isLessThan(Duration.ofSeconds(5));

        Files.writeString(file, "P30D\n");

        Awaitility.await().until(() -> offset(clock).compareTo(Duration.ofDays(29)) > 0);
    }

    @Test
    void timeNeverGoesBackAndNonsenseMovesNothing() throws Exception {
        Path file = directory.resolve("clock");
        Files.writeString(file, "P30D");
        var clock = new CoopClock(file, ZoneOffset.UTC);
        Instant before = clock.instant();

        Files.writeString(file, "P1D");
        Awaitility.await()
                .pollDelay(Duration.ofMillis(150))
                .until(() -> clock.instant().isAfter(before));
        Files.writeString(file, "tomorrow");

        Awaitility.await()
                .pollDelay(Duration.ofMillis(150))
                .until(() -> clock.instant().isAfter(before));
    }

    private static Duration offset(Clock clock) {
        return Duration.between(Instant.now(), clock.instant()).abs();
    }
}
