package org.coopmesh.membership.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.membership.node.NodeId;
import org.junit.jupiter.api.Test;

/** One alert a fault: who broke is named, who is behind it is covered, and nobody twice. */
class ReckoningTest {
    private static final Duration SILENT_AFTER = Duration.ofMinutes(5);
    private static final Duration STEP = Duration.ofSeconds(20);

    /** A mesh that lives on while time passes: nodes in it report at every step, unless they are cut off. */
    private static final class Village {
        private final Map<NodeId, Instant> heard = new HashMap<>();
        private final Map<NodeId, Set<NodeId>> links = new HashMap<>();
        private final Set<NodeId> gateways = new HashSet<>();
        private final Set<NodeId> maintained = new HashSet<>();
        private final Set<NodeId> cut = new HashSet<>();
        private Instant now = Instant.parse("2026-03-10T12:00:00Z");
        private Instant listeningSince = now;
        private List<Fault> open = List.of();
        private final List<Fault.Ended> ended = new ArrayList<>();
        private final Set<UUID> told = new HashSet<>();

        Village nodes(int count) {
            for (int i = 0; i < count; i++) heard.put(node(i), now);
            return this;
        }

        Village gateway(int node) {
            gateways.add(node(node));
            return this;
        }

        /** Both ends tell it. */
        Village link(int one, int other) {
            links.computeIfAbsent(node(one), _ -> new HashSet<>()).add(node(other));
            links.computeIfAbsent(node(other), _ -> new HashSet<>()).add(node(one));
            return this;
        }

        Village cut(int... nodes) {
            for (int node : nodes) cut.add(node(node));
            return this;
        }

        Village back(int... nodes) {
            for (int node : nodes) cut.remove(node(node));
            return this;
        }

        Village pass(Duration time) {
            for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plus(STEP)) {
                now = now.plus(STEP);
                heard.replaceAll((node, at) -> cut.contains(node) ? at : now);
                look();
            }
            return this;
        }

        void look() {
            var known = new HashMap<NodeId, Reckoning.Known>();
            heard.forEach((node, at) ->
                    known.put(
                            node,
                            new Reckoning.Known(
                                    gateways.contains(node),
                                    at,
                                    listeningSince,
                                    maintained.contains(node))));
            var outcome =
                    Reckoning.at(now, SILENT_AFTER, known, links, open, _ -> UUID.randomUUID());
            open = outcome.open();
            ended.addAll(outcome.ended());
            open.forEach(fault -> told.add(fault.id()));
        }

        boolean isSettled(NodeId node) {
            return heard.get(node).plus(SILENT_AFTER).plus(Reckoning.SETTLE).isBefore(now);
        }
    }

    private static NodeId node(int number) {
        return new NodeId("%064x".formatted(number + 1));
    }

    private static final Duration LONG = Duration.ofMinutes(8);

    /** 0 is the gateway; 0 – 1 – 2 – 3, and 1 – 4; many others beside, so that never everybody is silent. */
    private static Village chain() {
        var village =
                new Village().nodes(40).gateway(0).link(0, 1).link(1, 2).link(2, 3).link(1, 4);
        for (int i = 5; i < 40; i++) village.link(0, i);
        return village.pass(STEP);
    }

    @Test
    void theTopmostSilentNodeCarriesItAndThoseBehindAreCovered() {
        Village village = chain().cut(1, 2, 3, 4).pass(LONG);

        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().node()).isEqualTo(node(1));
        assertThat(village.open.getFirst().silent())
                .containsOnlyKeys(node(1), node(2), node(3), node(4));
        assertThat(village.told).hasSize(1);
    }

    @Test
    void thoseBehindThatFallSilentAMomentEarlierMakeNoAlertOfTheirOwn() {
        Village village = chain().cut(2, 3, 4).pass(Duration.ofSeconds(40)).cut(1).pass(LONG);

        assertThat(village.told).hasSize(1);
        assertThat(village.open.getFirst().node()).isEqualTo(node(1));
    }

    @Test
    void whoHangsOnSomebodyWhoIsHeardBrokeByItself() {
        Village village = chain().link(4, 9).cut(1, 2, 3, 4).pass(LONG);

        assertThat(village.open)
                .extracting(Fault::node)
                .containsExactlyInAnyOrder(node(1), node(4));
    }

    @Test
    void aFaultBehindALaterOneBecomesAPartOfIt() {
        Village village = chain().cut(3).pass(LONG).cut(1, 2, 4).pass(LONG);

        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().silent()).hasSize(4);
        assertThat(village.ended)
                .singleElement()
                .satisfies(ended -> {
                    assertThat(ended.cause()).isEqualTo(Fault.Cause.MERGED);
                    assertThat(ended.into()).isEqualTo(village.open.getFirst().id());
                });
    }

    @Test
    void whenItIsBackThoseBehindItHaveAWhileToComeToo() {
        Village village = chain().cut(1, 2, 3, 4).pass(LONG).back(1).pass(STEP);

        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().recoveringSince()).isNotNull();
        assertThat(village.open.getFirst().silent()).doesNotContainKey(node(1)).hasSize(3);

        village.back(2, 3, 4).pass(STEP);
        assertThat(village.open).isEmpty();
        assertThat(village.told).hasSize(1);
        assertThat(village.ended).extracting(Fault.Ended::cause).containsExactly(Fault.Cause.HEARD);
    }

    @Test
    void whoDoesNotComeBackThenIsAFaultOfItsOwn() {
        Village village = chain().cut(1, 2, 3, 4).pass(LONG).back(1, 4).pass(LONG);

        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().node()).isEqualTo(node(2));
        assertThat(village.open.getFirst().silent()).containsOnlyKeys(node(2), node(3));
    }

    @Test
    void everybodyAtOnceIsOneAlert() {
        Village village = chain();
        for (int i = 0; i < 40; i++) village.cut(i);
        village.pass(LONG);

        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().isEverywhere()).isTrue();
        assertThat(village.open.getFirst().silent()).hasSize(40);

        for (int i = 0; i < 40; i++) village.back(i);
        village.cut(3).pass(LONG);
        assertThat(village.open).hasSize(1);
        assertThat(village.open.getFirst().node()).isEqualTo(node(3));
        assertThat(village.open.getFirst().silent().get(node(3)))
                .as("whether it worked while nobody was heard nobody knows")
                .isAfter(village.heard.get(node(3)));
    }

    @Test
    void workThatWasAnnouncedIsNoFaultNorIsWhatIsBehindIt() {
        Village village = chain();
        village.maintained.add(node(1));
        village.cut(1, 2, 3, 4).pass(LONG);
        assertThat(village.open).isEmpty();

        village.cut(9).pass(LONG);
        assertThat(village.open).extracting(Fault::node).containsExactly(node(9));
    }

    @Test
    void workOnWhatIsBrokenAlreadyEndsTheAlert() {
        Village village = chain().cut(1, 2, 3, 4).pass(LONG);

        village.maintained.add(node(1));
        village.pass(STEP);

        assertThat(village.open).isEmpty();
        assertThat(village.ended)
                .extracting(Fault.Ended::cause)
                .containsExactly(Fault.Cause.MAINTENANCE);
    }

    @Test
    void aNodeOutOfServiceIsNoFaultAnyMore() {
        Village village = chain().cut(3).pass(LONG);

        village.heard.remove(node(3));
        village.pass(STEP);

        assertThat(village.open).isEmpty();
        assertThat(village.ended).extracting(Fault.Ended::cause).containsExactly(Fault.Cause.GONE);
    }

    @Test
    void silenceWhileNobodyListenedDoesNotCount() {
        Village village = chain();
        village.now = village.now.plus(Duration.ofHours(3));
        village.listeningSince = village.now;
        village.look();

        assertThat(village.open).isEmpty();
    }

    @Test
    void aSilentRingWithoutAnyoneToHangOnIsCarriedByWhoFellSilentFirst() {
        var island = new Village().nodes(40).gateway(0);
        for (int i = 4; i < 40; i++) island.link(0, i);
        island.link(1, 2).link(2, 3).link(3, 1).pass(STEP);
        island.cut(2).pass(STEP).cut(1, 3).pass(LONG);

        assertThat(island.open).hasSize(1);
        assertThat(island.open.getFirst().node()).isEqualTo(node(2));
    }

    /** Trees, loops, islands, several gateways: whatever happens in whichever order. */
    @Property(tries = 400)
    void everySilentNodeIsCoveredByOneOpenFaultAndNoneNamesANodeThatIsUp(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 14) int nodes) {
        var random = new Random(seed);
        var village = new Village().nodes(nodes);
        for (int i = 0; i < nodes; i++) {
            if (random.nextInt(4) == 0) village.gateway(i);
            for (int k = random.nextInt(3); k > 0; k--) village.link(i, random.nextInt(nodes));
        }
        village.pass(STEP);
        for (int phase = 0; phase < 6; phase++) {
            for (int i = 0; i < nodes; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> village.cut(i);
                    case 1 -> village.back(i);
                    default -> {}
                }
            }
            int steps = 1 + random.nextInt(40);
            for (int step = 0; step < steps; step++) {
                village.pass(STEP);
                holds(village);
            }
        }
    }

    /** By the rule, or still covered from before. */
    private static boolean isSilent(Village village, NodeId node) {
        return village.open.stream().anyMatch(fault -> fault.silent().containsKey(node))
                || village.heard.get(node).plus(SILENT_AFTER).isBefore(village.now);
    }

    private static void holds(Village village) {
        var covers = new HashMap<NodeId, Integer>();
        for (Fault fault : village.open) {
            assertThat(fault.silent()).isNotEmpty();
            fault.silent().keySet().forEach(node -> covers.merge(node, 1, Integer::sum));
            if (!fault.isEverywhere() && fault.recoveringSince() == null) {
                assertThat(fault.silent()).containsKey(fault.node());
            }
        }
        assertThat(covers.values()).allMatch(times -> times == 1);
        assertThat(covers.keySet())
                .as("nobody who is up is named")
                .allMatch(node -> village.cut.contains(node));
        assertThat(covers.keySet())
                .as("everybody who is silent is covered")
                .containsAll(village.heard.keySet().stream().filter(village::isSettled).toList());
        assertThat(village.open.stream().filter(Fault::isEverywhere).count()).isLessThan(2);
        // Behind a fault are only those who hang on nobody who is heard.
        for (Fault fault : village.open) {
            if (fault.isEverywhere() || fault.recoveringSince() != null) continue;
            for (NodeId node : fault.silent().keySet()) {
                if (node.equals(fault.node())) continue;
                assertThat(village.links.getOrDefault(node, Set.of()))
                        .allMatch(neighbour -> isSilent(village, neighbour));
                assertThat(village.gateways).doesNotContain(node);
            }
        }
    }
}
