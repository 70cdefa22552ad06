package org.coopmesh.abuse.casework;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.report.CaseCalendar;
import org.coopmesh.abuse.report.ReportId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for which cases are over; what the intake erases files by. */
@Repository
class ClosedCases implements CaseCalendar {
    private final JdbcClient db;

    ClosedCases(JdbcClient db) {
        this.db = db;
    }

    @Override
    public List<Closed> closed(Instant after, UUID afterReport, Instant until, int limit) {
        return db.sql(
                        """
                        select r.report_id, c.closed_at
                          from abuse_case c join case_report r on r.case_id = c.case_id
                         where c.closed_at <= :until and (c.closed_at, r.report_id) > (:after, :report)
                         order by c.closed_at, r.report_id limit :limit
                        """)
                .param("after", after.atOffset(ZoneOffset.UTC))
                .param("report", afterReport)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query((rs, row) ->
                        new Closed(
                                new ReportId(rs.getObject("report_id", UUID.class)),
                                rs.getObject("closed_at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
