package org.coopmesh.membership.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final Rule HALF = new Rule(50, Majority.SIMPLE);

    @Property
    void theOutcomeIsWhatFractionsSay(
            @ForAll @IntRange(max = 400) int yes,
            @ForAll @IntRange(max = 400) int no,
            @ForAll @IntRange(max = 400) int abstain,
            @ForAll @IntRange(max = 400) int silent,
            @ForAll @IntRange(max = 100) int quorum,
            @ForAll Majority majority) {
        int electorate = yes + no + abstain + silent;
        var cast = BigDecimal.valueOf(yes + no + abstain);
        boolean quorate =
                cast.signum() > 0
                        && cast.compareTo(
                                        BigDecimal.valueOf(electorate)
                                                .multiply(BigDecimal.valueOf(quorum, 2)))
                                >= 0;
        // 3·yes against 2·(yes + no), and 2·yes against yes + no: no division, so nothing is
        // rounded.
        boolean carried =
                switch (majority) {
                    case SIMPLE -> 2L * yes > yes + no;
                    case TWO_THIRDS -> yes > 0 && 3L * yes >= 2L * (yes + no);
                };

        Outcome outcome =
                new Tally(yes, no, abstain).outcome(new Rule(quorum, majority), electorate);

        assertThat(outcome)
                .isEqualTo(
                        !quorate
                                ? Outcome.NO_QUORUM
                                : carried ? Outcome.ADOPTED : Outcome.REJECTED);
    }

    @Property(tries = 200)
    void theOrderOfBallotsDoesNotMatter(
            @ForAll @IntRange(max = 20) int yes,
            @ForAll @IntRange(max = 20) int no,
            @ForAll @IntRange(max = 20) int abstain,
            @ForAll Random random) {
        List<Ballot> ballots = new ArrayList<>();
        for (int i = 0; i < yes; i++) ballots.add(ballot(Choice.YES, ballots.size()));
        for (int i = 0; i < no; i++) ballots.add(ballot(Choice.NO, ballots.size()));
        for (int i = 0; i < abstain; i++) ballots.add(ballot(Choice.ABSTAIN, ballots.size()));
        Collections.shuffle(ballots, random);

        assertThat(Tally.of(ballots)).isEqualTo(new Tally(yes, no, abstain));
    }

    @Test
    void aTieIsNoMajorityAndExactlyTwoThirdsIs() {
        assertThat(new Tally(5, 5, 0).outcome(HALF, 10)).isEqualTo(Outcome.REJECTED);
        assertThat(new Tally(6, 3, 0).outcome(new Rule(0, Majority.TWO_THIRDS), 9))
                .isEqualTo(Outcome.ADOPTED);
        assertThat(new Tally(5, 3, 0).outcome(new Rule(0, Majority.TWO_THIRDS), 9))
                .isEqualTo(Outcome.REJECTED);
    }

    @Test
    void whoAbstainsCountsForTheQuorumAlone() {
        assertThat(new Tally(1, 0, 4).outcome(HALF, 10)).isEqualTo(Outcome.ADOPTED);
        assertThat(new Tally(4, 0, 0).outcome(HALF, 10)).isEqualTo(Outcome.NO_QUORUM);
    }

    @Test
    void withoutABallotNothingIsDecided() {
        assertThat(new Tally(0, 0, 0).outcome(new Rule(0, Majority.SIMPLE), 0))
                .isEqualTo(Outcome.NO_QUORUM);
    }

    @Test
    void moreBallotsThanMembersAreNeverCounted() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Tally(2, 0, 0).outcome(HALF, 1));
    }

    private static Ballot ballot(Choice choice, int number) {
        return new Ballot(
                "%064x".formatted(number),
                choice,
                Base64.getEncoder().encodeToString(new byte[BallotKey.BYTES]));
    }
}
