package org.coopmesh.nodeagent.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.List;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;

/** Whatever a signer signed as a release is newer and for this machine, or is refused with a code. */
class ManifestFuzzTest {
    private static final List<Ed25519Key> SIGNERS =
            List.of(Ed25519Key.read(TestRelease.signerKey()));

    @FuzzTest
    void anySignedManifestIsTakenOrRefused(byte[] manifest) {
        try {
            Release release =
                    Release.of(
                            TestRelease.signed(manifest, 1_000),
                            SIGNERS,
                            "0.1.0",
                            "amd64",
                            Instant.parse("2026-11-22T12:00:00Z"));
            assertThat(release.size()).isBetween(1L, Release.FILE_BYTES_MAX);
            assertThat(release.version().isNewerThan(new Version("0.1.0"))).isTrue();
        } catch (ReleaseRefused refused) {
            assertThat(refused.trouble()).isNotEqualTo(Trouble.RELEASE_FORGED);
        }
    }
}
