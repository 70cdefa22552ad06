package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.billedBytes;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class EveryProcessDiesJourneyIT {
    private static final long FETCHED = 2_000_000;
    // An empty TCP acknowledgement for every second segment, and headers
    private static final double OVERHEAD_MAX = 0.10;

    @Test
    void everyProcessIsKilledInTurnAndNothingIsLostOrCountedTwice() {
        Quickstart village = LivingVillage.get();
        OverdueNarrowsPaymentRestoresJourneyIT.start();
        village.letTrafficFlow(false);
        Instant from = village.clock().now().minus(Duration.ofDays(1));
        Map<String, Long> before = settled(from);
        Map<String, Integer> fetches = new HashMap<>();
        int invoices = invoices();
        // A narrow lane would only make this slow
        List<String> open =
                Mesh.ROUTERS.stream()
                        .filter(router ->
                                OverdueNarrowsPaymentRestoresJourneyIT.rule(router).equals("full"))
                        .toList();
        assertThat(open).hasSizeGreaterThan(2);

        for (String service : village.services()) {
            village.killService(service);
            fetchEverywhere(open, fetches);
            village.restartService(service);
        }
        for (String router : Mesh.ROUTERS) {
            fetchEverywhere(open, fetches);
            village.killAgent(router);
            fetchEverywhere(open, fetches);
            village.restartAgent(router);
        }

        eventually("every byte has arrived", () -> allArrived(before, fetches, from));
        Map<String, Long> after = settled(from);
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
                                        .path("total")
                                        .path("amount")
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
        eventually(
                "all nodes enforce the newest list",
                () -> {
                    JsonNode nodes = as("alba").get("/api/access/list").ok().path("nodes");
                    return nodes.path("current").asInt() == Mesh.ROUTERS.size();
                });
        again.letTrafficFlow(true);
    }

    private static boolean allArrived(
            Map<String, Long> before, Map<String, Integer> fetches, Instant from) {
        return Mesh.ROUTERS.stream()
                .allMatch(router ->
                        billedBytes(router, from) - before.get(router)
                                >= fetches.getOrDefault(router, 0) * FETCHED);
    }

    /** What billing knows once nothing moves any more. */
    private static Map<String, Long> settled(Instant from) {
        Map<String, Long> last = new HashMap<>();
        eventually(
                "the meters rest",
                () -> {
                    Map<String, Long> now = new HashMap<>();
                    Mesh.ROUTERS.forEach(router -> now.put(router, billedBytes(router, from)));
                    boolean same = now.equals(last);
                    last.putAll(now);
                    pause(Duration.ofSeconds(6));
                    return same;
                });
        return last;
    }

    private static void fetchEverywhere(List<String> routers, Map<String, Integer> fetches) {
        for (String router : routers) {
            LivingVillage.bytesPerSecond("c" + router.substring(1), FETCHED);
            fetches.merge(router, 1, Integer::sum);
        }
    }

    private static int invoices() {
        return as("bruno").get("/api/invoices?limit=200").ok().path("items").size();
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
