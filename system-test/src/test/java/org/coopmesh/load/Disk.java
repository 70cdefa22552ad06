package org.coopmesh.load;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A file system of its own in a file, which can be full and which can be slow; for root on Linux. */
final class Disk implements AutoCloseable {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup/blkio");
    private static final Path EVERYBODY = GROUPS.resolve("cgroup.procs");
    private static final byte[] BLOCK = new byte[1 << 20];

    private final Path at;
    private final String device;
    private final Path throttle;

    private Disk(Path at, String device) {
        this.at = at;
        this.device = device;
        this.throttle = GROUPS.resolve("coopmesh-slow-" + device.replace(':', '-'));
    }

    /** Lets go of what an earlier run has left at {@code at}. */
    static void forget(Path at) {
        try {
            run("umount", "--lazy", "--detach-loop", at.toString());
        } catch (IllegalStateException nothingThere) {
            // As it should be
        }
    }

    /** Makes one of {@code megabytes} and puts it at {@code at}. */
    static Disk make(Path image, Path at, int megabytes) throws IOException {
        Files.createDirectories(at);
        run("truncate", "--size", megabytes + "M", image.toString());
        run("mkfs.ext4", "-q", "-m", "0", image.toString());
        run("mount", "-o", "loop", image.toString(), at.toString());
        String device = run("findmnt", "--noheadings", "--output", "MAJ:MIN", at.toString());
        return new Disk(at, device.strip());
    }

    /** Whether this machine lets one be slow. */
    static boolean canBeSlow() {
        return Files.isDirectory(GROUPS);
    }

    /** Not a byte is left while {@code meanwhile} runs. */
    void full(Runnable meanwhile) {
        Path filler = at.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (int size = BLOCK.length; size > 0; ) {
                try {
                    out.write(BLOCK, 0, size);
                } catch (IOException noMore) {
                    size /= 2;
                }
            }
            meanwhile.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            try {
                Files.deleteIfExists(filler);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** {@code process} and its descendants write {@code perSecond} times a second at most while {@code meanwhile} runs. */
    void slowFor(ProcessHandle process, int perSecond, Runnable meanwhile) {
        try {
            Files.createDirectories(throttle);
            write(throttle.resolve("blkio.throttle.write_iops_device"), device + " " + perSecond);
            Stream.concat(Stream.of(process), process.descendants())
                    .forEach(each -> write(throttle.resolve("cgroup.procs"), each.pid()));
            meanwhile.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            write(throttle.resolve("blkio.throttle.write_iops_device"), device + " 0");
            everybodyLeaves();
        }
    }

    private void everybodyLeaves() {
        try {
            for (String pid : Files.readAllLines(throttle.resolve("cgroup.procs"))) {
                write(EVERYBODY, pid);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Who has ended meanwhile cannot be moved any more. */
    private static void write(Path file, Object words) {
        try {
            Files.writeString(file, words + "\n");
        } catch (IOException gone) {
            if (!file.endsWith("cgroup.procs")) throw new UncheckedIOException(gone);
        }
    }

    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(List.of(command) + ": " + said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        forget(at);
    }
}
