package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.LinkSource.Found;
import org.coopmesh.nodeagent.topology.LinkSource.Reading;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.junit.jupiter.api.Test;

/** What each daemon tells becomes links in one form. */
class RoutingDaemonsTest {
    @Test
    void babeldTellsCostBothWaysAndWhatIsUpAndWhatIsUsed() throws IOException {
        Reading read = Answers.ALL.get("babeld").read();

        assertThat(read.links())
                .containsExactly(
                        link("babeld", "mesh0", "fe80::2:a")
                                .setRxCost(96)
                                .setTxCost(128)
                                .setUp(true)
                                .setUsed(true)
                                .build(),
                        link("babeld", "mesh1", "fe80::3:a")
                                .setRxCost(65_535)
                                .setTxCost(96)
                                .setUp(false)
                                .setUsed(false)
                                .build());
        assertThat(read.interfaces()).containsExactlyInAnyOrder("mesh0", "mesh1");
    }

    @Test
    void aLinkOfBabelThatIsUpMayBeUnused() throws IOException {
        String dump = Answers.BABELD.replace("installed yes", "installed no");

        Link link = Babeld.dump(stream(dump)).links().getFirst();

        assertThat(link.getUp()).isTrue();
        assertThat(link.getUsed()).isFalse();
    }

    @Test
    void batmanTellsQualityOfSendingOnly() throws IOException {
        assertThat(Answers.ALL.get("batman-adv").read().links())
                .containsExactly(
                        link("batman-adv", "mesh0", "02:00:00:00:00:2a")
                                .setTxCost(1_250)
                                .setCostText("TQ 204/255")
                                .setUp(true)
                                .setUsed(true)
                                .build(),
                        link("batman-adv", "mesh1", "02:00:00:00:00:3a")
                                .setUp(false)
                                .setUsed(false)
                                .build());
    }

    @Test
    void batmanFiveTellsThroughput() throws IOException {
        var found = new Found("batman-adv");

        BatmanAdv.read(
                stream(Answers.BATMAN_NEIGHBOURS),
                stream(Answers.BATMAN_ORIGINATORS.replace("\"tq\":204", "\"throughput\":54300")),
                found);

        assertThat(found.reading().links().getFirst().getCostText()).isEqualTo("54.3 Mbit/s");
        assertThat(found.reading().links().getFirst().getTxCost()).isZero();
    }

    @Test
    void olsrdTellsTransmissionsEachWay() throws IOException {
        assertThat(Answers.ALL.get("olsrd").read().links())
                .containsExactly(
                        link("olsrd", "mesh0", "10.7.1.2")
                                .setRxCost(1_250)
                                .setTxCost(2_000)
                                .setCostText("ETX 2.50")
                                .setUp(true)
                                .setUsed(true)
                                .build(),
                        link("olsrd", "mesh1", "10.7.2.2").setUp(false).setUsed(false).build());
    }

    @Test
    void olsrd2TellsALinkOfTwoFamiliesOnce() throws IOException {
        assertThat(Answers.ALL.get("olsrd2").read().links())
                .containsExactly(
                        link("olsrd2", "mesh0", "fe80::2:a")
                                .setRxCost(20_480)
                                .setTxCost(22_528)
                                .setCostText("48.3Mbit/s")
                                .setUp(true)
                                .setUsed(true)
                                .build(),
                        link("olsrd2", "mesh1", "fe80::3:a")
                                .setTxCost(16_777_215)
                                .setUp(false)
                                .setUsed(false)
                                .build());
    }

    @Test
    void bothAgesOfYggdrasilAreUnderstood() throws IOException {
        Reading four = Answers.ALL.get("yggdrasil 0.4").read();
        Reading five = Answers.ALL.get("yggdrasil 0.5").read();

        assertThat(four.links())
                .containsExactly(
                        link("yggdrasil", "mesh0", "200:1:2:4::1")
                                .setUp(true)
                                .setUsed(true)
                                .build());
        assertThat(five.links())
                .containsExactly(
                        link("yggdrasil", "", "200:1:2:4::1")
                                .setTxCost(7)
                                .setCostText("1.25 ms")
                                .setUp(true)
                                .setUsed(true)
                                .build());
        assertThat(four.ownAddresses()).containsExactly("200:1:2:3::1");
    }

    @Test
    void cjdnsNamesNeighboursByKey() throws IOException {
        Reading read = Answers.ALL.get("cjdns").read();

        assertThat(read.links())
                .containsExactly(link("cjdns", "", Answers.KEY_B).setUp(true).build());
        assertThat(read.ownAddresses()).containsExactly(Answers.KEY_A);
    }

    @Test
    void cjdnsThatWantsAPasswordDenies() {
        var answer = Answers.bytes("d5:error12:Auth failed.e");

        assertThatThrownBy(() -> Cjdns.peers(Bencode.dictionary(answer), new Found("cjdns")))
                .isInstanceOfSatisfying(
                        SourceFailed.class,
                        failed -> assertThat(failed.trouble()).isEqualTo(Trouble.DENIED));
    }

    @Test
    void addressesHaveOneForm() throws IOException {
        assertThat(MeshAddress.of("FE80:0:0:0:02:0:0:1%mesh0")).isEqualTo("fe80::2:0:0:1");
        assertThat(MeshAddress.of("fd42:0:0:1:0:0:0:0")).isEqualTo("fd42:0:0:1::");
        assertThat(MeshAddress.of("::1")).isEqualTo("::1");
        assertThat(MeshAddress.of("::")).isEqualTo("::");
        assertThat(MeshAddress.of("1:0:3:4:5:6:7:8")).isEqualTo("1:0:3:4:5:6:7:8");
        assertThat(MeshAddress.of("10.7.0.1")).isEqualTo("10.7.0.1");
        assertThat(MeshAddress.of("02:AB:00:00:00:01")).isEqualTo("02:ab:00:00:00:01");
        for (String wrong :
                List.of(
                        "",
                        "mesh.example.org",
                        "10.7.0.256",
                        "fe80::g",
                        "10.7",
                        "a:b",
                        "1::2::3")) {
            assertThatThrownBy(() -> MeshAddress.of(wrong)).isInstanceOf(SourceFailed.class);
        }
    }

    private static Link.Builder link(String source, String device, String address) {
        return Link.newBuilder()
                .setSource(source)
                .setInterface(device)
                .setNeighbourAddress(address);
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(Answers.bytes(text));
    }
}
