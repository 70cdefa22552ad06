package org.coopmesh.membership.topology;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what nodes tell of themselves. */
@Repository
class Statuses {
    private final JdbcClient db;

    Statuses(JdbcClient db) {
        this.db = db;
    }

    /** A row as it is kept, before anybody asks how long ago that was. */
    record Row(
            Instant lastSeenAt,
            @Nullable Telemetry telemetry,
            LinkEnds.Told told,
            List<LinkSource> sources) {}

    /** Rows are locked in the order of node ids, so that two replicas do not wait for one another. */
    void seen(Collection<NodeId> nodes, Instant at) {
        db.sql(
                        """
                        insert into node_status (node_id, last_seen_at)
                        select distinct node_id, :at from unnest(:nodes::text[]) as called (node_id) order by node_id
                        on conflict (node_id) do update
                        set last_seen_at = greatest(node_status.last_seen_at, excluded.last_seen_at)
                        """)
                .param("nodes", ids(nodes))
                .param("at", time(at))
                .update();
    }

    /** Keeps a report unless a newer one is there; true if it was kept. */
    boolean keep(NodeId node, Instant seenAt, Telemetry telemetry) {
        seen(List.of(node), seenAt);
        return db.sql(
                                """
                                update node_status
                                set observed_at = :observedAt, agent_version = :version, uptime_seconds = :uptime,
                                    load_milli = :load, memory_total_bytes = :memoryTotal,
                                    memory_available_bytes = :memoryAvailable, clients = :clients,
                                    access_list_version = :listVersion, spool_bytes = :spoolBytes,
                                    spool_windows = :spoolWindows
                                where node_id = :node and (observed_at is null or observed_at <= :observedAt)
                                """)
                        .param("observedAt", time(telemetry.observedAt()))
                        .param("version", telemetry.agentVersion())
                        .param("uptime", telemetry.uptimeSeconds())
                        .param("load", telemetry.loadMilli())
                        .param("memoryTotal", telemetry.memoryTotalBytes())
                        .param("memoryAvailable", telemetry.memoryAvailableBytes())
                        .param("clients", telemetry.clients())
                        .param("listVersion", telemetry.accessListVersion())
                        .param("spoolBytes", telemetry.spoolBytes())
                        .param("spoolWindows", telemetry.spoolWindows())
                        .param("node", node.hex())
                        .update()
                == 1;
    }

    void replaceLinks(NodeId node, List<Link> links) {
        db.sql("delete from node_link where node_id = :node").param("node", node.hex()).update();
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(i);
            db.sql(
                            """
                            insert into node_link (node_id, position, neighbour_node_id, interface,
                                neighbour_address, source, rx_cost, tx_cost, cost_text, up, used)
                            values (:node, :position, :neighbour, :interface, :address, :source, :rx, :tx,
                                :costText, :up, :used)
                            """)
                    .param("node", node.hex())
                    .param("position", i)
                    .param("neighbour", link.neighbour())
                    .param("interface", link.interfaceName())
                    .param("address", link.address())
                    .param("source", link.source())
                    .param("rx", link.rxCost())
                    .param("tx", link.txCost())
                    .param("costText", link.costText())
                    .param("up", link.up(), Types.BOOLEAN)
                    .param("used", link.used(), Types.BOOLEAN)
                    .update();
        }
    }

    /** Writes only what changed: addresses stay the same for weeks. */
    void replaceAddresses(NodeId node, List<OwnAddress> addresses) {
        String[] interfaces =
                addresses.stream().map(OwnAddress::interfaceName).toArray(String[]::new);
        String[] texts = addresses.stream().map(OwnAddress::address).toArray(String[]::new);
        db.sql(
                        """
                        delete from node_address
                        where node_id = :node and (interface, address) not in (
                            select * from unnest(:interfaces::text[], :addresses::text[]))
                        """)
                .param("node", node.hex())
                .param("interfaces", interfaces)
                .param("addresses", texts)
                .update();
        db.sql(
                        """
                        insert into node_address (node_id, interface, address)
                        select :node, * from unnest(:interfaces::text[], :addresses::text[])
                        on conflict do nothing
                        """)
                .param("node", node.hex())
                .param("interfaces", interfaces)
                .param("addresses", texts)
                .update();
    }

    void replaceSources(NodeId node, List<LinkSource> sources) {
        db.sql(
                        "update node_status set link_sources = :names, link_troubles = :troubles where node_id = :node")
                .param("names", sources.stream().map(LinkSource::name).toArray(String[]::new))
                .param("troubles", sources.stream().map(LinkSource::trouble).toArray(String[]::new))
                .param("node", node.hex())
                .update();
    }

    Map<NodeId, Instant> lastSeen() {
        var seen = new HashMap<NodeId, Instant>();
        db.sql("select node_id, last_seen_at from node_status")
                .query(row -> {
                    seen.put(
                            new NodeId(text(row, "node_id")),
                            requireNonNull(instant(row, "last_seen_at")));
                });
        return seen;
    }

    Map<NodeId, Row> of(Collection<NodeId> nodes) {
        if (nodes.isEmpty()) {
            return Map.of();
        }
        Map<String, LinkEnds.Told> told = told(nodes);
        var rows = new HashMap<NodeId, Row>();
        db.sql("select * from node_status where node_id = any(:ids)")
                .param("ids", ids(nodes))
                .query(row -> {
                    String node = text(row, "node_id");
                    rows.put(
                            new NodeId(node),
                            new Row(
                                    requireNonNull(instant(row, "last_seen_at")),
                                    telemetry(row),
                                    told.getOrDefault(node, LinkEnds.Told.NOTHING),
                                    sources(row)));
                });
        return rows;
    }

    /** What those tell who were heard since then and claim an address that a link of {@code rows} leads to. */
    Map<NodeId, LinkEnds.Told> neighboursOf(Collection<Row> rows, Instant since) {
        String[] addresses =
                rows.stream()
                        .flatMap(row -> row.told().links().stream())
                        .map(Link::address)
                        .filter(address -> !address.isEmpty())
                        .distinct()
                        .toArray(String[]::new);
        List<NodeId> claimants =
                db.sql(
                                """
                                select distinct node_id from node_address join node_status using (node_id)
                                where address = any(:addresses) and last_seen_at > :since
                                """)
                        .param("addresses", addresses)
                        .param("since", time(since))
                        .query((row, number) -> new NodeId(text(row, "node_id")))
                        .list();
        var told = new HashMap<NodeId, LinkEnds.Told>();
        told(claimants).forEach((node, links) -> told.put(new NodeId(node), links));
        return told;
    }

    /** What a node calls its own in an overlay; the database reads the address, whatever form it was told in. */
    Map<NodeId, List<String>> overlayAddresses(Collection<NodeId> nodes) {
        var found = new HashMap<NodeId, List<String>>();
        if (nodes.isEmpty()) {
            return found;
        }
        db.sql(
                        """
                        select min(node_id) as node_id, min(address) as address
                        from node_address
                        where interface = '' and address ~ '^(2|3|fc)[0-9a-f]{2}:[0-9a-f:]+$'
                        group by address
                        having count(distinct node_id) = 1 and min(node_id) = any(:ids)
                        order by 1, 2
                        """)
                .param("ids", ids(nodes))
                .query(row -> {
                    List<String> addresses =
                            found.computeIfAbsent(
                                    new NodeId(text(row, "node_id")), node -> new ArrayList<>());
                    String address = text(row, "address");
                    boolean cjdns = address.startsWith("fc");
                    if (addresses.stream().noneMatch(other -> other.startsWith("fc") == cjdns)) {
                        addresses.add(address);
                    }
                });
        return found;
    }

    private Map<String, LinkEnds.Told> told(Collection<NodeId> nodes) {
        var told = new HashMap<String, LinkEnds.Told>();
        if (nodes.isEmpty()) {
            return told;
        }
        for (NodeId node : nodes) {
            told.put(node.hex(), new LinkEnds.Told(new ArrayList<>(), new ArrayList<>()));
        }
        db.sql("select * from node_link where node_id = any(:ids) order by node_id, position")
                .param("ids", ids(nodes))
                .query(row -> {
                    requireNonNull(told.get(text(row, "node_id"))).links().add(link(row));
                });
        db.sql(
                        "select * from node_address where node_id = any(:ids) order by node_id, interface, address")
                .param("ids", ids(nodes))
                .query(row -> {
                    requireNonNull(told.get(text(row, "node_id")))
                            .addresses()
                            .add(new OwnAddress(text(row, "interface"), text(row, "address")));
                });
        return told;
    }

    private static Link link(ResultSet row) throws SQLException {
        return new Link(
                text(row, "neighbour_node_id"),
                text(row, "interface"),
                text(row, "neighbour_address"),
                text(row, "source"),
                row.getLong("rx_cost"),
                row.getLong("tx_cost"),
                text(row, "cost_text"),
                row.getObject("up", Boolean.class),
                row.getObject("used", Boolean.class));
    }

    private static List<LinkSource> sources(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray("link_sources").getArray();
        String[] troubles = (String[]) row.getArray("link_troubles").getArray();
        var sources = new ArrayList<LinkSource>();
        for (int i = 0; i < names.length; i++) {
            sources.add(new LinkSource(names[i], troubles[i]));
        }
        return sources;
    }

    private static String[] ids(Collection<NodeId> nodes) {
        return nodes.stream().map(NodeId::hex).toArray(String[]::new);
    }

    private static @Nullable Telemetry telemetry(ResultSet row) throws SQLException {
        Instant observedAt = instant(row, "observed_at");
        return observedAt == null
                ? null
                : new Telemetry(
                        observedAt,
                        requireNonNullElse(row.getString("agent_version"), ""),
                        row.getLong("uptime_seconds"),
                        row.getLong("load_milli"),
                        row.getLong("memory_total_bytes"),
                        row.getLong("memory_available_bytes"),
                        row.getLong("clients"),
                        row.getLong("access_list_version"),
                        row.getLong("spool_bytes"),
                        row.getLong("spool_windows"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }
}
