package org.coopmesh.abuse.outside;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Prefix.Family;

/**
 * Reads plain lists: an address, a prefix or a range {@code first-last} a line, IPv4 and IPv6 mixed, {@code #} and {@code ;} begin
 * a comment, and what follows a blank or a comma is not looked at.
 */
final class ListReader {
    static final int LINES_MAX = 1_000_000;
    static final int LINE_BYTES_MAX = 300;

    /** A range that falls into more prefixes than this is left out. */
    static final int PIECES_MAX = 64;

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private ListReader() {}

    /**
     * Reads to the end.
     *
     * @throws NoList if it has too many lines, or hardly any line is an address: a page that tells an error, perhaps
     */
    static Reading read(InputStream in) throws IOException, NoList {
        var reading = new Reading(true);
        int lines = 0;
        int said = 0;
        int malformed = 0;
        var line = new byte[LINE_BYTES_MAX];
        int length = 0;
        boolean tooLong = false;
        boolean more = true;
        var buffer = new byte[1 << 16];
        while (more) {
            int count = in.read(buffer);
            more = count >= 0;
            for (int i = 0; i < Math.max(count, more ? 0 : 1); i++) {
                byte next = more ? buffer[i] : (byte) '\n';
                if (next != '\n' && next != '\r') {
                    tooLong |= length == LINE_BYTES_MAX;
                    if (!tooLong) line[length++] = next;
                    continue;
                }
                if (length == 0) {
                    continue;
                }
                if (++lines > LINES_MAX) {
                    throw new NoList("too-long", "more than " + LINES_MAX + " lines");
                }
                String text = entry(new String(line, 0, length, StandardCharsets.UTF_8));
                if (!text.isEmpty()) {
                    said++;
                    if (tooLong || !take(text, reading)) {
                        malformed++;
                        reading.leaveOut("malformed");
                    }
                }
                length = 0;
                tooLong = false;
            }
        }
        if (malformed * 2 > said) {
            throw new NoList(
                    "no-list",
                    malformed + " of " + said + " lines are no address: this is no list of them");
        }
        return reading;
    }

    private static String entry(String line) {
        int end = line.length();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '#' || c == ';') {
                end = i;
                break;
            }
        }
        String text = line.substring(0, end);
        return (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text)
                .strip();
    }

    private static boolean take(String text, Reading reading) {
        String[] words = text.replaceAll("\\s*-\\s*", "-").split("[\\s,]+", 2);
        String first = words[0];
        int dash = first.indexOf('-');
        try {
            if (dash < 0) {
                reading.add(Prefix.parse(first), Optional.empty());
                return true;
            }
            List<Prefix> pieces =
                    pieces(
                            Prefix.address(first.substring(0, dash)),
                            Prefix.address(first.substring(dash + 1)));
            if (pieces.size() > PIECES_MAX) {
                reading.leaveOut("range-in-too-many-pieces");
            } else {
                pieces.forEach(piece -> reading.add(piece, Optional.empty()));
            }
            return true;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    /**
     * The fewest prefixes that are exactly the addresses from {@code first} to {@code last}; at most one more than 64 of them.
     *
     * @throws IllegalArgumentException if they are of two families, or the wrong way round
     */
    static List<Prefix> pieces(Prefix first, Prefix last) {
        if (first.family() != last.family() || first.first().compareTo(last.first()) > 0) {
            throw new IllegalArgumentException("a range goes from a lower address to a higher one");
        }
        Family family = first.family();
        var pieces = new ArrayList<Prefix>();
        BigInteger from = first.first();
        while (from.compareTo(last.first()) <= 0 && pieces.size() <= PIECES_MAX) {
            BigInteger left = last.first().subtract(from).add(BigInteger.ONE);
            int aligned = from.signum() == 0 ? family.bits() : from.getLowestSetBit();
            int behind = Math.min(aligned, left.bitLength() - 1);
            pieces.add(new Prefix(family, from, family.bits() - behind));
            from = from.add(BigInteger.ONE.shiftLeft(behind));
        }
        return pieces;
    }
}
