package org.coopmesh.membership.circular;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for circulars; the only class that knows their tables. */
@Repository
class CircularTable {
    private final JdbcClient db;

    CircularTable(JdbcClient db) {
        this.db = db;
    }

    /** A line of the list of those who get it. */
    record Recipient(UUID id, MemberId member) {}

    /** Where a page ended. */
    record Cursor(Instant at, UUID id) {}

    /** Until the transaction ends nobody else sends one: two would each believe to be the last of the day. */
    void lock() {
        db.sql("lock table circular in share row exclusive mode").update();
    }

    int sentAfter(Instant since) {
        return db.sql("select count(*) from circular where at > :since")
                .param("since", utc(since))
                .query(Integer.class)
                .single();
    }

    Optional<Circular> find(UUID id) {
        return db.sql("select * from circular where id = :id")
                .param("id", id)
                .query(CircularTable::circular)
                .optional();
    }

    List<Recipient> add(Circular circular, Collection<MemberId> recipients) {
        db.sql(
                        """
                        insert into circular (id, by_member, at, label, zone, chosen, language, subject, text)
                        values (:id, :by, :at, :label, :zone, :chosen, :language, :subject, :text)
                        """)
                .param("id", circular.id())
                .param("by", circular.by().value())
                .param("at", utc(circular.at()))
                .param("label", circular.to().label())
                .param("zone", circular.to().zone())
                .param("chosen", circular.to().chosen())
                .param("language", circular.language().getLanguage())
                .param("subject", circular.subject())
                .param("text", circular.text())
                .update();
        return db.sql(
                        """
                        insert into circular_recipient (circular_id, member_id)
                        select :id, unnest(:members::uuid[])
                        returning id, member_id
                        """)
                .param("id", circular.id())
                .param("members", recipients.stream().map(MemberId::value).toArray(UUID[]::new))
                .query((row, _) -> recipient(row))
                .list();
    }

    List<Recipient> recipients(UUID circular) {
        return db.sql("select id, member_id from circular_recipient where circular_id = :id")
                .param("id", circular)
                .query((row, _) -> recipient(row))
                .list();
    }

    /** Of which letter the line {@code recipient} is. */
    Optional<Circular> ofRecipient(UUID recipient) {
        return db.sql(
                        """
                        select c.* from circular c
                        join circular_recipient r on r.circular_id = c.id
                        where r.id = :id
                        """)
                .param("id", recipient)
                .query(CircularTable::circular)
                .optional();
    }

    /** Newest first. */
    List<Circular> page(@Nullable Cursor after, int limit) {
        return db.sql(
                        """
                        select * from circular
                        where :at::timestamptz is null or (at, id) < (:at, :id::uuid)
                        order by at desc, id desc
                        limit :limit
                        """)
                .param("at", after == null ? null : utc(after.at()))
                .param("id", after == null ? null : after.id())
                .param("limit", limit)
                .query(CircularTable::circular)
                .list();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Recipient recipient(ResultSet row) throws SQLException {
        return new Recipient(
                row.getObject("id", UUID.class),
                new MemberId(row.getObject("member_id", UUID.class)));
    }

    private static Circular circular(ResultSet row, int number) throws SQLException {
        return new Circular(
                row.getObject("id", UUID.class),
                new MemberId(row.getObject("by_member", UUID.class)),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new Circular.Audience(
                        row.getString("label"), row.getString("zone"), row.getInt("chosen")),
                Locale.of(row.getString("language")),
                row.getString("subject"),
                row.getString("text"));
    }
}
