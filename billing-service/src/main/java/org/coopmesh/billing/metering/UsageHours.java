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

    private static final List<String> FIGURES =
            List.of("internet_down", "internet_up", "local_down", "local_up", "windows");

    private static final String ADD =
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
            """;

    /** What comes for hours that are summed up already, to their days. */
    private static final String ADD_LATE =
            """
            insert into usage_daily as d (attachment_id, hour, node_id, own,
                internet_bytes_down, internet_bytes_up,
                local_bytes_down, local_bytes_up, windows)
            select a, date_trunc('day', to_timestamp(t) + interval '59 minutes 59 seconds', time_zone) as day, n, o,
                   least(9223372036854775807, sum(idown)), least(9223372036854775807, sum(iup)),
                   least(9223372036854775807, sum(ldown)), least(9223372036854775807, sum(lup)), sum(w)
            from unnest(?::uuid[], ?::bigint[], ?::bytea[], ?::boolean[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                 as r (a, t, n, o, idown, iup, ldown, lup, w)
            join usage_summed on to_timestamp(t) < summed_to
            group by a, day, n, o order by a, day, n, o
            on conflict (attachment_id, hour, node_id, own) do update set
                internet_bytes_down = least(9223372036854775807,
                    d.internet_bytes_down::numeric + excluded.internet_bytes_down),
                internet_bytes_up = least(9223372036854775807,
                    d.internet_bytes_up::numeric + excluded.internet_bytes_up),
                local_bytes_down = least(9223372036854775807,
                    d.local_bytes_down::numeric + excluded.local_bytes_down),
                local_bytes_up = least(9223372036854775807,
                    d.local_bytes_up::numeric + excluded.local_bytes_up),
                windows = d.windows + excluded.windows
            """;

    /** What nodes counted in stretches of time, of days or of hours: they are alike. */
    private static final String USED =
            """
            select s.place, h.node_id,
                   sum(h.internet_bytes_down) as internet_down, sum(h.internet_bytes_up) as internet_up,
                   sum(h.local_bytes_down) as local_down, sum(h.local_bytes_up) as local_up,
                   sum(h.windows) as windows
              from unnest(:attachments::uuid[], :from::timestamptz[], :to::timestamptz[])
                   with ordinality as s (attachment_id, from_at, to_at, place)
              join %s h on h.attachment_id = s.attachment_id and h.own
               and h.hour >= s.from_at and h.hour < s.to_at
             where h.hour >= :first and h.hour < :last
             group by s.place, h.node_id
            """;

    private final JdbcClient db;
    private final JdbcTemplate jdbc;
    private final UsageSums sums;

    UsageHours(JdbcClient db, JdbcTemplate jdbc, UsageSums sums) {
        this.db = db;
        this.jdbc = jdbc;
        this.sums = sums;
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
        var figures = new Long[5][size];
        for (int i = 0; i < size; i++) {
            Hour hour = ordered.get(i).getKey();
            Sums sum = ordered.get(i).getValue();
            attachments[i] = hour.attachment().value();
            starts[i] = hour.hour().getEpochSecond();
            nodes[i] = hour.nodeId().bytes();
            own[i] = hour.own();
            figures[0][i] = sum.internetDown;
            figures[1][i] = sum.internetUp;
            figures[2][i] = sum.localDown;
            figures[3][i] = sum.localUp;
            figures[4][i] = sum.windows;
        }
        Instant summedTo = this.sums.held().to();
        jdbc.execute(
                (ConnectionCallback<Integer>)
                        connection -> {
                            int added = 0;
                            for (String sql :
                                    counted.stream().anyMatch(r -> r.hour().isBefore(summedTo))
                                            ? List.of(ADD, ADD_LATE)
                                            : List.of(ADD)) {
                                try (var statement = connection.prepareStatement(sql)) {
                                    statement.setArray(
                                            1, connection.createArrayOf("uuid", attachments));
                                    statement.setArray(
                                            2, connection.createArrayOf("bigint", starts));
                                    statement.setArray(3, connection.createArrayOf("bytea", nodes));
                                    statement.setArray(4, connection.createArrayOf("boolean", own));
                                    for (int column = 0; column < figures.length; column++) {
                                        statement.setArray(
                                                5 + column,
                                                connection.createArrayOf(
                                                        "bigint", figures[column]));
                                    }
                                    added += statement.executeUpdate();
                                }
                            }
                            return added;
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
        Summed summed = sums.summed();
        var days = new Asked();
        var hours = new Asked();
        for (int place = 0; place < stretches.size(); place++) {
            Stretch stretch = stretches.get(place);
            Summed.Parts parts = summed.parts(stretch);
            if (parts.hasDays()) {
                days.add(
                        place, new Stretch(stretch.attachment(), parts.daysFrom(), parts.daysTo()));
            }
            for (Stretch part : parts.hours()) hours.add(place, part);
        }
        var counted = new HashMap<Counted, BigDecimal[]>();
        count(days, "usage_daily", counted);
        count(hours, "usage_hour", counted);
        Map<Counted, BigDecimal> gaps = gaps(counted.keySet(), stretches);

        var totals = new BigDecimal[stretches.size()][];
        counted.forEach((each, figures) -> {
            BigDecimal[] total = totals[each.place()];
            if (total == null) {
                totals[each.place()] = total = new BigDecimal[FIGURES.size() + 1];
                Arrays.fill(total, BigDecimal.ZERO);
            }
            for (int i = 0; i < figures.length; i++) total[i] = total[i].add(figures[i]);
            total[figures.length] =
                    total[figures.length].add(gaps.getOrDefault(each, BigDecimal.ZERO));
        });
        return Arrays.stream(totals)
                .map(total ->
                        total == null
                                ? Usage.NONE
                                : new Usage(
                                        saturated(total[0]),
                                        saturated(total[1]),
                                        saturated(total[2]),
                                        saturated(total[3]),
                                        whole(total[4]),
                                        whole(total[5])))
                .toList();
    }

    /** Stretches to look up, with the place each has among those that were asked for. */
    private static final class Asked {
        final List<Integer> places = new ArrayList<>();
        final List<Stretch> stretches = new ArrayList<>();

        void add(int place, Stretch stretch) {
            places.add(place);
            stretches.add(stretch);
        }
    }

    /** What one node counted in the stretch at a place. */
    private record Counted(int place, NodeId node) {}

    private void count(Asked asked, String table, Map<Counted, BigDecimal[]> counted) {
        if (asked.stretches.isEmpty()) return;
        boolean many = asked.stretches.size() >= MANY;
        if (many) {
            readOnce("off", MEMORY);
        }
        // Prepared apart: a plan that was made for a few and kept does not suit the many
        in(asked.stretches, USED.formatted(table) + (many ? "-- many" : ""))
                .query(rows -> {
                    var figures = new BigDecimal[FIGURES.size()];
                    for (int i = 0; i < figures.length; i++) {
                        figures[i] = rows.getBigDecimal(FIGURES.get(i));
                    }
                    counted.merge(
                            new Counted(
                                    asked.places.get(rows.getInt("place") - 1),
                                    NodeId.of(rows.getBytes("node_id"))),
                            figures,
                            (one, other) -> {
                                for (int i = 0; i < one.length; i++) one[i] = one[i].add(other[i]);
                                return one;
                            });
                });
        if (many) {
            readOnce(null, null);
        }
    }

    /** Windows that nodes are known to have lost in the stretches in which they counted anything. */
    private Map<Counted, BigDecimal> gaps(Collection<Counted> counted, List<Stretch> stretches) {
        var gaps = new HashMap<Counted, BigDecimal>();
        if (counted.isEmpty()) return gaps;
        db.sql(
                        """
                        select s.place, g.node_id, sum(g.windows) as windows
                          from unnest(:places::int[], :nodes::bytea[], :from::timestamptz[], :to::timestamptz[])
                               as s (place, node_id, from_at, to_at)
                          join usage_gap g on g.node_id = s.node_id and g.lost_from >= s.from_at and g.lost_from < s.to_at
                         group by s.place, g.node_id
                        """)
                .param("places", counted.stream().map(Counted::place).toArray(Integer[]::new))
                .param("nodes", counted.stream().map(c -> c.node().bytes()).toArray(byte[][]::new))
                .param(
                        "from",
                        counted.stream()
                                .map(c -> utc(stretches.get(c.place()).from()))
                                .toArray(String[]::new))
                .param(
                        "to",
                        counted.stream()
                                .map(c -> utc(stretches.get(c.place()).to()))
                                .toArray(String[]::new))
                .query(rows -> {
                    gaps.put(
                            new Counted(rows.getInt("place"), NodeId.of(rows.getBytes("node_id"))),
                            rows.getBigDecimal("windows"));
                });
        return gaps;
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
