package org.coopmesh.abuse.report;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One file that came with a complaint. It is kept as bytes and handed out as bytes, never opened here.
 *
 * @param contentType what the sender says it is; believed by nobody
 * @param sha256 64 hexadecimal digits over the bytes as they came
 * @param kept false where the category forbids to keep content: then the hash is all there is
 */
public record Evidence(
        EvidenceId id, String contentType, String sha256, long sizeBytes, boolean kept) {
    private static final Pattern TYPE =
            Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.+-]{0,49}/[a-zA-Z0-9][a-zA-Z0-9.+-]{0,79}");

    public Evidence {
        if (!TYPE.matcher(contentType).matches()) {
            throw new IllegalArgumentException("not a content type");
        }
    }

    static Evidence of(String contentType, byte[] content, Category category) {
        return new Evidence(
                new EvidenceId(UUID.randomUUID()),
                contentType,
                sha256(content),
                content.length,
                category.keepsContent());
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
