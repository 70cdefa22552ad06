package org.coopmesh.membership.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what has been done about the proofs of an account; the database lets nobody change it. */
@Repository
class IdentityEvents {
    /** How many the page shows. */
    static final int LISTED_MAX = 30;

    private static final int DETAIL_LENGTH_MAX = 200;

    private final JdbcClient db;

    IdentityEvents(JdbcClient db) {
        this.db = db;
    }

    /** One thing that was done; {@code what} is a word of the messages. */
    record IdentityEvent(Instant at, String what, String detail, String address) {}

    void add(AccountId account, Instant at, String what, String detail, String address) {
        db.sql(
                        """
                        insert into identity_event (account_id, at, what, detail, address)
                        values (:account, :at, :what, :detail, :address)
                        """)
                .param("account", account.value())
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .param("what", what)
                .param("detail", detail.substring(0, Math.min(detail.length(), DETAIL_LENGTH_MAX)))
                .param("address", address)
                .update();
    }

    List<IdentityEvent> latest(AccountId account) {
        return db.sql(
                        """
                        select * from identity_event where account_id = :account
                        order by id desc limit :max
                        """)
                .param("account", account.value())
                .param("max", LISTED_MAX)
                .query(IdentityEvents::event)
                .list();
    }

    private static IdentityEvent event(ResultSet row, int number) throws SQLException {
        return new IdentityEvent(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("what"),
                row.getString("detail"),
                row.getString("address"));
    }
}
