package org.coopmesh.billing.invoice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what is to be given up, and who agreed. */
@Repository
class WriteOffs {
    private final JdbcClient db;

    WriteOffs(JdbcClient db) {
        this.db = db;
    }

    /** That somebody wants to give up what is owed on the invoice. */
    record Asked(long id, InvoiceId invoice, String reason, MemberId by, Instant at) {}

    /** False where it is asked already. */
    boolean ask(InvoiceId invoice, String reason, MemberId by, Instant at) {
        return db.sql(
                                """
                                insert into write_off (invoice_id, reason, asked_by, asked_at, state)
                                values (:invoice, :reason, :by, :at, 'asked')
                                on conflict (invoice_id) where state = 'asked' do nothing
                                """)
                        .param("invoice", invoice.value())
                        .param("reason", reason)
                        .param("by", by.value())
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    Optional<Asked> asked(InvoiceId invoice) {
        return db.sql("select * from write_off where invoice_id = :invoice and state = 'asked'")
                .param("invoice", invoice.value())
                .query(WriteOffs::row)
                .optional();
    }

    /** Locked until the transaction ends: two who agree at once agree once. */
    Optional<Asked> lock(InvoiceId invoice) {
        return db.sql(
                        "select * from write_off where invoice_id = :invoice and state = 'asked' for update")
                .param("invoice", invoice.value())
                .query(WriteOffs::row)
                .optional();
    }

    /** What waits for another person, the longest waiting first. */
    List<Asked> waiting(int limit) {
        return db.sql("select * from write_off where state = 'asked' order by id limit :limit")
                .param("limit", limit)
                .query(WriteOffs::row)
                .list();
    }

    void decide(long id, boolean approved, MemberId by, Instant at) {
        db.sql(
                        "update write_off set state = :state, decided_by = :by, decided_at = :at where id = :id")
                .param("id", id)
                .param("state", approved ? "approved" : "withdrawn")
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static Asked row(ResultSet rs, int row) throws SQLException {
        return new Asked(
                rs.getLong("id"),
                new InvoiceId(rs.getObject("invoice_id", UUID.class)),
                rs.getString("reason"),
                new MemberId(rs.getObject("asked_by", UUID.class)),
                rs.getObject("asked_at", OffsetDateTime.class).toInstant());
    }
}
