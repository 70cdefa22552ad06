package org.coopmesh.quickstart;

import java.nio.file.Path;
import java.sql.SQLException;

/** For tests: a PostgreSQL that can be killed and starts again on what it had kept. */
public final class MortalPostgres implements AutoCloseable {
    private final Path directory;
    private final int port;
    private PostgresServer server;

    MortalPostgres(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        server = PostgresServer.start(directory, port);
    }

    /** A JDBC URL, credentials included, of a new database; it holds across deaths. */
    public String freshDatabase(String name) {
        try (var connection = server.administer();
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("no fresh database", e);
        }
        return Servers.withCredentials(server.jdbcUrl(name));
    }

    /** Ends the server and all its workers as a power cut would, and starts it again. */
    public void dieAndStartAgain() {
        server.kill();
        server = PostgresServer.start(directory, port);
    }

    @Override
    public void close() {
        server.close();
    }
}
