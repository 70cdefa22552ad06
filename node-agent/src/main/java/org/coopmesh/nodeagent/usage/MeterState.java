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
import java.util.UUID;
import java.util.zip.CRC32C;
import org.coopmesh.nodeagent.usage.Counters.Figure;
import org.coopmesh.nodeagent.usage.Counters.Interface;
import org.coopmesh.nodeagent.usage.Counters.Key;
import org.coopmesh.nodeagent.usage.Counters.Reading;
import org.coopmesh.nodeagent.usage.Counters.Way;
import org.coopmesh.nodeagent.usage.UsageMeter.AttachmentKey;
import org.coopmesh.nodeagent.usage.UsageMeter.Moved;
import org.coopmesh.nodeagent.usage.UsageMeter.Totals;

/**
 * Where the running window began: the figures up to which everything has been reported, but for what is held over to the next
 * window.
 */
record MeterState(
        String epoch,
        UUID bootId,
        Instant at,
        Map<Key, Figure> base,
        Map<AttachmentKey, Totals> totals,
        Map<Key, Moved> held,
        Map<String, Interface> interfaces,
        int newestInterface) {

    private static final int FORMAT_1 = 0xC0_75_00_01;
    private static final int FORMAT = 0xC0_75_00_02;
    private static final int ENTRIES_MAX = 1 << 22;

    /** Counts from what is there now: whether older figures were reported is not known, so they are left alone. */
    static MeterState startingAt(Instant now, Reading reading) {
        Map<Key, Figure> base = new HashMap<>();
        reading.figures().forEach(figure -> base.put(figure.key(), figure));
        return new MeterState(
                reading.epoch(),
                UUID.randomUUID(),
                now,
                base,
                Map.of(),
                Map.of(),
                interfacesOf(reading),
                reading.newestInterface());
    }

    static Map<String, Interface> interfacesOf(Reading reading) {
        Map<String, Interface> all = new HashMap<>();
        reading.uplink().ifPresent(uplink -> all.put(uplink.name(), uplink));
        reading.links().forEach(link -> all.put(link.figures().name(), link.figures()));
        return all;
    }

    /** This start, where the counters began anew after the last durable window: nothing they show was ever reported. */
    MeterState anewAfter(MeterState durable) {
        boolean up = durable.sameBoot(epoch);
        return new MeterState(
                epoch,
                bootId,
                at,
                Map.of(),
                Map.of(),
                durable.held,
                up ? durable.interfaces : Map.of(),
                up ? durable.newestInterface : 0);
    }

    /** The counters started anew within the running window. */
    MeterState inNewEpoch(String newEpoch) {
        boolean up = sameBoot(newEpoch);
        return new MeterState(
                newEpoch,
                UUID.randomUUID(),
                at,
                Map.of(),
                Map.of(),
                held,
                up ? interfaces : Map.of(),
                up ? newestInterface : 0);
    }

    /** Interfaces outlive the table; whether the machine is the same and still up, the first two parts of an epoch say. */
    private boolean sameBoot(String other) {
        int end = epoch.lastIndexOf('/') + 1;
        return other.lastIndexOf('/') + 1 == end && other.startsWith(epoch.substring(0, end));
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
            out.writeInt(newestInterface);
            out.writeInt(interfaces.size());
            for (Interface one : interfaces.values()) {
                out.writeUTF(one.name());
                out.writeInt(one.index());
                out.writeLong(one.received());
                out.writeLong(one.sent());
            }
            var moved =
                    base.values().stream().filter(f -> f.bytes() != 0 || f.packets() != 0).toList();
            out.writeInt(moved.size());
            for (Figure figure : moved) {
                writeKey(out, figure.key());
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
            out.writeInt(held.size());
            for (var one : held.entrySet()) {
                writeKey(out, one.getKey());
                out.writeLong(one.getValue().bytes());
                out.writeLong(one.getValue().packets());
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
            if (format != FORMAT && format != FORMAT_1) {
                throw new IllegalArgumentException(
                        "snapshot of format " + Integer.toHexString(format));
            }
            String epoch = in.readUTF();
            UUID bootId = readUuid(in);
            Instant at = Instant.ofEpochSecond(in.readLong(), in.readInt());
            Map<String, Interface> interfaces = new HashMap<>();
            int newestInterface = format == FORMAT_1 ? 0 : in.readInt();
            int interfacesLeft = format == FORMAT_1 ? in.readUnsignedByte() : count(in);
            for (; interfacesLeft > 0; interfacesLeft--) {
                String name = in.readUTF();
                int index = format == FORMAT_1 ? 0 : in.readInt();
                interfaces.put(name, new Interface(name, index, in.readLong(), in.readLong()));
            }
            Map<Key, Figure> base = new HashMap<>();
            for (int left = count(in); left > 0; left--) {
                Key key = readKey(in);
                base.put(key, new Figure(key, in.readLong(), in.readLong(), in.readLong(), true));
            }
            Map<AttachmentKey, Totals> totals = new HashMap<>();
            for (int left = count(in); left > 0; left--) {
                var key = new AttachmentKey(in.readUTF(), in.readBoolean());
                totals.put(key, new Totals(in.readLong(), in.readLong()));
            }
            Map<Key, Moved> held = new HashMap<>();
            for (int left = format == FORMAT_1 ? 0 : count(in); left > 0; left--) {
                held.put(readKey(in), new Moved(in.readLong(), in.readLong()));
            }
            if (in.readInt() != checksum || in.available() != 0) {
                throw new IllegalArgumentException("snapshot checksum differs");
            }
            return new MeterState(
                    epoch, bootId, at, base, totals, held, interfaces, newestInterface);
        } catch (IOException | IndexOutOfBoundsException | java.time.DateTimeException torn) {
            throw new IllegalArgumentException("snapshot is torn", torn);
        }
    }

    private static void writeKey(DataOutputStream out, Key key) throws IOException {
        out.writeUTF(key.attachmentId());
        out.writeByte(key.way().ordinal() << 1 | (key.own() ? 1 : 0));
    }

    private static Key readKey(DataInputStream in) throws IOException {
        String attachmentId = in.readUTF();
        int kind = in.readUnsignedByte();
        return new Key(attachmentId, (kind & 1) == 1, Way.values()[kind >> 1]);
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
