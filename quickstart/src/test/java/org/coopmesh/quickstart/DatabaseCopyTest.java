package org.coopmesh.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseCopyTest {
    private static final int BEFORE = 200;
    private static final int AFTER = 500;

    @TempDir Path folder;

    @Test
    void aCopyOfABusyServerIsOneMomentOfAllItsDatabases() throws Exception {
        Path tar = folder.resolve("copy.tar");
        long told;
        int port = Servers.freePort();
        try (var server = PostgresServer.start(folder.resolve("server"), port)) {
            for (String database : List.of("owner", "hearer")) {
                execute(port, "postgres", "create database " + database);
                execute(port, database, "create table fact (n bigint primary key)");
            }
            var writing = new AtomicBoolean(true);
            var written = new AtomicLong();
            Thread writer = Thread.ofPlatform().start(() -> write(port, writing, written));
            awaitMore(written, BEFORE);

            // What a copied file lacks must come from the log since the copy began
            var copying = new AtomicBoolean(true);
            Thread checkpoints = Thread.ofPlatform().start(() -> checkpoint(port, copying));
            try (var out = Files.newOutputStream(tar)) {
                DatabaseCopy.copy(port, folder.resolve("server"), out);
            } finally {
                copying.set(false);
            }
            checkpoints.join();
            told = written.get();
            awaitMore(written, AFTER);
            writing.set(false);
            writer.join();
        }

        Path copy =
                Files.createDirectory(
                        folder.resolve("copy"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Shell.run(List.of("tar", "-C", copy.toString(), "-xpif", tar.toString()));
        int copyPort = Servers.freePort();
        try (var server = PostgresServer.start(copy, copyPort)) {
            long owner = count(copyPort, "owner");
            long hearer = count(copyPort, "hearer");

            // The hearer has each fact right after its owner, so at any one moment it lacks one at
            // most and never has one more
            assertThat(hearer).isBetween(owner - 1, owner);
            assertThat(owner).isBetween((long) BEFORE, told + 1);
            assertThat(text(copyPort, "postgres", "select count(*) from pg_replication_slots"))
                    .isEqualTo("0");
        }
    }

    private static void write(int port, AtomicBoolean writing, AtomicLong written) {
        try (var owner = DriverManager.getConnection(url(port, "owner"), "postgres", "postgres");
                var hearer =
                        DriverManager.getConnection(url(port, "hearer"), "postgres", "postgres");
                var stated = owner.prepareStatement("insert into fact values (?)");
                var heard = hearer.prepareStatement("insert into fact values (?)")) {
            for (long n = 1; writing.get(); n++) {
                stated.setLong(1, n);
                stated.execute();
                heard.setLong(1, n);
                heard.execute();
                written.set(n);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void checkpoint(int port, AtomicBoolean copying) {
        try {
            while (copying.get()) execute(port, "postgres", "checkpoint");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitMore(AtomicLong written, int facts) throws InterruptedException {
        long until = written.get() + facts;
        while (written.get() < until) Thread.sleep(5);
    }

    private static void execute(int port, String database, String sql) throws Exception {
        DatabaseCopy.sql(port, database, sql, new PrintStream(new ByteArrayOutputStream()));
    }

    private static long count(int port, String database) throws Exception {
        return Long.parseLong(text(port, database, "select count(*) from fact"));
    }

    private static String text(int port, String database, String query) throws Exception {
        var out = new ByteArrayOutputStream();
        DatabaseCopy.sql(port, database, query, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }
}
