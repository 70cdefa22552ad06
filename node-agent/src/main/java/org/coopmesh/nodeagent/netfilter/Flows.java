package org.coopmesh.nodeagent.netfilter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The kernel's table of flows whose source it translates. Where a flow goes is neither read nor kept. Safe for several threads.
 */
public final class Flows implements AutoCloseable {
    private static final int SUBSYSTEM = 1;
    private static final int GET = SUBSYSTEM << 8 | 1;
    private static final int DELETE = SUBSYSTEM << 8 | 2;
    private static final int FAMILY_INET4 = 2;
    private static final int ORIGINAL = 1;
    private static final int REPLY = 2;
    private static final int ID = 12;
    private static final int ZONE = 18;
    private static final int IP = 1;
    private static final int SOURCE = 1;
    private static final int DESTINATION = 2;
    private static final int PROTOCOL = 2;
    private static final int NUMBER = 1;
    private static final int SOURCE_PORT = 2;
    private static final int DESTINATION_PORT = 3;
    private static final int ICMP_ID = 4;
    private static final int READ_TRIES_MAX = 5;

    private final Nfnetlink netlink = new Nfnetlink(Nfnetlink.Family.NETFILTER);

    /**
     * One flow's own end, inside and outside.
     *
     * @param protocol number, as 6 for TCP
     * @param inside the source as it came, as an unsigned number
     * @param insidePort its port, or the id of its ICMP echo; -1 where it has none
     * @param outside the source that the Internet sees
     * @param outsidePort of that, or the id of its ICMP echo; -1 where it has none
     */
    public record Flow(int protocol, long inside, int insidePort, long outside, int outsidePort) {}

    @SuppressWarnings("ArrayRecordComponent") // On its way back into the kernel.
    private record Found(Flow flow, byte[] original, byte[] id, byte[] zone) {}

    /** Ends each IPv4 flow that {@code strays}; its next packet begins a new one. Gives how many. */
    public synchronized int end(Predicate<Flow> strays) throws NetfilterFailure {
        int ended = 0;
        for (Found found : read(strays)) {
            try {
                delete(found);
                ended++;
            } catch (NetfilterFailure failure) {
                if (!failure.missing()) throw failure; // It may have ended by itself.
            }
        }
        return ended;
    }

    private List<Found> read(Predicate<Flow> wanted) throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<Found> found = new ArrayList<>();
            try (var request = new Messages()) {
                int sequence = netlink.nextSequence();
                request.end(
                        request.message(
                                GET,
                                Nfnetlink.REQUEST | Nfnetlink.DUMP,
                                sequence,
                                FAMILY_INET4,
                                0));
                boolean consistent =
                        netlink.exchange(
                                request,
                                sequence,
                                sequence,
                                true,
                                (type, attributes) -> {
                                    Found one = one(attributes);
                                    if (wanted.test(one.flow())) found.add(one);
                                });
                if (consistent) return found;
            }
        }
        throw new NetfilterFailure("flows keep changing while they are read", 0);
    }

    private static Found one(Attributes attributes) {
        byte[] original = new byte[0];
        byte[] id = new byte[0];
        byte[] zone = new byte[0];
        End inside = new End();
        End outside = new End();
        while (attributes.next()) {
            switch (attributes.type()) {
                case ORIGINAL -> {
                    original = attributes.bytes();
                    inside.read(attributes.nest());
                }
                case REPLY -> outside.read(attributes.nest());
                case ID -> id = attributes.bytes();
                case ZONE -> zone = attributes.bytes();
                default -> {}
            }
        }
        return new Found(
                new Flow(
                        inside.protocol,
                        inside.source,
                        inside.sourcePort,
                        outside.destination,
                        outside.destinationPort),
                original,
                id,
                zone);
    }

    /** One direction of a flow, as far as it says who is at home. */
    private static final class End {
        private int protocol;
        private long source;
        private long destination;
        private int sourcePort = -1;
        private int destinationPort = -1;

        void read(Attributes tuple) {
            while (tuple.next()) {
                Attributes nest = tuple.nest();
                if (tuple.type() == IP) {
                    while (nest.next()) {
                        switch (nest.type()) {
                            case SOURCE -> source = Integer.toUnsignedLong(nest.be32());
                            case DESTINATION -> destination = Integer.toUnsignedLong(nest.be32());
                            default -> {}
                        }
                    }
                } else if (tuple.type() == PROTOCOL) {
                    while (nest.next()) {
                        switch (nest.type()) {
                            case NUMBER -> protocol = nest.bytes()[0] & 0xff;
                            case SOURCE_PORT -> sourcePort = be16(nest.bytes());
                            case DESTINATION_PORT -> destinationPort = be16(nest.bytes());
                            case ICMP_ID -> {
                                sourcePort = be16(nest.bytes());
                                destinationPort = sourcePort;
                            }
                            default -> {}
                        }
                    }
                }
            }
        }

        private static int be16(byte[] bytes) {
            return (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        }
    }

    private void delete(Found found) throws NetfilterFailure {
        try (var request = new Messages()) {
            int sequence = netlink.nextSequence();
            int start =
                    request.message(
                            DELETE, Nfnetlink.REQUEST | Nfnetlink.ACK, sequence, FAMILY_INET4, 0);
            request.bytes(ORIGINAL | Messages.NESTED, found.original());
            if (found.id().length > 0) request.bytes(ID, found.id());
            if (found.zone().length > 0) request.bytes(ZONE, found.zone());
            request.end(start);
            netlink.exchange(request, sequence, sequence, false, (type, attributes) -> {});
        }
    }

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
