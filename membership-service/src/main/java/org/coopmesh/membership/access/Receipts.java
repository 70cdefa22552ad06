package org.coopmesh.membership.access;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for receipts; one per node, the newest. */
@Repository
class Receipts {
    private final JdbcClient db;

    Receipts(JdbcClient db) {
        this.db = db;
    }

    /**
     * Keeps receipts, each of another node, in one statement. One that came late, about an older version that had no failure,
     * changes nothing. Rows are locked in the order of node ids, so that two replicas do not wait for one another.
     */
    void keep(Collection<Receipt> receipts) {
        List<Receipt> ordered =
                receipts.stream()
                        .sorted(Comparator.comparing(receipt -> receipt.node().hex()))
                        .toList();
        db.sql(
                        """
                        insert into access_receipt as r (node_id, version, entries_hash, applied_at, apply_millis,
                            set_sizes, failure, received_at, took_millis)
                        select node_id, version, entries_hash, applied_at, apply_millis, sets::jsonb, failure,
                            received_at, took_millis
                        from unnest(:nodes::text[], :versions::bigint[], :hashes::bytea[], :appliedAt::timestamptz[],
                            :applyMillis::bigint[], :sets::text[], :failures::text[], :receivedAt::timestamptz[],
                            :took::bigint[])
                            as told (node_id, version, entries_hash, applied_at, apply_millis, sets, failure,
                                received_at, took_millis)
                        on conflict (node_id) do update
                        set version = excluded.version, entries_hash = excluded.entries_hash,
                            applied_at = excluded.applied_at, apply_millis = excluded.apply_millis,
                            set_sizes = excluded.set_sizes, failure = excluded.failure,
                            received_at = excluded.received_at,
                            took_millis = case when r.version = excluded.version and r.failure = excluded.failure
                                then coalesce(r.took_millis, excluded.took_millis)
                                else excluded.took_millis end
                        where excluded.version >= r.version or excluded.applied_at > r.applied_at
                            or excluded.failure <> ''
                        """)
                .param("nodes", column(ordered, String[]::new, receipt -> receipt.node().hex()))
                .param("versions", column(ordered, Long[]::new, Receipt::version))
                .param(
                        "hashes",
                        column(
                                ordered,
                                byte[][]::new,
                                receipt -> receipt.entriesHash().toByteArray()))
                .param(
                        "appliedAt",
                        column(ordered, String[]::new, receipt -> receipt.appliedAt().toString()))
                .param("applyMillis", column(ordered, Long[]::new, Receipt::applyMillis))
                .param("sets", column(ordered, String[]::new, Receipts::sets))
                .param("failures", column(ordered, String[]::new, Receipt::failure))
                .param(
                        "receivedAt",
                        column(ordered, String[]::new, receipt -> receipt.receivedAt().toString()))
                .param("took", column(ordered, Long[]::new, Receipt::tookMillis))
                .update();
    }

    private static <T> T[] column(
            List<Receipt> receipts,
            IntFunction<T[]> array,
            Function<Receipt, ? extends @Nullable T> value) {
        T[] column = array.apply(receipts.size());
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(receipts.get(i));
        }
        return column;
    }

    private static String sets(Receipt receipt) {
        return receipt.setSizes().entrySet().stream()
                .map(set -> quoted(set.getKey()) + ":" + set.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    Map<NodeId, Receipt> of(Collection<NodeId> nodes) {
        var receipts = new HashMap<NodeId, Receipt>();
        if (!nodes.isEmpty()) {
            db.sql("select * from access_receipt where node_id = any(:nodes)")
                    .param("nodes", nodes.stream().map(NodeId::hex).toArray(String[]::new))
                    .query(row -> {
                        Receipt receipt = receipt(row);
                        receipts.put(receipt.node(), receipt);
                    });
        }
        return receipts;
    }

    /** How many of {@code nodes} told of an older version than {@code version} last, or could not enforce what they have. */
    int lagging(Collection<NodeId> nodes, long version) {
        return db.sql(
                        """
                        select count(*) from access_receipt
                        where node_id = any(:nodes) and (version < :version or failure <> '')
                        """)
                .param("nodes", nodes.stream().map(NodeId::hex).toArray(String[]::new))
                .param("version", version)
                .query(Integer.class)
                .single();
    }

    private static Receipt receipt(ResultSet row) throws SQLException {
        return new Receipt(
                new NodeId(requireNonNull(row.getString("node_id"))),
                row.getLong("version"),
                ByteString.copyFrom(requireNonNull(row.getBytes("entries_hash"))),
                requireNonNull(AccessLists.instant(row, "applied_at")),
                row.getLong("apply_millis"),
                Map.of(), // Kept for people with psql; no page shows them yet.
                requireNonNull(row.getString("failure")),
                requireNonNull(AccessLists.instant(row, "received_at")),
                row.getObject("took_millis", Long.class));
    }

    /** A JSON string; names of nftables sets have no characters that would need more than this. */
    private static String quoted(String name) {
        return '"' + name.replaceAll("[^A-Za-z0-9_.:-]", "_") + '"';
    }
}
