package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever a node hands in as a signed checkpoint is one, or is refused; nobody's word counts unsigned. */
class NoteFuzzTest {
    private static final NoteKey LOG = NoteKey.of("coop.example/log", NoteKey.ED25519, point());
    private static final NoteKey WITNESS = NoteKey.of("node/a", NoteKey.COSIGNATURE, point());

    @FuzzTest
    void anyTextIsASignedCheckpointOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            SignedNote note = SignedNote.parse(text);
            assertThat(note.lines()).isNotEmpty();
            assertThat(note.isSignedBy(LOG)).isFalse();
            assertThat(note.cosignedBy(WITNESS)).isEmpty();
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            assertThat(Checkpoint.parse(checkpoint.text())).isEqualTo(checkpoint);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageNotContaining("Index");
        }
    }

    @FuzzTest
    void anyTextIsAVerifierKeyOrRefused(byte[] bytes) {
        try {
            NoteKey key = NoteKey.parse(new String(bytes, StandardCharsets.UTF_8));
            assertThat(NoteKey.parse(key.text())).isEqualTo(key);
            assertThat(key.verifies(bytes, new byte[64])).isFalse();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageNotContaining("Index");
        }
    }

    /** The base point of Ed25519, for which these tests know no secret. */
    private static byte[] point() {
        byte[] point = new byte[32];
        java.util.Arrays.fill(point, (byte) 0x66);
        point[0] = 0x58;
        return point;
    }
}
