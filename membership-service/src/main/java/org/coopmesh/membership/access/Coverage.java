package org.coopmesh.membership.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * How far a version has come: "on 41 of 42 nodes, slowest 0.4 s", and who lags.
 *
 * @param slowestMillis of the nodes that have it; null while none was measured
 * @param lagging at most {@link #LAGGING_SHOWN_MAX}
 */
record Coverage(int on, int of, @Nullable Long slowestMillis, List<Lagging> lagging) {
    static final int LAGGING_SHOWN_MAX = 50;

    record Lagging(UUID id, String name, long version, @Nullable String failure) {}

    /** Of {@code version}, over every node in service. */
    static Coverage of(
            long version, AccessLists.Head head, List<Node> nodes, Map<NodeId, Receipt> receipts) {
        int on = 0;
        Long slowest = null;
        var lagging = new ArrayList<Lagging>();
        for (Node node : nodes) {
            Receipt receipt = node.nodeId().map(receipts::get).orElse(null);
            if (receipt != null
                    && receipt.version() >= version
                    && (receipt.version() < head.version() || receipt.current(head))) {
                on++;
                Long took = receipt.tookMillis();
                if (took != null && (slowest == null || took > slowest)) {
                    slowest = took;
                }
            } else if (lagging.size() < LAGGING_SHOWN_MAX) {
                lagging.add(
                        new Lagging(
                                node.id().value(),
                                node.about().name(),
                                receipt == null ? 0 : receipt.version(),
                                receipt == null || receipt.failure().isEmpty()
                                        ? null
                                        : receipt.failure()));
            }
        }
        return new Coverage(on, nodes.size(), slowest, lagging);
    }
}
