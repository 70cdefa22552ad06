package org.coopmesh.membership.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * The hash of a list's entries, as access_list_service.proto defines it: 1,024 buckets, so that a change costs one bucket
 * and not the whole list.
 */
final class EntriesHash {
    static final int BUCKETS = 1024;
    static final int BYTES = 32;

    private final byte[] buckets;

    private EntriesHash(byte[] buckets) {
        this.buckets = buckets;
    }

    /** Of a list without entries. */
    static EntriesHash empty() {
        byte[] none = sha256().digest();
        byte[] buckets = new byte[BUCKETS * BYTES];
        for (int i = 0; i < BUCKETS; i++) {
            System.arraycopy(none, 0, buckets, i * BYTES, BYTES);
        }
        return new EntriesHash(buckets);
    }

    /** From what {@link #bucketHashes()} gave; empty bytes are a list without entries. */
    static EntriesHash of(byte[] bucketHashes) {
        if (bucketHashes.length == 0) {
            return empty();
        }
        if (bucketHashes.length != BUCKETS * BYTES) {
            throw new IllegalArgumentException("not 1,024 bucket hashes");
        }
        return new EntriesHash(bucketHashes.clone());
    }

    /** The bucket of a key: the first 10 bits of its SHA-256. */
    static int bucketOf(String key) {
        byte[] hash = sha256().digest(key.getBytes(StandardCharsets.UTF_8));
        return (hash[0] & 0xff) << 2 | (hash[1] & 0xff) >> 6;
    }

    /** The same hash, but with these entries, and no others, in {@code bucket}. */
    EntriesHash with(int bucket, SortedMap<Key, byte[]> entries) {
        var digest = sha256();
        entries.forEach((key, entry) -> {
            digest.update(length(key.utf8().length));
            digest.update(key.utf8());
            digest.update(length(entry.length));
            digest.update(entry);
        });
        byte[] changed = buckets.clone();
        System.arraycopy(digest.digest(), 0, changed, bucket * BYTES, BYTES);
        return new EntriesHash(changed);
    }

    /** The hash of all entries. */
    byte[] value() {
        return sha256().digest(buckets);
    }

    byte[] bucketHashes() {
        return buckets.clone();
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key in the order that counts: of its UTF-8 bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    record Key(byte[] utf8) implements Comparable<Key> {
        static Key of(String key) {
            return new Key(key.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int compareTo(Key other) {
            return Arrays.compareUnsigned(utf8, other.utf8);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key(byte[] theirs) && Arrays.equals(utf8, theirs);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(utf8);
        }
    }
}
