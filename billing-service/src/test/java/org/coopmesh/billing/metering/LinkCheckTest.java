package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.metering.LinkHour.Alone;
import org.coopmesh.billing.metering.LinkHour.End;
import org.coopmesh.billing.metering.LinkHour.LinkId;
import org.coopmesh.billing.metering.LinkHour.Outside;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.junit.jupiter.api.Test;

class LinkCheckTest {
    private static final long KIB_64 = 64 * 1024;
    private static final Instant HOUR = Instant.parse("2026-11-21T12:00:00Z");
    private static final NodeId LOW = new NodeId("1".repeat(64));
    private static final NodeId HIGH = new NodeId("2".repeat(64));
    private static final LinkId LINK = LinkId.of(HIGH, LOW);

    private static final Duration WINDOW = Duration.ofMinutes(5);

    private final LinkCheck check = new LinkCheck(KIB_64, 20_000, Duration.ofSeconds(2), 12, 3);

    @Test
    void theBoundsOfToleranceBelongToIt() {
        long sent = 100_000_000;

        LinkCheck exact = new LinkCheck(KIB_64, 20_000, Duration.ZERO, 12, 3);

        assertThat(exact.agrees(sent, sent - 2_000_000 - KIB_64, WINDOW)).isTrue();
        assertThat(exact.agrees(sent, sent - 2_000_000 - KIB_64 - 1, WINDOW)).isFalse();
        assertThat(exact.agrees(sent, sent + KIB_64, WINDOW)).isTrue();
        assertThat(exact.agrees(sent, sent + KIB_64 + 1, WINDOW)).isFalse();
    }

    @Test
    void aFastLinkMayMoveWhatFlowsWhileItsEndsCutTheWindow() {
        long gigabit = 125_000_000;
        long sent = 300 * gigabit;

        assertThat(check.agrees(sent, sent + 150 * gigabit / 100, WINDOW)).isTrue();
        assertThat(check.agrees(sent, sent + gigabit * 21 / 10 + KIB_64, WINDOW)).isFalse();
        assertThat(check.agrees(sent, sent - 8 * gigabit - KIB_64, WINDOW)).isTrue();
        assertThat(check.agrees(sent, sent - 8 * gigabit - KIB_64 - 1, WINDOW)).isFalse();
        assertThat(check.agrees(sent / 5 * 6, sent, WINDOW)).as("a fifth more").isFalse();
    }

    @Test
    void nothingOverflowsAtTheEdgeOfALong() {
        assertThat(check.agrees(Long.MAX_VALUE, Long.MAX_VALUE, WINDOW)).isTrue();
        assertThat(check.agrees(Long.MAX_VALUE, 0, WINDOW)).isFalse();
        assertThat(check.agrees(0, Long.MAX_VALUE, WINDOW)).isFalse();
    }

    @Test
    void aCheckThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new LinkCheck(-1, 0, Duration.ZERO, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkCheck(0, 1_000_000, Duration.ZERO, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkCheck(0, 0, Duration.ZERO, 2, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkId(HIGH, LOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void nobodyIsCreditedMoreByClaimingMoreAlone(
            @ForAll @LongRange(min = 0) long sent,
            @ForAll @LongRange(min = 0) long received,
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long more) {
        long honest = LinkCheck.credited(Math.min(sent, received), received);

        assertThat(LinkCheck.credited(saturated(received, more), received))
                .isGreaterThanOrEqualTo(honest)
                .isLessThanOrEqualTo(received);
    }

    @Test
    void windowsOfOneEndStandAlone() {
        List<End> low = List.of(end(LOW, 0, 100, 10), end(LOW, 1, 200, 20), end(LOW, 2, 300, 30));
        List<End> high = List.of(end(HIGH, 1, 21, 199), end(HIGH, 3, 41, 401));

        LinkHour hour = LinkHour.of(LINK, HOUR, low, high, check);

        assertThat(hour.matched()).isEqualTo(1);
        assertThat(hour.upCredited()).isEqualTo(199);
        assertThat(hour.downCredited()).isEqualTo(20);
        assertThat(hour.lowAlone()).isEqualTo(new Alone(2, 400, 40));
        assertThat(hour.highAlone()).isEqualTo(new Alone(1, 41, 401));
        assertThat(hour.outside()).isEmpty();
    }

    @Test
    void endsThatCutTheirWindowsOtherwiseAreNotCompared() {
        End low = end(LOW, 0, 1_000_000_000, 0);
        var high = new End(key(HIGH), low.startedAt().plusSeconds(3), low.endedAt(), 0, 0);

        LinkHour hour = LinkHour.of(LINK, HOUR, List.of(low), List.of(high), check);

        assertThat(hour.matched()).isZero();
        assertThat(hour.outside()).isEmpty();
        assertThat(hour.lowAlone().windows()).isEqualTo(1);
        assertThat(hour.highAlone().windows()).isEqualTo(1);
    }

    @Property(tries = 200)
    void theOrderInWhichReportsComeChangesNothing(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 24) int windows) {
        var random = new Random(seed);
        var low = new ArrayList<End>();
        var high = new ArrayList<End>();
        for (int i = 0; i < windows; i++) {
            if (random.nextInt(5) > 0) low.add(end(LOW, i, random.nextInt(1_000_000), 5));
            if (random.nextInt(5) > 0) high.add(end(HIGH, i, 5, random.nextInt(1_000_000)));
        }
        LinkHour inOrder = LinkHour.of(LINK, HOUR, low, high, check);
        Collections.shuffle(low, random);
        Collections.shuffle(high, random);

        LinkHour shuffled = LinkHour.of(LINK, HOUR, low, high, check);

        assertThat(shuffled).isEqualTo(inOrder);
        assertThat(shuffled.matched() + shuffled.lowAlone().windows()).isEqualTo(low.size());
        assertThat(shuffled.matched() + shuffled.highAlone().windows()).isEqualTo(high.size());
    }

    @Test
    void threeOfTwelveWindowsAreADiscrepancyAndThreeOfThirteenAreNot() {
        assertThat(LinkReview.tooMany(outside(0, 5, 11), check)).isPresent();
        assertThat(LinkReview.tooMany(outside(0, 5, 12), check)).isEmpty();
        assertThat(LinkReview.tooMany(outside(0, 1), check)).isEmpty();
        assertThat(LinkReview.tooMany(outside(0, 20, 25, 31, 60), check))
                .hasValueSatisfying(windows ->
                        assertThat(windows)
                                .extracting(window -> window.low().startedAt())
                                .containsExactly(at(20), at(25), at(31)));
    }

    private static List<Outside> outside(int... windows) {
        var outside = new ArrayList<Outside>();
        for (int window : windows) {
            outside.add(new Outside(end(LOW, window, 9, 0), end(HIGH, window, 0, 0)));
        }
        return outside;
    }

    private static End end(NodeId node, int window, long sent, long received) {
        return new End(key(node), at(window), at(window + 1), sent, received);
    }

    private static Key key(NodeId node) {
        return new Key(node, new UUID(1, 1), 1);
    }

    private static Instant at(int window) {
        return HOUR.plusSeconds(300L * window);
    }

    private static long saturated(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }
}
