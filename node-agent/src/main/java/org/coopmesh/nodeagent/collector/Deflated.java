package org.coopmesh.nodeagent.collector;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Raw deflate as respondd packs its answers, within bounds. */
final class Deflated {
    private static final int FIRST_BYTES = 8 << 10;

    private Deflated() {}

    /**
     * Unpacks.
     *
     * @throws AnswerRefused if it is not deflate, ends too early, or unpacks to more than {@code bytesMax}
     */
    static byte[] unpack(byte[] packed, int bytesMax) throws AnswerRefused {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            byte[] out = new byte[Math.min(FIRST_BYTES, bytesMax)];
            int length = 0;
            while (!inflater.finished()) {
                if (length == out.length) {
                    // One byte more than is allowed, to see whether there is one.
                    if (length > bytesMax) throw new AnswerRefused(Objection.ANSWER_BOMB);
                    out = Arrays.copyOf(out, Math.min(2 * length, bytesMax + 1));
                }
                int more = inflater.inflate(out, length, out.length - length);
                length += more;
                if (more == 0 && !inflater.finished()) {
                    throw new AnswerRefused(Objection.ANSWER_TRUNCATED);
                }
            }
            if (length > bytesMax) throw new AnswerRefused(Objection.ANSWER_BOMB);
            return Arrays.copyOf(out, length);
        } catch (DataFormatException malformed) {
            throw new AnswerRefused(Objection.ANSWER_MALFORMED);
        } finally {
            inflater.end();
        }
    }

    static byte[] pack(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(plain);
            deflater.finish();
            // Deflate of what does not shrink is longer by a few bytes a block.
            byte[] out = new byte[plain.length + plain.length / 1_000 + 64];
            int length = deflater.deflate(out);
            if (!deflater.finished()) throw new IllegalStateException("deflate wants more room");
            return Arrays.copyOf(out, length);
        } finally {
            deflater.end();
        }
    }
}
