package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.decision.Decision.Contested;
import org.coopmesh.abuse.decision.Decision.Declined;
import org.coopmesh.abuse.decision.Decision.Dismissed;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.decision.Decision.Proposed;
import org.coopmesh.abuse.decision.Decision.Reversed;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.decision.Term.Permanent;
import org.coopmesh.abuse.decision.Term.Until;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.Coop;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Term WEEK = new Until(NOW.plusSeconds(7 * 86_400));
    private static final MemberId MEMBER = new MemberId(UUID.randomUUID());
    private static final MemberId FIRST = new MemberId(UUID.randomUUID());
    private static final MemberId SECOND = new MemberId(UUID.randomUUID());

    @Test
    void aSecondModeratorPutsAProposalIntoForce() {
        Draft draft = draft(upheld(new Ban(new OfMember(MEMBER), new Permanent())));

        assertThat(new Proposed(draft).confirm(SECOND, NOW))
                .isEqualTo(new InForce(draft, SECOND, NOW));
    }

    @Test
    void aProposedDismissalConfirmedIsADismissal() {
        Draft draft = draft(dismissed());

        assertThat(new Proposed(draft).confirm(SECOND, NOW))
                .isEqualTo(new Dismissed(draft, SECOND, NOW));
    }

    @Test
    void nobodyConfirmsTheirOwnProposal() {
        var proposed = new Proposed(draft(upheld(new Warning(MEMBER))));

        assertThatIllegalArgumentException().isThrownBy(() -> proposed.confirm(FIRST, NOW));
    }

    @Test
    void aProposalIsDeclinedByAnybodyEvenItsProposer() {
        Draft draft = draft(upheld(new Warning(MEMBER)));

        assertThat(new Proposed(draft).decline(FIRST, "too hard", NOW))
                .isEqualTo(new Declined(draft, FIRST, "too hard", NOW));
    }

    @Test
    void whatIsInForceIsReversed() {
        Draft draft = draft(upheld(new Warning(MEMBER)));

        assertThat(new InForce(draft, FIRST, NOW).reverse(SECOND, "mistaken", NOW))
                .isEqualTo(new Reversed(draft, SECOND, "mistaken", NOW));
    }

    @Test
    void whoDecidedDoesNotTakeItBack() {
        var alone = new InForce(draft(upheld(new Warning(MEMBER))), FIRST, NOW);
        var ofTwo = new InForce(draft(upheld(new Warning(MEMBER))), SECOND, NOW);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> alone.reverse(FIRST, "mistaken", NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofTwo.reverse(FIRST, "mistaken", NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofTwo.reverse(SECOND, "mistaken", NOW));
    }

    @Test
    void whatTwoDecidedTakesTwoOthersToTakeBack() {
        Draft draft = draft(upheld(new Warning(MEMBER)));
        var third = new MemberId(UUID.randomUUID());
        var fourth = new MemberId(UUID.randomUUID());
        var ofTwo = new InForce(draft, SECOND, NOW);

        var contested = (Contested) ofTwo.reverse(third, "mistaken", NOW);

        assertThat(contested).isEqualTo(new Contested(ofTwo, third, "mistaken", NOW));
        for (MemberId again : List.of(FIRST, SECOND, third)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> contested.reverse(again, "mistaken", NOW));
        }
        assertThat(contested.reverse(fourth, "indeed", NOW))
                .isEqualTo(new Reversed(draft, fourth, "indeed", NOW));
    }

    @Test
    void theRulingSaysWhetherADecisionBindsOrDismisses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InForce(draft(dismissed()), FIRST, NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dismissed(draft(upheld(new Warning(MEMBER))), FIRST, NOW));
    }

    @Test
    void upheldWantsMeasuresAndDismissedHasNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruling(true, "rule", "reason", List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Ruling(false, "rule", "reason", List.of(new Warning(MEMBER))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruling(false, " ", "reason", List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruling(false, "rule", "", List.of()));
    }

    @Test
    void oneDecisionIsAboutOneMemberAndSaysNothingTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upheld(new Warning(MEMBER), new Warning(SECOND)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upheld(new Warning(MEMBER), new Warning(MEMBER)));
        assertThat(upheld(new Warning(MEMBER), new Suspension(MEMBER, WEEK)).measures()).hasSize(2);
    }

    @Test
    void aTermIsEitherUntilOrPermanentAndNeverSilence() {
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of(null, false));
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of(NOW, true));
        assertThat(Term.of(NOW, false)).isEqualTo(new Until(NOW));
        assertThat(Term.of(null, true)).isEqualTo(new Permanent());
    }

    @Test
    void aTermIsOverAtItsVeryEnd() {
        assertThat(new Until(NOW).isOver(NOW)).isTrue();
        assertThat(new Until(NOW).isOver(NOW.minusNanos(1))).isFalse();
        assertThat(new Permanent().isOver(Instant.MAX)).isFalse();
    }

    @Test
    void nothingOutlastsForGood() {
        assertThat(new Permanent().outlasts(WEEK)).isTrue();
        assertThat(WEEK.outlasts(new Permanent())).isFalse();
        assertThat(new Permanent().outlasts(new Permanent())).isFalse();
        assertThat(WEEK.outlasts(WEEK)).isFalse();
        assertThat(WEEK.outlasts(new Until(NOW))).isTrue();
    }

    @Test
    void forGoodAndForManyTakesTwoModerators() {
        assertThat(SecondModerator.neededFor(new OfMember(MEMBER), new Permanent())).isTrue();
        assertThat(SecondModerator.neededFor(new OfMember(MEMBER), WEEK)).isFalse();
        assertThat(SecondModerator.neededFor(node(), new Permanent())).isTrue();
        assertThat(SecondModerator.neededFor(node(), WEEK)).isFalse();
        assertThat(SecondModerator.neededFor(address("10.1.0.0/23"), WEEK)).isTrue();
        assertThat(SecondModerator.neededFor(address("10.1.1.0/24"), WEEK)).isFalse();
        assertThat(SecondModerator.neededFor(address("fd42::/47"), WEEK)).isTrue();
        assertThat(SecondModerator.neededFor(address("fd42::/48"), WEEK)).isFalse();
    }

    @Test
    void theGravestCategoryTakesTwoModeratorsWhateverFollows() {
        assertThat(SecondModerator.neededFor(dismissed(), Category.CHILD_SAFETY)).isTrue();
        assertThat(SecondModerator.neededFor(dismissed(), Category.SPAM)).isFalse();
        assertThat(SecondModerator.neededFor(upheld(new Warning(MEMBER)), Category.SPAM)).isFalse();
    }

    @Test
    void aSlowLaneHasASpeed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SlowLane(MEMBER, 0, WEEK));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SlowLane(MEMBER, Integer.MAX_VALUE, WEEK));
    }

    @Test
    void theStatementOfReasonsSaysWhatTheMemberNeedsAndNoMore() {
        Ruling ruling =
                upheld(
                        new SlowLane(MEMBER, 512, WEEK),
                        new Ban(address("10.201.4.20"), new Permanent()));

        String statement =
                StatementOfReasons.of(
                        matter(),
                        ruling,
                        Optional.of(new Coop("Hillside Net", ZoneId.of("Europe/Vienna"))),
                        "Write to the board.",
                        NOW);

        assertThat(statement)
                .isEqualTo(
                        """
                        Hillside Net
                        Case 7 (network misuse), upheld 2026-11-21 13:00 CET
                        About: 10.201.4.20 at 2026-11-21 13:00 CET
                        Rule: rule 4
                        Reason: it was so
                        Measure: slow lane of 512 kbit/s, until 2026-11-28 13:00 CET
                        Measure: ban of 10.201.4.20/32, permanent
                        To object: Write to the board.
                        """);
    }

    private static Matter matter() {
        return new Matter(
                new CaseId(UUID.randomUUID()),
                7,
                Category.NETWORK_MISUSE,
                Prefix.parse("10.201.4.20"),
                null,
                NOW,
                null,
                NOW,
                NOW);
    }

    private static OfAddress address(String prefix) {
        return new OfAddress(Prefix.parse(prefix));
    }

    private static OfNode node() {
        return new OfNode(new NodeId("ab".repeat(32)));
    }

    private static Ruling upheld(Measure... measures) {
        return new Ruling(true, "rule 4", "it was so", List.of(measures));
    }

    private static Ruling dismissed() {
        return new Ruling(false, "rule 4", "it was not so", List.of());
    }

    private static Draft draft(Ruling ruling) {
        return new Draft(
                new DecisionId(UUID.randomUUID()),
                new CaseId(UUID.randomUUID()),
                FIRST,
                ruling,
                Stream.generate(() -> new MeasureId(UUID.randomUUID()))
                        .limit(ruling.measures().size())
                        .toList(),
                MEMBER,
                "statement",
                NOW);
    }
}
