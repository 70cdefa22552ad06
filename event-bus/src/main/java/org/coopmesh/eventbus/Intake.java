package org.coopmesh.eventbus;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.BatchMessageListener;

/** How a listener of a service is handed what a poll brought in, and one message that is tried again. */
sealed interface Intake extends BatchMessageListener<Object, Object> permits Lanes, Together {
    /** Hands one message over, in the caller's thread. */
    void one(ConsumerRecord<Object, Object> message);
}
