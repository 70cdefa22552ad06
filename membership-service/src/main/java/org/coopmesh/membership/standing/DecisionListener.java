package org.coopmesh.membership.standing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.MeasureImposed;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.coopmesh.membership.member.MemberId;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what abuse reporting says about measures against members. */
@Component
class DecisionListener {
    private final Inbox inbox;
    private final StandingReview review;

    DecisionListener(Inbox inbox, StandingReview review) {
        this.inbox = inbox;
        this.review = review;
    }

    @KafkaListener(topics = "coopmesh.abuse.decision.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        var event = DecisionEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var measure = FactFields.id("measure_id", event.getMeasureId());
        var member = new MemberId(FactFields.id("member_id", event.getMemberId()));
        switch (event.getFactCase()) {
            case IMPOSED -> review.impose(sanction(event, measure), member);
            case REVERSED, EXPIRED -> review.end(measure, member);
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    private static Sanction sanction(DecisionEvent event, UUID id) {
        MeasureImposed imposed = event.getImposed();
        Sanction.Measure measure =
                switch (imposed.getMeasure()) {
                    case MEASURE_WARNING -> new Sanction.Measure.Warning();
                    case MEASURE_SLOW_LANE ->
                            new Sanction.Measure.SlowLane(imposed.getSlowLaneKbit());
                    case MEASURE_SUSPENSION -> new Sanction.Measure.Suspension();
                    case MEASURE_BAN -> new Sanction.Measure.Ban();
                    // Becomes a dead letter: a person decides, nothing is skipped in silence.
                    case MEASURE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("measure of an unknown kind: " + id);
                };
        return new Sanction(
                id,
                measure,
                instant(event.getOccurredAt()),
                imposed.hasUntil() ? instant(imposed.getUntil()) : null);
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
