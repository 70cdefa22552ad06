package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.billedBytes;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ServersAwayJourneyIT {
    private static final long FETCHED = 2_000_000;

    @Test
    void withoutKafkaWorkIsTakenAndArrivesWhenItIsBack() {
        Quickstart village = LivingVillage.get();
        LivingVillage.letFallOverdue("farid");
        eventually("farid is narrowed", () -> LivingVillage.rule("n6").equals("slowLane"));
        String internet = village.installation().internetAddress();
        String address = village.mesh().clients().get("c6b");
        Instant from = village.clock().now().minus(Duration.ofDays(1));
        long before = billedBytes("n1", from);

        village.withoutKafka(() -> {
            LivingVillage.pay("farid");
            ban(village, address);
            LivingVillage.bytesPerSecond("c1", FETCHED);
            eventually("usage is still taken", () -> billedBytes("n1", from) >= before + FETCHED);
            assertThat(LivingVillage.open("farid")).as("the books know").isEmpty();
            assertThat(LivingVillage.rule("n6")).as("who hears does not").isEqualTo("slowLane");
            eventually("its ping goes on", () -> village.mesh().reaches("c6b", internet));
        });

        eventually("the payment has arrived", () -> LivingVillage.rule("n6").equals("full"));
        eventually("the ban has arrived", () -> !village.mesh().reaches("c6b", internet));
        lift();
        eventually("and goes", () -> village.mesh().reaches("c6b", internet));
    }

    @Test
    void withoutPostgresTheMeshGoesOnAndEveryByteIsCountedAfterwards() {
        Quickstart village = LivingVillage.get();
        LivingVillage.everyonePays();
        village.letTrafficFlow(false);
        String internet = village.installation().internetAddress();
        ban(village, village.mesh().clients().get("c6b"));
        eventually("the ban is there", () -> !village.mesh().reaches("c6b", internet));
        Instant from = village.clock().now().minus(Duration.ofDays(1));
        Map<String, Long> before = LivingVillage.meteredAtRest(from);

        village.withoutPostgres(() -> {
            for (String router : Mesh.ROUTERS) {
                LivingVillage.bytesPerSecond("c" + router.substring(1), FETCHED);
            }
            assertThat(village.mesh().reaches("c6b", internet))
                    .as("what was decided holds")
                    .isFalse();
        });

        eventually(
                "every byte has arrived",
                () ->
                        Mesh.ROUTERS.stream()
                                .allMatch(router ->
                                        billedBytes(router, from) >= before.get(router) + FETCHED));
        lift();
        eventually("the ban is lifted", () -> village.mesh().reaches("c6b", internet));
        village.letTrafficFlow(true);
    }

    private static void ban(Quickstart village, String address) {
        as("carla")
                .post(
                        "/api/bans",
                        Map.of(
                                "target", Map.of("kind", "address", "value", address),
                                "reason", "Tries every door of the street",
                                "until",
                                        village.clock().now().plus(Duration.ofHours(6)).toString()))
                .ok();
    }

    private static void lift() {
        for (JsonNode ban : as("carla").get("/api/bans?state=active").ok().path("items")) {
            as("carla")
                    .post(
                            "/api/bans/" + ban.path("id").asString() + "/lift",
                            Map.of("reason", "Cleaned up"))
                    .ok();
        }
    }
}
