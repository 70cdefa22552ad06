package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
    private static final AccountId ANNA = new AccountId(UUID.randomUUID());
    private static final AccountId ADA = new AccountId(UUID.randomUUID());
    private static final AccountId BERTA = new AccountId(UUID.randomUUID());
    private static final Duration DELAY = Duration.ofHours(72);

    private final Recovery.Asked asked =
            new Recovery.Asked(
                    new Recovery.Heading(UUID.randomUUID(), ANNA, NOW, ADA, "lost her phone"));

    @Test
    void twoOfTheBoardBeginTheDelay() {
        Recovery.Waiting waiting = asked.approve(ADA, NOW).approve(BERTA, NOW, DELAY);

        assertThat(waiting.dueAt()).isEqualTo(NOW.plus(DELAY));
        waiting.mustBeDue(ADA, NOW.plus(DELAY));
    }

    @Test
    void oneAloneIsNotTwo() {
        assertThatThrownBy(() -> asked.approve(ADA, NOW).approve(ADA, NOW, DELAY))
                .isInstanceOfSatisfying(
                        RecoveryRefused.class,
                        refused -> assertThat(refused.slug()).isEqualTo("second-person-needed"));
    }

    @Test
    void nobodyHasAHandInTheirOwn() {
        assertThatThrownBy(() -> asked.approve(ANNA, NOW)).isInstanceOf(RecoveryRefused.class);
        assertThatThrownBy(() -> asked.approve(ADA, NOW).approve(ANNA, NOW, DELAY))
                .isInstanceOf(RecoveryRefused.class);
        assertThatThrownBy(() ->
                        asked.approve(ADA, NOW)
                                .approve(BERTA, NOW, DELAY)
                                .mustBeDue(ANNA, NOW.plus(DELAY)))
                .isInstanceOf(RecoveryRefused.class);
    }

    @Test
    void nothingIsDueBeforeTheDelayIsOver() {
        Recovery.Waiting waiting = asked.approve(ADA, NOW).approve(BERTA, NOW, DELAY);

        assertThatThrownBy(() -> waiting.mustBeDue(ADA, NOW.plus(DELAY).minusMillis(1)))
                .hasMessageContaining("2026-03-13T12:00:00Z");
    }

    @Test
    void theDelayHasBounds() {
        Recovery.ApprovedOnce once = asked.approve(ADA, NOW);

        for (Duration wrong : new Duration[] {Duration.ofHours(23), Duration.ofHours(337)})
            assertThatThrownBy(() -> once.approve(BERTA, NOW, wrong))
                    .isInstanceOf(IllegalArgumentException.class);
    }
}
