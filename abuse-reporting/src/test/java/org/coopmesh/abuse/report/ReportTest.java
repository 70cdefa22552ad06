package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void ofChildSafetyNoDescriptionCanBeHeld() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report(Category.CHILD_SAFETY, "words", List.of(), "10.1.1.1", 1));
    }

    @Test
    void ofChildSafetyOnlyTheHashOfAFileIsHeld() {
        Evidence hashed =
                Evidence.of(
                        "image/png", "x".getBytes(StandardCharsets.UTF_8), Category.CHILD_SAFETY);

        assertThat(hashed.kept()).isFalse();
        assertThat(hashed.sha256())
                .isEqualTo("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
        var kept =
                new Evidence(
                        hashed.id(), "image/png", hashed.sha256(), 1, true, Evidence.Claim.NONE);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> report(Category.CHILD_SAFETY, null, List.of(kept), "10.1.1.1", 1));
    }

    @Test
    void aReportIsAboutOneAddressAndARealPort() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report(Category.SPAM, "words", List.of(), "10.1.1.0/24", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report(Category.SPAM, "words", List.of(), "10.1.1.1", 65_536));
    }

    @Test
    void aContentTypeIsPlain() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Evidence.of("text/html; x=\"\r\n\"", new byte[0], Category.SPAM));
    }

    @Test
    void aReportGoesForwardOnly() {
        for (ReportState to : ReportState.values()) {
            assertThat(to.mayFollow(to)).as("%s after itself", to).isFalse();
            assertThat(ReportState.RECEIVED.mayFollow(to)).isFalse();
            assertThat(to.mayFollow(ReportState.DISMISSED)).isFalse();
            assertThat(to.mayFollow(ReportState.OVERTURNED)).isFalse();
        }
        assertThat(ReportState.UNDER_REVIEW.mayFollow(ReportState.RECEIVED)).isTrue();
        assertThat(ReportState.UPHELD.mayFollow(ReportState.UNDER_REVIEW)).isTrue();
        assertThat(ReportState.DISMISSED.mayFollow(ReportState.UNDER_REVIEW)).isTrue();
        assertThat(ReportState.OVERTURNED.mayFollow(ReportState.UPHELD)).isTrue();
        assertThat(ReportState.UNDER_REVIEW.mayFollow(ReportState.UPHELD)).isFalse();
    }

    @Test
    void aFollowUpTokenIsLongRandomAndNeverPrinted() {
        FollowUpToken one = FollowUpToken.random();
        FollowUpToken other = FollowUpToken.random();

        assertThat(one.value()).hasSize(43).isNotEqualTo(other.value());
        assertThat(one.matches(one.hash())).isTrue();
        assertThat(one.matches(other.hash())).isFalse();
        assertThat(one.toString()).doesNotContain(one.value());
    }

    @Test
    void everyCategoryReadsBackFromItsNameOnTheWire() {
        for (Category category : Category.values()) {
            assertThat(Category.parse(category.wire())).isEqualTo(category);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Category.parse("SPAM"));
    }

    private static Report report(
            Category category,
            String description,
            List<Evidence> evidence,
            String address,
            int port) {
        return new Report(
                new ReportId(UUID.randomUUID()),
                category,
                new Reporter.Anonymous(),
                Prefix.parse(address),
                port,
                NOW,
                description,
                null,
                evidence,
                NOW,
                ReportState.RECEIVED,
                Origin.FORM,
                false,
                List.of());
    }
}
