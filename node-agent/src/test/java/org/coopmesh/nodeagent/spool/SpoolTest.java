package org.coopmesh.nodeagent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    static final Duration WINDOW = Duration.ofMinutes(5);

    @TempDir Path directory;

    @Test
    void whatWasAppendedIsThereAfterReopening() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 3);
        }

        try (Spool spool = open()) {
            assertThat(texts(spool.pending(0, 10, 1 << 20)))
                    .containsExactly("report 0", "report 1", "report 2");
            assertThat(spool.newest().orElseThrow().snapshot()).isEqualTo(snapshot(2));
            assertThat(spool.newest().orElseThrow().startedAt()).isEqualTo(startOf(2));
            assertThat(spool.untold()).isEmpty();
            assertThat(spool.continuable()).isTrue();
        }
    }

    @Test
    void aBatchIsBoundedInWindowsAndBytes() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 10);

            assertThat(spool.pending(0, 4, 1 << 20)).hasSize(4);
            assertThat(spool.pending(0, 10, 20)).hasSize(2);
            assertThat(spool.pending(0, 10, 1)).hasSize(1);
            assertThat(texts(spool.pending(7, 10, 1 << 20))).first().isEqualTo("report 7");
        }
    }

    @Test
    void onlyWhatIsReleasedLeaves() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 5);
            spool.release(List.of(1L, 4L));

            assertThat(texts(spool.pending(0, 10, 1 << 20)))
                    .containsExactly("report 0", "report 2", "report 3");
            assertThat(spool.windows()).isEqualTo(3);
            assertThat(spool.newestPending()).isEmpty();

            spool.release(List.of(0L, 2L, 3L));
            assertThat(spool.windows()).isZero();
        }
        try (Spool spool = open()) {
            assertThat(spool.windows()).isZero();
            assertThat(spool.newest().orElseThrow().index()).isEqualTo(4);
            append(spool, 5, 6);
            assertThat(texts(spool.pending(0, 10, 1 << 20))).containsExactly("report 5");
        }
    }

    @Test
    void whatBillingLostIsSentAgainWhileItIsHere() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 5);
            spool.release(LongStream.range(0, 5).boxed().toList());

            spool.recall(List.of(1L, 3L, 77L));

            assertThat(texts(spool.pending(0, 10, 1 << 20)))
                    .containsExactly("report 1", "report 3");
            spool.release(List.of(1L, 3L));
            assertThat(spool.windows()).isZero();
        }
    }

    @Test
    void atTheLimitTheOldestAreDroppedAndTold() throws IOException {
        byte[] large = new byte[2_000];
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            long dropped = 0;
            for (int i = 0; i < 200; i++) {
                Gap gap = spool.untold().orElse(null);
                if (gap != null) {
                    assertThat(gap.cause()).isEqualTo(Gap.Cause.SPOOL_FULL);
                    assertThat(gap.from()).isEqualTo(startOf((int) dropped));
                    dropped += gap.windows();
                    assertThat(gap.to()).isEqualTo(startOf((int) dropped));
                }
                spool.append(
                        startOf(i),
                        startOf(i + 1),
                        large,
                        snapshot(i),
                        gap == null ? 0 : gap.number());
                assertThat(filesBytes()).isLessThanOrEqualTo(Spool.BYTES_MAX_LEAST);
            }
            dropped += spool.untold().map(Gap::windows).orElse(0L);

            assertThat(dropped).isPositive();
            assertThat(spool.windows()).isEqualTo(200 - dropped);
            assertThat(spool.pending(0, 1, 1 << 20).getFirst().index()).isEqualTo(dropped);
        }
    }

    @Test
    void releasedWindowsAreNoLossWhenRoomIsMade() throws IOException {
        byte[] large = new byte[2_000];
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            for (int i = 0; i < 200; i++) {
                long index = spool.append(startOf(i), startOf(i + 1), large, snapshot(i), 0);
                spool.release(List.of(index));
            }

            assertThat(spool.untold()).isEmpty();
            assertThat(filesBytes()).isLessThanOrEqualTo(Spool.BYTES_MAX_LEAST / 2);
        }
    }

    @Test
    void aGapIsToldOnceAlsoAcrossACrash() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 1);
            spool.remember(startOf(1), startOf(2), Gap.Cause.CLOCK_MOVED, 0);
            spool.remember(startOf(3), startOf(9), Gap.Cause.POWERED_OFF, 6);
        }
        Path before = directory.resolveSibling("before-crash");
        try (Spool spool = open()) {
            Gap first = spool.untold().orElseThrow();
            spool.append(startOf(2), startOf(3), report(1), snapshot(1), first.number());
            copy(directory, before);
        }

        // Killed before the state was saved again: the window itself says what it told.
        try (Spool spool = Spool.open(before, Spool.BYTES_MAX_LEAST)) {
            Gap next = spool.untold().orElseThrow();
            assertThat(next.cause()).isEqualTo(Gap.Cause.POWERED_OFF);
            spool.append(startOf(9), startOf(10), report(2), snapshot(2), next.number());
            assertThat(spool.untold()).isEmpty();
        }
    }

    @Test
    void aTornTailThatWasNeverSentIsCutToldAndContinued() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 3);
            spool.beforeSending(1);
        }
        Path segment = segments().getFirst();
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(whole, whole.length - 1));

        try (Spool spool = open()) {
            assertThat(spool.newest().orElseThrow().index()).isEqualTo(1);
            assertThat(spool.continuable()).isTrue();
            Gap gap = spool.untold().orElseThrow();
            assertThat(gap.cause()).isEqualTo(Gap.Cause.SPOOL_DAMAGED);
            assertThat(gap.from()).isEqualTo(startOf(2));
            assertThat(gap.windows()).isEqualTo(1);
            append(spool, 2, 3);
        }
        try (Spool spool = open()) {
            assertThat(texts(spool.pending(0, 10, 1 << 20)))
                    .containsExactly("report 0", "report 1", "report 2");
        }
    }

    @Test
    void aLostTailThatMayHaveBeenSentIsNeitherContinuedNorNumberedAgain() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 3);
            spool.beforeSending(2);
        }
        Path segment = segments().getFirst();
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(whole, whole.length * 2 / 3));

        try (Spool spool = open()) {
            assertThat(spool.continuable()).isFalse();
            Gap gap = spool.untold().orElseThrow();
            assertThat(gap.cause()).isEqualTo(Gap.Cause.SPOOL_DAMAGED);
            assertThat(gap.windows()).isEqualTo(1);
            long index = spool.append(startOf(9), startOf(10), report(9), snapshot(9), 1);
            assertThat(index).isEqualTo(3);
        }
        try (Spool spool = open()) {
            assertThat(spool.continuable()).isTrue();
            assertThat(spool.untold()).isEmpty();
        }
    }

    @Test
    void damageInTheMiddleCostsOnlyTheDamagedWindow() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 5);
        }
        Path segment = segments().getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);

        for (int opened = 0; opened < 2; opened++) {
            try (Spool spool = open()) {
                assertThat(texts(spool.pending(0, 10, 1 << 20)))
                        .containsExactly("report 0", "report 1", "report 3", "report 4");
                Gap gap = spool.untold().orElseThrow();
                assertThat(gap.number()).isEqualTo(1);
                assertThat(gap.windows()).isEqualTo(1);
                assertThat(gap.from()).isEqualTo(startOf(2));
                assertThat(gap.to()).isEqualTo(startOf(3));
                assertThat(spool.continuable()).isTrue();
            }
        }
    }

    @Test
    void damageWhileRunningIsToldToo() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 3);
            Path segment = segments().getFirst();
            byte[] bytes = Files.readAllBytes(segment);
            bytes[bytes.length / 2] ^= 1;
            Files.write(segment, bytes);

            assertThat(texts(spool.pending(0, 10, 1 << 20)))
                    .containsExactly("report 0", "report 2");
            assertThat(spool.untold().orElseThrow().windows()).isEqualTo(1);
            spool.release(List.of(0L, 2L));
            assertThat(spool.windows()).isZero();
        }
    }

    @Test
    void aDamagedStateSendsEverythingAgainRatherThanLosingAnything() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 3);
            spool.release(List.of(0L));
        }
        Files.write(directory.resolve("state"), new byte[] {1, 2, 3});

        try (Spool spool = open()) {
            assertThat(spool.pending(0, 10, 1 << 20)).hasSize(3);
            assertThat(spool.untold().orElseThrow().cause()).isEqualTo(Gap.Cause.SPOOL_DAMAGED);
            assertThat(spool.continuable()).isTrue();
        }
    }

    @Test
    void twoProcessesCannotShareIt() throws IOException {
        try (Spool spool = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("open elsewhere");
            assertThat(spool.windows()).isZero();
        }
    }

    Spool open() throws IOException {
        return Spool.open(directory, Spool.BYTES_MAX_LEAST);
    }

    static void append(Spool spool, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            spool.append(startOf(i), startOf(i + 1), report(i), snapshot(i), 0);
        }
    }

    static Instant startOf(int window) {
        return START.plus(WINDOW.multipliedBy(window));
    }

    static byte[] report(int i) {
        return ("report " + i).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] snapshot(int i) {
        return ("counters after " + i).getBytes(StandardCharsets.UTF_8);
    }

    static List<String> texts(List<SpooledWindow> windows) {
        List<String> texts = new ArrayList<>();
        for (SpooledWindow window : windows) {
            texts.add(new String(window.report(), StandardCharsets.UTF_8));
        }
        return texts;
    }

    private List<Path> segments() throws IOException {
        return segments(directory);
    }

    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Segment::isSegment).sorted().toList();
        }
    }

    private long filesBytes() throws IOException {
        long bytes = 0;
        for (Path segment : segments()) bytes += Files.size(segment);
        return bytes;
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
    }
}
