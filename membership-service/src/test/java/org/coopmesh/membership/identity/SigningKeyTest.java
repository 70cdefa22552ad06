package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    @TempDir Path directory;

    @Test
    void aRestartFindsTheSameKey() {
        var first = SigningKey.in(directory.resolve("keys"));

        assertThat(SigningKey.in(directory.resolve("keys")).getKeyID()).isEqualTo(first.getKeyID());
    }

    @Test
    void onlyTheOwnerCanReadIt() throws Exception {
        SigningKey.in(directory.resolve("keys"));

        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        directory.resolve("keys/sign-in.jwk"))))
                .isEqualTo("rw-------");
    }
}
