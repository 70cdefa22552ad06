package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;

/** Whatever lies on the disk as the access list counts up to its last good record, and whatever an entry says, nothing is thrown. */
class AccessListFuzzTest {
    private static final TestLists COOP = new TestLists();
    private static final Map<String, byte[]> NAMED = COOP.keys();
    private static final ListKeys KEYS = new ListKeys(() -> NAMED);
    private static final Path DIRECTORY = directory();

    @FuzzTest
    void anyFileCountsUpToItsLastGoodRecord(byte[] file) throws IOException {
        ListFile.Scan scan = scan(file);

        assertThat(scan.known()).isEmpty(); // The key is in no input.
        assertThat(scan.good()).isBetween(0, file.length);
    }

    /** A whole list that the co-op signed, whatever entries it has; what stands behind it is cut. */
    @FuzzTest
    void aSignedListCountsWhateverFollowsIt(byte[] bytes) throws IOException {
        // The first byte says how many of the others are entries.
        int split = bytes.length == 0 ? 0 : Math.min(bytes[0] & 0xff, bytes.length - 1);
        int begin = Math.min(1, bytes.length);
        byte[] entries = Arrays.copyOfRange(bytes, begin, begin + split);
        byte[] behind = Arrays.copyOfRange(bytes, begin + split, bytes.length);
        AccessList list;
        try {
            var changes = new Changes();
            changes.addAll(ByteBuffer.wrap(entries));
            list = AccessList.EMPTY.with(changes);
        } catch (IllegalArgumentException torn) {
            entries = new byte[0];
            list = AccessList.EMPTY;
        }
        byte[] record = record(list, entries);
        byte[] file = Arrays.copyOf(record, record.length + behind.length);
        System.arraycopy(behind, 0, file, record.length, behind.length);

        ListFile.Scan scan = scan(file);

        assertThat(scan.known()).isPresent();
        assertThat(scan.known().get().list().hash()).isEqualTo(list.hash());
        assertThat(scan.good()).isEqualTo(record.length);
        scan.known().get().list().forEach((key, entry) -> Entry.read(entry, TestLists.NODE));
    }

    @FuzzTest
    void anyEntryIsReadOrSetAside(byte[] entry) {
        Entry quick = Entry.read(entry, TestLists.NODE);
        Entry general = Entry.general(entry, TestLists.NODE);
        if (quick instanceof Entry.Unreadable) {
            assertThat(general).isInstanceOf(Entry.Unreadable.class);
        } else {
            assertThat(quick).isEqualTo(general);
        }
    }

    private static ListFile.Scan scan(byte[] file) throws IOException {
        Files.write(DIRECTORY.resolve("access-list"), file);
        try (var lists = new ListFile(DIRECTORY)) {
            return lists.scan(KEYS);
        }
    }

    private static byte[] record(AccessList list, byte[] entries) throws IOException {
        byte[] head =
                TestLists.head(7, list)
                        .setEntriesHash(ByteString.copyFrom(list.hash()))
                        .build()
                        .toByteArray();
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeByte('S');
        for (byte[] field : new byte[][] {head, COOP.sign(head), TestLists.KEY_ID.getBytes()}) {
            out.writeInt(field.length);
            out.write(field);
        }
        out.write(entries);
        var crc = new CRC32C();
        crc.update(body.toByteArray());
        return ByteBuffer.allocate(16 + body.size())
                .put("COOPAL01".getBytes())
                .putInt(body.size())
                .putInt((int) crc.getValue())
                .put(body.toByteArray())
                .array();
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("access-list");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
