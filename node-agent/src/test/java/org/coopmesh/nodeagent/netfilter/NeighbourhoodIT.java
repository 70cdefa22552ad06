package org.coopmesh.nodeagent.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.NextHop;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.Station;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Routes and neighbours as the real kernel tells them. */
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class NeighbourhoodIT {
    private static final int BABEL = 42;

    private Lab lab;

    @BeforeEach
    void up() throws Exception {
        lab = Lab.up();
        // Nobody of the lab itself is heard from here on
        lab.sh(
                "router",
                "ip link set lanA down; ip link set lanB down; ip link set br-lan down; ip link set wan down;"
                        + " ip neigh flush all; ip link add mesh0 type bridge; ip link set mesh0 up;"
                        + " ip link set wan up; ip addr replace 198.51.100.254/24 dev wan; ip neigh flush all");
    }

    @AfterEach
    void down() {
        lab.close();
    }

    private interface Question<T> {
        T of(Neighbourhood kernel) throws Exception;
    }

    private <T> T ask(Question<T> question) throws Exception {
        return lab.on(
                "router",
                () -> {
                    try (var kernel = new Neighbourhood()) {
                        return question.of(kernel);
                    }
                });
    }

    @Test
    void nextHopsOfOneProtocolAreToldOnceInWhateverTableAndFormTheyStand() throws Exception {
        lab.sh(
                "router",
                "ip route add 10.77.1.0/24 via 198.51.100.7 dev wan proto 42;"
                        + " ip route add 10.77.2.0/24 via 198.51.100.7 dev wan proto 42 table 42;"
                        + " ip route add 10.77.3.0/24 via inet6 fe80::3 dev mesh0 proto 42;"
                        + " ip route add 10.77.4.0/24 proto 42 nexthop via 198.51.100.4 dev wan"
                        + " nexthop via inet6 fe80::4 dev mesh0;"
                        + " ip -6 route add fd77:5::/64 via fe80::5 dev mesh0 proto 42;"
                        + " ip route add 10.77.6.0/24 via 198.51.100.6 dev wan proto static;"
                        + " ip route add unreachable 10.77.7.0/24 proto 42");

        Map<Integer, String> names = ask(Neighbourhood::interfaces);
        Set<NextHop> hops = ask(kernel -> kernel.nextHops(BABEL));

        assertThat(hops.stream().map(hop -> text(hop, names)))
                .containsExactlyInAnyOrder(
                        "wan 198.51.100.7",
                        "mesh0 fe80:0:0:0:0:0:0:3",
                        "wan 198.51.100.4",
                        "mesh0 fe80:0:0:0:0:0:0:4",
                        "mesh0 fe80:0:0:0:0:0:0:5");
    }

    @Test
    void manyRoutesOfOthersAreNeitherReadNorInTheWay() throws Exception {
        lab.sh(
                "router",
                "i=0; while [ $i -lt 20000 ]; do"
                        + " echo route add 10.$((i / 250 + 100)).$((i % 250)).0/24 via 198.51.100.9 dev wan proto static;"
                        + " i=$((i + 1)); done | ip -batch -;"
                        + " ip route add 10.77.1.0/24 via 198.51.100.7 dev wan proto 42");

        Set<NextHop> hops = ask(kernel -> kernel.nextHops(BABEL));

        assertThat(hops).hasSize(1);
    }

    @Test
    void whoWasHeardIsAStationOncePerInterfaceAndWhoWasPutThereByHandIsNot() throws Exception {
        lab.sh(
                "router",
                "ip neigh add 198.51.100.7 lladdr 02:00:00:00:00:07 nud stale dev wan;"
                        + " ip -6 neigh add fe80::7 lladdr 02:00:00:00:00:07 nud stale dev wan;"
                        + " ip neigh add 198.51.100.8 lladdr 02:00:00:00:00:08 nud reachable dev wan;"
                        + " ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:09 nud permanent dev wan;"
                        + " ip neigh add 198.51.100.10 lladdr 02:00:00:00:00:0a nud noarp dev wan;"
                        + " ip neigh add 10.9.0.1 lladdr 02:00:00:00:00:07 nud stale dev mesh0");

        Map<Integer, String> names = ask(Neighbourhood::interfaces);
        Set<Station> stations = ask(Neighbourhood::stations);

        assertThat(
                        stations.stream()
                                .map(one -> names.get(one.index()) + " " + one.address())
                                .filter(one -> one.contains("02:00:00:00:00"))
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "wan 02:00:00:00:00:07",
                        "wan 02:00:00:00:00:08",
                        "mesh0 02:00:00:00:00:07");
    }

    private static String text(NextHop hop, Map<Integer, String> names) {
        return names.get(hop.index()) + " " + hop.gateway().getHostAddress().replaceAll("%.*", "");
    }
}
