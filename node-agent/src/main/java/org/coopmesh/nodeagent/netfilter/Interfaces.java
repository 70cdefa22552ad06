package org.coopmesh.nodeagent.netfilter;

import java.util.ArrayList;
import java.util.List;

/** What the interfaces of this network namespace have moved, as the kernel counts it. Safe for several threads. */
public final class Interfaces implements AutoCloseable {

    private static final int GET_LINK = 18;
    private static final int NAME = 3;
    private static final int STATISTICS = 23;
    private static final int RECEIVED = 2;
    private static final int SENT = 3;
    private static final int INDEX_BEFORE = 12;
    private static final int READ_TRIES_MAX = 20;

    private final Nfnetlink netlink = new Nfnetlink(Nfnetlink.Family.INTERFACE);

    /**
     * One interface's figures since it was made.
     *
     * @param index the kernel's own number, which stays when the name changes; later interfaces have higher ones
     */
    public record Interface(String name, int index, long received, long sent) {}

    public synchronized List<Interface> read() throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<Interface> all = new ArrayList<>();
            try (var request = new Messages()) {
                int sequence = netlink.nextSequence();
                request.end(
                        request.interfaceMessage(
                                GET_LINK, Nfnetlink.REQUEST | Nfnetlink.DUMP, sequence));
                boolean consistent =
                        netlink.exchange(
                                request,
                                sequence,
                                sequence,
                                true,
                                (type, attributes) -> all.add(one(attributes)));
                if (consistent) {
                    return all;
                }
            }
        }
        throw new NetfilterFailure("interfaces keep changing while they are read", 0);
    }

    private static Interface one(Attributes attributes) {
        int index = attributes.header32(INDEX_BEFORE);
        String name = "";
        long received = 0;
        long sent = 0;
        while (attributes.next()) {
            switch (attributes.type()) {
                case NAME -> name = attributes.string();
                case STATISTICS -> {
                    received = attributes.native64(RECEIVED);
                    sent = attributes.native64(SENT);
                }
                default -> {}
            }
        }
        return new Interface(name, index, received, sent);
    }

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
