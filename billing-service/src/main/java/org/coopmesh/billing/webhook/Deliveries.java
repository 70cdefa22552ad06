package org.coopmesh.billing.webhook;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for messages to receivers. */
@Repository
class Deliveries {
    private final JdbcClient db;

    Deliveries(JdbcClient db) {
        this.db = db;
    }

    /** Queues a message; one that is there changes nothing. */
    void insert(UUID receiver, UUID message, Kind kind, String body, Instant now) {
        db.sql(
                        """
                        insert into webhook_delivery (id, receiver_id, message_id, kind, body, state, attempts, next_at, created_at)
                        values (:id, :receiver, :message, :kind, :body, 'waiting', 0, :now, :now) on conflict do nothing
                        """)
                .param("id", UUID.randomUUID())
                .param("receiver", receiver)
                .param("message", message)
                .param("kind", kind.code())
                .param("body", body)
                .param("now", at(now))
                .update();
    }

    /** The receivers that something is to be sent to now. */
    List<UUID> receiversDue(Instant now) {
        return db.sql(
                        """
                        select r.id from webhook_receiver r
                         where r.disabled_at is null
                           and exists (select from webhook_delivery d where d.receiver_id = r.id and d.next_at <= :now)
                        """)
                .param("now", at(now))
                .query((rs, row) -> rs.getObject("id", UUID.class))
                .list();
    }

    /** One to be sent now, by one who does so within {@code lease}; who dies meanwhile leaves it to the next. */
    Optional<Delivery> lease(UUID receiver, Instant now, Duration lease) {
        return db.sql(
                        """
                        update webhook_delivery d set next_at = :until
                          from (select due.id from webhook_delivery due join webhook_receiver r on r.id = due.receiver_id
                                 where due.receiver_id = :receiver and due.next_at <= :now and r.disabled_at is null
                                 order by due.next_at limit 1 for update of due skip locked) due
                         where d.id = due.id returning d.*
                        """)
                .param("receiver", receiver)
                .param("now", at(now))
                .param("until", at(now.plus(lease)))
                .query(Deliveries::delivery)
                .optional();
    }

    void taken(UUID id, int status, int millis, Instant now) {
        db.sql(
                        """
                        update webhook_delivery
                           set state = 'taken', next_at = null, attempts = attempts + 1, tried_at = :now, status = :status,
                               why = null, took_millis = :millis
                         where id = :id
                        """)
                .param("id", id)
                .param("status", status)
                .param("millis", millis)
                .param("now", at(now))
                .update();
    }

    /** Unless somebody else has delivered it meanwhile. */
    void failed(
            UUID id,
            @Nullable Integer status,
            String why,
            int millis,
            @Nullable Instant nextAt,
            Instant now) {
        db.sql(
                        """
                        update webhook_delivery
                           set state = case when :next::timestamptz is null then 'failed' else 'waiting' end, next_at = :next,
                               attempts = attempts + 1, tried_at = :now, status = :status::int, why = :why, took_millis = :millis
                         where id = :id and state = 'waiting'
                        """)
                .param("id", id)
                .param("next", nextAt == null ? null : at(nextAt))
                .param("status", status)
                .param("why", why)
                .param("millis", millis)
                .param("now", at(now))
                .update();
    }

    /** Has it sent again, as the same message; false if the receiver has none by this id. */
    boolean again(UUID receiver, UUID id, Instant now) {
        return db.sql(
                                """
                                update webhook_delivery set state = 'waiting', attempts = 0, next_at = :now
                                 where id = :id and receiver_id = :receiver
                                """)
                        .param("id", id)
                        .param("receiver", receiver)
                        .param("now", at(now))
                        .update()
                == 1;
    }

    /** Newest first, before the message {@code before}. */
    List<Delivery> list(
            UUID receiver, Delivery.@Nullable State state, @Nullable UUID before, int limit) {
        return db.sql(
                        """
                        select * from webhook_delivery
                         where receiver_id = :receiver and (:state::text is null or state = :state)
                           and (:before::uuid is null
                                or (created_at, id) < (select created_at, id from webhook_delivery where id = :before))
                         order by created_at desc, id desc limit :limit
                        """)
                .param("receiver", receiver)
                .param("state", state == null ? null : code(state))
                .param("before", before)
                .param("limit", limit)
                .query(Deliveries::delivery)
                .list();
    }

    /** How many messages of a receiver there are. */
    record Counts(UUID receiver, int waiting, int failed) {}

    Map<UUID, Counts> counts() {
        return db
                .sql(
                        """
                        select receiver_id, count(*) filter (where state = 'waiting') as waiting,
                               count(*) filter (where state = 'failed') as failed
                          from webhook_delivery group by receiver_id
                        """)
                .query((rs, row) ->
                        new Counts(
                                rs.getObject("receiver_id", UUID.class),
                                rs.getInt("waiting"),
                                rs.getInt("failed")))
                .list()
                .stream()
                .collect(Collectors.toMap(Counts::receiver, Function.identity()));
    }

    /** Forgets messages from before {@code until}. */
    int forget(Instant until, int limit) {
        return db.sql(
                        """
                        delete from webhook_delivery
                         where id in (select id from webhook_delivery where created_at < :until order by created_at limit :limit)
                        """)
                .param("until", at(until))
                .param("limit", limit)
                .update();
    }

    private static Delivery delivery(ResultSet rs, int row) throws SQLException {
        return new Delivery(
                rs.getObject("id", UUID.class),
                rs.getObject("receiver_id", UUID.class),
                rs.getObject("message_id", UUID.class),
                Kind.of(rs.getString("kind")).orElseThrow(),
                rs.getString("body"),
                Delivery.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                rs.getInt("attempts"),
                instant(rs, "next_at"),
                requireNonNull(instant(rs, "created_at")),
                instant(rs, "tried_at"),
                rs.getObject("status", Integer.class),
                rs.getString("why"),
                rs.getObject("took_millis", Integer.class));
    }

    private static String code(Delivery.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
