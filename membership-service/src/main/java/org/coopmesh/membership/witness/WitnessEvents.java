package org.coopmesh.membership.witness;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.CheckpointCosigned;
import org.coopmesh.contracts.membership.v1.CheckpointRefused;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.contracts.membership.v1.WitnessEvent;
import org.coopmesh.membership.node.NodeId;

/** What nodes say of the log, as a fact. */
final class WitnessEvents {
    static final String TOPIC = "coopmesh.membership.witness.v1";

    private WitnessEvents() {}

    /** @throws IllegalArgumentException if it says nothing */
    static WitnessEvent of(NodeId node, Testimony testimony, Instant at) {
        var event =
                WitnessEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setNodeId(node.hex())
                        .setOccurredAt(
                                Timestamp.newBuilder()
                                        .setSeconds(at.getEpochSecond())
                                        .setNanos(at.getNano()));
        switch (testimony.getKindCase()) {
            case COSIGNATURE ->
                    event.setCosigned(
                            CheckpointCosigned.newBuilder()
                                    .setCheckpoint(testimony.getCheckpoint())
                                    .setCosignature(testimony.getCosignature())
                                    .setPublicKey(testimony.getPublicKey()));
            case REFUSED ->
                    event.setRefused(
                            CheckpointRefused.newBuilder()
                                    .setCheckpoint(testimony.getCheckpoint())
                                    .setSeen(testimony.getRefused().getSeen())
                                    .setWhy(testimony.getRefused().getWhy()));
            case KIND_NOT_SET -> throw new IllegalArgumentException("kind is not there");
        }
        return event.build();
    }
}
