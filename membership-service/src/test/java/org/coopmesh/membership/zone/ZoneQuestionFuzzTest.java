package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;

/** Whatever comes to the port of the zone unsigned learns nothing: the zone's keeper is not even asked (there is none here). */
class ZoneQuestionFuzzTest {
    private static final ZoneAnswers ANSWERS =
            new ZoneAnswers(
                    null,
                    keys(),
                    List.of(),
                    InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z")));

    @FuzzTest
    void nobodyWithoutAKeyIsToldAnything(byte[] question) {
        for (boolean stream : new boolean[] {true, false}) {
            Iterator<byte[]> answers = ANSWERS.answer(question, stream, "192.0.2.7");
            int bytes = 0;
            while (answers.hasNext()) {
                byte[] answer = answers.next();
                assertThat(answer[3] & 15).isNotZero(); // Never "no error".
                bytes += answer.length;
            }
            assertThat(bytes).isLessThanOrEqualTo(question.length + 300); // No amplifier.
        }
    }

    private static TransferKeys keys() {
        try {
            Path file = Files.createTempFile("transfer", ".keys");
            try {
                String secret =
                        Base64.getEncoder()
                                .encodeToString(
                                        java.security.SecureRandom.getInstanceStrong()
                                                .generateSeed(32));
                Files.writeString(file, "transfer.village.mesh hmac-sha256 " + secret + "\n");
                return TransferKeys.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
