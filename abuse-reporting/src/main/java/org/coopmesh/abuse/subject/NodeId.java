package org.coopmesh.abuse.subject;

import java.util.regex.Pattern;

/** A node, named by its key: the SHA-256 of the public key as 64 lower-case hexadecimal digits. */
public record NodeId(String value) {
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

    public NodeId {
        if (!DIGITS.matcher(value).matches()) {
            throw new IllegalArgumentException("a node id has 64 hexadecimal digits");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
