package org.coopmesh.abuse.appeal;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.AppealDecided;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;

/** How an appeal was decided, as other services hear of it. */
final class AppealEvents {
    static final String TOPIC = "coopmesh.abuse.decision.v1";

    private AppealEvents() {}

    static DecisionEvent decided(Filing filing, boolean granted, Instant at) {
        return DecisionEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(filing.member().toString())
                .setDecisionId(filing.decision().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setAppealDecided(
                        AppealDecided.newBuilder()
                                .setAppealId(filing.id().toString())
                                .setGranted(granted))
                .build();
    }
}
