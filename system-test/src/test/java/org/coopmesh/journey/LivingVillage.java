package org.coopmesh.journey;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Namespace;
import org.coopmesh.quickstart.Quickstart;
import org.coopmesh.quickstart.Traffic;
import tools.jackson.databind.JsonNode;

/** One quickstart for all journeys: started by the first that needs it, ended with the JVM. */
final class LivingVillage {
    private static final int SLOT = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static Quickstart quickstart;

    private LivingVillage() {}

    static synchronized Quickstart get() {
        assumeTrue(Mesh.possible(), "needs Linux, root, ip, nft, babeld and ping");
        if (quickstart == null) {
            try {
                Path state = Files.createDirectories(Path.of("target/village").toAbsolutePath());
                quickstart = Quickstart.start(at(state), System.out::println);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> quickstart.close()));
        }
        return quickstart;
    }

    /** Everything ends and starts again on what it had kept. */
    static synchronized Quickstart restart() {
        Installation at = get().installation();
        quickstart.close();
        quickstart = Quickstart.start(at, System.out::println);
        return quickstart;
    }

    private static Installation at(Path state) {
        return new Installation(Path.of("..").toAbsolutePath().normalize(), state, SLOT, false);
    }

    static Browser as(String person) {
        return get().village().as(person);
    }

    static void eventually(String what, BooleanSupplier holds) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(holds::getAsBoolean);
    }

    /** Fetches from the Internet host as {@code client}: bytes per second. */
    static double bytesPerSecond(String client, long bytes) {
        Installation at = get().installation();
        Instant started = Instant.now();
        long got =
                Namespace.call(at.namespace(client), () -> Traffic.fetch("198.51.100.10", bytes));
        return got * 1e9 / Duration.between(started, Instant.now()).toNanos();
    }

    /** Bytes that billing knows of for the LAN of {@code router}, both ways, since {@code from}. */
    static long billedBytes(String router, Instant from) {
        String attachment = get().village().lan(router).attachmentId();
        long bytes = 0;
        String path =
                "/api/usage?attachmentId=%s&from=%s&to=%s&step=day&limit=200"
                        .formatted(attachment, from, get().clock().now().plus(Duration.ofDays(2)));
        for (JsonNode usage : as("bruno").get(path).ok().path("items")) {
            bytes += usage.path("internetDown").asLong() + usage.path("internetUp").asLong();
        }
        return bytes;
    }
}
