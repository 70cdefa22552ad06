package org.coopmesh.nodeagent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Whatever one fault does to the file, what is before it is kept, what is gone is told, and going on works. */
class SpoolDamageProperties {
    private static final int WINDOWS = 12;

    private Path root;
    private byte[] intact;
    private int runs;

    @BeforeProperty
    void fillOne() throws IOException {
        root = Files.createTempDirectory("spool-damage");
        Path original = root.resolve("original");
        try (Spool spool = Spool.open(original, Spool.BYTES_MAX_LEAST)) {
            SpoolTest.append(spool, 0, WINDOWS);
        }
        intact = Files.readAllBytes(SpoolTest.segments(original).getFirst());
    }

    @AfterProperty
    void removeAll() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 400)
    void truncationAtAnyByteKeepsThePrefix(
            @ForAll @IntRange(max = 5_000) int at, @ForAll @IntRange(max = WINDOWS) int sent)
            throws IOException {
        int length = at % (intact.length + 1);
        Path directory = damaged(Arrays.copyOf(intact, length), sent);

        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            int whole = (int) ((long) length * WINDOWS / intact.length);
            List<SpooledWindow> kept = spool.pending(0, 100, 1 << 20);
            // Frames differ by a digit in length, so the estimate may be one off.
            assertThat(kept.size()).isBetween(whole - 1, whole + 1);
            assertPrefix(kept);
            boolean atFrameEnd = length == bytesOf(kept);
            boolean sentIsGone = sent > kept.size();
            assertThat(spool.continuable()).isEqualTo(!sentIsGone);
            assertThat(spool.untold().isPresent()).isEqualTo(!atFrameEnd || sentIsGone);
            goOn(spool);
        }
        reopened(directory);
    }

    @Property(tries = 600)
    void aFlippedBitAnywhereCostsOneWindowAtMost(
            @ForAll @IntRange(max = 5_000) int at, @ForAll @IntRange(max = 7) int bit)
            throws IOException {
        byte[] bytes = intact.clone();
        bytes[at % bytes.length] ^= (byte) (1 << bit);
        Path directory = damaged(bytes, WINDOWS);

        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            List<SpooledWindow> kept = spool.pending(0, 100, 1 << 20);
            assertThat(kept).hasSize(WINDOWS - 1);
            for (SpooledWindow window : kept) {
                assertThat(window.report()).isEqualTo(SpoolTest.report((int) window.index()));
            }
            Gap gap = spool.untold().orElseThrow();
            assertThat(gap.cause()).isEqualTo(Gap.Cause.SPOOL_DAMAGED);
            assertThat(gap.windows()).isEqualTo(1);
            boolean lastIsGone = kept.getLast().index() < WINDOWS - 1;
            assertThat(spool.continuable()).isEqualTo(!lastIsGone);
            goOn(spool);
        }
        reopened(directory);
    }

    private Path damaged(byte[] bytes, int sent) throws IOException {
        Path directory = root.resolve("run-" + runs++);
        SpoolTest.copy(root.resolve("original"), directory);
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            spool.beforeSending(sent - 1);
        }
        Files.write(SpoolTest.segments(directory).getFirst(), bytes);
        return directory;
    }

    private static void assertPrefix(List<SpooledWindow> kept) {
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.get(i).index()).isEqualTo(i);
            assertThat(kept.get(i).report()).isEqualTo(SpoolTest.report(i));
            assertThat(kept.get(i).snapshot()).isEqualTo(SpoolTest.snapshot(i));
        }
    }

    private static int bytesOf(List<SpooledWindow> windows) {
        return windows.stream().mapToInt(window -> new Frame(window, 0).encode().length).sum();
    }

    /** Appends one more and tells whatever there is to tell. */
    private static void goOn(Spool spool) throws IOException {
        long told = spool.untold().map(Gap::number).orElse(0L);
        spool.append(
                SpoolTest.startOf(50),
                SpoolTest.startOf(51),
                SpoolTest.report(50),
                SpoolTest.snapshot(50),
                told);
        assertThat(spool.untold()).isEmpty();
    }

    private static void reopened(Path directory) throws IOException {
        try (Spool spool = Spool.open(directory, Spool.BYTES_MAX_LEAST)) {
            assertThat(spool.untold()).isEmpty();
            assertThat(spool.continuable()).isTrue();
            assertThat(spool.newest().orElseThrow().report()).isEqualTo(SpoolTest.report(50));
            List<SpooledWindow> all = spool.pending(0, 100, 1 << 20);
            spool.release(all.stream().map(SpooledWindow::index).toList());
            assertThat(spool.windows()).isZero();
        }
    }
}
