package org.coopmesh.abuse.subject;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * A range of IPv4 or IPv6 addresses in the one form that is compared, stored and sent: no bits set behind the length, text as
 * RFC 5952 has it, IPv4 written inside IPv6 ({@code ::ffff:10.0.0.1}) taken as the IPv4 it is. A single address is a /32 or /128.
 *
 * @param first the lowest address as an unsigned number
 * @param length the leading bits that all addresses share
 */
public record Prefix(Family family, BigInteger first, int length) {
    /** The longest text of a prefix: an IPv6 address that ends in dotted IPv4, and its length. */
    private static final int TEXT_LENGTH_MAX = 49;

    private static final BigInteger MAPPED_V4 = BigInteger.valueOf(0xffff);

    /** The two kinds of address. */
    public enum Family {
        V4(32),
        V6(128);

        private final int bits;

        Family(int bits) {
            this.bits = bits;
        }

        public int bits() {
            return bits;
        }
    }

    public Prefix {
        if (length < 0 || length > family.bits()) {
            throw new IllegalArgumentException("no such prefix length: " + length);
        }
        if (first.signum() < 0 || first.bitLength() > family.bits()) {
            throw new IllegalArgumentException("not an address of " + family);
        }
        int behind = family.bits() - length;
        if (first.signum() != 0 && first.getLowestSetBit() < behind) {
            throw new IllegalArgumentException("bits set behind the prefix length");
        }
    }

    /**
     * Reads {@code 10.201.4.20}, {@code 10.201.4.0/24}, {@code fd42:201::/48} and the like; bits behind the length are cut off.
     *
     * @throws IllegalArgumentException for anything else. Names are never resolved; zones, octal and short forms are refused
     */
    public static Prefix parse(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("longer than any address or prefix");
        }
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean v6 = address.indexOf(':') >= 0;
        BigInteger number = v6 ? v6(address) : v4(address);
        Family family = v6 ? Family.V6 : Family.V4;
        int length = slash < 0 ? family.bits() : length(text.substring(slash + 1), family);
        if (v6 && length >= 96 && number.shiftRight(32).equals(MAPPED_V4)) {
            family = Family.V4;
            length -= 96;
            number = number.subtract(MAPPED_V4.shiftLeft(32));
        }
        int behind = family.bits() - length;
        return new Prefix(family, number.shiftRight(behind).shiftLeft(behind), length);
    }

    /**
     * Reads one address.
     *
     * @throws IllegalArgumentException for a prefix that holds several, or no address at all
     */
    public static Prefix address(String text) {
        Prefix prefix = parse(text);
        if (!prefix.isAddress() || text.indexOf('/') >= 0) {
            throw new IllegalArgumentException("one address is wanted, not a prefix: " + prefix);
        }
        return prefix;
    }

    /** Every address of {@code other} is one of ours; a prefix contains itself. */
    public boolean contains(Prefix other) {
        if (family != other.family || length > other.length) {
            return false;
        }
        int behind = family.bits() - length;
        return first.shiftRight(behind).equals(other.first.shiftRight(behind));
    }

    /** At least one address is in both. */
    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    /** Larger than a /{@code v4} or, for IPv6, a /{@code v6}. */
    public boolean widerThan(int v4, int v6) {
        return length < (family == Family.V4 ? v4 : v6);
    }

    public boolean isAddress() {
        return length == family.bits();
    }

    /** The number of addresses. */
    public BigInteger size() {
        return BigInteger.ONE.shiftLeft(family.bits() - length);
    }

    /** Canonical CIDR, with the length even for one address: {@code 10.201.4.20/32}. */
    @Override
    public String toString() {
        return addressText() + "/" + length;
    }

    /** The lowest address alone. */
    public String addressText() {
        return switch (family) {
            case V4 -> v4Text();
            case V6 -> v6Text();
        };
    }

    private static int length(String text, Family family) {
        if (text.isEmpty() || text.length() > 3 || !digits(text) || leadingZero(text)) {
            throw new IllegalArgumentException("a prefix length is a plain number: /" + text);
        }
        int length = Integer.parseInt(text);
        if (length > family.bits()) {
            throw new IllegalArgumentException("no such prefix length: /" + length);
        }
        return length;
    }

    private static BigInteger v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an address: four numbers are wanted");
        }
        long number = 0;
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !digits(part) || leadingZero(part)) {
                throw new IllegalArgumentException("not an address: plain numbers are wanted");
            }
            int octet = Integer.parseInt(part);
            if (octet > 255) {
                throw new IllegalArgumentException("not an address: " + octet + " is above 255");
            }
            number = number << 8 | octet;
        }
        return BigInteger.valueOf(number);
    }

    private static BigInteger v6(String text) {
        String address = text;
        int lastColon = address.lastIndexOf(':');
        if (address.indexOf('.') >= 0) {
            long v4 = v4(address.substring(lastColon + 1)).longValueExact();
            address =
                    address.substring(0, lastColon + 1)
                            + Long.toHexString(v4 >> 16)
                            + ":"
                            + Long.toHexString(v4 & 0xffff);
        }
        int gap = address.indexOf("::");
        if (gap < 0) {
            return number(groups(address, 8, 8));
        }
        if (address.indexOf("::", gap + 1) >= 0) {
            throw new IllegalArgumentException("not an address: '::' may stand once");
        }
        int[] head = groups(address.substring(0, gap), 0, 7);
        int[] tail = groups(address.substring(gap + 2), 0, 7 - head.length);
        int[] all = Arrays.copyOf(head, 8);
        System.arraycopy(tail, 0, all, 8 - tail.length, tail.length);
        return number(all);
    }

    private static int[] groups(String text, int min, int max) {
        String[] parts = text.isEmpty() ? new String[0] : text.split(":", -1);
        if (parts.length < min || parts.length > max) {
            throw new IllegalArgumentException("not an address: eight groups are wanted");
        }
        int[] groups = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            groups[i] = group(parts[i]);
        }
        return groups;
    }

    private static int group(String text) {
        if (text.isEmpty() || text.length() > 4) {
            throw new IllegalArgumentException("not an address: a group has 1 to 4 digits");
        }
        int group = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new IllegalArgumentException("not an address: hexadecimal digits are wanted");
            }
            group = group << 4 | digit;
        }
        return group;
    }

    private static BigInteger number(int[] groups) {
        BigInteger number = BigInteger.ZERO;
        for (int group : groups) {
            number = number.shiftLeft(16).or(BigInteger.valueOf(group));
        }
        return number;
    }

    private static boolean digits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean leadingZero(String text) {
        return text.length() > 1 && text.charAt(0) == '0';
    }

    private String v4Text() {
        long n = first.longValueExact();
        return (n >> 24) + "." + (n >> 16 & 255) + "." + (n >> 8 & 255) + "." + (n & 255);
    }

    private String v6Text() {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = first.shiftRight(112 - 16 * i).intValue() & 0xffff;
        }
        int gapAt = -1;
        int gapLength = 1; // A single zero group is written out.
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > gapLength) {
                gapAt = i;
                gapLength = run;
            }
            i += run;
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == gapAt) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
