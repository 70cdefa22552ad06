package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class EntriesHashTest {
    @Test
    void anEmptyListHashesOneThousandAndTwentyFourEmptyBuckets() throws Exception {
        var sha = MessageDigest.getInstance("SHA-256");
        byte[] none = MessageDigest.getInstance("SHA-256").digest();
        for (int i = 0; i < 1024; i++) {
            sha.update(none);
        }

        assertThat(EntriesHash.empty().value()).isEqualTo(sha.digest());
        assertThat(EntriesHash.of(new byte[0]).value()).isEqualTo(EntriesHash.empty().value());
    }

    @Property(tries = 60)
    void anyOrderOfChangesToTheSameStateGivesTheSameHash(
            @ForAll @Size(max = 60)
                    Map<@AlphaChars @StringLength(min = 1, max = 12) String, byte[]> state,
            @ForAll long seed)
            throws Exception {
        var random = new Random(seed);
        var keys = new ArrayList<>(state.keySet());
        Collections.shuffle(keys, random);
        var present = new TreeMap<String, byte[]>();
        var hash = EntriesHash.empty();
        for (String key :
                keys) { // With detours: a wrong entry first, a stranger that leaves again.
            hash = change(hash, present, key, new byte[] {1, 2, 3});
            hash = change(hash, present, "stranger" + key, new byte[] {9});
        }
        Collections.shuffle(keys, random);
        for (String key : keys) {
            hash = change(hash, present, key, state.get(key));
            hash = change(hash, present, "stranger" + key, state.get("stranger" + key));
        }

        assertThat(hash.value()).isEqualTo(fromTheContract(state));
        assertThat(EntriesHash.of(hash.bucketHashes()).value()).isEqualTo(hash.value());
    }

    private static EntriesHash change(
            EntriesHash hash, Map<String, byte[]> present, String key, byte[] entry) {
        if (entry == null) {
            present.remove(key);
        } else {
            present.put(key, entry);
        }
        int bucket = EntriesHash.bucketOf(key);
        var inBucket = new TreeMap<EntriesHash.Key, byte[]>();
        present.forEach((k, v) -> {
            if (EntriesHash.bucketOf(k) == bucket) inBucket.put(EntriesHash.Key.of(k), v);
        });
        return hash.with(bucket, inBucket);
    }

    /** The words of access_list_service.proto, once more and from scratch. */
    private static byte[] fromTheContract(Map<String, byte[]> state) throws Exception {
        var buckets = new HashMap<Integer, List<String>>();
        for (String key : state.keySet()) {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            int bucket = (ByteBuffer.wrap(hash).getShort() & 0xffff) >>> 6;
            buckets.computeIfAbsent(bucket, b -> new ArrayList<>()).add(key);
        }
        var all = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < 1024; i++) {
            var bucket = MessageDigest.getInstance("SHA-256");
            List<String> keys = buckets.getOrDefault(i, List.of());
            keys.stream()
                    .map(key -> key.getBytes(StandardCharsets.UTF_8))
                    .sorted(java.util.Arrays::compareUnsigned)
                    .forEach(key -> {
                        byte[] entry = state.get(new String(key, StandardCharsets.UTF_8));
                        bucket.update(ByteBuffer.allocate(4).putInt(key.length).array());
                        bucket.update(key);
                        bucket.update(ByteBuffer.allocate(4).putInt(entry.length).array());
                        bucket.update(entry);
                    });
            all.update(bucket.digest());
        }
        return all.digest();
    }
}
