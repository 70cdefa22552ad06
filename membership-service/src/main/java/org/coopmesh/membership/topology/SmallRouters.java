package org.coopmesh.membership.topology;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for small routers; callers keep them in the order of their ids, so that two collectors do not wait for each other. */
@Repository
class SmallRouters {
    private final JdbcClient db;

    SmallRouters(JdbcClient db) {
        this.db = db;
    }

    /** A row as it is kept. */
    record Row(
            String id,
            String hostname,
            Instant heardAt,
            NodeId toldBy,
            SmallRouter.@Nullable Figures figures,
            List<SmallRouter.Neighbour> neighbours,
            Map<NodeId, Instant> seenBy) {}

    /** Keeps what {@code collector} tells, unless something newer is there; that it has heard the router is kept anyway. */
    void keep(NodeId collector, SmallRouter router, Instant heardAt) {
        SmallRouter.Figures figures = router.figures();
        boolean newest =
                db.sql(
                                        """
                                        insert into collected_router (router_id, heard_at, told_by, hostname, uptime_seconds,
                                            load_milli, clients, rx_bytes, tx_bytes, forward_bytes)
                                        values (:id, :heardAt, :collector, :hostname, :uptime, :load, :clients, :rx, :tx, :forward)
                                        on conflict (router_id) do update
                                        set heard_at = excluded.heard_at, told_by = excluded.told_by,
                                            hostname = excluded.hostname, uptime_seconds = excluded.uptime_seconds,
                                            load_milli = excluded.load_milli, clients = excluded.clients,
                                            rx_bytes = excluded.rx_bytes, tx_bytes = excluded.tx_bytes,
                                            forward_bytes = excluded.forward_bytes
                                        where collected_router.heard_at <= excluded.heard_at
                                        """)
                                .param("id", router.id())
                                .param("heardAt", time(heardAt))
                                .param("collector", collector.hex())
                                .param("hostname", router.hostname())
                                .param("uptime", figures == null ? null : figures.uptimeSeconds())
                                .param("load", figures == null ? null : figures.loadMilli())
                                .param("clients", figures == null ? null : figures.clients())
                                .param("rx", figures == null ? null : figures.rxBytes())
                                .param("tx", figures == null ? null : figures.txBytes())
                                .param("forward", figures == null ? null : figures.forwardBytes())
                                .update()
                        == 1;
        if (newest) replaceNeighbours(router);
        db.sql(
                        """
                        insert into collected_sighting (router_id, node_id, heard_at) values (:id, :collector, :heardAt)
                        on conflict (router_id, node_id) do update
                        set heard_at = greatest(collected_sighting.heard_at, excluded.heard_at)
                        """)
                .param("id", router.id())
                .param("collector", collector.hex())
                .param("heardAt", time(heardAt))
                .update();
    }

    private void replaceNeighbours(SmallRouter router) {
        db.sql("delete from collected_neighbour where router_id = :id")
                .param("id", router.id())
                .update();
        for (int i = 0; i < router.neighbours().size(); i++) {
            SmallRouter.Neighbour neighbour = router.neighbours().get(i);
            db.sql(
                            """
                            insert into collected_neighbour (router_id, position, neighbour_router_id, address, source,
                                tq, rx_cost, tx_cost)
                            values (:id, :position, :neighbour, :address, :source, :tq, :rx, :tx)
                            """)
                    .param("id", router.id())
                    .param("position", i)
                    .param("neighbour", neighbour.routerId())
                    .param("address", neighbour.address())
                    .param("source", neighbour.source())
                    .param("tq", neighbour.tq())
                    .param("rx", neighbour.rxCost())
                    .param("tx", neighbour.txCost())
                    .update();
        }
    }

    /** Leaves a collector its newest {@code most} routers; what nobody else heard goes with the rest. */
    void bound(NodeId collector, int most) {
        List<String> cut =
                db.sql(
                                """
                                delete from collected_sighting
                                where node_id = :collector and router_id in (
                                    select router_id from collected_sighting where node_id = :collector
                                    order by heard_at desc, router_id offset :most)
                                returning router_id
                                """)
                        .param("collector", collector.hex())
                        .param("most", most)
                        .query((row, number) -> text(row, "router_id"))
                        .list();
        if (cut.isEmpty()) {
            return;
        }
        db.sql(
                        """
                        delete from collected_router where router_id in (
                            select router_id from collected_router router where router_id = any(:cut)
                            and not exists (select 1 from collected_sighting seen where seen.router_id = router.router_id)
                            for update skip locked)
                        """)
                .param("cut", cut.toArray(String[]::new))
                .update();
    }

    /** Forgets routers, and sightings, that are older. */
    void forgetBefore(Instant oldest) {
        db.sql("delete from collected_sighting where heard_at < :oldest")
                .param("oldest", time(oldest))
                .update();
        db.sql(
                        """
                        delete from collected_router where router_id in (
                            select router_id from collected_router where heard_at < :oldest for update skip locked)
                        """)
                .param("oldest", time(oldest))
                .update();
    }

    /** A page in the order of ids, after {@code after}. */
    List<Row> page(String after, int count) {
        record Found(
                String id,
                String hostname,
                Instant heardAt,
                NodeId toldBy,
                SmallRouter.@Nullable Figures figures) {}
        List<Found> found =
                db.sql(
                                "select * from collected_router where router_id > :after order by router_id limit :count")
                        .param("after", after)
                        .param("count", count)
                        .query((row, number) ->
                                new Found(
                                        text(row, "router_id"),
                                        text(row, "hostname"),
                                        instant(row),
                                        new NodeId(text(row, "told_by")),
                                        figures(row)))
                        .list();
        String[] ids = found.stream().map(Found::id).toArray(String[]::new);
        var neighbours = new HashMap<String, List<SmallRouter.Neighbour>>();
        db.sql(
                        "select * from collected_neighbour where router_id = any(:ids) order by router_id, position")
                .param("ids", ids)
                .query(row -> {
                    neighbours
                            .computeIfAbsent(text(row, "router_id"), id -> new ArrayList<>())
                            .add(
                                    new SmallRouter.Neighbour(
                                            text(row, "neighbour_router_id"),
                                            text(row, "address"),
                                            text(row, "source"),
                                            row.getLong("tq"),
                                            row.getLong("rx_cost"),
                                            row.getLong("tx_cost")));
                });
        var seenBy = new HashMap<String, Map<NodeId, Instant>>();
        db.sql("select * from collected_sighting where router_id = any(:ids)")
                .param("ids", ids)
                .query(row -> {
                    seenBy.computeIfAbsent(text(row, "router_id"), id -> new HashMap<>())
                            .put(new NodeId(text(row, "node_id")), instant(row));
                });
        return found.stream()
                .map(each ->
                        new Row(
                                each.id(),
                                each.hostname(),
                                each.heardAt(),
                                each.toldBy(),
                                each.figures(),
                                neighbours.getOrDefault(each.id(), List.of()),
                                seenBy.getOrDefault(each.id(), Map.of())))
                .toList();
    }

    private static SmallRouter.@Nullable Figures figures(ResultSet row) throws SQLException {
        long uptime = row.getLong("uptime_seconds");
        return row.wasNull()
                ? null
                : new SmallRouter.Figures(
                        uptime,
                        row.getLong("load_milli"),
                        row.getLong("clients"),
                        row.getLong("rx_bytes"),
                        row.getLong("tx_bytes"),
                        row.getLong("forward_bytes"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row) throws SQLException {
        return requireNonNull(row.getObject("heard_at", OffsetDateTime.class)).toInstant();
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }
}
