package org.coopmesh.membership.outage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.node.NodeRecordId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for announced work. */
@Repository
class MaintenanceWindows {
    private final JdbcClient db;

    MaintenanceWindows(JdbcClient db) {
        this.db = db;
    }

    /** False, and nothing is kept, if {@code most} are on or to come already. */
    boolean insert(Maintenance work, int most) {
        db.sql("select pg_advisory_xact_lock(hashtext('maintenance'))").query(row -> {});
        NodeRecordId node = work.node();
        return db.sql(
                                """
                                insert into maintenance (id, node, starts_at, ends_at, reason, created_by, created_at)
                                select :id, :node, :startsAt, :endsAt, :reason, :by, :at
                                where (select count(*) from maintenance where ends_at > :at) < :most
                                """)
                        .param("id", work.id())
                        .param("node", node == null ? null : node.value(), Types.OTHER)
                        .param("startsAt", time(work.startsAt()))
                        .param("endsAt", time(work.endsAt()))
                        .param("reason", work.reason())
                        .param("by", work.createdBy())
                        .param("at", time(work.createdAt()))
                        .param("most", most)
                        .update()
                == 1;
    }

    /** Ends work now, or takes it back before it starts; false if there is none that is not over. */
    boolean end(UUID id, Instant now) {
        return db.sql(
                                """
                                update maintenance set starts_at = least(starts_at, :now), ends_at = :now
                                where id = :id and ends_at > :now
                                """)
                        .param("id", id)
                        .param("now", time(now))
                        .update()
                == 1;
    }

    /** Work that ended after {@code since}, is on or is to come; by its start. */
    List<Maintenance> since(Instant since) {
        return db.sql("select * from maintenance where ends_at > :since order by starts_at, id")
                .param("since", time(since))
                .query(MaintenanceWindows::work)
                .list();
    }

    void forgetBefore(Instant oldest) {
        db.sql("delete from maintenance where ends_at < :oldest")
                .param("oldest", time(oldest))
                .update();
    }

    private static Maintenance work(ResultSet row, int number) throws SQLException {
        UUID node = row.getObject("node", UUID.class);
        return new Maintenance(
                row.getObject("id", UUID.class),
                node == null ? null : new NodeRecordId(node),
                row.getObject("starts_at", OffsetDateTime.class).toInstant(),
                row.getObject("ends_at", OffsetDateTime.class).toInstant(),
                row.getString("reason"),
                row.getObject("created_by", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
