package org.coopmesh.membership.standing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.MeasureImposed;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.coopmesh.membership.member.MemberId;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what abuse reporting says about measures against members, and has members told that there is something to read. */
@Component
class DecisionListener {
    private final Inbox inbox;
    private final StandingReview review;
    private final Mails mails;
    private final Clock clock;

    DecisionListener(Inbox inbox, StandingReview review, Mails mails, Clock clock) {
        this.inbox = inbox;
        this.review = review;
        this.mails = mails;
        this.clock = clock;
    }

    @KafkaListener(topics = "coopmesh.abuse.decision.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        var event = DecisionEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var member = new MemberId(FactFields.id("member_id", event.getMemberId()));
        switch (event.getFactCase()) {
            case IMPOSED -> review.impose(sanction(event, measure(event)), member);
            case REVERSED, EXPIRED -> review.end(measure(event), member);
            case STATEMENT_ISSUED ->
                    tell(
                            DecisionNotice.DECIDED,
                            FactFields.id("decision_id", event.getDecisionId()),
                            member);
            case APPEAL_DECIDED ->
                    tell(
                            event.getAppealDecided().getGranted()
                                    ? DecisionNotice.APPEAL_GRANTED
                                    : DecisionNotice.APPEAL_REFUSED,
                            FactFields.id(
                                    "appeal_decided.appeal_id",
                                    event.getAppealDecided().getAppealId()),
                            member);
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    private void tell(DecisionNotice notice, UUID about, MemberId member) {
        mails.queue(List.of(new Told(notice.tag(), about, member.value())), clock.instant());
    }

    private static UUID measure(DecisionEvent event) {
        return FactFields.id("measure_id", event.getMeasureId());
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
