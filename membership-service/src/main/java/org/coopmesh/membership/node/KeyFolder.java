package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The folder of the co-op's keys. Which of a kind counts stands in one small file, written whole or not at all, so that no
 * crash leaves half a change and a restored folder fits itself. Whoever changes anything holds the folder's lock; replicas wait
 * for one another.
 */
final class KeyFolder {
    private final Path directory;

    KeyFolder(Path directory) {
        this.directory = directory;
        CertificateAuthority.makeDirectory(directory);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Does {@code work} while nobody else changes the folder, in this process or another. Not to be nested. */
    <T> T locked(Supplier<T> work) {
        // A file is locked for the whole process: a second thread that asked would be refused, not
        // made to wait.
        synchronized (KeyFolder.class) {
            try (var channel =
                            FileChannel.open(
                                    directory.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                requireNonNull(lock);
                return work.get();
            } catch (IOException e) {
                throw new UncheckedIOException("keys cannot be read or written in " + directory, e);
            }
        }
    }

    /** Where keys of {@code kind} stand; empty in a folder of before rotations, or a new one. */
    Optional<Rotation> rotation(String kind) {
        Path file = stateFile(kind);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(rotation(file, Files.readString(file).strip().split(" ")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be read: " + file, e);
        }
    }

    private static Rotation rotation(Path file, String[] said) {
        String form = said[0] + " " + said.length;
        return switch (form) {
            case "steady 3" -> new Rotation.Steady(said[1], Instant.parse(said[2]));
            case "announced 5" ->
                    new Rotation.Announced(
                            said[1], said[2], Instant.parse(said[3]), Instant.parse(said[4]));
            case "overlapping 5" ->
                    new Rotation.Overlapping(
                            said[1], said[2], Instant.parse(said[3]), Instant.parse(said[4]));
            default -> throw new IllegalStateException("not understood: " + file);
        };
    }

    void save(String kind, Rotation rotation) {
        String text =
                switch (rotation) {
                    case Rotation.Steady(var current, var since) ->
                            String.join(" ", "steady", current, since.toString());
                    case Rotation.Announced(var current, var next, var since, var useAt) ->
                            String.join(
                                    " ",
                                    "announced",
                                    current,
                                    next,
                                    since.toString(),
                                    useAt.toString());
                    case Rotation.Overlapping(var current, var former, var since, var retireAt) ->
                            String.join(
                                    " ",
                                    "overlapping",
                                    current,
                                    former,
                                    since.toString(),
                                    retireAt.toString());
                };
        CertificateAuthority.write(stateFile(kind), text + "\n");
    }

    /** Changes whenever {@link #save} was called by any replica. */
    Optional<FileTime> savedAt(String kind) {
        try {
            return Files.exists(stateFile(kind))
                    ? Optional.of(Files.getLastModifiedTime(stateFile(kind)))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path stateFile(String kind) {
        return directory.resolve(kind + ".state");
    }
}
