package org.coopmesh.nodeagent.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;

/**
 * The versions on disk, beside the one that was installed. The start script reads the same files:
 *
 * <pre>
 * 0.3.1/     an unpacked version; previous and current are links to such
 * trial      "0.3.1 900": runs for the first time, and has so many seconds to show that it reports
 * tries      how often it was started since; overdue: the time was over
 * failed     "0.3.0 no-report": a line for each that was left again, never to be tried again
 * </pre>
 */
final class Versions {
    static final long UNPACKED_BYTES_MAX = 192L << 20;
    private static final int ENTRIES_MAX = 2_000;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final String SCRIPT = "coopmesh-agent";
    private static final String TRIAL = "trial";
    private static final String CURRENT = "current";
    private static final String PREVIOUS = "previous";
    private static final String FAILED = "failed";
    private static final Set<String> RUN =
            Set.of(SCRIPT, "runtime/bin/java", "runtime/lib/jspawnhelper");

    private final Path directory;

    /** A version that was left again, and why. */
    record Failure(String version, String why) {}

    Versions(Path directory) {
        this.directory = directory;
    }

    /** Where a file is put together that belongs to {@code release}. */
    Path part(Release release) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return directory.resolve(release.version() + ".part");
    }

    /**
     * Unpacks it beside the others; what is there under its name is replaced.
     *
     * @return its folder
     * @throws ReleaseRefused if it is not a zip with a start script, or larger than any release is
     */
    Path unpack(Release release, Path file) throws IOException, ReleaseRefused {
        Path folder = directory.resolve(release.version().text());
        remove(folder);
        long left = UNPACKED_BYTES_MAX;
        int entries = 0;
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = folder.resolve(entry.getName()).normalize();
                if (++entries > ENTRIES_MAX || !target.startsWith(folder)) {
                    throw new ReleaseRefused(
                            Trouble.RELEASE_FILE_WRONG, "entry " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                left -= copy(zip, target, left);
                if (RUN.contains(entry.getName())) {
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        } catch (IllegalArgumentException | java.util.zip.ZipException malformed) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_FILE_WRONG, String.valueOf(malformed.getMessage()));
        }
        if (!Files.isExecutable(folder.resolve(SCRIPT))) {
            throw new ReleaseRefused(Trouble.RELEASE_FILE_WRONG, "no " + SCRIPT + " in it");
        }
        return folder;
    }

    private static long copy(InputStream from, Path target, long most)
            throws IOException, ReleaseRefused {
        byte[] buffer = new byte[BUFFER_BYTES];
        long copied = 0;
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                copied += read;
                if (copied > most) {
                    throw new ReleaseRefused(Trouble.RELEASE_FILE_WRONG, "too much to unpack");
                }
                out.write(buffer, 0, read);
            }
        }
        return copied;
    }

    /** From the next start on {@code version} runs, and has that long to show that it reports. */
    void takeUp(Version version, Duration trial) throws IOException {
        forgetTrial();
        Path current = directory.resolve(CURRENT);
        if (Files.isSymbolicLink(current)) {
            link(PREVIOUS, Files.readSymbolicLink(current));
        } else {
            Files.deleteIfExists(directory.resolve(PREVIOUS));
        }
        // In this order: a trial of what is not current is no trial
        write(TRIAL, version + " " + trial.toSeconds() + "\n");
        link(CURRENT, Path.of(version.text()));
        sync();
    }

    /** Empty where nothing is tried. */
    Optional<String> tried() throws IOException {
        Path trial = directory.resolve(TRIAL);
        if (!Files.exists(trial)) return Optional.empty();
        return Optional.of(Files.readString(trial).split(" ", 2)[0]);
    }

    /** What runs is good: the start script does not go back any more, and what is neither it nor the one before goes. */
    void confirm() throws IOException {
        forgetTrial();
        sync();
        Set<Path> kept = new TreeSet<>();
        for (String link : List.of(CURRENT, PREVIOUS)) {
            Path path = directory.resolve(link);
            if (Files.isSymbolicLink(path)) {
                kept.add(directory.resolve(Files.readSymbolicLink(path)));
            }
        }
        List<Path> all;
        try (Stream<Path> found = Files.list(directory)) {
            all = found.toList();
        }
        for (Path path : all) {
            boolean folder =
                    Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                            && !kept.contains(path);
            if (folder || path.toString().endsWith(".part")) remove(path);
        }
    }

    private void forgetTrial() throws IOException {
        for (String name : List.of(TRIAL, "tries", "overdue")) {
            Files.deleteIfExists(directory.resolve(name));
        }
    }

    /** Those that were left again, oldest first. */
    List<Failure> failures() throws IOException {
        Path failed = directory.resolve(FAILED);
        if (!Files.exists(failed)) return List.of();
        return Files.readAllLines(failed).stream()
                .map(line -> line.split(" ", 2))
                .filter(words -> words.length == 2)
                .map(words -> new Failure(words[0], words[1]))
                .toList();
    }

    /** Whatever is there under that name; nothing is fine too. */
    static void remove(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) return;
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private void link(String name, Path target) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, target);
        Files.move(
                fresh,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void write(String name, String text) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(
                fresh,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        sync();
    }

    private void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
