package org.coopmesh.nodeagent.access;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

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

    private static final int BUCKETS = 1024;

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
        MessageDigest digest = sha256();
        byte[][] newBuckets = buckets.clone();
        byte[][] newHashes = hashes.clone();
        long newSize = size;
        TreeMap<Integer, TreeMap<byte[], byte[]>> touched = new TreeMap<>();
        for (Change change : changes) {
            byte[] key = change.key().getBytes(StandardCharsets.UTF_8);
            touched.computeIfAbsent(bucketOf(key, digest), this::entriesOf)
                    .put(key, change.entry());
        }
        for (var bucket : touched.entrySet()) {
            int index = bucket.getKey();
            bucket.getValue().values().removeIf(entry -> entry.length == 0);
            newSize += bucket.getValue().size() - count(buckets[index]);
            newBuckets[index] = encode(bucket.getValue());
            newHashes[index] = digest.digest(newBuckets[index]);
        }
        return new AccessList(newBuckets, newHashes, newSize);
    }

    Optional<byte[]> find(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return Optional.ofNullable(entriesOf(bucketOf(bytes, sha256())).get(bytes));
    }

    void forEach(Visitor visitor) {
        for (byte[] bucket : buckets) {
            visit(bucket, visitor);
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
    static void visit(byte[] entries, Visitor visitor) {
        ByteBuffer in = ByteBuffer.wrap(entries);
        while (in.hasRemaining()) {
            String key = new String(take(in), StandardCharsets.UTF_8);
            visitor.visit(key, take(in));
        }
    }

    private static byte[] take(ByteBuffer in) {
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

    private static int count(byte[] bucket) {
        int count = 0;
        ByteBuffer in = ByteBuffer.wrap(bucket);
        while (in.hasRemaining()) {
            in.position(in.position() + 4 + in.getInt(in.position()));
            in.position(in.position() + 4 + in.getInt(in.position()));
            count++;
        }
        return count;
    }

    private TreeMap<byte[], byte[]> entriesOf(int index) {
        TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        ByteBuffer in = ByteBuffer.wrap(buckets[index]);
        while (in.hasRemaining()) {
            entries.put(take(in), take(in));
        }
        return entries;
    }

    /** One change in the same form; {@link #visit} reads it. */
    static byte[] bytesOf(Change change) {
        return bytesOf(change.key().getBytes(StandardCharsets.UTF_8), change.entry());
    }

    private static byte[] bytesOf(byte[] key, byte[] entry) {
        return ByteBuffer.allocate(8 + key.length + entry.length)
                .putInt(key.length)
                .put(key)
                .putInt(entry.length)
                .put(entry)
                .array();
    }

    private static byte[] encode(TreeMap<byte[], byte[]> entries) {
        var out = new ByteArrayOutputStream();
        entries.forEach((key, entry) -> out.writeBytes(bytesOf(key, entry)));
        return out.toByteArray();
    }

    private static int bucketOf(byte[] key, MessageDigest digest) {
        byte[] hash = digest.digest(key);
        return (hash[0] & 0xff) << 2 | (hash[1] & 0xff) >> 6;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
