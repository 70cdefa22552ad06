package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/** Passwords between the parts of one installation: made once, kept in a file that only its owner reads. */
final class Secrets {
    private static final int BYTES = 16;

    private final Path file;
    private final Properties kept = new Properties();

    Secrets(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                try (var in = Files.newInputStream(file)) {
                    kept.load(in);
                }
            } else {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The secret called {@code name}; made at the first call. */
    synchronized String of(String name) {
        String secret = kept.getProperty(name);
        if (secret == null) {
            byte[] bytes = new byte[BYTES];
            new SecureRandom().nextBytes(bytes);
            secret = HexFormat.of().formatHex(bytes);
            keep(name, secret);
        }
        return secret;
    }

    /** Keeps {@code value} under {@code name}. */
    synchronized void keep(String name, String value) {
        kept.setProperty(name, value);
        try (var out = Files.newOutputStream(file)) {
            kept.store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was kept under {@code name}, or an empty string. */
    synchronized String kept(String name) {
        return kept.getProperty(name, "");
    }
}
