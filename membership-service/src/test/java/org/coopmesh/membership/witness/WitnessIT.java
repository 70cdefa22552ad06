package org.coopmesh.membership.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.LogEvent;
import org.coopmesh.contracts.abuse.v1.LogGrown;
import org.coopmesh.contracts.membership.v1.LogRefused;
import org.coopmesh.contracts.membership.v1.LookAtLogRequest;
import org.coopmesh.contracts.membership.v1.LookAtLogResponse;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.contracts.membership.v1.WitnessEvent;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc.WitnessServiceBlockingStub;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The public log on its way to nodes, and their word on its way back. */
class WitnessIT extends NetworkedService {
    @Autowired LogListener listener;

    @BeforeEach
    void noLogIsKnown() {
        db.sql("truncate log_copy, log_leaf").update();
    }

    @Test
    void aNodeIsHandedWhatTheLogGrewBy() throws Exception {
        try (var agent = agent()) {
            agent.enrol(register(person()).code());
            assertThat(look(agent, 0)).isEqualTo(LookAtLogResponse.getDefaultInstance());
            grown(0, 3, "three");
            LogEvent two = grown(3, 2, "five");
            listener.on(two.toByteArray());

            LookAtLogResponse rest = look(agent, 3);

            assertThat(rest.getCheckpoint()).isEqualTo("five");
            assertThat(rest.getKeysList()).containsExactly("key five");
            assertThat(rest.getLeafHashes()).isEqualTo(hashes(3, 2));
            assertThat(look(agent, 0).getLeafHashes()).isEqualTo(hashes(0, 5));
            assertThat(look(agent, 5).getLeafHashes().isEmpty()).isTrue();
        }
    }

    @Test
    void whereTheLogGoesBackNodesAreShownJustThat() throws Exception {
        try (var agent = agent()) {
            agent.enrol(register(person()).code());
            grown(0, 5, "five");
            grown(2, 1, "another three");

            assertThat(look(agent, 0).getCheckpoint()).isEqualTo("another three");
            assertThat(look(agent, 0).getLeafHashes().size()).isEqualTo(3 * 32);
        }
    }

    @Test
    void aGapIsNotPassedOver() throws Exception {
        grown(0, 2, "two");

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> grown(3, 1, "four"))
                .withMessageStartingWith("from_size: ");
    }

    @Test
    void aNodesWordIsSaidOnTheBus() throws Exception {
        try (var agent = agent()) {
            agent.enrol(register(person()).code());
            stub(agent)
                    .testify(
                            Testimony.newBuilder()
                                    .setCheckpoint("two")
                                    .setCosignature("— node/x y")
                                    .setPublicKey(ByteString.copyFrom(agent.identityKey()))
                                    .build());
            stub(agent)
                    .testify(
                            Testimony.newBuilder()
                                    .setCheckpoint("another")
                                    .setRefused(
                                            LogRefused.newBuilder().setWhy("forked").setSeen("two"))
                                    .build());

            List<WitnessEvent> said = said(agent.id());

            assertThat(said).hasSize(2);
            assertThat(said.get(0).getCosigned().getPublicKey().toByteArray())
                    .isEqualTo(agent.identityKey());
            assertThat(said.get(1).getRefused().getSeen()).isEqualTo("two");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind", "checkpoint", "public_key", "why"})
    void aWordThatBreaksTheContractIsRefusedByItsField(String field) throws Exception {
        var word =
                switch (field) {
                    case "kind" -> Testimony.newBuilder();
                    case "checkpoint" ->
                            Testimony.newBuilder()
                                    .setCosignature("x")
                                    .setCheckpoint("x".repeat(20_000));
                    case "public_key" -> Testimony.newBuilder().setCosignature("x");
                    default ->
                            Testimony.newBuilder().setRefused(LogRefused.newBuilder().setWhy("x"));
                };
        try (var agent = agent()) {
            agent.enrol(register(person()).code());

            assertThatExceptionOfType(StatusRuntimeException.class)
                    .isThrownBy(() -> stub(agent).testify(word.build()))
                    .satisfies(refused ->
                            assertThat(refused.getStatus().getCode())
                                    .isEqualTo(Status.Code.INVALID_ARGUMENT))
                    .withMessageContaining(field);
        }
    }

    @Test
    void aStrangerIsHandedNothing() {
        try (var agent = agent()) {
            assertThatExceptionOfType(StatusRuntimeException.class)
                    .isThrownBy(() ->
                            WitnessServiceGrpc.newBlockingStub(agent.strangerChannel())
                                    .lookAtLog(LookAtLogRequest.getDefaultInstance()));
        }
    }

    private LogEvent grown(long from, int leaves, String checkpoint) throws Exception {
        var event =
                LogEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setGrown(
                                LogGrown.newBuilder()
                                        .setFromSize(from)
                                        .setLeafHashes(hashes(from, leaves))
                                        .setCheckpoint(checkpoint)
                                        .addKeys("key " + checkpoint))
                        .build();
        listener.on(event.toByteArray());
        return event;
    }

    private static ByteString hashes(long from, int leaves) {
        byte[] hashes = new byte[leaves * 32];
        for (int i = 0; i < leaves; i++) hashes[i * 32] = (byte) (from + i + 1);
        return ByteString.copyFrom(hashes);
    }

    private static LookAtLogResponse look(TestAgent agent, long from) {
        return stub(agent).lookAtLog(LookAtLogRequest.newBuilder().setFromSize(from).build());
    }

    private static WitnessServiceBlockingStub stub(TestAgent agent) {
        return WitnessServiceGrpc.newBlockingStub(agent.channel());
    }

    private List<WitnessEvent> said(NodeId node) throws Exception {
        List<WitnessEvent> said = new ArrayList<>();
        for (byte[] payload :
                db.sql("select payload from outbox where key = :key and topic = :topic order by id")
                        .param("key", node.hex())
                        .param("topic", WitnessEvents.TOPIC)
                        .query((row, number) -> row.getBytes("payload"))
                        .list()) {
            said.add(WitnessEvent.parseFrom(payload));
        }
        return said;
    }
}
