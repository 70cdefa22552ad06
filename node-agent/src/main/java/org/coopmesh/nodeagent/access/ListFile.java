package org.coopmesh.nodeagent.access;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last known good list on disk: one whole list, then each change after it, all with checksums and signatures. A change is
 * appended and made durable; now and then everything is written anew beside the file, which then takes its name. A torn or
 * altered tail is cut, and the list before it counts.
 *
 * <pre>
 * file   = magic record*
 * record = length(4) crc32c(4) body
 * body   = kind(1: whole 'S', change 'D') head signature key-id, each with its length(4), then entries as in {@link AccessList}
 * </pre>
 */
final class ListFile implements AutoCloseable {

    /** A list and the head that vouches for it. */
    record Known(AccessList list, SignedHead head) {}

    /** What a file holds: of its {@code bytes} those up to {@code good} are in order, and what is wrong with the others. */
    record Scan(Optional<Known> known, int good, int bytes, String damage) {}

    private static final Logger log = LoggerFactory.getLogger(ListFile.class);
    private static final byte[] MAGIC = "COOPAL01".getBytes(StandardCharsets.US_ASCII);
    private static final byte WHOLE = 'S';
    private static final byte CHANGE = 'D';
    private static final int RECORD_BYTES_MAX = 256 << 20;
    private static final long CHANGES_BYTES_MIN = 64 << 10;
    private static final int CHANGES_MAX = 2_000;
    private static final long CHANGE_BYTES_MAX = 1 << 20;

    private final Path file;
    private @Nullable FileChannel channel;
    private long length;
    private long wholeBytes;
    private int changes;
    private String keyId = "";

    ListFile(Path stateDirectory) {
        this.file = stateDirectory.resolve("access-list");
    }

    /** The newest list in the file that is complete, signed and adds up; what stands behind it is cut off. */
    Optional<Known> load(ListKeys keys) throws IOException {
        Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
        Scan scan = scan(keys);
        if (!scan.damage().isEmpty()) {
            log.atWarn()
                    .addKeyValue("code", Trouble.LIST_FILE_DAMAGED)
                    .addKeyValue("bytesCut", scan.bytes() - scan.good())
                    .addKeyValue("why", scan.damage())
                    .log("access list file damaged, older state counts");
        }
        if (scan.known().isPresent()) {
            length = scan.good();
            try {
                channel = FileChannel.open(file, StandardOpenOption.WRITE);
                if (scan.bytes() != scan.good()) {
                    channel.truncate(scan.good());
                    channel.force(true);
                }
            } catch (IOException readOnly) {
                // What was read is enforced all the same; the next change tries to write
                // everything.
                log.atError()
                        .addKeyValue("code", Trouble.LIST_NOT_ON_DISK)
                        .addKeyValue("why", readOnly.getMessage())
                        .log("access list file cannot be written");
                close();
            }
        }
        return scan.known();
    }

    /** As {@link #load}, changing nothing. */
    Scan scan(ListKeys keys) throws IOException {
        if (!Files.exists(file)) return new Scan(Optional.empty(), 0, 0, "");
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        byte[] magic = new byte[Math.min(MAGIC.length, in.remaining())];
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            return new Scan(Optional.empty(), 0, in.limit(), "no access list file");
        }
        Optional<Known> known = Optional.empty();
        int good = in.position();
        try {
            while (in.hasRemaining()) {
                known = Optional.of(read(in, known, keys));
                good = in.position();
            }
        } catch (ListRefused | IllegalArgumentException damaged) {
            return new Scan(known, good, in.limit(), String.valueOf(damaged.getMessage()));
        }
        return new Scan(known, good, in.limit(), "");
    }

    private Known read(ByteBuffer in, Optional<Known> before, ListKeys keys) throws ListRefused {
        ByteBuffer body = record(in);
        int bytes = body.remaining();
        byte kind = body.get();
        byte[] head = field(body);
        byte[] signature = field(body);
        String keyId = new String(field(body), StandardCharsets.UTF_8);
        SignedHead signed = keys.check(head, signature, keyId);
        var entries = new Changes();
        entries.addAll(body);
        if (kind != WHOLE && before.isEmpty()) {
            throw new IllegalArgumentException("change without a list");
        }
        AccessList from =
                kind == WHOLE ? AccessList.EMPTY : before.map(Known::list).orElse(AccessList.EMPTY);
        if (before.isPresent() && signed.version() < before.get().head().version()) {
            throw new IllegalArgumentException("older version behind newer");
        }
        AccessList list = from.with(entries);
        if (!Arrays.equals(list.hash(), signed.head().getEntriesHash().toByteArray())) {
            throw new IllegalArgumentException("entries do not add up to the signed hash");
        }
        this.keyId = keyId;
        if (kind == WHOLE) {
            wholeBytes = bytes;
            changes = 0;
        } else {
            changes++;
        }
        return new Known(list, signed);
    }

    private static ByteBuffer record(ByteBuffer in) {
        if (in.remaining() < 8) {
            throw new IllegalArgumentException("torn record");
        }
        int size = in.getInt();
        int checksum = in.getInt();
        if (size < 1 || size > in.remaining()) {
            throw new IllegalArgumentException("torn record");
        }
        ByteBuffer body = in.slice(in.position(), size);
        in.position(in.position() + size);
        var crc = new CRC32C();
        crc.update(body.duplicate());
        if ((int) crc.getValue() != checksum) {
            throw new IllegalArgumentException("record checksum differs");
        }
        return body;
    }

    private static byte[] field(ByteBuffer in) {
        if (in.remaining() < 4) {
            throw new IllegalArgumentException("torn field");
        }
        int size = in.getInt();
        if (size < 0 || size > in.remaining()) {
            throw new IllegalArgumentException("torn field");
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        return bytes;
    }

    /** Makes a change durable; where that fails the file stays as it was, and the next call writes everything. */
    void append(Changes change, Known after) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            rewrite(after);
            return;
        }
        // What an earlier key has signed cannot be checked any more once that key counts no more.
        if (!after.head().keyId().equals(keyId)) {
            rewrite(after);
            return;
        }
        byte[] top = top(CHANGE, after.head());
        if (change.bytes() > CHANGE_BYTES_MAX) {
            rewrite(after);
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(8 + top.length + (int) change.bytes());
        record.putInt(record.capacity() - 8).putInt(0).put(top);
        change.forEachBucket((from, bytes) -> record.put(from, 0, bytes));
        record.flip();
        var crc = new CRC32C();
        crc.update(record.slice(8, record.limit() - 8));
        record.putInt(4, (int) crc.getValue());
        try {
            long at = length;
            while (record.hasRemaining()) {
                at += open.write(record, at);
            }
            open.force(false);
            length = at;
            changes++;
        } catch (IOException full) {
            channel = null;
            try (open) {
                open.truncate(length);
            } catch (IOException alsoFailed) {
                full.addSuppressed(alsoFailed);
            }
            throw full;
        }
    }

    /** Whether the changes have grown so long that writing everything anew pays. */
    boolean compactionDue() {
        return changes > CHANGES_MAX
                || length - wholeBytes > Math.max(CHANGES_BYTES_MIN, wholeBytes);
    }

    /** Writes the whole list beside the file and gives it the file's name. */
    void rewrite(Known known) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        byte[] top = top(WHOLE, known.head());
        long bodyBytes = top.length;
        var crc = new CRC32C();
        crc.update(top);
        for (byte[] bucket : known.list().bytes()) {
            crc.update(bucket);
            bodyBytes += bucket.length;
        }
        if (bodyBytes > RECORD_BYTES_MAX) {
            throw new IOException("access list of " + bodyBytes + " bytes is above the limit");
        }
        FileChannel next =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        try {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            buffer.put(MAGIC).putInt((int) bodyBytes).putInt((int) crc.getValue());
            write(next, buffer, top);
            for (byte[] bucket : known.list().bytes()) {
                write(next, buffer, bucket);
            }
            flush(next, buffer);
            next.force(true);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            try (var directory =
                    FileChannel.open(
                            file.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException | RuntimeException failed) {
            next.close();
            throw failed;
        }
        close();
        channel = next;
        length = next.size();
        wholeBytes = bodyBytes;
        changes = 0;
        keyId = known.head().keyId();
    }

    private static void write(FileChannel out, ByteBuffer buffer, byte[] bytes) throws IOException {
        if (bytes.length > buffer.remaining()) {
            flush(out, buffer);
        }
        if (bytes.length > buffer.remaining()) {
            ByteBuffer whole = ByteBuffer.wrap(bytes);
            while (whole.hasRemaining()) {
                out.write(whole);
            }
        } else {
            buffer.put(bytes);
        }
    }

    private static void flush(FileChannel out, ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private static byte[] top(byte kind, SignedHead head) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(kind);
            for (byte[] field :
                    List.of(
                            head.bytes(),
                            head.signature(),
                            head.keyId().getBytes(StandardCharsets.UTF_8))) {
                out.writeInt(field.length);
                out.write(field);
            }
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
