package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for nodes. */
@Repository
class Nodes {
    private final JdbcClient db;

    Nodes(JdbcClient db) {
        this.db = db;
    }

    void insert(Node.Pending node) {
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state)
                        values (:id, :owner, :site, :name, :gateway, :createdAt, 'pending')
                        """)
                .param("id", node.id().value())
                .param("owner", node.about().owner().value())
                .param("site", node.about().site().value())
                .param("name", node.about().name())
                .param("gateway", node.about().gateway())
                .param("createdAt", time(node.about().createdAt()))
                .update();
    }

    void update(Node node) {
        var credential = credential(node);
        String state =
                switch (node) {
                    case Node.Pending _ -> "pending";
                    case Node.Enrolled _ -> "enrolled";
                    case Node.Retired _ -> "retired";
                    case Node.Revoked _ -> "revoked";
                };
        Instant endedAt =
                switch (node) {
                    case Node.Pending _, Node.Enrolled _ -> null;
                    case Node.Retired retired -> retired.endedAt();
                    case Node.Revoked revoked -> revoked.endedAt();
                };
        String endReason =
                switch (node) {
                    case Node.Pending _, Node.Enrolled _ -> null;
                    case Node.Retired retired -> retired.reason();
                    case Node.Revoked revoked -> revoked.reason();
                };
        db.sql(
                        """
                        update node
                        set owner_id = :owner, site_id = :site, name = :name, gateway = :gateway, state = :state,
                            node_id = :nodeId, certificate_until = :until, agent_version = :version,
                            enrolled_at = coalesce(:enrolledAt, enrolled_at), ended_at = :endedAt,
                            end_reason = :endReason,
                            removed_at = case when :state = 'enrolled' then null else removed_at end,
                            removed_by = case when :state = 'enrolled' then null else removed_by end,
                            removed_why = case when :state = 'enrolled' then null else removed_why end
                        where id = :id
                        """)
                .param("owner", node.about().owner().value())
                .param("site", node.about().site().value())
                .param("name", node.about().name())
                .param("gateway", node.about().gateway())
                .param("state", state)
                .param("nodeId", credential == null ? null : credential.nodeId().hex())
                .param("until", credential == null ? null : time(credential.certificateUntil()))
                .param("version", credential == null ? null : credential.agentVersion())
                .param(
                        "enrolledAt",
                        node instanceof Node.Enrolled enrolled ? time(enrolled.enrolledAt()) : null,
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param(
                        "endedAt",
                        endedAt == null ? null : time(endedAt),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param("endReason", endReason)
                .param("id", node.id().value())
                .update();
    }

    private static Node.@Nullable Credential credential(Node node) {
        return switch (node) {
            case Node.Pending _ -> null;
            case Node.Enrolled enrolled -> enrolled.credential();
            case Node.Retired retired -> retired.credential();
            case Node.Revoked revoked -> revoked.credential();
        };
    }

    /** Takes a node that never was anything off the register. */
    void delete(NodeRecordId id) {
        db.sql("delete from node where id = :id").param("id", id.value()).update();
    }

    /** Takes a node off every page; its history stays. */
    void remove(NodeRecordId id, String reason, MemberId by, Instant at) {
        db.sql(
                        """
                        update node set removed_at = :at, removed_by = :by, removed_why = :reason where id = :id
                        """)
                .param("reason", reason)
                .param("by", by.value())
                .param("at", time(at))
                .param("id", id.value())
                .update();
    }

    Optional<Node> find(NodeRecordId id) {
        return db.sql("select * from node where id = :id and removed_at is null")
                .param("id", id.value())
                .query(Nodes::node)
                .optional();
    }

    /** Locks the row until the transaction ends; facts about a node are stated in the order of this lock. */
    Optional<Node> lock(NodeRecordId id) {
        return db.sql("select * from node where id = :id and removed_at is null for update")
                .param("id", id.value())
                .query(Nodes::node)
                .optional();
    }

    /** Locks whichever record has the key, one that was taken off the pages too: a key stands in one row only. */
    Optional<Node> lock(NodeId id) {
        return db.sql("select * from node where node_id = :id for update")
                .param("id", id.hex())
                .query(Nodes::node)
                .optional();
    }

    Optional<Node> find(NodeId id) {
        return db.sql("select * from node where node_id = :id")
                .param("id", id.hex())
                .query(Nodes::node)
                .optional();
    }

    /** Nodes on the pages, by name, after {@code after}; {@code owner} narrows it to one member's. */
    List<Node> page(@Nullable MemberId owner, @Nullable NodeRecordId after, int limit) {
        // Only what is asked for stands in the question: a plan for all of it would use none of the
        // indexes.
        var sql = new StringBuilder("select * from node where removed_at is null");
        var values = new HashMap<String, Object>();
        if (owner != null) {
            sql.append(" and owner_id = :owner");
            values.put("owner", owner.value());
        }
        if (after != null) {
            sql.append(" and (name, id) > (select name, id from node where id = :after)");
            values.put("after", after.value());
        }
        values.put("limit", limit);
        return db.sql(sql.append(" order by name, id limit :limit").toString())
                .params(values)
                .query(Nodes::node)
                .list();
    }

    List<Node> all(Collection<NodeRecordId> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return db.sql("select * from node where id = any(:ids)")
                .param("ids", ids.stream().map(NodeRecordId::value).toArray(UUID[]::new))
                .query(Nodes::node)
                .list();
    }

    List<Node> withKeys(Collection<NodeId> keys) {
        return db.sql("select * from node where node_id = any(:keys)")
                .param("keys", keys.stream().map(NodeId::hex).toArray(String[]::new))
                .query(Nodes::node)
                .list();
    }

    /** Those of {@code ids} that are in service. */
    Set<NodeId> enrolled(Collection<NodeId> ids) {
        if (ids.isEmpty()) {
            return Set.of();
        }
        return new HashSet<>(
                db.sql("select node_id from node where state = 'enrolled' and node_id = any(:ids)")
                        .param("ids", ids.stream().map(NodeId::hex).toArray(String[]::new))
                        .query((row, number) -> new NodeId(text(row, "node_id")))
                        .list());
    }

    /** Every node in service. */
    List<Node> enrolled() {
        return db.sql("select * from node where state = 'enrolled' order by name, id")
                .query(Nodes::node)
                .list();
    }

    private static Node node(ResultSet row, int number) throws SQLException {
        var about =
                new Node.About(
                        new NodeRecordId(uuid(row, "id")),
                        new MemberId(uuid(row, "owner_id")),
                        new SiteId(uuid(row, "site_id")),
                        text(row, "name"),
                        row.getBoolean("gateway"),
                        requireNonNull(instant(row, "created_at")));
        return switch (text(row, "state")) {
            case "pending" -> new Node.Pending(about);
            case "enrolled" ->
                    new Node.Enrolled(
                            about, credential(row), requireNonNull(instant(row, "enrolled_at")));
            case "retired" ->
                    new Node.Retired(
                            about,
                            credential(row),
                            requireNonNull(instant(row, "ended_at")),
                            text(row, "end_reason"));
            case "revoked" ->
                    new Node.Revoked(
                            about,
                            credential(row),
                            requireNonNull(instant(row, "ended_at")),
                            text(row, "end_reason"));
            default -> throw new IllegalStateException("unknown state of node " + about.id());
        };
    }

    private static Node.Credential credential(ResultSet row) throws SQLException {
        return new Node.Credential(
                new NodeId(text(row, "node_id")),
                requireNonNull(instant(row, "certificate_until")),
                row.getString("agent_version"));
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static UUID uuid(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getObject(column, UUID.class));
    }

    static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }
}
