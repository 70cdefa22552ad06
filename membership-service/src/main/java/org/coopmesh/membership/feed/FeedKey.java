package org.coopmesh.membership.feed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets a program read the whole of the feeds. What it is can be read once, when it is made; kept is its hash.
 *
 * @param name what it is for, in the board's words
 * @param lastUsedOn the day, in UTC
 */
record FeedKey(
        UUID id,
        String name,
        Instant createdAt,
        UUID createdBy,
        @Nullable Instant revokedAt,
        @Nullable LocalDate lastUsedOn) {
    private static final int RANDOM_BYTES = 16;
    private static final Pattern TEXT = Pattern.compile("feed-[A-Za-z0-9_-]{22}");

    /** A new secret of 128 bit. */
    static String text(SecureRandom random) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return "feed-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static boolean mayBe(String text) {
        return TEXT.matcher(text).matches();
    }

    /** A random secret needs no salt and no slow hash. */
    static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
