package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code tools/backup} needs of the demo's PostgreSQL, which comes without client programs: SQL, a copy of the whole
 * server while it runs, and a server on a copy.
 */
final class DatabaseCopy {
    private static final String SLOT = "coopmesh_backup";
    private static final String SEGMENT = "[0-9A-F]{24}";

    /** What belongs to the running server, not to its data; folders stay, empty. */
    private static final List<String> NOT_COPIED =
            List.of(
                    "./postmaster.pid",
                    "./postmaster.opts",
                    "./epg-lock",
                    "./pg_wal/*",
                    "./pg_replslot/*",
                    "./pg_dynshmem/*",
                    "./pg_notify/*",
                    "./pg_serial/*",
                    "./pg_snapshots/*",
                    "./pg_stat_tmp/*",
                    "./pg_subtrans/*",
                    "pgsql_tmp*");

    private DatabaseCopy() {}

    static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "sql" -> sql(Integer.parseInt(args[1]), args[2], args[3], System.out);
            case "copy" -> copy(Integer.parseInt(args[1]), Path.of(args[2]), System.out);
            case "serve" -> serve(Path.of(args[1]));
            default -> throw new IllegalArgumentException("sql, copy or serve, not " + args[0]);
        }
    }

    /** Runs {@code query}; the first column of each row is a line. */
    static void sql(int port, String database, String query, PrintStream out) throws SQLException {
        try (var connection = connect(port, database);
                var statement = connection.createStatement()) {
            if (statement.execute(query)) {
                var rows = statement.getResultSet();
                while (rows.next()) {
                    out.println(rows.getString(1));
                }
            }
        }
        out.flush();
    }

    /**
     * Writes the server's folder as it is at one moment, the copy's end, for all its databases: two tar archives one behind the
     * other, the files and then the log from the copy's beginning on ({@code tar -i} reads both). Nobody waits for it.
     */
    static void copy(int port, Path directory, OutputStream out)
            throws SQLException, IOException, InterruptedException {
        try (var connection = connect(port, "postgres");
                var statement = connection.createStatement()) {
            // Temporary: it goes with the connection, and until then no log is thrown away
            statement.execute(
                    "select pg_create_physical_replication_slot('" + SLOT + "', true, true)");
            String first =
                    text(connection, "select pg_walfile_name(pg_backup_start('coopmesh', true))");
            tar(directory, files(), out);
            Path extra = Files.createTempDirectory("coopmesh-copy");
            Path label = extra.resolve("backup_label");
            String last;
            try (var rows =
                    statement.executeQuery(
                            "select pg_walfile_name(lsn), labelfile from pg_backup_stop(false)")) {
                rows.next();
                last = rows.getString(1);
                Files.writeString(label, rows.getString(2), StandardCharsets.UTF_8);
            }
            try {
                tar(directory, log(directory, first, last, extra), out);
            } finally {
                Files.delete(label);
                Files.delete(extra);
            }
        }
        out.flush();
    }

    private static List<String> files() {
        var arguments = new ArrayList<String>();
        NOT_COPIED.forEach(each -> arguments.add("--exclude=" + each));
        arguments.add(".");
        return arguments;
    }

    private static List<String> log(Path directory, String first, String last, Path extra)
            throws IOException {
        var arguments = new ArrayList<String>();
        try (Stream<Path> segments = Files.list(directory.resolve("pg_wal"))) {
            segments.map(each -> each.getFileName().toString())
                    .filter(name -> name.matches(SEGMENT))
                    .filter(name -> name.compareTo(first) >= 0 && name.compareTo(last) <= 0)
                    .sorted()
                    .forEach(name -> arguments.add("./pg_wal/" + name));
        }
        arguments.addAll(List.of("-C", extra.toString(), "./backup_label"));
        return arguments;
    }

    /** A file that changes while it is read is no fault here: the log says what it is to become. */
    private static void tar(Path directory, List<String> arguments, OutputStream out)
            throws IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                "tar",
                                "--warning=no-file-changed",
                                "--warning=no-file-removed",
                                "-C",
                                directory.toString(),
                                "-cf",
                                "-"));
        command.addAll(arguments);
        Process tar =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        tar.getInputStream().transferTo(out);
        int ended = tar.waitFor();
        if (ended > 1) {
            throw new IOException("tar ended with " + ended);
        }
    }

    /** Serves a copy on a port of its own until its input ends. */
    private static void serve(Path directory) throws IOException {
        int port = Servers.freePort();
        try (var server = PostgresServer.start(directory, port)) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection connect(int port, String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", "postgres");
    }
}
