package org.coopmesh.nodeagent.usage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.coopmesh.nodeagent.usage.Counters.Figure;
import org.coopmesh.nodeagent.usage.Counters.Key;
import org.coopmesh.nodeagent.usage.Counters.Reading;
import org.coopmesh.nodeagent.usage.Counters.Way;
import org.coopmesh.nodeagent.usage.UsageMeter.AttachmentKey;
import org.coopmesh.nodeagent.usage.UsageMeter.Totals;

/** Where the running window began: the figures up to which everything has been reported. */
record MeterState(
        String epoch,
        UUID bootId,
        Instant at,
        Map<Key, Figure> base,
        Map<AttachmentKey, Totals> totals,
        Optional<UplinkCounts> uplink) {

    private static final int FORMAT = 0xC0_75_00_01;
    private static final int ENTRIES_MAX = 1 << 22;

    /** Counts from what is there now: whether older figures were reported is not known, so they are left alone. */
    static MeterState startingAt(Instant now, Reading reading) {
        Map<Key, Figure> base = new HashMap<>();
        reading.figures().forEach(figure -> base.put(figure.key(), figure));
        return new MeterState(
                reading.epoch(), UUID.randomUUID(), now, base, Map.of(), reading.uplink());
    }

    /** The counters started anew after the last durable window: nothing that they show was ever reported. */
    MeterState fromZero() {
        return new MeterState(epoch, bootId, at, Map.of(), Map.of(), uplink);
    }

    /** The counters started anew within the running window. */
    MeterState inNewEpoch(String newEpoch) {
        return new MeterState(newEpoch, UUID.randomUUID(), at, Map.of(), Map.of(), uplink);
    }

    /** The state as bytes with a checksum. Counters that never counted are left out. */
    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeUTF(epoch);
            writeUuid(out, bootId);
            out.writeLong(at.getEpochSecond());
            out.writeInt(at.getNano());
            out.writeBoolean(uplink.isPresent());
            if (uplink.isPresent()) {
                out.writeUTF(uplink.get().interfaceName());
                out.writeLong(uplink.get().received());
                out.writeLong(uplink.get().sent());
            }
            var moved =
                    base.values().stream().filter(f -> f.bytes() != 0 || f.packets() != 0).toList();
            out.writeInt(moved.size());
            for (Figure figure : moved) {
                out.writeUTF(figure.key().attachmentId());
                out.writeByte(figure.key().way().ordinal() << 1 | (figure.key().own() ? 1 : 0));
                out.writeLong(figure.incarnation());
                out.writeLong(figure.bytes());
                out.writeLong(figure.packets());
            }
            out.writeInt(totals.size());
            for (var total : totals.entrySet()) {
                out.writeUTF(total.getKey().attachmentId());
                out.writeBoolean(total.getKey().own());
                out.writeLong(total.getValue().down());
                out.writeLong(total.getValue().up());
            }
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException if the bytes are torn, altered, or of another format */
    static MeterState decode(byte[] snapshot) {
        if (snapshot.length < 8) {
            throw new IllegalArgumentException("snapshot has " + snapshot.length + " bytes");
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
            int checksum = checksum(snapshot, snapshot.length - 4);
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "snapshot of format " + Integer.toHexString(format));
            }
            String epoch = in.readUTF();
            UUID bootId = readUuid(in);
            Instant at = Instant.ofEpochSecond(in.readLong(), in.readInt());
            Optional<UplinkCounts> uplink =
                    in.readBoolean()
                            ? Optional.of(
                                    new UplinkCounts(in.readUTF(), in.readLong(), in.readLong()))
                            : Optional.empty();
            Map<Key, Figure> base = new HashMap<>();
            for (int left = count(in); left > 0; left--) {
                String attachmentId = in.readUTF();
                int kind = in.readUnsignedByte();
                var key = new Key(attachmentId, (kind & 1) == 1, Way.values()[kind >> 1]);
                base.put(key, new Figure(key, in.readLong(), in.readLong(), in.readLong(), true));
            }
            Map<AttachmentKey, Totals> totals = new HashMap<>();
            for (int left = count(in); left > 0; left--) {
                var key = new AttachmentKey(in.readUTF(), in.readBoolean());
                totals.put(key, new Totals(in.readLong(), in.readLong()));
            }
            if (in.readInt() != checksum || in.available() != 0) {
                throw new IllegalArgumentException("snapshot checksum differs");
            }
            return new MeterState(epoch, bootId, at, base, totals, uplink);
        } catch (IOException | IndexOutOfBoundsException | java.time.DateTimeException torn) {
            throw new IllegalArgumentException("snapshot is torn", torn);
        }
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > ENTRIES_MAX) {
            throw new IllegalArgumentException("snapshot claims " + count + " entries");
        }
        return count;
    }

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static void writeUuid(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    private static UUID readUuid(DataInputStream in) throws IOException {
        return new UUID(in.readLong(), in.readLong());
    }
}
