package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what nodes trust, and for who is behind. Nodes whose certificate has run out are not waited for. */
@Repository
class NodeTrusts {
    /** Nodes in service at :now that are not ready for :key. */
    private static final String BEHIND =
            """
            left join node_trust trust on trust.node = node.id
            where state = 'enrolled' and certificate_until > :now
              and not coalesce(
                  case :ready
                      when 'TRUSTS_AUTHORITY' then :key = any (trust.authorities)
                      when 'IS_OF_AUTHORITY' then trust.issuer = :key
                      when 'TRUSTS_LIST_KEY' then :key = any (trust.list_keys)
                  end, false)
            """;

    private final JdbcClient db;

    NodeTrusts(JdbcClient db) {
        this.db = db;
    }

    /** What makes a node ready for the next step. */
    enum Ready {
        /** It trusts the authority. */
        TRUSTS_AUTHORITY,
        /** Its certificate is of the authority. */
        IS_OF_AUTHORITY,
        /** It trusts the access-list key. */
        TRUSTS_LIST_KEY
    }

    /** A node in service that is not ready. */
    record Laggard(NodeRecordId id, String name, Instant certificateUntil, String agentVersion) {}

    void put(
            NodeRecordId node,
            String issuer,
            List<String> authorities,
            List<String> listKeys,
            Instant at) {
        db.sql(
                        """
                        insert into node_trust (node, issuer, authorities, list_keys, told_at)
                        values (:node, :issuer, :authorities, :listKeys, :at)
                        on conflict (node) do update
                        set issuer = excluded.issuer, authorities = excluded.authorities,
                            list_keys = excluded.list_keys, told_at = excluded.told_at
                        """)
                .param("node", node.value())
                .param("issuer", issuer)
                .param("authorities", authorities.toArray(String[]::new))
                .param("listKeys", listKeys.toArray(String[]::new))
                .param("at", Nodes.time(at))
                .update();
    }

    /** Nodes with a certificate that is good at {@code now}. */
    int inService(Instant now) {
        return db.sql(
                        """
                        select count(*) from node
                        where state = 'enrolled' and certificate_until > :now
                        """)
                .param("now", Nodes.time(now))
                .query(Integer.class)
                .single();
    }

    /** How many of them are not ready for {@code key}. */
    int waiting(Ready ready, String key, Instant now) {
        return db.sql("select count(*) from node " + BEHIND)
                .param("ready", ready.name())
                .param("key", key)
                .param("now", Nodes.time(now))
                .query(Integer.class)
                .single();
    }

    /** Those that are not ready, whose certificate ends first comes first. */
    List<Laggard> laggards(Ready ready, String key, Instant now, int limit) {
        return db.sql(
                        "select node.* from node "
                                + BEHIND
                                + " order by certificate_until, id limit :limit")
                .param("ready", ready.name())
                .param("key", key)
                .param("now", Nodes.time(now))
                .param("limit", limit)
                .query((row, number) ->
                        new Laggard(
                                new NodeRecordId(Nodes.uuid(row, "id")),
                                Nodes.text(row, "name"),
                                requireNonNull(Nodes.instant(row, "certificate_until")),
                                requireNonNullElse(row.getString("agent_version"), "")))
                .list();
    }
}
