package org.coopmesh.abuse.transparency;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A text and who signed it (C2SP signed-note).
 *
 * @param text ends with a newline; what was signed
 */
record SignedNote(String text, List<Line> lines) {
    private static final int LENGTH_MAX = 64 * 1024;
    private static final int LINES_MAX = 1_000;
    private static final int SIGNATURE_LENGTH = 64;
    private static final String DASH = "— ";

    /**
     * One signature line.
     *
     * @param signature key id and signature, Base64
     */
    record Line(String name, String signature) {
        /** An Ed25519 signature by {@code key}. */
        static Line of(NoteKey key, byte[] signature) {
            return new Line(key.name(), encoded(key.id(), signature));
        }

        /** A cosignature by {@code key}, made at {@code time}. */
        static Line of(NoteKey key, Instant time, byte[] signature) {
            byte[] timed =
                    ByteBuffer.allocate(Long.BYTES + signature.length)
                            .putLong(time.getEpochSecond())
                            .put(signature)
                            .array();
            return new Line(key.name(), encoded(key.id(), timed));
        }

        private static String encoded(byte[] id, byte[] signature) {
            return Base64.getEncoder()
                    .encodeToString(
                            ByteBuffer.allocate(id.length + signature.length)
                                    .put(id)
                                    .put(signature)
                                    .array());
        }

        /** What follows the key id; empty if the line is of another key. */
        private Optional<byte[]> by(NoteKey key) {
            if (!name.equals(key.name())) {
                return Optional.empty();
            }
            byte[] bytes = Base64.getDecoder().decode(signature);
            if (!Arrays.equals(key.id(), Arrays.copyOf(bytes, NoteKey.ID_LENGTH))) {
                return Optional.empty();
            }
            return Optional.of(Arrays.copyOfRange(bytes, NoteKey.ID_LENGTH, bytes.length));
        }
    }

    SignedNote {
        lines = List.copyOf(lines);
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("note: the text ends with a newline");
        }
    }

    /** The whole note. */
    String whole() {
        var note = new StringBuilder(text).append('\n');
        for (Line line : lines) {
            note.append(DASH).append(line.name()).append(' ').append(line.signature()).append('\n');
        }
        return note.toString();
    }

    /**
     * Reads a note; whose signatures are right is asked of it afterwards.
     *
     * @throws IllegalArgumentException if it is none, or has more than 64 KiB or 1,000 signatures
     */
    static SignedNote parse(String whole) {
        int split = whole.lastIndexOf("\n\n");
        if (whole.length() > LENGTH_MAX || split < 0 || !whole.endsWith("\n")) {
            throw new IllegalArgumentException("note: text, empty line and signatures are wanted");
        }
        String[] signed = whole.substring(split + 2).split("\n");
        if (signed.length > LINES_MAX) {
            throw new IllegalArgumentException("note: more than 1,000 signatures");
        }
        var lines = new ArrayList<Line>();
        for (String line : signed) {
            String[] words = line.split(" ", -1);
            if (words.length != 3 || !words[0].equals("—") || words[1].isEmpty()) {
                throw new IllegalArgumentException("note: a signature line is malformed");
            }
            try {
                if (Base64.getDecoder().decode(words[2]).length <= NoteKey.ID_LENGTH) {
                    throw new IllegalArgumentException("note: a signature is too short");
                }
            } catch (IllegalArgumentException malformed) {
                throw new IllegalArgumentException("note: a signature is malformed", malformed);
            }
            lines.add(new Line(words[1], words[2]));
        }
        return new SignedNote(whole.substring(0, split + 1), lines);
    }

    /** Whether {@code key}, a log's, signed this. */
    boolean isSignedBy(NoteKey key) {
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        return key.type() == NoteKey.ED25519
                && lines.stream()
                        .flatMap(line -> line.by(key).stream())
                        .anyMatch(signature -> key.verifies(message, signature));
    }

    /** When {@code key}, a witness's, cosigned this; empty if it did not. */
    Optional<Instant> cosignedBy(NoteKey key) {
        if (key.type() != NoteKey.COSIGNATURE) {
            return Optional.empty();
        }
        for (Line line : lines) {
            byte[] timed = line.by(key).orElse(new byte[0]);
            if (timed.length == Long.BYTES + SIGNATURE_LENGTH) {
                long time = ByteBuffer.wrap(timed).getLong();
                byte[] signature = Arrays.copyOfRange(timed, Long.BYTES, timed.length);
                if (time >= 0 && key.verifies(cosigned(text, time), signature)) {
                    return Optional.of(Instant.ofEpochSecond(time));
                }
            }
        }
        return Optional.empty();
    }

    /** What a witness signs: the checkpoint and when it saw it. */
    static byte[] cosigned(String text, long epochSecond) {
        return ("cosignature/v1\ntime " + epochSecond + "\n" + text)
                .getBytes(StandardCharsets.UTF_8);
    }
}
