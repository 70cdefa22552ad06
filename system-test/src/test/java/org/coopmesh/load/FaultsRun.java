package org.coopmesh.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;

/**
 * A village in which one thing after another goes wrong while people pay, ban, vote and fetch; in the end no byte, cent, ban or
 * vote may be lost or be there twice.
 */
final class FaultsRun {
    /** 16,384 networks. */
    private static final String POOL_OF_SIMULATED = "100.64.0.0/10";

    private static final int SLOT = 7;
    private static final int MANY = 500;
    private static final String HEAP_FOR_MANY = "512m";
    private static final int DISK_MEGABYTES = 6_000;
    private static final Duration PEACE_MIN = Duration.ofMinutes(1);
    private static final Duration NODES_PATIENCE = Duration.ofMinutes(10);

    private FaultsRun() {}

    static void main(String[] args) throws Exception {
        long minutes = 60;
        int simulated = 0;
        int slot = SLOT;
        long seed = System.nanoTime();
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--minutes" -> minutes = Long.parseLong(args[i + 1]);
                case "--nodes" -> simulated = Integer.parseInt(args[i + 1]);
                case "--slot" -> slot = Integer.parseInt(args[i + 1]);
                case "--seed" -> seed = Long.parseLong(args[i + 1]);
                default -> refuse();
            }
        }
        if (args.length % 2 == 1) refuse();
        if (simulated >= MANY) System.setProperty(Quickstart.HEAP, HEAP_FOR_MANY);
        if (!Mesh.possible()) {
            System.err.println(Mesh.NEEDS);
            System.exit(2);
        }
        System.out.println("--minutes " + minutes + " --nodes " + simulated + " --seed " + seed);
        Path home = Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();
        String folder = "faults-" + slot;
        Path mount = home.resolve("system-test/target/bench-" + folder + "/disk");
        Disk.forget(mount);
        Path state = VillageFolder.fresh(home, folder);
        boolean clean;
        try (Disk disk = Disk.make(state.resolve("disk.img"), mount, DISK_MEGABYTES)) {
            Path databases = Files.createDirectories(mount.resolve("postgres"));
            Files.createSymbolicLink(state.resolve("postgres"), databases);
            Files.createSymbolicLink(
                    state.resolve("nodes"), Files.createDirectories(mount.resolve("nodes")));
            clean =
                    live(
                            new Installation(home, state, slot, false),
                            disk,
                            databases,
                            new Args(Duration.ofMinutes(minutes), simulated, seed));
        }
        System.exit(clean ? 0 : 1);
    }

    private record Args(Duration time, int simulated, long seed) {}

    private static void refuse() {
        System.err.println("--minutes N, --nodes N, --seed N, --slot 0 to 9");
        System.exit(2);
    }

    private static boolean live(Installation at, Disk disk, Path databases, Args args)
            throws Exception {
        var findings = new Findings();
        try (var village = Quickstart.start(at, System.err::println)) {
            try (var nodes = simulated(village, args.simulated())) {
                village.letTrafficFlow(false);
                var reports = reports(village, nodes, args.simulated());
                var bytes = new Bytes(village);
                var deeds = new Deeds(village, args.seed());
                var faults = new Faults(village, disk, databases, args.seed());
                village.letTrafficFlow(true);
                reports.begin();
                inPeace(at, args.simulated());
                deeds.begin();
                Instant began = Instant.now();
                faults.strikeFor(args.time());
                Instant whole = Instant.now();
                deeds.end();
                reports.end();
                village.letTrafficFlow(false);
                System.out.println(
                        "struck in "
                                + Duration.between(began, whole).toMinutes()
                                + " minutes: "
                                + faults.struck()
                                + "; deeds repeated "
                                + deeds.repeated()
                                + ", reports of simulated nodes "
                                + reports.repeated()
                                + ", all answered after "
                                + Duration.between(whole, Instant.now()).toSeconds()
                                + " s");
                everyNodeIsThere(village, nodes, args.simulated(), findings);
                bytes.check(findings);
                deeds.check(findings);
                bytes.check(reports, findings);
                reports.close();
            }
        }
        return findings.clean();
    }

    /** Once every node has reported, for as long as each takes to report again. */
    private static void inPeace(Installation at, int simulated) throws InterruptedException {
        Duration window = window(simulated);
        Thread.sleep(window);
        new Work(at.state())
                .tell(
                        "%,d simulated nodes that report every %d s"
                                .formatted(simulated, window.toSeconds()),
                        window.compareTo(PEACE_MIN) > 0 ? window : PEACE_MIN);
    }

    private static SimulatedNodes simulated(Quickstart village, int count) throws Exception {
        Installation at = village.installation();
        var nodes =
                new SimulatedNodes(
                        new InetSocketAddress(at.nodePortAddress(), at.port(9_081)),
                        at.state().resolve("keys/ca.crt").toFile());
        var number = new AtomicInteger();
        nodes.join(count, () -> village.village().nodeBeside("n1", "s" + number.incrementAndGet()));
        return nodes;
    }

    /** From 700 nodes on as many reports as 20,000 make that report every five minutes, however many there are. */
    private static Duration window(int simulated) {
        return Duration.ofSeconds(Math.max(10, simulated * 300L / 20_000));
    }

    private static SimulatedReports reports(Quickstart village, SimulatedNodes nodes, int count) {
        Installation at = village.installation();
        village.village().widen(POOL_OF_SIMULATED);
        return new SimulatedReports(
                nodes,
                new InetSocketAddress(at.nodePortAddress(), at.port(9_082)),
                village.clock().now(),
                window(count),
                village.village()::attachmentAt);
    }

    private static void everyNodeIsThere(
            Quickstart village, SimulatedNodes nodes, int simulated, Findings findings)
            throws InterruptedException, IOException {
        Instant from = Instant.now();
        long real = 0;
        long others = 0;
        while (Instant.now().isBefore(from.plus(NODES_PATIENCE))) {
            var list = village.village().as("alba").get("/api/access/list").ok();
            real = list.path("nodes").path("current").asLong();
            others = nodes.on(list.path("version").asLong());
            if (real >= Mesh.ROUTERS.size() + simulated && others >= simulated) break;
            Thread.sleep(500);
        }
        findings.same(
                "nodes on the newest list, of a kernel and simulated",
                List.of((long) Mesh.ROUTERS.size() + simulated, (long) simulated),
                List.of(real, others));
        System.out.println(
                "all nodes on the newest list after "
                        + Duration.between(from, Instant.now()).toSeconds()
                        + " s");
    }
}
