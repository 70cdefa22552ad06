package org.coopmesh.nodeagent.collector;

import java.net.Inet6Address;

/** Where an answer came from: two interfaces may have the same link-local address on them. */
record Source(String interfaceName, Inet6Address address) {
    /** Whether both came over one interface and in one scope, where a router has one address. */
    boolean isSameWay(Source other) {
        return interfaceName.equals(other.interfaceName)
                && address.isLinkLocalAddress() == other.address.isLinkLocalAddress();
    }

    /** For the log. */
    String text() {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return (zone < 0 ? text : text.substring(0, zone)) + "%" + interfaceName;
    }
}
