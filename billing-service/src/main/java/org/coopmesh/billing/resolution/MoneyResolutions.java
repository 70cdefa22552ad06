package org.coopmesh.billing.resolution;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.resolution.MoneyResolution.Kept;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what the assembly decided about money, and whether it was carried out. */
@Repository
class MoneyResolutions {
    private final JdbcClient db;

    MoneyResolutions(JdbcClient db) {
        this.db = db;
    }

    /** Writes it down unless it is there, and locks it until the transaction ends. */
    Kept lock(MoneyResolution resolution, Instant heardAt) {
        db.sql(
                        """
                        insert into money_resolution (proposal_id, number, effective_on, kind, what, heard_at)
                        values (:proposal, :number, :on, :kind, :what, :at) on conflict (proposal_id) do nothing
                        """)
                .param("proposal", resolution.proposal())
                .param("number", resolution.number())
                .param("on", resolution.effectiveOn())
                .param("kind", resolution.kind())
                .param("what", resolution.what())
                .param("at", heardAt.atOffset(ZoneOffset.UTC))
                .update();
        return db.sql("select * from money_resolution where proposal_id = :proposal for update")
                .param("proposal", resolution.proposal())
                .query(MoneyResolutions::kept)
                .single();
    }

    void carriedOut(UUID proposal, Instant at) {
        db.sql(
                        "update money_resolution set carried_out_at = :at, why = null where proposal_id = :proposal")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("proposal", proposal)
                .update();
    }

    void refused(UUID proposal, String why) {
        db.sql("update money_resolution set why = :why where proposal_id = :proposal")
                .param("why", why)
                .param("proposal", proposal)
                .update();
    }

    /** Those before {@code number}, the newest first. */
    List<Kept> before(int number, int limit) {
        return db.sql(
                        "select * from money_resolution where number < :number order by number desc limit :limit")
                .param("number", number)
                .param("limit", limit)
                .query(MoneyResolutions::kept)
                .list();
    }

    private static Kept kept(ResultSet rs, int row) throws SQLException {
        return new Kept(
                rs.getObject("proposal_id", UUID.class),
                rs.getInt("number"),
                rs.getObject("effective_on", LocalDate.class),
                rs.getString("kind"),
                rs.getString("what"),
                Optional.ofNullable(rs.getObject("carried_out_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant)
                        .orElse(null),
                rs.getString("why"));
    }
}
