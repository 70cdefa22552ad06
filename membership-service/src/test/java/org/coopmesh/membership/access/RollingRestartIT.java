package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.coopmesh.membership.Replica;
import org.junit.jupiter.api.Test;

/** Two replicas are replaced one after the other, as in an upgrade, while the list changes and nodes follow it. */
class RollingRestartIT {
    private static final int NODES = Integer.getInteger("coopmesh.trial.nodes", 500);

    /** When a node gives a silent stream up. Five seconds for 99 of 100 are wanted; a busy machine says little about that. */
    private static final Duration GAP_MAX = Duration.ofSeconds(30);

    private static final Duration BETWEEN_CHANGES = Duration.ofMillis(250);
    private static final List<String> SMALL =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Test
    void nodesGoElsewhereBeforeTheirReplicaEndsAndMissNoChange() throws Exception {
        try (var trial = new AccessTrial(NODES, NODES, NODES, SMALL)) {
            Replica first = trial.founding();
            Replica second = trial.start("b").ready();
            try (Fleet fleet = trial.fleet()) {
                fleet.connect();

                whileTheListChanges(
                        trial,
                        () -> {
                            fleet.knows(List.of(second.nodePort()));
                            first.end();
                            Replica third = trial.start("c").ready();
                            fleet.knows(List.of(third.nodePort()));
                            second.end();
                            return null;
                        });

                long last = trial.awaitBans();
                fleet.expect(last).await(Duration.ofMinutes(1));
                List<Long> gaps = fleet.gaps().stream().sorted().toList();
                assertThat(fleet.faults()).isEmpty();
                // Half of them went from the first, and all from the second
                assertThat(gaps).hasSize(NODES / 2 + NODES);
                assertThat(fleet.agents().stream().mapToInt(agent -> agent.wholes.get()).sum())
                        .isEqualTo(1);
                Duration p99 = Duration.ofNanos(gaps.get(gaps.size() * 99 / 100));
                System.out.printf(
                        "%d nodes, two replicas replaced: without a stream for %.0f ms (median), %.0f ms (p99), %.0f ms at most%n",
                        NODES,
                        gaps.get(gaps.size() / 2) / 1e6,
                        p99.toNanos() / 1e6,
                        gaps.getLast() / 1e6);
                assertThat(Duration.ofNanos(gaps.getLast())).isLessThan(GAP_MAX);
            }
        }
    }

    private static void whileTheListChanges(AccessTrial trial, Callable<?> replaced)
            throws Exception {
        Thread changing =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (!Thread.interrupted()) {
                                    trial.ban(1);
                                    Thread.sleep(BETWEEN_CHANGES);
                                }
                            } catch (InterruptedException enough) {
                                // As asked
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        try {
            replaced.call();
        } finally {
            changing.interrupt();
            changing.join();
        }
    }
}
