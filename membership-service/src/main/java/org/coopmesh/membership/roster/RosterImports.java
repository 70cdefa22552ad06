package org.coopmesh.membership.roster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for files that were taken; the only class that knows the table. */
@Repository
class RosterImports {
    private final JdbcClient db;

    RosterImports(JdbcClient db) {
        this.db = db;
    }

    /**
     * A file that was taken, and what came of it.
     *
     * @param sha256 of its bytes, in hexadecimal digits
     */
    record Taken(
            String sha256,
            String name,
            Instant at,
            MemberId by,
            int lines,
            int members,
            int sites,
            int payers) {}

    /** One import at a time until the transaction ends, so that two files cannot make one person twice. */
    void lock() {
        db.sql("lock table roster_import in exclusive mode").update();
    }

    Optional<Taken> find(String sha256) {
        return db.sql("select * from roster_import where sha256 = :sha256")
                .param("sha256", HexFormat.of().parseHex(sha256))
                .query(RosterImports::taken)
                .optional();
    }

    void add(Taken taken) {
        db.sql(
                        """
                        insert into roster_import (sha256, name, imported_at, imported_by, lines, members, sites, payers)
                        values (:sha256, :name, :at, :by, :lines, :members, :sites, :payers)
                        """)
                .param("sha256", HexFormat.of().parseHex(taken.sha256()))
                .param("name", taken.name())
                .param("at", OffsetDateTime.ofInstant(taken.at(), ZoneOffset.UTC))
                .param("by", taken.by().value())
                .param("lines", taken.lines())
                .param("members", taken.members())
                .param("sites", taken.sites())
                .param("payers", taken.payers())
                .update();
    }

    /** The latest, newest first. */
    List<Taken> latest(int limit) {
        return db.sql("select * from roster_import order by imported_at desc, sha256 limit :limit")
                .param("limit", limit)
                .query(RosterImports::taken)
                .list();
    }

    private static Taken taken(ResultSet row, int number) throws SQLException {
        return new Taken(
                HexFormat.of().formatHex(row.getBytes("sha256")),
                row.getString("name"),
                row.getObject("imported_at", OffsetDateTime.class).toInstant(),
                new MemberId(row.getObject("imported_by", UUID.class)),
                row.getInt("lines"),
                row.getInt("members"),
                row.getInt("sites"),
                row.getInt("payers"));
    }
}
