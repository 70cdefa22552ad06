package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.FULL_BYTES_PER_SECOND_MIN;
import static org.coopmesh.journey.LivingVillage.NARROW_BYTES_PER_SECOND_MAX;
import static org.coopmesh.journey.LivingVillage.bytesPerSecond;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.coopmesh.journey.LivingVillage.pay;
import static org.coopmesh.journey.LivingVillage.rule;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OverdueNarrowsPaymentRestoresJourneyIT {
    private static final Duration RESTORED_WITHIN = Duration.ofSeconds(15);

    @Test
    void anUnpaidBillNarrowsTheLaneAndAPaymentWidensItAgain() {
        LivingVillage.everyonePays();
        assertThat(bytesPerSecond("c6", 3_000_000)).isGreaterThan(FULL_BYTES_PER_SECOND_MIN);

        LivingVillage.letFallOverdue("farid");

        eventually("the list says slow lane", () -> rule("n6").equals("slowLane"));
        eventually(
                "the kernel says so too",
                () -> bytesPerSecond("c6", 300_000) < NARROW_BYTES_PER_SECOND_MAX);
        assertThat(bytesPerSecond("c1", 3_000_000))
                .as("a neighbour who paid notices nothing")
                .isGreaterThan(FULL_BYTES_PER_SECOND_MIN);

        Instant paid = Instant.now();
        pay("farid");

        eventually("the list says full", () -> rule("n6").equals("full"));
        eventually(
                "the lane is open",
                () -> bytesPerSecond("c6", 3_000_000) > FULL_BYTES_PER_SECOND_MIN);
        assertThat(Duration.between(paid, Instant.now())).isLessThan(RESTORED_WITHIN);
    }
}
