package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each service as it is shipped, started with the word {@code migrate}. */
@Tag("apart")
class MigrateIT {
    private static final long PATIENCE_SECONDS = 180;

    /** What a start came to. */
    private record Ended(int code, String said) {}

    @ParameterizedTest
    @ValueSource(strings = {"membership-service", "billing-service", "abuse-reporting", "gateway"})
    void anEmptyDatabaseGetsTheSchemaAndNoPortIsOpened(String service) throws Exception {
        String database = Servers.freshDatabase("migrate_" + service);

        // Whoever wanted one of these ports would not end well
        try (var rest = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var nodes = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended first = migrate(service, database, rest.getLocalPort(), nodes.getLocalPort());
            Ended second = migrate(service, database, rest.getLocalPort(), nodes.getLocalPort());

            assertThat(first.code()).as(first.said()).isZero();
            assertThat(first.said())
                    .containsPattern("migrated: [1-9]\\d* new")
                    .doesNotContain("Tomcat");
            assertThat(second.code()).as(second.said()).isZero();
            assertThat(second.said()).contains("migrated: 0 new");
        }
        assertThat(count(database, "select count(*) from pg_tables where schemaname = 'public'"))
                .isGreaterThan(2);
        assertThat(count(database, "select count(*) from flyway_schema_history where not success"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"membership-service", "billing-service", "abuse-reporting", "gateway"})
    void aNewerDatabaseIsLeftAloneAndTheReasonIsTold(String service) throws Exception {
        String database = Servers.freshDatabase("newer_" + service);
        migrate(service, database, 0, 0);
        change(
                database,
                "insert into flyway_schema_history select max(installed_rank) + 1, '9001', 'later', 'SQL', 'V9001__later.sql',"
                        + " 1, 'x', now(), 1, true from flyway_schema_history");

        Ended ended = migrate(service, database, 0, 0);

        assertThat(ended.code()).as(ended.said()).isEqualTo(1);
        assertThat(lastLine(ended))
                .isEqualTo(
                        "not migrated: the database is newer than this version, which does not know [V9001]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"membership-service", "billing-service", "abuse-reporting", "gateway"})
    void whereNobodyAnswersThatIsTold(String service) throws Exception {
        Ended ended = migrate(service, "jdbc:postgresql://127.0.0.1:1/nowhere", 0, 0);

        assertThat(ended.code()).as(ended.said()).isEqualTo(1);
        assertThat(lastLine(ended)).startsWith("not migrated: ").contains("127.0.0.1:1 refused");
    }

    private static Ended migrate(String service, String database, int port, int nodePort)
            throws IOException, InterruptedException {
        Path jar = Repository.path(service + "/target/" + service + "-0.1.0-SNAPSHOT-exec.jar");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx160m",
                        "-jar",
                        jar.toString()));
        command.addAll(
                List.of(
                        "migrate",
                        "--server.port=" + port,
                        "--spring.grpc.server.port=" + nodePort));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        // As the image is told, and without a word of Kafka, keys or secrets
        builder.environment().put("COOPMESH_DB_URL", database);
        builder.environment().put("COOPMESH_DB_USER", "postgres");
        builder.environment().put("COOPMESH_DB_PASSWORD", "postgres");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private static String lastLine(Ended ended) {
        return ended.said().strip().lines().reduce("", (before, line) -> line);
    }

    private static long count(String database, String sql) throws Exception {
        try (Connection db = DriverManager.getConnection(database);
                var result = db.createStatement().executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static void change(String database, String sql) throws Exception {
        try (Connection db = DriverManager.getConnection(database)) {
            db.createStatement().execute(sql);
        }
    }
}
