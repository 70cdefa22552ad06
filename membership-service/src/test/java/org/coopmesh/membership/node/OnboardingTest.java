package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OnboardingTest {
    private static final Pattern MODULE = Pattern.compile("M\\d+,\\d+h1v1h-1z");

    @Test
    void oneLineSaysWhatTheAgentNeeds() {
        var onboarding = Onboarding.of("mesh.example.org:9081", "[fd42::1]:9082", "ab", "CODE");

        assertThat(onboarding.invitation())
                .isEqualTo(
                        "coopmesh:enrol?membership=mesh.example.org:9081&billing=[fd42::1]:9082&ca=ab&code=CODE");
        assertThat(onboarding.toString()).doesNotContain("CODE");
    }

    @Test
    void itIsDrawnWithAQuietZoneAllAround() {
        var drawing = Onboarding.of("a:1", "b:2", "c".repeat(64), "D".repeat(26)).drawing();

        assertThat(drawing.path()).startsWith("M4,4h").doesNotContain("M3,");
        assertThat(MODULE.matcher(drawing.path()).replaceAll("")).isEmpty();
        assertThat(drawing.side()).isGreaterThan(29);
    }
}
