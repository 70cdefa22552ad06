package org.coopmesh.membership.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.LinkSource;
import org.coopmesh.contracts.membership.v1.OwnAddress;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes report one link, each its own end of it. */
class LinksApiIT extends NetworkedService {
    private Registered first;
    private Registered second;
    private TestAgent one;
    private TestAgent two;
    private static int reports;

    @BeforeEach
    void twoNodes() throws Exception {
        first = register(person());
        second = register(person());
        one = agent();
        one.enrol(first.code());
        two = agent();
        two.enrol(second.code());
    }

    @AfterEach
    void theyGo() {
        db.sql("delete from node_status").update();
        one.close();
        two.close();
    }

    @Test
    void bothEndsAndBothDirectionsOfALinkAreShown() throws Exception {
        report(
                one,
                base().addLinks(link("mesh0", "fe80::2", 96, true))
                        .addOwnAddresses(own("mesh0", "fe80::1")));
        report(
                two,
                base().addLinks(link("mesh5", "fe80::1", 256, false))
                        .addOwnAddresses(own("mesh5", "fe80::2")));

        http.perform(get("/api/nodes/{id}", first.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].neighbourNodeId").value(two.id().hex()))
                .andExpect(jsonPath("$.links[0].neighbourName").value("roof"))
                .andExpect(jsonPath("$.links[0].rxCost").value(96))
                .andExpect(jsonPath("$.links[0].up").value(true))
                .andExpect(jsonPath("$.links[0].used").value(true))
                .andExpect(jsonPath("$.links[0].seenBack.interfaceName").value("mesh5"))
                .andExpect(jsonPath("$.links[0].seenBack.rxCost").value(256))
                .andExpect(jsonPath("$.links[0].seenBack.used").value(false));
        http.perform(get("/api/nodes/{id}", second.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].neighbourNodeId").value(one.id().hex()))
                .andExpect(jsonPath("$.links[0].seenBack.rxCost").value(96));
    }

    @Test
    void whatASourceDoesNotTellIsNotShownAsZero() throws Exception {
        report(
                one,
                base().addLinks(
                                Link.newBuilder()
                                        .setInterface("mesh0")
                                        .setNeighbourAddress("02:00:00:00:00:02")
                                        .setSource("batman-adv")
                                        .setCostText("TQ 204/255"))
                        .addLinkSources(LinkSource.newBuilder().setSource("batman-adv"))
                        .addLinkSources(
                                LinkSource.newBuilder().setSource("babeld").setTrouble("late")));

        http.perform(get("/api/nodes/{id}", first.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].rxCost").doesNotExist())
                .andExpect(jsonPath("$.links[0].up").doesNotExist())
                .andExpect(jsonPath("$.links[0].seenBack").doesNotExist())
                .andExpect(jsonPath("$.links[0].costText").value("TQ 204/255"))
                .andExpect(jsonPath("$.linkSources[0].trouble").doesNotExist())
                .andExpect(jsonPath("$.linkSources[1].source").value("babeld"))
                .andExpect(jsonPath("$.linkSources[1].trouble").value("late"));
    }

    @Test
    void theNewestReportSaysWhichAddressesANodeHas() throws Exception {
        report(
                one,
                base().addLinks(link("mesh0", "fe80::2", 96, true))
                        .addOwnAddresses(own("mesh0", "fe80::1")));
        report(
                two,
                base().addOwnAddresses(own("mesh5", "fe80::2"))
                        .addOwnAddresses(own("mesh5", "fe80::2"))
                        .addOwnAddresses(own("mesh6", "fe80::3")));
        report(two, base().addOwnAddresses(own("mesh6", "fe80::3")));

        assertThat(
                        db.sql("select address from node_address where node_id = :id")
                                .param("id", two.id().hex())
                                .query(String.class)
                                .list())
                .containsExactly("fe80::3");
        http.perform(get("/api/nodes/{id}", first.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].neighbourNodeId").doesNotExist());
    }

    @Test
    void whoIsDownIsNobodysNeighbour() throws Exception {
        report(
                one,
                base().addLinks(link("mesh0", "fe80::2", 96, true))
                        .addOwnAddresses(own("mesh0", "fe80::1")));
        report(
                two,
                base().addLinks(link("mesh5", "fe80::1", 256, true))
                        .addOwnAddresses(own("mesh5", "fe80::2")));
        db.sql(
                        "update node_status set last_seen_at = last_seen_at - interval '1 hour' where node_id = :id")
                .param("id", two.id().hex())
                .update();

        http.perform(get("/api/nodes/{id}", first.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].interfaceName").value("mesh0"))
                .andExpect(jsonPath("$.links[0].neighbourNodeId").doesNotExist());
        http.perform(get("/api/nodes/{id}", second.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.links[0].neighbourNodeId").value(one.id().hex()));
    }

    @Test
    void whatNoTableCanHoldIsRefusedByField() {
        for (ReportTopologyRequest.Builder wrong :
                List.of(
                        base().addLinks(link("mesh0", "fe80::2\u0000", 96, true)),
                        base().addOwnAddresses(own("mesh0", "")),
                        base().addLinkSources(
                                        LinkSource.newBuilder().setSource("x".repeat(129))))) {
            assertThatThrownBy(() -> report(one, wrong))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refused ->
                                    assertThat(refused.getStatus().getCode())
                                            .isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
    }

    private static ReportTopologyRequest.Builder base() {
        return ReportTopologyRequest.newBuilder()
                .setAgentVersion("0.1.0")
                .setObservedAt(
                        Timestamp.newBuilder()
                                .setSeconds(Instant.now().getEpochSecond())
                                .setNanos(++reports));
    }

    private static Link.Builder link(String device, String address, int cost, boolean used) {
        return Link.newBuilder()
                .setInterface(device)
                .setNeighbourAddress(address)
                .setSource("babeld")
                .setRxCost(cost)
                .setTxCost(cost)
                .setUp(true)
                .setUsed(used);
    }

    private static OwnAddress own(String device, String address) {
        return OwnAddress.newBuilder().setInterface(device).setAddress(address).build();
    }

    private static void report(TestAgent agent, ReportTopologyRequest.Builder request) {
        TopologyServiceGrpc.newBlockingStub(agent.channel()).reportTopology(request.build());
    }
}
