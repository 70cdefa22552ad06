package org.coopmesh.nodeagent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsTest {
    private static final byte[] SCRIPT = {'#', '!'};

    @TempDir Path directory;
    private Path releases;
    private Versions versions;

    @BeforeEach
    void open() {
        releases = directory.resolve("releases");
        versions = new Versions(releases);
    }

    @Test
    void aFileIsUnpackedAndItsScriptRuns() throws Exception {
        Path folder = unpack("0.2.0", Map.of("coopmesh-agent", SCRIPT, "lib/a.jar", new byte[9]));

        assertThat(folder).isEqualTo(releases.resolve("0.2.0"));
        assertThat(folder.resolve("coopmesh-agent")).isExecutable();
        assertThat(folder.resolve("lib/a.jar")).hasSize(9);
    }

    @Test
    void anEntryThatLeadsOutOfItsFolderIsRefused() throws Exception {
        for (String name : List.of("../out", "/tmp/coopmesh-out", "lib/../../out")) {
            assertThat(refused(Map.of("coopmesh-agent", SCRIPT, name, SCRIPT)))
                    .as(name)
                    .isEqualTo(Trouble.RELEASE_FILE_WRONG);
        }
        assertThat(releases.resolve("out")).doesNotExist();
        assertThat(Path.of("/tmp/coopmesh-out")).doesNotExist();
    }

    @Test
    void aBombAndWhatIsNoReleaseAreRefused() throws Exception {
        assertThat(refused(Map.of("readme", SCRIPT))).isEqualTo(Trouble.RELEASE_FILE_WRONG);
        Path bomb = versions.part(release("0.2.0"));
        byte[] nothing = new byte[1 << 20];
        try (var zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
            zip.putNextEntry(new ZipEntry("coopmesh-agent"));
            for (int i = 0; i <= Versions.UNPACKED_BYTES_MAX >> 20; i++) zip.write(nothing);
        }
        assertThat(Files.size(bomb)).isLessThan(1 << 20);
        assertThat(
                        catchThrowableOfType(
                                        ReleaseRefused.class,
                                        () -> versions.unpack(release("0.2.0"), bomb))
                                .trouble())
                .isEqualTo(Trouble.RELEASE_FILE_WRONG);
    }

    @Test
    void onlyTheCurrentOneAndTheOneBeforeStay() throws Exception {
        for (String version : List.of("0.2.0", "0.3.0", "0.4.0")) {
            unpack(version, Map.of("coopmesh-agent", SCRIPT));
            versions.takeUp(new Version(version), Duration.ofMinutes(15));
            assertThat(versions.tried()).contains(version);
            versions.confirm();
        }

        assertThat(versions.tried()).isEmpty();
        assertThat(Files.readSymbolicLink(releases.resolve("current"))).hasToString("0.4.0");
        assertThat(Files.readSymbolicLink(releases.resolve("previous"))).hasToString("0.3.0");
        try (var all = Files.list(releases)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("current", "previous", "0.3.0", "0.4.0");
        }
    }

    @Test
    void whatWasLeftAgainIsReadAsTheScriptWritesIt() throws Exception {
        assertThat(versions.failures()).isEmpty();
        Files.createDirectories(releases);
        Files.writeString(
                releases.resolve("failed"), "0.2.0 no-report\n\n0.2.1 does-not-stay\n0.2");

        assertThat(versions.failures())
                .containsExactly(
                        new Versions.Failure("0.2.0", "no-report"),
                        new Versions.Failure("0.2.1", "does-not-stay"));
    }

    private Path unpack(String version, Map<String, byte[]> entries) throws Exception {
        Release release = release(version);
        Path file = Files.write(versions.part(release), TestRelease.zip(entries));
        Path folder = versions.unpack(release, file);
        Files.delete(file);
        return folder;
    }

    private Trouble refused(Map<String, byte[]> entries) {
        return catchThrowableOfType(ReleaseRefused.class, () -> unpack("0.2.0", entries)).trouble();
    }

    private static Release release(String version) {
        return new Release(new Version(version), ByteString.EMPTY, 1);
    }
}
