package org.coopmesh.abuse.report;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.abuse.AbuseReporting;
import org.coopmesh.abuse.evidence.EvidenceVault;
import org.coopmesh.quickstart.Servers;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures reports per second over REST, XARF with a file each, sealed to three moderators' keys, from a partner's programs: each
 * read, checked, told from the one before, and folded into a case. Every tenth comes a second time, and addresses recur. Service,
 * load generator and database (fsync on) share this machine. Asserts only that nothing is lost and nothing counted twice.
 */
final class IntakeBench {
    private static final int WARM_UP = 3_000;
    private static final int REPORTS = 15_000;
    private static final int SENDERS = 24;
    private static final int ADDRESSES = 2_000;
    private static final int KEYS = 3;

    private IntakeBench() {}

    /** Argument: how many reports; 15,000 unless told. */
    static void main(String[] arguments) throws Exception {
        int reports = arguments.length > 0 ? Integer.parseInt(arguments[0]) : REPORTS;
        var settings = new HashMap<String, Object>();
        settings.put("spring.datasource.url", Servers.freshDatabase("intake"));
        settings.put("spring.datasource.username", "postgres");
        settings.put("spring.datasource.password", "postgres");
        settings.put("spring.kafka.listener.auto-startup", "false");
        settings.put("coopmesh.event-bus.relay-enabled", "false");
        settings.put("server.port", "0");
        settings.put("logging.level.root", "error");
        var flags =
                settings.entrySet().stream()
                        .map(e -> "--" + e.getKey() + "=" + e.getValue())
                        .toArray(String[]::new);
        try (ConfigurableApplicationContext context =
                new SpringApplication(AbuseReporting.class).run(flags)) {
            var vault = context.getBean(EvidenceVault.class);
            UUID first = UUID.randomUUID();
            vault.makeKey(first, "passphrase of the first".toCharArray());
            for (int i = 1; i < KEYS; i++) {
                UUID next =
                        vault.makeKey(UUID.randomUUID(), "passphrase of the next".toCharArray())
                                .id();
                vault.admit(next, first, "passphrase of the first".toCharArray());
            }
            String key =
                    context.getBean(Desk.class).admit("bench", true, 100_000, first).key().value();
            URI uri =
                    URI.create(
                            "http://127.0.0.1:"
                                    + context.getEnvironment().getProperty("local.server.port")
                                    + "/api/reports/xarf");
            send(uri, key, WARM_UP, 0);
            long started = System.nanoTime();
            double[] millis = send(uri, key, reports, 1);
            double seconds = (System.nanoTime() - started) / 1e9;
            var db = context.getBean(JdbcClient.class);
            long kept = count(db, "select count(*) from report");
            long cases = count(db, "select count(*) from abuse_case");
            long expected = WARM_UP - WARM_UP / 10 + reports - reports / 10;
            if (kept != expected)
                throw new IllegalStateException(kept + " reports, not " + expected);
            String how =
                    reports
                            + " XARF reports with a file of 1 kB sealed to "
                            + KEYS
                            + " keys, every tenth twice, "
                            + ADDRESSES
                            + " addresses, "
                            + cases
                            + " cases, "
                            + SENDERS
                            + " connections";
            tell("intake.reports_per_s", reports / seconds, "/s", how);
            Arrays.sort(millis);
            tell("intake.p50_ms", millis[millis.length / 2], "ms", how);
            tell("intake.p99_ms", millis[(int) (millis.length * 0.99)], "ms", how);
        }
        System.exit(0);
    }

    private static long count(JdbcClient db, String sql) {
        return db.sql(sql).query(Long.class).single();
    }

    private static double[] send(URI uri, String key, int reports, int round) throws Exception {
        var millis = new double[reports];
        var next = new AtomicInteger();
        try (var senders = Executors.newFixedThreadPool(SENDERS);
                var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var all = new ArrayList<Future<?>>();
            for (int s = 0; s < SENDERS; s++) {
                all.add(
                        senders.submit(() -> {
                            for (int i = next.getAndIncrement();
                                    i < reports;
                                    i = next.getAndIncrement()) {
                                long sent = System.nanoTime();
                                int status = post(http, uri, key, document(round, i));
                                millis[i] = (System.nanoTime() - sent) / 1e6;
                                if (status != 201 && status != 200) {
                                    throw new IllegalStateException("answered " + status);
                                }
                            }
                            return null;
                        }));
            }
            for (Future<?> each : all) each.get();
        }
        return millis;
    }

    /** Every tenth has the number of the one before. */
    private static byte[] document(int round, int i) {
        int number = i % 10 == 9 ? i - 1 : i;
        int address = number % ADDRESSES;
        return XarfSamples.bytes(
                XarfSamples.of(XarfType.CONNECTION__LOGIN_ATTACK)
                        .put("report_id", new UUID(round, number).toString())
                        .put("timestamp", "2026-01-11T12:17:20Z")
                        .put(
                                "source_identifier",
                                "10." + (1 + address / 250) + "." + address % 250 + ".7")
                        .put("sensor_log", "x".repeat(300)));
    }

    private static int post(HttpClient http, URI uri, String key, byte[] document)
            throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(uri)
                                .header("Content-Type", "application/json")
                                .header("X-API-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(document))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static void tell(String name, double value, String unit, String settings)
            throws IOException {
        String machine =
                Runtime.getRuntime().availableProcessors()
                        + " cores, JDK "
                        + Runtime.version().feature()
                        + ", service, clients and database on the same machine";
        String rounded = String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
        System.out.println(
                "FIGURE " + name + " " + rounded + " " + unit + " | " + settings + "; " + machine);
        Path directory = Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"));
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("intake.jsonl"),
                "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s; %s\"}%n"
                        .formatted(name, rounded, unit, settings, machine),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
