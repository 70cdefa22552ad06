package org.coopmesh.membership.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what people are to be told: the only class that knows the table. */
@Repository
class Notices {
    private final JdbcClient db;

    Notices(JdbcClient db) {
        this.db = db;
    }

    /**
     * One that is told by mail.
     *
     * @param detail what it names: a passkey, an address, roles; empty where it names nothing
     * @param email where it goes, as it was when it happened
     */
    record Telling(
            UUID id, AccountId account, Notice notice, String detail, String email, Instant at) {}

    void add(Telling telling) {
        db.sql(
                        """
                        insert into identity_notice (id, account_id, notice, detail, email, at)
                        values (:id, :account, :notice, :detail, :email, :at)
                        """)
                .param("id", telling.id())
                .param("account", telling.account().value())
                .param("notice", telling.notice().tag())
                .param("detail", telling.detail())
                .param("email", telling.email())
                .param("at", utc(telling.at()))
                .update();
    }

    Optional<Telling> find(UUID id) {
        return db.sql("select * from identity_notice where id = :id")
                .param("id", id)
                .query(Notices::telling)
                .optional();
    }

    void forget(Instant before) {
        db.sql("delete from identity_notice where at < :before")
                .param("before", utc(before))
                .update();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Telling telling(ResultSet row, int number) throws SQLException {
        return new Telling(
                row.getObject("id", UUID.class),
                new AccountId(row.getObject("account_id", UUID.class)),
                Notice.of(row.getString("notice")),
                row.getString("detail"),
                row.getString("email"),
                row.getObject("at", OffsetDateTime.class).toInstant());
    }
}
