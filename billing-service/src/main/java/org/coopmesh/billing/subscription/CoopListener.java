package org.coopmesh.billing.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.ZoneId;
import java.util.Currency;
import org.coopmesh.contracts.membership.v1.CoopConstituted;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears in which currency and time zone the co-op counts. */
@Component
class CoopListener {
    private final Inbox inbox;
    private final Subscriptions subscriptions;

    CoopListener(Inbox inbox, Subscriptions subscriptions) {
        this.inbox = inbox;
        this.subscriptions = subscriptions;
    }

    @KafkaListener(topics = "coopmesh.membership.coop.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        CoopEvent event = CoopEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case CONSTITUTED -> {
                CoopConstituted fact = event.getConstituted();
                subscriptions.constituted(
                        fact.getName(),
                        Currency.getInstance(fact.getCurrency()),
                        ZoneId.of(fact.getTimeZone()));
            }
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }
}
