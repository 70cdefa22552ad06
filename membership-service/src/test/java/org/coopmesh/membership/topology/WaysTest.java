package org.coopmesh.membership.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.node.NodeId;
import org.junit.jupiter.api.Test;

/** Ways are as short as can be and the same every time. */
class WaysTest {
    private static final NodeId A = new NodeId("aa".repeat(32));
    private static final NodeId B = new NodeId("bb".repeat(32));
    private static final NodeId C = new NodeId("cc".repeat(32));
    private static final NodeId D = new NodeId("dd".repeat(32));

    @Test
    void theShortestWayIsTakenAndOfTwoTheSmallerNeighbours() {
        Map<NodeId, Set<NodeId>> ring =
                Map.of(A, Set.of(B, C), B, Set.of(A, D), C, Set.of(A, D), D, Set.of(B, C));

        assertThat(Ways.from(List.of(A), ring))
                .containsEntry(A, new Ways.Way(A, null))
                .containsEntry(B, new Ways.Way(A, A))
                .containsEntry(D, new Ways.Way(A, B));
    }

    @Test
    void theNearestStartCountsAndWhatHangsOnNothingHasNoWay() {
        Map<NodeId, Set<NodeId>> chain = Map.of(A, Set.of(B), B, Set.of(A, C), C, Set.of(B));

        assertThat(Ways.from(List.of(C, A), chain))
                .containsEntry(B, new Ways.Way(C, C))
                .doesNotContainKey(D);
    }
}
