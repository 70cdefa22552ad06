package org.coopmesh.abuse.bouncer;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.coopmesh.quickstart.Servers;

/**
 * Measures the service as a process of its own as firewalls call it: the whole list at start, and polls for changes by a hundred
 * firewalls while a hundred thousand decisions hold; at rest, and while ten decisions begin and end each second. Each change is
 * counted at each firewall.
 */
final class LapiBench {
    private static final int DECISIONS = 100_000;
    private static final int FIREWALLS = 100;
    private static final int CLIENTS = 10;
    private static final int STARTS = 20;
    private static final Duration MEASURED = Duration.ofSeconds(15);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final int CHANGES_PER_SECOND = 10;
    private static final String HEAP = "256m";
    private static final Path HOME =
            Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();

    private final int port;
    private final Process service;
    private final String database;
    private final List<String> keys = new ArrayList<>();

    private LapiBench(int port, Process service, String database) {
        this.port = port;
        this.service = service;
        this.database = database;
    }

    static void main(String[] arguments) throws Exception {
        String database = Servers.freshDatabase("abuse");
        int port = freePort();
        Path log = Files.createTempFile("lapi-bench", ".log");
        Process service =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx" + HEAP,
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-jar",
                                HOME.resolve(
                                                "abuse-reporting/target/abuse-reporting-0.1.0-SNAPSHOT-exec.jar")
                                        .toString(),
                                "--server.port=" + port,
                                "--spring.datasource.url=" + database,
                                "--spring.datasource.username=postgres",
                                "--spring.datasource.password=postgres",
                                "--spring.kafka.listener.auto-startup=false",
                                "--coopmesh.event-bus.relay-enabled=false")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            new LapiBench(port, service, database).run(log);
        } finally {
            service.destroyForcibly().waitFor();
        }
        System.exit(0);
    }

    private void run(Path log) throws Exception {
        ready(log);
        fill();
        String settings =
                "%d decisions, %d firewalls, heap %s SerialGC"
                        .formatted(DECISIONS, FIREWALLS, HEAP);
        starts(settings);
        polls(WARM_UP);
        double cpuBefore = busySeconds();
        double serviceBefore = serviceSeconds();
        double rate = polls(MEASURED);
        double polled = rate * MEASURED.toSeconds();
        tell(
                "lapi.polls_per_s",
                rate,
                "1/s",
                settings + ", nothing changes, " + CLIENTS + " connections");
        tell(
                "lapi.cpu_ms_per_poll.service",
                (serviceSeconds() - serviceBefore) * 1_000 / polled,
                "ms",
                settings);
        tell(
                "lapi.cpu_ms_per_poll.machine",
                (busySeconds() - cpuBefore) * 1_000 / polled,
                "ms",
                settings + ", database and clients too");
        whileChanging(settings);
        tell("lapi.rss_peak_mb", residentPeak(), "MB", settings);
    }

    private void ready(Path log) throws Exception {
        long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            if (!service.isAlive() || System.nanoTime() > giveUp) {
                throw new IllegalStateException("did not start:\n" + Files.readString(log));
            }
            try (var line = new Line()) {
                if (line.get("/actuator/health/readiness", "").status() == 200) return;
            } catch (IOException notYet) {
                // Starting.
            }
            Thread.sleep(100);
        }
    }

    private void fill() throws SQLException {
        try (Connection db = connect();
                var statement = db.createStatement()) {
            statement.execute(
                    """
                    insert into feed_source (ban_id, prefix, origin, scenario, until)
                    select gen_random_uuid(), set_masklen('45.0.0.0'::inet + n * 7, 32)::cidr, 'lists', 'bench',
                        now() + interval '6 hours' + n * interval '1 second' from generate_series(1, %d) n
                    """
                            .formatted(DECISIONS));
            statement.execute(
                    """
                    insert into feed_decision (ban_id, prefix, origin, scenario, until, began)
                    select ban_id, prefix, origin, scenario, until, 2 from feed_source
                    """);
            statement.execute("update feed_head set version = 2");
            try (var insert =
                    db.prepareStatement(
                            "insert into bouncer (bouncer_id, name, key_digest, made_by, made_at) values (?, ?, ?, ?, now())")) {
                for (int i = 0; i < FIREWALLS; i++) {
                    String key = "firewall-" + UUID.randomUUID();
                    keys.add(key);
                    insert.setObject(1, UUID.randomUUID());
                    insert.setString(2, "firewall " + i);
                    insert.setBytes(3, Bouncer.digest(key));
                    insert.setObject(4, UUID.randomUUID());
                    insert.executeUpdate();
                }
            }
            statement.execute("vacuum analyze feed_decision");
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database, "postgres", "postgres");
    }

    private void starts(String settings) throws Exception {
        var took = new double[STARTS];
        long bytes = 0;
        try (var line = new Line()) {
            for (int i = 0; i < STARTS; i++) {
                long asked = System.nanoTime();
                Answer answer = line.get("/v1/decisions/stream?startup=true", keys.get(i));
                took[i] = (System.nanoTime() - asked) / 1e6;
                bytes = answer.body().length;
                if (i == 0 && answer.decisions() != DECISIONS) {
                    throw new IllegalStateException("told " + answer.decisions());
                }
            }
            for (String key : keys) line.get("/v1/decisions/stream?startup=true", key);
        }
        tell("lapi.startup_first_ms", took[0], "ms", settings + ", made anew, whole answer read");
        double[] kept = Arrays.copyOfRange(took, 1, STARTS);
        Arrays.sort(kept);
        tell("lapi.startup_p50_ms", kept[kept.length / 2], "ms", settings + ", kept bytes");
        tell("lapi.startup_kb", bytes / 1024.0, "KB", settings + ", gzip");
    }

    /** Polls a second, all firewalls in turn, over a few connections that stay open. */
    private double polls(Duration howLong) throws Exception {
        var count = new AtomicInteger();
        long end = System.nanoTime() + howLong.toNanos();
        inParallel(client -> {
            try (var line = new Line()) {
                for (int turn = 0; System.nanoTime() < end; turn++) {
                    Answer answer = line.get("/v1/decisions/stream", keys.get(own(client, turn)));
                    if (answer.status() != 200 || answer.body().length > 40) {
                        throw new IllegalStateException("answered " + answer.status());
                    }
                    count.incrementAndGet();
                }
            }
        });
        return count.get() / (double) howLong.toSeconds();
    }

    /** The same while decisions begin and end; at the end each firewall has heard of each once. */
    private void whileChanging(String settings) throws Exception {
        var over = new AtomicBoolean();
        var made = new AtomicInteger();
        var began = new AtomicInteger[FIREWALLS];
        var ended = new AtomicInteger[FIREWALLS];
        Arrays.setAll(began, i -> new AtomicInteger());
        Arrays.setAll(ended, i -> new AtomicInteger());
        var count = new AtomicInteger();
        Thread changer = Thread.ofPlatform().daemon().start(() -> change(over, made));
        long end = System.nanoTime() + MEASURED.toNanos();
        inParallel(client -> {
            try (var line = new Line()) {
                for (int turn = 0; System.nanoTime() < end; turn++) {
                    hear(line, own(client, turn), began, ended);
                    count.incrementAndGet();
                }
            }
        });
        over.set(true);
        changer.join();
        try (var line = new Line()) {
            for (int firewall = 0; firewall < FIREWALLS; firewall++) {
                hear(line, firewall, began, ended);
                // Half of them end again; one that began and ended between two polls is told to
                // nobody.
                int known = began[firewall].get() - ended[firewall].get();
                if (known != made.get() / 2) {
                    throw new IllegalStateException(
                            "firewall %d knows %d of %d"
                                    .formatted(firewall, known, made.get() / 2));
                }
            }
        }
        tell(
                "lapi.polls_changing_per_s",
                count.get() / (double) MEASURED.toSeconds(),
                "1/s",
                settings
                        + ", "
                        + CHANGES_PER_SECOND
                        + " changes a second, each at each firewall once");
    }

    private static void hear(
            Line line, int firewall, AtomicInteger[] began, AtomicInteger[] ended, String key)
            throws IOException {
        Answer answer = line.get("/v1/decisions/stream", key);
        String text = answer.text();
        int deleted = text.indexOf("\"deleted\"");
        began[firewall].addAndGet(count(text.substring(0, deleted)));
        ended[firewall].addAndGet(count(text.substring(deleted)));
    }

    private void hear(Line line, int firewall, AtomicInteger[] began, AtomicInteger[] ended)
            throws IOException {
        hear(line, firewall, began, ended, keys.get(firewall));
    }

    private static int count(String text) {
        return text.split("\"id\":", -1).length - 1;
    }

    /** Begins two decisions, then ends one of them, each a version. */
    private void change(AtomicBoolean over, AtomicInteger made) {
        try (Connection db = connect();
                var begin =
                        db.prepareStatement(
                                """
                                with head as (update feed_head set version = version + 1 returning version)
                                insert into feed_decision (ban_id, prefix, origin, scenario, until, began)
                                select gen_random_uuid(), ?::cidr, 'coopmesh', 'coopmesh/ban', now() + interval '1 hour', version
                                from head
                                """);
                var end =
                        db.prepareStatement(
                                """
                                with head as (update feed_head set version = version + 1 returning version)
                                update feed_decision set ended = version, ended_at = now() from head
                                where prefix = ?::cidr and ended is null
                                """)) {
            while (!over.get()) {
                for (int i = 0; i < 2; i++) {
                    int number = made.get();
                    begin.setString(1, "46.1." + number / 256 % 256 + "." + number % 256);
                    begin.executeUpdate();
                    Thread.sleep(1_000 / CHANGES_PER_SECOND);
                    if (i == 1) {
                        end.setString(1, "46.1." + number / 256 % 256 + "." + number % 256);
                        end.executeUpdate();
                        Thread.sleep(1_000 / CHANGES_PER_SECOND);
                    }
                    made.incrementAndGet();
                }
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each firewall calls over one connection: as in life it waits for an answer before it asks again. */
    private static int own(int client, int turn) {
        return client + turn % (FIREWALLS / CLIENTS) * CLIENTS;
    }

    private interface Client {
        void run(int number) throws Exception;
    }

    private static void inParallel(Client client) throws Exception {
        try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
            var tasks = new ArrayList<Callable<Void>>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                tasks.add(() -> {
                    client.run(number);
                    return null;
                });
            }
            for (var done : threads.invokeAll(tasks)) done.get();
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Answer(int status, byte[] body, boolean zipped) {
        String text() throws IOException {
            if (!zipped) return new String(body, StandardCharsets.UTF_8);
            try (var in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        int decisions() throws IOException {
            return count(text());
        }
    }

    /** A connection that stays open, as cheap as can be: the client shares the machine with what it measures. */
    private final class Line implements AutoCloseable {
        private Socket socket;
        private InputStream in;

        Line() throws IOException {
            open();
        }

        private void open() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        }

        Answer get(String path, String key) throws IOException {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: "
                                            + key
                                            + "\r\nUser-Agent: crowdsec-firewall-bouncer/v0.0.31\r\nAccept-Encoding: gzip\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            int status = Integer.parseInt(line().split(" ")[1]);
            int length = -1;
            boolean zipped = false;
            boolean last = false;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).strip());
                }
                zipped |= lower.equals("content-encoding: gzip");
                last |= lower.equals("connection: close"); // After a hundred requests.
            }
            byte[] body = length >= 0 ? in.readNBytes(length) : chunks();
            if (last) {
                socket.close();
                open();
            }
            return new Answer(status, body, zipped);
        }

        private byte[] chunks() throws IOException {
            var body = new ByteArrayOutputStream();
            for (int size = Integer.parseInt(line(), 16);
                    size > 0;
                    size = Integer.parseInt(line(), 16)) {
                body.write(in.readNBytes(size));
                line();
            }
            line();
            return body.toByteArray();
        }

        private String line() throws IOException {
            var text = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) throw new IOException("closed");
                if (next != '\r') text.append((char) next);
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private double serviceSeconds() {
        return service.toHandle().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
    }

    private static double busySeconds() throws IOException {
        String[] cpu =
                Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +");
        long busy = 0;
        for (int i = 1; i < 9; i++) {
            if (i != 4 && i != 5) busy += Long.parseLong(cpu[i]);
        }
        return busy / 100.0;
    }

    private double residentPeak() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + service.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                            .findFirst()
                            .orElse(0)
                    / 1024.0;
        }
    }

    private static void tell(String name, double value, String unit, String settings)
            throws IOException {
        String rounded = String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
        String all =
                settings
                        + "; %d cores, JDK %s, database and clients on the same machine"
                                .formatted(
                                        Runtime.getRuntime().availableProcessors(),
                                        System.getProperty("java.version"));
        System.out.println("FIGURE " + name + " " + rounded + " " + unit + " | " + all);
        Path directory = Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"));
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("lapi.jsonl"),
                "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(name, rounded, unit, all),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
