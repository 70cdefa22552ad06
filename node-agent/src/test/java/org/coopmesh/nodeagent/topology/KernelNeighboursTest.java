package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;
import org.junit.jupiter.api.Test;

class KernelNeighboursTest {
    private static final String ROUTES_V4 =
            """
            [{"dst":"default","gateway":"10.9.0.1","dev":"mesh0","protocol":"babel","flags":["onlink"]},
             {"dst":"10.201.2.0/24","via":{"family":"inet6","host":"fe80::2"},"dev":"mesh1","protocol":"42","flags":[]},
             {"dst":"10.201.3.0/24","gateway":"10.9.0.1","dev":"mesh0","protocol":"babel","flags":[]},
             {"dst":"10.201.1.0/24","dev":"br-lan","protocol":"kernel","flags":[]}]
            """;
    private static final String ROUTES_V6 =
            """
            [{"dst":"fd42:201:2::/64","gateway":"fe80::2","dev":"mesh1","protocol":"babel","flags":[]}]
            """;
    private static final String NEIGHBOURS =
            """
            [{"dst":"10.201.1.7","dev":"br-lan","lladdr":"02:00:00:00:00:07","state":["REACHABLE"]},
             {"dst":"fe80::7","dev":"br-lan","lladdr":"02:00:00:00:00:07","state":["STALE"]},
             {"dst":"10.201.1.8","dev":"br-lan","lladdr":"02:00:00:00:00:08","state":["STALE"]},
             {"dst":"10.201.1.9","dev":"br-lan","state":["FAILED"]},
             {"dst":"10.9.0.1","dev":"mesh0","lladdr":"02:00:00:00:01:01","state":["REACHABLE"]},
             {"dst":"192.0.2.1","dev":"wan","lladdr":"02:00:00:00:02:01","state":["REACHABLE"]},
             {}]
            """;

    @Test
    void nextHopsOfBabelAreLinksOnceEach() throws IOException {
        var found = KernelNeighbours.of(ROUTES_V4, ROUTES_V6, NEIGHBOURS, Set.of("wan"));

        assertThat(found.links())
                .extracting(Link::getInterface, Link::getNeighbourAddress, Link::getSource)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("mesh0", "10.9.0.1", "kernel"),
                        org.assertj.core.groups.Tuple.tuple("mesh1", "fe80::2", "kernel"));
    }

    @Test
    void clientsAreStationsThatAreHeardOnNeitherLinkNorUplink() throws IOException {
        assertThat(KernelNeighbours.of(ROUTES_V4, ROUTES_V6, NEIGHBOURS, Set.of("wan")).clients())
                .isEqualTo(2);
        assertThat(KernelNeighbours.of(ROUTES_V4, ROUTES_V6, NEIGHBOURS, Set.of()).clients())
                .isEqualTo(3);
    }

    @Test
    void nothingPrintedIsNothingThere() throws IOException {
        assertThat(KernelNeighbours.of("", "[]", "\n", Set.of()))
                .isEqualTo(new KernelNeighbours(0, java.util.List.of()));
    }

    @Test
    void otherThanJsonIsAFailure() {
        assertThatThrownBy(() -> KernelNeighbours.of("Error: no", "[]", "[]", Set.of()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> KernelNeighbours.of("{}", "[]", "[]", Set.of()))
                .isInstanceOf(IOException.class);
    }
}
