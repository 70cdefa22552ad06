package org.coopmesh.eventbus;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.Metric;
import org.coopmesh.watch.Reading;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Counts what waits on the bus: facts to leave, facts to be taken in, messages that nobody could take in. */
final class BusMeters implements MeterBinder {
    private static final String LAG = "records-lag";

    private final Outbox outbox;
    private final DeadLetters deadLetters;
    private final KafkaListenerEndpointRegistry listeners;
    private final Clock clock;

    BusMeters(
            Outbox outbox,
            DeadLetters deadLetters,
            KafkaListenerEndpointRegistry listeners,
            Clock clock) {
        this.outbox = outbox;
        this.deadLetters = deadLetters;
        this.listeners = listeners;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(Reading.USUAL, outbox::waiting)
                .gauge(
                        registry,
                        "coopmesh.outbox.waiting",
                        "Facts stated and not yet on Kafka, counted up to " + Outbox.COUNTED_MAX,
                        Outbox.Waiting::facts)
                .gauge(
                        registry,
                        "coopmesh.outbox.oldest.seconds",
                        "How long ago the fact occurred that leaves next; 0 where none waits",
                        waiting -> age(waiting.oldest()));
        Reading.every(Reading.USUAL, deadLetters::count)
                .gauge(
                        registry,
                        "coopmesh.dead.letters",
                        "Messages that could not be taken in and wait for a person",
                        Long::doubleValue);
        Gauge.builder("coopmesh.inbox.waiting", this, BusMeters::lag)
                .description(
                        "Facts on Kafka that this replica has not taken in, as of its last look")
                .register(registry);
    }

    private double age(@Nullable Instant oldest) {
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toMillis() / 1_000.0);
    }

    /** What the consumers know by themselves; nobody is asked. */
    private double lag() {
        double lag = 0;
        for (MessageListenerContainer container : listeners.getListenerContainers()) {
            for (var consumer : container.metrics().values()) {
                for (var metric : consumer.entrySet()) {
                    if (metric.getKey().name().equals(LAG)) lag += records(metric.getValue());
                }
            }
        }
        return lag;
    }

    /** Not a number before the first fetch of a partition. */
    private static double records(Metric metric) {
        return metric.metricValue() instanceof Double records && records > 0 ? records : 0;
    }
}
