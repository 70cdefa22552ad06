package org.coopmesh.abuse.subject;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.ZoneId;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what the co-op is called and by which zone its days are counted. */
@Component
class CoopListener {
    private final SubjectRegister register;
    private final Inbox inbox;

    CoopListener(SubjectRegister register, Inbox inbox) {
        this.register = register;
        this.inbox = inbox;
    }

    @KafkaListener(topics = "coopmesh.membership.coop.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        CoopEvent event = CoopEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case CONSTITUTED ->
                    register.constituted(
                            event.getConstituted().getName(),
                            ZoneId.of(event.getConstituted().getTimeZone()));
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }
}
