package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.NARROW_BYTES_PER_SECOND_MAX;
import static org.coopmesh.journey.LivingVillage.bytesPerSecond;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.coopmesh.journey.LivingVillage.eventuallyFast;
import static org.coopmesh.journey.LivingVillage.pay;
import static org.coopmesh.journey.LivingVillage.rule;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OverdueNarrowsPaymentRestoresJourneyIT {
    // Seconds on a machine of its own; a fetch that begins in the slow lane takes 24 of them
    private static final Duration RESTORED_WITHIN = Duration.ofSeconds(90);

    @Test
    void anUnpaidBillNarrowsTheLaneAndAPaymentWidensItAgain() {
        LivingVillage.everyonePays();
        eventuallyFast("c6");

        LivingVillage.letFallOverdue("farid");

        eventually("the list says slow lane", () -> rule("n6").equals("slowLane"));
        eventually(
                "the kernel says so too",
                () -> bytesPerSecond("c6", 300_000) < NARROW_BYTES_PER_SECOND_MAX);
        // A neighbour who paid notices nothing
        eventuallyFast("c1");

        Instant paid = Instant.now();
        pay("farid");

        eventually("the list says full", () -> rule("n6").equals("full"));
        eventuallyFast("c6");
        Duration restored = Duration.between(paid, Instant.now());
        System.out.println("lane open again " + restored + " after the payment");
        assertThat(restored).isLessThan(RESTORED_WITHIN);
    }
}
