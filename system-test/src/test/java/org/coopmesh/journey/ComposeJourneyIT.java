package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Browser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The small production install as its file describes it, on a real engine that {@code ./coopmesh compose-check} made: a co-op
 * is founded and joined, a month is billed, everything on the machine is destroyed and brought back from last night's backup.
 * The node on its roof notices nothing but an hour without servers.
 */
@Tag("apart")
class ComposeJourneyIT {
    private static final Path SITE = Path.of(System.getProperty("compose.site", ""));
    private static final Path CLOCK = Path.of(System.getProperty("compose.clock", ""));
    private static final String PASSWORD = "correct-mesh-battery";
    private static final String URL = "https://localhost";
    private static final String MAILS = "http://127.0.0.1:8025/api/v1/messages";
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long MEMORY_MIB_MAX = 2048;
    private static final long VERSIONS_SKIPPED = 1_000_000;
    private static final Pattern MEMORY = Pattern.compile("(\\S+) ([0-9.]+)(MiB|GiB|KiB) .*");

    @TempDir Path folder;
    private Process agent;

    @AfterEach
    void endAgent() throws InterruptedException {
        if (agent != null) {
            agent.destroy();
            agent.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aCoopIsFoundedJoinedBilledDestroyedAndComesBackWithNothingBilledTwice() throws Exception {
        assumeTrue(!SITE.toString().isEmpty(), "only by ./coopmesh compose-check");
        trustFront();

        Instant began = Instant.now();
        run("docker", "compose", "up", "-d", "--wait", "--wait-timeout", "300");
        figure("compose.healthy_s", Duration.between(began, Instant.now()).toSeconds(), "s");
        found();
        JsonNode lan = newcomerWithNode();
        liveUntilNextMonth();
        eventually("the month is billed", () -> number("billing", "count(*) from invoice") == 1);
        long memory = memory("compose");
        assertThat(memory).as("MiB of all containers").isLessThanOrEqualTo(MEMORY_MIB_MAX);

        String archive = backUp();
        refuseWhatIsNotWhole(archive);
        assertThat(run("tools/backup", "drill", archive, "--key", key()))
                .contains("restorable")
                .contains("ok     ledger.unbalanced      0")
                .contains("ok     invoices               1");

        // What the backup does not know: the node has a newer list, and billing has more windows of
        // it
        long reportsThen = number("billing", "count(*) from usage_report");
        alba().post(
                        "/api/nodes/" + nodeId() + "/attachments",
                        Map.of("siteId", lan.path("siteId").asString()))
                .ok();
        awaitNewestListOnNode();
        eventually(
                "more is reported after the backup",
                () -> number("billing", "count(*) from usage_report") > reportsThen + 3);
        String node = nodeId();
        String boots = text("billing", "string_agg(distinct boot_id::text, ' ') from usage_report");
        final long lastSequence = number("billing", "max(sequence) from usage_report");

        run("docker", "compose", "down", "-v", "--timeout", "20");
        run("rm", "-r", "secrets", ".env");
        Instant destroyed = Instant.now();
        String restored = run("tools/backup", "restore", archive, "--key", key());
        assertThat(restored).contains("next: docker compose up -d --wait");
        run("docker", "compose", "up", "-d", "--wait", "--wait-timeout", "300");
        figure("restore.healthy_s", Duration.between(destroyed, Instant.now()).toSeconds(), "s");

        assertThat(agent.isAlive()).as("the agent was never touched").isTrue();
        eventually(
                "the node reports again",
                () -> number("billing", "max(sequence) from usage_report") > lastSequence);
        figure("restore.node_back_s", Duration.between(destroyed, Instant.now()).toSeconds(), "s");
        assertThat(nodeId()).isEqualTo(node);
        assertThat(text("billing", "string_agg(distinct boot_id::text, ' ') from usage_report"))
                .isEqualTo(boots);
        awaitNewestListOnNode();
        assertThat(number("membership", "version from access_head"))
                .isGreaterThan(VERSIONS_SKIPPED);

        eventually(
                "every fact has left again",
                () -> number("billing", "count(*) from outbox where published_at is null") == 0);
        assertThat(number("billing", "count(*) from invoice")).isEqualTo(1);
        liveUntilNextMonth();
        eventually(
                "the next month is billed", () -> number("billing", "count(*) from invoice") == 2);
        assertThat(
                        number(
                                "billing",
                                "count(*) from (select from invoice group by payer_id, period having"
                                        + " count(*) > 1) as twice"))
                .isZero();
        assertThat(
                        number(
                                "billing",
                                "count(*) from usage_report a join usage_report b using (node_id)"
                                        + " where a.ctid <> b.ctid and a.started_at < b.ended_at and"
                                        + " b.started_at < a.ended_at"))
                .as("windows that were counted twice")
                .isZero();
        assertThat(
                        number(
                                "billing",
                                "count(*) from (select from ledger_entry group by currency having"
                                        + " sum(amount_micro) <> 0) as wrong"))
                .isZero();
        for (String database : List.of("membership", "billing", "abuse")) {
            assertThat(number(database, "count(*) from dead_letter where resolved_at is null"))
                    .as("dead letters of " + database)
                    .isZero();
        }
    }

    private void found() throws Exception {
        String code =
                run(
                                "docker",
                                "compose",
                                "exec",
                                "-T",
                                "membership-service",
                                "cat",
                                "/var/lib/coopmesh/membership/state/setup-code")
                        .strip();
        JsonNode made =
                new Browser(URL)
                        .post(
                                "/api/coop",
                                Map.of(
                                        "name", "Village Mesh",
                                        "currency", "EUR",
                                        "timeZone", ZONE.getId(),
                                        "poolsV4", List.of("10.77.0.0/16"),
                                        "poolsV6", List.of("fd42:77::/48"),
                                        "garden", List.of("10.200.0.1/32"),
                                        "rulesText", "Share fairly.",
                                        "board",
                                                Map.of(
                                                        "name", "Alba Board",
                                                        "email", "alba@village.example",
                                                        "password", PASSWORD)),
                                Map.of("Setup-Code", code))
                        .ok();
        alba().put(
                        "/api/members/" + made.path("memberId").asString() + "/roles",
                        Map.of(
                                "roles",
                                List.of("board", "network", "treasurer", "moderator"),
                                "reason",
                                "The first of us"))
                .ok();
        Map<String, Object> plan =
                Map.of(
                        "code",
                        "home",
                        "name",
                        "Home",
                        "description",
                        "One price, everything in it",
                        "effectiveOn",
                        now().atZone(ZONE).toLocalDate().withDayOfMonth(1).toString(),
                        "flat",
                        Map.of("amount", "18.00", "currency", "EUR"),
                        "includedGb",
                        500,
                        "perGb",
                        Map.of("amount", "0.02", "currency", "EUR"),
                        "currency",
                        "EUR");
        eventually("a plan", () -> alba().post("/api/plans", plan).status() / 100 == 2);
    }

    /** In a real browser: joins, is taken in, uses a passkey, connects a node, sees it live. */
    private JsonNode newcomerWithNode() throws Exception {
        visit("-", "join", "Greta", "greta@village.example", PASSWORD);
        visit("alba@village.example", "takeIn", "Greta");
        assertThat(
                        visit("greta@village.example", "usePasskey", "Greta's phone")
                                .path("keys")
                                .asInt())
                .isEqualTo(1);
        eventually("a mail tells her of it", () -> mails().contains("greta@village.example"));
        String conf =
                visit("greta@village.example", "addNode", "Mill roof").path("conf").asString();
        startAgent(conf);
        visit("greta@village.example", "seeNode", "Mill roof");
        JsonNode node = alba().get("/api/nodes?limit=10").ok().path("items").path(0);
        alba().post(
                        "/api/nodes/" + node.path("id").asString() + "/attachments",
                        Map.of("siteId", node.path("siteId").asString()))
                .ok();
        eventually("usage arrives", () -> number("billing", "count(*) from usage_report") > 2);
        return node;
    }

    private void startAgent(String shown) throws IOException {
        var lines = new ArrayList<String>();
        for (String line : shown.lines().toList()) {
            if (!line.matches("(state-dir|window|counters|firewall|clock) *[:=].*")) {
                lines.add(line);
            }
        }
        lines.addAll(
                List.of(
                        "state-dir = " + folder.resolve("node"),
                        "window = PT5S",
                        "counters = simulated",
                        "firewall = none",
                        "clock = server"));
        Path config = Files.write(folder.resolve("agent.conf"), lines);
        agent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx32m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-jar",
                                Path.of("../node-agent/target/node-agent.jar")
                                        .toAbsolutePath()
                                        .toString(),
                                config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(Path.of("target/compose-agent.log").toFile())
                        .start();
    }

    private String backUp() throws Exception {
        run("age-keygen", "-o", key());
        String recipient =
                Files.readAllLines(Path.of(key())).stream()
                        .filter(line -> line.startsWith("# public key: "))
                        .findFirst()
                        .orElseThrow()
                        .substring("# public key: ".length());
        Instant began = Instant.now();
        String archive =
                run("tools/backup", "backup", folder.toString(), "--to", recipient)
                        .lines()
                        .reduce((first, last) -> last)
                        .orElseThrow()
                        .split(" ")[0];
        figure("backup.s", Duration.between(began, Instant.now()).toSeconds(), "s");
        return archive;
    }

    private void refuseWhatIsNotWhole(String archive) throws Exception {
        run("age-keygen", "-o", folder.resolve("other.key").toString());
        assertThat(refused("drill", archive, "--key", folder.resolve("other.key").toString()))
                .contains("does not open this archive");
        assertThat(refused("restore", archive, "--key", key()))
                .contains("there is an installation");
        String copy = folder.resolve("copy").toString();
        run("cp", "-r", archive, copy);
        Path databases = Path.of(copy, "databases.tar.zst.age");
        byte[] bytes = Files.readAllBytes(databases);
        bytes[bytes.length / 2] ^= 1;
        Files.write(databases, bytes);
        assertThat(refused("drill", copy, "--key", key())).contains("is damaged");
        Files.delete(databases);
        assertThat(refused("drill", copy, "--key", key())).contains("lacks databases.tar.zst.age");
        Files.copy(Path.of(archive, "databases.tar.zst.age"), databases);
        Path manifest = Path.of(copy, "MANIFEST");
        String whole = Files.readString(manifest);
        Files.writeString(manifest, whole.replace("\ncomplete\n", "\n"));
        assertThat(refused("drill", copy, "--key", key())).contains("is cut off");
        Files.writeString(manifest, whole.replaceFirst("(?m)^(schema billing .*)$", "$1 9999"));
        assertThat(refused("drill", copy, "--key", key()))
                .contains("changed by a newer version (migration 9999)");
    }

    private String key() {
        return folder.resolve("operator.key").toString();
    }

    /** Billing looks for a month to bill an hour after it is over. */
    private void liveUntilNextMonth() throws IOException {
        LocalDate next = YearMonth.from(now().atZone(ZONE)).plusMonths(1).atDay(1);
        Instant billed = next.atStartOfDay(ZONE).plusHours(3).toInstant();
        Path file =
                Files.writeString(
                        CLOCK.resolveSibling("next"),
                        Duration.between(Instant.now(), billed).toString());
        Files.move(file, CLOCK, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Instant now() {
        try {
            return Instant.now().plus(Duration.parse(Files.readString(CLOCK).strip()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitNewestListOnNode() {
        eventually(
                "the node enforces the newest list",
                () ->
                        number(
                                        "membership",
                                        "count(*) from access_receipt r, access_head h where"
                                                + " r.version = h.version and r.entries_hash ="
                                                + " h.entries_hash and r.failure = ''")
                                == 1);
    }

    private String nodeId() throws Exception {
        return alba().get("/api/nodes?limit=10").ok().path("items").path(0).path("id").asString();
    }

    /** Signs in each time: sessions do not last months. */
    private static Browser alba() {
        return new Browser(URL).signIn("alba@village.example", PASSWORD);
    }

    private JsonNode visit(String email, String... deed) throws Exception {
        return RealBrowser.visit(URL, email, PASSWORD, now(), Map.of("COOP_SPKI", spki()), deed);
    }

    private long memory(String name) throws Exception {
        double all = 0;
        for (String line :
                run("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")
                        .lines()
                        .toList()) {
            Matcher memory = MEMORY.matcher(line);
            if (memory.matches()) {
                double unit =
                        switch (memory.group(3)) {
                            case "GiB" -> 1024;
                            case "KiB" -> 1 / 1024.0;
                            default -> 1;
                        };
                double mib = Double.parseDouble(memory.group(2)) * unit;
                figure(name + ".mib." + memory.group(1), Math.round(mib), "MiB");
                all += mib;
            }
        }
        figure(name + ".mib", Math.round(all), "MiB");
        return Math.round(all);
    }

    private static void figure(String name, long value, String unit) {
        System.out.println("FIGURE " + name + " " + value + " " + unit + " | compose");
    }

    private static void eventually(String what, BooleanSupplier holds) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(holds::getAsBoolean);
    }

    private static long number(String database, String selected) {
        String text = text(database, selected);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static String text(String database, String selected) {
        try {
            return run(
                            "docker",
                            "compose",
                            "exec",
                            "-T",
                            "postgres",
                            "psql",
                            "-U",
                            "postgres",
                            "-d",
                            database,
                            "-XAt",
                            "-c",
                            "select " + selected)
                    .strip();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String refused(String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("tools/backup"));
        command.addAll(List.of(arguments));
        var told = new StringBuilder();
        assertThat(exit(told, command.toArray(String[]::new))).as(told.toString()).isNotZero();
        return told.toString();
    }

    private static String mails() {
        var told = new StringBuilder();
        try {
            exit(told, "curl", "-sf", MAILS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return told.toString();
    }

    private static String run(String... command) throws Exception {
        var told = new StringBuilder();
        int exit = exit(told, command);
        assertThat(exit).as("%s: %s", String.join(" ", command), told).isZero();
        return told.toString();
    }

    private static int exit(StringBuilder told, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(SITE.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .start();
        told.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return process.waitFor();
    }

    private static Certificate certificate() throws Exception {
        try (var in = Files.newInputStream(SITE.resolve("secrets/front/tls.crt"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** What Chromium takes instead of an authority that it knows. */
    private static String spki() throws Exception {
        byte[] key = certificate().getPublicKey().getEncoded();
        return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    }

    private static void trustFront() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry("front", certificate());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLContext.setDefault(context);
    }
}
