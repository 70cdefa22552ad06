package org.coopmesh.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may name a receiver reaches the Internet and what a setting names, and nothing else. */
class ReachTest {
    private static final URI HOOK = URI.create("https://tool.example/hook");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "fec0::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "2001:db8::1",
                "2001::1",
                "100::1",
                "3fff::1"
            })
    void whatIsNotPublicIsNotReached(String address) {
        assertThat(reach().allows(HOOK, InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
                "172.15.255.255", "172.32.0.1", "169.253.0.1", "192.167.255.255", "223.255.255.255",
                "2606:4700::1111", "2a00:1450:4001::1", "2001:200::1"
            })
    void whatIsPublicIsReached(String address) {
        assertThat(reach().allows(HOOK, InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    void aNetworkThatASettingNamesIsReachedAndItsNeighbourIsNot() {
        Reach reach = reach("10.20.0.0/15", "fd12:3456::/32", "127.0.0.1");

        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("10.21.255.255"))).isTrue();
        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("10.22.0.0"))).isFalse();
        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("fd12:3456:1::1"))).isTrue();
        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("fd12:3457::1"))).isFalse();
        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("127.0.0.1"))).isTrue();
        assertThat(reach.allows(HOOK, InetAddress.ofLiteral("127.0.0.2"))).isFalse();
    }

    @Test
    void withoutTlsOnlyThisMachineIsReachedAndOnlyWhereASettingSaysSo() {
        URI plain = URI.create("http://tool.example/hook");

        assertThat(reach("127.0.0.1").allows(plain, InetAddress.ofLiteral("127.0.0.1"))).isTrue();
        assertThat(reach("10.0.0.0/8").allows(plain, InetAddress.ofLiteral("10.0.0.1"))).isFalse();
        assertThat(reach().allows(plain, InetAddress.ofLiteral("1.1.1.1"))).isFalse();
    }

    @Test
    void ofANamesAddressesOnlyThoseAreLeftThatMayBeReached() throws Exception {
        var reach =
                new Reach(
                        List.of(),
                        host ->
                                new InetAddress[] {
                                    InetAddress.ofLiteral("10.0.0.1"),
                                    InetAddress.ofLiteral("1.1.1.1")
                                });

        assertThat(reach.addresses(HOOK)).containsExactly(InetAddress.ofLiteral("1.1.1.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "example.org/8", "10.0.0.0/x", ""})
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Reach reach(String... own) {
        return new Reach(Network.all(own), InetAddress::getAllByName);
    }
}
