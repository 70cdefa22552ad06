package org.coopmesh.nodeagent.access;

/** All addresses that begin with the same bits. Ordered by first address, the wider before the narrower. */
record Prefix(Address first, int length) implements Comparable<Prefix> {

    Prefix {
        if (length < 0 || length > first.bits()) {
            throw new IllegalArgumentException("no prefix has " + length + " bits of " + first);
        }
        if (length < first.bits() && !first.firstOf(length).equals(first)) {
            throw new IllegalArgumentException("not canonical: " + first + "/" + length);
        }
    }

    /** @throws IllegalArgumentException if {@code text} is not canonical CIDR */
    static Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.length() - slash > 4) {
            throw new IllegalArgumentException("not a prefix: " + text);
        }
        try {
            return new Prefix(
                    Address.parse(text, slash),
                    Integer.parseInt(text, slash + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a prefix: " + text, e);
        }
    }

    boolean single() {
        return length == first.bits();
    }

    Address last() {
        return first.lastOf(length);
    }

    boolean contains(Address address) {
        return address.v6() == v6() && address.firstOf(length).equals(first);
    }

    boolean v6() {
        return first.v6();
    }

    @Override
    public int compareTo(Prefix other) {
        int byFirst = first.compareTo(other.first);
        return byFirst != 0 ? byFirst : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return first + "/" + length;
    }
}
