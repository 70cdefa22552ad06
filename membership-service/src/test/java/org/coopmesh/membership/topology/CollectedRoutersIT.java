package org.coopmesh.membership.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.RouterFigures;
import org.coopmesh.contracts.membership.v1.RouterNeighbour;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class CollectedRoutersIT extends NetworkedService {
    private static final String MILL = "02aabbcc0002";
    private static final String BARN = "02aabbcc0003";

    @Autowired private Topology topology;

    @BeforeEach
    void nobodyWasHeard() {
        db.sql("delete from collected_router").update();
    }

    @Test
    void aRouterThatTwoNodesHearIsOneAndTheNewestWins() throws Exception {
        try (var one = enrolled();
                var two = enrolled()) {
            report(one, router(MILL, "old", 40, 100), router(BARN, "barn", 0, 5));
            report(two, router(MILL, "new", 2, 300));
            report(one, router(MILL, "older", 30, 200));

            JsonNode items = collected("").get("items");

            assertThat(items).hasSize(2);
            JsonNode mill = items.get(0);
            assertThat(mill.get("routerId").asString()).isEqualTo(MILL);
            assertThat(mill.get("hostname").asString()).isEqualTo("new");
            assertThat(mill.get("live").asString()).isEqualTo("up");
            assertThat(mill.get("signed").asBoolean()).isFalse();
            assertThat(mill.get("figures").get("rxBytes").asLong()).isEqualTo(300);
            assertThat(mill.get("neighbours").get(0).get("routerId").asString()).isEqualTo(BARN);
            assertThat(mill.get("collectors")).hasSize(2);
            for (JsonNode collector : mill.get("collectors")) {
                boolean second = collector.get("nodeId").asString().equals(two.id().hex());
                assertThat(collector.get("newest").asBoolean()).isEqualTo(second);
                assertThat(collector.get("name").asString()).isEqualTo("roof");
            }
            assertThat(items.get(1).get("collectors")).hasSize(1);
        }
    }

    @Test
    void whatWasHeardLongAgoIsDownAndThenForgotten() throws Exception {
        try (var one = enrolled()) {
            report(one, router(MILL, "mill", 601, 1), router(BARN, "barn", 181, 1));

            JsonNode items = collected("").get("items");
            assertThat(items.get(0).get("live").asString()).isEqualTo("down");
            assertThat(items.get(1).get("live").asString()).isEqualTo("late");

            db.sql(
                            "update collected_router set heard_at = now() - interval '8 days' where router_id = :id")
                    .param("id", MILL)
                    .update();
            topology.forgetSmallRouters();

            assertThat(collected("").get("items")).hasSize(1);
        }
    }

    @Test
    void aRouterThatToldNoFiguresHasNone() throws Exception {
        try (var one = enrolled()) {
            report(one, CollectedRouter.newBuilder().setRouterId(MILL).build());

            JsonNode mill = collected("").get("items").get(0);

            assertThat(mill.get("figures").isNull()).isTrue();
            assertThat(mill.get("hostname").isNull()).isTrue();
        }
    }

    @Test
    void whatAStrangerMalformedIsLeftOutAndTheNodeIsTakenAllTheSame() throws Exception {
        try (var one = enrolled()) {
            report(
                    one,
                    router("02AABBCC0002", "id", 0, 1),
                    router("02aabbcc0004", "a\u0000b", 0, 1),
                    router("02aabbcc0005", "\u202egnp", 0, 1),
                    router("02aabbcc0006", "x".repeat(129), 0, 1),
                    router("02aabbcc0007", "huge", 0, -1),
                    router("02aabbcc0008", "ancient", 86_401, 1),
                    router(MILL, "mill", 0, 1));

            assertThat(collected("").get("items")).hasSize(1);
            assertThat(topology.statusOf(List.of(one.id())).get(one.id()).live())
                    .isEqualTo(Live.UP);
        }
    }

    @Test
    void aNodeThatInventsRoutersDoesNotPushOutThoseOfOthers() throws Exception {
        try (var one = enrolled();
                var two = enrolled()) {
            report(two, router(MILL, "mill", 0, 1));
            for (int batch = 0; batch < 10; batch++) {
                int from = batch * 64;
                topology.heard(
                        one.id(),
                        IntStream.range(from, from + 64)
                                .mapToObj(number -> invented(number))
                                .toList());
            }

            assertThat(count("collected_sighting")).isEqualTo(513);
            assertThat(count("collected_router")).isEqualTo(513);
            assertThat(
                            db.sql("select hostname from collected_router where router_id = :id")
                                    .param("id", MILL)
                                    .query(String.class)
                                    .single())
                    .isEqualTo("mill");
        }
    }

    @Test
    void manyCollectorsAtOnceNeitherWaitForEachOtherNorMakeTwoOfOne() throws Exception {
        List<Callable<Boolean>> reports = new ArrayList<>();
        for (int each = 0; each < 8; each++) {
            var collector = new NodeId(Integer.toHexString(each).repeat(64));
            List<SmallRouter> routers =
                    new ArrayList<>(IntStream.range(0, 64).mapToObj(n -> invented(n)).toList());
            if (each % 2 == 0) java.util.Collections.reverse(routers);
            reports.add(() -> {
                for (int i = 0; i < 5; i++) topology.heard(collector, routers);
                return true;
            });
        }

        try (var threads = Executors.newFixedThreadPool(8)) {
            assertThat(threads.invokeAll(reports)).extracting(Future::get).containsOnly(true);
        }

        assertThat(count("collected_router")).isEqualTo(64);
        assertThat(count("collected_sighting")).isEqualTo(8 * 64);
    }

    @Test
    void pagesFollowEachOther() throws Exception {
        topology.heard(
                new NodeId("a".repeat(64)),
                IntStream.range(0, 5).mapToObj(number -> invented(number)).toList());

        JsonNode first = collected("?limit=3");
        JsonNode second = collected("?limit=3&after=" + first.get("next").asString());

        assertThat(first.get("items")).hasSize(3);
        assertThat(second.get("items")).hasSize(2);
        assertThat(second.get("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"member", "treasurer", "moderator"})
    void othersThanNetworkAndBoardAreRefused(String role) throws Exception {
        http.perform(get("/api/nodes/collected").with(caller(board, role)))
                .andExpect(status().isForbidden());
        http.perform(get("/api/nodes/collected").with(caller(board, "network")))
                .andExpect(status().isOk());
        http.perform(get("/api/nodes/collected")).andExpect(status().isUnauthorized());
    }

    @Test
    void whenItWasHeardIsToldOnTheCoopsClock() throws Exception {
        topology.heard(new NodeId("a".repeat(64)), List.of(invented(1)));

        Instant heardAt =
                Instant.parse(collected("").get("items").get(0).get("heardAt").asString());

        assertThat(Duration.between(heardAt, clock.instant()).abs())
                .isLessThan(Duration.ofMinutes(1));
    }

    private static SmallRouter invented(int number) {
        return new SmallRouter("%012x".formatted(number), "x", Duration.ZERO, null, List.of());
    }

    private long count(String table) {
        return db.sql("select count(*) from " + table).query(Long.class).single();
    }

    private TestAgent enrolled() throws Exception {
        TestAgent agent = agent();
        agent.enrol(register(person()).code());
        return agent;
    }

    private JsonNode collected(String query) throws Exception {
        return read(
                http.perform(get("/api/nodes/collected" + query).with(caller(board, "board")))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString());
    }

    private static CollectedRouter router(String id, String hostname, int ago, long rxBytes) {
        return CollectedRouter.newBuilder()
                .setRouterId(id)
                .setHostname(hostname)
                .setHeardSecondsAgo(ago)
                .setFigures(RouterFigures.newBuilder().setRxBytes(rxBytes).setClients(7))
                .addNeighbours(
                        RouterNeighbour.newBuilder()
                                .setRouterId(BARN)
                                .setAddress("06:aa:bb:cc:00:03")
                                .setSource("batadv")
                                .setTq(231))
                .build();
    }

    private static void report(TestAgent agent, CollectedRouter... routers) {
        TopologyServiceGrpc.newBlockingStub(agent.channel())
                .reportTopology(
                        ReportTopologyRequest.newBuilder()
                                .setAgentVersion("0.1.0")
                                .addAllCollected(List.of(routers))
                                .build());
    }
}
