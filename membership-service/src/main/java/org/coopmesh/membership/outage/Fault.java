package org.coopmesh.membership.outage;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * One alert that is open: what broke, and who is silent because of it.
 *
 * @param node the topmost silent node; null exactly where everybody is silent
 * @param recoveringSince since when what broke is back and those behind it are waited for; null while it is not
 * @param silent each node that it covers, and since when that one is silent
 */
record Fault(
        UUID id,
        @Nullable NodeId node,
        Instant beganAt,
        @Nullable Instant recoveringSince,
        Map<NodeId, Instant> silent) {
    Fault {
        silent = Map.copyOf(silent);
    }

    boolean isEverywhere() {
        return node == null;
    }

    /** Why an alert is closed. */
    enum Cause {
        /** What broke is heard again. */
        HEARD,
        /** It turned out to be behind another fault. */
        MERGED,
        /** Work was announced for it. */
        MAINTENANCE,
        /** The node is out of service. */
        GONE
    }

    /**
     * An alert that is closed.
     *
     * @param into the fault that it is a part of; null unless it was merged
     */
    record Ended(Fault fault, Cause cause, @Nullable UUID into) {}
}
