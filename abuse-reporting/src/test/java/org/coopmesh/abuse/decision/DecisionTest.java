package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
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
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(30 * 86_400);
    private static final Term WEEK = new Until(NOW.plusSeconds(7 * 86_400));
    private static final MemberId MEMBER = new MemberId(UUID.randomUUID());
    private static final MemberId FIRST = new MemberId(UUID.randomUUID());
    private static final MemberId SECOND = new MemberId(UUID.randomUUID());

    @Test
    void aSecondModeratorPutsAProposalIntoForce() {
        Draft draft = draft(upheld(new Ban(new OfMember(MEMBER), new Permanent())), 2);

        assertThat(new Proposed(draft, List.of()).agree(SECOND, NOW, LATER))
                .isEqualTo(new InForce(draft, List.of(SECOND), NOW, LATER));
    }

    @Test
    void aProposedDismissalConfirmedIsADismissal() {
        Draft draft = draft(dismissed(), 2);

        assertThat(new Proposed(draft, List.of()).agree(SECOND, NOW, LATER))
                .isEqualTo(new Dismissed(draft, List.of(SECOND), NOW));
    }

    /** Moderators at one's side are all the same: it is enough to let each set of them try, in one order and twice over. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void noSetOfFewerThanNeededPutsAProposalIntoForce(int needed) {
        List<MemberId> moderators = members(6);
        for (Set<MemberId> colluding : subsets(moderators, needed - 1)) {
            for (MemberId proposer : colluding) {
                Decision decision = new Proposed(draft(proposer, needed), List.of());
                for (int round = 0; round < 2; round++) {
                    for (MemberId another : colluding) {
                        decision = agree(decision, another);
                    }
                }
                assertThat(decision).isInstanceOf(Proposed.class);
            }
        }
        for (Set<MemberId> enough : subsets(moderators, needed)) {
            MemberId proposer = enough.iterator().next();
            Decision decision = new Proposed(draft(proposer, needed), List.of());
            for (MemberId another : enough) {
                decision = agree(decision, another);
            }
            assertThat(decision).isInstanceOf(InForce.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void neitherWhoDecidedNorFewerThanNeededOthersTakeItBack(int needed) {
        List<MemberId> moderators = members(7);
        List<MemberId> deciders = moderators.subList(0, needed);
        List<MemberId> others = moderators.subList(needed, moderators.size());
        var inForce =
                new InForce(
                        draft(deciders.getFirst(), needed),
                        deciders.subList(1, needed),
                        NOW,
                        LATER);

        for (int size = 0; size < needed; size++) {
            for (Set<MemberId> colluding : subsets(others, size)) {
                assertThat(taken(inForce, deciders, colluding)).isNotInstanceOf(Reversed.class);
            }
        }
        for (Set<MemberId> enough : subsets(others, needed)) {
            assertThat(taken(inForce, deciders, enough)).isInstanceOf(Reversed.class);
        }
    }

    private static Decision taken(InForce inForce, List<MemberId> deciders, Set<MemberId> others) {
        Decision decision = inForce;
        for (int round = 0; round < 2; round++) {
            for (MemberId by : Stream.concat(deciders.stream(), others.stream()).toList()) {
                try {
                    decision =
                            switch (decision) {
                                case InForce i -> i.reverse(by, "mistaken", NOW);
                                case Contested c -> c.reverse(by, "mistaken", NOW);
                                case Reversed r -> r;
                                default -> throw new IllegalStateException("no such step");
                            };
                } catch (IllegalArgumentException refused) {
                    // Tries on.
                }
            }
        }
        return decision;
    }

    private static Decision agree(Decision decision, MemberId another) {
        try {
            return decision instanceof Proposed proposed
                    ? proposed.agree(another, NOW, LATER)
                    : decision;
        } catch (IllegalArgumentException refused) {
            return decision;
        }
    }

    private static List<MemberId> members(int count) {
        return Stream.generate(() -> new MemberId(UUID.randomUUID())).limit(count).toList();
    }

    private static List<Set<MemberId>> subsets(List<MemberId> of, int size) {
        var subsets = new ArrayList<Set<MemberId>>();
        for (int bits = 0; bits < 1 << of.size(); bits++) {
            if (Integer.bitCount(bits) == size) {
                int chosen = bits;
                var subset = new LinkedHashSet<MemberId>();
                for (int i = 0; i < of.size(); i++) {
                    if ((chosen & 1 << i) != 0) subset.add(of.get(i));
                }
                subsets.add(subset);
            }
        }
        return subsets;
    }

    @Test
    void whatIsProposedHasTooFewAndWhatBindsHasEnough() {
        Draft draft = draft(upheld(new Warning(MEMBER)), 3);
        var third = new MemberId(UUID.randomUUID());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InForce(draft, List.of(SECOND), NOW, LATER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InForce(draft, List.of(SECOND, SECOND), NOW, LATER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InForce(draft, List.of(SECOND, FIRST), NOW, LATER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Proposed(draft, List.of(SECOND, third)));
    }

    @Test
    void aProposalIsDeclinedByAnybodyEvenItsProposer() {
        Draft draft = draft(upheld(new Warning(MEMBER)), 2);

        assertThat(new Proposed(draft, List.of()).decline(FIRST, "too hard", NOW))
                .isEqualTo(new Declined(draft, FIRST, "too hard", NOW));
    }

    @Test
    void whatIsInForceIsReversed() {
        Draft draft = draft(upheld(new Warning(MEMBER)), 1);
        var inForce = new InForce(draft, List.of(), NOW, LATER);

        assertThat(inForce.reverse(SECOND, "mistaken", NOW))
                .isEqualTo(new Reversed(inForce, SECOND, "mistaken", NOW));
    }

    @Test
    void theRulingSaysWhetherADecisionBindsOrDismisses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InForce(draft(dismissed(), 1), List.of(), NOW, LATER));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Dismissed(draft(upheld(new Warning(MEMBER)), 1), List.of(), NOW));
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

    private static Draft draft(MemberId proposer, int needed) {
        return draft(proposer, upheld(new Ban(new OfMember(MEMBER), new Permanent())), needed);
    }

    private static Draft draft(Ruling ruling, int needed) {
        return draft(FIRST, ruling, needed);
    }

    private static Draft draft(MemberId proposer, Ruling ruling, int needed) {
        return new Draft(
                new DecisionId(UUID.randomUUID()),
                new CaseId(UUID.randomUUID()),
                proposer,
                ruling,
                Stream.generate(() -> new MeasureId(UUID.randomUUID()))
                        .limit(ruling.measures().size())
                        .toList(),
                MEMBER,
                needed,
                "statement",
                NOW);
    }
}
