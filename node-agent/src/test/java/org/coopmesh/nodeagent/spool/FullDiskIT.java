package org.coopmesh.nodeagent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk of half a megabyte that something else fills, and one that turns read-only. */
@Timeout(60)
class FullDiskIT {
    private static final byte[] LARGE = new byte[2_000];

    @TempDir Path root;
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        disk = Files.createDirectory(root.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk.toString()) == 0,
                "mounting needs root on Linux");
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) run("umount", disk.toString());
    }

    @Test
    void onAFullDiskAWindowIsRefusedAndTheSpoolIsAsBefore() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 10);
            fill();
            assertThatThrownBy(() -> appendUntilRefused(spool, 10)).isInstanceOf(IOException.class);
            long kept = spool.windows();

            empty();
            append(spool, (int) kept, 3);

            assertThat(spool.windows()).isEqualTo(kept + 3);
            assertThat(spool.untold()).isEmpty();
        }
        try (Spool spool = open()) {
            assertThat(spool.untold()).isEmpty();
        }
    }

    @Test
    void onAFullDiskTheBacklogStillDrainsAndMakesRoom() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 60);
            fill();
            assertThatThrownBy(() -> appendUntilRefused(spool, 60)).isInstanceOf(IOException.class);

            List<SpooledWindow> batch = spool.pending(0, 500, 1 << 20);
            spool.beforeSending(batch.getLast().index());
            spool.release(batch.stream().map(SpooledWindow::index).toList());

            append(spool, batch.size(), 5);
            assertThat(spool.windows()).isEqualTo(5);
        }
    }

    @Test
    void aSpoolThatWasClosedOpensOnAFullDiskAndDrains() throws IOException {
        try (Spool spool = open()) {
            append(spool, 0, 60);
        }
        fill();

        try (Spool spool = open()) {
            assertThat(spool.windows()).isEqualTo(60);
            spool.beforeSending(59);
            spool.release(LongStream.range(0, 60).boxed().toList());
            assertThat(spool.windows()).isZero();
            append(spool, 60, 5);
        }
    }

    @Test
    void aReadOnlyDiskIsToldAsSuchAndLosesNothing() throws Exception {
        try (Spool spool = open()) {
            append(spool, 0, 5);
        }
        run("mount", "-o", "remount,ro", disk.toString());

        assertThatThrownBy(this::open).isInstanceOf(IOException.class);

        run("mount", "-o", "remount,rw", disk.toString());
        try (Spool spool = open()) {
            assertThat(spool.windows()).isEqualTo(5);
            assertThat(spool.untold()).isEmpty();
        }
    }

    private Spool open() throws IOException {
        return Spool.open(disk.resolve("spool"), 256 << 10);
    }

    private static void append(Spool spool, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) {
            spool.append(
                    SpoolTest.startOf(i),
                    SpoolTest.startOf(i + 1),
                    LARGE,
                    SpoolTest.snapshot(i),
                    0);
        }
    }

    private static void appendUntilRefused(Spool spool, int from) throws IOException {
        append(spool, from, 100);
    }

    private void fill() throws IOException {
        List<byte[]> rest = new ArrayList<>(List.of(new byte[4096]));
        try (var out = Files.newOutputStream(disk.resolve("other"))) {
            while (true) out.write(rest.getFirst());
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space");
        }
    }

    private void empty() throws IOException {
        Files.delete(disk.resolve("other"));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
