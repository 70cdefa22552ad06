package org.coopmesh.eventbus;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Where a service states its facts. A fact leaves for Kafka if, and only if, the transaction that states it commits. */
public final class Outbox {
    /** A fact carries ids, amounts and times; more than this is not a fact. */
    static final int PAYLOAD_BYTES_MAX = 256 * 1024;

    /** More that wait are as good as this many. */
    static final int COUNTED_MAX = 100_000;

    private final JdbcClient db;
    private final FactTraces traces;
    // One for all: a transaction that states many facts rings once.
    private final TransactionSynchronization ring;
    private final Changes changes;

    Outbox(JdbcClient db, OutboxBell bell, Changes changes, FactTraces traces) {
        this.db = db;
        this.changes = changes;
        this.traces = traces;
        this.ring =
                new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        bell.ring();
                    }
                };
    }

    /**
     * States {@code event} in the caller's transaction. Facts with one {@code key} reach the hearers in this order, if the
     * caller holds the lock of the row that the key names.
     *
     * @param event has {@code event_id}, a UUID never used before, and {@code occurred_at}
     * @throws IllegalStateException without a transaction: a fact must not outlive a rollback
     * @throws IllegalArgumentException if the event lacks one of these or is larger than 256 KiB
     */
    public void add(String topic, String key, Message event) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a fact is stated in a transaction: " + topic);
        }
        byte[] payload = event.toByteArray();
        if (payload.length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "event of " + payload.length + " bytes, limit " + PAYLOAD_BYTES_MAX);
        }
        db.sql(
                        """
                        insert into outbox (event_id, topic, key, type, occurred_at, payload, traceparent)
                        values (:eventId, :topic, :key, :type, :occurredAt, :payload, :trace)
                        """)
                .param("eventId", UUID.fromString((String) field(event, "event_id")))
                .param("topic", topic)
                .param("key", key)
                .param("type", type(event))
                .param("occurredAt", occurredAt(event))
                .param("payload", payload)
                .param("trace", traces.now(), Types.VARCHAR)
                .update();
        TransactionSynchronizationManager.registerSynchronization(ring);
        changes.stated(topic);
    }

    /** A fact and its key. */
    public record Stated(String key, Message event) {}

    /**
     * States many facts of one topic in one statement, in their order; else as {@link #add}.
     *
     * @throws IllegalStateException without a transaction
     * @throws IllegalArgumentException if one of them could not be stated alone; then none is
     */
    public void addAll(String topic, List<Stated> facts) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a fact is stated in a transaction: " + topic);
        }
        if (facts.isEmpty()) {
            return;
        }
        int size = facts.size();
        var ids = new UUID[size];
        var keys = new String[size];
        var types = new String[size];
        var times = new String[size];
        var payloads = new byte[size][];
        for (int i = 0; i < size; i++) {
            Message event = facts.get(i).event();
            ids[i] = UUID.fromString((String) field(event, "event_id"));
            keys[i] = facts.get(i).key();
            types[i] = type(event);
            times[i] = occurredAt(event).toString();
            payloads[i] = event.toByteArray();
            if (payloads[i].length > PAYLOAD_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "event of " + payloads[i].length + " bytes, limit " + PAYLOAD_BYTES_MAX);
            }
        }
        db.sql(
                        """
                        insert into outbox (event_id, topic, key, type, occurred_at, payload, traceparent)
                        select f.event_id, :topic, f.key, f.type, f.occurred_at, f.payload, :trace
                          from unnest(:ids::uuid[], :keys::text[], :types::text[], :times::timestamptz[], :payloads::bytea[])
                               with ordinality as f (event_id, key, type, occurred_at, payload, place)
                         order by f.place
                        """)
                .param("topic", topic)
                .param("trace", traces.now(), Types.VARCHAR)
                .param("ids", ids)
                .param("keys", keys)
                .param("types", types)
                .param("times", times)
                .param("payloads", payloads)
                .update();
        TransactionSynchronizationManager.registerSynchronization(ring);
        changes.stated(topic);
    }

    /**
     * What was stated and has not left.
     *
     * @param facts counted up to {@link #COUNTED_MAX}
     * @param oldest when the one that leaves next occurred; null where none waits
     */
    record Waiting(int facts, @Nullable Instant oldest) {}

    Waiting waiting() {
        return db.sql(
                        """
                        select (select count(*) from (select from outbox where published_at is null limit :max) w) as facts,
                               (select occurred_at from outbox where published_at is null order by id limit 1) as oldest
                        """)
                .param("max", COUNTED_MAX)
                .query((row, number) -> {
                    var oldest = row.getObject("oldest", OffsetDateTime.class);
                    return new Waiting(
                            row.getInt("facts"), oldest == null ? null : oldest.toInstant());
                })
                .single();
    }

    private static Object field(Message event, String name) {
        FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalArgumentException(
                    event.getDescriptorForType().getFullName() + " has no " + name);
        }
        return event.getField(field);
    }

    private static OffsetDateTime occurredAt(Message event) {
        Timestamp time = (Timestamp) field(event, "occurred_at");
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).atOffset(ZoneOffset.UTC);
    }

    /** The message's name and the fact it states: "coopmesh.billing.v1.InvoiceEvent.issued". */
    private static String type(Message event) {
        Descriptor descriptor = event.getDescriptorForType();
        for (OneofDescriptor oneof : descriptor.getOneofs()) {
            FieldDescriptor fact = event.getOneofFieldDescriptor(oneof);
            if (oneof.getName().equals("fact") && fact != null) {
                return descriptor.getFullName() + "." + fact.getName();
            }
        }
        return descriptor.getFullName();
    }
}
