package org.coopmesh.membership.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LiveTest {
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

    @Test
    void silenceMakesANodeLateAndThenDown() {
        assertThat(after(Duration.ofSeconds(90))).isEqualTo(Live.UP);
        assertThat(after(Duration.ofSeconds(91))).isEqualTo(Live.LATE);
        assertThat(after(Duration.ofMinutes(5))).isEqualTo(Live.LATE);
        assertThat(after(Duration.ofSeconds(301))).isEqualTo(Live.DOWN);
    }

    @Test
    void aNodeThatNeverCalledIsNotDown() {
        assertThat(Live.of(null, NOW, Duration.ofSeconds(90), Duration.ofMinutes(5)))
                .isEqualTo(Live.NEVER);
    }

    private static Live after(Duration silence) {
        return Live.of(NOW.minus(silence), NOW, Duration.ofSeconds(90), Duration.ofMinutes(5));
    }
}
