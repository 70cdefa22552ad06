package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.coopmesh.membership.Replica;
import org.coopmesh.membership.node.NodeId;
import org.junit.jupiter.api.Test;

/**
 * Two replicas as processes on one database and one Kafka, and nodes at both. The same with ten thousand nodes is measured by
 * {@code ./coopmesh bench access --replicas 2}.
 */
class TwoReplicasIT {
    private static final int NODES = Integer.getInteger("coopmesh.trial.nodes", 500);
    private static final int CHANGES = 40;
    private static final List<String> SMALL =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Test
    void whoLosesItsReplicaGoesOnAtTheOtherAndMissesNoChange() throws Exception {
        try (var trial = new AccessTrial(NODES, NODES, NODES, SMALL)) {
            Replica dying = trial.founding();
            trial.start("b").ready();
            try (Fleet fleet = trial.fleet()) {
                fleet.connect();
                long before = trial.population().version();

                var killed = trial.killInTheMiddle(fleet, dying, CHANGES, Duration.ofMillis(100));

                long last = trial.population().version();
                List<NodeId> ids = fleet.agents().stream().map(Fleet.Agent::id).toList();
                assertThat(killed.versions()).isEqualTo(last - before).isGreaterThanOrEqualTo(1);
                assertThat(fleet.faults()).isEmpty();
                assertThat(fleet.agents())
                        .allSatisfy(agent -> assertThat(agent.list().version()).isEqualTo(last));
                assertThat(fleet.agents().stream().map(agent -> agent.list().hash()).distinct())
                        .hasSize(1);
                // Only the first came without a list, and nobody needed one again.
                assertThat(fleet.agents().stream().mapToInt(agent -> agent.wholes.get()).sum())
                        .isEqualTo(1);
                assertThat(trial.population().onTheNewest(ids)).isEqualTo(NODES);
                System.out.printf(
                        "%d nodes, half of them stranded: all on a newer list %.0f ms after the kill%n",
                        NODES, killed.strandedMillis()[NODES - 1]);
            }
        }
    }
}
