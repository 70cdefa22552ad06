package org.coopmesh.nodeagent.netfilter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who is next to this machine, as the kernel of this network namespace knows it: next hops of routes, and stations that were
 * heard. Safe for several threads.
 */
public final class Neighbourhood implements AutoCloseable {

    private static final int GET_ROUTE = 26;
    private static final int GET_NEIGHBOUR = 30;

    private static final int FAMILY_ANY = 0;
    private static final int FAMILY_V4 = 2;
    private static final int FAMILY_V6 = 10;

    private static final int PROTOCOL_BEFORE = 7;
    private static final int INDEX_BEFORE = 8;
    private static final int STATE_BEFORE = 4;

    private static final int STATION = 2;
    private static final int OUT_INTERFACE = 4;
    private static final int GATEWAY = 5;
    private static final int SEVERAL = 9;
    private static final int GATEWAY_OF_OTHER_FAMILY = 18;
    private static final int FAMILY_BYTES = 2;

    /** Incomplete, failed, without ARP, or put there by hand: nobody was heard. */
    private static final int SILENT = 0x01 | 0x20 | 0x40 | 0x80;

    /** What changes all the time is taken as it was read last: one row more or less stands there until the next time. */
    private static final int READ_TRIES_MAX = 3;

    private static final int NEXT_HOPS_MAX = 1_024;
    private static final int STATIONS_MAX = 16_384;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private final Nfnetlink netlink = new Nfnetlink(Nfnetlink.Family.NEIGHBOUR);
    private final Interfaces interfaces = new Interfaces();

    /** Where packets of a route go next; {@code index} is the interface's. */
    public record NextHop(int index, InetAddress gateway) {}

    /** One that was heard on an interface, whatever addresses it has; {@code address} as {@code 02:00:00:00:00:07}. */
    public record Station(int index, String address) {}

    /** Names of all interfaces, by their index. */
    public Map<Integer, String> interfaces() throws NetfilterFailure {
        Map<Integer, String> names = new TreeMap<>();
        for (Interfaces.Interface one : interfaces.read()) names.put(one.index(), one.name());
        return names;
    }

    /** Next hops of all routes, IPv4 and IPv6, of all tables, that {@code protocol} put there; 1,024 at most. */
    public synchronized Set<NextHop> nextHops(int protocol) throws NetfilterFailure {
        Set<NextHop> hops = new LinkedHashSet<>();
        for (int family : new int[] {FAMILY_V4, FAMILY_V6}) {
            dump(
                    GET_ROUTE,
                    family,
                    protocol,
                    route -> {
                        if (route.header8(PROTOCOL_BEFORE) == protocol) hop(route, 0, hops);
                    });
        }
        return hops;
    }

    private static void hop(Attributes route, int index, Set<NextHop> hops) {
        int out = index;
        Optional<InetAddress> gateway = Optional.empty();
        while (route.next()) {
            switch (route.type()) {
                case OUT_INTERFACE -> out = route.native32();
                case GATEWAY -> gateway = address(route.bytes());
                case GATEWAY_OF_OTHER_FAMILY -> {
                    byte[] bytes = route.bytes();
                    gateway =
                            bytes.length < FAMILY_BYTES
                                    ? Optional.empty()
                                    : address(
                                            Arrays.copyOfRange(bytes, FAMILY_BYTES, bytes.length));
                }
                case SEVERAL -> route.nextHops((one, its) -> hop(one, its, hops));
                default -> {}
            }
        }
        if (out != 0 && gateway.isPresent() && hops.size() < NEXT_HOPS_MAX) {
            hops.add(new NextHop(out, gateway.get()));
        }
    }

    private static Optional<InetAddress> address(byte[] bytes) {
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException otherFamily) {
            return Optional.empty();
        }
    }

    /** Who was heard, each once per interface; 16,384 at most, which is more than a kernel keeps. */
    public synchronized Set<Station> stations() throws NetfilterFailure {
        Set<Station> stations = new LinkedHashSet<>();
        dump(
                GET_NEIGHBOUR,
                FAMILY_ANY,
                0,
                neighbour -> {
                    int state = neighbour.header16(STATE_BEFORE);
                    if (state == 0 || (state & SILENT) != 0 || stations.size() >= STATIONS_MAX) {
                        return;
                    }
                    int index = neighbour.header32(INDEX_BEFORE);
                    while (neighbour.next()) {
                        if (neighbour.type() == STATION) {
                            String address = COLONS.formatHex(neighbour.bytes());
                            if (!address.isEmpty()) stations.add(new Station(index, address));
                        }
                    }
                });
        return stations;
    }

    private interface Row {
        void on(Attributes attributes);
    }

    private void dump(int type, int family, int protocol, Row row) throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            try (var request = new Messages()) {
                int sequence = netlink.nextSequence();
                request.end(
                        request.neighbourMessage(
                                type,
                                Nfnetlink.REQUEST | Nfnetlink.DUMP,
                                sequence,
                                family,
                                protocol));
                if (netlink.exchange(
                        request,
                        sequence,
                        sequence,
                        true,
                        (of, attributes) -> row.on(attributes))) {
                    return;
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        netlink.close();
        interfaces.close();
    }
}
