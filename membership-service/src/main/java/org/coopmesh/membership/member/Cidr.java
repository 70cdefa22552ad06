package org.coopmesh.membership.member;

import java.net.InetAddress;
import java.util.Arrays;

/** An address prefix as it is written down: no host bits, length in the family's bounds. */
record Cidr(InetAddress address, int length) {
    /**
     * Reads {@code text}, for example 10.201.0.0/16 or fd42:201::/48.
     *
     * @throws IllegalArgumentException if it is no prefix, or has bits set behind its length
     */
    static Cidr of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) throw new IllegalArgumentException("not a prefix: " + text);
        InetAddress address = InetAddress.ofLiteral(text.substring(0, slash));
        int length;
        try {
            length = Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a prefix: " + text, e);
        }
        byte[] bytes = address.getAddress();
        if (length < 0 || length > bytes.length * 8)
            throw new IllegalArgumentException("not a prefix: " + text);
        for (int bit = length; bit < bytes.length * 8; bit++)
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
                throw new IllegalArgumentException("has bits behind its length: " + text);
        return new Cidr(address, length);
    }

    boolean isV4() {
        return address.getAddress().length == 4;
    }

    boolean overlaps(Cidr other) {
        if (isV4() != other.isV4()) return false;
        int shared = Math.min(length, other.length);
        byte[] mine = address.getAddress();
        byte[] theirs = other.address.getAddress();
        int whole = shared / 8;
        if (!Arrays.equals(mine, 0, whole, theirs, 0, whole)) return false;
        int rest = shared % 8;
        return rest == 0 || (mine[whole] ^ theirs[whole]) >> (8 - rest) == 0;
    }
}
