package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One node agent for each router: the real one, inside the router's namespace. */
final class Agents {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    // Long enough to be a window, short enough to watch
    private static final String WINDOW = "PT5S";
    // Whoever looks at the demo sees the log cosigned within a minute
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    private final Installation at;
    private final Map<String, ChildProcess> processes = new LinkedHashMap<>();

    Agents(Installation at) {
        this.at = at;
    }

    /** Writes the router's configuration, once; the code in it is used up by the first start. */
    void configure(String router, String enrolmentCode, String caFingerprint) {
        var lines = new ArrayList<String>();
        lines.add("state-dir = " + directory(router).resolve("state"));
        lines.add("membership = " + at.nodePortAddress() + ":" + at.port(9081));
        lines.add("billing = " + at.nodePortAddress() + ":" + at.port(9082));
        lines.add("enrolment-code = " + enrolmentCode);
        lines.add("ca-fingerprint = " + caFingerprint);
        if (!at.simulated() && Mesh.GATEWAYS.contains(router)) {
            lines.add("uplink = wan0");
        }
        lines.add("window = " + WINDOW);
        lines.add("log-every = " + LOG_EVERY);
        lines.add("counters = " + (at.simulated() ? "simulated" : "nftables"));
        lines.add("firewall = " + (at.simulated() ? "none" : "nftables"));
        // The demo's time moves; a node that takes the server's time moves with it
        lines.add("clock = server");
        try {
            Files.createDirectories(directory(router));
            Files.write(config(router), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what the page of a new node showed, for a box that makes up what it counts. */
    void configure(String box, String shown) {
        var lines = new ArrayList<String>();
        for (String line : shown.lines().toList()) {
            if (!line.matches("(state-dir|window|log-every|counters|firewall) *[:=].*")) {
                lines.add(line);
            }
        }
        lines.add("state-dir = " + directory(box).resolve("state"));
        lines.add("window = " + WINDOW);
        lines.add("log-every = " + LOG_EVERY);
        lines.add("counters = simulated");
        lines.add("firewall = none");
        lines.add("clock = server");
        try {
            Files.createDirectories(directory(box));
            Files.write(config(box), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes which neighbour is behind which interface, so that both ends of a link can be compared. */
    void tellLinks(String router, Map<String, String> nodeIdByInterface) {
        String links =
                nodeIdByInterface.entrySet().stream()
                        .map(link -> link.getKey() + "=" + link.getValue())
                        .collect(Collectors.joining(", ", "links = ", ""));
        try {
            var lines = new ArrayList<>(Files.readAllLines(config(router)));
            lines.removeIf(line -> line.startsWith("links ="));
            lines.add(links);
            Files.write(config(router), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start(String router) {
        processes.computeIfAbsent(router, this::process).start();
    }

    void kill(String router) {
        known(router).kill();
    }

    long pid(String router) {
        return known(router).pid();
    }

    void startDead() {
        processes.values().forEach(ChildProcess::start);
    }

    void stop() {
        var enders = new ArrayList<Thread>();
        for (ChildProcess process : processes.values()) {
            enders.add(Thread.startVirtualThread(() -> process.stop(STOP_PATIENCE)));
        }
        for (Thread ender : enders) {
            try {
                ender.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ChildProcess known(String router) {
        ChildProcess process = processes.get(router);
        if (process == null) {
            throw new IllegalArgumentException("no agent on " + router);
        }
        return process;
    }

    private ChildProcess process(String router) {
        var command = new ArrayList<String>();
        if (!at.simulated()) {
            command.addAll(List.of("ip", "netns", "exec", at.namespace(router)));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xms8m",
                        "-Xmn2m",
                        "-Xmx32m",
                        "-Xss256k",
                        "-XX:ReservedCodeCacheSize=12m",
                        "-XX:TrimNativeHeapInterval=5000",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        at.home().resolve("node-agent/target/node-agent.jar").toString(),
                        config(router).toString()));
        return new ChildProcess(
                "agent " + router,
                command,
                Map.of("MALLOC_ARENA_MAX", "1"),
                at.logs().resolve("agent-" + router + ".log"));
    }

    private Path directory(String router) {
        return at.state().resolve("nodes").resolve(router);
    }

    private Path config(String router) {
        return directory(router).resolve("agent.conf");
    }
}
