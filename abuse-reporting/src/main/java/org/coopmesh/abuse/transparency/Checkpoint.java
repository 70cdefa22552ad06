package org.coopmesh.abuse.transparency;

import java.util.Base64;

/**
 * The state of the log at one size, as C2SP tlog-checkpoint writes it: origin, size and root, a line each.
 *
 * @param origin the name of the log, such as {@code coop.example/log}
 * @param size entries in it
 */
record Checkpoint(String origin, long size, Hash root) {
    private static final int LENGTH_MAX = 1_000;

    Checkpoint {
        if (size < 0) {
            throw new IllegalArgumentException("size: at least 0");
        }
    }

    /** What is signed. */
    String text() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }

    /**
     * Reads what {@link #text} writes. Extension lines behind the root are allowed, and lost.
     *
     * @throws IllegalArgumentException for anything else
     */
    static Checkpoint parse(String text) {
        String[] lines = text.split("\n", -1);
        if (text.length() > LENGTH_MAX || lines.length < 4 || lines[0].isEmpty()) {
            throw new IllegalArgumentException("checkpoint: origin, size and root are wanted");
        }
        if (!lines[1].matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("checkpoint: the size is a plain number");
        }
        byte[] root;
        try {
            root = Base64.getDecoder().decode(lines[2]);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("checkpoint: the root is no Base64", malformed);
        }
        return new Checkpoint(lines[0], Long.parseLong(lines[1]), Hash.of(root));
    }
}
