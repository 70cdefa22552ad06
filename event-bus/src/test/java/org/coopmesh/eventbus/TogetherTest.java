package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.listener.BatchAcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchListenerFailedException;

class TogetherTest {
    private final List<Integer> transactions = new ArrayList<>();
    private final List<Long> taken = new ArrayList<>();
    private final Set<Long> refused = new TreeSet<>();
    private final BatchAcknowledgingConsumerAwareMessageListener<Object, Object> listener =
            (messages, acknowledgment, consumer) -> {
                transactions.add(messages.size());
                for (ConsumerRecord<Object, Object> message : messages) {
                    if (refused.contains(message.offset())) {
                        throw new IllegalArgumentException("refuses " + message.offset());
                    }
                }
                messages.forEach(message -> taken.add(message.offset()));
            };
    private final Semaphore permits = new Semaphore(1);
    private final Together together = new Together(listener, permits);

    @Test
    void aPollIsOneTransaction() {
        together.onMessage(messages(500));

        assertThat(transactions).containsExactly(500);
        assertThat(taken).hasSize(500).isSorted();
    }

    @Test
    void whatStandsBeforeAPoisonMessageIsTakenInAndTheMessageIsNamed() {
        refused.add(3L);

        var failure =
                catchThrowableOfType(
                        BatchListenerFailedException.class, () -> together.onMessage(messages(6)));

        assertThat(failure.getRecord()).isNotNull();
        assertThat(failure.getRecord().offset()).isEqualTo(3);
        assertThat(failure).hasRootCauseMessage("refuses 3");
        assertThat(taken).containsExactly(0L, 1L, 2L);
        assertThat(permits.availablePermits()).isEqualTo(1);
    }

    private static List<ConsumerRecord<Object, Object>> messages(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ConsumerRecord<Object, Object>("topic", 0, i, "key", "value"))
                .toList();
    }
}
