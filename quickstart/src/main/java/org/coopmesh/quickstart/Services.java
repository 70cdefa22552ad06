package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The services and the gateway, each a process of its own, as in production. */
final class Services {
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final String ZONE_KEY = "transfer.village.mesh";
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);
    private static final Duration END_PATIENCE = Duration.ofSeconds(60);

    private final Installation at;
    private final Secrets secrets;
    private final Outside outside;
    private final Map<String, ChildProcess> processes = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    Services(Installation at, Secrets secrets, Outside outside) {
        this.at = at;
        this.secrets = secrets;
        this.outside = outside;
        add("membership-service", "membership", at.port(8081), 9081);
        add("billing-service", "billing", at.port(8082), 9082);
        add("abuse-reporting", "abuse", at.port(8083), 0);
        add("gateway", "gateway", at.port(8080), 0);
    }

    private void add(String module, String database, int port, int nodePort) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Small and quick to start rather than fast at its peak: six routers are no load
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx" + System.getProperty(Quickstart.HEAP, "144m"),
                        "-Xss512k",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:ReservedCodeCacheSize=48m",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        unpacked(module).toString()));
        command.add("--server.port=" + port);
        command.add("--server.address=127.0.0.1");
        command.add("--spring.datasource.url=" + jdbcUrl(database));
        command.add("--spring.datasource.username=" + database);
        command.add("--spring.datasource.hikari.maximum-pool-size=8");
        command.add("--spring.kafka.bootstrap-servers=127.0.0.1:" + at.kafkaPort());
        command.add("--spring.main.banner-mode=off");
        command.add("--coopmesh.clock.file=" + at.clockFile());
        command.add("--coopmesh.keys-dir=" + at.keys());
        command.add("--coopmesh.state-dir=" + at.state().resolve(database));
        command.add("--coopmesh.issuer=" + at.publicUrl() + "/id");
        command.add("--coopmesh.public-url=" + at.publicUrl());
        command.add(
                "--spring.security.oauth2.resourceserver.jwt.jwk-set-uri=http://127.0.0.1:"
                        + at.port(8081)
                        + "/id/oauth2/jwks");
        command.add(
                "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + at.publicUrl() + "/id");
        if (nodePort != 0) {
            command.add("--spring.grpc.server.address=" + at.nodePortAddress());
            command.add("--spring.grpc.server.port=" + at.port(nodePort));
        }
        command.addAll(special(module));
        var environment =
                new HashMap<>(
                        Map.of(
                                "SPRING_DATASOURCE_PASSWORD", secrets.of("database." + database),
                                "COOPMESH_GATEWAYCLIENTSECRET", secrets.of("gateway-client"),
                                "COOPMESH_GATEWAY_CLIENT_SECRET", secrets.of("gateway-client"),
                                "MALLOC_ARENA_MAX", "2"));
        if (module.equals("billing-service")) environment.putAll(outside.environment());
        if (module.equals("membership-service")) environment.putAll(outside.mailEnvironment());
        ports.put(module, port);
        processes.put(
                module,
                new ChildProcess(module, command, environment, at.logs().resolve(module + ".log")));
    }

    /** The key by which a name server may fetch the zone, made at the first start. */
    private Path zoneKeyFile() {
        Path file = at.zoneKeyFile();
        try {
            String secret =
                    Base64.getEncoder()
                            .encodeToString(secrets.of("zone").getBytes(StandardCharsets.US_ASCII));
            Files.writeString(file, ZONE_KEY + " hmac-sha256 " + secret + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** What only one of them needs. */
    private List<String> special(String module) {
        return switch (module) {
            case "membership-service" ->
                    List.of(
                            "--coopmesh.node-port-names=localhost,127.0.0.1,"
                                    + at.nodePortAddress(),
                            "--coopmesh.access.check-interval=PT1S",
                            "--coopmesh.names.zone=village.mesh",
                            "--coopmesh.zone.port=" + at.zonePort(),
                            "--coopmesh.zone.name-servers=ns1.village.mesh=" + at.coreAddress(),
                            "--coopmesh.zone.secondaries="
                                    + ZONE_KEY
                                    + "@127.0.0.1:"
                                    + at.nameServerPort(),
                            "--coopmesh.zone.key-file=" + zoneKeyFile(),
                            "--coopmesh.member.check-interval=PT1S",
                            "--coopmesh.gateway-redirect-uri="
                                    + at.publicUrl()
                                    + "/login/oauth2/code/coopmesh",
                            "--coopmesh.gateway-back-channel-uri=http://127.0.0.1:"
                                    + at.port(8080)
                                    + "/logout/connect/back-channel/coopmesh",
                            "--coopmesh.standing.check-interval=PT1S",
                            "--coopmesh.membership-node-port="
                                    + at.nodePortAddress()
                                    + ":"
                                    + at.port(9081),
                            "--coopmesh.billing-node-port="
                                    + at.nodePortAddress()
                                    + ":"
                                    + at.port(9082));
            case "billing-service" ->
                    List.of(
                            "--coopmesh.invoice.check-interval=PT1S",
                            "--coopmesh.document.check-interval=PT1S",
                            "--coopmesh.direct-debit.check-interval=PT1S",
                            "--coopmesh.dunning.check-interval=PT1S",
                            // Windows of seconds leave less room for clocks than those of minutes
                            "--coopmesh.metering.link.skew=PT0.5S");
            case "abuse-reporting" ->
                    List.of(
                            "--coopmesh.ban.check-interval=PT1S",
                            "--coopmesh.decision.check-interval=PT1S",
                            "--coopmesh.transparency.name=village.mesh/log",
                            "--coopmesh.ban.never=" + at.coreAddress() + "/32");
            case "gateway" ->
                    List.of(
                            "--coopmesh.parts.membership=http://127.0.0.1:" + at.port(8081),
                            "--coopmesh.parts.billing=http://127.0.0.1:" + at.port(8082),
                            "--coopmesh.parts.abuse=http://127.0.0.1:" + at.port(8083),
                            // http on loopback: the "__Host-" prefix wants https
                            "--server.servlet.session.cookie.name=coopmesh",
                            "--server.servlet.session.cookie.secure=false");
            default -> throw new IllegalArgumentException(module);
        };
    }

    private String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + at.postgresPort() + "/" + database;
    }

    /** A jar with its libraries beside it starts in two thirds of the time of one that holds them inside. */
    private Path unpacked(String module) {
        Path jar =
                at.home().resolve(module).resolve("target/" + module + "-" + VERSION + "-exec.jar");
        Path directory = at.state().resolve("apps").resolve(module);
        Path unpacked = directory.resolve(jar.getFileName());
        try {
            if (!Files.exists(unpacked)
                    || Files.getLastModifiedTime(unpacked).compareTo(Files.getLastModifiedTime(jar))
                            < 0) {
                Shell.run(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djarmode=tools",
                                "-jar",
                                jar.toString(),
                                "extract",
                                "--force",
                                "--destination",
                                directory.toString()));
                Files.setLastModifiedTime(
                        unpacked, java.nio.file.attribute.FileTime.from(Instant.now()));
            }
            return unpacked;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> names() {
        return List.copyOf(processes.keySet());
    }

    /** Starts all that do not run, and returns when all answer. */
    void start(Progress progress) {
        processes.values().forEach(ChildProcess::start);
        for (String name : processes.keySet()) {
            awaitAnswer(name);
            progress.step(name + " answers");
        }
    }

    /** As a power cut would; {@link #start} or {@link #restart} brings it back. */
    void kill(String name) {
        process(name).kill();
    }

    /** One stands still while {@code meanwhile} runs: it answers nobody, and nobody is told. */
    void withFrozen(String name, Runnable meanwhile) {
        process(name).freeze();
        try {
            meanwhile.run();
        } finally {
            process(name).thaw();
        }
    }

    void restart(String name) {
        process(name).start();
        awaitAnswer(name);
    }

    /** Asks one to end, as a cluster would before it kills, and waits. */
    void end(String name) {
        process(name).stop(END_PATIENCE);
    }

    /**
     * Starts one more of {@code module} under another name, told {@code settings} otherwise, and waits until it takes requests; one
     * of that name that has ended starts again.
     */
    void startReplica(String module, String name, Map<String, String> settings) {
        processes.computeIfAbsent(
                name, n -> process(module).like(n, settings, at.logs().resolve(n + ".log")));
        ports.put(
                name,
                Integer.parseInt(
                        settings.getOrDefault("server.port", String.valueOf(ports.get(module)))));
        process(name).start();
        awaitAnswer(name, "readiness");
    }

    /** Ends one that was started beside the others, and forgets it. */
    void removeReplica(String name) {
        ChildProcess process = processes.remove(name);
        ports.remove(name);
        if (process != null) process.stop(END_PATIENCE);
    }

    /** Starts again what has died by itself. */
    void startDead() {
        processes.values().forEach(ChildProcess::start);
    }

    void stop() {
        List<Thread> enders =
                processes.values().stream()
                        .map(process ->
                                Thread.startVirtualThread(() -> process.stop(STOP_PATIENCE)))
                        .toList();
        for (Thread ender : enders) {
            try {
                ender.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ChildProcess process(String name) {
        ChildProcess process = processes.get(name);
        if (process == null) {
            throw new IllegalArgumentException("no service " + name + ", there are " + names());
        }
        return process;
    }

    private void awaitAnswer(String name) {
        awaitAnswer(name, "liveness");
    }

    private void awaitAnswer(String name, String what) {
        Instant giveUp = Instant.now().plus(START_PATIENCE);
        URI health = URI.create("http://127.0.0.1:" + ports.get(name) + "/actuator/health/" + what);
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!answers(client, health)) {
                if (!process(name).running()) {
                    throw new IllegalStateException(
                            name
                                    + " ended while starting; see "
                                    + at.logs().resolve(name + ".log"));
                }
                if (Instant.now().isAfter(giveUp)) {
                    throw new IllegalStateException(name + " does not answer");
                }
                try {
                    Thread.sleep(150);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
        }
    }

    private static boolean answers(HttpClient client, URI health) {
        try {
            HttpResponse<Void> response =
                    client.send(
                            HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build(),
                            HttpResponse.BodyHandlers.discarding());
            return response.statusCode() < 500;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
