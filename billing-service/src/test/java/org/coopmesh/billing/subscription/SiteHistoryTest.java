package org.coopmesh.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.subscription.SiteHistory.MemberFact;
import org.coopmesh.billing.subscription.SiteHistory.MemberState;
import org.coopmesh.billing.subscription.SiteHistory.SiteFact;
import org.junit.jupiter.api.Test;

class SiteHistoryTest {
    private static final SiteId SITE = new SiteId(UUID.randomUUID());
    private static final MemberId ANNA = new MemberId(UUID.randomUUID());
    private static final PayerId ANNAS = new PayerId(UUID.randomUUID());
    private static final PayerId HOUSEHOLD = new PayerId(UUID.randomUUID());

    @Test
    void aMemberPaysFromTheDayOfJoiningUntilTheDayOfLeaving() {
        var history =
                history(
                        List.of(paid("2026-11-01", 0, ANNAS, "home")),
                        List.of(
                                became("2026-11-10", 0, MemberState.ACTIVE),
                                became("2026-11-20", 1, MemberState.LEFT)));

        assertThat(november(history))
                .containsExactly(days("2026-11-10", "2026-11-20", ANNAS, "home", true));
    }

    @Test
    void aPauseCutsTheDaysInThree() {
        var history =
                history(
                        List.of(paid("2026-10-01", 0, ANNAS, "home")),
                        List.of(
                                became("2026-10-01", 0, MemberState.ACTIVE),
                                became("2026-11-11", 1, MemberState.PAUSED),
                                became("2026-11-21", 2, MemberState.ACTIVE)));

        assertThat(november(history))
                .containsExactly(
                        days("2026-11-01", "2026-11-11", ANNAS, "home", true),
                        days("2026-11-11", "2026-11-21", ANNAS, "home", false),
                        days("2026-11-21", "2026-12-01", ANNAS, "home", true));
    }

    @Test
    void twoChangesOnOneDayCountAsTheLast() {
        var history =
                history(
                        List.of(
                                paid("2026-10-01", 0, ANNAS, "home"),
                                paid("2026-11-15", 2, ANNAS, "large"),
                                paid("2026-11-15", 1, ANNAS, "small")),
                        List.of(
                                became("2026-11-15", 3, MemberState.ACTIVE),
                                became("2026-11-15", 2, MemberState.PAUSED),
                                became("2026-10-01", 0, MemberState.ACTIVE)));

        assertThat(november(history))
                .containsExactly(
                        days("2026-11-01", "2026-11-15", ANNAS, "home", true),
                        days("2026-11-15", "2026-12-01", ANNAS, "large", true));
    }

    @Test
    void aChangeAnnouncedForLaterIsNotUndoneByOneBeforeIt() {
        var history =
                history(
                        List.of(
                                paid("2026-10-01", 0, ANNAS, "home"),
                                paid("2026-11-20", 1, ANNAS, "large"),
                                paid("2026-11-10", 2, HOUSEHOLD, "small")),
                        List.of(became("2026-10-01", 0, MemberState.ACTIVE)));

        assertThat(november(history))
                .containsExactly(
                        days("2026-11-01", "2026-11-10", ANNAS, "home", true),
                        days("2026-11-10", "2026-11-20", HOUSEHOLD, "small", true),
                        days("2026-11-20", "2026-12-01", ANNAS, "large", true));
    }

    @Test
    void nobodyPaysForASiteThatIsGivenUpOrWhoseMemberNeverJoined() {
        var givenUp =
                history(
                        List.of(
                                paid("2026-10-01", 0, ANNAS, "home"),
                                paid("2026-11-01", 1, null, null)),
                        List.of(became("2026-10-01", 0, MemberState.ACTIVE)));
        var neverJoined = history(List.of(paid("2026-10-01", 0, ANNAS, "home")), List.of());

        assertThat(november(givenUp)).isEmpty();
        assertThat(november(neverJoined)).isEmpty();
    }

    private static List<SubscribedDays> november(SiteHistory history) {
        return history.subscribed(LocalDate.of(2026, 11, 1), LocalDate.of(2026, 12, 1));
    }

    private static SiteHistory history(List<SiteFact> site, List<MemberFact> member) {
        return new SiteHistory(SITE, site, Map.of(ANNA, member));
    }

    private static SiteFact paid(String on, int order, PayerId payer, String plan) {
        return new SiteFact(
                LocalDate.parse(on), Instant.EPOCH.plusSeconds(order), order, ANNA, payer, plan);
    }

    private static MemberFact became(String on, int order, MemberState state) {
        return new MemberFact(LocalDate.parse(on), Instant.EPOCH.plusSeconds(order), order, state);
    }

    private static SubscribedDays days(
            String from, String to, PayerId payer, String plan, boolean active) {
        return new SubscribedDays(
                SITE, ANNA, payer, plan, LocalDate.parse(from), LocalDate.parse(to), active);
    }
}
