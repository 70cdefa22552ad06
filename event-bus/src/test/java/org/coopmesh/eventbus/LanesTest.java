package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.support.KafkaUtils;

class LanesTest {
    private static final int TOGETHER = 4;

    private final List<ConsumerRecord<Object, Object>> taken = new CopyOnWriteArrayList<>();
    private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> groups = ConcurrentHashMap.newKeySet();
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AcknowledgingConsumerAwareMessageListener<Object, Object> listener =
            (message, acknowledgment, consumer) -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                groups.add(String.valueOf(KafkaUtils.getConsumerGroupId()));
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(500_000));
                now.decrementAndGet();
                if (refused.contains((int) message.offset())) {
                    throw new IllegalArgumentException("refuses " + message.offset());
                }
                taken.add(message);
            };
    private final Semaphore permits = new Semaphore(TOGETHER);
    private final Lanes lanes = new Lanes(listener, permits, FactTraces.OFF);

    @Test
    void eachKeyKeepsItsOrderAndAllAreTakenIn() {
        List<ConsumerRecord<Object, Object>> messages = messages(300, 17);

        lanes.onMessage(messages);

        assertThat(taken).containsExactlyInAnyOrderElementsOf(messages);
        for (int key = 0; key < 17; key++) {
            Object wanted = "key" + key;
            assertThat(taken.stream().filter(m -> wanted.equals(m.key())).map(m -> m.offset()))
                    .isSorted();
        }
    }

    @Test
    void someAreUnderWayTogetherButNeverMoreThanThePermits() {
        lanes.onMessage(messages(300, 17));

        assertThat(most.get()).isBetween(2, TOGETHER);
        assertThat(permits.availablePermits()).isEqualTo(TOGETHER);
    }

    @Test
    void theFirstFailureIsToldAndEverythingBeforeItIsTakenIn() {
        refused.addAll(Set.of(120, 61, 290));

        var failure =
                catchThrowableOfType(
                        BatchListenerFailedException.class,
                        () -> lanes.onMessage(messages(300, 17)));

        assertThat(failure.getRecord()).isNotNull();
        assertThat(failure.getRecord().offset()).isEqualTo(61);
        assertThat(failure).hasRootCauseMessage("refuses 61");
        assertThat(taken.stream().map(m -> (int) m.offset()))
                .containsAll(java.util.stream.IntStream.range(0, 61).boxed().toList())
                .doesNotContain(61, 61 + 17, 61 + 34);
        assertThat(permits.availablePermits()).isEqualTo(TOGETHER);
    }

    @Test
    void messagesWithoutKeyKeepTheirOrder() {
        var messages = new ArrayList<ConsumerRecord<Object, Object>>();
        for (int i = 0; i < 50; i++) messages.add(message(i, null));
        messages.add(message(50, "other"));

        assertThatNoException().isThrownBy(() -> lanes.onMessage(messages));

        assertThat(taken.stream().filter(m -> m.key() == null).map(m -> m.offset())).isSorted();
        assertThat(taken).hasSize(51);
    }

    @Test
    void eachThreadKnowsTheGroupItTakesInFor() {
        KafkaUtils.setConsumerGroupId("hearer");
        try {
            lanes.onMessage(messages(40, 5));
        } finally {
            KafkaUtils.clearConsumerGroupId();
        }

        assertThat(groups).containsExactly("hearer");
    }

    private static List<ConsumerRecord<Object, Object>> messages(int count, int keys) {
        var messages = new ArrayList<ConsumerRecord<Object, Object>>();
        for (int i = 0; i < count; i++) messages.add(message(i, "key" + i % keys));
        return messages;
    }

    // Kafka hands a message without a key over with null.
    @SuppressWarnings("NullAway")
    private static ConsumerRecord<Object, Object> message(int offset, @Nullable Object key) {
        return new ConsumerRecord<>("topic", 0, offset, key, new byte[0]);
    }
}
