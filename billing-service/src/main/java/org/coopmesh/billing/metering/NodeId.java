package org.coopmesh.billing.metering;

import java.util.Arrays;
import java.util.HexFormat;

/** A node is its key: SHA-256 of the Ed25519 SubjectPublicKeyInfo, 64 lower-case hexadecimal digits. */
public record NodeId(String hex) implements Comparable<NodeId> {
    private static final int DIGITS = 64;

    public NodeId {
        if (hex.length() != DIGITS
                || !hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            throw new IllegalArgumentException("must be 64 lower-case hexadecimal digits");
        }
    }

    static NodeId of(byte[] hash) {
        return new NodeId(HexFormat.of().formatHex(hash));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public int compareTo(NodeId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }

    /** True where {@code hash} is this node's id. */
    boolean is(byte[] hash) {
        return Arrays.equals(bytes(), hash);
    }
}
