package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class UpheldReportBansJourneyIT {
    @Test
    void anUpheldReportStopsTheAddressOnEveryNodeUntilItExpires() {
        Quickstart village = LivingVillage.get();
        LivingVillage.everyonePays();
        String internet = village.installation().internetAddress();
        String address = village.mesh().clients().get("c6b");
        eventually("its packets pass", () -> village.mesh().reaches("c6b", internet));
        Browser outsider = new Browser(village.installation().publicUrl());
        JsonNode report =
                outsider.post(
                                "/api/reports",
                                Map.of(
                                        "category",
                                        "intrusion",
                                        "address",
                                        address,
                                        "observedAt",
                                        village.clock().now().toString(),
                                        "description",
                                        "Tries every door of the street"))
                        .ok();

        String caseId = caseAbout(address);
        as("carla").post("/api/cases/" + caseId + "/claim", Map.of()).ok();
        as("carla")
                .post(
                        "/api/cases/" + caseId + "/decision",
                        Map.of(
                                "outcome", "upheld",
                                "rule", "Leave other people's traffic alone",
                                "reason", "The log of the report and of the relay agree",
                                "measures",
                                        List.of(
                                                Map.of(
                                                        "kind", "ban",
                                                        "until",
                                                                village.clock()
                                                                        .now()
                                                                        .plus(Duration.ofHours(6))
                                                                        .toString(),
                                                        "target",
                                                                Map.of(
                                                                        "kind", "address", "value",
                                                                        address)))))
                .ok();

        eventually("its packets stop", () -> !village.mesh().reaches("c6b", internet));
        eventually(
                "those of the neighbour on the same LAN go on",
                () -> village.mesh().reaches("c6", internet));
        eventually("on all nodes", () -> onNodes(address) == Mesh.ROUTERS.size());
        JsonNode answer =
                outsider.get(
                                "/api/reports/%s?token=%s"
                                        .formatted(
                                                report.path("id").asString(),
                                                report.path("followUpToken").asString()))
                        .ok();
        assertThat(answer.toString()).as("the reporter hears the outcome").contains("upheld");

        village.clock().forward(Duration.ofHours(7));

        eventually("it is let in again", () -> village.mesh().reaches("c6b", internet));
    }

    private static String caseAbout(String address) {
        for (JsonNode c : as("carla").get("/api/cases?category=intrusion").ok().path("items")) {
            if (c.toString().contains(address)) {
                return c.path("id").asString();
            }
        }
        throw new IllegalStateException("no case about " + address);
    }

    private static int onNodes(String address) {
        return as("carla")
                .get("/api/access/coverage?key=ban:" + address + "/32")
                .ok()
                .path("onNodes")
                .asInt();
    }
}
