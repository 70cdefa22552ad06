package org.coopmesh.abuse.bouncer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key by which firewalls take the feed. What it is can be read once, when it is made; kept is its hash.
 *
 * @param name which firewall it is for, in the board's words
 * @param keyPrefix the first six characters of the secret, of 32; null for a key that is older than this
 */
record Bouncer(
        UUID id,
        String name,
        @Nullable String keyPrefix,
        UUID madeBy,
        Instant madeAt,
        @Nullable Instant revokedAt,
        List<Place> places) {
    private static final int RANDOM_BYTES = 24;
    private static final int PREFIX_LENGTH = 6;

    Bouncer {
        places = List.copyOf(places);
    }

    /**
     * Where a key is used from.
     *
     * @param agent what it calls itself
     * @param told up to which version of the feed; null: it never took the whole
     * @param dropped packets, as it says itself
     */
    record Place(
            String address,
            String agent,
            @Nullable Long told,
            Instant firstAt,
            Instant seenAt,
            long dropped) {}

    /** A new secret of 192 bit. */
    static String key(SecureRandom random) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What of a secret may be shown: 36 of its 192 bit. */
    static String prefix(String key) {
        return key.substring(0, PREFIX_LENGTH);
    }

    /** A random secret needs no salt and no slow hash, and looking its hash up tells nobody how much of a guess was right. */
    static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
