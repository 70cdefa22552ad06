package org.coopmesh.membership.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import java.time.LocalDate;
import org.coopmesh.membership.member.MemberId;
import org.junit.jupiter.api.Test;

class ProposalTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-10");
    private static final Terms TERMS =
            new Terms(20, Majority.SIMPLE, Majority.TWO_THIRDS, 2, 10, 7);

    @Test
    void itsDaysAreSetWhenItIsSeconded() {
        Proposal.Discussed next = draft(null).seconded(TERMS, TODAY);

        assertThat(next.calendar())
                .isEqualTo(
                        new Calendar(
                                LocalDate.parse("2026-03-20"),
                                LocalDate.parse("2026-03-26"),
                                LocalDate.parse("2026-03-27")));
    }

    @Test
    void aVoteNeverOpensOnTheDayOfSeconding() {
        var hasty = new Terms(20, Majority.SIMPLE, Majority.SIMPLE, 0, 0, 1);

        assertThat(draft(null).seconded(hasty, TODAY).calendar().opensOn())
                .isEqualTo(TODAY.plusDays(1));
    }

    @Test
    void itHoldsFromTheDayThatWasWishedUnlessThatIsBeforeTheCount() {
        var late = LocalDate.parse("2027-01-01");

        assertThat(draft(late).seconded(TERMS, TODAY).calendar().effectiveOn()).isEqualTo(late);
        assertThat(draft(TODAY).seconded(TERMS, TODAY).calendar().effectiveOn())
                .isEqualTo(LocalDate.parse("2026-03-27"));
    }

    @Test
    void theRulesWantTheirOwnMajority() {
        assertThat(TERMS.ruleFor(new Change.Rules("Be kind.")).majority())
                .isEqualTo(Majority.TWO_THIRDS);
        assertThat(TERMS.ruleFor(new Change.Procedure(TERMS)).majority())
                .isEqualTo(Majority.TWO_THIRDS);
        assertThat(TERMS.ruleFor(new Change.Resolution()).majority()).isEqualTo(Majority.SIMPLE);
    }

    @Test
    void aVoteThatOpensLateLastsAsLongAsWasPromised() {
        Proposal.Discussed discussed = draft(null).seconded(TERMS, TODAY);

        Proposal.Voting vote = discussed.open(LocalDate.parse("2026-04-30"), 3, "key");

        assertThat(vote.calendar())
                .isEqualTo(
                        new Calendar(
                                LocalDate.parse("2026-04-30"),
                                LocalDate.parse("2026-05-06"),
                                LocalDate.parse("2026-05-07")));
    }

    @Test
    void noStepIsTakenBeforeItsDay() {
        Proposal.Discussed discussed = draft(null).seconded(TERMS, TODAY);
        Proposal.Voting vote = discussed.open(LocalDate.parse("2026-03-20"), 1, "key");
        LocalDate last = LocalDate.parse("2026-03-26");

        assertThatIllegalStateException()
                .isThrownBy(() -> discussed.open(LocalDate.parse("2026-03-19"), 1, "key"));
        assertThat(vote.takesBallots(last)).isTrue();
        assertThatIllegalStateException()
                .isThrownBy(() -> vote.count(last, new Tally(1, 0, 0), Instant.EPOCH));
        assertThat(vote.takesBallots(last.plusDays(1))).isFalse();
        Proposal.Counted counted = vote.count(last.plusDays(1), new Tally(1, 0, 0), Instant.EPOCH);
        assertThat(counted.isDue(last)).isFalse();
        assertThat(counted.isDue(last.plusDays(1))).isTrue();
    }

    @Test
    void termsOutOfRangeAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Terms(101, Majority.SIMPLE, Majority.SIMPLE, 0, 0, 1))
                .withMessage("quorumPercent is 0 to 100");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Terms(1, Majority.SIMPLE, Majority.SIMPLE, 0, 0, 0))
                .withMessage("votingDays is 1 to 60");
    }

    private static Proposal.Draft draft(LocalDate effectFrom) {
        return new Proposal.Draft(
                new Paper(
                        ProposalId.next(),
                        1,
                        MemberId.next(),
                        "A bench",
                        "By the mill.",
                        new Change.Resolution(),
                        effectFrom,
                        Instant.EPOCH));
    }
}
