package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.201.1.0/24",
                "0.0.0.0/0",
                "fd42:201:1::/64",
                "::/0",
                "2001:db8::1/128",
                "2001:db8:0:1:1:1:1:1/128",
                "1:0:0:2::/64"
            })
    void canonicalTextComesBackAsItIs(String text) {
        assertThat(Prefix.parse(text)).hasToString(text);
    }

    @Test
    void anAddressAloneIsItsOwnPrefix() {
        assertThat(Prefix.parse("10.201.4.20")).hasToString("10.201.4.20/32");
        assertThat(Prefix.parse("FD42::1")).hasToString("fd42::1/128");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.201.1.1/24",
                "10.0.0.0/33",
                "fd42::1/64",
                "example.org",
                "10.0.0/8",
                "",
                "/24",
                "10.0.0.0/x",
                "300.1.1.1/32"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Prefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRouterHasTheFirstAddress() {
        assertThat(Prefix.parse("10.201.1.0/24").firstAddress()).isEqualTo("10.201.1.1");
        assertThat(Prefix.parse("fd42:201:1::/64").firstAddress()).isEqualTo("fd42:201:1::1");
    }

    @Test
    void overlapIsContainmentOneWayOrTheOther() {
        Prefix pool = Prefix.parse("10.201.0.0/16");

        assertThat(pool.overlaps(Prefix.parse("10.201.4.0/24"))).isTrue();
        assertThat(Prefix.parse("10.201.4.0/24").overlaps(pool)).isTrue();
        assertThat(pool.overlaps(Prefix.parse("10.202.0.0/24"))).isFalse();
        assertThat(pool.overlaps(Prefix.parse("::/0"))).isFalse();
    }

    @Property(tries = 500)
    void everyIpv6AddressIsReadAsTheJdkReadsIt(@ForAll @Size(16) byte[] address) throws Exception {
        var prefix = new Prefix(new BigInteger(1, address), 128, true);
        String text = prefix.toString().replace("/128", "");

        byte[] jdk = InetAddress.getByName(text).getAddress();
        // The JDK turns mapped IPv4 addresses into IPv4; nobody routes those.
        if (jdk.length == 16) assertThat(jdk).isEqualTo(address);
    }
}
