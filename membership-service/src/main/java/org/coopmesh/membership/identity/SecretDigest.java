package org.coopmesh.membership.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Keeps and compares a long random secret by its SHA-256. Not for passwords. */
final class SecretDigest implements PasswordEncoder {
    @Override
    public @Nullable String encode(@Nullable CharSequence secret) {
        return secret == null ? null : of(secret);
    }

    static String of(CharSequence secret) {
        return HexFormat.of().formatHex(digest(secret));
    }

    /** Of secrets with commas between; any of them is right while one takes another's place. */
    static String ofEach(String secrets) {
        return Arrays.stream(secrets.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .map(SecretDigest::of)
                .collect(Collectors.joining(","));
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String encoded) {
        if (secret == null || encoded == null) return false;
        byte[] shown = digest(secret);
        boolean found = false;
        for (String each : encoded.split(",")) {
            found |= MessageDigest.isEqual(shown, HexFormat.of().parseHex(each));
        }
        return found;
    }

    private static byte[] digest(CharSequence secret) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secret.toString().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
