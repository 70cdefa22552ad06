package org.coopmesh.membership.feed;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * A feed as it was written once, for every reader of the next half minute. Held compressed: a tenth of what it says.
 *
 * @param tag names the content
 * @param madeAt on the co-op's clock
 */
@SuppressWarnings("ArrayRecordComponent") // Written out, never compared.
record Document(byte[] compressed, String tag, Instant madeAt) {
    /** No feed is longer, uncompressed: about 60,000 nodes. */
    static final long BYTES_MAX = 64L * 1024 * 1024;

    private static final int TAG_BYTES = 16;

    /**
     * Writes a picture down, node by node: what is held meanwhile is the compressed part only.
     *
     * @throws FeedRefused if it is longer than {@code bytesMax}
     */
    static Document of(FeedKind kind, Picture picture, JsonMapper json, long bytesMax) {
        var compressed = new ByteArrayOutputStream();
        MessageDigest digest = sha256();
        try (OutputStream zip = new GZIPOutputStream(compressed);
                OutputStream bounded = new Bounded(new DigestOutputStream(zip, digest), bytesMax);
                JsonGenerator out = json.createGenerator(bounded)) {
            kind.write(picture, out);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
        return new Document(
                compressed.toByteArray(),
                HexFormat.of().formatHex(digest.digest(), 0, TAG_BYTES),
                picture.at());
    }

    InputStream plain() {
        try {
            return new GZIPInputStream(new ByteArrayInputStream(compressed));
        } catch (IOException e) {
            throw new IllegalStateException("what we compressed is not to be read", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Bounded extends FilterOutputStream {
        private long left;

        Bounded(OutputStream out, long most) {
            super(out);
            left = most;
        }

        @Override
        public void write(int b) throws IOException {
            take(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            take(length);
            out.write(bytes, from, length);
        }

        private void take(int length) {
            left -= length;
            if (left < 0) {
                throw new FeedRefused(
                        FeedRefused.Why.FEED_TOO_LARGE, "the feed is longer than it may be");
            }
        }
    }
}
