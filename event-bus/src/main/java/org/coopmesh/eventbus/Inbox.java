package org.coopmesh.eventbus;

import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.support.KafkaUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Remembers which facts were taken in: delivery is at least once, effect is once. */
public final class Inbox {
    private final JdbcClient db;
    private final Clock clock;
    private final String service;

    Inbox(JdbcClient db, Clock clock, String service) {
        this.db = db;
        this.clock = clock;
        this.service = service;
    }

    /**
     * True the first time this listener meets {@code eventId}. Commits or rolls back with the caller's transaction. Two
     * listeners of one service that hear the same topic need a {@code groupId} each.
     *
     * @throws IllegalStateException without a transaction
     * @throws IllegalArgumentException if the id is no UUID; such a message becomes a dead letter
     */
    public boolean accept(String eventId) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a fact is taken in within a transaction: " + eventId);
        }
        String group = KafkaUtils.getConsumerGroupId();
        return db.sql(
                                """
                                insert into inbox (consumer_group, event_id, accepted_at)
                                values (:group, :eventId, :now) on conflict do nothing
                                """)
                        .param("group", group == null ? service : group)
                        .param("eventId", FactFields.id("event_id", eventId))
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }
}
