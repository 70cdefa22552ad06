package org.coopmesh.nodeagent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.IntStream;
import org.coopmesh.contracts.membership.v1.ReleaseManifest;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseTest {
    private static final byte[] FILE = {1, 2, 3};
    private static final String MACHINE = System.getProperty("os.arch", "");
    private final List<Ed25519Key> signers = List.of(Ed25519Key.read(TestRelease.signerKey()));

    @Test
    void aSignedAndNewerOneMayBeTaken() throws Exception {
        Release release = read("0.3.0", manifest("0.3.1").build());

        assertThat(release.version()).hasToString("0.3.1");
        assertThat(release.size()).isEqualTo(FILE.length);
        assertThat(release.sha256()).isEqualTo(ByteString.copyFrom(Release.digest().digest(FILE)));
    }

    @Test
    void oneBitMoreOrLessAndNobodySignedIt() {
        ReleaseOffer offer = TestRelease.signed(manifest("0.3.1").build(), 1_000);
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            byte[] bent = offer.getManifest().toByteArray();
            bent[random.nextInt(bent.length)] ^= (byte) (1 << random.nextInt(8));
            ReleaseOffer forged = offer.toBuilder().setManifest(ByteString.copyFrom(bent)).build();
            assertThat(refused("0.3.0", forged)).isEqualTo(Trouble.RELEASE_FORGED);
        }
        assertThat(refused("0.3.0", offer.toBuilder().clearSignature().build()))
                .isEqualTo(Trouble.RELEASE_FORGED);
    }

    @Test
    void anyOfTheSignersThatAreNamedCounts() throws Exception {
        byte[] secret = new byte[32];
        var next = Ed25519Key.read(Ed25519Key.publicKeyOf(secret));
        ReleaseOffer offer = TestRelease.signed(manifest("0.3.1").build(), 1_000);

        Release release =
                Release.of(
                        offer, List.of(next, signers.getFirst()), "0.3.0", MACHINE, Instant.now());

        assertThat(release.version()).hasToString("0.3.1");
        assertThatThrownBy(() -> Release.of(offer, List.of(next), "0.3.0", MACHINE, Instant.now()))
                .isInstanceOf(ReleaseRefused.class);
    }

    @Test
    void neverAnOlderOneNorTheSameAgain() {
        for (String running : List.of("0.3.1", "0.3.1-SNAPSHOT", "0.10", "1.0.0", "development")) {
            assertThat(refused(running, TestRelease.signed(manifest("0.3.1").build(), 1_000)))
                    .as(running)
                    .isEqualTo(Trouble.RELEASE_NOT_NEWER);
        }
    }

    @Test
    void whatItsManifestRulesOutIsNotTaken() {
        Timestamp past =
                Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond() - 1).build();
        assertThat(
                        refused(
                                "0.3.0",
                                TestRelease.signed(manifest("0.3.1").setNotAfter(past).build(), 1)))
                .isEqualTo(Trouble.RELEASE_ENDED);
        assertThat(
                        refused(
                                "0.3.0",
                                TestRelease.signed(
                                        manifest("0.3.1").setAgentVersionMin("0.3.0.1").build(),
                                        1)))
                .isEqualTo(Trouble.RELEASE_WANTS_NEWER_AGENT);
        assertThat(
                        refused(
                                "0.3.0",
                                TestRelease.signed(
                                        ReleaseManifest.newBuilder(manifest("0.3.1").build())
                                                .clearFiles()
                                                .build(),
                                        1)))
                .isEqualTo(Trouble.RELEASE_NOT_FOR_THIS_MACHINE);
    }

    @Test
    void whatIsSignedAndMalformedAllTheSameIsRefused() {
        for (String version : List.of("", "1.", "1.0-beta", "../../etc", "1.2.3.4.5", "1234567")) {
            assertThat(refused("0.0", TestRelease.signed(manifest(version).build(), 1)))
                    .as(version)
                    .isEqualTo(Trouble.RELEASE_MALFORMED);
        }
        for (long size : new long[] {0, -1, Release.FILE_BYTES_MAX + 1}) {
            var manifest = manifest("0.3.1");
            manifest.getFilesBuilder(0).setSize(size);
            assertThat(refused("0.3.0", TestRelease.signed(manifest.build(), 1)))
                    .isEqualTo(Trouble.RELEASE_MALFORMED);
        }
        Random random = new Random(6);
        for (int i = 0; i < 500; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            assertThatThrownBy(() -> read("0.3.0", TestRelease.signed(noise, 1)))
                    .isInstanceOf(ReleaseRefused.class);
        }
    }

    @Test
    void whatASignerMakesANodeTakes(@TempDir Path folder) throws Exception {
        byte[] secret = new byte[32];
        secret[0] = 9;
        var jar = new ByteArrayOutputStream();
        var says = new Manifest();
        says.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        says.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "0.4.2-SNAPSHOT");
        new JarOutputStream(jar, says).close();
        Path zip =
                Files.write(
                        folder.resolve("zip"),
                        TestRelease.zip(Map.of("node-agent.jar", jar.toByteArray())));
        Path offered = folder.resolve("offered");

        ReleaseMaker.make(secret, Instant.now().plusSeconds(60), offered, Map.of(MACHINE, zip));

        ReleaseOffer offer =
                ReleaseOffer.newBuilder()
                        .setManifest(
                                ByteString.copyFrom(
                                        Files.readAllBytes(offered.resolve("manifest"))))
                        .setSignature(
                                ByteString.copyFrom(
                                        Files.readAllBytes(offered.resolve("signature"))))
                        .build();
        List<Ed25519Key> signer = List.of(Ed25519Key.read(Ed25519Key.publicKeyOf(secret)));
        Release release = Release.of(offer, signer, "0.4.1", MACHINE, Instant.now());
        assertThat(release.version()).hasToString("0.4.2");
        assertThat(offered.resolve(HexFormat.of().formatHex(release.sha256().toByteArray())))
                .hasSameBinaryContentAs(zip);
        assertThat(offered.resolve("share")).hasContent("0");
        assertThat(refused("0.4.1", offer)).isEqualTo(Trouble.RELEASE_FORGED);
    }

    /** Computed by another program from the rule in the contract. */
    @Test
    void whoseTurnItIsAnybodyCanCompute() throws Exception {
        Release release = read("0.3.0", manifest("0.3.1").build());

        assertThat(place(release, "0".repeat(64))).isEqualTo(775);
        assertThat(place(release, "f".repeat(64))).isEqualTo(287);
        assertThat(place(release, "0123456789abcdef".repeat(4))).isEqualTo(396);
    }

    @Test
    void aShareIsThatShareOfAllNodesAndOnlyGrows() throws Exception {
        Release release = read("0.3.0", manifest("0.3.1").build());
        List<String> nodes = IntStream.range(0, 10_000).mapToObj("%064x"::formatted).toList();

        long few = nodes.stream().filter(node -> release.isTurnOf(node, 50)).count();

        assertThat(few).isBetween(400L, 600L);
        assertThat(nodes).noneMatch(node -> release.isTurnOf(node, 0));
        assertThat(nodes).allMatch(node -> release.isTurnOf(node, 1_000));
        assertThat(nodes)
                .allMatch(node -> !release.isTurnOf(node, 50) || release.isTurnOf(node, 51));
    }

    private static int place(Release release, String node) {
        return IntStream.range(0, 1_000)
                .filter(permille -> release.isTurnOf(node, permille + 1))
                .findFirst()
                .orElseThrow();
    }

    private static ReleaseManifest.Builder manifest(String version) {
        return TestRelease.manifest(version, FILE);
    }

    private Release read(String running, ReleaseManifest manifest) throws ReleaseRefused {
        return read(running, TestRelease.signed(manifest, 1_000));
    }

    private Release read(String running, ReleaseOffer offer) throws ReleaseRefused {
        return Release.of(offer, signers, running, MACHINE, Instant.now());
    }

    private Trouble refused(String running, ReleaseOffer offer) {
        return catchThrowableOfType(ReleaseRefused.class, () -> read(running, offer)).trouble();
    }
}
