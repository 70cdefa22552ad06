package org.coopmesh.quickstart;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real PostgreSQL as a child process: listens on loopback, and what it commits has reached the disk. */
final class PostgresServer implements AutoCloseable {
    private static final long KILL_SECONDS_MAX = 10;

    private final EmbeddedPostgres server;
    private final Path directory;

    private PostgresServer(EmbeddedPostgres server, Path directory) {
        this.server = server;
        this.directory = directory;
    }

    /**
     * Starts on {@code directory}, which is initialised when it is new and kept when this closes.
     *
     * @param port 0 takes a free one
     */
    static PostgresServer start(Path directory, int port) {
        try {
            var builder =
                    EmbeddedPostgres.builder()
                            .setDataDirectory(directory)
                            .setCleanDataDirectory(false)
                            .setRegisterShutdownHook(false)
                            .setPGStartupWait(Duration.ofMinutes(2))
                            .setServerConfig("listen_addresses", "127.0.0.1")
                            .setServerConfig("fsync", "on")
                            .setServerConfig("synchronous_commit", "on")
                            .setServerConfig("full_page_writes", "on")
                            .setServerConfig("shared_buffers", "96MB")
                            // A service's tests keep many contexts, each with its pool
                            .setServerConfig("max_connections", "500")
                            .setServerConfig("max_wal_size", "512MB");
            if (port != 0) {
                builder.setPort(port);
            }
            return new PostgresServer(builder.start(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start on " + directory, e);
        }
    }

    int port() {
        return server.getPort();
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    Connection administer() throws SQLException {
        return server.getPostgresDatabase().getConnection();
    }

    /** As a power cut would: no checkpoint, no farewell, for the server and all its workers at once. */
    void kill() {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("postmaster.pid"));
            ProcessHandle postmaster =
                    ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).orElseThrow();
            List<ProcessHandle> all =
                    Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
            all.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle process : all) {
                process.onExit().orTimeout(KILL_SECONDS_MAX, TimeUnit.SECONDS).join();
            }
            // Lets go of the folder; there is nobody left to stop
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
