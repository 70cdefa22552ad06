package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.ZONE;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.billedBytes;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class UsageBecomesInvoiceJourneyIT {
    private static final long FETCHED = 20_000_000;

    @Test
    void bytesThroughTheKernelBecomeALineOnTheBill() {
        Quickstart village = LivingVillage.get();
        LivingVillage.everyonePays();
        village.letTrafficFlow(false);
        YearMonth month = YearMonth.from(village.clock().now().atZone(ZONE));
        Instant monthStart = month.atDay(1).atStartOfDay(ZONE).toInstant();
        long before = billedBytes("n6", monthStart);

        LivingVillage.bytesPerSecond("c6", FETCHED);

        eventually(
                "the fetched bytes are metered",
                () -> billedBytes("n6", monthStart) >= before + FETCHED);
        LivingVillage.meteredAtRest(monthStart);
        Instant monthOver =
                month.plusMonths(1).atDay(1).atStartOfDay(ZONE).plusHours(3).toInstant();
        village.clock().forward(Duration.between(village.clock().now(), monthOver));
        String payer = village.village().payerId("farid");
        eventually("the month is billed", () -> invoiceOf(payer, month) != null);
        JsonNode invoice = as("bruno").get("/api/invoices/" + invoiceOf(payer, month)).ok();
        BigDecimal billedGigabytes = BigDecimal.ZERO;
        for (JsonNode line : invoice.path("lines")) {
            if (line.path("kind").asString().equals("usage")) {
                billedGigabytes =
                        billedGigabytes.add(new BigDecimal(line.path("quantity").asString()));
            }
        }
        assertThat(billedGigabytes.movePointRight(9))
                .as("what is on the bill is what was metered in the month, to the byte")
                .isEqualByComparingTo(BigDecimal.valueOf(meteredIn(month)));
        assertThat(billedGigabytes.movePointRight(9).longValue()).isGreaterThanOrEqualTo(FETCHED);
        assertThat(trialBalance()).isEqualByComparingTo(BigDecimal.ZERO);
        village.letTrafficFlow(true);
    }

    private static long meteredIn(YearMonth month) {
        String attachment = LivingVillage.get().village().lan("n6").attachmentId();
        Instant from = month.atDay(1).atStartOfDay(ZONE).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(ZONE).toInstant();
        long bytes = 0;
        String path =
                "/api/usage?attachmentId=%s&from=%s&to=%s&step=day&limit=200"
                        .formatted(attachment, from, to);
        for (JsonNode usage : as("bruno").get(path).ok().path("items")) {
            bytes += usage.path("internetDown").asLong() + usage.path("internetUp").asLong();
        }
        return bytes;
    }

    private static String invoiceOf(String payer, YearMonth month) {
        for (JsonNode invoice :
                as("bruno").get("/api/invoices?payerId=" + payer).ok().path("items")) {
            if (invoice.path("periodFrom").asString().startsWith(month.toString())) {
                return invoice.path("id").asString();
            }
        }
        return null;
    }

    private static BigDecimal trialBalance() {
        JsonNode balance = as("bruno").get("/api/ledger/trial-balance").ok();
        return new BigDecimal(balance.path("sum").asString());
    }
}
