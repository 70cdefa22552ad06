package org.coopmesh.billing.metering;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.metering.CarriageClaims.Claim;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the hours that counted reports add up to. */
@Repository
class UsageHours {
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    /** From this many stretches on the whole span is read once, instead of row by row for each of them. */
    private static final int MANY = 1_000;

    /** What reading the span once may take up before it goes to disk. */
    private static final String MEMORY = "64MB";

    private static final String USED =
            """
            select node.place,
                   sum(node.internet_down) as internet_down, sum(node.internet_up) as internet_up,
                   sum(node.local_down) as local_down, sum(node.local_up) as local_up,
                   sum(node.windows) as windows,
                   sum((select coalesce(sum(g.windows), 0) from usage_gap g
                         where g.node_id = node.node_id and g.lost_from >= node.from_at and g.lost_from < node.to_at)) as gaps
              from (select s.place, s.from_at, s.to_at, h.node_id,
                           sum(h.internet_bytes_down) as internet_down, sum(h.internet_bytes_up) as internet_up,
                           sum(h.local_bytes_down) as local_down, sum(h.local_bytes_up) as local_up,
                           sum(h.windows) as windows
                      from unnest(:attachments::uuid[], :from::timestamptz[], :to::timestamptz[])
                           with ordinality as s (attachment_id, from_at, to_at, place)
                      join usage_counted h on h.attachment_id = s.attachment_id and h.own
                       and h.hour >= s.from_at and h.hour < s.to_at
                     where h.hour >= :first and h.hour < :last
                     group by s.place, s.from_at, s.to_at, h.node_id) node
             group by node.place
            """;

    private final JdbcClient db;
    private final JdbcTemplate jdbc;

    UsageHours(JdbcClient db, JdbcTemplate jdbc) {
        this.db = db;
        this.jdbc = jdbc;
    }

    private record Hour(AttachmentId attachment, Instant hour, NodeId nodeId, boolean own) {
        /** The order in which rows are locked. */
        static final Comparator<Hour> ORDER =
                Comparator.comparing((Hour h) -> h.attachment().value())
                        .thenComparing(Hour::hour)
                        .thenComparing(Hour::nodeId)
                        .thenComparing(Hour::own);
    }

    private static final class Sums {
        long internetDown;
        long internetUp;
        long localDown;
        long localUp;
        long windows;

        void add(AttachmentUsage usage) {
            internetDown = sum(internetDown, usage.internetDown());
            internetUp = sum(internetUp, usage.internetUp());
            localDown = sum(localDown, usage.localDown());
            localUp = sum(localUp, usage.localUp());
            windows++;
        }

        /** Stops at the top instead of turning negative; plausible figures never get there. */
        private static long sum(long a, long b) {
            long sum = a + b;
            return sum < 0 ? Long.MAX_VALUE : sum;
        }
    }

    /** Adds counted reports to their hours. Rows are locked in one order, so that two batches cannot block each other. */
    void add(Collection<UsageReport> counted) {
        var hours = new HashMap<Hour, Sums>();
        for (UsageReport report : counted) {
            Instant hour = report.hour();
            for (AttachmentUsage usage : report.attachments()) {
                hours.computeIfAbsent(
                                new Hour(usage.attachment(), hour, report.nodeId(), usage.own()),
                                h -> new Sums())
                        .add(usage);
            }
        }
        if (hours.isEmpty()) return;
        List<Map.Entry<Hour, Sums>> ordered =
                hours.entrySet().stream().sorted(Map.Entry.comparingByKey(Hour.ORDER)).toList();
        int size = ordered.size();
        var attachments = new UUID[size];
        var starts = new Long[size];
        var nodes = new byte[size][];
        var own = new Boolean[size];
        var sums = new Long[5][size];
        for (int i = 0; i < size; i++) {
            Hour hour = ordered.get(i).getKey();
            Sums sum = ordered.get(i).getValue();
            attachments[i] = hour.attachment().value();
            starts[i] = hour.hour().getEpochSecond();
            nodes[i] = hour.nodeId().bytes();
            own[i] = hour.own();
            sums[0][i] = sum.internetDown;
            sums[1][i] = sum.internetUp;
            sums[2][i] = sum.localDown;
            sums[3][i] = sum.localUp;
            sums[4][i] = sum.windows;
        }
        jdbc.execute(
                (ConnectionCallback<Integer>)
                        connection -> {
                            try (var statement =
                                    connection.prepareStatement(
                                            """
                                            insert into usage_hour as h (attachment_id, hour, node_id, own,
                                                internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                                            select a, to_timestamp(t), n, o, idown, iup, ldown, lup, w
                                            from unnest(?::uuid[], ?::bigint[], ?::bytea[], ?::boolean[], ?::bigint[],
                                                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                                                 as r (a, t, n, o, idown, iup, ldown, lup, w)
                                            on conflict (attachment_id, hour, node_id, own) do update set
                                                internet_bytes_down = least(9223372036854775807,
                                                    h.internet_bytes_down::numeric + excluded.internet_bytes_down),
                                                internet_bytes_up = least(9223372036854775807,
                                                    h.internet_bytes_up::numeric + excluded.internet_bytes_up),
                                                local_bytes_down = least(9223372036854775807,
                                                    h.local_bytes_down::numeric + excluded.local_bytes_down),
                                                local_bytes_up = least(9223372036854775807,
                                                    h.local_bytes_up::numeric + excluded.local_bytes_up),
                                                windows = h.windows + excluded.windows
                                            """)) {
                                statement.setArray(
                                        1, connection.createArrayOf("uuid", attachments));
                                statement.setArray(2, connection.createArrayOf("bigint", starts));
                                statement.setArray(3, connection.createArrayOf("bytea", nodes));
                                statement.setArray(4, connection.createArrayOf("boolean", own));
                                for (int column = 0; column < sums.length; column++) {
                                    statement.setArray(
                                            5 + column,
                                            connection.createArrayOf("bigint", sums[column]));
                                }
                                return statement.executeUpdate();
                            }
                        });
    }

    /** What each of {@code attachments} used itself in the hours that begin in [{@code from}, {@code to}). */
    Map<AttachmentId, Usage> used(Collection<AttachmentId> attachments, Instant from, Instant to) {
        var used = new HashMap<AttachmentId, Usage>();
        for (AttachmentId attachment : attachments) used.put(attachment, Usage.NONE);
        if (used.isEmpty()) return used;
        UUID[] ids = used.keySet().stream().map(AttachmentId::value).toArray(UUID[]::new);
        db.sql(
                        """
                        select attachment_id,
                               sum(internet_down) as internet_down, sum(internet_up) as internet_up,
                               sum(local_down) as local_down, sum(local_up) as local_up,
                               sum(windows) as windows,
                               sum((select coalesce(sum(g.windows), 0) from usage_gap g
                                    where g.node_id = node.node_id
                                      and g.lost_from >= :from and g.lost_from < :to)) as gaps
                        from (
                            select attachment_id, node_id,
                                   sum(internet_bytes_down) as internet_down, sum(internet_bytes_up) as internet_up,
                                   sum(local_bytes_down) as local_down, sum(local_bytes_up) as local_up,
                                   sum(windows) as windows
                            from usage_counted
                            where attachment_id = any (:attachments) and own and hour >= :from and hour < :to
                            group by attachment_id, node_id
                        ) node
                        group by attachment_id
                        """)
                .param("attachments", ids)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query(rows -> {
                    used.put(
                            new AttachmentId(rows.getObject("attachment_id", UUID.class)),
                            new Usage(
                                    saturated(rows.getBigDecimal("internet_down")),
                                    saturated(rows.getBigDecimal("internet_up")),
                                    saturated(rows.getBigDecimal("local_down")),
                                    saturated(rows.getBigDecimal("local_up")),
                                    whole(rows.getBigDecimal("windows")),
                                    whole(rows.getBigDecimal("gaps"))));
                });
        return used;
    }

    /** What every node claims of the windows that began in the hour. */
    List<Claim> claims(Instant hour) {
        return db.sql("select * from usage_hour where hour = :hour")
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .query((rows, i) ->
                        new Claim(
                                new AttachmentId(rows.getObject("attachment_id", UUID.class)),
                                NodeId.of(rows.getBytes("node_id")),
                                rows.getBoolean("own"),
                                rows.getLong("internet_bytes_down"),
                                rows.getLong("internet_bytes_up"),
                                rows.getLong("local_bytes_down"),
                                rows.getLong("local_bytes_up")))
                .list();
    }

    /** What each stretch's attachment used itself in its hours. Many together need the caller's transaction. */
    List<Usage> usedIn(List<Stretch> stretches) {
        var used = new Usage[stretches.size()];
        Arrays.fill(used, Usage.NONE);
        boolean many = stretches.size() >= MANY;
        if (many) {
            readOnce("off", MEMORY);
        }
        if (!stretches.isEmpty()) {
            // Prepared apart: a plan that was made for a few and kept does not suit the many
            in(stretches, many ? USED + "-- many" : USED)
                    .query(rows -> {
                        used[rows.getInt("place") - 1] =
                                new Usage(
                                        saturated(rows.getBigDecimal("internet_down")),
                                        saturated(rows.getBigDecimal("internet_up")),
                                        saturated(rows.getBigDecimal("local_down")),
                                        saturated(rows.getBigDecimal("local_up")),
                                        whole(rows.getBigDecimal("windows")),
                                        whole(rows.getBigDecimal("gaps")));
                    });
        }
        if (many) {
            readOnce(null, null);
        }
        return List.of(used);
    }

    /**
     * The planner cannot know how many hours each stretch has, and takes them for few: it would look each up, and sort them on
     * disk. Null puts it back as it was.
     */
    private void readOnce(@Nullable String loopsAndSorts, @Nullable String memory) {
        db.sql(
                        """
                        select set_config('enable_nestloop', :loopsAndSorts, true), set_config('enable_sort', :loopsAndSorts, true),
                               set_config('work_mem', :memory, true)
                        """)
                .param("loopsAndSorts", loopsAndSorts, Types.VARCHAR)
                .param("memory", memory, Types.VARCHAR)
                .query()
                .listOfRows();
    }

    /** The hours of each stretch in which its attachment was counted, by time. */
    List<List<HourOfUse>> hoursIn(List<Stretch> stretches) {
        var hours = new ArrayList<List<HourOfUse>>();
        stretches.forEach(stretch -> hours.add(new ArrayList<>()));
        if (!stretches.isEmpty()) {
            in(
                            stretches,
                            """
                            select s.place, h.hour,
                                   sum(h.internet_bytes_down) as internet_down, sum(h.internet_bytes_up) as internet_up,
                                   sum(h.local_bytes_down) as local_down, sum(h.local_bytes_up) as local_up
                            from unnest(:attachments::uuid[], :from::timestamptz[], :to::timestamptz[])
                                 with ordinality as s (attachment_id, from_at, to_at, place)
                            join usage_hour h on h.attachment_id = s.attachment_id and h.own
                             and h.hour >= s.from_at and h.hour < s.to_at
                            where h.hour >= :first and h.hour < :last
                            group by s.place, h.hour order by s.place, h.hour
                            """)
                    .query(rows -> {
                        hours.get(rows.getInt("place") - 1)
                                .add(
                                        new HourOfUse(
                                                rows.getTimestamp("hour").toInstant(),
                                                saturated(rows.getBigDecimal("internet_down")),
                                                saturated(rows.getBigDecimal("internet_up")),
                                                saturated(rows.getBigDecimal("local_down")),
                                                saturated(rows.getBigDecimal("local_up"))));
                    });
        }
        return hours;
    }

    private JdbcClient.StatementSpec in(List<Stretch> stretches, String sql) {
        return db.sql(sql)
                .param(
                        "attachments",
                        stretches.stream().map(s -> s.attachment().value()).toArray(UUID[]::new))
                .param("from", stretches.stream().map(s -> utc(s.from())).toArray(String[]::new))
                .param("to", stretches.stream().map(s -> utc(s.to())).toArray(String[]::new))
                .param(
                        "first",
                        stretches.stream()
                                .map(Stretch::from)
                                .min(Comparator.naturalOrder())
                                .orElseThrow()
                                .atOffset(ZoneOffset.UTC))
                .param(
                        "last",
                        stretches.stream()
                                .map(Stretch::to)
                                .max(Comparator.naturalOrder())
                                .orElseThrow()
                                .atOffset(ZoneOffset.UTC));
    }

    private static String utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toString();
    }

    /** How long one step of a curve is. */
    enum Step {
        HOUR("hour"),
        DAY("day");

        private final String unit;

        Step(String unit) {
            this.unit = unit;
        }
    }

    /** Bytes in one step of a curve. */
    record Part(
            Instant from,
            Instant to,
            long internetDown,
            long internetUp,
            long localDown,
            long localUp) {}

    /**
     * The curve of what {@code attachments} used themselves, or where that is null of all that {@code nodeId} counted as
     * its own, in steps that begin in [{@code from}, {@code to}).
     */
    List<Part> curve(
            @Nullable Collection<AttachmentId> attachments,
            @Nullable NodeId nodeId,
            Instant from,
            Instant to,
            Step step,
            int limit) {
        var parts = new ArrayList<Part>();
        db.sql(
                        """
                        select date_trunc(:unit, hour, 'UTC') as step_from,
                               date_trunc(:unit, hour, 'UTC') + cast('1 ' || :unit as interval) as step_to,
                               sum(internet_bytes_down) as internet_down, sum(internet_bytes_up) as internet_up,
                               sum(local_bytes_down) as local_down, sum(local_bytes_up) as local_up
                        from usage_counted
                        where own and hour >= :from and hour < :to
                          and (:attachments::uuid[] is null or attachment_id = any (:attachments::uuid[]))
                          and (:node::bytea is null or node_id = :node)
                        group by 1, 2 order by 1 limit :limit
                        """)
                .param("unit", step.unit)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param(
                        "attachments",
                        attachments == null
                                ? null
                                : attachments.stream()
                                        .map(AttachmentId::value)
                                        .toArray(UUID[]::new),
                        java.sql.Types.ARRAY)
                .param("node", nodeId == null ? null : nodeId.bytes(), java.sql.Types.BINARY)
                .param("limit", limit)
                .query(rows -> {
                    Timestamp end = rows.getTimestamp("step_to");
                    parts.add(
                            new Part(
                                    rows.getTimestamp("step_from").toInstant(),
                                    end.toInstant(),
                                    saturated(rows.getBigDecimal("internet_down")),
                                    saturated(rows.getBigDecimal("internet_up")),
                                    saturated(rows.getBigDecimal("local_down")),
                                    saturated(rows.getBigDecimal("local_up"))));
                });
        return parts;
    }

    /** The nodes that counted {@code attachments} as their own in hours that begin in [{@code from}, {@code to}). */
    List<NodeId> nodesOf(Collection<AttachmentId> attachments, Instant from, Instant to) {
        return db.sql(
                        """
                        select distinct node_id from usage_counted
                        where attachment_id = any (:attachments) and own and hour >= :from and hour < :to
                        """)
                .param(
                        "attachments",
                        attachments.stream().map(AttachmentId::value).toArray(UUID[]::new))
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((rows, i) -> NodeId.of(rows.getBytes(1)))
                .list();
    }

    static long saturated(BigDecimal sum) {
        return sum.min(LONG_MAX).longValue();
    }

    private static int whole(BigDecimal sum) {
        return sum.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
    }
}
