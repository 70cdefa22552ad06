package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.NextHop;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.Station;
import org.junit.jupiter.api.Test;

class KernelNeighboursTest {
    private static final Map<Integer, String> INTERFACES =
            Map.of(1, "lo", 2, "wan", 3, "br-lan", 4, "mesh0", 5, "mesh1");
    private static final Set<NextHop> HOPS =
            Set.of(
                    new NextHop(4, InetAddress.ofLiteral("10.9.0.1")),
                    new NextHop(5, InetAddress.ofLiteral("fe80::2")),
                    new NextHop(9, InetAddress.ofLiteral("fe80::9")));
    private static final Set<Station> STATIONS =
            Set.of(
                    new Station(3, "02:00:00:00:00:07"),
                    new Station(3, "02:00:00:00:00:08"),
                    new Station(4, "02:00:00:00:01:01"),
                    new Station(2, "02:00:00:00:02:01"),
                    new Station(9, "02:00:00:00:09:01"));

    @Test
    void nextHopsOfBabelAreLinksUnlessTheirInterfaceHasGone() {
        var found = KernelNeighbours.of(INTERFACES, HOPS, STATIONS, Set.of("wan"));

        assertThat(found.links())
                .extracting(Link::getInterface, Link::getNeighbourAddress, Link::getSource)
                .containsExactlyInAnyOrder(
                        tuple("mesh0", "10.9.0.1", "kernel"), tuple("mesh1", "fe80::2", "kernel"));
    }

    @Test
    void clientsAreStationsThatAreHeardOnNeitherLinkNorUplink() {
        assertThat(KernelNeighbours.of(INTERFACES, HOPS, STATIONS, Set.of("wan")).clients())
                .isEqualTo(2);
        assertThat(KernelNeighbours.of(INTERFACES, HOPS, STATIONS, Set.of()).clients())
                .isEqualTo(3);
        assertThat(KernelNeighbours.of(INTERFACES, Set.of(), STATIONS, Set.of()).clients())
                .isEqualTo(4);
    }

    @Test
    void noMoreLinksAreToldThanAServerTakes() {
        Set<NextHop> many =
                IntStream.range(0, 1_000)
                        .mapToObj(i ->
                                new NextHop(
                                        4,
                                        InetAddress.ofLiteral(
                                                "10.9.%d.%d".formatted(i >> 8, i & 255))))
                        .collect(Collectors.toSet());

        assertThat(KernelNeighbours.of(INTERFACES, many, Set.of(), Set.of()).links()).hasSize(256);
    }

    @Test
    void nothingThereIsNothingTold() {
        assertThat(KernelNeighbours.of(INTERFACES, Set.of(), Set.of(), Set.of()))
                .isEqualTo(new KernelNeighbours(0, List.of()));
    }
}
