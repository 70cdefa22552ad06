package org.coopmesh.membership.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/** A secret in a file that only this process' owner can read. */
public final class KeyFile {
    private KeyFile() {}

    /** Reads {@code directory/name}, or puts there what {@code made} makes; of several replicas one makes it. */
    public static String read(Path directory, String name, Supplier<String> made) {
        Path file = directory.resolve(name);
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            if (!Files.exists(file)) make(directory, file, made.get());
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Written beside and linked into place: of several replicas that start at once, one key stays. */
    private static void make(Path directory, Path file, String secret) throws IOException {
        Path fresh =
                Files.createTempFile(
                        directory,
                        file.getFileName().toString(),
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, secret, StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try {
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException _) {
            // Another replica was first; its key is the key.
        } finally {
            Files.delete(fresh);
        }
    }
}
