package org.coopmesh.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;

/** What goes wrong, one thing after another: each once in an order that the seed decides, then all over again in another. */
final class Faults {
    private static final int LASTS_MILLIS_MIN = 3_000;
    private static final int LASTS_MILLIS_MAX = 20_000;
    private static final int PEACE_MILLIS_MAX = 12_000;
    private static final int SLOW_WRITES_PER_SECOND = 15;
    private static final int CLOCK_MINUTES_MAX = 300;
    private static final Duration DATABASE_PATIENCE = Duration.ofSeconds(20);

    private final Quickstart village;
    private final Disk disk;
    private final Path databases;
    private final Random random;
    private final Map<String, Integer> struck = new TreeMap<>();

    private record Fault(String name, Runnable strike) {}

    /** @param disk what holds the databases and what nodes keep */
    Faults(Quickstart village, Disk disk, Path databases, long seed) {
        this.village = village;
        this.disk = disk;
        this.databases = databases;
        this.random = new Random(seed);
    }

    /** How often each has happened. */
    Map<String, Integer> struck() {
        return struck;
    }

    /** Lets things go wrong for so long, and ends when all that was broken is whole again. */
    void strikeFor(Duration time) {
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            List<Fault> deck = new ArrayList<>(all());
            Collections.shuffle(deck, random);
            for (Fault fault : deck) {
                if (Instant.now().isAfter(end)) return;
                System.err.println(Instant.now() + " " + fault.name());
                fault.strike().run();
                struck.merge(fault.name(), 1, Integer::sum);
                pause(random.nextInt(PEACE_MILLIS_MAX));
            }
        }
    }

    private List<Fault> all() {
        var all = new ArrayList<Fault>();
        for (String service : village.services()) {
            all.add(
                    new Fault(
                            service + " killed",
                            () -> {
                                village.killService(service);
                                last();
                                village.restartService(service);
                            }));
            all.add(
                    new Fault(
                            service + " stands still",
                            () -> village.withFrozenService(service, this::last)));
        }
        all.add(new Fault("PostgreSQL killed", () -> village.withoutPostgres(this::last)));
        all.add(new Fault("Kafka away", () -> village.withoutKafka(this::last)));
        all.add(new Fault("disk full", this::diskFull));
        if (Disk.canBeSlow()) all.add(new Fault("disk slow", this::diskSlow));
        all.add(new Fault("agent killed", this::agentKilled));
        all.add(new Fault("node cut off from the servers", this::nodeCutOff));
        all.add(new Fault("link of the mesh down", this::linkDown));
        all.add(
                new Fault(
                        "clock jumps",
                        () ->
                                village.clock()
                                        .forward(
                                                Duration.ofMinutes(
                                                        1 + random.nextInt(CLOCK_MINUTES_MAX)))));
        return all;
    }

    private void diskFull() {
        disk.full(this::last);
        // PostgreSQL goes on by itself, or has given up: whoever runs it starts it again
        Instant patience = Instant.now().plus(DATABASE_PATIENCE);
        while (Instant.now().isBefore(patience)) {
            if (databaseListens()) return;
            pause(500);
        }
        village.withoutPostgres(() -> {});
    }

    private boolean databaseListens() {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(),
                            village.installation().postgresPort()),
                    500);
            return true;
        } catch (IOException no) {
            return false;
        }
    }

    private void diskSlow() {
        disk.slowFor(postmaster(), SLOW_WRITES_PER_SECOND, this::last);
    }

    private ProcessHandle postmaster() {
        try {
            String pid = Files.readAllLines(databases.resolve("postmaster.pid")).getFirst();
            return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void agentKilled() {
        String router = router();
        village.killAgent(router);
        last();
        village.restartAgent(router);
    }

    /** Its neighbours hear it, the servers do not. */
    private void nodeCutOff() {
        String router = router();
        Installation at = village.installation();
        nft(
                router,
                "add table inet fault; add chain inet fault out { type filter hook output priority 0; };"
                        + " add rule inet fault out ip daddr "
                        + at.nodePortAddress()
                        + " drop");
        last();
        nft(router, "delete table inet fault");
    }

    private void linkDown() {
        String router = router();
        List<String> links = List.copyOf(Mesh.links(router).keySet());
        String link = links.get(random.nextInt(links.size()));
        village.mesh().inNamespace(router, List.of("ip", "link", "set", link, "down"));
        last();
        village.mesh().inNamespace(router, List.of("ip", "link", "set", link, "up"));
    }

    private void nft(String router, String commands) {
        village.mesh().inNamespace(router, List.of("nft", commands));
    }

    private String router() {
        return Mesh.ROUTERS.get(random.nextInt(Mesh.ROUTERS.size()));
    }

    private void last() {
        pause(LASTS_MILLIS_MIN + random.nextInt(LASTS_MILLIS_MAX - LASTS_MILLIS_MIN));
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
