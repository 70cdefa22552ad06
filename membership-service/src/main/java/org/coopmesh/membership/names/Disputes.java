package org.coopmesh.membership.names;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for disputes about names; the only class that knows the table. */
@Repository
class Disputes {
    private final JdbcClient db;

    Disputes(JdbcClient db) {
        this.db = db;
    }

    void insert(Dispute dispute) {
        db.sql(
                        """
                        insert into name_dispute (id, name_id, label, display, skeleton, owner_id, opened_by, reason, opened_at)
                        values (:id, :name, :label, :display, :skeleton, :owner, :by, :reason, :at)
                        """)
                .param("id", dispute.id().value())
                .param("name", dispute.name().value())
                .param("label", dispute.label().ascii())
                .param("display", dispute.label().display())
                .param("skeleton", dispute.label().skeleton())
                .param("owner", dispute.owner().value())
                .param("by", dispute.openedBy().value())
                .param("reason", dispute.reason())
                .param("at", MeshNames.time(dispute.openedAt()))
                .update();
    }

    void decide(DisputeId id, Dispute.Decision decision) {
        db.sql(
                        """
                        update name_dispute
                        set outcome = :outcome, decided_by = :by, decided_why = :why, decided_at = :at, kept_until = :keptUntil
                        where id = :id
                        """)
                .param("outcome", decision.outcome().name().toLowerCase(Locale.ROOT))
                .param("by", decision.by().value())
                .param("why", decision.why())
                .param("at", MeshNames.time(decision.at()))
                .param(
                        "keptUntil",
                        MeshNames.timeOrNull(decision.keptUntil()),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .param("id", id.value())
                .update();
    }

    Optional<Dispute> lock(DisputeId id) {
        return db.sql("select * from name_dispute where id = :id for update")
                .param("id", id.value())
                .query(Disputes::dispute)
                .optional();
    }

    int openOf(MemberId opener) {
        return db.sql("select count(*) from name_dispute where opened_by = :by and outcome is null")
                .param("by", opener.value())
                .query(Integer.class)
                .single();
    }

    /** Whether the label is kept for somebody else who won a dispute about it. */
    boolean keptForAnother(String skeleton, MemberId member, Instant now) {
        return db.sql(
                        """
                        select exists (select 1 from name_dispute
                            where skeleton = :skeleton and kept_until > :now and opened_by <> :member)
                        """)
                .param("skeleton", skeleton)
                .param("now", MeshNames.time(now))
                .param("member", member.value())
                .query(Boolean.class)
                .single();
    }

    /** Open ones first, then the latest. */
    List<Dispute> latest(int limit) {
        return db.sql(
                        """
                        select * from name_dispute
                        order by (outcome is null) desc, opened_at desc, id limit :limit
                        """)
                .param("limit", limit)
                .query(Disputes::dispute)
                .list();
    }

    private static Dispute dispute(ResultSet row, int number) throws SQLException {
        String outcome = row.getString("outcome");
        return new Dispute(
                new DisputeId(MeshNames.uuid(row, "id")),
                new NameId(MeshNames.uuid(row, "name_id")),
                MeshNames.label(row),
                new MemberId(MeshNames.uuid(row, "owner_id")),
                new MemberId(MeshNames.uuid(row, "opened_by")),
                MeshNames.text(row, "reason"),
                requireNonNull(MeshNames.instant(row, "opened_at")),
                outcome == null
                        ? null
                        : new Dispute.Decision(
                                Dispute.Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)),
                                new MemberId(
                                        requireNonNull(row.getObject("decided_by", UUID.class))),
                                MeshNames.text(row, "decided_why"),
                                requireNonNull(MeshNames.instant(row, "decided_at")),
                                MeshNames.instant(row, "kept_until")));
    }
}
