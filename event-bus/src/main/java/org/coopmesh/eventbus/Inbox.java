package org.coopmesh.eventbus;

import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
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
        return !accept(List.of(eventId)).isEmpty();
    }

    /** Those of {@code eventIds} that this listener meets for the first time, each once; otherwise as for one. */
    public Set<String> accept(Collection<String> eventIds) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a fact is taken in within a transaction: " + eventIds);
        }
        var asWritten = new HashMap<UUID, String>();
        for (String eventId : eventIds) {
            asWritten.put(FactFields.id("event_id", eventId), eventId);
        }
        String group = KafkaUtils.getConsumerGroupId();
        var accepted = new HashSet<String>();
        db.sql(
                        """
                        insert into inbox (consumer_group, event_id, accepted_at)
                        select :group, id, :now from unnest(:ids::uuid[]) as id
                        on conflict do nothing returning event_id
                        """)
                .param("group", group == null ? service : group)
                .param("ids", asWritten.keySet().toArray(UUID[]::new))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(row -> {
                    accepted.add(asWritten.get(row.getObject("event_id", UUID.class)));
                });
        return accepted;
    }
}
