package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.Collections;
import org.coopmesh.nodeagent.topology.Answers.Sample;

/** Whatever a routing daemon answers, its links are read or it is in trouble. */
class DaemonFuzzTest {
    @FuzzTest
    void anyAnswerIsLinksOrTrouble(byte[] answer) throws IOException {
        for (Sample source : Answers.ALL.values()) {
            try {
                assertThat(
                                source.read(Collections.nCopies(source.answers().size(), answer))
                                        .links())
                        .hasSizeLessThanOrEqualTo(256)
                        .allMatch(link -> link.getCostText().matches("[ -~]{0,64}"));
            } catch (SourceFailed expected) {
                assertThat(expected.trouble()).isNotNull();
            }
        }
    }
}
