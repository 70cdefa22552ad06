package org.coopmesh.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A figure is cheap to look at, and never in the way. */
class ReadingTest {
    private static final Duration EVERY = Duration.ofSeconds(15);

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void allFiguresAndAllReadersOfAWhileCostOneQuestion() {
        var registry = new SimpleMeterRegistry();
        Reading.every(EVERY, asked::incrementAndGet, nanos::get)
                .gauge(registry, "a", "once", answer -> answer)
                .gauge(registry, "b", "tenfold", answer -> answer * 10);

        assertThat(registry.get("a").gauge().value()).isEqualTo(1);
        nanos.set(EVERY.toNanos() - 1);
        assertThat(registry.get("b").gauge().value()).isEqualTo(10);
        assertThat(registry.get("a").gauge().value()).isEqualTo(1);

        nanos.set(EVERY.toNanos());
        assertThat(registry.get("b").gauge().value()).isEqualTo(20);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aQuestionThatFailedIsNoNumberAndIsAskedAgainOnlyInItsTime() {
        var reading =
                Reading.every(
                        EVERY,
                        () -> {
                            if (asked.incrementAndGet() == 1)
                                throw new IllegalStateException("away");
                            return 7;
                        },
                        nanos::get);

        assertThat(reading.figure(answer -> answer)).isNaN();
        assertThat(reading.figure(answer -> answer)).isNaN();
        assertThat(asked).hasValue(1);

        nanos.set(EVERY.toNanos());
        assertThat(reading.figure(answer -> answer)).isEqualTo(7);
    }

    @Test
    void aSlowQuestionIsNotWaitedForTwiceAndNotAskedTwice() throws Exception {
        var answered = new CountDownLatch(1);
        var reading =
                Reading.every(
                        EVERY,
                        () -> {
                            asked.incrementAndGet();
                            try {
                                answered.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return 7;
                        },
                        nanos::get);

        assertThat(reading.figure(answer -> answer)).isNaN();
        nanos.set(EVERY.toNanos() * 2);
        long began = System.nanoTime();
        assertThat(reading.figure(answer -> answer)).isNaN();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Reading.PATIENCE);
        assertThat(asked).hasValue(1);

        answered.countDown();
        while (Double.isNaN(reading.figure(answer -> answer))) Thread.onSpinWait();
        assertThat(asked).hasValueLessThanOrEqualTo(2);
    }
}
