package org.coopmesh.nodeagent.portblock;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** An IPv4 address as an unsigned number of 32 bits. */
public record Ipv4(long number) implements Comparable<Ipv4> {
    private static final long MOST = 0xffff_ffffL;

    public Ipv4 {
        if (number < 0 || number > MOST) {
            throw new IllegalArgumentException("no IPv4 address: " + number);
        }
    }

    /**
     * Reads four numbers with points between them; nothing is ever looked up.
     *
     * @throws IllegalArgumentException if {@code text} is something else
     */
    public static Ipv4 parse(String text) {
        if (text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
                && InetAddress.ofLiteral(text) instanceof Inet4Address address) {
            return of(address.getAddress());
        }
        throw new IllegalArgumentException("no IPv4 address: " + text);
    }

    static Ipv4 of(byte[] bytes) {
        return new Ipv4(Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt()));
    }

    @Override
    public int compareTo(Ipv4 other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return (number >> 24)
                + "."
                + (number >> 16 & 0xff)
                + "."
                + (number >> 8 & 0xff)
                + "."
                + (number & 0xff);
    }

    /** All addresses that begin with the same bits; as text in canonical CIDR. */
    public record Range(Ipv4 first, int length) {
        public Range {
            if (length < 0 || length > 32) {
                throw new IllegalArgumentException("no prefix has " + length + " bits");
            }
            if ((first.number() & size(length) - 1) != 0) {
                throw new IllegalArgumentException("not canonical: " + first + "/" + length);
            }
        }

        /**
         * Reads CIDR.
         *
         * @throws IllegalArgumentException if {@code text} is not canonical
         */
        public static Range parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,2}")) {
                throw new IllegalArgumentException("no IPv4 prefix: " + text);
            }
            return new Range(
                    Ipv4.parse(text.substring(0, slash)),
                    Integer.parseInt(text.substring(slash + 1)));
        }

        static long size(int length) {
            return 1L << 32 - length;
        }

        public boolean contains(Ipv4 address) {
            long distance = address.number() - first.number();
            return distance >= 0 && distance < size(length);
        }

        @Override
        public String toString() {
            return first + "/" + length;
        }
    }
}
