package org.coopmesh.membership.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever is cast as a ballot has the form of one, or is refused by field. */
class BallotFuzzTest {
    @FuzzTest
    void anyTextsAreABallotOrRefused(byte[] bytes) {
        String[] parts = new String(bytes, StandardCharsets.UTF_8).split(" ", 2);
        try {
            Ballot ballot = new Ballot(parts[0], Choice.values()[0], parts[parts.length - 1]);
            assertThat(ballot.signatureBytes()).hasSize(BallotKey.BYTES);
            assertThat(ballot.line()).doesNotContain("\n");
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).matches("(nonce|signature) is .*");
        }
    }
}
