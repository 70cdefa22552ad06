package org.coopmesh.membership.topology;

/**
 * Where neighbours hear a node, as it tells itself; what they call its address.
 *
 * @param interfaceName of the node, or "" for an overlay's address, which is bound to none
 */
public record OwnAddress(String interfaceName, String address) {
    private static final int TEXT_LENGTH_MAX = 128;

    public OwnAddress {
        check("interface", interfaceName);
        check("address", address);
        if (address.isEmpty()) throw new IllegalArgumentException("address is empty");
    }

    /** What a node calls its neighbours and interfaces is short and printable. */
    static void check(String field, String text) {
        if (text.length() > TEXT_LENGTH_MAX || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(field + " is not a short line of text");
        }
    }

    /** True unless they are different interfaces: an overlay is heard on any. */
    static boolean sameInterface(String one, String other) {
        return one.isEmpty() || other.isEmpty() || one.equals(other);
    }
}
