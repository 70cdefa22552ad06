package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Namespace;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The owner of n2 has the agent count another interface than the one to n1, and sends a fifth more through it than really
 * passes: real packets, real counters, real signatures, and a lie.
 */
class LiarIsFoundOutJourneyIT {
    private static final String LIAR = "n2";
    private static final String HONEST = "n1";
    private static final String LINK = LIAR + HONEST;
    private static final String FALSE_LINK = "lie0";
    private static final String ITS_OTHER_END = "lie1";
    private static final double INFLATION = 1.2;
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final int WINDOWS = 12;
    private static final int FRAME_HEADERS = 14 + 20 + 8;
    private static final int DISCARD = 9;
    private static final int PAYLOAD = 1_300;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private volatile boolean lying = true;

    /** Where the kernel's table of interfaces shows it, after the name. */
    private enum Figure {
        RECEIVED(1),
        SENT(9);

        private final int column;

        Figure(int column) {
            this.column = column;
        }
    }

    @Test
    void aRelayThatInflatesByAFifthIsFoundOutAndGainsNothing() throws Exception {
        Quickstart village = LivingVillage.get();
        LivingVillage.everyonePays();
        village.letTrafficFlow(true);
        String liar = village.village().identity(LIAR);
        String honest = village.village().identity(HONEST);
        Instant honestSince = village.clock().now();
        eventually(
                "both ends of the link are compared, and agree",
                () -> matched(liar, honest, honestSince) >= 3);
        assertThat(discrepancies(liar)).as("links that are honest").isEmpty();

        Path config =
                village.installation().state().resolve("nodes").resolve(LIAR).resolve("agent.conf");
        String truth = Files.readString(config);
        var threads = new ArrayList<CompletableFuture<Void>>();
        try {
            village.mesh()
                    .inNamespace(
                            LIAR,
                            List.of(
                                    "ip",
                                    "link",
                                    "add",
                                    FALSE_LINK,
                                    "type",
                                    "veth",
                                    "peer",
                                    ITS_OTHER_END));
            give(village, FALSE_LINK, "192.0.2.1/25");
            give(village, ITS_OTHER_END, "192.0.2.129/25");
            threads.add(inflate(village, "192.0.2.127", Figure.SENT));
            threads.add(inflate(village, "192.0.2.255", Figure.RECEIVED));
            Files.writeString(config, truth.replace(LINK + "=", FALSE_LINK + "="));
            restart(village);

            Awaitility.await("the lie is found out")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> !discrepancies(liar).isEmpty());

            JsonNode found = discrepancies(liar).getFirst();
            assertThat(
                            List.of(
                                    found.path("lowNodeId").asString(),
                                    found.path("highNodeId").asString()))
                    .containsExactlyInAnyOrder(liar, honest);
            assertThat(
                            Duration.between(
                                    Instant.parse(found.path("from").asString()),
                                    Instant.parse(found.path("to").asString())))
                    .as("from the first false window to the last that was needed")
                    .isLessThanOrEqualTo(WINDOW.multipliedBy(WINDOWS + 1));
            eventually(
                    "there is a case, with what both ends signed",
                    () -> hasBothReports(liar, honest));
            for (JsonNode hour : hours(liar, honest, honestSince)) {
                assertThat(hour.path("upCredited").asLong())
                        .isLessThanOrEqualTo(
                                Math.min(
                                        hour.path("lowSent").asLong(),
                                        hour.path("highReceived").asLong()));
                assertThat(hour.path("downCredited").asLong())
                        .isLessThanOrEqualTo(
                                Math.min(
                                        hour.path("highSent").asLong(),
                                        hour.path("lowReceived").asLong()));
            }
            assertThat(discrepancies(null)).as("nobody else is accused").hasSize(1);
        } finally {
            lying = false;
            for (CompletableFuture<Void> thread : threads) thread.join();
            Files.writeString(config, truth);
            restart(village);
            village.mesh().inNamespace(LIAR, List.of("ip", "link", "delete", FALSE_LINK));
        }
    }

    private static void give(Quickstart village, String end, String address) {
        village.mesh().inNamespace(LIAR, List.of("ip", "address", "add", address, "dev", end));
        village.mesh().inNamespace(LIAR, List.of("ip", "link", "set", end, "up"));
    }

    private static void restart(Quickstart village) {
        village.killAgent(LIAR);
        village.restartAgent(LIAR);
    }

    /** Sends to {@code broadcast} what makes the count of its interface a fifth more than what {@code figure} of the link gains. */
    private CompletableFuture<Void> inflate(Quickstart village, String broadcast, Figure figure) {
        var done = new CompletableFuture<Void>();
        Callable<Void> lie =
                () -> {
                    long begun = counted(figure);
                    long sent = 0;
                    try (var socket = new DatagramSocket()) {
                        var to = new InetSocketAddress(broadcast, DISCARD);
                        var packet = new DatagramPacket(new byte[PAYLOAD], PAYLOAD, to);
                        while (lying) {
                            long wanted = (long) ((counted(figure) - begun) * INFLATION);
                            while (sent < wanted) {
                                socket.send(packet);
                                sent += PAYLOAD + FRAME_HEADERS;
                            }
                            Thread.sleep(50);
                        }
                    }
                    return null;
                };
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        Namespace.call(village.installation().namespace(LIAR), lie);
                        done.complete(null);
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    /** Read in the namespace of the calling thread. */
    private static long counted(Figure figure) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/dev"))) {
            String[] parts = line.strip().split("[:\\s]+");
            if (parts[0].equals(LINK)) return Long.parseLong(parts[figure.column]);
        }
        throw new IllegalStateException("no " + LINK + " here");
    }

    private static int matched(String one, String other, Instant since) {
        return hours(one, other, since).stream()
                .mapToInt(hour -> hour.path("windowsMatched").asInt())
                .sum();
    }

    private static List<JsonNode> hours(String one, String other, Instant since) {
        return as("alba")
                .get(
                        "/api/usage/links?limit=200&nodeId="
                                + one
                                + "&from="
                                + since.minus(Duration.ofHours(1)))
                .ok()
                .path("items")
                .valueStream()
                .filter(hour ->
                        List.of(
                                        hour.path("lowNodeId").asString(),
                                        hour.path("highNodeId").asString())
                                .contains(other))
                .toList();
    }

    private static List<JsonNode> discrepancies(String node) {
        String of = node == null ? "" : "?nodeId=" + node;
        return as("alba")
                .get("/api/usage/discrepancies" + of)
                .ok()
                .path("items")
                .valueStream()
                .toList();
    }

    private static boolean hasBothReports(String liar, String honest) {
        for (JsonNode one : as("carla").get("/api/cases").ok().path("items")) {
            JsonNode detail = as("carla").get("/api/cases/" + one.path("id").asString()).ok();
            for (JsonNode report : detail.path("reports")) {
                String text = report.toString();
                if (text.contains(liar) && text.contains(honest)) {
                    return report.path("evidence").size() == 2;
                }
            }
        }
        return false;
    }
}
