package org.coopmesh.abuse.bouncer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1s",
        "59, 59s",
        "60, 1m0s",
        "3600, 1h0m0s",
        "3601, 1h0m1s",
        "604800, 168h0m0s",
        "-3723, -1h2m3s"
    })
    void aDurationIsWrittenAsGoWritesIt(long seconds, String text) {
        assertThat(Decision.go(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @Property
    void noSecondIsLostInADuration(
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000_000) long s) {
        String text = Decision.go(Duration.ofSeconds(s));

        // What Go reads, ISO reads too once it is written large.
        String iso = "PT" + text.replace("-", "").toUpperCase(java.util.Locale.ROOT);
        Duration read = Duration.parse(iso);
        assertThat(text.startsWith("-") ? read.negated() : read).isEqualTo(Duration.ofSeconds(s));
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, Ip, 198.51.100.7",
        "198.51.100.0/24, Range, 198.51.100.0/24",
        "2001:db8::1/128, Ip, 2001:db8::1",
        "200:1234::/64, Range, 200:1234::/64"
    })
    void anAddressIsAnIpAndMoreIsARange(String prefix, String scope, String value) {
        var decision =
                new Decision(
                        1,
                        UUID.randomUUID(),
                        Prefix.parse(prefix),
                        new Dropped.Source("coopmesh", "coopmesh/ban"),
                        Duration.ofHours(1));

        assertThat(decision.scope()).isEqualTo(scope);
        assertThat(decision.value()).isEqualTo(value);
    }
}
