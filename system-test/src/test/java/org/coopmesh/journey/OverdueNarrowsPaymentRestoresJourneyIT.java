package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.bytesPerSecond;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OverdueNarrowsPaymentRestoresJourneyIT {
    // 1 Mbit/s is 125,000 bytes per second; a full lane in the lab carries a hundred times that
    private static final double NARROW_BYTES_PER_SECOND_MAX = 200_000;
    private static final double FULL_BYTES_PER_SECOND_MIN = 1_500_000;
    private static final Duration RESTORED_WITHIN = Duration.ofSeconds(15);
    private static Quickstart village;

    @BeforeAll
    static void start() {
        village = LivingVillage.get();
    }

    @Test
    void anUnpaidBillNarrowsTheLaneAndAPaymentWidensItAgain() {
        payEverything("farid");
        eventually(
                "farid has the full lane",
                () -> bytesPerSecond("c6", 3_000_000) > FULL_BYTES_PER_SECOND_MIN);

        billFarid();
        village.clock().forward(Duration.ofDays(20));

        eventually("the list says slow lane", () -> rule("n6").equals("slowLane"));
        eventually(
                "the kernel says so too",
                () -> bytesPerSecond("c6", 300_000) < NARROW_BYTES_PER_SECOND_MAX);
        assertThat(bytesPerSecond("c1", 3_000_000))
                .as("a neighbour who paid notices nothing")
                .isGreaterThan(FULL_BYTES_PER_SECOND_MIN);

        Instant paid = Instant.now();
        payEverything("farid");
        eventually("the list says full", () -> rule("n6").equals("full"));
        eventually(
                "the lane is open",
                () -> bytesPerSecond("c6", 3_000_000) > FULL_BYTES_PER_SECOND_MIN);
        assertThat(Duration.between(paid, Instant.now())).isLessThan(RESTORED_WITHIN);
    }

    /** Lets months pass until farid owes something that is not yet due. */
    private static void billFarid() {
        String payer = village.village().payerId("farid");
        int before = as("bruno").get("/api/invoices?payerId=" + payer).ok().path("items").size();
        village.clock().forward(Duration.ofDays(31));
        eventually(
                "a new bill for farid",
                () ->
                        as("bruno").get("/api/invoices?payerId=" + payer).ok().path("items").size()
                                > before);
        payEverything("alba");
    }

    static void payEverything(String person) {
        String payer = village.village().payerId(person);
        for (JsonNode invoice :
                as("bruno").get("/api/invoices?payerId=" + payer).ok().path("items")) {
            if (invoice.path("state").asString().equals("paid")) {
                continue;
            }
            var payment = new HashMap<String, Object>();
            payment.put("payerId", payer);
            payment.put("invoiceId", invoice.path("id").asString());
            payment.put("amount", invoice.path("open").path("amount").asString());
            payment.put("currency", "EUR");
            payment.put("method", "cash");
            payment.put(
                    "receivedOn",
                    village.clock()
                            .now()
                            .atZone(java.time.ZoneId.of("Europe/Madrid"))
                            .toLocalDate()
                            .toString());
            as("bruno").post("/api/payments", payment).ok();
        }
    }

    static String rule(String router) {
        JsonNode node = as("alba").get("/api/nodes/" + village.village().nodeId(router)).ok();
        return node.path("attachments").path(0).path("rule").asString();
    }
}
