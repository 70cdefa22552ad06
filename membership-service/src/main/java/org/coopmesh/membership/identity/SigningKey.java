package org.coopmesh.membership.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Optional;

/** A key that signs tokens, kept in a file so that a restart keeps everybody signed in. */
final class SigningKey {
    /** The one that signs now. */
    static final String FILE = "sign-in.jwk";

    private static final int BITS = 3072;

    private SigningKey() {}

    /** Reads the key in {@code directory}, or makes one that only this process' owner can read. */
    static RSAKey in(Path directory) {
        return made(directory, FILE);
    }

    /** The same under another name. */
    static RSAKey made(Path directory, String name) {
        return parsed(directory.resolve(name), KeyFile.read(directory, name, SigningKey::made));
    }

    /** Reads a key; empty where there is no such file. */
    static Optional<RSAKey> read(Path directory, String name) {
        Path file = directory.resolve(name);
        try {
            return Optional.of(parsed(file, Files.readString(file)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RSAKey parsed(Path file, String text) {
        try {
            return RSAKey.parse(text);
        } catch (ParseException e) {
            throw new IllegalStateException("no key to sign tokens with in " + file, e);
        }
    }

    private static String made() {
        try {
            return new RSAKeyGenerator(BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate()
                    .toJSONString();
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot make RSA keys here", e);
        }
    }
}
