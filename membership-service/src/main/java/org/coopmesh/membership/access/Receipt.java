package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What a node says it enforces.
 *
 * @param appliedAt by the node's clock
 * @param failure "" when the newest list was applied
 * @param tookMillis from the list reaching the node's stream to the receipt; null where nobody measured
 */
record Receipt(
        NodeId node,
        long version,
        ByteString entriesHash,
        Instant appliedAt,
        long applyMillis,
        Map<String, Long> setSizes,
        String failure,
        Instant receivedAt,
        @Nullable Long tookMillis) {
    private static final int HASH_BYTES = 32;
    private static final int SETS_MAX = 64;
    private static final int FAILURE_LENGTH_MAX = 2_000;

    /** What a timestamp of protobuf may say. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    Receipt {
        if (version < 0) {
            throw new IllegalArgumentException("version is out of range");
        }
        if (version > 0 && entriesHash.size() != HASH_BYTES) {
            throw new IllegalArgumentException("entries_hash has 32 bytes");
        }
        if (setSizes.size() > SETS_MAX) {
            throw new IllegalArgumentException("more than " + SETS_MAX + " sets");
        }
        if (failure.length() > FAILURE_LENGTH_MAX) {
            throw new IllegalArgumentException("failure is too long");
        }
        if (failure.indexOf(0) >= 0) {
            throw new IllegalArgumentException("failure has a character that is none");
        }
        if (appliedAt.isBefore(EARLIEST) || appliedAt.isAfter(LATEST)) {
            throw new IllegalArgumentException("applied_at is out of range");
        }
        setSizes = Map.copyOf(setSizes);
    }

    /** Whether the node enforces exactly the list of {@code head}. */
    boolean current(AccessLists.Head head) {
        return version == head.version()
                && entriesHash.equals(head.entriesHash())
                && failure.isEmpty();
    }
}
