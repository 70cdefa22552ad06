package org.coopmesh.membership.witness;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.util.List;
import org.coopmesh.contracts.abuse.v1.LogGrown;
import org.coopmesh.contracts.membership.v1.LookAtLogResponse;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.eventbus.Outbox;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.witness.LogCopies.Head;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Carries the public log to nodes and their word back. What is true of it is for them and for whoever reads their word to say. */
@Service
class Witnessing {
    static final int HASH_LENGTH = 32;

    /** Leaf hashes of one answer: 128 KiB. */
    static final int LEAVES_MAX = 4_096;

    private final LogCopies copies;
    private final Outbox outbox;
    private final Clock clock;

    Witnessing(LogCopies copies, Outbox outbox, Clock clock) {
        this.copies = copies;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * The log has grown. Where it goes back, the copy goes back too: nodes are the ones to notice.
     *
     * @throws IllegalArgumentException if entries between are missing, or the hashes are none
     */
    @Transactional
    public void grown(LogGrown grown) {
        ByteString hashes = grown.getLeafHashes();
        int leaves = hashes.size() / HASH_LENGTH;
        if (hashes.isEmpty() || hashes.size() % HASH_LENGTH != 0) {
            throw new IllegalArgumentException("leaf_hashes: 32 bytes each");
        }
        long size = copies.lock();
        long from = grown.getFromSize();
        if (from < 0 || from > size) {
            throw new IllegalArgumentException(
                    "from_size: " + from + " lies behind the " + size + " that were told");
        }
        byte[][] split = new byte[leaves][];
        for (int i = 0; i < leaves; i++) {
            split[i] = hashes.substring(i * HASH_LENGTH, (i + 1) * HASH_LENGTH).toByteArray();
        }
        copies.put(
                from,
                split,
                new Head(from + leaves, grown.getCheckpoint(), List.copyOf(grown.getKeysList())));
    }

    /** What a node that knows {@code from} entries is handed. */
    @Transactional(readOnly = true)
    public LookAtLogResponse look(long from) {
        return copies.head()
                .map(head ->
                        LookAtLogResponse.newBuilder()
                                .setCheckpoint(head.checkpoint())
                                .addAllKeys(head.keys())
                                .setLeafHashes(
                                        ByteString.copyFrom(
                                                copies.leaves(from, LEAVES_MAX).stream()
                                                        .map(ByteString::copyFrom)
                                                        .toList()))
                                .build())
                .orElse(LookAtLogResponse.getDefaultInstance());
    }

    /** Says what a node thinks of a checkpoint. */
    @Transactional
    public void testified(NodeId node, Testimony testimony) {
        outbox.add(
                WitnessEvents.TOPIC,
                node.hex(),
                WitnessEvents.of(node, testimony, clock.instant()));
    }
}
