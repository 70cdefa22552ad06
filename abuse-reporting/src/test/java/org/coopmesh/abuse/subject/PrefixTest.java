package org.coopmesh.abuse.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.coopmesh.abuse.subject.Prefix.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.201.4.20, 10.201.4.20/32",
        "10.201.4.20/24, 10.201.4.0/24",
        "0.0.0.0/0, 0.0.0.0/0",
        "255.255.255.255, 255.255.255.255/32",
        "FD42:0201:0000:0000:0000:0000:0000:0001, fd42:201::1/128",
        "fd42:201::/48, fd42:201::/48",
        "fd42:201:0:1::5/64, fd42:201:0:1::/64",
        "::, ::/128",
        "::1, ::1/128",
        "1::, 1::/128",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3/128",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7/128",
        "::ffff:10.201.4.20, 10.201.4.20/32",
        "::ffff:10.201.4.0/120, 10.201.4.0/24",
        "::ffff:0:0/96, 0.0.0.0/0",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221/128",
        "::/0, ::/0"
    })
    void everySpellingBecomesTheOneCanonicalForm(String written, String canonical) {
        assertThat(Prefix.parse(written)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "gateway.example.org",
                "10.201.4",
                "10.201.4.20.1",
                "10.201.4.256",
                "010.201.4.20",
                "0x0a.1.1.1",
                "167772161",
                "10.201.4.20/33",
                "10.201.4.20/-1",
                "10.201.4.20/",
                "10.201.4.20/08",
                "10.201.4.20/24/24",
                "10.201.4.20 ",
                "fe80::1%eth0",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":::",
                ":1:2:3:4:5:6:7",
                "12345::",
                "g::",
                "fd42::/129",
                "::ffff:10.201.4.300",
                "[::1]",
                "١٠.1.1.1",
                "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"
            })
    void whatIsNoAddressIsRefused(String written) {
        assertThatIllegalArgumentException().isThrownBy(() -> Prefix.parse(written));
    }

    @Test
    void oneAddressIsWantedWhereOneIsAskedFor() {
        assertThat(Prefix.address("10.201.4.20")).hasToString("10.201.4.20/32");
        assertThatIllegalArgumentException().isThrownBy(() -> Prefix.address("10.201.4.0/24"));
        assertThatIllegalArgumentException().isThrownBy(() -> Prefix.address("10.201.4.20/32"));
    }

    @Test
    void bitsBehindTheLengthDoNotPass() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prefix(Family.V4, BigInteger.ONE, 24));
    }

    @Test
    void aRangeContainsItsAddressesAndNoOthers() {
        Prefix range = Prefix.parse("10.201.4.0/24");

        assertThat(range.contains(Prefix.parse("10.201.4.255"))).isTrue();
        assertThat(range.contains(Prefix.parse("10.201.5.0"))).isFalse();
        assertThat(range.contains(Prefix.parse("10.201.0.0/16"))).isFalse();
        assertThat(range.contains(Prefix.parse("::a.201.4.1".replace("a", "10")))).isFalse();
        assertThat(Prefix.parse("0.0.0.0/0").contains(Prefix.parse("::/0"))).isFalse();
    }

    @Test
    void widthIsJudgedByFamily() {
        assertThat(Prefix.parse("10.0.0.0/23").widerThan(24, 48)).isTrue();
        assertThat(Prefix.parse("10.0.0.0/24").widerThan(24, 48)).isFalse();
        assertThat(Prefix.parse("fd42::/47").widerThan(24, 48)).isTrue();
        assertThat(Prefix.parse("fd42::/48").widerThan(24, 48)).isFalse();
    }
}
