package org.coopmesh.nodeagent.spool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the spool must know beside the windows themselves.
 *
 * @param cursor everything below it is durable at billing, or was told as lost
 * @param sent highest index that may ever have left this machine; -1: none
 * @param lost holes at or above the cursor that are already told or waiting in {@code gaps}
 * @param gaps what waits to be told, oldest first
 */
record SpoolState(long cursor, long sent, long nextGap, List<Range> lost, List<Gap> gaps) {
    /** Indexes from first to last, both included. */
    record Range(long first, long last) {}

    static final String NAME = "state";
    private static final int MAGIC = 0xC0_0F_5B_02;
    private static final int ROWS_MAX = 10_000;

    void save(Path directory) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeLong(cursor);
        out.writeLong(sent);
        out.writeLong(nextGap);
        out.writeInt(lost.size());
        for (Range range : lost) {
            out.writeLong(range.first());
            out.writeLong(range.last());
        }
        out.writeInt(gaps.size());
        for (Gap gap : gaps) {
            out.writeLong(gap.number());
            write(out, gap.from());
            write(out, gap.to());
            out.writeUTF(gap.cause().name());
            out.writeLong(gap.windows());
        }
        out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        DurableFile.replace(directory, NAME, bytes.toByteArray());
    }

    /** Empty where there is no such file, or it is damaged. */
    static Optional<SpoolState> load(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) return Optional.empty();
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < 8) return Optional.empty();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.mark(bytes.length);
        in.skipNBytes(bytes.length - 4L);
        if (in.readInt() != checksum(bytes, bytes.length - 4)) return Optional.empty();
        in.reset();
        try {
            if (in.readInt() != MAGIC) return Optional.empty();
            long cursor = in.readLong();
            long sent = in.readLong();
            long nextGap = in.readLong();
            List<Range> lost = new ArrayList<>();
            for (int rows = rows(in); rows > 0; rows--) {
                lost.add(new Range(in.readLong(), in.readLong()));
            }
            List<Gap> gaps = new ArrayList<>();
            for (int rows = rows(in); rows > 0; rows--) {
                long number = in.readLong();
                Instant from = read(in);
                Instant to = read(in);
                gaps.add(new Gap(number, from, to, Gap.Cause.valueOf(in.readUTF()), in.readLong()));
            }
            return Optional.of(new SpoolState(cursor, sent, nextGap, lost, gaps));
        } catch (IOException | IllegalArgumentException | DateTimeException damaged) {
            return Optional.empty();
        }
    }

    private static int rows(DataInputStream in) throws IOException {
        int rows = in.readInt();
        if (rows < 0 || rows > ROWS_MAX) throw new IOException("implausible number of rows");
        return rows;
    }

    private static void write(DataOutputStream out, @Nullable Instant instant) throws IOException {
        out.writeBoolean(instant != null);
        if (instant == null) return;
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static @Nullable Instant read(DataInputStream in) throws IOException {
        return in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
