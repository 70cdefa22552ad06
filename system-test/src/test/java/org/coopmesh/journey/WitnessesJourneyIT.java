package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Real agents, membership and abuse reporting: the log's checkpoint comes back with a node's own signature, and a fork is refused and told. */
@Tag("apart")
class WitnessesJourneyIT {
    private static final int SLOT = 6;

    /** An agent looks every five to fifteen minutes; one of six is enough. */
    private static final Duration PATIENCE = Duration.ofMinutes(16);

    @TempDir Path folder;

    @Test
    void nodesCosignTheLogAndRefuseAFork() throws Exception {
        assumeTrue(Mesh.possible(), Mesh.NEEDS);
        Path state = Files.createDirectories(folder.resolve("village"));
        var at = new Installation(Path.of("..").toAbsolutePath().normalize(), state, SLOT, false);
        try (var village = Quickstart.start(at, System.out::println)) {
            Browser browser = new Browser(village);
            eventually(
                    "the log has a checkpoint", () -> browser.standing().path("size").asLong() > 0);

            patiently("a node has cosigned it", () -> !browser.words().path("items").isEmpty());

            JsonNode word = browser.words().path("items").path(0);
            assertThat(word.path("node").asString())
                    .isIn(Mesh.ROUTERS.stream().map(browser::key).toList());
            assertThat(word.path("size").asLong()).isPositive();
            assertThat(word.path("cosignature").asString())
                    .startsWith("\u2014 node/" + word.path("node").asString() + " ");
            assertThat(browser.standing().path("refusals").asInt()).isZero();

            // Whoever runs the relay changes what is behind the checkpoint.
            relay(
                    at,
                    """
                    create function another_history() returns trigger language plpgsql as $$
                    begin new.hash := sha256(new.hash); return new; end $$
                    """,
                    "create trigger another_history before insert on log_leaf for each row execute function another_history()");
            village.village()
                    .as("carla")
                    .post(
                            "/api/bans",
                            Map.of(
                                    "target",
                                    Map.of("kind", "address", "value", "203.0.113.99/32"),
                                    "permanent",
                                    false,
                                    "until",
                                    village.clock().now().plus(Duration.ofDays(1)).toString(),
                                    "reason",
                                    "So that the log grows"))
                    .ok();

            patiently("a node that saw more has refused it", () -> refusal(browser).isPresent());

            JsonNode refusal = refusal(browser).orElseThrow();
            assertThat(refusal.path("why").asString()).isEqualTo("forked");
            assertThat(refusal.path("seen").asString())
                    .isNotEqualTo(refusal.path("checkpoint").asString());
            assertThat(browser.standing().path("refusals").asInt()).isPositive();
        }
    }

    private record Browser(Quickstart village) {
        JsonNode words() {
            return village.village().as("carla").get("/api/abuse/log/witnesses").ok();
        }

        /** What the node of {@code router} signs with. */
        String key(String router) {
            return village.village()
                    .as("alba")
                    .get("/api/nodes/" + village.village().nodeId(router))
                    .ok()
                    .path("nodeId")
                    .asString();
        }

        JsonNode standing() {
            return village.village().as("carla").get("/log/witnesses").ok();
        }
    }

    /** Of a node that had seen the log before: with both checkpoints. */
    private static Optional<JsonNode> refusal(Browser browser) {
        return browser.words()
                .path("refusals")
                .valueStream()
                .filter(one -> !one.path("seen").asString().isBlank())
                .findFirst();
    }

    private static void patiently(String what, BooleanSupplier holds) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(holds::getAsBoolean);
    }

    private static void relay(Installation at, String... statements) throws Exception {
        String url =
                "jdbc:postgresql://127.0.0.1:"
                        + at.postgresPort()
                        + "/membership?user=postgres&password=postgres";
        try (Connection database = DriverManager.getConnection(url);
                Statement statement = database.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
