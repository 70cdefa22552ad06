package org.coopmesh.eventbus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.support.KafkaUtils;

/**
 * Takes what one poll brought in by several transactions at a time, so that they reach the disk together. Messages with one key
 * go one after the other, in their order; each is still a transaction of its own. What was taken in is told to Kafka when the
 * whole poll is through: after a crash it comes again, and the inbox skips it.
 */
final class Lanes implements Intake {
    private static final int NOBODY = Integer.MAX_VALUE;

    private final AcknowledgingConsumerAwareMessageListener<Object, Object> listener;
    private final Semaphore permits;
    private final FactTraces traces;

    /**
     * @param permits shared by all listeners of the process: each transaction under way holds one, and a connection
     */
    Lanes(
            AcknowledgingConsumerAwareMessageListener<Object, Object> listener,
            Semaphore permits,
            FactTraces traces) {
        this.listener = listener;
        this.permits = permits;
        this.traces = traces;
    }

    @Override
    public void one(ConsumerRecord<Object, Object> message) {
        permits.acquireUninterruptibly();
        try {
            traces.goOn(message, () -> listener.onMessage(message, null, null));
        } finally {
            permits.release();
        }
    }

    @Override
    public void onMessage(List<ConsumerRecord<Object, Object>> messages) {
        var lanes = lanes(messages);
        var firstFailed = new AtomicInteger(NOBODY);
        var causes = new HashMap<Integer, RuntimeException>();
        if (lanes.size() == 1) {
            run(lanes.getFirst(), messages, firstFailed, causes);
        } else {
            runTogether(lanes, messages, firstFailed, causes);
        }
        int failed = firstFailed.get();
        if (failed != NOBODY) {
            throw new BatchListenerFailedException(
                    "not taken in", causes.get(failed), messages.get(failed));
        }
    }

    /** Places in {@code messages}, by key, in their order. */
    private static List<List<Integer>> lanes(List<ConsumerRecord<Object, Object>> messages) {
        var lanes = new LinkedHashMap<Optional<Object>, List<Integer>>();
        for (int i = 0; i < messages.size(); i++) {
            lanes.computeIfAbsent(
                            Optional.ofNullable(messages.get(i).key()), key -> new ArrayList<>())
                    .add(i);
        }
        return List.copyOf(lanes.values());
    }

    private void runTogether(
            List<List<Integer>> lanes,
            List<ConsumerRecord<Object, Object>> messages,
            AtomicInteger firstFailed,
            Map<Integer, RuntimeException> causes) {
        String group = KafkaUtils.getConsumerGroupId();
        var under = new ArrayList<Future<?>>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (List<Integer> lane : lanes) {
                under.add(
                        threads.submit(() -> {
                            KafkaUtils.setConsumerGroupId(group);
                            run(lane, messages, firstFailed, causes);
                        }));
            }
        }
        under.forEach(Future::resultNow);
    }

    /** Stops at a failure. Everything before the first failure of all lanes is taken in, whatever comes after it may not be. */
    private void run(
            List<Integer> lane,
            List<ConsumerRecord<Object, Object>> messages,
            AtomicInteger firstFailed,
            Map<Integer, RuntimeException> causes) {
        for (int place : lane) {
            if (place > firstFailed.get()) {
                return;
            }
            try {
                one(messages.get(place));
            } catch (RuntimeException failure) {
                synchronized (causes) {
                    causes.put(place, failure);
                }
                firstFailed.accumulateAndGet(place, Math::min);
                return;
            }
        }
    }
}
