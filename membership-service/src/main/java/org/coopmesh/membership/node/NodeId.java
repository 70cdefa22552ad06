package org.coopmesh.membership.node;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Who a node is: SHA-256 of its Ed25519 key's SubjectPublicKeyInfo, as 64 lower-case hexadecimal digits. */
public record NodeId(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
    private static final int SHORT_LENGTH = 12;

    public NodeId {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("node id is not 64 hexadecimal digits");
        }
    }

    /** The node that holds the key of {@code subjectPublicKeyInfo} (DER). */
    public static NodeId ofKey(byte[] subjectPublicKeyInfo) {
        return new NodeId(HexFormat.of().formatHex(sha256(subjectPublicKeyInfo)));
    }

    /** The first 12 digits, for people. */
    public String shortName() {
        return hex.substring(0, SHORT_LENGTH);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
