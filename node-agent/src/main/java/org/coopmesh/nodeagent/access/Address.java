package org.coopmesh.nodeagent.access;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** One IPv4 or IPv6 address as an unsigned number; an IPv4 address has only the last 32 bits. */
record Address(boolean v6, long high, long low) implements Comparable<Address> {

    /** @throws IllegalArgumentException if {@code text} is no address literal; nothing is ever looked up */
    static Address parse(String text) {
        return parse(text, text.length());
    }

    /** As {@link #parse(String)}, of the first {@code end} characters. */
    static Address parse(String text, int end) {
        if (text.lastIndexOf(':', end - 1) < 0) {
            return new Address(false, 0, v4(text, end));
        }
        String literal = text.substring(0, end);
        byte[] bytes =
                literal.indexOf('%') >= 0
                        ? new byte[0]
                        : InetAddress.ofLiteral(literal).getAddress();
        if (bytes.length != 16) {
            throw new IllegalArgumentException("not an IPv6 address: " + text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Address(true, buffer.getLong(), buffer.getLong());
    }

    static Address of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4
                ? new Address(false, 0, Integer.toUnsignedLong(bytes.getInt()))
                : new Address(true, bytes.getLong(), bytes.getLong());
    }

    /** By hand: a list has a hundred thousand of them. */
    private static long v4(String text, int end) {
        long address = 0;
        int part = -1;
        int parts = 0;
        for (int i = 0; i <= end; i++) {
            char c = i < end ? text.charAt(i) : '.';
            if (c >= '0' && c <= '9' && part != 0 && part < 256) {
                part = Math.max(part, 0) * 10 + (c - '0');
            } else if (c == '.' && part >= 0 && part < 256 && parts < 4) {
                address = address << 8 | part;
                part = -1;
                parts++;
            } else {
                throw new IllegalArgumentException("not an address: " + text.substring(0, end));
            }
        }
        if (parts != 4) {
            throw new IllegalArgumentException("not an address: " + text.substring(0, end));
        }
        return address;
    }

    int bits() {
        return v6 ? 128 : 32;
    }

    byte[] bytes() {
        return v6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : new byte[] {
                    (byte) (low >> 24), (byte) (low >> 16), (byte) (low >> 8), (byte) low
                };
    }

    /** The address behind this one; empty at the end of all addresses. */
    Optional<Address> next() {
        if (!v6) {
            return low == 0xffff_ffffL
                    ? Optional.empty()
                    : Optional.of(new Address(false, 0, low + 1));
        }
        if (low != -1) {
            return Optional.of(new Address(true, high, low + 1));
        }
        return high == -1 ? Optional.empty() : Optional.of(new Address(true, high + 1, 0));
    }

    Address previous() {
        return low == 0 ? new Address(v6, high - 1, -1) : new Address(v6, high, low - 1);
    }

    /** The first of the {@code 2^(bits-length)} addresses that share the first {@code length} bits. */
    Address firstOf(int length) {
        long[] mask = mask(length);
        return new Address(v6, high & mask[0], low & mask[1]);
    }

    Address lastOf(int length) {
        long[] mask = mask(length);
        return v6
                ? new Address(true, high | ~mask[0], low | ~mask[1])
                : new Address(false, 0, (low | ~mask[1]) & 0xffff_ffffL);
    }

    private long[] mask(int length) {
        int bits = v6 ? length : length + 96;
        long high = bits == 0 ? 0 : -1L << Math.max(0, 64 - bits);
        long low = bits <= 64 ? 0 : -1L << (128 - bits);
        return new long[] {high, low};
    }

    @Override
    public int compareTo(Address other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(bytes()).getHostAddress();
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
