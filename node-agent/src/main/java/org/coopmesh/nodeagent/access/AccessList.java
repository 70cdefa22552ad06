package org.coopmesh.nodeagent.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * All entries of one version, immutable. Each of the 1,024 buckets is the very bytes that its hash is made of, so that one
 * change rewrites and hashes one bucket, and a hundred thousand entries cost their own size in memory.
 */
final class AccessList {

    /** A key set to an entry's bytes, or removed where they are empty. */
    @SuppressWarnings("ArrayRecordComponent") // Bytes on their way into a bucket.
    record Change(String key, byte[] entry) {}

    /** Takes each key and its entry's bytes. */
    interface Visitor {
        void visit(String key, byte[] entry);
    }

    static final int BUCKETS = 1024;

    static final AccessList EMPTY = empty();

    private final byte[][] buckets;
    private final byte[][] hashes;
    private final byte[] hash;
    private final long size;

    private AccessList(byte[][] buckets, byte[][] hashes, long size) {
        this.buckets = buckets;
        this.hashes = hashes;
        this.size = size;
        MessageDigest digest = sha256();
        for (byte[] bucket : hashes) {
            digest.update(bucket);
        }
        this.hash = digest.digest();
    }

    private static AccessList empty() {
        byte[][] buckets = new byte[BUCKETS][0];
        byte[][] hashes = new byte[BUCKETS][];
        Arrays.fill(hashes, sha256().digest());
        return new AccessList(buckets, hashes, 0);
    }

    /** SHA-256 over the bucket hashes, as in {@code AccessListHead.entries_hash}. */
    byte[] hash() {
        return hash.clone();
    }

    long size() {
        return size;
    }

    /** The list with the changes applied in order; this one stays as it is. */
    AccessList with(Collection<Change> changes) {
        return with(Changes.of(changes));
    }

    /** The list with the changes applied in order; this one stays as it is. */
    AccessList with(Changes changes) {
        MessageDigest digest = sha256();
        byte[][] newBuckets = buckets.clone();
        byte[][] newHashes = hashes.clone();
        long newSize = size;
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            int length = changes.length(i);
            if (length == 0) {
                continue;
            }
            slots.clear();
            slots(buckets[i], buckets[i].length, slots);
            newSize -= slots.size();
            slots(changes.bucket(i), length, slots);
            slots.sort(null); // Stable: the last of one key is the newest.
            newSize += keepNewest(slots);
            newBuckets[i] = encode(slots);
            newHashes[i] = digest.digest(newBuckets[i]);
        }
        return new AccessList(newBuckets, newHashes, newSize);
    }

    /** Where one entry lies: length, key, length, entry. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared but by the key's bytes.
    private record Slot(byte[] from, int at, int keyLength, int end) implements Comparable<Slot> {

        @Override
        public int compareTo(Slot other) {
            return Arrays.compareUnsigned(
                    from,
                    at + 4,
                    at + 4 + keyLength,
                    other.from,
                    other.at + 4,
                    other.at + 4 + other.keyLength);
        }

        boolean removal() {
            return end == at + 8 + keyLength;
        }
    }

    private static void slots(byte[] from, int length, List<Slot> slots) {
        ByteBuffer in = ByteBuffer.wrap(from);
        int at = 0;
        while (at < length) {
            int keyLength = in.getInt(at);
            int end = at + 8 + keyLength + in.getInt(at + 4 + keyLength);
            slots.add(new Slot(from, at, keyLength, end));
            at = end;
        }
    }

    private static int keepNewest(List<Slot> slots) {
        int kept = 0;
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            boolean newest = i + 1 == slots.size() || slot.compareTo(slots.get(i + 1)) != 0;
            if (newest && !slot.removal()) {
                slots.set(kept++, slot);
            }
        }
        slots.subList(kept, slots.size()).clear();
        return kept;
    }

    private static byte[] encode(List<Slot> slots) {
        int length = 0;
        for (Slot slot : slots) {
            length += slot.end() - slot.at();
        }
        byte[] bucket = new byte[length];
        int at = 0;
        for (Slot slot : slots) {
            System.arraycopy(slot.from(), slot.at(), bucket, at, slot.end() - slot.at());
            at += slot.end() - slot.at();
        }
        return bucket;
    }

    Optional<byte[]> find(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        List<Slot> slots = new ArrayList<>();
        byte[] bucket = buckets[bucketOf(bytes, sha256())];
        slots(bucket, bucket.length, slots);
        for (Slot slot : slots) {
            int from = slot.at() + 4;
            if (Arrays.equals(bucket, from, from + slot.keyLength(), bytes, 0, bytes.length)) {
                return Optional.of(
                        Arrays.copyOfRange(bucket, from + slot.keyLength() + 4, slot.end()));
            }
        }
        return Optional.empty();
    }

    void forEach(Visitor visitor) {
        for (byte[] bucket : buckets) {
            ByteBuffer in = ByteBuffer.wrap(bucket);
            int at = 0;
            while (at < bucket.length) {
                int entryAt = at + 8 + in.getInt(at);
                int end = entryAt + in.getInt(entryAt - 4);
                String key = new String(bucket, at + 4, entryAt - at - 8, StandardCharsets.UTF_8);
                visitor.visit(key, Arrays.copyOfRange(bucket, entryAt, end));
                at = end;
            }
        }
    }

    /** The buckets' own bytes, in order: all entries, each as length, key, length, entry. */
    List<byte[]> bytes() {
        return Arrays.asList(buckets);
    }

    /**
     * Reads entries as {@link #bytes} wrote them.
     *
     * @throws IllegalArgumentException if the bytes are not such entries
     */
    static void visit(ByteBuffer in, Visitor visitor) {
        while (in.hasRemaining()) {
            String key = new String(take(in), StandardCharsets.UTF_8);
            visitor.visit(key, take(in));
        }
    }

    static byte[] take(ByteBuffer in) {
        if (in.remaining() < 4) {
            throw new IllegalArgumentException("torn entry");
        }
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("torn entry");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static int bucketOf(byte[] key, MessageDigest digest) {
        byte[] hash = digest.digest(key);
        return (hash[0] & 0xff) << 2 | (hash[1] & 0xff) >> 6;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
