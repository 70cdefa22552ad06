package org.coopmesh.nodeagent.netfilter;

import java.util.Optional;

/**
 * Changes to elements and named objects of one table that the kernel takes all together or not at all. Belongs to one thread;
 * {@link MeshTable#commit} ends it.
 */
public final class Batch implements AutoCloseable {

    static final int SUBSYSTEM = 10;
    static final int FAMILY_INET = 1;

    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEW_ELEMENT = SUBSYSTEM << 8 | 12;
    private static final int DELETE_ELEMENT = SUBSYSTEM << 8 | 14;
    private static final int NEW_OBJECT = SUBSYSTEM << 8 | 18;
    private static final int DELETE_OBJECT = SUBSYSTEM << 8 | 20;

    static final int OBJECT_COUNTER = 1;
    static final int OBJECT_LIMIT = 4;

    private static final int INTERVAL_END = 1;
    private static final int LIST_BYTES_MAX = 60_000;

    private final Messages messages = new Messages();
    private final String table;
    private final Nfnetlink netlink;
    private final int firstSequence;
    private int lastSequence;
    private int lastMessage = -1;
    private int openMessage = -1;
    private int openList = -1;
    private int openType;
    private String openSet = "";

    Batch(String table, Nfnetlink netlink) {
        this.table = table;
        this.netlink = netlink;
        this.firstSequence = netlink.nextSequence();
        messages.end(messages.message(BATCH_BEGIN, Nfnetlink.REQUEST, firstSequence, 0, SUBSYSTEM));
    }

    /** Puts a single address in; 0 for no end. Putting in what is there changes nothing, not even its end. */
    public void add(String set, byte[] address, long timeoutMillis) {
        element(NEW_ELEMENT, set, address, 0, timeoutMillis, Optional.empty());
    }

    /** Takes a single address out; the whole batch fails if it is not there. */
    public void remove(String set, byte[] address) {
        element(DELETE_ELEMENT, set, address, 0, 0, Optional.empty());
    }

    /**
     * Puts a range in.
     *
     * @param after the first address behind the range; empty where the range goes to the end of all addresses
     * @param object the named counter or limit that a map leads to
     */
    public void addRange(
            String set,
            byte[] first,
            Optional<byte[]> after,
            long timeoutMillis,
            Optional<String> object) {
        element(NEW_ELEMENT, set, first, 0, timeoutMillis, object);
        if (after.isPresent()) {
            element(NEW_ELEMENT, set, after.get(), INTERVAL_END, 0, Optional.empty());
        }
    }

    /** Takes a range out; the whole batch fails if it is not there exactly so. */
    public void removeRange(String set, byte[] first, Optional<byte[]> after) {
        element(DELETE_ELEMENT, set, first, 0, 0, Optional.empty());
        if (after.isPresent()) {
            element(DELETE_ELEMENT, set, after.get(), INTERVAL_END, 0, Optional.empty());
        }
    }

    /** Takes everything out of a set or map. */
    public void flush(String set) {
        endList();
        int message = begin(DELETE_ELEMENT, 0);
        messages.string(1, table);
        messages.string(2, set);
        messages.end(message);
    }

    /** Makes a named counter at zero; one that is there counts on. */
    public void counter(String name) {
        int message = beginObject(NEW_OBJECT, Nfnetlink.CREATE, name, OBJECT_COUNTER);
        int data = messages.nest(4);
        messages.be64(1, 0);
        messages.be64(2, 0);
        messages.endNest(data);
        messages.end(message);
    }

    /** Makes a named bucket that matches what exceeds the rate; one that is there is left as it is. */
    public void limit(String name, long bytesPerSecond, int burstBytes) {
        int message = beginObject(NEW_OBJECT, Nfnetlink.CREATE, name, OBJECT_LIMIT);
        int data = messages.nest(4);
        messages.be64(1, bytesPerSecond);
        messages.be64(2, 1); // per second
        messages.be32(3, burstBytes);
        messages.be32(4, 1); // bytes, not packets
        messages.be32(5, 1); // over
        messages.endNest(data);
        messages.end(message);
    }

    /** Removes a named limit; the whole batch fails if an element still leads to it. */
    public void removeLimit(String name) {
        messages.end(beginObject(DELETE_OBJECT, 0, name, OBJECT_LIMIT));
    }

    void removeCounter(String name) {
        messages.end(beginObject(DELETE_OBJECT, 0, name, OBJECT_COUNTER));
    }

    boolean empty() {
        return lastMessage < 0;
    }

    Messages finish() {
        endList();
        messages.addFlags(lastMessage, Nfnetlink.ACK);
        messages.end(
                messages.message(
                        BATCH_END, Nfnetlink.REQUEST, netlink.nextSequence(), 0, SUBSYSTEM));
        return messages;
    }

    int firstSequence() {
        return firstSequence;
    }

    int lastSequence() {
        return lastSequence;
    }

    private int begin(int type, int flags) {
        lastSequence = netlink.nextSequence();
        lastMessage =
                messages.message(type, Nfnetlink.REQUEST | flags, lastSequence, FAMILY_INET, 0);
        return lastMessage;
    }

    private int beginObject(int type, int flags, String name, int kind) {
        endList();
        int message = begin(type, flags);
        messages.string(1, table);
        messages.string(2, name);
        messages.be32(3, kind);
        return message;
    }

    private void element(
            int type,
            String set,
            byte[] key,
            int flags,
            long timeoutMillis,
            Optional<String> object) {
        if (openMessage >= 0
                && (openType != type
                        || !openSet.equals(set)
                        || messages.position() - openList > LIST_BYTES_MAX)) {
            endList();
        }
        if (openMessage < 0) {
            openMessage = begin(type, type == NEW_ELEMENT ? Nfnetlink.CREATE : 0);
            messages.string(1, table);
            messages.string(2, set);
            openList = messages.nest(3);
            openType = type;
            openSet = set;
        }
        if (flags == 0 && object.isEmpty()) {
            messages.element(key, timeoutMillis);
            return;
        }
        int element = messages.nest(1);
        int value = messages.nest(1);
        messages.bytes(1, key);
        messages.endNest(value);
        if (flags != 0) {
            messages.be32(3, flags);
        }
        if (timeoutMillis > 0) {
            messages.be64(4, timeoutMillis);
        }
        if (object.isPresent()) {
            messages.string(9, object.get());
        }
        messages.endNest(element);
    }

    private void endList() {
        if (openMessage >= 0) {
            messages.endNest(openList);
            messages.end(openMessage);
            openMessage = -1;
        }
    }

    @Override
    public void close() {
        messages.close();
    }
}
