package org.coopmesh.abuse.report;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file that came with a complaint. It is kept as bytes and handed out as bytes, never opened here.
 *
 * @param contentType what the sender says it is; believed by nobody
 * @param sha256 64 hexadecimal digits over the bytes as they came; where no bytes came, as the sender says
 * @param kept false where the category forbids to keep content: then the hash is all there is
 * @param claim what the sender says of the bytes, and whether it is so
 */
public record Evidence(
        EvidenceId id,
        String contentType,
        String sha256,
        long sizeBytes,
        boolean kept,
        Claim claim) {
    private static final Pattern TYPE =
            Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.+-]{0,49}/[a-zA-Z0-9][a-zA-Z0-9.+-]{0,79}");
    static final String UNKNOWN_TYPE = "application/octet-stream";

    /**
     * What a sender says of a file.
     *
     * @param hash {@code algorithm:hexadecimal}; null where nothing is said
     * @param differs true where the bytes have another hash or another size than was said; such a file is kept and shown all the same
     */
    public record Claim(@Nullable String hash, boolean differs) {
        private static final Set<String> ALGORITHMS = Set.of("md5", "sha1", "sha256", "sha512");
        static final Claim NONE = new Claim(null, false);

        /** Compares what is said with the bytes. */
        static Claim of(@Nullable String hash, @Nullable Long size, byte[] content) {
            boolean differs = size != null && size != content.length;
            if (hash != null) {
                int colon = hash.indexOf(':');
                String algorithm = hash.substring(0, Math.max(colon, 0));
                differs |=
                        !ALGORITHMS.contains(algorithm)
                                || !hash.substring(colon + 1)
                                        .toLowerCase(Locale.ROOT)
                                        .equals(hex(algorithm, content));
            }
            return new Claim(hash == null ? null : hash.toLowerCase(Locale.ROOT), differs);
        }

        private static String hex(String algorithm, byte[] content) {
            return digest(
                    switch (algorithm) {
                        case "md5" -> "MD5";
                        case "sha1" -> "SHA-1";
                        case "sha512" -> "SHA-512";
                        default -> "SHA-256";
                    },
                    content);
        }
    }

    public Evidence {
        if (!isType(contentType)) {
            throw new IllegalArgumentException("not a content type");
        }
    }

    static boolean isType(String text) {
        return TYPE.matcher(text).matches();
    }

    /** The type without its parameters, or the one that says nothing. */
    static String plainType(String text) {
        String plain = text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return isType(plain) ? plain : UNKNOWN_TYPE;
    }

    static Evidence of(String contentType, byte[] content, Category category) {
        return of(contentType, content, category, Claim.NONE);
    }

    static Evidence of(String contentType, byte[] content, Category category, Claim claim) {
        return new Evidence(
                new EvidenceId(UUID.randomUUID()),
                contentType,
                digest("SHA-256", content),
                content.length,
                category.keepsContent(),
                claim);
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
