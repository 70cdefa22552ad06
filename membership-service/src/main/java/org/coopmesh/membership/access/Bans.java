package org.coopmesh.membership.access;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for bans, a copy of what abuse reporting says. */
@Repository
class Bans {
    private final JdbcClient db;

    Bans(JdbcClient db) {
        this.db = db;
    }

    /** What is banned: addresses, or a node with everything attached to it. */
    sealed interface Target {
        record Addresses(Prefix prefix) implements Target {}

        record WholeNode(NodeId node) implements Target {}
    }

    /** What abuse reporting says of a ban. */
    sealed interface Word {
        UUID ban();

        Target target();
    }

    /** A ban is imposed; {@code until} is null for a permanent one. */
    record Imposed(UUID ban, Target target, Instant at, @Nullable Instant until) implements Word {}

    /** A ban is lifted or has expired. */
    record Ended(UUID ban, Target target) implements Word {}

    /** When bans of one target let go: the latest end, or never. */
    record Until(@Nullable Instant at) {
        Until latest(Until other) {
            if (at == null || other.at == null) {
                return new Until(null);
            }
            return at.isAfter(other.at) ? this : other;
        }
    }

    void impose(UUID id, Target target, Instant at, @Nullable Instant until) {
        insert(id, target, at)
                .param("until", AccessLists.time(until), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("endedAt", null, Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }

    /** Ends a ban. One that is not known yet is kept as ended, so that a late word about its beginning changes nothing. */
    void end(UUID id, Target target, Instant at) {
        int ended =
                db.sql("update ban set ended_at = :at where ban_id = :id and ended_at is null")
                        .param("at", AccessLists.time(at))
                        .param("id", id)
                        .update();
        if (ended == 0) {
            insert(id, target, at)
                    .param("until", null, Types.TIMESTAMP_WITH_TIMEZONE)
                    .param("endedAt", AccessLists.time(at))
                    .update();
        }
    }

    private JdbcClient.StatementSpec insert(UUID id, Target target, Instant at) {
        String prefix =
                switch (target) {
                    case Target.Addresses(Prefix banned) -> banned.toString();
                    case Target.WholeNode _ -> null;
                };
        String node =
                switch (target) {
                    case Target.Addresses _ -> null;
                    case Target.WholeNode(NodeId banned) -> banned.hex();
                };
        return db.sql(
                        """
                        insert into ban (ban_id, prefix, node_id, imposed_at, until, ended_at)
                        values (:id, :prefix::cidr, :node, :at, :until, :endedAt) on conflict do nothing
                        """)
                .param("id", id)
                .param("prefix", prefix, Types.VARCHAR)
                .param("node", node, Types.VARCHAR)
                .param("at", AccessLists.time(at));
    }

    /** Until when each of {@code prefixes} is banned at {@code now}; those that are not are left out. */
    Map<Prefix, Until> ofPrefixes(Collection<Prefix> prefixes, Instant now) {
        var until = new HashMap<Prefix, Until>();
        if (!prefixes.isEmpty()) {
            db.sql(
                            """
                            select prefix::text as prefix, until from ban
                            where ended_at is null and (until is null or until > :now)
                              and prefix = any(:prefixes::cidr[])
                            """)
                    .param("now", AccessLists.time(now))
                    .param(
                            "prefixes",
                            prefixes.stream().map(Prefix::toString).toArray(String[]::new))
                    .query(row -> {
                        until.merge(prefix(row), until(row), Until::latest);
                    });
        }
        return until;
    }

    /** Every prefix that is banned at {@code now}. */
    List<Prefix> prefixes(Instant now) {
        return db.sql(
                        """
                        select distinct prefix::text as prefix from ban
                        where ended_at is null and prefix is not null and (until is null or until > :now)
                        """)
                .param("now", AccessLists.time(now))
                .query((row, number) -> prefix(row))
                .list();
    }

    /** Bans in force of any of {@code nodes}. */
    Map<NodeId, List<Until>> ofNodes(Collection<NodeId> nodes, Instant now) {
        var bans = new HashMap<NodeId, List<Until>>();
        if (!nodes.isEmpty()) {
            db.sql(
                            """
                            select node_id, until from ban
                            where ended_at is null and (until is null or until > :now) and node_id = any(:nodes)
                            """)
                    .param("now", AccessLists.time(now))
                    .param("nodes", nodes.stream().map(NodeId::hex).toArray(String[]::new))
                    .query(row -> {
                        bans.computeIfAbsent(
                                        new NodeId(requireNonNull(row.getString("node_id"))),
                                        node -> new ArrayList<>())
                                .add(until(row));
                    });
        }
        return bans;
    }

    private static Prefix prefix(ResultSet row) throws SQLException {
        return Prefix.parse(requireNonNull(row.getString("prefix")));
    }

    private static Until until(ResultSet row) throws SQLException {
        return new Until(AccessLists.instant(row, "until"));
    }
}
