package org.coopmesh.abuse.report;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for partners. */
@Repository
class Partners {
    private static final String COLUMNS =
            """
            select partner_id, name, trusted, reports_per_hour, added_by, added_at, ended_at
            from report_partner
            """;

    private final JdbcClient db;

    Partners(JdbcClient db) {
        this.db = db;
    }

    void add(Partner partner, byte[] keyHash) {
        db.sql(
                        """
                        insert into report_partner (partner_id, name, trusted, reports_per_hour, key_hash, added_by, added_at)
                        values (:id, :name, :trusted, :perHour, :hash, :by, :at)
                        """)
                .param("id", partner.id().value())
                .param("name", partner.name())
                .param("trusted", partner.trusted())
                .param("perHour", partner.reportsPerHour())
                .param("hash", keyHash)
                .param("by", partner.addedBy())
                .param("at", partner.addedAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Whose key it is, as long as it counts. */
    Optional<Partner> holder(byte[] keyHash) {
        return db.sql(COLUMNS + "where key_hash = :hash and ended_at is null")
                .param("hash", keyHash)
                .query(Partners::partner)
                .optional();
    }

    List<Partner> list(int limit) {
        return db.sql(COLUMNS + "order by added_at desc, partner_id limit :limit")
                .param("limit", limit)
                .query(Partners::partner)
                .list();
    }

    /** False if there is none that still counts. */
    boolean end(PartnerId id, UUID by, Instant at) {
        return db.sql(
                                "update report_partner set ended_at = :at, ended_by = :by where partner_id = :id and ended_at is null")
                        .param("id", id.value())
                        .param("by", by)
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    private static Partner partner(ResultSet rs, int row) throws SQLException {
        OffsetDateTime ended = rs.getObject("ended_at", OffsetDateTime.class);
        return new Partner(
                new PartnerId(rs.getObject("partner_id", UUID.class)),
                rs.getString("name"),
                rs.getBoolean("trusted"),
                rs.getInt("reports_per_hour"),
                rs.getObject("added_by", UUID.class),
                rs.getObject("added_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant());
    }
}
