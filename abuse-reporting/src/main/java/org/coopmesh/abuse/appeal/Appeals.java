package org.coopmesh.abuse.appeal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.appeal.Appeal.Granted;
import org.coopmesh.abuse.appeal.Appeal.Lodged;
import org.coopmesh.abuse.appeal.Appeal.Refused;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for appeals: what was lodged and what came of it, both only ever added to. */
@Repository
class Appeals {
    private static final String COLUMNS =
            """
            select a.appeal_id, a.decision_id, a.case_id, a.member_id, a.text, a.lodged_at, a.due_at,
                e.outcome, e.by_member_id, e.reason, e.at
            from appeal a left join appeal_end e on e.appeal_id = a.appeal_id
            """;

    private final JdbcClient db;

    Appeals(JdbcClient db) {
        this.db = db;
    }

    void add(Filing filing) {
        db.sql(
                        """
                        insert into appeal (appeal_id, decision_id, case_id, member_id, text, lodged_at, due_at)
                        values (:id, :decision, :caseId, :member, :text, :lodgedAt, :dueAt)
                        """)
                .param("id", filing.id().value())
                .param("decision", filing.decision().value())
                .param("caseId", filing.caseId().value())
                .param("member", filing.member().value())
                .param("text", filing.text())
                .param("lodgedAt", time(filing.lodgedAt()))
                .param("dueAt", time(filing.dueAt()))
                .update();
    }

    void end(Filing filing, AppealState outcome, MemberId by, String reason, Instant at) {
        db.sql(
                        """
                        insert into appeal_end (appeal_id, outcome, by_member_id, reason, at)
                        values (:id, :outcome, :by, :reason, :at)
                        """)
                .param("id", filing.id().value())
                .param("outcome", outcome.wire())
                .param("by", by.value())
                .param("reason", reason)
                .param("at", time(at))
                .update();
    }

    Optional<Appeal> find(AppealId id) {
        return db.sql(COLUMNS + "where a.appeal_id = :id")
                .param("id", id.value())
                .query(Appeals::appeal)
                .optional();
    }

    Optional<Appeal> against(DecisionId decision) {
        return db.sql(COLUMNS + "where a.decision_id = :decision")
                .param("decision", decision.value())
                .query(Appeals::appeal)
                .optional();
    }

    List<Appeal> of(MemberId member, int limit) {
        return db.sql(
                        COLUMNS
                                + "where a.member_id = :member order by a.appeal_number desc limit :limit")
                .param("member", member.value())
                .param("limit", limit)
                .query(Appeals::appeal)
                .list();
    }

    /** Those that wait and are due first, first; then the decided ones, newest first. */
    List<Appeal> list(@Nullable AppealState state, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                where cast(:state as text) is null or coalesce(e.outcome, 'lodged') = :state
                                order by e.at is not null, e.at desc, a.due_at, a.appeal_number limit :limit
                                """)
                .param("state", state == null ? null : state.wire())
                .param("limit", limit)
                .query(Appeals::appeal)
                .list();
    }

    private static Appeal appeal(ResultSet rs, int row) throws SQLException {
        var filing =
                new Filing(
                        new AppealId(rs.getObject("appeal_id", UUID.class)),
                        new DecisionId(rs.getObject("decision_id", UUID.class)),
                        new CaseId(rs.getObject("case_id", UUID.class)),
                        new MemberId(rs.getObject("member_id", UUID.class)),
                        rs.getString("text"),
                        instant(rs, "lodged_at"),
                        instant(rs, "due_at"));
        String outcome = rs.getString("outcome");
        if (outcome == null) {
            return new Lodged(filing);
        }
        var by = new MemberId(rs.getObject("by_member_id", UUID.class));
        String reason = rs.getString("reason");
        Instant at = instant(rs, "at");
        return switch (AppealState.parse(outcome)) {
            case GRANTED -> new Granted(filing, by, reason, at);
            case REFUSED -> new Refused(filing, by, reason, at);
            case LODGED -> throw new IllegalStateException("lodged is no end");
        };
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
