package org.coopmesh.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Quickstart;
import org.postgresql.PGConnection;

/**
 * How long a backup of a village with many gigabytes takes, its drill, and its restore to where nothing is. What fills the
 * database is random, so that nothing of it is spared by compression.
 */
final class RestoreBench {
    private static final int SLOT = 7;
    private static final int ROW_BYTES = 768;
    private static final long GIGABYTE = 1_000_000_000;

    private RestoreBench() {}

    static void main(String[] args) throws Exception {
        int gigabytes =
                args.length == 2 && args[0].equals("--gigabytes") ? Integer.parseInt(args[1]) : 10;
        Path home = Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();
        Path state = VillageFolder.fresh(home, "restore");
        Path key = state.resolve("operator.key");
        run(state, "age-keygen", "-o", key.toString());
        String recipient = Files.readAllLines(key).get(1).replaceAll(".* ", "");
        String tool = home.resolve("tools/backup").toString();
        var figures = new Figures("restore");

        Path lived = state.resolve("lived");
        String archive;
        try (var village =
                Quickstart.start(new Installation(home, lived, SLOT, true), System.err::println)) {
            fill(village.installation().postgresPort(), gigabytes);
            Instant began = Instant.now();
            String made =
                    run(lived, tool, "backup", state.toString(), "--quickstart", "--to", recipient);
            String settings =
                    gigabytes + " GB of random rows; " + made.strip().replaceAll(".* ", "");
            tell(figures, "restore.backup_s", began, settings);
            archive = made.strip().split(" ")[0];
        }
        Instant drill = Instant.now();
        String told = run(lived, tool, "drill", archive, "--key", key.toString());
        tell(figures, "restore.drill_s", drill, gigabytes + " GB");
        System.out.print(told);
        // Another machine of the same name; nodes are machines of their own, which nothing has
        // happened to
        Path gone = Files.move(lived, state.resolve("gone"));
        Instant restore = Instant.now();
        System.out.print(run(lived, tool, "restore", archive, "--key", key.toString()));
        tell(figures, "restore.restore_s", restore, gigabytes + " GB");
        Files.move(gone.resolve("nodes"), lived.resolve("nodes"));
        Instant up = Instant.now();
        try (var village =
                Quickstart.start(new Installation(home, lived, SLOT, true), System.err::println)) {
            tell(figures, "restore.up_s", up, "on what was restored");
            System.out.println(rows(village.installation().postgresPort()) + " rows are back");
        }
        System.exit(0);
    }

    private static void fill(int port, int gigabytes) throws Exception {
        long rows = gigabytes * GIGABYTE / 1_100;
        try (var connection = DriverManager.getConnection(url(port), "postgres", "postgres")) {
            // Looked after by nobody: what is not written again is not in the log of writes again
            connection
                    .createStatement()
                    .execute(
                            "create table ballast (words text not null) with (autovacuum_enabled = false)");
            var copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy ballast from stdin");
            var random = new Random(1);
            byte[] row = new byte[ROW_BYTES];
            for (long i = 0; i < rows; i++) {
                random.nextBytes(row);
                byte[] line =
                        (Base64.getEncoder().encodeToString(row) + "\n")
                                .getBytes(StandardCharsets.US_ASCII);
                copy.writeToCopy(line, 0, line.length);
            }
            copy.endCopy();
            connection.createStatement().execute("checkpoint");
        }
    }

    private static long rows(int port) throws Exception {
        try (var connection = DriverManager.getConnection(url(port), "postgres", "postgres");
                var result =
                        connection.createStatement().executeQuery("select count(*) from ballast")) {
            result.next();
            return result.getLong(1);
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/billing";
    }

    private static void tell(Figures figures, String name, Instant began, String settings)
            throws IOException {
        figures.tell(name, Duration.between(began, Instant.now()).toMillis() / 1e3, "s", settings);
    }

    private static String run(Path state, String... command) throws Exception {
        var builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
        builder.environment().put("COOPMESH_STATE", state.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IllegalStateException(List.of(command) + ": " + told);
        return told;
    }
}
