package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.junit.jupiter.api.Test;

class RouterCollectorTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RouterCollector collector =
            new RouterCollector(
                    List.of("absent0"),
                    "f00dbabe0001" + "0".repeat(52),
                    new RouterCollector.Times(
                            Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofMillis(1)),
                    nanos::get);

    @Test
    void aRouterIsToldWithWhatItsNeighboursAreCalled() {
        collector.take(Samples.source(1), Samples.deflated(Samples.ALL));
        collector.take(
                Samples.source(2),
                Samples.deflated(
                        """
                        {"nodeinfo":{"node_id":"02aabbcc0003","network":{"mesh":{"bat0":{"interfaces":
                         {"wireless":["06:aa:bb:cc:00:03"]}}}}}}
                        """));
        nanos.addAndGet(Duration.ofSeconds(7).toNanos());

        List<CollectedRouter> told = collector.untold();

        assertThat(told).hasSize(2);
        CollectedRouter router = told.getFirst();
        assertThat(router.getRouterId()).isEqualTo(Samples.ID);
        assertThat(router.getHostname()).isEqualTo("mill-lane-7");
        assertThat(router.getHeardSecondsAgo()).isEqualTo(7);
        assertThat(router.getFigures().getRxBytes()).isEqualTo(57_861_871_176L);
        assertThat(router.getFigures().getClients()).isEqualTo(7);
        assertThat(router.getNeighbours(0).getRouterId()).isEmpty();
        assertThat(router.getNeighbours(1).getRouterId()).isEqualTo("02aabbcc0003");
        assertThat(router.getNeighbours(1).getTq()).isEqualTo(98);
        assertThat(told.getLast().hasFigures()).isFalse();
    }

    @Test
    void whateverIsSentWhatWasKnownStays() {
        collector.take(Samples.source(1), Samples.deflated(Samples.ALL));
        CollectedRouter before = collector.untold().getFirst();

        for (byte[] hostile :
                List.of(
                        new byte[0],
                        new byte[Answer.BYTES_MAX + 1],
                        Deflated.pack(new byte[8 << 20]),
                        Samples.deflated(Samples.ALL.replace("mill-lane-7", "\\u001b[2J")),
                        Samples.deflated(Samples.ALL.replace("57861871176", "1e300")),
                        Samples.deflated(Samples.ALL.replace(Samples.ID, "ffffffffffff")),
                        Samples.plain("{\"node_id\":\"02aabbcc0002\""))) {
            collector.take(Samples.source(1), hostile);
        }
        collector.take(Samples.source(2), Samples.router(Samples.ID, "thief"));

        assertThat(collector.untold()).containsExactly(before);
    }

    @Test
    void agentsAndOneselfAreNotCollected() {
        collector.take(
                Samples.source(1),
                Samples.deflated(Samples.ALL.replace("\"uptime\"", "\"coopmesh\":{},\"uptime\"")));
        collector.take(Samples.source(2), Samples.router("f00dbabe0001", "me"));

        assertThat(collector.untold()).isEmpty();
    }

    @Test
    void anInterfaceThatIsNotThereIsWaitedFor() throws Exception {
        collector.round();
        collector.round();

        assertThat(collector.untold()).isEmpty();
    }

    @Test
    void aReportOfTheMostTalkativeRoutersFitsAMessage() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < Answer.NEIGHBOURS_MAX; i++) {
            many.append("%s\"06:aa:bb:cc:01:%02x\":{\"tq\":255}".formatted(i == 0 ? "" : ",", i));
        }
        for (int i = 0; i < Routers.ROUTERS_MAX; i++) {
            String id = "%012x".formatted(i);
            collector.take(
                    Samples.source(i + 1),
                    Samples.deflated(
                            "{\"nodeinfo\":{\"node_id\":\"%s\",\"hostname\":\"%s\"},\"neighbours\":{\"batadv\":{\"06:aa:bb:cc:00:02\":{\"neighbours\":{%s}}}}}"
                                    .formatted(id, "ü".repeat(64), many)));
        }
        int bytes = 0;
        int routers = 0;
        for (List<CollectedRouter> told = collector.untold();
                !told.isEmpty();
                told = collector.untold()) {
            int size = told.stream().mapToInt(CollectedRouter::getSerializedSize).sum();
            bytes = Math.max(bytes, size);
            routers += told.size();
            collector.told();
        }

        assertThat(routers).isEqualTo(Routers.ROUTERS_MAX);
        assertThat(bytes).as("membership takes 1 MB").isLessThan(250_000);
    }

    @Test
    void aCodeIsLoggedOnceAMinuteAndTheRestIsCounted() {
        var complaints = new Complaints(nanos::get);

        assertThat(complaints.about(Objection.ANSWER_BOMB, "mesh0")).isTrue();
        for (int i = 0; i < 1_000; i++) {
            assertThat(complaints.about(Objection.ANSWER_BOMB, "mesh0")).isFalse();
        }
        assertThat(complaints.about(Objection.ID_TAKEN, "mesh0")).isTrue();
        nanos.addAndGet(Duration.ofSeconds(60).toNanos());

        assertThat(complaints.about(Objection.ANSWER_BOMB, "mesh0")).isTrue();
    }
}
