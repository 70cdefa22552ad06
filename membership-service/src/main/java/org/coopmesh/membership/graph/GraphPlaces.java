package org.coopmesh.membership.graph;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.graph.Arrangement.Spot;
import org.coopmesh.membership.node.NodeId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for where nodes stand on the co-op's drawing. */
@Repository
class GraphPlaces {
    private final JdbcClient db;

    GraphPlaces(JdbcClient db) {
        this.db = db;
    }

    Map<NodeId, Spot> all() {
        var spots = new HashMap<NodeId, Spot>();
        db.sql("select node_id, x, y from graph_place")
                .query(row -> {
                    spots.put(
                            new NodeId(requireNonNull(row.getString("node_id"))),
                            new Spot(row.getDouble("x"), row.getDouble("y")));
                });
        return spots;
    }

    /** One arranges at a time, until the transaction ends. */
    void lock() {
        db.sql("select pg_advisory_xact_lock(hashtext('graph places'))").query(row -> {});
    }

    void forgetAll() {
        db.sql("delete from graph_place").update();
    }

    /** Keeps places of nodes that had none. */
    void keep(Map<NodeId, Spot> spots) {
        List<Map.Entry<NodeId, Spot>> rows = List.copyOf(spots.entrySet());
        db.sql(
                        """
                        insert into graph_place (node_id, x, y)
                        select * from unnest(:nodes::text[], :xs::float8[], :ys::float8[])
                        on conflict do nothing
                        """)
                .param("nodes", rows.stream().map(row -> row.getKey().hex()).toArray(String[]::new))
                .param("xs", rows.stream().map(row -> row.getValue().x()).toArray(Double[]::new))
                .param("ys", rows.stream().map(row -> row.getValue().y()).toArray(Double[]::new))
                .update();
    }
}
