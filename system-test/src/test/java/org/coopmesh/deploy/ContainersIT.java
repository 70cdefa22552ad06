package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Browser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The services on servers that nobody of us made: PostgreSQL and Kafka in containers, as most co-ops will have them. Elsewhere
 * the tests of the services show the same on embedded ones.
 */
@Tag("apart")
class ContainersIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir static Path folder;
    private static PostgreSQLContainer postgres;
    private static KafkaContainer kafka;
    private static final Map<String, Process> STARTED = new LinkedHashMap<>();
    private static final Map<String, Integer> PORTS = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(System.getenv("DOCKER_HOST") != null, "needs DOCKER_HOST");
        postgres = new PostgreSQLContainer(image("COOPMESH_POSTGRES_IMAGE", "postgres:18"));
        postgres.withUsername("postgres").start();
        kafka = new KafkaContainer(image("COOPMESH_KAFKA_IMAGE", "apache/kafka:4.2.1"));
        kafka.start();
        for (String port :
                List.of(
                        "membership",
                        "membership-nodes",
                        "billing",
                        "billing-nodes",
                        "abuse",
                        "gateway")) {
            try (var socket = new ServerSocket(0)) {
                PORTS.put(port, socket.getLocalPort());
            }
        }
        service("membership", "membership-service");
        service("abuse", "abuse-reporting");
        service("gateway", "gateway");
        awaitReady("membership"); // it makes the keys
        service("billing", "billing-service");
        for (String database : List.of("billing", "abuse", "gateway")) awaitReady(database);
    }

    @AfterAll
    static void end() throws InterruptedException {
        STARTED.values().forEach(Process::destroy);
        for (Process process : STARTED.values()) {
            if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly();
        }
        if (kafka != null) kafka.stop();
        if (postgres != null) postgres.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "membership, membership-service",
        "billing, billing-service",
        "abuse, abuse-reporting",
        "gateway, gateway"
    })
    void everyMigrationOfAServiceRanInItsOwnDatabase(String database, String module)
            throws Exception {
        long files;
        try (Stream<Path> migrations =
                Files.list(Repository.path(module + "/src/main/resources/db/migration"))) {
            files = migrations.filter(file -> file.toString().endsWith(".sql")).count();
        }

        assertThat(number(database, "select count(*) from flyway_schema_history where success"))
                .isGreaterThanOrEqualTo(files);
        assertThat(number(database, "select count(*) from flyway_schema_history where not success"))
                .isZero();
    }

    @Test
    void whatOneServiceStatesTheOthersHearOverKafka() throws Exception {
        String code = Files.readString(folder.resolve("membership/setup-code")).strip();
        Browser nobody = new Browser("http://localhost:" + PORTS.get("gateway"));

        nobody.post(
                        "/api/coop",
                        Map.of(
                                "name",
                                "Village Mesh",
                                "currency",
                                "EUR",
                                "timeZone",
                                "Europe/Madrid",
                                "poolsV4",
                                List.of("10.77.0.0/16"),
                                "poolsV6",
                                List.of("fd42:77::/48"),
                                "garden",
                                List.of("10.200.0.1/32"),
                                "rulesText",
                                "Share fairly.",
                                "board",
                                Map.of(
                                        "name", "Alba Board",
                                        "email", "alba@village.example",
                                        "password", "correct-mesh-battery")),
                        Map.of("Setup-Code", code))
                .ok();

        eventually(() -> number("membership", "select count(*) from outbox") > 0);
        eventually(() ->
                number("membership", "select count(*) from outbox where published_at is null")
                        == 0);
        eventually(() -> number("billing", "select count(*) from inbox") > 0);
        eventually(() -> number("abuse", "select count(*) from inbox") > 0);
        Browser alba =
                new Browser("http://localhost:" + PORTS.get("gateway"))
                        .signIn("alba@village.example", "correct-mesh-battery");
        assertThat(number("gateway", "select count(*) from spring_session")).isPositive();
        assertThat(alba.get("/api/plans").status()).isEqualTo(200);
    }

    private static DockerImageName image(String variable, String official) {
        String named = System.getenv().getOrDefault(variable, official);
        return DockerImageName.parse(named)
                .asCompatibleSubstituteFor(official.substring(0, official.indexOf(':')));
    }

    private static void service(String database, String module) throws Exception {
        execute("create database " + database);
        String publicUrl = "http://localhost:" + PORTS.get("gateway");
        var settings = new LinkedHashMap<String, String>();
        settings.put("server.port", PORTS.get(database).toString());
        settings.put("spring.datasource.url", url(database));
        settings.put("spring.datasource.username", "postgres");
        settings.put("spring.datasource.password", postgres.getPassword());
        settings.put("spring.kafka.bootstrap-servers", kafka.getBootstrapServers());
        settings.put("coopmesh.keys-dir", folder.resolve("keys").toString());
        settings.put("coopmesh.state-dir", folder.resolve(database).toString());
        settings.put("coopmesh.issuer", publicUrl + "/id");
        settings.put("coopmesh.public-url", publicUrl);
        settings.put("coopmesh.gateway-redirect-uri", publicUrl + "/login/oauth2/code/coopmesh");
        settings.put("coopmesh.ban.never", "127.0.0.1/32");
        settings.put("spring.security.oauth2.resourceserver.jwt.issuer-uri", publicUrl + "/id");
        settings.put(
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                "http://127.0.0.1:" + PORTS.get("membership") + "/id/oauth2/jwks");
        if (database.equals("gateway")) {
            // http on loopback: the "__Host-" prefix wants https
            settings.put("server.servlet.session.cookie.name", "coopmesh");
            settings.put("server.servlet.session.cookie.secure", "false");
        }
        for (String part : List.of("membership", "billing", "abuse")) {
            settings.put("coopmesh.parts." + part, "http://127.0.0.1:" + PORTS.get(part));
        }
        if (PORTS.containsKey(database + "-nodes")) {
            settings.put("spring.grpc.server.port", PORTS.get(database + "-nodes").toString());
        }
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        Repository.path(module + "/target/" + module + "-" + VERSION + "-exec.jar")
                                .toString()));
        settings.forEach((name, value) -> command.add("--" + name + "=" + value));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("COOPMESH_GATEWAY_CLIENT_SECRET", "of-this-test-alone");
        builder.redirectOutput(Path.of("target/containers-" + module + ".log").toFile());
        STARTED.put(database, builder.start());
    }

    private static void awaitReady(String database) {
        URI health =
                URI.create(
                        "http://127.0.0.1:" + PORTS.get(database) + "/actuator/health/readiness");
        eventually(() -> {
            assertThat(STARTED.get(database).isAlive()).as(database + " runs").isTrue();
            return HTTP.send(
                                    HttpRequest.newBuilder(health).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        });
    }

    private static void eventually(java.util.concurrent.Callable<Boolean> holds) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(holds);
    }

    private static String url(String database) {
        return "jdbc:postgresql://"
                + postgres.getHost()
                + ":"
                + postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)
                + "/"
                + database;
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(String database, String query) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static java.sql.Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), "postgres", postgres.getPassword());
    }
}
