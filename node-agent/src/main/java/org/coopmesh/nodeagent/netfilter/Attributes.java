package org.coopmesh.nodeagent.netfilter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.ObjIntConsumer;

/** Reads the attributes of one netlink message or nest, in order: {@code while (next())}. */
final class Attributes {

    private static final int TYPE_MASK = 0x3fff;
    private static final int NEXT_HOP = 8;

    private final ByteBuffer buffer;
    private final int start;
    private final int end;
    private int next;
    private int at;
    private int length;

    Attributes(ByteBuffer buffer, int from, int end) {
        this.buffer = buffer;
        this.start = from;
        this.next = from;
        this.end = end;
    }

    boolean next() {
        if (next + 4 > end) {
            return false;
        }
        at = next;
        length = buffer.getShort(at) & 0xffff;
        if (length < 4 || at + length > end) {
            return false;
        }
        next = at + (length + 3 & ~3);
        return true;
    }

    int type() {
        return buffer.getShort(at + 2) & TYPE_MASK;
    }

    Attributes nest() {
        return new Attributes(buffer, at + 4, at + length);
    }

    /** Of the message's own header, which stands before the first attribute. */
    int header32(int before) {
        return buffer.getInt(start - before);
    }

    int header16(int before) {
        return buffer.getShort(start - before) & 0xffff;
    }

    int header8(int before) {
        return buffer.get(start - before) & 0xff;
    }

    int native32() {
        return buffer.getInt(at + 4);
    }

    /** Hands over what the attribute holds as a row of {@code rtnexthop}: each one's interface, and its own attributes. */
    void nextHops(ObjIntConsumer<Attributes> each) {
        int from = at + 4;
        while (from + NEXT_HOP <= at + length) {
            int size = buffer.getShort(from) & 0xffff;
            if (size < NEXT_HOP || from + size > at + length) {
                return;
            }
            each.accept(
                    new Attributes(buffer, from + NEXT_HOP, from + size), buffer.getInt(from + 4));
            from += size + 3 & ~3;
        }
    }

    /** The {@code index}th of the attribute's native 64-bit numbers; 0 where it has not so many. */
    long native64(int index) {
        int from = 4 + 8 * index;
        return from + 8 <= length ? buffer.getLong(at + from) : 0;
    }

    /** All attributes at once, as they lie there. */
    ByteBuffer whole() {
        return buffer.slice(start, end - start);
    }

    int be32() {
        return bigEndian(buffer.getInt(at + 4));
    }

    long be64() {
        long value = buffer.getLong(at + 4);
        return buffer.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
    }

    byte[] bytes() {
        byte[] bytes = new byte[length - 4];
        buffer.get(at + 4, bytes);
        return bytes;
    }

    String string() {
        byte[] bytes = bytes();
        int size =
                bytes.length > 0 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    private int bigEndian(int value) {
        return buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }
}
