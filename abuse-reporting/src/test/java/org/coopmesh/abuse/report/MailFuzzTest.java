package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;

/** Whatever comes by mail becomes a report: feedback, XARF, X-ARF, or somebody's words. The reader throws nothing at all. */
class MailFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @FuzzTest
    void anyMailIsAReport(byte[] mail) {
        MailReader.Letter letter =
                MailReader.read(mail, new Reporter.Anonymous(), new byte[32], NOW);

        Intake.Submission report = letter.submission();
        assertThat(report.category()).isNotNull();
        assertThat(report.observedAt())
                .satisfiesAnyOf(
                        at -> assertThat(at).isNull(),
                        at -> assertThat(at).isBefore(NOW.plusSeconds(301)));
        if (report.description() != null) {
            assertThat(report.description()).hasSizeLessThanOrEqualTo(10_000);
        }
        Mime read = Mime.read(mail);
        assertThat(read.all()).hasSizeLessThanOrEqualTo(1 + Mime.PARTS_MAX);
        assertThat(read.all()).allMatch(part -> part.text().length() <= Mime.TEXT_MAX);
        assertThat(read.words("subject")).doesNotContain("\n", "\r");
    }
}
