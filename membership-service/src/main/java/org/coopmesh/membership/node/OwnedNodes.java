package org.coopmesh.membership.node;

import java.util.List;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.NodeLookup;
import org.springframework.stereotype.Component;

/** Shows member pages which nodes a member owns. */
@Component
class OwnedNodes implements NodeLookup {
    /** A member page shows this many at most. */
    private static final int NODES_MAX = 200;

    private final Nodes nodes;

    OwnedNodes(Nodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public List<NodeSummary> nodesOf(MemberId owner) {
        return nodes.page(owner, null, NODES_MAX).stream()
                .filter(node -> !(node instanceof Node.Retired))
                .map(node ->
                        new NodeSummary(
                                node.id().value(),
                                node.nodeId().map(NodeId::hex).orElse(null),
                                node.about().name()))
                .toList();
    }
}
