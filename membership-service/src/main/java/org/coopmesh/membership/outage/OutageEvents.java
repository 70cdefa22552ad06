package org.coopmesh.membership.outage;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodeOutageEnded;

/** What this service says of outages, for topic coopmesh.membership.node.v1. */
final class OutageEvents {
    static final String TOPIC = "coopmesh.membership.node.v1";

    private OutageEvents() {}

    static NodeEvent ended(Faults.EndedOutage outage, Instant beganAt, Instant endedAt) {
        return NodeEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(outage.node().hex())
                .setOccurredAt(time(endedAt))
                .setOutageEnded(
                        NodeOutageEnded.newBuilder()
                                .setAttachmentId(outage.attachment().toString())
                                .setSiteId(outage.site().toString())
                                .setMemberId(outage.member().toString())
                                .setFaultNodeId(outage.fault().hex())
                                .setBeganAt(time(beganAt)))
                .build();
    }

    private static Timestamp time(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
