package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @ValueSource(strings = {"10.201.0.0/16", "10.200.0.1/32", "fd42:201::/48", "::/0"})
    void wellFormedPrefixesAreRead(String text) {
        assertThat(Cidr.of(text).length())
                .isEqualTo(Integer.parseInt(text.substring(text.indexOf('/') + 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.201.0.0",
                "10.201.0.0/",
                "10.201.0.0/33",
                "10.201.0.0/-1",
                "10.201.0.1/16",
                "fd42:201::1/48",
                "fd42:201::/129",
                "example.org/24",
                "10.201.0/16/16",
                "/16"
            })
    void everythingElseIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of(text));
    }

    @ParameterizedTest
    @CsvSource({
        "10.201.0.0/16, 10.201.128.0/17, true",
        "10.201.0.0/17, 10.201.128.0/17, false",
        "10.200.0.0/15, 10.202.0.0/15, false",
        "fd42:201::/48, fd42:201:0:7::/64, true",
        "fd42:201::/48, fd42:202::/48, false",
        "0.0.0.0/0, ::/0, false"
    })
    void overlapIsSeenWithinAFamily(String left, String right, boolean overlap) {
        assertThat(Cidr.of(left).overlaps(Cidr.of(right))).isEqualTo(overlap);
        assertThat(Cidr.of(right).overlaps(Cidr.of(left))).isEqualTo(overlap);
    }

    @Test
    void addressNamesAreNeverLookedUp() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of("localhost/8"));
    }
}
