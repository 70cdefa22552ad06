package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for boxes that were made ready before anybody owned them. */
@Repository
class PreparedNodes {
    private final JdbcClient db;

    PreparedNodes(JdbcClient db) {
        this.db = db;
    }

    /**
     * A box with a code on it.
     *
     * @param expiresAt until when it may be claimed
     * @param node what it became; null while nobody has claimed it
     */
    record Prepared(
            UUID id,
            String name,
            boolean gateway,
            MemberId madeBy,
            Instant madeAt,
            Instant expiresAt,
            @Nullable NodeRecordId node) {}

    void insert(Prepared prepared, EnrolmentCode code) {
        db.sql(
                        """
                        insert into prepared_node (id, code_hash, name, gateway, made_by, made_at, expires_at)
                        values (:id, :hash, :name, :gateway, :madeBy, :madeAt, :expiresAt)
                        """)
                .param("id", prepared.id())
                .param("hash", code.hash())
                .param("name", prepared.name())
                .param("gateway", prepared.gateway())
                .param("madeBy", prepared.madeBy().value())
                .param("madeAt", Nodes.time(prepared.madeAt()))
                .param("expiresAt", Nodes.time(prepared.expiresAt()))
                .update();
    }

    /** Locks the box until the transaction ends, so that two members cannot both find it free. */
    Optional<Prepared> lock(EnrolmentCode code) {
        return db.sql("select * from prepared_node where code_hash = :hash for update")
                .param("hash", code.hash())
                .query(PreparedNodes::prepared)
                .optional();
    }

    /** Whether the code is on a box that nobody has claimed and somebody still may. */
    boolean isWaiting(EnrolmentCode code, Instant now) {
        return db.sql(
                        """
                        select exists (select from prepared_node
                                       where code_hash = :hash and claimed_at is null and expires_at > :now)
                        """)
                .param("hash", code.hash())
                .param("now", Nodes.time(now))
                .query(Boolean.class)
                .single();
    }

    void claim(UUID id, MemberId by, Instant at, NodeRecordId node) {
        db.sql(
                        """
                        update prepared_node set claimed_by = :by, claimed_at = :at, node = :node
                        where id = :id and claimed_at is null
                        """)
                .param("by", by.value())
                .param("at", Nodes.time(at))
                .param("node", node.value())
                .param("id", id)
                .update();
    }

    /** Newest first. */
    List<Prepared> newest(int limit) {
        return db.sql("select * from prepared_node order by made_at desc, id limit :limit")
                .param("limit", limit)
                .query(PreparedNodes::prepared)
                .list();
    }

    /** Takes a box back that nobody has claimed; false if there is none. */
    boolean delete(UUID id) {
        return db.sql("delete from prepared_node where id = :id and claimed_at is null")
                        .param("id", id)
                        .update()
                == 1;
    }

    private static Prepared prepared(ResultSet row, int number) throws SQLException {
        UUID node = row.getObject("node", UUID.class);
        return new Prepared(
                Nodes.uuid(row, "id"),
                Nodes.text(row, "name"),
                row.getBoolean("gateway"),
                new MemberId(Nodes.uuid(row, "made_by")),
                requireNonNull(Nodes.instant(row, "made_at")),
                requireNonNull(Nodes.instant(row, "expires_at")),
                node == null ? null : new NodeRecordId(node));
    }
}
