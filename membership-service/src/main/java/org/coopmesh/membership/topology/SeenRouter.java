package org.coopmesh.membership.topology;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * One small router as it is known now, by the newest of what nodes told.
 *
 * @param toldBy whose telling this is
 * @param seenBy which nodes heard it, each when last
 */
public record SeenRouter(
        String id,
        String hostname,
        Live live,
        Instant heardAt,
        NodeId toldBy,
        SmallRouter.@Nullable Figures figures,
        List<SmallRouter.Neighbour> neighbours,
        Map<NodeId, Instant> seenBy) {
    public SeenRouter {
        neighbours = List.copyOf(neighbours);
        seenBy = Map.copyOf(seenBy);
    }
}
