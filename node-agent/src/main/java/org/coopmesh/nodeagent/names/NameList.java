package org.coopmesh.nodeagent.names;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.coopmesh.contracts.membership.v1.NamesHead;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.names.NamesRefused.Trouble;

/**
 * Addresses and names of one serial, checked: the co-op signed them, and every one is a name of its own zone.
 *
 * @param lines "10.201.1.1 mill.village.mesh", in order
 * @param bytes of the head, as they were signed
 */
@SuppressWarnings("ArrayRecordComponent") // The signed bytes as they came.
record NameList(
        NamesHead head, SortedSet<String> lines, byte[] bytes, byte[] signature, String keyId) {
    /** As much as a small router reads. */
    static final int LINES_MAX = 20_000;

    private static final int LINE_LENGTH_MAX = 300;
    private static final int NAME_LENGTH_MAX = 253;
    private static final byte[] CONTEXT = "coopmesh-names-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern V4 =
            Pattern.compile(
                    "(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])(\\.(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-f:]{2,39}");
    private static final Pattern NAME =
            Pattern.compile(
                    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");

    /**
     * Checks a list.
     *
     * @param suffix what the zone has to end with, as "mesh"
     * @param keys SubjectPublicKeyInfo of who may sign, by id
     * @throws NamesRefused if anything in it is not as it should be: then nothing of it is taken
     */
    static NameList of(
            byte[] head,
            byte[] signature,
            String keyId,
            SortedSet<String> lines,
            String suffix,
            Map<String, byte[]> keys)
            throws NamesRefused {
        byte[] key = keys.get(keyId);
        if (key == null) throw new NamesRefused(Trouble.NAMES_KEY_UNKNOWN, "signed by " + keyId);
        byte[] message = Arrays.copyOf(CONTEXT, CONTEXT.length + head.length);
        System.arraycopy(head, 0, message, CONTEXT.length, head.length);
        if (!Ed25519Key.read(key).signed(message, signature)) {
            throw new NamesRefused(Trouble.NAMES_FORGED, "signature does not fit");
        }
        NamesHead read;
        try {
            read = NamesHead.parseFrom(head);
        } catch (InvalidProtocolBufferException malformed) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "head unreadable");
        }
        if (read.getSerial() <= 0 || lines.size() > LINES_MAX) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "no serial, or too many lines");
        }
        if (lines.size() != read.getLines() || !read.getLinesHash().equals(hash(lines))) {
            throw new NamesRefused(Trouble.NAMES_FORGED, "lines do not add up to the signed hash");
        }
        String zone = read.getZone();
        if (!NAME.matcher(zone).matches() || !zone.endsWith("." + suffix)) {
            throw new NamesRefused(Trouble.NAMES_FOREIGN, "zone does not end with " + suffix);
        }
        for (String line : lines) check(line, zone);
        return new NameList(read, lines, head, signature, keyId);
    }

    private static void check(String line, String zone) throws NamesRefused {
        int space = line.indexOf(' ');
        if (space < 0 || line.length() > LINE_LENGTH_MAX) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "a line is not address and name");
        }
        String address = line.substring(0, space);
        String name = line.substring(space + 1);
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "a line has no name of a host");
        }
        if (!name.endsWith("." + zone) || name.startsWith("localhost.")) {
            throw new NamesRefused(Trouble.NAMES_FOREIGN, "a name is not one of " + zone);
        }
        if (!V4.matcher(address).matches()
                && !(address.contains(":") && V6.matcher(address).matches())) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "a line has no address");
        }
        InetAddress at;
        try {
            at = InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException malformed) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "a line has no address");
        }
        if (at.isLoopbackAddress()
                || at.isAnyLocalAddress()
                || at.isMulticastAddress()
                || at.isLinkLocalAddress()) {
            throw new NamesRefused(Trouble.NAMES_FOREIGN, "an address leads to no node");
        }
    }

    /** SHA-256 over the lines in their order, each with a line feed behind it. */
    static ByteString hash(SortedSet<String> lines) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String line : lines) {
                digest.update(line.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) '\n');
            }
            return ByteString.copyFrom(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The lines with a difference applied. */
    SortedSet<String> with(Iterable<String> removed, Iterable<String> added) {
        SortedSet<String> next = new TreeSet<>(lines);
        removed.forEach(next::remove);
        added.forEach(next::add);
        return next;
    }
}
