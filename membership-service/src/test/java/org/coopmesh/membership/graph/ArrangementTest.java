package org.coopmesh.membership.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.coopmesh.membership.graph.Arrangement.Spot;
import org.coopmesh.membership.node.NodeId;
import org.junit.jupiter.api.Test;

class ArrangementTest {
    private final Map<NodeId, Set<NodeId>> links = new HashMap<>();

    @Test
    void theGatewayIsInTheMiddleAndEachLinkLeadsFurtherOut() {
        link(0, 1);
        link(1, 2);
        link(0, 3);

        Map<NodeId, Spot> spots = Arrangement.whole(nodes(5), Set.of(node(0)), links);

        assertThat(spots.get(node(0))).isEqualTo(new Spot(0, 0));
        assertThat(far(spots, 1)).isPositive().isLessThan(far(spots, 2));
        assertThat(far(spots, 3)).isLessThan(far(spots, 2));
        assertThat(far(spots, 4)).isGreaterThan(far(spots, 2));
    }

    @Test
    void theSameMeshIsArrangedTheSameAndNobodyStandsOnAnother() {
        for (int at = 1; at < 2_000; at++) link(at, (at - 1) / 3);

        Map<NodeId, Spot> spots = Arrangement.whole(nodes(2_000), Set.of(node(0)), links);

        assertThat(Arrangement.whole(nodes(2_000), Set.of(node(0)), links)).isEqualTo(spots);
        assertThat(new HashSet<>(spots.values())).hasSize(2_000);
        // A disc that is as large as its nodes need, not a star across the sky
        assertThat(spots.values())
                .allMatch(spot ->
                        Math.hypot(spot.x(), spot.y())
                                < 4 * Arrangement.SPACING * Math.sqrt(2_000));
    }

    @Test
    void aMeshWithoutGatewaysHasPlacesToo() {
        link(0, 1);

        assertThat(Arrangement.whole(nodes(3), Set.of(), links)).hasSize(3);
        assertThat(Arrangement.whole(nodes(0), Set.of(), links)).isEmpty();
    }

    @Test
    void aNewcomerStandsBesideItsNeighbourOrOutside() {
        link(0, 1);
        Map<NodeId, Spot> standing =
                Map.of(
                        node(0),
                        new Spot(0, 0),
                        node(1),
                        new Spot(300, 0),
                        node(9),
                        new Spot(-200, 0));
        link(1, 2);
        link(2, 3);

        Map<NodeId, Spot> found =
                Arrangement.beside(
                        standing, Arrangement.inOrder(List.of(node(2), node(3), node(4))), links);

        assertThat(found).containsOnlyKeys(node(2), node(3), node(4));
        assertThat(distance(found.get(node(2)), new Spot(300, 0)))
                .isLessThan(3 * Arrangement.SPACING);
        assertThat(distance(found.get(node(3)), found.get(node(2))))
                .isLessThan(3 * Arrangement.SPACING);
        assertThat(Math.hypot(found.get(node(4)).x(), found.get(node(4)).y())).isGreaterThan(300);
    }

    private static double distance(Spot one, Spot other) {
        return Math.hypot(one.x() - other.x(), one.y() - other.y());
    }

    private static double far(Map<NodeId, Spot> spots, int node) {
        return distance(spots.get(node(node)), new Spot(0, 0));
    }

    private void link(int one, int other) {
        links.computeIfAbsent(node(one), _ -> new HashSet<>()).add(node(other));
        links.computeIfAbsent(node(other), _ -> new HashSet<>()).add(node(one));
    }

    private static SortedSet<NodeId> nodes(int count) {
        return Arrangement.inOrder(
                IntStream.range(0, count).mapToObj(ArrangementTest::node).toList());
    }

    private static NodeId node(int number) {
        return new NodeId("%064x".formatted(number));
    }
}
