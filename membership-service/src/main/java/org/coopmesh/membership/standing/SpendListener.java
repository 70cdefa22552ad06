package org.coopmesh.membership.standing;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import org.coopmesh.contracts.billing.v1.SpendEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.coopmesh.membership.member.PayerId;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what billing says about limits that payers set for themselves. */
@Component
class SpendListener {
    private final Inbox inbox;
    private final StandingReview review;

    SpendListener(Inbox inbox, StandingReview review) {
        this.inbox = inbox;
        this.review = review;
    }

    @KafkaListener(topics = "coopmesh.billing.spend.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        var event = SpendEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var payer = new PayerId(FactFields.id("payer_id", event.getPayerId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case CAP_REACHED -> review.limited(payer, SpendLimit.Kind.CAP, true, at);
            case CAP_CLEARED -> review.limited(payer, SpendLimit.Kind.CAP, false, at);
            case WALLET_EMPTIED -> review.limited(payer, SpendLimit.Kind.WALLET, true, at);
            case WALLET_FILLED -> review.limited(payer, SpendLimit.Kind.WALLET, false, at);
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }
}
