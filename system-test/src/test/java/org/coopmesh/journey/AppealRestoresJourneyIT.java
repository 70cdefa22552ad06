package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.ZONE;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.MailSink.Taken;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** From an anonymous report to a decision that every node enforces, an appeal, and all as it was; with the browsers people would use. */
@Tag("apart")
class AppealRestoresJourneyIT {
    private static final int SLOT = 4;
    private static final String APPEAL = "The installer left his own laptop on my roof that night.";
    private static final String PER_CASE = "3.00";

    @TempDir Path folder;

    @Test
    void whatTwoModeratorsSeeDifferentlyIsEnforcedThenTakenBackOnEveryNodeAndPaid()
            throws Exception {
        assumeTrue(Mesh.possible(), Mesh.NEEDS);
        assumeTrue(RealBrowser.possible(), RealBrowser.NEEDS);
        Path state = Files.createDirectories(folder.resolve("village"));
        var at = new Installation(Path.of("..").toAbsolutePath().normalize(), state, SLOT, false);
        try (var village = Quickstart.start(at, System.out::println)) {
            YearMonth month = YearMonth.from(village.clock().now().atZone(ZONE));
            payPerCase(village, month);
            moderates(village, "david");
            String internet = at.internetAddress();
            String address = village.mesh().clients().get("c6b");
            eventually("its packets pass", () -> village.mesh().reaches("c6b", internet));

            String link =
                    RealBrowser.nobody(village, "reportAbuse", address).path("link").asString();
            JsonNode decided = RealBrowser.person(village, "carla", "decideCase", address);

            assertThat(decided.path("proposed").asString()).contains("Warning");
            eventually("its packets stop", () -> !village.mesh().reaches("c6b", internet));
            eventually(
                    "those of the whole household, too",
                    () -> !village.mesh().reaches("c6", internet));
            eventually("on all nodes", () -> onNodes(village, address) == Mesh.ROUTERS.size());
            assertThat(RealBrowser.nobody(village, "followUp", link).path("text").asString())
                    .contains("You were right");
            eventually(
                    "farid is told by mail",
                    () ->
                            mailsTo(village, "farid").stream()
                                    .anyMatch(m -> m.contains("/my/cases")));

            String statement =
                    RealBrowser.person(village, "farid", "appeal", APPEAL)
                            .path("statement")
                            .asString();

            assertThat(statement)
                    .contains("The log of the report and that of the relay agree")
                    .doesNotContain("Carla");
            assertThat(
                            RealBrowser.person(village, "carla", "readAppeal", APPEAL)
                                    .path("mayHear")
                                    .asBoolean())
                    .as("who decided does not hear the appeal")
                    .isFalse();
            assertThat(village.mesh().reaches("c6b", internet)).isFalse();

            RealBrowser.person(village, "david", "grantAppeal", APPEAL, "His laptop is gone");

            eventually("its packets pass again", () -> village.mesh().reaches("c6b", internet));
            eventually("those of the household, too", () -> village.mesh().reaches("c6", internet));
            eventually(
                    "all nodes let it in",
                    () ->
                            !banned(village, address)
                                    && onNodes(village, address) == Mesh.ROUTERS.size());
            assertThat(RealBrowser.person(village, "farid", "readCases").path("text").asString())
                    .contains("His laptop is gone")
                    .doesNotContain("David");
            assertThat(RealBrowser.nobody(village, "followUp", link).path("text").asString())
                    .contains("The decision was reversed")
                    .doesNotContain("Farid");
            eventually("farid is told again", () -> mailsTo(village, "farid").size() > 1);

            RealBrowser.person(village, "carla", "closeCase", address);
            pastTheEndOf(village, month);

            eventually("carla's case is in her pay", () -> casesInPay(village, month) >= 1);
        }
    }

    private static void payPerCase(Quickstart village, YearMonth month) {
        village.village()
                .as("alba")
                .post(
                        "/api/payroll/rate-cards",
                        Map.of(
                                "firstMonth",
                                month.toString(),
                                "share",
                                "0.5",
                                "perHour",
                                euros("12.00"),
                                "perCase",
                                euros(PER_CASE)))
                .ok();
    }

    private static Map<String, String> euros(String amount) {
        return Map.of("amount", amount, "currency", "EUR");
    }

    private static void moderates(Quickstart village, String key) {
        village.village()
                .as("alba")
                .put(
                        "/api/members/" + village.village().memberId(key) + "/roles",
                        Map.of("roles", List.of("moderator"), "reason", "Elected by the assembly"))
                .ok();
    }

    private static void pastTheEndOf(Quickstart village, YearMonth month) {
        ZonedDateTime over = month.plusMonths(1).atDay(1).atStartOfDay(ZONE).plusHours(1);
        village.clock().forward(Duration.between(village.clock().now().atZone(ZONE), over));
    }

    private static long casesInPay(Quickstart village, YearMonth month) {
        JsonNode run =
                village.village().as("bruno").get("/api/payroll/preview?month=" + month).ok();
        String carla = village.village().memberId("carla");
        return run.path("lines")
                .valueStream()
                .filter(line -> line.path("moderatorId").asString().equals(carla))
                .mapToLong(line -> line.path("cases").asLong())
                .sum();
    }

    /** On how many nodes the newest word about the address is, a ban or the end of one. */
    private static int onNodes(Quickstart village, String address) {
        return coverage(village, address).path("onNodes").asInt();
    }

    private static boolean banned(Quickstart village, String address) {
        return coverage(village, address).path("present").asBoolean();
    }

    private static JsonNode coverage(Quickstart village, String address) {
        return village.village()
                .as("carla")
                .get("/api/access/coverage?key=ban:" + address + "/32")
                .ok();
    }

    private static List<String> mailsTo(Quickstart village, String key) {
        return List.copyOf(village.mails().taken).stream()
                .filter(mail -> mail.to().equals(key + "@village.example"))
                .map(Taken::words)
                .filter(words -> words.contains("/my/cases"))
                .toList();
    }
}
