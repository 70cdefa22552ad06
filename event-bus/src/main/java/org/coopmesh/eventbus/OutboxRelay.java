package org.coopmesh.eventbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries facts from the outbox to Kafka, in the order of the outbox. Of several replicas one relays at a time: it holds an
 * advisory lock on a connection of its own, on which it also hears the {@link OutboxBell}. When it dies the lock is free and another goes on;
 * what was sent but not yet marked is sent again, and the hearers' inboxes skip it.
 */
final class OutboxRelay extends OwnThread {
    static final int BATCH_MAX = 2_000;

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);
    private static final long ADVISORY_LOCK = 0x636f6f706d657368L; // "coopmesh"
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final Duration LOCK_RETRY = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);
    // The bell wakes the relay at once; this is for the day it does not.
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);

    private final DataSource dataSource;
    private final OutboxBell bell;
    private final Map<String, Object> producerSettings;
    private final String source;

    OutboxRelay(
            DataSource dataSource,
            OutboxBell bell,
            Map<String, Object> kafkaSettings,
            String service) {
        super("outbox-relay", STOP_MAX);
        this.dataSource = dataSource;
        this.bell = bell;
        this.source = "/" + service;
        this.producerSettings = new HashMap<>(kafkaSettings);
        producerSettings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        producerSettings.put(
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producerSettings.put(ProducerConfig.ACKS_CONFIG, "all");
        producerSettings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A record that expires while a later one of its key gets through would turn their order
        // round: never expire.
        producerSettings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        producerSettings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        producerSettings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    }

    @Override
    void runUntilStopped() {
        while (isRunning()) {
            try (Connection connection = dataSource.getConnection();
                    Producer<String, byte[]> producer = new KafkaProducer<>(producerSettings)) {
                try {
                    relay(connection, producer);
                } finally {
                    bell.gone();
                    letGo(connection);
                    producer.close(Duration.ZERO);
                }
            } catch (SQLException | ExecutionException | RuntimeException e) {
                if (isRunning()) {
                    log.atWarn().setCause(e).log("outbox relay failed, tries again");
                    pause(RETRY_AFTER_FAILURE);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void relay(Connection connection, Producer<String, byte[]> producer)
            throws SQLException, ExecutionException, InterruptedException {
        connection.setAutoCommit(true);
        while (!lock(connection)) {
            Thread.sleep(LOCK_RETRY);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen outbox");
            // On this connection only: a mark that a power cut takes away means that the fact is
            // sent once more.
            statement.execute("set synchronous_commit to off");
        }
        log.atInfo().log("outbox relay started");
        PGConnection notifications = connection.unwrap(PGConnection.class);
        while (isRunning()) {
            long looked;
            do {
                looked = bell.looking();
                while (publishBatch(connection, producer) == BATCH_MAX) {
                    // More is waiting.
                }
            } while (!bell.mayRest(looked) && isRunning());
            notifications.getNotifications((int) LOOK_ANYWAY.toMillis());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private int publishBatch(Connection connection, Producer<String, byte[]> producer)
            throws SQLException, ExecutionException, InterruptedException {
        List<Long> ids = new ArrayList<>();
        List<Future<?>> sent = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement(
                        """
                        select id, event_id, topic, key, type, occurred_at, payload, traceparent
                        from outbox where published_at is null order by id limit ?
                        """)) {
            select.setInt(1, BATCH_MAX);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getLong("id"));
                    sent.add(producer.send(message(row)));
                }
            }
        }
        producer.flush();
        for (Future<?> acknowledgement : sent) {
            acknowledgement.get();
        }
        if (!ids.isEmpty()) {
            try (PreparedStatement update =
                    connection.prepareStatement(
                            "update outbox set published_at = now() where id = any (?)")) {
                update.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
                update.executeUpdate();
            }
        }
        return ids.size();
    }

    private ProducerRecord<String, byte[]> message(ResultSet row) throws SQLException {
        var message =
                new ProducerRecord<>(
                        row.getString("topic"), row.getString("key"), row.getBytes("payload"));
        Instant occurredAt = row.getObject("occurred_at", OffsetDateTime.class).toInstant();
        message.headers()
                .add("ce_specversion", "1.0".getBytes(UTF_8))
                .add("ce_id", row.getString("event_id").getBytes(UTF_8))
                .add("ce_source", source.getBytes(UTF_8))
                .add("ce_type", row.getString("type").getBytes(UTF_8))
                .add("ce_time", occurredAt.toString().getBytes(UTF_8));
        String trace = row.getString("traceparent");
        if (trace != null) {
            message.headers().add(FactTraces.HEADER, trace.getBytes(UTF_8));
        }
        return message;
    }

    private static boolean lock(Connection connection) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            lock.setLong(1, ADVISORY_LOCK);
            try (ResultSet row = lock.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** The connection goes back to a pool: it must not take the lock, the subscription or the setting with it. */
    private static void letGo(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("reset synchronous_commit");
            statement.execute("unlisten outbox");
            statement.execute("select pg_advisory_unlock_all()");
        } catch (SQLException unknownState) {
            // Then it goes nowhere, and the server lets go by itself.
            connection.abort(Runnable::run);
        }
    }

    private void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
