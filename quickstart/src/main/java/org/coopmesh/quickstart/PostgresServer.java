package org.coopmesh.quickstart;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real PostgreSQL as a child process: listens on loopback, and what it commits has reached the disk. */
final class PostgresServer implements AutoCloseable {
    private static final long KILL_SECONDS_MAX = 10;
    private static final int TOLD_LINES_MAX = 20;

    private final EmbeddedPostgres server;
    private final Path directory;

    private PostgresServer(EmbeddedPostgres server, Path directory) {
        this.server = server;
        this.directory = directory;
    }

    /**
     * Starts on {@code directory}, which is initialised when it is new and kept when this closes. What the server says goes to
     * a file of the same name with {@code .log}, beside it.
     *
     * @throws IllegalStateException when somebody else listens on {@code port}
     */
    static PostgresServer start(Path directory, int port) {
        refuseTaken(port);
        Path log = directory.resolveSibling(directory.getFileName() + ".log");
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            var builder =
                    EmbeddedPostgres.builder()
                            .setDataDirectory(directory)
                            .setCleanDataDirectory(false)
                            .setRegisterShutdownHook(false)
                            .setPGStartupWait(Duration.ofMinutes(2))
                            .setOutputRedirector(Redirect.appendTo(log.toFile()))
                            .setPort(port)
                            .setServerConfig("listen_addresses", "127.0.0.1")
                            .setServerConfig("fsync", "on")
                            .setServerConfig("synchronous_commit", "on")
                            .setServerConfig("full_page_writes", "on")
                            .setServerConfig("shared_buffers", "96MB")
                            // A service's tests keep many contexts, each with its pool
                            .setServerConfig("max_connections", "500")
                            .setServerConfig("max_wal_size", "512MB");
            return new PostgresServer(builder.start(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "PostgreSQL did not start on " + directory + ": " + lastOf(log), e);
        }
    }

    /** The server itself would say so in its log only, and be waited for. */
    private static void refuseTaken(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "PostgreSQL needs port " + port + " of 127.0.0.1, which is taken", e);
        }
    }

    private static String lastOf(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES_MAX), lines.size()));
        } catch (IOException e) {
            return "it left no log, " + e;
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
            // None where it has died by itself, of a full disk for one
            List<ProcessHandle> all =
                    postmaster()
                            .map(alive -> Stream.concat(Stream.of(alive), alive.descendants()))
                            .orElseGet(Stream::empty)
                            .toList();
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

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path file = directory.resolve("postmaster.pid");
        return Files.exists(file)
                ? ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst().strip()))
                : Optional.empty();
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
