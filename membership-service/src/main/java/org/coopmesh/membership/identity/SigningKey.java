package org.coopmesh.membership.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;

/** The key that signs tokens, kept in a file so that a restart keeps everybody signed in. */
final class SigningKey {
    private static final int BITS = 3072;

    private SigningKey() {}

    /** Reads the key in {@code directory}, or makes one that only this process' owner can read. */
    static RSAKey in(Path directory) {
        Path file = directory.resolve("sign-in.jwk");
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            if (!Files.exists(file)) make(directory, file);
            return RSAKey.parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JOSEException | ParseException e) {
            throw new IllegalStateException("no key to sign tokens with in " + file, e);
        }
    }

    /** Written beside and linked into place: of several replicas that start at once, one key stays. */
    private static void make(Path directory, Path file) throws IOException, JOSEException {
        RSAKey key =
                new RSAKeyGenerator(BITS)
                        .keyUse(KeyUse.SIGNATURE)
                        .keyIDFromThumbprint(true)
                        .generate();
        Path fresh =
                Files.createTempFile(
                        directory,
                        "sign-in",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, key.toJSONString(), StandardCharsets.UTF_8);
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
