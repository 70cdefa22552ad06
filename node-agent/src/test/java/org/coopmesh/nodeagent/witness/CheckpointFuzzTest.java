package org.coopmesh.nodeagent.witness;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever a server hands out as a checkpoint is one, or is refused; unsigned nothing counts. */
class CheckpointFuzzTest {
    @FuzzTest
    void anyTextIsACheckpointOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            SignedCheckpoint read = SignedCheckpoint.parse(text);
            assertThat(read.size()).isNotNegative();
            assertThat(read.root()).hasSize(GrowingTree.HASH_LENGTH);
            assertThat(read.signers(List.of(read.origin() + "+00000000+AQ==", text))).isEmpty();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageNotContaining("Index");
        }
    }
}
