package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.coopmesh.nodeagent.access.AccessList.Change;
import org.junit.jupiter.api.Test;

class AccessListTest {

    /** The hash as access_list_service.proto says it, in the plainest way. */
    private static byte[] plainHash(Map<String, byte[]> entries) throws Exception {
        List<TreeMap<byte[], byte[]>> buckets = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            buckets.add(new TreeMap<>(Arrays::compareUnsigned));
        }
        for (var entry : entries.entrySet()) {
            byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
            int first16 =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key)).getShort()
                            & 0xffff;
            buckets.get(first16 >> 6).put(key, entry.getValue());
        }
        MessageDigest all = MessageDigest.getInstance("SHA-256");
        for (var bucket : buckets) {
            MessageDigest one = MessageDigest.getInstance("SHA-256");
            for (var entry : bucket.entrySet()) {
                for (byte[] part : List.of(entry.getKey(), entry.getValue())) {
                    one.update(ByteBuffer.allocate(4).putInt(part.length).array());
                    one.update(part);
                }
            }
            all.update(one.digest());
        }
        return all.digest();
    }

    @Property(tries = 200)
    void hashIsThatOfTheEntriesInWhateverOrderAndStepsTheyCame(
            @ForAll @Size(max = 60) List<Byte> keys, @ForAll long seed) throws Exception {
        var random = new Random(seed);
        Map<String, byte[]> entries = new TreeMap<>();
        AccessList stepwise = AccessList.EMPTY;
        for (Byte key : keys) {
            String name = "ban:" + key + (key % 3 == 0 ? "ü€𝄞" : "");
            byte[] entry = new byte[random.nextInt(4)];
            random.nextBytes(entry);
            if (entry.length == 0) {
                entries.remove(name);
            } else {
                entries.put(name, entry);
            }
            stepwise = stepwise.with(List.of(new Change(name, entry)));
        }
        List<Change> shuffled = new ArrayList<>();
        entries.forEach((key, entry) -> shuffled.add(new Change(key, entry)));
        Collections.shuffle(shuffled, random);

        AccessList atOnce = AccessList.EMPTY.with(shuffled);

        assertThat(stepwise.hash()).isEqualTo(atOnce.hash()).isEqualTo(plainHash(entries));
        assertThat(stepwise.size()).isEqualTo(entries.size());
    }

    @Test
    void oneChangeLeavesTheListBeforeAsItWas() {
        AccessList before = TestLists.list(TestLists.ban("192.0.2.1/32"));
        byte[] hash = before.hash();

        AccessList after = before.with(List.of(TestLists.gone(TestLists.ban("192.0.2.1/32"))));

        assertThat(before.hash()).isEqualTo(hash);
        assertThat(after.hash()).isEqualTo(AccessList.EMPTY.hash());
        assertThat(before.find("ban:192.0.2.1/32")).isPresent();
    }

    @Test
    void entriesThatCannotBeReadAreToldNotThrown() {
        for (String prefix :
                List.of(
                        "",
                        "192.0.2.1",
                        "192.0.2.1/33",
                        "192.0.2.1/24",
                        "192.0.2/24",
                        "example.org/32",
                        "::1/129",
                        "fe80::1%eth0/128",
                        "::ffff:192.0.2.1/128",
                        "192.0.2.01/32",
                        "256.0.0.1/32")) {
            assertThat(Entry.read(TestLists.ban(prefix).entry(), TestLists.NODE))
                    .as(prefix)
                    .isInstanceOf(Entry.Unreadable.class);
        }
        assertThat(Entry.read(new byte[] {1, 2, 3}, TestLists.NODE))
                .isInstanceOf(Entry.Unreadable.class);
        assertThat(Entry.read(TestLists.ban("2001:db8::/32").entry(), TestLists.NODE))
                .isInstanceOf(Entry.Ban.class);
    }
}
