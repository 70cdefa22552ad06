package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.casework.Case.Closed;
import org.coopmesh.abuse.casework.Case.Decided;
import org.coopmesh.abuse.casework.Case.Open;
import org.coopmesh.abuse.casework.Case.UnderReview;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.junit.jupiter.api.Test;

class CaseTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final MemberId MODERATOR = new MemberId(UUID.randomUUID());

    @Test
    void anOpenCaseIsClaimedByOneModerator() {
        UnderReview claimed = new Open(matter()).claim(MODERATOR, NOW);

        assertThat(claimed).isEqualTo(new UnderReview(matter(), MODERATOR, NOW));
    }

    @Test
    void aReleasedCaseIsAsOpenAsBefore() {
        assertThat(new UnderReview(matter(), MODERATOR, NOW).release())
                .isEqualTo(new Open(matter()));
    }

    @Test
    void aCaseHandedOverWaitsForOneModeratorAndThenForAnybody() {
        var to = new MemberId(UUID.randomUUID());
        var anybody = new MemberId(UUID.randomUUID());
        Instant until = NOW.plusSeconds(60);

        Open open = new UnderReview(matter(), MODERATOR, NOW).handOver(to, until);

        assertThat(open.isFor(to, NOW)).isTrue();
        assertThat(open.isFor(anybody, until.minusNanos(1))).isFalse();
        assertThat(open.isFor(anybody, until)).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> open.claim(anybody, NOW));
        assertThat(open.claim(to, NOW)).isEqualTo(new UnderReview(matter(), to, NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnderReview(matter(), to, NOW).handOver(to, until));
    }

    @Test
    void aDecidedCaseRemembersWhoDecidedAndHow() {
        Decided decided =
                new UnderReview(matter(), MODERATOR, NOW).decide(true, NOW.plusSeconds(60));

        assertThat(decided).isEqualTo(new Decided(matter(), MODERATOR, true, NOW.plusSeconds(60)));
    }

    @Test
    void aDecidedCaseIsClosed() {
        Closed closed = new Decided(matter(), MODERATOR, false, NOW).close(NOW);

        assertThat(closed).isEqualTo(new Closed(matter(), MODERATOR, false, NOW, NOW));
    }

    @Test
    void aCaseIsNotClosedBeforeItIsDecided() {
        var decided = new Decided(matter(), MODERATOR, true, NOW);

        assertThatIllegalArgumentException().isThrownBy(() -> decided.close(NOW.minusSeconds(1)));
    }

    @Test
    void everyStateHasTheNameItIsStoredBy() {
        assertThat(CaseState.of(new Open(matter()))).isEqualTo(CaseState.parse("open"));
        assertThat(CaseState.of(new UnderReview(matter(), MODERATOR, NOW)))
                .isEqualTo(CaseState.parse("underReview"));
        assertThat(CaseState.of(new Decided(matter(), MODERATOR, true, NOW)))
                .isEqualTo(CaseState.parse("decided"));
        assertThat(CaseState.of(new Closed(matter(), MODERATOR, true, NOW, NOW)))
                .isEqualTo(CaseState.parse("closed"));
        assertThatIllegalArgumentException().isThrownBy(() -> CaseState.parse("OPEN"));
    }

    @Test
    void aNoteSaysSomethingAndNotTooMuch() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CaseNote(MODERATOR, " ", NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CaseNote(MODERATOR, "x".repeat(5_001), NOW));
    }

    private static final CaseId ID = new CaseId(UUID.randomUUID());

    private static Matter matter() {
        return new Matter(ID, 1, Category.SPAM, null, null, NOW, null, NOW, NOW.plusSeconds(9));
    }
}
