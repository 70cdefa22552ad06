package org.coopmesh.nodeagent.witness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.coopmesh.nodeagent.identity.Ed25519Key;

/**
 * A checkpoint as it was handed out (C2SP tlog-checkpoint in a signed-note).
 *
 * @param note all of it
 * @param text what was signed
 */
@SuppressWarnings("ArrayRecordComponent") // Read once, compared by hand.
record SignedCheckpoint(
        String note, String text, String origin, long size, byte[] root, List<String> lines) {
    private static final int LENGTH_MAX = 16 * 1024;
    private static final int LINES_MAX = 16;
    private static final int ID_LENGTH = 4;
    private static final int SIGNATURE_LENGTH = 64;
    private static final byte ED25519 = 1;
    private static final byte COSIGNATURE = 4;

    /** @throws IllegalArgumentException if it is none */
    static SignedCheckpoint parse(String note) {
        int split = note.lastIndexOf("\n\n");
        if (note.length() > LENGTH_MAX || split < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("no signed checkpoint");
        }
        String[] head = note.substring(0, split + 1).split("\n", -1);
        String[] lines = note.substring(split + 2).split("\n");
        if (head.length < 4 || !head[1].matches("0|[1-9][0-9]{0,17}") || lines.length > LINES_MAX) {
            throw new IllegalArgumentException("no signed checkpoint");
        }
        byte[] root = Base64.getDecoder().decode(head[2]);
        if (root.length != GrowingTree.HASH_LENGTH) {
            throw new IllegalArgumentException("no root of 32 bytes");
        }
        return new SignedCheckpoint(
                note,
                note.substring(0, split + 1),
                head[0],
                Long.parseLong(head[1]),
                root,
                List.of(lines));
    }

    /** Those of {@code keys} that signed this; what is no key of this log is left out. */
    List<String> signers(List<String> keys) {
        List<String> signers = new ArrayList<>();
        for (String key : keys) {
            if (isSignedBy(key)) signers.add(key);
        }
        return signers;
    }

    /** Whether {@code key}, name+id+key, signed this. */
    private boolean isSignedBy(String key) {
        String[] parts = key.split("\\+", 3);
        if (parts.length != 3 || !parts[0].equals(origin)) return false;
        try {
            byte[] typed = Base64.getDecoder().decode(parts[2]);
            if (typed.length != 1 + GrowingTree.HASH_LENGTH || typed[0] != ED25519) return false;
            byte[] id = id(origin, typed);
            if (!HexFormat.of().formatHex(id).equals(parts[1])) return false;
            var verifier = Ed25519Key.of(Arrays.copyOfRange(typed, 1, typed.length));
            for (String line : lines) {
                if (line.startsWith("— " + origin + " ")) {
                    byte[] signed = Base64.getDecoder().decode(line.substring(origin.length() + 3));
                    if (signed.length == ID_LENGTH + SIGNATURE_LENGTH
                            && Arrays.equals(id, Arrays.copyOf(signed, ID_LENGTH))
                            && verifier.signed(
                                    text.getBytes(StandardCharsets.UTF_8),
                                    Arrays.copyOfRange(signed, ID_LENGTH, signed.length))) {
                        return true;
                    }
                }
            }
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        return false;
    }

    /** What a witness signs who saw this at {@code epochSecond}. */
    byte[] cosigned(long epochSecond) {
        return ("cosignature/v1\ntime " + epochSecond + "\n" + text)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The line of a witness, C2SP tlog-cosignature. */
    static String line(String name, byte[] rawKey, long epochSecond, byte[] signature) {
        byte[] typed = new byte[1 + rawKey.length];
        typed[0] = COSIGNATURE;
        System.arraycopy(rawKey, 0, typed, 1, rawKey.length);
        byte[] line =
                ByteBuffer.allocate(ID_LENGTH + Long.BYTES + signature.length)
                        .put(id(name, typed))
                        .putLong(epochSecond)
                        .put(signature)
                        .array();
        return "— " + name + " " + Base64.getEncoder().encodeToString(line);
    }

    private static byte[] id(String name, byte[] typed) {
        var digest = GrowingTree.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(typed), ID_LENGTH);
    }
}
