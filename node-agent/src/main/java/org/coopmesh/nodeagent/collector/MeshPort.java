package org.coopmesh.nodeagent.collector;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An interface that respondd is spoken on, as it is now.
 *
 * @param mac empty where it has none
 * @param linkLocal its link-local address, with scope
 * @param locals its unique local addresses (fc00::/7)
 */
record MeshPort(
        String name, int index, String mac, Inet6Address linkLocal, List<LocalPrefix> locals) {
    /** respondd's port. */
    static final int PORT = 1001;

    private static final byte[] LINK_GROUP = {
        (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x10, 0x01
    };
    private static final byte[] SITE_GROUP = {
        (byte) 0xff, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x10, 0x01
    };

    /** An address and what is on the link with it. */
    record LocalPrefix(Inet6Address address, int length) {
        boolean contains(Inet6Address other) {
            byte[] ours = address.getAddress();
            byte[] theirs = other.getAddress();
            for (int bit = 0; bit < length; bit++) {
                int mask = 0x80 >> (bit & 7);
                if (((ours[bit >> 3] ^ theirs[bit >> 3]) & mask) != 0) return false;
            }
            return true;
        }
    }

    /** The interface, if it is up and has a link-local address. */
    static Optional<MeshPort> find(String name) throws SocketException {
        NetworkInterface found = NetworkInterface.getByName(name);
        if (found == null || !found.isUp()) return Optional.empty();
        @Nullable Inet6Address linkLocal = null;
        List<LocalPrefix> locals = new ArrayList<>();
        for (InterfaceAddress each : found.getInterfaceAddresses()) {
            if (!(each.getAddress() instanceof Inet6Address address)) continue;
            if (address.isLinkLocalAddress()) {
                linkLocal = scoped(address.getAddress(), found.getIndex());
            } else if (isUniqueLocal(address)) {
                locals.add(
                        new LocalPrefix(
                                scoped(address.getAddress(), 0), each.getNetworkPrefixLength()));
            }
        }
        if (linkLocal == null) return Optional.empty();
        byte[] hardware = found.getHardwareAddress();
        String mac = hardware == null ? "" : HexFormat.ofDelimiter(":").formatHex(hardware);
        return Optional.of(
                new MeshPort(name, found.getIndex(), mac, linkLocal, List.copyOf(locals)));
    }

    /** Those of {@code names} that are there; the others are told. */
    static List<MeshPort> findAll(List<String> names, Complaints complaints) {
        List<MeshPort> ports = new ArrayList<>();
        for (String name : names) {
            try {
                Optional<MeshPort> port = find(name);
                port.ifPresentOrElse(
                        ports::add, () -> complaints.about(Objection.INTERFACE_ABSENT, name));
            } catch (SocketException unreadable) {
                complaints.about(Objection.INTERFACE_ABSENT, name);
            }
        }
        return ports;
    }

    /** All nodes of the link that speak respondd: ff02::2:1001. */
    Inet6Address linkGroup() {
        return scoped(LINK_GROUP, index);
    }

    /** All nodes of the site that speak respondd: ff05::2:1001. */
    static Inet6Address siteGroup() {
        return scoped(SITE_GROUP, 0);
    }

    /** Whether {@code other} is a neighbour on this very link, so that what is sent to it leaves here and nowhere else. */
    boolean isOnLink(InetAddress other) {
        if (!(other instanceof Inet6Address six) || isOwn(six)) return false;
        if (six.isLinkLocalAddress()) return six.getScopeId() == index;
        return isUniqueLocal(six) && locals.stream().anyMatch(local -> local.contains(six));
    }

    private boolean isOwn(Inet6Address address) {
        return address.equals(linkLocal)
                || locals.stream().anyMatch(local -> local.address().equals(address));
    }

    /** fc00::/7. */
    static boolean isUniqueLocal(Inet6Address address) {
        return (address.getAddress()[0] & 0xfe) == 0xfc;
    }

    private static Inet6Address scoped(byte[] address, int scope) {
        try {
            return scope == 0
                    ? Inet6Address.getByAddress("", address, -1)
                    : Inet6Address.getByAddress("", address, scope);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
