package org.coopmesh.abuse.decision;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.MeasureExpired;
import org.coopmesh.contracts.abuse.v1.MeasureImposed;
import org.coopmesh.contracts.abuse.v1.MeasureReversed;
import org.coopmesh.contracts.abuse.v1.StatementIssued;

/** Measures as other services hear of them. */
final class DecisionEvents {
    static final String TOPIC = "coopmesh.abuse.decision.v1";

    private DecisionEvents() {}

    static DecisionEvent imposed(MeasureInForce inForce, Measure measure, Instant at) {
        var imposed = MeasureImposed.newBuilder();
        switch (measure) {
            case Warning w ->
                    imposed.setMeasure(org.coopmesh.contracts.abuse.v1.Measure.MEASURE_WARNING);
            case SlowLane slow ->
                    imposed.setMeasure(org.coopmesh.contracts.abuse.v1.Measure.MEASURE_SLOW_LANE)
                            .setSlowLaneKbit(slow.kbit());
            case Suspension s ->
                    imposed.setMeasure(org.coopmesh.contracts.abuse.v1.Measure.MEASURE_SUSPENSION);
            case Ban b -> throw new IllegalArgumentException("bans speak for themselves");
        }
        Term term = measure.term();
        Instant until = term == null ? null : term.until();
        if (until != null) {
            imposed.setUntil(timestamp(until));
        }
        return event(inForce, at).setImposed(imposed).build();
    }

    static DecisionEvent reversed(MeasureInForce measure, Instant at) {
        return event(measure, at).setReversed(MeasureReversed.getDefaultInstance()).build();
    }

    static DecisionEvent expired(MeasureInForce measure, Instant at) {
        return event(measure, at).setExpired(MeasureExpired.getDefaultInstance()).build();
    }

    static DecisionEvent statement(InForce decision, MemberId member) {
        return event(member, decision.draft().id(), decision.at())
                .setStatementIssued(
                        StatementIssued.newBuilder()
                                .setAppealUntil(timestamp(decision.appealUntil())))
                .build();
    }

    private static DecisionEvent.Builder event(MeasureInForce measure, Instant at) {
        return event(measure.member(), measure.decision(), at)
                .setMeasureId(measure.id().toString());
    }

    private static DecisionEvent.Builder event(MemberId member, DecisionId decision, Instant at) {
        return DecisionEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(member.toString())
                .setDecisionId(decision.toString())
                .setOccurredAt(timestamp(at));
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
