package org.coopmesh.nodeagent.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import org.coopmesh.nodeagent.access.AccessList.Change;
import org.coopmesh.nodeagent.access.AccessList.Visitor;

/**
 * Changes on their way into a list, in the order they came: an entry under its key, or none where the key is removed. They lie
 * in the buckets that they will change, as the bytes that they will be, so that a hundred thousand cost their own size.
 */
final class Changes {

    private static final int BYTES_FIRST = 96;

    private final byte[][] buckets = new byte[AccessList.BUCKETS][];
    private final int[] lengths = new int[AccessList.BUCKETS];
    private final MessageDigest digest = AccessList.sha256();
    private long bytes;
    private int count;

    static Changes of(Collection<Change> some) {
        var changes = new Changes();
        some.forEach(change ->
                changes.add(change.key().getBytes(StandardCharsets.UTF_8), change.entry()));
        return changes;
    }

    void add(byte[] key, byte[] entry) {
        int bucket = AccessList.bucketOf(key, digest);
        int size = 8 + key.length + entry.length;
        byte[] room = buckets[bucket];
        int at = lengths[bucket];
        if (room == null || room.length - at < size) {
            int wanted = Math.max(at + size, Math.max(BYTES_FIRST, at + at / 2));
            room = room == null ? new byte[wanted] : Arrays.copyOf(room, wanted);
            buckets[bucket] = room;
        }
        ByteBuffer.wrap(room, at, size).putInt(key.length).put(key).putInt(entry.length).put(entry);
        lengths[bucket] = at + size;
        bytes += size;
        count++;
    }

    /**
     * Adds all that {@link #forEachBucket} gave out.
     *
     * @throws IllegalArgumentException if the bytes are not such entries
     */
    void addAll(ByteBuffer encoded) {
        while (encoded.hasRemaining()) {
            byte[] key = AccessList.take(encoded);
            add(key, AccessList.take(encoded));
        }
    }

    /** Lets go of the bytes; {@link #count} stays. */
    void clear() {
        Arrays.fill(buckets, null);
        Arrays.fill(lengths, 0);
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    int length(int bucket) {
        return lengths[bucket];
    }

    byte[] bucket(int bucket) {
        byte[] room = buckets[bucket];
        return room == null ? new byte[0] : room;
    }

    /** Takes bytes up to a length. */
    interface Bytes {
        void take(byte[] from, int length);
    }

    /** All changes as bytes: those of one key in the order they came. */
    void forEachBucket(Bytes each) {
        for (int i = 0; i < buckets.length; i++) {
            if (lengths[i] > 0) {
                each.take(bucket(i), lengths[i]);
            }
        }
    }

    void forEach(Visitor visitor) {
        forEachBucket(
                (from, length) -> AccessList.visit(ByteBuffer.wrap(from, 0, length), visitor));
    }
}
