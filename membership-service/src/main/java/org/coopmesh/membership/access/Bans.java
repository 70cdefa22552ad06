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

    /**
     * Takes words in, each ban's in their order. A ban that ends before it is known is kept as ended, so that a late word about
     * its beginning changes nothing.
     */
    void take(Collection<Word> words, Instant now) {
        var imposed = new ArrayList<Word>();
        var ended = new ArrayList<Word>();
        words.forEach(word -> (word instanceof Imposed ? imposed : ended).add(word));
        insert(imposed, null);
        if (!ended.isEmpty()) {
            db.sql(
                            """
                            update ban b set ended_at = :now
                            from unnest(:ids::uuid[]) as said (ban_id)
                            where b.ban_id = said.ban_id and b.ended_at is null
                            """)
                    .param("now", AccessLists.time(now))
                    .param("ids", ended.stream().map(Word::ban).toArray(UUID[]::new))
                    .update();
            insert(ended, now);
        }
    }

    private void insert(List<Word> words, @Nullable Instant endedAt) {
        if (words.isEmpty()) {
            return;
        }
        int count = words.size();
        var ids = new UUID[count];
        var prefixes = new @Nullable String[count];
        var nodes = new @Nullable String[count];
        var since = new @Nullable String[count];
        var until = new @Nullable String[count];
        for (int i = 0; i < count; i++) {
            Word word = words.get(i);
            ids[i] = word.ban();
            switch (word.target()) {
                case Target.Addresses(Prefix banned) -> prefixes[i] = banned.toString();
                case Target.WholeNode(NodeId banned) -> nodes[i] = banned.hex();
            }
            if (word instanceof Imposed one) {
                since[i] = one.at().toString();
                until[i] = one.until() == null ? null : one.until().toString();
            }
        }
        db.sql(
                        """
                        insert into ban (ban_id, prefix, node_id, imposed_at, until, ended_at)
                        select ban_id, prefix::cidr, node_id, coalesce(since::timestamptz, :endedAt), until::timestamptz,
                            :endedAt
                        from unnest(:ids::uuid[], :prefixes::text[], :nodes::text[], :since::text[], :until::text[])
                            as said (ban_id, prefix, node_id, since, until)
                        on conflict do nothing
                        """)
                .param("ids", ids)
                .param("prefixes", prefixes)
                .param("nodes", nodes)
                .param("since", since)
                .param("until", until)
                .param("endedAt", AccessLists.time(endedAt), Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }

    /** Until when each of {@code prefixes} is banned at {@code now}; those that are not are left out. */
    Map<Prefix, Until> ofPrefixes(Collection<Prefix> prefixes, Instant now) {
        var until = new HashMap<Prefix, Until>();
        if (!prefixes.isEmpty()) {
            db.sql(
                            """
                            select prefix::text as prefix, until
                            from ban join unnest(:prefixes::cidr[]) as asked (prefix) using (prefix)
                            where ended_at is null and (until is null or until > :now)
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
