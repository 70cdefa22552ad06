package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.LinkSource.Found;
import org.junit.jupiter.api.Test;

/** What OLSRd 0.9.9 and olsrd2 said on a ring of five routers; Debian has neither, so no lab test can ask them. */
class RealAnswersTest {

    private static InputStream recorded(String name) {
        return Objects.requireNonNull(
                RealAnswersTest.class.getResourceAsStream("/topology/" + name));
    }

    @Test
    void olsrdTellsBothLinksOfARingAndWhichAreUsed() throws IOException {
        var found = new Found(Olsrd.NAME);
        Olsrd.links(recorded("olsrd-0.9.9-all.json"), found);
        found.used(Olsrd.routes(recorded("olsrd-0.9.9-all.json")));

        assertThat(found.reading().links())
                .extracting(
                        Link::getInterface,
                        Link::getNeighbourAddress,
                        Link::getRxCost,
                        Link::getTxCost,
                        Link::getUp,
                        Link::getUsed)
                .containsExactlyInAnyOrder(
                        tuple("h2l1-2", "10.202.1.2", 1_605, 1_761, true, true),
                        tuple("h2l1-5", "10.202.5.1", 1_605, 1_724, true, true));
    }

    @Test
    void olsrd2TellsALinkOfTwoFamiliesOnce() throws IOException {
        var found = new Found(Olsrd2.NAME);
        Map<String, Link.Builder> links = Olsrd2.links(recorded("olsrd2-0.15-link.txt"), found);
        for (String hop : Olsrd2.routes(recorded("olsrd2-0.15-route.txt"))) {
            Link.Builder used = links.get(hop);
            if (used != null) used.setUsed(true);
        }

        assertThat(found.reading().links())
                .extracting(
                        Link::getInterface,
                        Link::getNeighbourAddress,
                        Link::getRxCost,
                        Link::getTxCost,
                        Link::getUp,
                        Link::getUsed)
                .containsExactlyInAnyOrder(
                        tuple(
                                "h2l1-2",
                                "fe80::fa:a5ff:fe68:9f02",
                                2_924_288,
                                2_981_632,
                                true,
                                true),
                        tuple(
                                "h2l1-5",
                                "fe80::9c06:17ff:fedb:7b76",
                                3_325_696,
                                3_268_352,
                                true,
                                true));
    }
}
