package org.coopmesh.abuse.outside;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.coopmesh.abuse.subject.Prefix;

/** Whatever another's server sends as a list is taken in part, or is told to be none. */
class ListsFuzzTest {
    @FuzzTest
    void anyTextIsAListOrNone(byte[] text) throws IOException {
        try {
            Reading read = ListReader.read(new ByteArrayInputStream(text));
            assertThat(read.gone()).isEmpty();
            assertThat(read.entries().keySet()).allMatch(ListsFuzzTest::isPlain);
        } catch (NoList none) {
            assertThat(none.outcome()).isIn("no-list", "too-long");
        }
    }

    @FuzzTest
    void anyAnswerIsDecisionsOrNone(byte[] answer) {
        try {
            Reading read = DecisionReader.read(new ByteArrayInputStream(answer), false);
            assertThat(read.entries().values())
                    .allMatch(holds -> holds.isPresent() && holds.get().isPositive());
            assertThat(read.entries().keySet()).allMatch(ListsFuzzTest::isPlain);
        } catch (NoList none) {
            assertThat(none.outcome()).isIn("no-list", "failed", "too-long");
        }
    }

    /** Its text says the same prefix again. */
    private static boolean isPlain(Prefix prefix) {
        return Prefix.parse(prefix.toString()).equals(prefix);
    }
}
