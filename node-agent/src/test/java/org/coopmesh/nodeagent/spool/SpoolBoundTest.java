package org.coopmesh.nodeagent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the default bound holds, and what is left of a segment that was cut anywhere. */
@Timeout(1_800)
class SpoolBoundTest {
    private static final int DAYS_30 = 30 * 24 * 12;

    @TempDir Path directory;

    /** {@code WeekOfflineTest} measures real windows of 8 attachments and 4 links: they are below half of this. */
    @Test
    void thirtyDaysOfFiveMinuteWindowsOfSevenKibibytesFitTheDefaultBound() throws IOException {
        byte[] report = new byte[4 << 10];
        byte[] snapshot = new byte[3 << 10];
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_DEFAULT)) {
            for (int i = 0; i < DAYS_30; i++) {
                report[0] = (byte) i;
                spool.append(SpoolTest.startOf(i), SpoolTest.startOf(i + 1), report, snapshot, 0);
            }

            assertThat(spool.windows()).isEqualTo(DAYS_30);
            assertThat(spool.untold()).isEmpty();
            assertThat(spool.bytes()).isLessThanOrEqualTo(64L << 20);
        }
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_DEFAULT)) {
            assertThat(spool.windows()).isEqualTo(DAYS_30);
            assertThat(spool.pending(0, 1, 1 << 20).getFirst().startedAt())
                    .isEqualTo(SpoolTest.START);
        }
    }

    @Test
    void cutAtEveryByteWhatIsWholeStaysAndTheTornTailIsTold() throws IOException {
        int windows = 4;
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            SpoolTest.append(spool, 0, windows);
            spool.beforeSending(0);
        }
        Path segment = SpoolTest.segments(directory).getFirst();
        byte[] whole = Files.readAllBytes(segment);
        byte[] state = Files.readAllBytes(directory.resolve(SpoolState.NAME));
        int frame = whole.length / windows;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(segment, Arrays.copyOf(whole, length));
            Files.write(directory.resolve(SpoolState.NAME), state);

            try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
                int kept = length / frame;
                assertThat(spool.windows()).as("cut at %d", length).isEqualTo(kept);
                boolean torn = length % frame != 0;
                boolean sentIsGone = kept == 0;
                Optional<Gap> gap = spool.untold();
                assertThat(gap.isPresent()).as("cut at %d", length).isEqualTo(torn || sentIsGone);
                gap.ifPresent(told -> assertThat(told.cause()).isEqualTo(Gap.Cause.SPOOL_DAMAGED));
                assertThat(spool.continuable()).as("cut at %d", length).isEqualTo(!sentIsGone);
                long next =
                        spool.append(
                                SpoolTest.startOf(9),
                                SpoolTest.startOf(10),
                                SpoolTest.report(9),
                                SpoolTest.snapshot(9),
                                gap.map(Gap::number).orElse(0L));
                assertThat(next).isGreaterThanOrEqualTo(kept);
            }
            try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
                assertThat(spool.newest().orElseThrow().report()).isEqualTo(SpoolTest.report(9));
                assertThat(spool.untold()).as("cut at %d", length).isEmpty();
            }
            for (Path file : SpoolTest.segments(directory)) Files.delete(file);
        }
    }

    @Test
    void anInspectionFindsWhatADamagedByteCostAndChangesNothing() throws IOException {
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            SpoolTest.append(spool, 0, 5);
            spool.release(java.util.List.of(0L));
        }
        Path segment = SpoolTest.segments(directory).getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        assertThat(SpoolInspection.of(directory, window -> {}).damagedBytes()).isZero();
        assertThat(SpoolInspection.of(directory, window -> {}).waiting()).isEqualTo(4);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);

        SpoolInspection found = SpoolInspection.of(directory, window -> {});

        assertThat(found.windows()).isEqualTo(4);
        assertThat(found.missing()).isEqualTo(1);
        assertThat(found.damagedBytes()).isEqualTo(bytes.length / 5);
        assertThat(found.stateReadable()).isTrue();
        assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);
    }
}
