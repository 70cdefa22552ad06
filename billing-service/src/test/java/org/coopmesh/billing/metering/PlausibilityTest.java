package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.junit.jupiter.api.Test;

class PlausibilityTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final AttachmentId ATTACHMENT = new AttachmentId(UUID.randomUUID());
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /** 1 Gbit/s for 5 minutes and a tenth more. */
    private static final long MOST = 41_250_000_000L;

    private final Plausibility plausibility =
            new Plausibility(1_000_000_000L, 10_000_000_000L, Duration.ofDays(35));

    @Test
    void whatTheLineCanCarryCounts() {
        assertThat(judge(NOW.minus(WINDOW), WINDOW, MOST, MOST)).isEqualTo(new Counted(false));
    }

    @Test
    void oneByteMoreThanTheLineCanCarryIsSetAside() {
        assertThat(judge(NOW.minus(WINDOW), WINDOW, MOST + 1, 0))
                .isEqualTo(new Implausible(Reason.BEYOND_LINE_RATE));
        assertThat(judge(NOW.minus(WINDOW), WINDOW, 0, MOST + 1))
                .isEqualTo(new Implausible(Reason.BEYOND_LINE_RATE));
    }

    @Test
    void windowThatDoesNotEndAfterItStartsIsSetAside() {
        assertThat(judge(NOW, Duration.ZERO, 0, 0))
                .isEqualTo(new Implausible(Reason.ENDS_BEFORE_START));
        assertThat(judge(NOW, Duration.ofSeconds(-1), 0, 0))
                .isEqualTo(new Implausible(Reason.ENDS_BEFORE_START));
    }

    @Test
    void windowLongerThanAnHourIsSetAside() {
        assertThat(judge(NOW.minus(Duration.ofHours(1)), Duration.ofHours(1), 0, 0))
                .isInstanceOf(Counted.class);
        assertThat(judge(NOW.minus(Duration.ofHours(2)), Duration.ofHours(1).plusNanos(1), 0, 0))
                .isEqualTo(new Implausible(Reason.WINDOW_TOO_LONG));
    }

    @Test
    void clockTwoMinutesAheadCountsAndOneAnHourAheadIsSetAside() {
        assertThat(judge(NOW.minus(WINDOW).plus(Duration.ofMinutes(2)), WINDOW, 0, 0))
                .isEqualTo(new Counted(false));
        assertThat(judge(NOW.minus(WINDOW).plus(Duration.ofMinutes(2)).plusNanos(1), WINDOW, 0, 0))
                .isEqualTo(new Implausible(Reason.FROM_THE_FUTURE));
        assertThat(judge(NOW.minus(WINDOW).plus(Duration.ofHours(1)), WINDOW, 0, 0))
                .isEqualTo(new Implausible(Reason.FROM_THE_FUTURE));
    }

    @Test
    void clockAnHourSlowCountsButIsMarkedAsLate() {
        assertThat(judge(NOW.minus(WINDOW).minus(Duration.ofHours(1)), WINDOW, 0, 0))
                .isEqualTo(new Counted(true));
    }

    @Test
    void windowOlderThanTheSpoolCanHoldIsSetAside() {
        assertThat(judge(NOW.minus(Duration.ofDays(35)).minus(WINDOW), WINDOW, 0, 0))
                .isEqualTo(new Counted(true));
        assertThat(judge(NOW.minus(Duration.ofDays(35)).minus(WINDOW).minusNanos(1), WINDOW, 0, 0))
                .isEqualTo(new Implausible(Reason.TOO_OLD));
        assertThat(judge(Instant.EPOCH, WINDOW, 0, 0)).isEqualTo(new Implausible(Reason.TOO_OLD));
    }

    @Test
    void counterAtTwoToTheSixtyThreeIsSetAside() {
        assertThat(judge(NOW.minus(WINDOW), WINDOW, Long.MIN_VALUE, 0))
                .isEqualTo(new Implausible(Reason.COUNTER_OVERFLOW));
        assertThat(judge(NOW.minus(WINDOW), WINDOW, 0, -1))
                .isEqualTo(new Implausible(Reason.COUNTER_OVERFLOW));
    }

    @Test
    void sumThatOverflowsIsSetAside() {
        var usage =
                AttachmentUsage.newBuilder()
                        .setAttachmentId(ATTACHMENT.value().toString())
                        .setInternetBytesDown(Long.MAX_VALUE)
                        .setLocalBytesDown(Long.MAX_VALUE)
                        .build();

        assertThat(judge(NOW.minus(WINDOW), WINDOW, usage))
                .isEqualTo(new Implausible(Reason.COUNTER_OVERFLOW));
    }

    @Test
    void aNegativeFigureOfALinkOrUplinkIsSetAsideWhateverElseIsWrong() {
        for (Duration length : List.of(WINDOW, Duration.ofHours(1))) {
            for (boolean sent : List.of(true, false)) {
                long received = sent ? 1 : -1;
                var node = new ReportingNode();
                var link =
                        LinkUsage.newBuilder()
                                .setNeighbourNodeId(node.id.hex())
                                .setBytesSent(-received)
                                .setBytesReceived(received);
                var uplink =
                        UplinkUsage.newBuilder().setBytesSent(-received).setBytesReceived(received);
                var tooMuch = ReportingNode.own(ATTACHMENT, Long.MAX_VALUE, 0);

                for (var report :
                        List.of(
                                node.window(NOW.minus(length), length).addLinks(link),
                                node.window(NOW.minus(length), length).setUplink(uplink))) {
                    assertThat(judge(report)).isEqualTo(new Implausible(Reason.COUNTER_OVERFLOW));
                    assertThat(judge(report.addAttachments(tooMuch)))
                            .isEqualTo(new Implausible(Reason.COUNTER_OVERFLOW));
                }
            }
        }
    }

    private Verdict judge(org.coopmesh.contracts.billing.v1.UsageReport.Builder report) {
        return plausibility.judge(UsageReport.read(report.build().toByteString(), "report"), NOW);
    }

    @Test
    void lineRateOutsideItsBoundsIsRefused() {
        assertThatThrownBy(() -> new Plausibility(0, 1, Duration.ofDays(35)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Plausibility(Long.MAX_VALUE, 1, Duration.ofDays(35)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void whateverCountsFitsTheLineAndIsNeverNegative(
            @ForAll long down,
            @ForAll long up,
            @ForAll @LongRange(min = 1, max = Plausibility.LINE_RATE_BITS_MAX) long rate,
            @ForAll @IntRange(min = -10, max = 4_000) int seconds) {
        Duration length = Duration.ofSeconds(seconds);
        var judge = new Plausibility(rate, rate, Duration.ofDays(35));

        Verdict verdict =
                judge.judge(
                        read(NOW.minus(length), length, ReportingNode.own(ATTACHMENT, down, up)),
                        NOW);

        if (verdict instanceof Counted) {
            double most = rate / 8.0 * seconds * 1.1 + 2;
            assertThat(seconds).isBetween(1, 3_600);
            assertThat(down).isNotNegative();
            assertThat(up).isNotNegative();
            assertThat((double) down).isLessThanOrEqualTo(most);
            assertThat((double) up).isLessThanOrEqualTo(most);
        }
    }

    private Verdict judge(Instant startedAt, Duration length, long down, long up) {
        return judge(startedAt, length, ReportingNode.own(ATTACHMENT, down, up));
    }

    private Verdict judge(Instant startedAt, Duration length, AttachmentUsage usage) {
        return plausibility.judge(read(startedAt, length, usage), NOW);
    }

    private static UsageReport read(Instant startedAt, Duration length, AttachmentUsage usage) {
        var node = new ReportingNode();
        ByteString signed = node.seal(node.window(startedAt, length).addAttachments(usage));
        return UsageReport.read(signed, "report");
    }
}
