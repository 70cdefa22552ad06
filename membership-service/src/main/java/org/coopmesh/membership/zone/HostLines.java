package org.coopmesh.membership.zone;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** The zone's addresses as lines of a file of hosts, which nodes keep. */
final class HostLines {
    /** More would not fit a small router; the zone has them all the same. */
    static final int LINES_MAX = 20_000;

    private HostLines() {}

    /**
     * In ascending order; names are ASCII, so that of characters is that of bytes. Without addresses of this machine, which a
     * node would refuse.
     */
    static List<String> of(Collection<ZoneRecord> records) {
        var lines = new TreeSet<String>();
        records.stream().filter(HostLines::isLine).forEach(record -> lines.add(record.hostLine()));
        return lines.stream().limit(LINES_MAX).toList();
    }

    static boolean isLine(ZoneRecord record) {
        return record.isAddress()
                && !record.rdata().startsWith("127.")
                && !record.rdata().equals("::1");
    }

    /** SHA-256 over the lines in their order, each with a line feed behind it. */
    static byte[] hash(List<String> lines) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String line : lines) {
                digest.update(line.getBytes(StandardCharsets.US_ASCII));
                digest.update((byte) '\n');
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
