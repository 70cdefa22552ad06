package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.billedBytes;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;

class EveryProcessDiesJourneyIT {
    private static final long FETCHED = 2_000_000;
    // An empty TCP acknowledgement for every second segment, and headers
    private static final double OVERHEAD_MAX = 0.10;

    @Test
    void everyProcessIsKilledInTurnAndNothingIsLostOrCountedTwice() {
        Quickstart village = LivingVillage.get();
        LivingVillage.everyonePays();
        village.letTrafficFlow(false);
        Instant from = village.clock().now().minus(Duration.ofDays(1));
        Map<String, Long> before = LivingVillage.meteredAtRest(from);
        Map<String, Integer> fetches = new HashMap<>();
        int invoices = invoices();

        for (String service : village.services()) {
            village.killService(service);
            fetchEverywhere(fetches);
            village.restartService(service);
        }
        for (String router : Mesh.ROUTERS) {
            fetchEverywhere(fetches);
            village.killAgent(router);
            fetchEverywhere(fetches);
            village.restartAgent(router);
        }

        eventually("every byte has arrived", () -> allArrived(before, fetches, from));
        Map<String, Long> after = LivingVillage.meteredAtRest(from);
        for (String router : Mesh.ROUTERS) {
            long payload = fetches.getOrDefault(router, 0) * FETCHED;
            long counted = after.get(router) - before.get(router);
            assertThat(counted)
                    .as(router + ": at least what was fetched, and no more than its headers on top")
                    .isBetween(payload, (long) (payload * (1 + OVERHEAD_MAX)));
        }
        assertThat(invoices()).isEqualTo(invoices);
        assertThat(
                        new BigDecimal(
                                as("bruno")
                                        .get("/api/ledger/trial-balance")
                                        .ok()
                                        .path("sum")
                                        .asString()))
                .isEqualByComparingTo(BigDecimal.ZERO);

        Quickstart again = LivingVillage.restart();
        again.letTrafficFlow(false);

        assertThat(invoices()).isEqualTo(invoices);
        for (String router : Mesh.ROUTERS) {
            assertThat(billedBytes(router, from))
                    .as(router)
                    .isGreaterThanOrEqualTo(after.get(router));
        }
        LivingVillage.awaitNewestListEverywhere();
        again.letTrafficFlow(true);
    }

    private static boolean allArrived(
            Map<String, Long> before, Map<String, Integer> fetches, Instant from) {
        return Mesh.ROUTERS.stream()
                .allMatch(router ->
                        billedBytes(router, from) - before.get(router)
                                >= fetches.getOrDefault(router, 0) * FETCHED);
    }

    private static void fetchEverywhere(Map<String, Integer> fetches) {
        for (String router : Mesh.ROUTERS) {
            LivingVillage.bytesPerSecond("c" + router.substring(1), FETCHED);
            fetches.merge(router, 1, Integer::sum);
        }
    }

    private static int invoices() {
        return as("bruno").get("/api/invoices?limit=200").ok().path("items").size();
    }
}
