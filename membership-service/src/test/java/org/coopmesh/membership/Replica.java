package org.coopmesh.membership;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** membership-service as a process of its own, as it is shipped, on ports and folders of its own. */
public final class Replica implements AutoCloseable {
    public static final String ISSUER = "http://localhost:8080/id";
    public static final String CLIENT_SECRET = "a-secret-of-the-bench";
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final Process process;
    private final Path log;
    private final Path state;
    private final int port;
    private final int nodePort;
    private final HttpClient http = HttpClient.newHttpClient();

    private Replica(Process process, Path log, Path state, int port, int nodePort) {
        this.process = process;
        this.log = log;
        this.state = state;
        this.port = port;
        this.nodePort = nodePort;
    }

    /** What replicas of one co-op share. */
    public record Shared(Path scratch, String databaseUrl, String kafka) {
        public Path keys() {
            return scratch.resolve("keys");
        }
    }

    /** Starts one, and returns before it answers. */
    public static Replica start(Shared shared, String name, List<String> jvmOptions) {
        int port = freePort();
        int nodePort = freePort();
        Path state = shared.scratch().resolve(name);
        Path log = shared.scratch().resolve(name + ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar().toString(),
                        "--server.port=" + port,
                        "--spring.grpc.server.port=" + nodePort,
                        "--spring.datasource.url=" + shared.databaseUrl(),
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.password=postgres",
                        "--spring.kafka.bootstrap-servers=" + shared.kafka(),
                        "--spring.main.banner-mode=off",
                        "--coopmesh.issuer=" + ISSUER,
                        "--coopmesh.keys-dir=" + shared.keys(),
                        "--coopmesh.state-dir=" + state));
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(
                        Map.of(
                                "COOPMESH_GATEWAY_CLIENT_SECRET",
                                CLIENT_SECRET,
                                "MALLOC_ARENA_MAX",
                                "2"));
        try {
            return new Replica(builder.start(), log, state, port, nodePort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path jar() {
        Path home = Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();
        Path built =
                home.resolve(
                        "membership-service/target/membership-service-0.1.0-SNAPSHOT-exec.jar");
        return Path.of(System.getProperty("coopmesh.bench.jar", built.toString()));
    }

    /** Waits until it takes requests. */
    public Replica ready() throws Exception {
        long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            if (!process.isAlive() || System.nanoTime() > giveUp) {
                throw new IllegalStateException(
                        "did not start:\n" + Files.readString(log, StandardCharsets.UTF_8));
            }
            try {
                if (send("GET", "/actuator/health/readiness", "", "").statusCode() == 200) {
                    return this;
                }
            } catch (IOException notYet) {
                // Starting.
            }
            Thread.sleep(100);
        }
    }

    public int nodePort() {
        return nodePort;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    public String setUpCode() throws IOException {
        return Files.readString(state.resolve("setup-code")).strip();
    }

    /** Asks over REST; {@code token} may be empty, and so may {@code body}. */
    public HttpResponse<String> send(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofMinutes(2))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (token.startsWith("Setup ")) {
            request.header("Setup-Code", token.substring("Setup ".length()));
        } else if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** As {@link #send}, where anything but success is a failure of the measurement. */
    public String ask(String method, String path, String token, String body) throws Exception {
        HttpResponse<String> answer = send(method, path, token, body);
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + " " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** Megabytes of memory that the machine gives it now. */
    public double residentMegabytes() throws IOException {
        return status("VmRSS:");
    }

    /** The most it ever was given. */
    public double peakResidentMegabytes() throws IOException {
        return status("VmHWM:");
    }

    private double status(String field) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                            .findFirst()
                            .orElse(0)
                    / 1024.0;
        }
    }

    /** Megabytes on the heap that are alive. */
    public double liveHeapMegabytes() throws Exception {
        jcmd("GC.run");
        String info = jcmd("GC.heap_info");
        long kilobytes = 0; // One line a generation; what the metaspace uses is not on the heap.
        String heap =
                info.contains("Metaspace") ? info.substring(0, info.indexOf("Metaspace")) : info;
        for (var used = USED.matcher(heap); used.find(); ) {
            kilobytes += Long.parseLong(used.group(1));
        }
        return kilobytes / 1024.0;
    }

    public String jcmd(String... words) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(pid()));
        command.addAll(List.of(words));
        Process asked = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return answer;
    }

    /** As a power cut would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, and waits. */
    public void end() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        http.close();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
