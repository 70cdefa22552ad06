package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL and Kafka, the real ones, without anything installed. The quickstart runs on them, and so does every test that
 * needs a server: then they are shared by all tests of one JVM and end with it.
 */
public final class Servers implements AutoCloseable {
    // Where the system takes no port for connections that go out, so a server that ended finds its
    // own free again
    private static final int FREE_PORT_MIN = 20_000;
    private static final int FREE_PORT_MAX = 32_767;
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final List<Path> SCRATCH = new ArrayList<>();
    private static @Nullable PostgresServer sharedPostgres;
    private static @Nullable KafkaNode sharedKafka;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Servers::endShared, "shared servers end"));
    }

    private final Path directory;
    private final int postgresPort;
    private final int kafkaPort;
    private PostgresServer postgres;
    private KafkaNode kafka;

    private Servers(Path directory, int postgresPort, int kafkaPort) {
        this.directory = directory;
        this.postgresPort = postgresPort;
        this.kafkaPort = kafkaPort;
        postgres = startPostgres();
        try {
            kafka = startKafka();
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    /** Starts both on {@code directory}; what they held before is there again. */
    static Servers start(Path directory, int postgresPort, int kafkaPort) {
        return new Servers(directory, postgresPort, kafkaPort);
    }

    private PostgresServer startPostgres() {
        return PostgresServer.start(directory.resolve("postgres"), postgresPort);
    }

    private KafkaNode startKafka() {
        return KafkaNode.start(directory.resolve("kafka"), kafkaPort, kafkaPort + 1, true);
    }

    /** PostgreSQL dies as in a power cut, is away while {@code meanwhile} runs, and starts again on what it had kept. */
    void withoutPostgres(Runnable meanwhile) {
        postgres.kill();
        try {
            meanwhile.run();
        } finally {
            postgres = startPostgres();
        }
    }

    /** Kafka ends, is away while {@code meanwhile} runs, and starts again on what it had kept. */
    void withoutKafka(Runnable meanwhile) {
        kafka.close();
        try {
            meanwhile.run();
        } finally {
            kafka = startKafka();
        }
    }

    /** Makes a role and a database of its own for a service, unless they are there. */
    void giveDatabase(String service, String password) {
        try (var connection = postgres.administer();
                var statement = connection.createStatement()) {
            if (!statement
                    .executeQuery("select 1 from pg_roles where rolname = '" + service + "'")
                    .next()) {
                statement.execute("create role " + service + " login password '" + password + "'");
            }
            if (!statement
                    .executeQuery("select 1 from pg_database where datname = '" + service + "'")
                    .next()) {
                statement.execute("create database " + service + " owner " + service);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("no database for " + service, e);
        }
    }

    @Override
    public void close() {
        kafka.close();
        postgres.close();
    }

    /** For tests: a JDBC URL, credentials included, of the server's maintenance database. */
    public static String postgres() {
        return withCredentials(shared().jdbcUrl("postgres"));
    }

    /** For tests: a JDBC URL, credentials included, of a database that nobody has used before. */
    public static String freshDatabase(String name) {
        String database = name.replace('-', '_') + "_" + DATABASES.incrementAndGet();
        try (var connection = shared().administer();
                var statement = connection.createStatement()) {
            statement.execute("create database " + database);
        } catch (SQLException e) {
            throw new IllegalStateException("no fresh database", e);
        }
        return withCredentials(shared().jdbcUrl(database));
    }

    /** For tests: where Kafka answers. */
    public static synchronized String kafka() {
        if (sharedKafka == null) {
            sharedKafka = KafkaNode.start(scratch("kafka"), freePort(), freePort(), false);
        }
        return sharedKafka.bootstrapServers();
    }

    /** For tests: a PostgreSQL of one's own, which may be killed. */
    public static MortalPostgres mortalPostgres() {
        return new MortalPostgres(scratch("mortal-postgres").resolve("data"), freePort());
    }

    private static synchronized PostgresServer shared() {
        if (sharedPostgres == null) {
            sharedPostgres = PostgresServer.start(scratch("postgres").resolve("data"), freePort());
        }
        return sharedPostgres;
    }

    static String withCredentials(String url) {
        return url + "?user=postgres&password=postgres";
    }

    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FREE_PORT_MIN, FREE_PORT_MAX + 1);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // The next one, then
            }
        }
    }

    private static Path scratch(String name) {
        try {
            Path directory = Files.createTempDirectory("coopmesh-" + name);
            SCRATCH.add(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server that loses its folder while it runs ends the whole process, so the folders go last. */
    private static synchronized void endShared() {
        if (sharedKafka != null) {
            sharedKafka.close();
        }
        if (sharedPostgres != null) {
            sharedPostgres.close();
        }
        SCRATCH.forEach(Servers::remove);
    }

    private static void remove(Path directory) {
        try (var files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException stillInUse) {
            // Left for the system's own cleaning of temporary files.
        }
    }
}
