package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class AllowancesTest {
    private final Allowances allowances =
            new Allowances(
                    new IntakeSettings(
                            DataSize.ofMegabytes(1),
                            DataSize.ofMegabytes(1),
                            4,
                            3,
                            10,
                            2,
                            Duration.ofHours(1),
                            1_000,
                            2,
                            "",
                            "",
                            Language.EN));

    @Test
    void aFloodFromOneNetworkUsesUpThatNetworkAndNoOther() {
        int taken = 0;
        for (int i = 0; i < 200; i++) {
            if (allowances.stranger("198.51.100." + i).isEmpty()) taken++;
        }

        assertThat(taken).isEqualTo(10);
        assertThat(allowances.stranger("198.51.100.250")).isPresent();
        assertThat(allowances.stranger("198.51.101.1")).isEmpty();
        assertThat(allowances.stranger("2001:db8::1")).isEmpty();
        assertThat(allowances.member("a")).isEmpty();
    }

    @Test
    void aFloodAboutOneTargetLeavesOthersTheirWordOnIt() {
        Prefix target = Prefix.address("203.0.113.9");
        assertThat(allowances.about("198.51.100.1", target, null)).isEmpty();
        assertThat(allowances.about("198.51.100.2", target, null)).isEmpty();

        assertThat(allowances.about("198.51.100.3", target, null)).isPresent();
        assertThat(allowances.about("198.51.100.3", Prefix.address("203.0.113.10"), null))
                .isEmpty();
        assertThat(allowances.about("192.0.2.1", target, null)).isEmpty();
        assertThat(allowances.about("192.0.2.1", null, null)).isEmpty();
    }

    @Test
    void inIpv6AClientIsA64AndANetworkA48() {
        for (int i = 0; i < 3; i++) {
            assertThat(allowances.stranger("2001:db8:1:1::" + i)).isEmpty();
        }

        assertThat(allowances.stranger("2001:db8:1:1:ffff::1")).isPresent();
        assertThat(allowances.stranger("2001:db8:1:2::1")).isEmpty();
    }

    @Test
    void strangersNeverHoldAllPlaces() throws InterruptedException {
        assertThat(allowances.enter()).isTrue();
        assertThat(allowances.enter()).isTrue();
        assertThat(allowances.enter()).isFalse();

        allowances.leave();

        assertThat(allowances.enter()).isTrue();
    }

    @Test
    void nobodyIsFloodedByOurAnswers() {
        int letters = 0;
        for (int i = 0; i < 50; i++) {
            if (allowances.letter("victim@example.org")) letters++;
        }

        assertThat(letters).isEqualTo(5);
        assertThat(allowances.letter("other@example.org")).isTrue();
    }

    @Test
    void aMailDomainHasAnAllowanceToo() {
        int taken = 0;
        for (int i = 0; i < 50; i++) {
            if (allowances.mail(i + "@flood.example")) taken++;
        }

        assertThat(taken).isEqualTo(10);
        assertThat(allowances.mail("a@calm.example")).isTrue();
    }
}
