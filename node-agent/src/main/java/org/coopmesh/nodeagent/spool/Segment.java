package org.coopmesh.nodeagent.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One file of the spool: frames one after the other, and where in it each begins. */
final class Segment {
    private static final String SUFFIX = ".spool";

    final Path file;
    final long first;
    private int[] offsets = new int[16];
    private int count;
    private int size;
    private int damagedBytes;
    private @Nullable FileChannel open;

    private Segment(Path file, long first) {
        this.file = file;
        this.first = first;
    }

    /** A new, empty one whose name is durable. */
    static Segment create(Path directory, long first) throws IOException {
        Segment segment =
                new Segment(directory.resolve(String.format("%020d", first) + SUFFIX), first);
        Files.deleteIfExists(segment.file);
        Files.createFile(segment.file);
        DurableFile.syncDirectory(directory);
        return segment;
    }

    static boolean isSegment(Path file) {
        return file.getFileName().toString().matches("\\d{20}" + SUFFIX);
    }

    /**
     * Finds every undamaged frame, also behind damaged ones.
     *
     * @param sink told of each frame, in order of index
     */
    static Segment scan(Path file, FrameSink sink) throws IOException {
        String name = file.getFileName().toString();
        Segment segment = new Segment(file, Long.parseLong(name.substring(0, 20)));
        byte[] bytes = Files.readAllBytes(file);
        int at = 0;
        while (at < bytes.length) {
            int length = Frame.lengthAt(bytes, at, bytes.length);
            long index = length > 0 ? Frame.indexAt(bytes, at) : -1;
            Frame frame =
                    index > segment.last() && index - segment.first <= Integer.MAX_VALUE / 8
                            ? Frame.decode(bytes, at, length)
                            : null;
            if (frame == null) {
                at++;
                segment.damagedBytes++;
                continue;
            }
            segment.add(index, at, length);
            sink.found(frame);
            at += length;
        }
        return segment;
    }

    /** Takes a frame that a scan found. */
    interface FrameSink {
        void found(Frame frame);
    }

    /** Index of the newest frame; one below {@code first} while empty. */
    long last() {
        return first + count - 1;
    }

    /** Bytes up to the end of the last undamaged frame. */
    int size() {
        return size;
    }

    /** Bytes that a scan found to belong to no undamaged frame, a torn tail included. */
    int damagedBytes() {
        return damagedBytes;
    }

    boolean has(long index) {
        return index >= first && index <= last() && offsets[(int) (index - first)] >= 0;
    }

    /** Undamaged frames at or above {@code index}. */
    int countFrom(long index) {
        int frames = 0;
        for (long i = Math.max(index, first); i <= last(); i++) if (has(i)) frames++;
        return frames;
    }

    /** Empty where the frame does not read back as it was written: it is then gone for good. */
    @Nullable Frame read(long index) throws IOException {
        if (!has(index)) return null;
        int offset = offsets[(int) (index - first)];
        ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_BYTES);
        FileChannel channel = channel();
        readAll(channel, header, offset);
        int length = header.getInt(4);
        if (length < 0 || length > channel.size() - offset) return null;
        ByteBuffer bytes = ByteBuffer.allocate(Frame.HEADER_BYTES + length);
        readAll(channel, bytes, offset);
        int whole = Frame.lengthAt(bytes.array(), 0, bytes.position());
        if (whole == 0 || Frame.indexAt(bytes.array(), 0) != index) return null;
        return Frame.decode(bytes.array(), 0, whole);
    }

    /** Durable on return. On failure the file ends where it ended before. */
    void append(long index, byte[] frame) throws IOException {
        FileChannel channel = channel();
        try {
            DurableFile.writeAll(channel, ByteBuffer.wrap(frame), size);
            channel.force(false);
        } catch (IOException failed) {
            cutTail();
            throw failed;
        }
        add(index, size, frame.length);
    }

    void forget(long index) {
        if (has(index)) offsets[(int) (index - first)] = -1;
    }

    /** Cuts what lies behind the last undamaged frame. */
    void cutTail() throws IOException {
        FileChannel channel = channel();
        if (channel.size() <= size) return;
        channel.truncate(size);
        channel.force(true);
    }

    boolean hasTail() throws IOException {
        return Files.size(file) > size;
    }

    void close() throws IOException {
        if (open != null) open.close();
        open = null;
    }

    private void add(long index, int offset, int length) {
        int slot = (int) (index - first);
        if (slot >= offsets.length) {
            offsets = Arrays.copyOf(offsets, Math.max(slot + 1, offsets.length * 2));
        }
        Arrays.fill(offsets, count, slot, -1);
        offsets[slot] = offset;
        count = slot + 1;
        size = offset + length;
    }

    private FileChannel channel() throws IOException {
        FileChannel channel = open;
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            open = channel;
        }
        return channel;
    }

    private static void readAll(FileChannel channel, ByteBuffer bytes, long offset)
            throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) return;
            at += read;
        }
    }
}
