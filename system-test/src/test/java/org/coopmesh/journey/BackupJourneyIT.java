package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of the living village, taken while it is busy, brings back what was there. */
class BackupJourneyIT {
    private static final Path AGE = Path.of("/usr/bin/age");
    private static final Path ZSTD = Path.of("/usr/bin/zstd");

    /** What {@code backup} made before it packed with zstd: archive, where to, key. */
    private static final String AS_FORMAT_1 =
            """
            set -euo pipefail
            mkdir "$2"
            sed 's/^format 2$/format 1/; /^sha256 /d; /^complete$/d' "$1/MANIFEST" >"$2/MANIFEST"
            for part in databases keys secrets; do
                age -d -i "$3" "$1/$part.tar.zst.age" | zstd -dq | gzip -1 |
                    age -e -i "$3" -o "$2/$part.tar.gz.age"
                (cd "$2" && sha256sum "$part.tar.gz.age") | sed -E 's/([0-9a-f]+) +(.*)/sha256 \\2 \\1/' >>"$2/MANIFEST"
            done
            echo complete >>"$2/MANIFEST"
            """;

    private static final Path TOOL = Path.of("../tools/backup").toAbsolutePath().normalize();

    @TempDir Path folder;

    @Test
    void aBackupOfABusyVillageIsRestorableAndADamagedOneIsRefused() throws Exception {
        assumeTrue(Files.isExecutable(AGE), "needs age");
        assumeTrue(Files.isExecutable(ZSTD), "needs zstd");
        Path state = LivingVillage.get().installation().state();
        String key = folder.resolve("operator.key").toString();
        run(state, "age-keygen", "-o", key);
        String recipient = Files.readAllLines(Path.of(key)).get(1).replaceAll(".* ", "");

        String archive =
                run(
                                state,
                                TOOL.toString(),
                                "backup",
                                folder.toString(),
                                "--quickstart",
                                "--to",
                                recipient)
                        .strip()
                        .split(" ")[0];

        assertThat(run(state, TOOL.toString(), "drill", archive, "--key", key))
                .contains("restorable")
                .contains("ok     ledger.unbalanced      0")
                .doesNotContain("WRONG");
        assertThat(refused(state, "restore", archive, "--key", key))
                .contains("there is an installation");
        String stranger = folder.resolve("stranger.key").toString();
        run(state, "age-keygen", "-o", stranger);
        assertThat(refused(state, "drill", archive, "--key", stranger))
                .contains("does not open this archive");
        for (String part : List.of("databases", "keys", "secrets")) {
            assertThat(Files.readAllBytes(Path.of(archive, part + ".tar.zst.age")))
                    .startsWith("age-encryption.org/".getBytes(StandardCharsets.US_ASCII));
        }
        Path empty = folder.resolve("elsewhere");
        assertThat(run(empty, TOOL.toString(), "restore", archive, "--key", key))
                .contains("next: ./coopmesh up");
        assertThat(empty.resolve("secrets.properties"))
                .hasSameTextualContentAs(state.resolve("secrets.properties"));
        assertThat(empty.resolve("keys/ca.key"))
                .hasSameBinaryContentAs(state.resolve("keys/ca.key"));

        String old = folder.resolve("of-format-1").toString();
        run(state, "bash", "-c", AS_FORMAT_1, "as-format-1", archive, old, key);
        assertThat(run(state, TOOL.toString(), "drill", old, "--key", key)).contains("restorable");

        Path keys = Path.of(archive, "keys.tar.zst.age");
        byte[] bytes = Files.readAllBytes(keys);
        bytes[bytes.length - 1] ^= 1;
        Files.write(keys, bytes);
        assertThat(refused(state, "drill", archive, "--key", key))
                .contains("keys.tar.zst.age is damaged");
    }

    private static String refused(Path state, String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of(TOOL.toString()));
        command.addAll(List.of(arguments));
        var told = new StringBuilder();
        assertThat(exit(told, state, command)).as(told.toString()).isNotZero();
        return told.toString();
    }

    private static String run(Path state, String... command) throws Exception {
        var told = new StringBuilder();
        assertThat(exit(told, state, List.of(command)))
                .as("%s: %s", String.join(" ", command), told)
                .isZero();
        return told.toString();
    }

    private static int exit(StringBuilder told, Path state, List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("COOPMESH_STATE", state.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        told.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return process.waitFor();
    }
}
