package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentClockTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong(-5);
    private final AgentClock clock = new AgentClock(START, nanos::get);
    private final List<String> moves = new ArrayList<>();

    @BeforeEach
    void listen() {
        clock.onMove((before, after, move) -> {
            assertThat(clock.instant()).isEqualTo(before);
            move.run();
            assertThat(clock.instant()).isEqualTo(after);
            moves.add(before + " " + after);
        });
    }

    @Test
    void itRunsWithTheMachine() {
        pass(Duration.ofHours(3));

        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofHours(3)));
    }

    @Test
    void aMonthForwardIsAnnouncedAndBelievedAtOnce() {
        Instant later = START.plus(Duration.ofDays(30));

        clock.observe(later);

        assertThat(moves).containsExactly(START + " " + later);
        pass(Duration.ofSeconds(1));
        assertThat(clock.instant()).isEqualTo(later.plusSeconds(1));
    }

    @Test
    void anHourBackIsAnnouncedAndBelievedAtOnce() {
        Instant earlier = START.minus(Duration.ofHours(1));

        clock.observe(earlier);

        assertThat(moves).containsExactly(START + " " + earlier);
        assertThat(clock.instant()).isEqualTo(earlier);
    }

    @Test
    void whatDiffersByTwoSecondsIsPutRightWithoutAWord() {
        clock.observe(START.plusSeconds(2));
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(2));

        clock.observe(START.plusSeconds(1));
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(2));
        assertThat(moves).isEmpty();
    }

    @Test
    void aLateMessageIsNotAMove() {
        clock.observe(START.minusSeconds(20));
        clock.observe(START);
        clock.observe(START.minusSeconds(20));

        assertThat(moves).isEmpty();
        assertThat(clock.instant()).isEqualTo(START);
    }

    @Test
    void aTimeThatStaysBehindIsBelievedTheSecondTime() {
        clock.observe(START.minusSeconds(20));
        clock.observe(START.minusSeconds(20));

        assertThat(moves).hasSize(1);
        assertThat(clock.instant()).isEqualTo(START.minusSeconds(20));
    }

    @Test
    void afterARestartItGoesOnWhereTheNewestWindowEnded() {
        clock.notBefore(START.plusSeconds(90));
        clock.notBefore(START);

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(90));
        assertThat(moves).isEmpty();
    }

    @Test
    void itIsAGuessUntilSomebodyWhoKnowsIsBelieved() {
        clock.onMove((before, after, move) -> assertThat(clock.told()).isFalse());

        clock.observe(START.minusSeconds(20));
        assertThat(clock.told()).isFalse();
        clock.observe(START.minusSeconds(20));
        assertThat(clock.told()).isTrue();
    }

    @Test
    void itIsNoGuessWhereSomebodyWhoKnowsAgrees() {
        clock.notBefore(START.plusSeconds(9));
        assertThat(clock.told()).isFalse();

        clock.observe(START.plusSeconds(8));

        assertThat(clock.told()).isTrue();
    }

    @Test
    void itMovesEvenIfTheListenerFails() {
        clock.onMove((before, after, move) -> {
            throw new IllegalStateException("disk");
        });

        try {
            clock.observe(START.plusSeconds(60));
        } catch (IllegalStateException expected) {
            assertThat(clock.instant()).isEqualTo(START.plusSeconds(60));
        }
    }

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }
}
