package org.coopmesh.nodeagent.spool;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How one window lies in a segment: magic, payload length, index, CRC-32C over all but itself and the magic, payload.
 *
 * @param told number of the last gap that was told up to and with this window
 */
record Frame(SpooledWindow window, long told) {
    static final int HEADER_BYTES = 4 + 4 + 8 + 4;
    static final int MAGIC = 0xC0_0F_5B_01;
    private static final int FIXED_PAYLOAD_BYTES = 2 * (8 + 4) + 8 + 4;

    byte[] encode() {
        int length = FIXED_PAYLOAD_BYTES + window.report().length + window.snapshot().length;
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + length);
        bytes.putInt(MAGIC).putInt(length).putLong(window.index()).putInt(0);
        put(bytes, window.startedAt());
        put(bytes, window.endedAt());
        bytes.putLong(told).putInt(window.report().length);
        bytes.put(window.report()).put(window.snapshot());
        bytes.putInt(HEADER_BYTES - 4, checksum(bytes.array(), 0, length));
        return bytes.array();
    }

    /** Bytes of the whole frame at {@code offset}, or 0 where no undamaged frame begins there. */
    static int lengthAt(byte[] segment, int offset, int size) {
        if (size - offset < HEADER_BYTES) return 0;
        ByteBuffer bytes = ByteBuffer.wrap(segment, offset, size - offset);
        if (bytes.getInt() != MAGIC) return 0;
        int length = bytes.getInt();
        bytes.getLong();
        if (length < FIXED_PAYLOAD_BYTES || length > size - offset - HEADER_BYTES) return 0;
        return bytes.getInt() == checksum(segment, offset, length) ? HEADER_BYTES + length : 0;
    }

    static long indexAt(byte[] segment, int offset) {
        return ByteBuffer.wrap(segment).getLong(offset + 8);
    }

    /** Reads a frame that {@link #lengthAt} found whole; null where its content makes no sense all the same. */
    static @Nullable Frame decode(byte[] segment, int offset, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(segment, offset, length);
        bytes.getInt();
        bytes.getInt();
        long index = bytes.getLong();
        bytes.getInt();
        try {
            Instant startedAt = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
            Instant endedAt = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
            long told = bytes.getLong();
            int reportLength = bytes.getInt();
            if (reportLength < 0 || reportLength > bytes.remaining()) return null;
            byte[] report = new byte[reportLength];
            bytes.get(report);
            byte[] snapshot = new byte[bytes.remaining()];
            bytes.get(snapshot);
            return new Frame(new SpooledWindow(index, startedAt, endedAt, report, snapshot), told);
        } catch (DateTimeException nonsense) {
            return null;
        }
    }

    private static void put(ByteBuffer bytes, Instant instant) {
        bytes.putLong(instant.getEpochSecond()).putInt(instant.getNano());
    }

    private static int checksum(byte[] bytes, int offset, int payloadLength) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, offset + 4, 12);
        checksum.update(bytes, offset + HEADER_BYTES, payloadLength);
        return (int) checksum.getValue();
    }
}
