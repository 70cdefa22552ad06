package org.coopmesh.eventbus;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.KafkaUtils;

/** Messages that a listener could not take in, kept with their cause until a person retries them. */
public final class DeadLetters {
    static final int PAGE_MAX = 200;
    private static final int CAUSE_LENGTH_MAX = 2_000;

    private final JdbcClient db;
    private final Clock clock;
    private final KafkaListenerEndpointRegistry listeners;

    DeadLetters(JdbcClient db, Clock clock, KafkaListenerEndpointRegistry listeners) {
        this.db = db;
        this.clock = clock;
        this.listeners = listeners;
    }

    /** One message and why it could not be taken in. */
    public record DeadLetter(
            long id,
            String consumerGroup,
            String topic,
            @Nullable String key,
            String cause,
            Instant failedAt) {}

    /** What waits, oldest first; at most 200. */
    public List<DeadLetter> waiting() {
        return db.sql(
                        """
                        select id, consumer_group, topic, key, cause, failed_at from dead_letter
                        where resolved_at is null order by id limit :max
                        """)
                .param("max", PAGE_MAX)
                .query(DeadLetters::deadLetter)
                .list();
    }

    /** How many wait in all. */
    public long count() {
        return db.sql("select count(*) from dead_letter where resolved_at is null")
                .query(Long.class)
                .single();
    }

    /**
     * Hands the message to its listener once more. When the listener fails again the message stays, with the new cause.
     *
     * @return false if nothing waits under {@code id}
     */
    public boolean retry(long id) {
        Optional<Kept> kept =
                db.sql("select * from dead_letter where id = :id and resolved_at is null")
                        .param("id", id)
                        .query(DeadLetters::kept)
                        .optional();
        if (kept.isEmpty()) {
            return false;
        }
        try {
            deliver(kept.get());
        } catch (RuntimeException again) {
            db.sql("update dead_letter set cause = :cause, failed_at = :now where id = :id")
                    .param("cause", cause(again))
                    .param("now", now())
                    .param("id", id)
                    .update();
            throw again;
        }
        db.sql("update dead_letter set resolved_at = :now where id = :id")
                .param("now", now())
                .param("id", id)
                .update();
        return true;
    }

    /** Keeps {@code message}; keeping it twice changes nothing. Throws while the database is away: then Kafka keeps it. */
    void keep(String consumerGroup, ConsumerRecord<?, ?> message, Exception failure) {
        db.sql(
                        """
                        insert into dead_letter
                            (consumer_group, topic, partition, kafka_offset, key, payload, cause, failed_at)
                        values (:group, :topic, :partition, :offset, :key, :payload, :cause, :now)
                        on conflict do nothing
                        """)
                .param("group", consumerGroup)
                .param("topic", message.topic())
                .param("partition", message.partition())
                .param("offset", message.offset())
                .param("key", message.key() == null ? null : message.key().toString())
                .param("payload", message.value())
                .param("cause", cause(failure))
                .param("now", now())
                .update();
    }

    private void deliver(Kept kept) {
        for (MessageListenerContainer container : listeners.getListenerContainers()) {
            if (kept.consumerGroup().equals(container.getGroupId())
                    && hears(container, kept.topic())) {
                var intake =
                        (Intake)
                                requireNonNull(
                                        container.getContainerProperties().getMessageListener());
                KafkaUtils.setConsumerGroupId(kept.consumerGroup());
                try {
                    intake.one(
                            new ConsumerRecord<>(
                                    kept.topic(),
                                    kept.partition(),
                                    kept.offset(),
                                    kept.key(),
                                    kept.payload()));
                } finally {
                    KafkaUtils.clearConsumerGroupId();
                }
                return;
            }
        }
        throw new IllegalStateException(
                "nobody hears " + kept.topic() + " as " + kept.consumerGroup() + " any more");
    }

    private static boolean hears(MessageListenerContainer container, String topic) {
        String[] topics = container.getContainerProperties().getTopics();
        return topics != null && List.of(topics).contains(topic);
    }

    private static String cause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = root.toString();
        return text.substring(0, Math.min(text.length(), CAUSE_LENGTH_MAX));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static DeadLetter deadLetter(ResultSet row, int index) throws SQLException {
        return new DeadLetter(
                row.getLong("id"),
                row.getString("consumer_group"),
                row.getString("topic"),
                row.getString("key"),
                row.getString("cause"),
                row.getObject("failed_at", OffsetDateTime.class).toInstant());
    }

    private record Kept(
            String consumerGroup,
            String topic,
            int partition,
            long offset,
            @Nullable String key,
            byte @Nullable [] payload) {}

    private static Kept kept(ResultSet row, int index) throws SQLException {
        return new Kept(
                row.getString("consumer_group"),
                row.getString("topic"),
                row.getInt("partition"),
                row.getLong("kafka_offset"),
                row.getString("key"),
                row.getBytes("payload"));
    }
}
