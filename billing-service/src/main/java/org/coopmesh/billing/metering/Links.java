package org.coopmesh.billing.metering;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.coopmesh.billing.metering.CarriageClaims.Passed;
import org.coopmesh.billing.metering.LinkHour.Alone;
import org.coopmesh.billing.metering.LinkHour.End;
import org.coopmesh.billing.metering.LinkHour.LinkId;
import org.coopmesh.billing.metering.LinkHour.Outside;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the check of links: what is still to be looked at, what the ends said by the hour, and where they disagree. */
@Repository
class Links {
    /** One reviewer at a time, over all replicas. */
    private static final long REVIEWER = 0x6c696e6b73L;

    private final JdbcClient db;
    private final JdbcTemplate jdbc;

    Links(JdbcClient db, JdbcTemplate jdbc) {
        this.db = db;
        this.jdbc = jdbc;
    }

    /** Marks the hours of {@code counted} for review, in the transaction that makes the reports durable. */
    void due(Collection<UsageReport> counted) {
        Map<Instant, TreeSet<NodeId>> hours = new TreeMap<>();
        for (UsageReport report : counted) {
            if (!report.links().isEmpty() || report.uplink() != null) {
                hours.computeIfAbsent(report.hour(), hour -> new TreeSet<>()).add(report.nodeId());
            }
        }
        hours.forEach((hour, nodes) ->
                db.sql("insert into link_due (hour, nodes) values (:hour, :nodes)")
                        .param("hour", hour.atOffset(ZoneOffset.UTC))
                        .param("nodes", bytes(nodes))
                        .update());
    }

    /** False where another reviewer is at work; else nobody else is until the transaction ends. */
    boolean lock() {
        return db.sql("select pg_try_advisory_xact_lock(:key)")
                .param("key", REVIEWER)
                .query(Boolean.class)
                .single();
    }

    /** Nodes with new reports in one hour. */
    record Due(Instant hour, List<NodeId> nodes) {}

    /** Takes the oldest marks. Reports that they speak of are visible to the statements that follow. */
    List<Due> take(int limit) {
        return db.sql(
                        """
                        delete from link_due where id in (select id from link_due order by id limit :limit)
                        returning hour, nodes
                        """)
                .param("limit", limit)
                .query((rows, i) ->
                        new Due(
                                rows.getObject("hour", OffsetDateTime.class).toInstant(),
                                List.of((byte[][]) rows.getArray("nodes").getArray()).stream()
                                        .map(NodeId::of)
                                        .toList()))
                .list();
    }

    /** Writes what was found of {@code hours}, in place of what was found before. */
    void replace(Collection<LinkHour> hours) {
        List<LinkHour> ordered =
                hours.stream()
                        .sorted(
                                java.util.Comparator.comparing(LinkHour::link)
                                        .thenComparing(LinkHour::hour))
                        .toList();
        jdbc.batchUpdate(
                """
                insert into link_hour (low_node, high_node, hour, windows_matched, windows_outside,
                    windows_low_alone, windows_high_alone, low_sent_bytes, high_received_bytes,
                    high_sent_bytes, low_received_bytes, up_credited_bytes, down_credited_bytes,
                    low_alone_sent_bytes, low_alone_received_bytes, high_alone_sent_bytes, high_alone_received_bytes)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (low_node, high_node, hour) do update set
                    windows_matched = excluded.windows_matched, windows_outside = excluded.windows_outside,
                    windows_low_alone = excluded.windows_low_alone, windows_high_alone = excluded.windows_high_alone,
                    low_sent_bytes = excluded.low_sent_bytes, high_received_bytes = excluded.high_received_bytes,
                    high_sent_bytes = excluded.high_sent_bytes, low_received_bytes = excluded.low_received_bytes,
                    up_credited_bytes = excluded.up_credited_bytes, down_credited_bytes = excluded.down_credited_bytes,
                    low_alone_sent_bytes = excluded.low_alone_sent_bytes,
                    low_alone_received_bytes = excluded.low_alone_received_bytes,
                    high_alone_sent_bytes = excluded.high_alone_sent_bytes,
                    high_alone_received_bytes = excluded.high_alone_received_bytes
                """,
                ordered.stream()
                        .map(hour ->
                                new Object[] {
                                    hour.link().low().bytes(),
                                    hour.link().high().bytes(),
                                    hour.hour().atOffset(ZoneOffset.UTC),
                                    hour.matched(),
                                    hour.outside().size(),
                                    hour.lowAlone().windows(),
                                    hour.highAlone().windows(),
                                    hour.lowSent(),
                                    hour.highReceived(),
                                    hour.highSent(),
                                    hour.lowReceived(),
                                    hour.upCredited(),
                                    hour.downCredited(),
                                    hour.lowAlone().sent(),
                                    hour.lowAlone().received(),
                                    hour.highAlone().sent(),
                                    hour.highAlone().received()
                                })
                        .toList());
        jdbc.batchUpdate(
                """
                delete from link_outside
                where low_node = ? and high_node = ? and started_at >= ? and started_at < ?
                """,
                ordered.stream()
                        .map(hour ->
                                new Object[] {
                                    hour.link().low().bytes(),
                                    hour.link().high().bytes(),
                                    hour.hour().atOffset(ZoneOffset.UTC),
                                    hour.hour().plusSeconds(3_600).atOffset(ZoneOffset.UTC)
                                })
                        .toList());
        jdbc.batchUpdate(
                """
                insert into link_outside (low_node, high_node, started_at, ended_at, low_boot, low_sequence,
                    high_boot, high_sequence, low_sent_bytes, high_received_bytes, high_sent_bytes, low_received_bytes)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
                """,
                ordered.stream()
                        .flatMap(hour -> hour.outside().stream())
                        .map(outside -> {
                            End low = outside.low();
                            End high = outside.high();
                            LinkId link = LinkId.of(low.report().nodeId(), high.report().nodeId());
                            return new Object[] {
                                link.low().bytes(),
                                link.high().bytes(),
                                low.startedAt().atOffset(ZoneOffset.UTC),
                                low.endedAt().atOffset(ZoneOffset.UTC),
                                low.report().bootId(),
                                low.report().sequence(),
                                high.report().bootId(),
                                high.report().sequence(),
                                low.sent(),
                                high.received(),
                                high.sent(),
                                low.received()
                            };
                        })
                        .toList());
    }

    /** Writes what passed through nodes, in place of what was found before. */
    void replaceNodes(Collection<NodeHour> hours, long epsilonBytes, int tolerancePpm) {
        jdbc.batchUpdate(
                """
                insert into node_hour (node_id, hour, windows, link_received_bytes, link_sent_bytes,
                    nobody_received_bytes, nobody_sent_bytes, uplink_received_bytes, uplink_sent_bytes,
                    originated_bytes, consumed_bytes, balanced)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (node_id, hour) do update set
                    windows = excluded.windows, link_received_bytes = excluded.link_received_bytes,
                    link_sent_bytes = excluded.link_sent_bytes,
                    nobody_received_bytes = excluded.nobody_received_bytes,
                    nobody_sent_bytes = excluded.nobody_sent_bytes,
                    uplink_received_bytes = excluded.uplink_received_bytes,
                    uplink_sent_bytes = excluded.uplink_sent_bytes,
                    originated_bytes = excluded.originated_bytes, consumed_bytes = excluded.consumed_bytes,
                    balanced = excluded.balanced
                """,
                hours.stream()
                        .sorted(java.util.Comparator.comparing(NodeHour::node))
                        .map(hour ->
                                new Object[] {
                                    hour.node().bytes(),
                                    hour.hour().atOffset(ZoneOffset.UTC),
                                    hour.windows(),
                                    hour.linkReceived(),
                                    hour.linkSent(),
                                    hour.nobodyReceived(),
                                    hour.nobodySent(),
                                    hour.uplinkReceived(),
                                    hour.uplinkSent(),
                                    hour.originated(),
                                    hour.consumed(),
                                    hour.balanced(epsilonBytes, tolerancePpm)
                                })
                        .toList());
    }

    /** What passed through every node in the hour, as far as the other ends agree. */
    Map<NodeId, Passed> passed(Instant hour) {
        var passed = new HashMap<NodeId, Passed>();
        db.sql(
                        """
                        select node_id, sum(came_in) as came_in, sum(went_out) as went_out from (
                            select node_id, uplink_received_bytes::numeric + nobody_received_bytes as came_in,
                                   uplink_sent_bytes::numeric + nobody_sent_bytes as went_out
                            from node_hour where hour = :hour
                            union all
                            select low_node, down_credited_bytes::numeric + low_alone_received_bytes,
                                   up_credited_bytes::numeric + low_alone_sent_bytes
                            from link_hour where hour = :hour
                            union all
                            select high_node, up_credited_bytes::numeric + high_alone_received_bytes,
                                   down_credited_bytes::numeric + high_alone_sent_bytes
                            from link_hour where hour = :hour
                        ) ends
                        group by node_id
                        """)
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .query(rows -> {
                    passed.put(
                            NodeId.of(rows.getBytes("node_id")),
                            new Passed(
                                    UsageHours.saturated(rows.getBigDecimal("came_in")),
                                    UsageHours.saturated(rows.getBigDecimal("went_out"))));
                });
        return passed;
    }

    /** The windows of {@code link} that began in [{@code from}, {@code to}) and are outside, oldest first. */
    List<Outside> outside(LinkId link, Instant from, Instant to, int limit) {
        return db.sql(
                        """
                        select * from link_outside
                        where low_node = :low and high_node = :high and started_at >= :from and started_at < :to
                        order by started_at limit :limit
                        """)
                .param("low", link.low().bytes())
                .param("high", link.high().bytes())
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query(Links::outside)
                .list();
    }

    /** A link whose ends disagreed too often. */
    record Discrepancy(
            UUID id, LinkId link, Instant from, Instant to, int windowsOutside, Instant raisedAt) {}

    /** Extends what was raised of {@code found}'s link, if it ended no longer than {@code quiet} before. */
    boolean extend(Discrepancy found, Instant notBefore) {
        return db.sql(
                                """
                                update link_discrepancy
                                set to_at = greatest(to_at, :to), from_at = least(from_at, :from),
                                    windows_outside = greatest(windows_outside, (
                                        select count(*) from link_outside o
                                        where o.low_node = :low and o.high_node = :high
                                          and o.started_at >= least(from_at, :from) and o.started_at < greatest(to_at, :to)))
                                where id = (select id from link_discrepancy
                                            where low_node = :low and high_node = :high
                                              and to_at >= :notBefore and from_at <= :to
                                            order by to_at desc limit 1)
                                """)
                        .param("low", found.link().low().bytes())
                        .param("high", found.link().high().bytes())
                        .param("from", found.from().atOffset(ZoneOffset.UTC))
                        .param("to", found.to().atOffset(ZoneOffset.UTC))
                        .param("notBefore", notBefore.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    void raise(Discrepancy found) {
        db.sql(
                        """
                        insert into link_discrepancy (id, low_node, high_node, from_at, to_at, windows_outside, raised_at)
                        values (:id, :low, :high, :from, :to, :windows, :raisedAt)
                        """)
                .param("id", found.id())
                .param("low", found.link().low().bytes())
                .param("high", found.link().high().bytes())
                .param("from", found.from().atOffset(ZoneOffset.UTC))
                .param("to", found.to().atOffset(ZoneOffset.UTC))
                .param("windows", found.windowsOutside())
                .param("raisedAt", found.raisedAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Where a discrepancy stands among all, which may be raised at the same time. */
    record Raised(Instant at, UUID id) {
        private static final UUID LOWEST = new UUID(0, 0);

        /** Behind all that were raised at {@code at}, in the order of newest first. */
        static Raised before(Instant at) {
            return new Raised(at, LOWEST);
        }
    }

    Optional<Discrepancy> discrepancy(UUID id) {
        return db.sql("select * from link_discrepancy where id = :id")
                .param("id", id)
                .query(Links::discrepancy)
                .optional();
    }

    /** Discrepancies that come after {@code end} when the newest is first; of one node where {@code nodeId} is given. */
    List<Discrepancy> discrepancies(Raised end, @Nullable NodeId nodeId, int limit) {
        return db.sql(
                        """
                        select * from link_discrepancy
                        where (raised_at, id) < (:at, :id)
                          and (:node::bytea is null or low_node = :node or high_node = :node)
                        order by raised_at desc, id desc limit :limit
                        """)
                .param("at", end.at().atOffset(ZoneOffset.UTC))
                .param("id", end.id())
                .param("node", nodeId == null ? null : nodeId.bytes(), java.sql.Types.BINARY)
                .param("limit", limit)
                .query(Links::discrepancy)
                .list();
    }

    /** The last of a page of links. */
    record Cursor(Instant hour, LinkId link) {}

    /** What both ends agree went over a link in an hour. */
    record Load(LinkId link, Instant hour, long up, long down) {}

    /** The newest hour of [{@code from}, {@code to}) that links were counted in, at most {@code limit} of them by id. */
    List<Load> newest(Instant from, Instant to, int limit) {
        return db.sql(
                        """
                        select low_node, high_node, hour, up_credited_bytes, down_credited_bytes from link_hour
                        where hour = (select max(hour) from link_hour where hour >= :from and hour < :to)
                        order by low_node, high_node limit :limit
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query((rows, i) ->
                        new Load(
                                link(rows),
                                instant(rows, "hour"),
                                rows.getLong("up_credited_bytes"),
                                rows.getLong("down_credited_bytes")))
                .list();
    }

    /** One link in one hour, as it was found; the windows outside are counted, not listed. */
    record Found(
            LinkId link,
            Instant hour,
            int matched,
            int outside,
            long lowSent,
            long highReceived,
            long highSent,
            long lowReceived,
            long upCredited,
            long downCredited,
            Alone lowAlone,
            Alone highAlone) {}

    /** What both ends agree on over all hours that begin in [{@code from}, {@code to}), by link. */
    List<LinkBytes> agreed(Instant from, Instant to) {
        return db.sql(
                        """
                        select low_node, high_node,
                               least(9223372036854775807, sum(up_credited_bytes::numeric + down_credited_bytes)) as bytes
                        from link_hour where hour >= :from and hour < :to
                        group by low_node, high_node
                        having sum(up_credited_bytes::numeric + down_credited_bytes) > 0
                        order by low_node, high_node
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((rows, i) ->
                        new LinkBytes(
                                NodeId.of(rows.getBytes("low_node")),
                                NodeId.of(rows.getBytes("high_node")),
                                rows.getBigDecimal("bytes").longValueExact()))
                .list();
    }

    /**
     * All links in hours that begin in [{@code from}, {@code to}), after {@code after} in the order of hours and links; those of
     * one node where {@code nodeId} is given.
     */
    List<Found> hours(
            @Nullable NodeId nodeId, Instant from, Instant to, @Nullable Cursor after, int limit) {
        return db.sql(
                        """
                        select * from link_hour
                        where hour >= :from and hour < :to and (:node::bytea is null or low_node = :node or high_node = :node)
                          and (:hour::timestamptz is null or (hour, low_node, high_node) > (:hour, :low, :high))
                        order by hour, low_node, high_node limit :limit
                        """)
                .param(
                        "hour",
                        after == null ? null : after.hour().atOffset(ZoneOffset.UTC),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param("low", after == null ? new byte[0] : after.link().low().bytes())
                .param("high", after == null ? new byte[0] : after.link().high().bytes())
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("node", nodeId == null ? null : nodeId.bytes(), java.sql.Types.BINARY)
                .param("limit", limit)
                .query((rows, i) ->
                        new Found(
                                link(rows),
                                instant(rows, "hour"),
                                rows.getInt("windows_matched"),
                                rows.getInt("windows_outside"),
                                rows.getLong("low_sent_bytes"),
                                rows.getLong("high_received_bytes"),
                                rows.getLong("high_sent_bytes"),
                                rows.getLong("low_received_bytes"),
                                rows.getLong("up_credited_bytes"),
                                rows.getLong("down_credited_bytes"),
                                new Alone(
                                        rows.getInt("windows_low_alone"),
                                        rows.getLong("low_alone_sent_bytes"),
                                        rows.getLong("low_alone_received_bytes")),
                                new Alone(
                                        rows.getInt("windows_high_alone"),
                                        rows.getLong("high_alone_sent_bytes"),
                                        rows.getLong("high_alone_received_bytes"))))
                .list();
    }

    /** What passed through a node, and whether it adds up. */
    record Balance(NodeHour hour, boolean balanced) {}

    /** The hours of {@code nodeId}, or where that is null of all nodes where they do not add up, oldest first. */
    List<Balance> balances(@Nullable NodeId nodeId, Instant from, Instant to, int limit) {
        return db.sql(
                        """
                        select * from node_hour
                        where hour >= :from and hour < :to and (node_id = :node or (:node::bytea is null and not balanced))
                        order by hour, node_id limit :limit
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("node", nodeId == null ? null : nodeId.bytes(), java.sql.Types.BINARY)
                .param("limit", limit)
                .query((rows, i) ->
                        new Balance(
                                new NodeHour(
                                        NodeId.of(rows.getBytes("node_id")),
                                        instant(rows, "hour"),
                                        rows.getInt("windows"),
                                        rows.getLong("link_received_bytes"),
                                        rows.getLong("link_sent_bytes"),
                                        rows.getLong("nobody_received_bytes"),
                                        rows.getLong("nobody_sent_bytes"),
                                        rows.getLong("uplink_received_bytes"),
                                        rows.getLong("uplink_sent_bytes"),
                                        rows.getLong("originated_bytes"),
                                        rows.getLong("consumed_bytes")),
                                rows.getBoolean("balanced")))
                .list();
    }

    private static Discrepancy discrepancy(ResultSet rows, int row) throws SQLException {
        return new Discrepancy(
                rows.getObject("id", UUID.class),
                link(rows),
                instant(rows, "from_at"),
                instant(rows, "to_at"),
                rows.getInt("windows_outside"),
                instant(rows, "raised_at"));
    }

    private static Outside outside(ResultSet rows, int row) throws SQLException {
        LinkId link = link(rows);
        Instant from = instant(rows, "started_at");
        Instant to = instant(rows, "ended_at");
        return new Outside(
                new End(
                        new Key(
                                link.low(),
                                rows.getObject("low_boot", UUID.class),
                                rows.getLong("low_sequence")),
                        from,
                        to,
                        rows.getLong("low_sent_bytes"),
                        rows.getLong("low_received_bytes")),
                new End(
                        new Key(
                                link.high(),
                                rows.getObject("high_boot", UUID.class),
                                rows.getLong("high_sequence")),
                        from,
                        to,
                        rows.getLong("high_sent_bytes"),
                        rows.getLong("high_received_bytes")));
    }

    private static LinkId link(ResultSet rows) throws SQLException {
        return new LinkId(
                NodeId.of(rows.getBytes("low_node")), NodeId.of(rows.getBytes("high_node")));
    }

    private static Instant instant(ResultSet rows, String column) throws SQLException {
        return rows.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static byte[][] bytes(Collection<NodeId> nodes) {
        return nodes.stream().map(NodeId::bytes).toArray(byte[][]::new);
    }
}
