package org.coopmesh.membership.witness;

import com.google.protobuf.InvalidProtocolBufferException;
import org.coopmesh.contracts.abuse.v1.LogEvent;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears how the public log grows. */
@Component
class LogListener {
    private final Inbox inbox;
    private final Witnessing witnessing;

    LogListener(Inbox inbox, Witnessing witnessing) {
        this.inbox = inbox;
        this.witnessing = witnessing;
    }

    @KafkaListener(topics = "coopmesh.abuse.log.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        var event = LogEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) return;
        switch (event.getFactCase()) {
            case GROWN -> witnessing.grown(event.getGrown());
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }
}
