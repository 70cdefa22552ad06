package org.coopmesh.nodeagent.netfilter;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Netlink messages being written, in memory that the kernel can read. Grows; belongs to one thread. */
final class Messages implements AutoCloseable {

    private static final int SIZE_FIRST = 1 << 13;
    private static final int SIZE_MAX = 1 << 28;
    static final int NESTED = 0x8000;

    /** Where the low byte of a machine's own number of two bytes stands. */
    private static final int LOW = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1;

    /** An element with the longest key that there is, and an end. */
    private static final int ELEMENT_BYTES_MAX = 64;

    private final byte[] scratch = new byte[ELEMENT_BYTES_MAX];
    private int at;
    private Arena arena = Arena.ofConfined();
    private MemorySegment memory = arena.allocate(SIZE_FIRST, 16);
    private ByteBuffer out = memory.asByteBuffer().order(ByteOrder.nativeOrder());

    int position() {
        return out.position();
    }

    MemorySegment written() {
        return memory.asSlice(0, out.position());
    }

    /** Starts a message for nfnetlink: the general header, then family, version and resource. */
    int message(int type, int flags, int sequence, int family, int resource) {
        room(32);
        int start = out.position();
        out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        out.put((byte) family).put((byte) 0).put((byte) (resource >> 8)).put((byte) resource);
        return start;
    }

    /** Starts a message about interfaces: the general header, then an empty {@code ifinfomsg}. */
    int interfaceMessage(int type, int flags, int sequence) {
        room(32);
        int start = out.position();
        out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        out.putLong(0).putLong(0);
        return start;
    }

    /** Starts a message about neighbours or routes: the general header, then an {@code ndmsg} or {@code rtmsg}. */
    int neighbourMessage(int type, int flags, int sequence, int family, int protocol) {
        room(32);
        int start = out.position();
        out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        out.put((byte) family).put((byte) 0).putShort((short) 0);
        out.put((byte) 0).put((byte) protocol).putShort((short) 0).putInt(0);
        return start;
    }

    void end(int start) {
        out.putInt(start, out.position() - start);
    }

    void addFlags(int start, int flags) {
        out.putShort(start + 6, (short) (out.getShort(start + 6) | flags));
    }

    int nest(int type) {
        room(8);
        int start = out.position();
        out.putShort((short) 0).putShort((short) (type | NESTED));
        return start;
    }

    void endNest(int start) {
        out.putShort(start, (short) (out.position() - start));
    }

    void string(int type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        room(bytes.length + 12);
        out.putShort((short) (4 + bytes.length + 1))
                .putShort((short) type)
                .put(bytes)
                .put((byte) 0);
        pad();
    }

    void bytes(int type, byte[] value) {
        room(value.length + 8);
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        pad();
    }

    /**
     * One element of a set, its key and its end in milliseconds (0 for none): what the general methods would write nest by nest,
     * put together in one go, for there are a hundred thousand of them.
     */
    void element(byte[] key, long timeoutMillis) {
        int padded = key.length + 3 & ~3;
        int size = 12 + padded + (timeoutMillis > 0 ? 12 : 0);
        room(size);
        at = 0;
        attribute(size, 1 | NESTED);
        attribute(8 + padded, 1 | NESTED);
        attribute(4 + key.length, 1);
        System.arraycopy(key, 0, scratch, at, key.length);
        at += key.length;
        while (at < 12 + padded) scratch[at++] = 0;
        if (timeoutMillis > 0) {
            attribute(12, 4);
            for (int bits = 56; bits >= 0; bits -= 8)
                scratch[at++] = (byte) (timeoutMillis >> bits);
        }
        out.put(scratch, 0, size);
    }

    private void attribute(int length, int type) {
        scratch[at + LOW] = (byte) length;
        scratch[at + 1 - LOW] = (byte) (length >> 8);
        scratch[at + 2 + LOW] = (byte) type;
        scratch[at + 3 - LOW] = (byte) (type >> 8);
        at += 4;
    }

    void be32(int type, int value) {
        room(8);
        out.putShort((short) 8).putShort((short) type);
        out.order(ByteOrder.BIG_ENDIAN).putInt(value).order(ByteOrder.nativeOrder());
    }

    void be64(int type, long value) {
        room(12);
        out.putShort((short) 12).putShort((short) type);
        out.order(ByteOrder.BIG_ENDIAN).putLong(value).order(ByteOrder.nativeOrder());
    }

    private void pad() {
        while ((out.position() & 3) != 0) {
            out.put((byte) 0);
        }
    }

    private void room(int bytes) {
        if (out.remaining() >= bytes) {
            return;
        }
        long size = memory.byteSize() * 2;
        if (size > SIZE_MAX) {
            throw new IllegalStateException("netlink batch above " + SIZE_MAX + " bytes");
        }
        Arena wider = Arena.ofConfined();
        MemorySegment copy = wider.allocate(size, 16);
        MemorySegment.copy(memory, 0, copy, 0, out.position());
        ByteBuffer next =
                copy.asByteBuffer().order(ByteOrder.nativeOrder()).position(out.position());
        arena.close();
        arena = wider;
        memory = copy;
        out = next;
    }

    @Override
    public void close() {
        arena.close();
    }
}
