package org.coopmesh.eventbus;

import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.BatchAcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchListenerFailedException;

/**
 * Takes what one poll brought in by one transaction, for a listener that asks for it ({@code batch = "true"}): for facts whose
 * effect costs the same for one as for a thousand. Where that fails, each is handed over alone, so that those before a poison
 * message are taken in and it is known which one it is.
 */
final class Together implements Intake {
    private final BatchAcknowledgingConsumerAwareMessageListener<Object, Object> listener;
    private final Semaphore permits;

    /**
     * @param permits shared by all listeners of the process: each transaction under way holds one, and a connection
     */
    Together(
            BatchAcknowledgingConsumerAwareMessageListener<Object, Object> listener,
            Semaphore permits) {
        this.listener = listener;
        this.permits = permits;
    }

    @Override
    public void one(ConsumerRecord<Object, Object> message) {
        all(List.of(message));
    }

    private void all(List<ConsumerRecord<Object, Object>> messages) {
        permits.acquireUninterruptibly();
        try {
            listener.onMessage(messages, null, null);
        } finally {
            permits.release();
        }
    }

    @Override
    public void onMessage(List<ConsumerRecord<Object, Object>> messages) {
        if (messages.size() > 1) {
            try {
                all(messages);
                return;
            } catch (RuntimeException one) {
                // Of them; which, is found below.
            }
        }
        for (ConsumerRecord<Object, Object> message : messages) {
            try {
                one(message);
            } catch (RuntimeException failure) {
                throw new BatchListenerFailedException("not taken in", failure, message);
            }
        }
    }
}
