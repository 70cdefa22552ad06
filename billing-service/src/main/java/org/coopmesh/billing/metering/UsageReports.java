package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.coopmesh.billing.metering.UsageReport.Gap;
import org.coopmesh.billing.metering.UsageReport.GapCause;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for signed reports, the boots they came in, and the conflicts and gaps among them. */
@Repository
class UsageReports {
    /** How far below the newest sequence a hole is still asked for: 35 days of 5-minute windows, twice. */
    private static final long HOLES_LOOK_BACK = 20_160;

    /** PostgreSQL counts time from here. */
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final byte[] COPY_HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final JdbcClient db;
    private final JdbcTemplate jdbc;

    UsageReports(JdbcClient db, JdbcTemplate jdbc) {
        this.db = db;
        this.jdbc = jdbc;
    }

    /** A boot of a node. */
    record Boot(NodeId nodeId, UUID bootId) implements Comparable<Boot> {
        private static final Comparator<Boot> ORDER =
                Comparator.comparing(Boot::nodeId).thenComparing(Boot::bootId);

        @Override
        public int compareTo(Boot other) {
            return ORDER.compare(this, other);
        }
    }

    /** Sequences of one boot, both ends included. */
    record Range(Boot boot, long from, long to) {}

    /** What is kept under a key already. */
    record Known(ByteString hash, ByteString previousHash, @Nullable Reason reason) {}

    /** What was heard of a boot: {@code highest - reports} sequences were never seen. */
    record Heard(long highest, long reports, long prunedTo) {
        boolean whole() {
            return highest == reports;
        }
    }

    /** What a batch says anew of a boot. */
    record News(Boot boot, IdentityKey key, long highest, long reports) {
        News plus(News other) {
            return new News(boot, key, Math.max(highest, other.highest), reports + other.reports);
        }
    }

    /** The reports that are kept in {@code ranges}. */
    Map<Key, Known> known(List<Range> ranges) {
        return jdbc.execute(
                (ConnectionCallback<Map<Key, Known>>)
                        connection -> {
                            try (var statement =
                                    connection.prepareStatement(
                                            """
                                            select u.node_id, u.boot_id, u.sequence, u.hash, u.previous_hash, u.reason
                                            from unnest(?::bytea[], ?::uuid[], ?::bigint[], ?::bigint[])
                                                 as r (node_id, boot_id, low, high),
                                                 lateral (
                                                     select * from usage_report
                                                     where node_id = r.node_id and boot_id = r.boot_id
                                                       and sequence between r.low and r.high
                                                     offset 0
                                                 ) u
                                            """)) {
                                statement.setArray(
                                        1, bytes(connection, ranges, r -> r.boot().nodeId()));
                                statement.setArray(
                                        2,
                                        connection.createArrayOf(
                                                "uuid",
                                                ranges.stream()
                                                        .map(r -> r.boot().bootId())
                                                        .toArray()));
                                statement.setArray(
                                        3,
                                        connection.createArrayOf(
                                                "bigint",
                                                ranges.stream().map(Range::from).toArray()));
                                statement.setArray(
                                        4,
                                        connection.createArrayOf(
                                                "bigint",
                                                ranges.stream().map(Range::to).toArray()));
                                var known = new HashMap<Key, Known>();
                                try (var rows = statement.executeQuery()) {
                                    while (rows.next()) {
                                        String reason = rows.getString("reason");
                                        known.put(
                                                key(rows),
                                                new Known(
                                                        ByteString.copyFrom(rows.getBytes("hash")),
                                                        ByteString.copyFrom(
                                                                rows.getBytes("previous_hash")),
                                                        reason == null ? null : Reason.of(reason)));
                                    }
                                }
                                return known;
                            }
                        });
    }

    /** What was heard of {@code boots} before; a boot never heard of is not in the answer. */
    Map<Boot, Heard> heard(Collection<Boot> boots) {
        return jdbc.execute(
                (ConnectionCallback<Map<Boot, Heard>>)
                        connection -> {
                            try (var statement =
                                    connection.prepareStatement(
                                            """
                                            select b.*
                                            from unnest(?::bytea[], ?::uuid[]) as r (node_id, boot_id)
                                            join usage_boot b using (node_id, boot_id)
                                            """)) {
                                statement.setArray(1, bytes(connection, boots, Boot::nodeId));
                                statement.setArray(
                                        2,
                                        connection.createArrayOf(
                                                "uuid",
                                                boots.stream().map(Boot::bootId).toArray()));
                                try (var rows = statement.executeQuery()) {
                                    return heard(rows);
                                }
                            }
                        });
    }

    /** Takes {@code news} into the boots and says what is heard of them now. Rows are locked in the order of boots. */
    Map<Boot, Heard> hear(Collection<News> news, Instant at) {
        if (news.isEmpty()) return Map.of();
        List<News> ordered = news.stream().sorted(Comparator.comparing(News::boot)).toList();
        return jdbc.execute(
                (ConnectionCallback<Map<Boot, Heard>>)
                        connection -> {
                            try (var statement =
                                    connection.prepareStatement(
                                            """
                                            insert into usage_boot as b
                                                (node_id, boot_id, identity_key, highest, reports, last_report_at)
                                            select node_id, boot_id, identity_key, highest, reports, ?
                                            from unnest(?::bytea[], ?::uuid[], ?::bytea[], ?::bigint[], ?::bigint[])
                                                 as r (node_id, boot_id, identity_key, highest, reports)
                                            on conflict (node_id, boot_id) do update set
                                                highest = greatest(b.highest, excluded.highest),
                                                reports = b.reports + excluded.reports,
                                                last_report_at = greatest(b.last_report_at, excluded.last_report_at)
                                            returning *
                                            """)) {
                                statement.setTimestamp(1, Timestamp.from(at));
                                statement.setArray(
                                        2, bytes(connection, ordered, n -> n.boot().nodeId()));
                                statement.setArray(
                                        3,
                                        connection.createArrayOf(
                                                "uuid",
                                                ordered.stream()
                                                        .map(n -> n.boot().bootId())
                                                        .toArray()));
                                statement.setArray(
                                        4,
                                        connection.createArrayOf(
                                                "bytea",
                                                ordered.stream()
                                                        .map(n -> n.key().encoded())
                                                        .toArray(byte[][]::new)));
                                statement.setArray(
                                        5,
                                        connection.createArrayOf(
                                                "bigint",
                                                ordered.stream().map(News::highest).toArray()));
                                statement.setArray(
                                        6,
                                        connection.createArrayOf(
                                                "bigint",
                                                ordered.stream().map(News::reports).toArray()));
                                try (var rows = statement.executeQuery()) {
                                    return heard(rows);
                                }
                            }
                        });
    }

    /** Sequences of {@code boot} below {@code upTo} that are neither kept nor pruned, lowest first. */
    List<Long> missing(Boot boot, long upTo, int limit) {
        record Hole(long from, long to) {}
        List<Hole> holes =
                db.sql(
                                """
                                select last + 1 as hole_from, sequence - 1 as hole_to
                                from (
                                    select sequence, lag(sequence, 1, greatest(b.pruned_to, :upTo - :lookBack, 0))
                                                     over (order by sequence) as last
                                    from usage_report join usage_boot b using (node_id, boot_id)
                                    where node_id = :node and boot_id = :boot
                                      and sequence between :upTo - :lookBack + 1 and :upTo
                                ) neighbours
                                where sequence > last + 1
                                order by sequence limit :limit
                                """)
                        .param("node", boot.nodeId().bytes())
                        .param("boot", boot.bootId())
                        .param("upTo", upTo)
                        .param("lookBack", HOLES_LOOK_BACK)
                        .param("limit", limit)
                        .query((rows, i) -> new Hole(rows.getLong(1), rows.getLong(2)))
                        .list();
        var missing = new ArrayList<Long>();
        for (Hole hole : holes) {
            for (long s = hole.from(); s <= hole.to() && missing.size() < limit; s++) {
                missing.add(s);
            }
        }
        return missing;
    }

    /** Adds reports that are not there yet, in bulk. A key that is there fails the transaction. */
    void add(List<KeptReport> reports) {
        if (reports.isEmpty()) return;
        List<KeptReport> ordered =
                reports.stream()
                        .sorted(
                                Comparator.comparing((KeptReport k) ->
                                                new Boot(k.report().nodeId(), k.report().bootId()))
                                        .thenComparing(k -> k.report().sequence()))
                        .toList();
        jdbc.execute(
                (ConnectionCallback<Long>)
                        connection -> {
                            try {
                                return connection
                                        .unwrap(PGConnection.class)
                                        .getCopyAPI()
                                        .copyIn(
                                                """
                                                copy usage_report (node_id, boot_id, sequence, started_at, ended_at,
                                                    received_at, state, reason, late, hash, previous_hash, signed,
                                                    run_last, run_signature)
                                                from stdin with (format binary)
                                                """,
                                                new java.io.ByteArrayInputStream(binary(ordered)));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    /** Keeps a report apart whose key another one holds. False where it was kept apart before. */
    boolean addConflict(KeptReport kept) {
        UsageReport report = kept.report();
        return db.sql(
                                """
                                insert into usage_conflict (node_id, boot_id, sequence, hash, started_at, ended_at,
                                    received_at, signed, run_last, run_signature)
                                values (:node, :boot, :sequence, :hash, :startedAt, :endedAt,
                                    :receivedAt, :signed, :runLast, :runSignature)
                                on conflict do nothing
                                """)
                        .param("node", report.nodeId().bytes())
                        .param("boot", report.bootId())
                        .param("sequence", report.sequence())
                        .param("hash", report.hash().toByteArray())
                        .param("startedAt", report.startedAt().atOffset(ZoneOffset.UTC))
                        .param("endedAt", report.endedAt().atOffset(ZoneOffset.UTC))
                        .param("receivedAt", kept.receivedAt().atOffset(ZoneOffset.UTC))
                        .param("signed", report.signed().toByteArray())
                        .param("runLast", kept.runLast())
                        .param("runSignature", kept.runSignature().toByteArray())
                        .update()
                == 1;
    }

    /** Keeps what a report tells about windows lost before it. */
    void addGap(UsageReport report, Gap gap) {
        db.sql(
                        """
                        insert into usage_gap (node_id, boot_id, sequence, lost_from, lost_to, cause, windows)
                        values (:node, :boot, :sequence, :from, :to, :cause, :windows)
                        """)
                .param("node", report.nodeId().bytes())
                .param("boot", report.bootId())
                .param("sequence", report.sequence())
                .param("from", gap.from().atOffset(ZoneOffset.UTC))
                .param("to", gap.to().atOffset(ZoneOffset.UTC))
                .param("cause", code(gap.cause()))
                .param("windows", gap.windows())
                .update();
    }

    /** Where a report stands in the order of arrival. All that one batch brought came at the same time, hashes tell them apart. */
    record Place(Instant receivedAt, ByteString hash) {
        static final Place START = before(Instant.EPOCH);

        /** Ahead of all that came at {@code at}. */
        static Place before(Instant at) {
            return new Place(at, ByteString.EMPTY);
        }

        static Place of(KeptReport kept) {
            return new Place(kept.receivedAt(), kept.report().hash());
        }
    }

    /** Locks some reports that wait for the roster, after {@code after} in the order of arrival; others take the rest. */
    List<KeptReport> lockUnknown(Place after, int limit) {
        return db.sql(
                        """
                        select * from usage_report
                        where state = 'implausible' and reason = 'unknownAttachment'
                          and (received_at, hash) > (:after, :hash)
                          and not exists (select from usage_decision d
                                          where d.node_id = usage_report.node_id and d.boot_id = usage_report.boot_id
                                            and d.sequence = usage_report.sequence)
                        order by received_at, hash limit :limit for update of usage_report skip locked
                        """)
                .param("after", after.receivedAt().atOffset(ZoneOffset.UTC))
                .param("hash", after.hash().toByteArray())
                .param("limit", limit)
                .query(UsageReports::kept)
                .list();
    }

    /** Writes the new verdict of a report that was set aside, as of {@code at}. */
    void judgeAgain(KeptReport kept, Instant at) {
        db.sql(
                        """
                        update usage_report set state = :state, reason = :reason, late = :late,
                            counted_at = case when :state = 'counted' then :at::timestamptz end
                        where node_id = :node and boot_id = :boot and sequence = :sequence
                        """)
                .param("state", state(kept.verdict()))
                .param("reason", reason(kept.verdict()))
                .param("late", late(kept.verdict()))
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("node", kept.report().nodeId().bytes())
                .param("boot", kept.report().bootId())
                .param("sequence", kept.report().sequence())
                .update();
    }

    // Reads for people

    /** How one node reports. */
    record NodeReports(
            NodeId nodeId,
            Instant lastReportAt,
            long reports,
            long gaps,
            long implausible,
            long bytesLastDay) {}

    /** Nodes after {@code after} in the order of ids. */
    List<NodeReports> nodes(@Nullable NodeId after, int limit, Instant now) {
        return db.sql(
                        """
                        with page as (
                            select node_id, max(last_report_at) as last_report_at, sum(reports) as reports,
                                   sum(greatest(highest - reports, 0)) as unseen
                            from usage_boot
                            where node_id > :after
                            group by node_id order by node_id limit :limit
                        )
                        select page.*,
                               (select count(*) from usage_report r
                                where r.node_id = page.node_id and r.state = 'implausible'
                                  and r.received_at > :monthAgo) as implausible,
                               coalesce(day.bytes, 0) as bytes
                        from page left join (
                            select node_id, sum(internet_bytes_down::numeric + internet_bytes_up
                                                + local_bytes_down + local_bytes_up) as bytes
                            from usage_hour where hour > :dayAgo
                              and node_id in (select node_id from page)
                            group by node_id
                        ) day using (node_id)
                        order by node_id
                        """)
                .param("after", after == null ? new byte[0] : after.bytes())
                .param("limit", limit)
                .param("dayAgo", now.minus(24, ChronoUnit.HOURS).atOffset(ZoneOffset.UTC))
                .param("monthAgo", now.minus(35, ChronoUnit.DAYS).atOffset(ZoneOffset.UTC))
                .query((rows, i) ->
                        new NodeReports(
                                NodeId.of(rows.getBytes("node_id")),
                                rows.getTimestamp("last_report_at").toInstant(),
                                exact(rows, "reports"),
                                exact(rows, "unseen"),
                                rows.getLong("implausible"),
                                exact(rows, "bytes")))
                .list();
    }

    /** A report that was set aside, or kept apart as a conflict. */
    record SetAsideReport(UsageReport report, Reason reason, Instant receivedAt, boolean decided) {}

    /**
     * What was set aside and comes after {@code end} when the newest is first; of one node where {@code nodeId} is given.
     * Conflicts are never decided: they count in no way.
     */
    List<SetAsideReport> setAside(Place end, @Nullable NodeId nodeId, boolean decided, int limit) {
        return db.sql(
                        """
                        (select r.node_id, r.boot_id, r.sequence, r.signed, coalesce(d.set_aside, r.reason) as reason,
                                r.received_at, r.hash, d.node_id is not null as decided
                         from usage_report r left join usage_decision d using (node_id, boot_id, sequence)
                         where (r.state = 'implausible' or :decided) and (r.received_at, r.hash) < (:at, :hash)
                           and (d.node_id is not null) = :decided
                           and (:node::bytea is null or r.node_id = :node)
                         order by r.received_at desc, r.hash desc limit :limit)
                        union all
                        (select node_id, boot_id, sequence, signed, 'conflict', received_at, hash, false
                         from usage_conflict
                         where not :decided and (received_at, hash) < (:at, :hash)
                           and (:node::bytea is null or node_id = :node)
                         order by received_at desc, hash desc limit :limit)
                        order by received_at desc, hash desc limit :limit
                        """)
                .param("at", end.receivedAt().atOffset(ZoneOffset.UTC))
                .param("hash", end.hash().toByteArray())
                .param("node", nodeId == null ? null : nodeId.bytes(), java.sql.Types.BINARY)
                .param("decided", decided)
                .param("limit", limit)
                .query((rows, i) ->
                        new SetAsideReport(
                                UsageReport.read(
                                        ByteString.copyFrom(rows.getBytes("signed")), "kept"),
                                Reason.of(rows.getString("reason")),
                                rows.getTimestamp("received_at").toInstant(),
                                rows.getBoolean("decided")))
                .list();
    }

    /** Where a window of a node stands among all; after a clock was set back, several begin at the same time. */
    record Begun(Instant at, UUID bootId, long sequence) {
        /** Ahead of all that begin at {@code at}. */
        static Begun before(Instant at) {
            return new Begun(at, new UUID(0, 0), 0);
        }

        /** Behind all that begin at {@code at}. */
        static Begun after(Instant at) {
            return new Begun(at, new UUID(-1, -1), Long.MAX_VALUE);
        }
    }

    /** The reports of one node whose windows began in [{@code from}, {@code to}), oldest first. */
    List<KeptReport> ofNode(NodeId nodeId, Instant from, Instant to, int limit) {
        return ofNode(nodeId, Begun.before(from), to, limit);
    }

    /** Those that come after {@code after} and began before {@code to}, oldest first. */
    List<KeptReport> ofNode(NodeId nodeId, Begun after, Instant to, int limit) {
        return db.sql(
                        """
                        select * from usage_report
                        where node_id = :node and started_at >= :from and started_at < :to
                          and (started_at, boot_id, sequence) > (:from, :boot, :sequence)
                        order by started_at, boot_id, sequence limit :limit
                        """)
                .param("node", nodeId.bytes())
                .param("from", after.at().atOffset(ZoneOffset.UTC))
                .param("boot", after.bootId())
                .param("sequence", after.sequence())
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query(UsageReports::kept)
                .list();
    }

    /** Reports of one node that came to count by {@code by}, whose windows began in [{@code from}, {@code to}). */
    List<KeptReport> countedOf(NodeId nodeId, Instant from, Instant to, Instant by, int limit) {
        return db.sql(
                        """
                        select * from usage_report
                        where node_id = :node and started_at >= :from and started_at < :to
                          and state = 'counted' and coalesce(counted_at, received_at) <= :by
                        order by started_at, boot_id, sequence limit :limit
                        """)
                .param("node", nodeId.bytes())
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .param("by", by.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query(UsageReports::kept)
                .list();
    }

    /** What counted reports of {@code nodes} say of their links, in windows that began in the hour. */
    void linksOf(Collection<NodeId> nodes, Instant hour, Consumer<UsageReport> each) {
        db.sql(
                        """
                        select signed from usage_report
                        where node_id = any (:nodes) and started_at >= :from and started_at < :to and state = 'counted'
                        """)
                .param("nodes", nodes.stream().map(NodeId::bytes).toArray(byte[][]::new))
                .param("from", hour.atOffset(ZoneOffset.UTC))
                .param("to", hour.plus(1, ChronoUnit.HOURS).atOffset(ZoneOffset.UTC))
                .query(rows -> {
                    each.accept(
                            UsageReport.read(ByteString.copyFrom(rows.getBytes("signed")), "kept"));
                });
    }

    Optional<KeptReport> find(Key key) {
        return db.sql(
                        """
                        select * from usage_report
                        where node_id = :node and boot_id = :boot and sequence = :sequence
                        """)
                .param("node", key.nodeId().bytes())
                .param("boot", key.bootId())
                .param("sequence", key.sequence())
                .query(UsageReports::kept)
                .optional();
    }

    /** Locks one report until the transaction ends, so that nobody else decides about it. */
    Optional<KeptReport> lock(Key key) {
        return db.sql(
                        """
                        select * from usage_report
                        where node_id = :node and boot_id = :boot and sequence = :sequence for update
                        """)
                .param("node", key.nodeId().bytes())
                .param("boot", key.bootId())
                .param("sequence", key.sequence())
                .query(UsageReports::kept)
                .optional();
    }

    /** The reports of the same boot after {@code key} up to the end of its run. */
    List<KeptReport> rest(Key key, long runLast) {
        return db.sql(
                        """
                        select * from usage_report
                        where node_id = :node and boot_id = :boot and sequence > :sequence and sequence <= :last
                        order by sequence
                        """)
                .param("node", key.nodeId().bytes())
                .param("boot", key.bootId())
                .param("sequence", key.sequence())
                .param("last", runLast)
                .query(UsageReports::kept)
                .list();
    }

    /** The SubjectPublicKeyInfo that a boot's reports were signed with. */
    byte[] identityKey(Boot boot) {
        return db.sql(
                        "select identity_key from usage_boot where node_id = :node and boot_id = :boot")
                .param("node", boot.nodeId().bytes())
                .param("boot", boot.bootId())
                .query(byte[].class)
                .single();
    }

    private static KeptReport kept(ResultSet rows, int row) throws SQLException {
        String reason = rows.getString("reason");
        return new KeptReport(
                UsageReport.read(ByteString.copyFrom(rows.getBytes("signed")), "kept"),
                rows.getLong("run_last"),
                ByteString.copyFrom(rows.getBytes("run_signature")),
                reason == null
                        ? new Counted(rows.getBoolean("late"))
                        : new Implausible(Reason.of(reason)),
                rows.getTimestamp("received_at").toInstant());
    }

    private static Key key(ResultSet rows) throws SQLException {
        return new Key(
                NodeId.of(rows.getBytes("node_id")),
                rows.getObject("boot_id", UUID.class),
                rows.getLong("sequence"));
    }

    private static Map<Boot, Heard> heard(ResultSet rows) throws SQLException {
        var heard = new LinkedHashMap<Boot, Heard>();
        while (rows.next()) {
            heard.put(
                    new Boot(
                            NodeId.of(rows.getBytes("node_id")),
                            rows.getObject("boot_id", UUID.class)),
                    new Heard(
                            rows.getLong("highest"),
                            rows.getLong("reports"),
                            rows.getLong("pruned_to")));
        }
        return heard;
    }

    /** A sum too large for a long is told as the largest: only an invented sequence or counter gets there. */
    private static long exact(ResultSet rows, String column) throws SQLException {
        return UsageHours.saturated(rows.getBigDecimal(column));
    }

    private static <T> java.sql.Array bytes(
            Connection connection, Collection<T> of, java.util.function.Function<T, NodeId> nodeId)
            throws SQLException {
        return connection.createArrayOf(
                "bytea", of.stream().map(t -> nodeId.apply(t).bytes()).toArray(byte[][]::new));
    }

    private static String state(Verdict verdict) {
        return switch (verdict) {
            case Counted counted -> "counted";
            case Implausible implausible -> "implausible";
        };
    }

    private static @Nullable String reason(Verdict verdict) {
        return switch (verdict) {
            case Counted counted -> null;
            case Implausible implausible -> implausible.reason().code();
        };
    }

    private static boolean late(Verdict verdict) {
        return switch (verdict) {
            case Counted counted -> counted.late();
            case Implausible implausible -> false;
        };
    }

    private static String code(GapCause cause) {
        return switch (cause) {
            case UNSPECIFIED -> "unspecified";
            case POWERED_OFF -> "poweredOff";
            case SPOOL_FULL -> "spoolFull";
            case SPOOL_DAMAGED -> "spoolDamaged";
            case CLOCK_MOVED -> "clockMoved";
        };
    }

    /** The rows in PostgreSQL's binary COPY format: half the size of text and nothing to escape. */
    private static byte[] binary(List<KeptReport> reports) throws IOException {
        int size = reports.stream().mapToInt(k -> k.report().signed().size() + 384).sum();
        var bytes = new ByteArrayOutputStream(size);
        var out = new DataOutputStream(bytes);
        out.write(COPY_HEADER);
        for (KeptReport kept : reports) {
            UsageReport report = kept.report();
            out.writeShort(14);
            field(out, report.nodeId().bytes());
            out.writeInt(16);
            out.writeLong(report.bootId().getMostSignificantBits());
            out.writeLong(report.bootId().getLeastSignificantBits());
            field(out, report.sequence());
            field(out, microseconds(report.startedAt()));
            field(out, microseconds(report.endedAt()));
            field(out, microseconds(kept.receivedAt()));
            field(out, state(kept.verdict()).getBytes(StandardCharsets.UTF_8));
            String reason = reason(kept.verdict());
            if (reason == null) {
                out.writeInt(-1);
            } else {
                field(out, reason.getBytes(StandardCharsets.UTF_8));
            }
            out.writeInt(1);
            out.writeBoolean(late(kept.verdict()));
            field(out, report.hash());
            field(out, report.previousHash());
            field(out, report.signed());
            field(out, kept.runLast());
            field(out, kept.runSignature());
        }
        out.writeShort(-1);
        return bytes.toByteArray();
    }

    private static void field(DataOutputStream out, byte[] value) throws IOException {
        out.writeInt(value.length);
        out.write(value);
    }

    private static void field(DataOutputStream out, ByteString value) throws IOException {
        out.writeInt(value.size());
        value.writeTo(out);
    }

    private static void field(DataOutputStream out, long value) throws IOException {
        out.writeInt(8);
        out.writeLong(value);
    }

    private static long microseconds(Instant at) {
        return ChronoUnit.MICROS.between(POSTGRES_EPOCH, at);
    }

    static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
