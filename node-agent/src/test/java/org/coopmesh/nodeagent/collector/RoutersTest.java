package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoutersTest {
    private final Routers routers = new Routers();

    @Test
    void theNewestWinsAndPartsThatWereNotToldAgainStay() throws Exception {
        hear(1, Samples.ALL, 0);

        routers.heard(
                Samples.source(1),
                Answer.read(Samples.plain("{\"node_id\":\"02aabbcc0002\",\"uptime\":5}")),
                seconds(60));

        Routers.Router router = only();
        assertThat(router.hostname()).isEqualTo("mill-lane-7");
        assertThat(router.neighbours()).hasSize(2);
        // It has started anew, and its counters with it: shown as they are, never as a difference.
        assertThat(router.figures()).isEqualTo(new Figures(5, 0, 0, 0, 0, 0));
        assertThat(router.combined()).isTrue();
    }

    @Test
    void whoClaimsTheIdOfAnotherChangesNothing() throws Exception {
        hear(1, Samples.ALL, 0);

        assertThatThrownBy(() -> hear(2, router(Samples.ID, "thief"), 60)).hasMessage("id-taken");

        assertThat(only().hostname()).isEqualTo("mill-lane-7");
    }

    @Test
    void aRouterHeardOverTwoWaysIsOneAndTheFirstWayCounts() throws Exception {
        hear(1, Samples.ALL, 0);
        Answer other = Answer.read(Samples.deflated(router(Samples.ID, "other")));

        routers.heard(new Source("mesh1", Samples.source(7).address()), other, seconds(1));
        routers.heard(
                new Source("mesh0", (Inet6Address) InetAddress.getByName("fd42::7")),
                other,
                seconds(1));

        assertThat(only().hostname()).isEqualTo("mill-lane-7");
    }

    @Test
    void anIdThatFellSilentMayComeBackFromElsewhere() throws Exception {
        hear(1, Samples.ALL, 0);

        hear(2, router(Samples.ID, "mill-lane-8"), 181);

        assertThat(only().hostname()).isEqualTo("mill-lane-8");
        assertThat(only().source()).isEqualTo(Samples.source(2));
    }

    @Test
    void oneAddressSpeaksForOneRouter() throws Exception {
        hear(1, router("02aabbcc0001", "a"), 0);

        assertThatThrownBy(() -> hear(1, router("02aabbcc0009", "b"), 60))
                .hasMessage("source-taken");
        hear(1, router("02aabbcc0009", "b"), 181);

        assertThat(only().id()).isEqualTo("02aabbcc0009");
    }

    @Test
    void aFloodOfInventedRoutersDoesNotPushOutWhoAnswers() throws Exception {
        hear(1, Samples.ALL, 0);
        for (int i = 2; i <= Routers.ROUTERS_MAX; i++) {
            hear(i, router("%012x".formatted(i), "x"), 1);
        }

        assertThatThrownBy(() -> hear(9_999, router("ffffffffffff", "x"), 2))
                .hasMessage("routers-too-many");
        hear(1, Samples.ALL, 601);
        hear(9_999, router("ffffffffffff", "x"), 700);

        assertThat(routers.untold(10)).extracting(Routers.Router::id).contains(Samples.ID);
        assertThat(routers.silentSince(Long.MAX_VALUE)).hasSize(2);
    }

    @Test
    void whoIsSilentForTenMinutesIsForgotten() throws Exception {
        hear(1, Samples.ALL, 0);

        routers.forgetSilent(seconds(600));
        assertThat(routers.untold(10)).hasSize(1);
        routers.forgetSilent(seconds(601));

        assertThat(routers.untold(10)).isEmpty();
    }

    @Test
    void eachHearingIsToldOnceAndWhatDidNotArriveIsToldAgain() throws Exception {
        hear(1, Samples.ALL, 0);

        assertThat(routers.untold(10)).hasSize(1);
        assertThat(routers.untold(10)).as("the report did not arrive").hasSize(1);
        routers.told();
        assertThat(routers.untold(10)).isEmpty();
        hear(1, Samples.ALL, 60);
        assertThat(routers.untold(10)).hasSize(1);
        hear(1, Samples.ALL, 61);
        routers.told();

        assertThat(routers.untold(10)).as("heard again while it was told").hasSize(1);
    }

    @Test
    void aReportTakesTheLongestUntoldFirst() throws Exception {
        for (int i = 1; i <= 5; i++) hear(i, router("%012x".formatted(i), "x"), i);

        assertThat(routers.untold(2))
                .extracting(Routers.Router::id)
                .containsExactly("000000000001", "000000000002");
        routers.told();

        assertThat(routers.untold(2))
                .extracting(Routers.Router::id)
                .containsExactly("000000000003", "000000000004");
    }

    @Test
    void anAddressThatTwoCallTheirOwnIsNobodys() throws Exception {
        hear(1, Samples.ALL, 0);
        hear(2, Samples.ALL.replace(Samples.ID, "02aabbcc0007").replace("02:aa", "02:ab"), 0);

        assertThat(routers.idsByAddress())
                .containsEntry("06:aa:bb:cc:00:02", "")
                .containsEntry("02:aa:bb:cc:00:02", Samples.ID)
                .containsEntry("02:ab:bb:cc:00:02", "02aabbcc0007");
    }

    private static String router(String id, String hostname) {
        return "{\"nodeinfo\":{\"node_id\":\"%s\",\"hostname\":\"%s\"}}".formatted(id, hostname);
    }

    private void hear(int source, String json, long seconds) throws AnswerRefused {
        routers.heard(
                Samples.source(source), Answer.read(Samples.deflated(json)), seconds(seconds));
    }

    private Routers.Router only() {
        assertThat(routers.untold(10)).hasSize(1);
        return routers.untold(10).getFirst();
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
