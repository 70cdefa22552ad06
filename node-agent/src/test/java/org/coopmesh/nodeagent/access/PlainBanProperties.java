package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AddressBan;
import org.junit.jupiter.api.Test;

/** Reading a ban in the short way and in the general one never differs, whatever the bytes. */
class PlainBanProperties {
    private static final String[] PREFIXES = {
        "203.0.113.7/32", "198.51.100.0/24", "2001:db8::1/128", "fd42::/16", "0.0.0.0/0", "::/0"
    };

    private static void same(byte[] entry) {
        assertThat(Entry.read(entry, "node")).isEqualTo(Entry.general(entry, "node"));
    }

    private static byte[] entry(AddressBan.Builder ban) {
        return AccessEntry.newBuilder().setBan(ban).build().toByteArray();
    }

    private static byte[] good(Random random) {
        var ban = AddressBan.newBuilder().setPrefix(PREFIXES[random.nextInt(PREFIXES.length)]);
        if (random.nextBoolean()) {
            ban.setUntil(
                    Timestamp.newBuilder()
                            .setSeconds(random.nextInt(3) == 0 ? 0 : random.nextLong() >>> 26)
                            .setNanos(random.nextInt(3) == 0 ? 0 : random.nextInt(1_000_000_000)));
        }
        return entry(ban);
    }

    @Test
    void aBanUntilATimeThatNoCalendarHasIsUnreadableAndEndsNothing() {
        var until = Timestamp.newBuilder().setSeconds(Long.MAX_VALUE);
        byte[] entry = entry(AddressBan.newBuilder().setPrefix("203.0.113.7/32").setUntil(until));

        assertThat(Entry.read(entry, "node")).isInstanceOf(Entry.Unreadable.class);
    }

    @Test
    void bansAsAServerWritesThemAreReadInTheShortWay() {
        for (long seed = 0; seed < 200; seed++) {
            byte[] entry = good(new Random(seed));

            assertThat(PlainBan.read(entry)).isEqualTo(Entry.general(entry, "node"));
        }
    }

    @Property(tries = 2_000)
    void anyPrefixAndAnyTime(
            @ForAll @StringLength(max = 140) String prefix,
            @ForAll long seconds,
            @ForAll int nanos) {
        same(entry(AddressBan.newBuilder().setPrefix(prefix)));
        same(
                entry(
                        AddressBan.newBuilder()
                                .setPrefix("203.0.113.7/32")
                                .setUntil(
                                        Timestamp.newBuilder()
                                                .setSeconds(seconds)
                                                .setNanos(nanos))));
    }

    @Property(tries = 2_000)
    void anyAddressAndAnyLength(
            @ForAll @Size(4) int[] parts, @ForAll @IntRange(min = -1, max = 40) int length) {
        String address =
                Arrays.stream(parts)
                        .mapToObj(part -> Integer.toString(part % 300))
                        .reduce((one, two) -> one + "." + two)
                        .orElseThrow();

        same(entry(AddressBan.newBuilder().setPrefix(address + "/" + length)));
        same(entry(AddressBan.newBuilder().setPrefix(address + "/+" + length)));
    }

    @Property(tries = 5_000)
    void someBytesOfAGoodOneChangedCutOrPutThere(
            @ForAll @LongRange(min = 0, max = 1L << 40) long seed,
            @ForAll @IntRange(min = 1, max = 4) int changes) {
        var random = new Random(seed);
        byte[] bytes = good(random);
        for (int i = 0; i < changes && bytes.length > 1; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
            same(bytes);
        }
    }

    @Property(tries = 2_000)
    void anyBytes(@ForAll @Size(max = 60) byte[] bytes) {
        same(bytes);
        byte[] begun = new byte[bytes.length + 2];
        begun[0] = 2 << 3 | 2;
        begun[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, begun, 2, bytes.length);
        same(begun);
    }
}
