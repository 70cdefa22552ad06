package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.coopmesh.membership.access.AccessPolicy.AttachmentFacts;
import org.coopmesh.membership.access.AccessPolicy.FailMode;
import org.coopmesh.membership.access.AccessPolicy.NodeBan;
import org.coopmesh.membership.member.MemberFacts.State;
import org.coopmesh.membership.standing.Sanction;
import org.coopmesh.membership.standing.Standing;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
    private static final LocalDate TODAY = LocalDate.parse("2026-03-10");
    private static final AccessPolicy POLICY =
            new AccessPolicy(1000, 14, FailMode.KEEP, Duration.ofDays(7));

    @Test
    void goodStandingHasFullAccess() {
        assertThat(of(State.ACTIVE, new Standing.Good()).rule()).isEqualTo(new AccessRule.Full());
    }

    @Test
    void graceHasFullAccessAndIsLookedAtAgainWhenItEnds() {
        var verdict = of(State.ACTIVE, new Standing.Grace(TODAY, TODAY.plusDays(3)));

        assertThat(verdict.rule()).isEqualTo(new AccessRule.Full());
        assertThat(verdict.reviewAt()).isEqualTo(Instant.parse("2026-03-12T23:00:00Z"));
        assertThat(verdict.why()).isEqualTo("overdue since 2026-03-10, in grace");
    }

    @Test
    void overdueHasTheSlowLaneUntilTheWall() {
        var lane = of(State.ACTIVE, new Standing.Overdue(TODAY.minusDays(13), TODAY.minusDays(13)));
        var wall = of(State.ACTIVE, new Standing.Overdue(TODAY.minusDays(14), TODAY.minusDays(14)));

        assertThat(lane.rule()).isEqualTo(new AccessRule.SlowLane(1000));
        assertThat(lane.reviewAt()).isEqualTo(Instant.parse("2026-03-10T23:00:00Z"));
        assertThat(wall.rule()).isEqualTo(new AccessRule.WalledGarden());
    }

    @Test
    void onlyMembersHaveMoreThanTheGarden() {
        for (State state : List.of(State.APPLICANT, State.PAUSED, State.LEFT, State.REFUSED)) {
            assertThat(of(state, new Standing.Good()).rule())
                    .as(state.name())
                    .isEqualTo(new AccessRule.WalledGarden());
        }
    }

    @Test
    void beingOverdueNeverDrops() {
        var verdict =
                of(State.LEFT, new Standing.Overdue(TODAY.minusYears(9), TODAY.minusYears(9)));

        assertThat(verdict.rule()).isEqualTo(new AccessRule.WalledGarden());
    }

    @Test
    void measuresNarrowAsTheySay() {
        assertThat(of(State.ACTIVE, sanctioned(new Sanction.Measure.SlowLane(256))).rule())
                .isEqualTo(new AccessRule.SlowLane(256));
        assertThat(of(State.ACTIVE, sanctioned(new Sanction.Measure.Suspension())).rule())
                .isEqualTo(new AccessRule.WalledGarden());
        assertThat(of(State.ACTIVE, sanctioned(new Sanction.Measure.Ban())).rule())
                .isEqualTo(new AccessRule.Drop());
    }

    @Test
    void theStrictestWinsAndTheSlowerLaneIsStricter() {
        var overdue = new Standing.Overdue(TODAY, TODAY);

        assertThat(of(State.ACTIVE, overdue, sanctioned(new Sanction.Measure.SlowLane(256))).rule())
                .isEqualTo(new AccessRule.SlowLane(256));
        assertThat(
                        of(State.ACTIVE, overdue, sanctioned(new Sanction.Measure.SlowLane(5000)))
                                .rule())
                .isEqualTo(new AccessRule.SlowLane(1000));
    }

    @Test
    void theFirstThingThatMayChangeDecidesWhenToLookAgain() {
        Instant soon = NOW.plusSeconds(60);

        var verdict =
                of(
                        State.ACTIVE,
                        new Standing.Overdue(TODAY, TODAY),
                        new Standing.Sanctioned(new Sanction.Measure.Ban(), NOW, soon));

        assertThat(verdict.reviewAt()).isEqualTo(soon);
    }

    @Test
    void aRevokedOrBannedNodeDropsWhateverItsMemberDid() {
        var good = List.<Standing>of(new Standing.Good());

        assertThat(
                        POLICY.verdict(
                                        new AttachmentFacts(State.ACTIVE, good, true, List.of()),
                                        ZONE,
                                        NOW)
                                .rule())
                .isEqualTo(new AccessRule.Drop());
        assertThat(
                        POLICY.verdict(
                                        new AttachmentFacts(
                                                State.ACTIVE,
                                                good,
                                                false,
                                                List.of(new NodeBan(NOW.plusSeconds(1)))),
                                        ZONE,
                                        NOW)
                                .reviewAt())
                .isEqualTo(NOW.plusSeconds(1));
    }

    @Test
    void aPolicyOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new AccessPolicy(0, 14, FailMode.KEEP, Duration.ofDays(7)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccessPolicy(1000, 14, FailMode.KEEP, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Standing sanctioned(Sanction.Measure measure) {
        return new Standing.Sanctioned(measure, NOW, null);
    }

    private static Verdict of(State state, Standing... standings) {
        return POLICY.verdict(
                new AttachmentFacts(state, List.of(standings), false, List.of()), ZONE, NOW);
    }
}
