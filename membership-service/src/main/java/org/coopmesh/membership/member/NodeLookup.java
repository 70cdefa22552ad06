package org.coopmesh.membership.member;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells member pages which nodes a member owns. Implemented by node, which imports member. */
public interface NodeLookup {
    /** Nodes that {@code owner} owns and has not retired, by name. */
    List<NodeSummary> nodesOf(MemberId owner);

    /**
     * A node as member pages show it.
     *
     * @param nodeId 64 hexadecimal digits; null before enrolment
     */
    record NodeSummary(UUID id, @Nullable String nodeId, String name) {}
}
