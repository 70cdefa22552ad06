package org.coopmesh.membership.node;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A canonical CIDR prefix, IPv4 or IPv6: no bit is set behind its length. */
public record Prefix(BigInteger network, int length, boolean v6) implements Comparable<Prefix> {
    private static final int BITS_V4 = 32;
    private static final int BITS_V6 = 128;
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]{2,39}");

    public Prefix {
        int bits = v6 ? BITS_V6 : BITS_V4;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix length out of range: " + length);
        }
        if (network.signum() < 0 || network.bitLength() > bits) {
            throw new IllegalArgumentException("address out of range");
        }
        if (!network.equals(network.shiftRight(bits - length).shiftLeft(bits - length))) {
            throw new IllegalArgumentException("prefix has bits set behind its length");
        }
    }

    /**
     * Reads "10.201.1.0/24", "fd42:201:1::/64", or an address alone as its own /32 or /128.
     *
     * @throws IllegalArgumentException if it is neither, or bits are set behind the length
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = address(slash < 0 ? text : text.substring(0, slash));
        boolean v6 = address.length > 4;
        int length = v6 ? BITS_V6 : BITS_V4;
        if (slash >= 0) {
            try {
                length = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a prefix: " + text, e);
            }
        }
        return new Prefix(new BigInteger(1, address), length, v6);
    }

    /** The same, but bits behind the length are cleared: "10.201.1.7/24" is 10.201.1.0/24. */
    public static Prefix enclosing(String addressText, int length) {
        byte[] address = address(addressText);
        int bits = address.length * Byte.SIZE;
        int host = bits - length;
        return new Prefix(
                new BigInteger(1, address).shiftRight(host).shiftLeft(host),
                length,
                address.length > 4);
    }

    private static byte[] address(String text) {
        if (!V4.matcher(text).matches() && !(V6.matcher(text).matches() && text.contains(":"))) {
            throw new IllegalArgumentException("not an address: " + text);
        }
        try {
            return InetAddress.ofLiteral(text).getAddress(); // Nothing is ever looked up.
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an address: " + text, e);
        }
    }

    public int bits() {
        return v6 ? BITS_V6 : BITS_V4;
    }

    public boolean contains(Prefix other) {
        return v6 == other.v6
                && length <= other.length
                && other.network
                        .shiftRight(bits() - length)
                        .equals(network.shiftRight(bits() - length));
    }

    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    /** The first address of the prefix after the network's own: the router's. */
    public String firstAddress() {
        return text(network.add(BigInteger.ONE), v6);
    }

    BigInteger size() {
        return BigInteger.ONE.shiftLeft(bits() - length);
    }

    /** As addresses are written on the wire: RFC 5952 for IPv6. */
    static String text(BigInteger address, boolean v6) {
        if (!v6) {
            int value = address.intValue();
            return (value >>> 24 & 0xff)
                    + "."
                    + (value >>> 16 & 0xff)
                    + "."
                    + (value >>> 8 & 0xff)
                    + "."
                    + (value & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = address.shiftRight(112 - 16 * i).intValue() & 0xffff;
        }
        int bestAt = -1;
        int bestLength = 1; // RFC 5952: a single group of zeros is not shortened.
        for (int i = 0; i < groups.length; i++) {
            int run = 0;
            while (i + run < groups.length && groups[i + run] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestAt = i;
                bestLength = run;
            }
            i += Math.max(0, run - 1);
        }
        var out = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i == bestAt) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }

    @Override
    public int compareTo(Prefix other) {
        int family = Boolean.compare(v6, other.v6);
        int address = family != 0 ? family : network.compareTo(other.network);
        return address != 0 ? address : Integer.compare(length, other.length);
    }

    /** The prefix as canonical text, or "" for none. */
    public static String textOrEmpty(@Nullable Prefix prefix) {
        return prefix == null ? "" : prefix.toString();
    }

    @Override
    public String toString() {
        return text(network, v6) + "/" + length;
    }
}
