package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.abuse.decision.Policy.Rung;
import org.coopmesh.abuse.decision.Policy.Step;
import org.coopmesh.abuse.report.Category;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final List<Rung> LADDER =
            List.of(
                    new Rung(1, Step.WARNING, null, null),
                    new Rung(3, Step.SLOW_LANE, Duration.ofDays(7), 1000),
                    new Rung(8, Step.BAN, Duration.ofDays(90), null),
                    new Rung(12, Step.BAN, null, null));

    @Test
    void aFirstCaseProposesTheMildestStep() {
        Proposal proposal = policy(LADDER).propose(List.of(), Category.SPAM, NOW);

        assertThat(proposal).isEqualTo(new Proposal(List.of(), 0, 1, LADDER.getFirst()));
    }

    @Test
    void whatIsOutsideTheWindowDoesNotCount() {
        Strike old = strike(20, NOW.minus(YEAR));
        Strike fresh = strike(2, NOW.minus(YEAR).plusSeconds(1));

        Proposal proposal = policy(LADDER).propose(List.of(fresh, old), Category.SPAM, NOW);

        assertThat(proposal.strikes()).containsExactly(fresh);
        assertThat(proposal.rung().step()).isEqualTo(Step.SLOW_LANE);
    }

    @Property
    void moreWeightNeverProposesAMilderStep(
            @ForAll @IntRange(min = 1, max = 100) int less,
            @ForAll @IntRange(min = 1, max = 100) int more) {
        Policy policy = policy(LADDER);

        Rung lower = policy.rung(Math.min(less, more));
        Rung higher = policy.rung(Math.max(less, more));

        assertThat(LADDER.indexOf(higher)).isGreaterThanOrEqualTo(LADDER.indexOf(lower));
        assertThat(lower.from()).isLessThanOrEqualTo(Math.min(less, more));
    }

    @Test
    void aLadderBeginsAtOneAndRises() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(List.of(new Rung(2, Step.WARNING, null, null))));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        policy(
                                List.of(
                                        new Rung(1, Step.BAN, null, null),
                                        new Rung(2, Step.WARNING, null, null))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rung(1, Step.SLOW_LANE, YEAR, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rung(1, Step.SUSPENSION, null, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rung(1, Step.WARNING, YEAR, null));
    }

    private static Policy policy(List<Rung> ladder) {
        return new Policy(
                2,
                YEAR,
                1,
                Map.of(Category.CHILD_SAFETY, 10),
                ladder,
                Duration.ofDays(30),
                Duration.ofDays(14));
    }

    private static Strike strike(int weight, Instant at) {
        return new Strike(new DecisionId(UUID.randomUUID()), Category.SPAM, weight, at);
    }
}
