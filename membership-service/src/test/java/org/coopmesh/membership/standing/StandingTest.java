package org.coopmesh.membership.standing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-10");
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

    @Test
    void whoOwesNothingIsInGoodStanding() {
        assertThat(worst(null, null, 0)).isEqualTo(new Standing.Good());
    }

    @Test
    void withoutGraceOverdueBeginsOnItsFirstDay() {
        assertThat(worst(TODAY, null, 0)).isEqualTo(new Standing.Overdue(TODAY, TODAY));
    }

    @Test
    void graceLastsAsManyDaysAsTheCoopGives() {
        LocalDate since = TODAY.minusDays(6);

        assertThat(worst(since, null, 7)).isEqualTo(new Standing.Grace(since, TODAY.plusDays(1)));
        assertThat(worst(since, null, 6)).isEqualTo(new Standing.Overdue(since, TODAY));
    }

    @Test
    void aHoldPutsTheConsequencesOffToTheDayAfterIt() {
        LocalDate since = TODAY.minusDays(30);

        assertThat(worst(since, TODAY, 0)).isEqualTo(new Standing.Grace(since, TODAY.plusDays(1)));
        assertThat(worst(since, TODAY.minusDays(1), 0))
                .isEqualTo(new Standing.Overdue(since, TODAY));
    }

    @Test
    void aWarningLeavesAMemberInGoodStanding() {
        assertThat(worst(null, null, 0, sanction(new Sanction.Measure.Warning(), null)))
                .isEqualTo(new Standing.Good());
    }

    @Test
    void theHardestSanctionIsToldFirstAndWhatIsOwedStillApplies() {
        var ban = sanction(new Sanction.Measure.Ban(), null);
        var slow = sanction(new Sanction.Measure.SlowLane(500), null);
        var facts = new Standing.Facts(TODAY, null, List.of(slow, ban));

        List<Standing> all = Standing.all(facts, TODAY, NOW, 0);

        assertThat(all).hasSize(3);
        assertThat(Standing.worst(all).level()).isEqualTo("sanctioned");
        assertThat(((Standing.Sanctioned) Standing.worst(all)).measure())
                .isEqualTo(new Sanction.Measure.Ban());
    }

    @Test
    void aLimitThatThePayerSetIsToldBeforeGraceAndAfterWhatIsOverdue() {
        var cap = new SpendLimit(SpendLimit.Kind.CAP, NOW);
        var wallet = new SpendLimit(SpendLimit.Kind.WALLET, NOW);

        assertThat(
                        Standing.all(
                                new Standing.Facts(null, null, List.of(), List.of(cap, wallet)),
                                TODAY,
                                NOW,
                                0))
                .containsExactly(new Standing.Limited(cap), new Standing.Limited(wallet));
        assertThat(
                        Standing.worst(
                                Standing.all(
                                        new Standing.Facts(TODAY, null, List.of(), List.of(cap)),
                                        TODAY,
                                        NOW,
                                        7)))
                .isEqualTo(new Standing.Limited(cap));
        assertThat(
                        Standing.worst(
                                        Standing.all(
                                                new Standing.Facts(
                                                        TODAY, null, List.of(), List.of(cap)),
                                                TODAY,
                                                NOW,
                                                0))
                                .level())
                .isEqualTo("overdue");
    }

    @Test
    void aSanctionEndsAtItsEnd() {
        assertThat(worst(null, null, 0, sanction(new Sanction.Measure.Ban(), NOW)))
                .isEqualTo(new Standing.Good());
        assertThat(worst(null, null, 0, sanction(new Sanction.Measure.Ban(), NOW.plusNanos(1))))
                .isInstanceOf(Standing.Sanctioned.class);
    }

    private static Sanction sanction(Sanction.Measure measure, Instant until) {
        return new Sanction(UUID.randomUUID(), measure, NOW.minusSeconds(60), until);
    }

    private static Standing worst(
            LocalDate since, LocalDate hold, int graceDays, Sanction... sanctions) {
        return Standing.worst(
                Standing.all(
                        new Standing.Facts(since, hold, List.of(sanctions)),
                        TODAY,
                        NOW,
                        graceDays));
    }
}
