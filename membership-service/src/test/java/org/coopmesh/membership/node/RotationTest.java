package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {
    private static final Instant DAY = Instant.parse("2026-11-22T00:00:00Z");
    private static final String A = "a".repeat(16);
    private static final String B = "b".repeat(16);

    @Test
    void oneSignsAndWhileAnotherTakesItsPlaceTwoAreTrusted() {
        var steady = new Rotation.Steady(A, DAY);

        var announced = steady.announce(B, DAY, DAY.plusSeconds(1));
        var overlapping = announced.use(DAY, DAY.plusSeconds(2));

        assertThat(steady.trusted()).containsExactly(A);
        assertThat(announced.trusted()).containsExactly(A, B);
        assertThat(overlapping.trusted()).containsExactly(B, A);
        assertThat(overlapping.retire(DAY)).isEqualTo(new Rotation.Steady(B, DAY));
    }

    @Test
    void aKeyDoesNotFollowItself() {
        var steady = new Rotation.Steady(A, DAY);

        assertThatThrownBy(() -> steady.announce(A, DAY, DAY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyStateIsReadBackAsItWasWritten(@TempDir Path temp) {
        var folder = new KeyFolder(temp);
        var announced = new Rotation.Steady(A, DAY).announce(B, DAY, DAY.plusSeconds(1));

        for (Rotation state :
                new Rotation[] {
                    new Rotation.Steady(A, DAY), announced, announced.use(DAY, DAY.plusSeconds(2))
                }) {
            folder.save("ca", state);

            assertThat(folder.rotation("ca")).contains(state);
        }
    }
}
