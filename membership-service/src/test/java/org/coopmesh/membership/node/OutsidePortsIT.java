package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.PortBlockEpoch;
import org.coopmesh.contracts.membership.v1.PortBlocks;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.OutsidePorts.Holder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class OutsidePortsIT extends NetworkedService {
    private static final Prefix OUTSIDE = Prefix.parse("198.51.100.10");

    @Autowired private OutsidePorts ports;
    private Instant start = Instant.EPOCH;

    @BeforeEach
    void nobodyShares() {
        db.sql("delete from port_block_epoch").update();
        start = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Test
    void anAddressAPortAndATimeNameOneAttachment() throws Exception {
        Person ada = person();
        Registered home = register(ada);
        try (var gateway = gateway();
                var node = agent()) {
            node.enrol(home.code());
            UUID attachment = attach(home.id(), ada);
            Prefix prefix =
                    Prefix.parse(
                            db.sql("select prefix_v4::text from attachment where id = :id")
                                    .param("id", attachment)
                                    .query(String.class)
                                    .single());
            Prefix pool = Prefix.enclosing(prefix.firstAddress(), 20);
            int slot = prefix.network().subtract(pool.network()).shiftRight(8).intValueExact();
            Instant since = start.plusSeconds(1);
            report(gateway, epoch(since, blocks(pool, 512)));

            List<Holder> found = ports.holders(OUTSIDE, 1_024 + 512 * slot + 511, since);

            assertThat(found)
                    .containsExactly(
                            new Holder(
                                    gateway.id(),
                                    prefix,
                                    Optional.of(new AttachmentId(attachment))));
            assertThat(ports.holders(OUTSIDE, 1_024 + 512 * slot, since.minusMillis(1))).isEmpty();
            assertThat(ports.holders(OUTSIDE, 60_000, since)).isEmpty();
            assertThat(ports.holders(Prefix.parse("198.51.100.99"), 1_024, since)).isEmpty();
            int other = slot == 0 ? 1 : slot - 1;
            assertThat(ports.holders(OUTSIDE, 1_024 + 512 * other, since))
                    .hasSize(1)
                    .noneMatch(holder ->
                            holder.attachment().equals(Optional.of(new AttachmentId(attachment))));
        }
    }

    @Test
    void eachTimeHasTheParametersThatCountedThenAndEachIsAnnouncedOnce() throws Exception {
        Prefix pool = Prefix.parse("10.77.0.0/20");
        try (var gateway = gateway()) {
            var first = epoch(start.minusSeconds(300), blocks(pool, 512));
            var second = epoch(start.minusSeconds(200), blocks(pool, 1_024));
            var off = PortBlockEpoch.newBuilder().setSince(at(start.minusSeconds(100))).build();
            report(gateway, first);
            report(gateway, first, second);
            report(gateway, first, second, off);
            report(gateway, first, second, off);

            assertThat(slot(start.minusSeconds(250), 2_100)).isEqualTo("10.77.2.0/24");
            assertThat(slot(start.minusSeconds(200), 2_100)).isEqualTo("10.77.1.0/24");
            assertThat(ports.holders(OUTSIDE, 2_100, start.minusSeconds(99))).isEmpty();
            assertThat(ports.holders(OUTSIDE, 2_100, start.minusSeconds(301))).isEmpty();
            List<NodeEvent> said = said(gateway.id());
            assertThat(said).hasSize(3);
            assertThat(said.get(0).getPortBlocksSet().getBlocks()).isEqualTo(blocks(pool, 512));
            assertThat(said.get(1).getOccurredAt()).isEqualTo(second.getSince());
            assertThat(said.get(2).getPortBlocksSet().hasBlocks()).isFalse();
        }
    }

    @Test
    void whatWasToldBeforeIsNeverRewritten() throws Exception {
        Prefix pool = Prefix.parse("10.77.0.0/20");
        try (var gateway = gateway()) {
            report(gateway, epoch(start.minusSeconds(200), blocks(pool, 512)));

            report(
                    gateway,
                    epoch(start.minusSeconds(300), blocks(pool, 1_024)),
                    epoch(start.minusSeconds(200), blocks(pool, 1_024)));

            assertThat(slot(start.minusSeconds(150), 2_100)).isEqualTo("10.77.2.0/24");
            assertThat(ports.holders(OUTSIDE, 2_100, start.minusSeconds(250))).isEmpty();
        }
    }

    @Test
    void onlyAGatewayIsBelievedAndNothingOfTheFuture() throws Exception {
        Prefix pool = Prefix.parse("10.77.0.0/20");
        try (var gateway = gateway();
                var other = agent()) {
            other.enrol(register(person()).code());

            report(other, epoch(start.minusSeconds(200), blocks(pool, 512)));
            report(gateway, epoch(start.plusSeconds(3_600), blocks(pool, 512)));

            assertThat(db.sql("select count(*) from port_block_epoch").query(Long.class).single())
                    .isZero();
            assertThat(said(other.id())).isEmpty();
        }
    }

    @Test
    void parametersThatNameNobodyAreRefused() throws Exception {
        try (var gateway = gateway()) {
            var nonsense =
                    epoch(
                            start,
                            blocks(Prefix.parse("10.77.0.0/16"), 512).toBuilder()
                                    .setSlotLength(24)
                                    .build());

            assertThatThrownBy(() -> report(gateway, nonsense))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("INVALID_ARGUMENT: not every slot has a block");
        }
    }

    private String slot(Instant moment, int port) {
        List<Holder> found = ports.holders(OUTSIDE, port, moment);
        assertThat(found).hasSize(1);
        return found.getFirst().slot().toString();
    }

    private List<NodeEvent> said(NodeId node) throws Exception {
        List<NodeEvent> said = new ArrayList<>();
        for (byte[] payload :
                db.sql("select payload from outbox where key = :key order by id")
                        .param("key", node.hex())
                        .query((row, number) -> row.getBytes("payload"))
                        .list()) {
            NodeEvent event = NodeEvent.parseFrom(payload);
            if (event.hasPortBlocksSet()) said.add(event);
        }
        return said;
    }

    private TestAgent gateway() throws Exception {
        Person owner = person();
        JsonNode answer =
                ask(
                        "/api/nodes",
                        """
                        {"ownerId": "%s", "siteId": "%s", "name": "gate", "gateway": true}
                        """
                                .formatted(owner.id(), owner.site()));
        TestAgent agent = agent();
        agent.enrol(answer.get("enrolment").get("code").asString());
        return agent;
    }

    private static void report(TestAgent agent, PortBlockEpoch... epochs) {
        TopologyServiceGrpc.newBlockingStub(agent.channel())
                .reportTopology(
                        ReportTopologyRequest.newBuilder()
                                .setAgentVersion("0.1.0")
                                .addAllPortBlockEpochs(List.of(epochs))
                                .build());
    }

    private static PortBlockEpoch epoch(Instant since, PortBlocks blocks) {
        return PortBlockEpoch.newBuilder().setSince(at(since)).setBlocks(blocks).build();
    }

    private static PortBlocks blocks(Prefix inside, int size) {
        return PortBlocks.newBuilder()
                .setInside(inside.toString())
                .setSlotLength(24)
                .addOutside("198.51.100.10")
                .setFirstPort(1_024)
                .setLastPort(49_151)
                .setBlockPorts(size)
                .build();
    }

    private static Timestamp at(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
