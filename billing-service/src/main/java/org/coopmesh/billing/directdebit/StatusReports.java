package org.coopmesh.billing.directdebit;

import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for status reports as they were handed in. */
@Repository
class StatusReports {
    private final JdbcClient db;

    StatusReports(JdbcClient db) {
        this.db = db;
    }

    /**
     * A report as it was handed in.
     *
     * @param run null for one that was refused
     * @param rejected how many items it refused that were not refused before
     */
    record Kept(
            UUID id,
            String name,
            @Nullable UUID run,
            int rejected,
            @Nullable String rule,
            @Nullable String error,
            MemberId by,
            Instant at) {}

    /** The one with this hash that was taken; one that was refused may be tried again. */
    Optional<Kept> taken(byte[] sha256) {
        return db.sql(
                        "select * from direct_debit_report where sha256 = :sha256 and run_id is not null")
                .param("sha256", sha256)
                .query((rs, row) ->
                        new Kept(
                                rs.getObject("id", UUID.class),
                                rs.getString("name"),
                                rs.getObject("run_id", UUID.class),
                                rs.getInt("rejected"),
                                null,
                                null,
                                new MemberId(rs.getObject("handed_by", UUID.class)),
                                rs.getObject("handed_at", OffsetDateTime.class).toInstant()))
                .optional();
    }

    /** Keeps it under its hash; the id it has. */
    UUID keep(Kept report, byte[] sha256, byte[] content, int errorLine) {
        return db.sql(
                        """
                        insert into direct_debit_report (id, sha256, name, content, run_id, rejected, error_line, error_rule, error,
                                                         handed_by, handed_at)
                        values (:id, :sha256, :name, :content, :run, :rejected, :line, :rule, :error, :by, :at)
                        on conflict (sha256) do update
                           set name = excluded.name, run_id = excluded.run_id, rejected = excluded.rejected,
                               error_line = excluded.error_line, error_rule = excluded.error_rule, error = excluded.error,
                               handed_by = excluded.handed_by, handed_at = excluded.handed_at
                         where direct_debit_report.run_id is null
                        returning id
                        """)
                .param("id", report.id())
                .param("sha256", sha256)
                .param("name", report.name())
                .param("content", content)
                .param("run", report.run(), Types.OTHER)
                .param("rejected", report.rejected())
                .param("line", report.error() == null ? null : errorLine, Types.INTEGER)
                .param("rule", report.rule(), Types.VARCHAR)
                .param("error", report.error(), Types.VARCHAR)
                .param("by", report.by().value())
                .param("at", report.at().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }

    /** The newest first. */
    List<Kept> newest(int limit) {
        return db.sql("select * from direct_debit_report order by handed_at desc, id limit :limit")
                .param("limit", limit)
                .query((rs, row) ->
                        new Kept(
                                rs.getObject("id", UUID.class),
                                rs.getString("name"),
                                rs.getObject("run_id", UUID.class),
                                rs.getInt("rejected"),
                                rs.getString("error_rule"),
                                rs.getString("error"),
                                new MemberId(rs.getObject("handed_by", UUID.class)),
                                rs.getObject("handed_at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
