package org.coopmesh.nodeagent.access;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ban straight from the bytes of its entry, as every writer of protocol buffers writes it: a list has a hundred thousand
 * of them, and a small machine little room for what is thrown away at once. What is written in any other way is left to the
 * general reader, which says the same.
 */
final class PlainBan {

    private static final int BAN = 2 << 3 | 2;
    private static final int PREFIX = 1 << 3 | 2;
    private static final int UNTIL = 2 << 3 | 2;
    private static final int SECONDS = 1 << 3;
    private static final int NANOS = 2 << 3;

    /** Up to here a length is one byte. */
    private static final int SHORT = 0x80;

    private static final int VARINT_BYTES_MAX = 9;
    private static final long NANOS_MAX = 999_999_999;

    private final byte[] in;
    private int at;
    private boolean wrong;

    private PlainBan(byte[] in) {
        this.in = in;
    }

    /**
     * The ban, or null where the general reader has to look.
     *
     * @throws IllegalArgumentException if its prefix is none
     */
    static Entry.@Nullable Ban read(byte[] entry) {
        return entry.length < 4 || entry[0] != BAN ? null : new PlainBan(entry).ban();
    }

    private Entry.@Nullable Ban ban() {
        at = 1;
        if (length() != in.length - at || next() != PREFIX) return null;
        int size = length();
        int from = at;
        at += size;
        if (wrong || at > in.length || !plain(from, at)) return null;
        String prefix = new String(in, from, size, StandardCharsets.ISO_8859_1);
        Instant until = Instant.MAX;
        if (at < in.length) {
            if (next() != UNTIL || length() != in.length - at) return null;
            long seconds = number(SECONDS);
            long nanos = number(NANOS);
            if (wrong || at != in.length || nanos > NANOS_MAX) return null;
            if (seconds > Instant.MAX.getEpochSecond()) return null;
            until = Instant.ofEpochSecond(seconds, nanos);
        }
        return new Entry.Ban(Prefix.parse(prefix), prefix, until);
    }

    private boolean plain(int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] < ' ' || in[i] > '~') return false;
        }
        return true;
    }

    private int next() {
        if (at < in.length) return in[at++];
        wrong = true;
        return 0;
    }

    private int length() {
        int length = next() & 0xff;
        if (length >= SHORT) wrong = true;
        return length;
    }

    /** Zero where it is not there, as a writer leaves it out. */
    private long number(int field) {
        if (at == in.length || in[at] != field) return 0;
        at++;
        long number = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            int part = next();
            number |= (long) (part & 0x7f) << 7 * i;
            if (part >= 0) return number;
        }
        wrong = true;
        return 0;
    }
}
