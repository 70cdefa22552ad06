package org.coopmesh.billing.rating;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.PlanDeclared;
import org.coopmesh.contracts.billing.v1.PlanEvent;

/** Plans as facts on the wire: which, and from when. */
final class PlanEvents {
    static final String TOPIC = "coopmesh.billing.plan.v1";

    private PlanEvents() {}

    static PlanEvent declared(Plan plan, Instant at) {
        return PlanEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPlanCode(plan.code())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setDeclared(
                        PlanDeclared.newBuilder().setEffectiveOn(plan.effectiveOn().toString()))
                .build();
    }
}
