package org.coopmesh.abuse.casework;

import com.google.protobuf.Timestamp;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.CaseClosed;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;

/** Casework as other services hear of it. */
final class CaseworkEvents {
    static final String TOPIC = "coopmesh.abuse.casework.v1";

    private CaseworkEvents() {}

    static CaseworkEvent closed(Case.Closed closed) {
        return CaseworkEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setModeratorId(closed.moderator().toString())
                .setCaseId(closed.matter().id().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(closed.closedAt().getEpochSecond())
                                .setNanos(closed.closedAt().getNano()))
                .setClosed(CaseClosed.newBuilder().setUpheld(closed.upheld()))
                .build();
    }
}
