package org.coopmesh.membership.access;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.membership.node.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the access list: its entries, its head and its log. */
@Repository
class AccessLists {
    /** A delta starts from one of this many versions at most, */
    static final int LOG_VERSIONS_MAX = 20_000;

    /** and holds no more changes than this. */
    static final int LOG_CHANGES_MAX = 50_000;

    private static final int BATCH = 1_000;

    private final JdbcClient db;
    private final JdbcTemplate batches;

    AccessLists(JdbcClient db, JdbcTemplate batches) {
        this.db = db;
        this.batches = batches;
    }

    /** The newest version as nodes get it. Before the first version {@code head} is empty. */
    record Head(
            long version,
            ByteString head,
            ByteString signature,
            String keyId,
            ByteString entriesHash,
            long entries,
            @Nullable Instant issuedAt,
            @Nullable Instant notAfter) {}

    /** One change: empty bytes take the key off the list. */
    record Change(String key, ByteString entry) {}

    /** An entry as people see it. */
    record Shown(
            String key,
            String kind,
            String rule,
            @Nullable Integer slowLaneKbit,
            String why,
            @Nullable String prefixV4,
            @Nullable String prefixV6,
            @Nullable Instant until,
            long sinceVersion,
            Instant since,
            @Nullable UUID node,
            @Nullable UUID site) {}

    /** All of the head but the 32 KB of bucket hashes, which only a change needs. */
    private static final String HEAD =
            """
            select version, head, signature, key_id, entries_hash, entries, issued_at, not_after
            from access_head
            """;

    /** Locks the head until the transaction ends: one at a time changes the list. */
    Head lockHead() {
        return db.sql(HEAD + " for update").query(AccessLists::headRow).single();
    }

    Head head() {
        return db.sql(HEAD).query(AccessLists::headRow).single();
    }

    byte[] bucketHashes() {
        return db.sql("select bucket_hashes from access_head").query(byte[].class).single();
    }

    void saveHead(Head head, byte[] bucketHashes) {
        db.sql(
                        """
                        update access_head
                        set version = :version, head = :head, signature = :signature, key_id = :keyId,
                            entries_hash = :hash, entries = :entries, issued_at = :issuedAt,
                            not_after = :notAfter, bucket_hashes = :buckets
                        """)
                .param("version", head.version())
                .param("head", head.head().toByteArray())
                .param("signature", head.signature().toByteArray())
                .param("keyId", head.keyId())
                .param("hash", head.entriesHash().toByteArray())
                .param("entries", head.entries())
                .param("issuedAt", time(head.issuedAt()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("notAfter", time(head.notAfter()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("buckets", bucketHashes)
                .update();
    }

    /** What is kept of an entry: the bytes that nodes get, and what stands beside them. */
    record Kept(
            ByteString bytes,
            String why,
            @Nullable Instant reviewAt,
            ListEntry.@Nullable Depends depends) {
        boolean sameAs(ListEntry entry) {
            return bytes.equals(ByteString.copyFrom(entry.bytes()))
                    && why.equals(entry.why())
                    && Objects.equals(reviewAt, entry.reviewAt())
                    && Objects.equals(depends, entry.depends());
        }
    }

    /** What is on the list now for any of {@code keys}. */
    Map<String, Kept> kept(Collection<String> keys) {
        var kept = new HashMap<String, Kept>();
        if (!keys.isEmpty()) {
            db.sql(
                            """
                            select key, entry, why, review_at, node, site_id, member_id, payer_id
                            from access_entry join unnest(:keys::text[]) as asked (key) using (key)
                            """)
                    .param("keys", keys.toArray(String[]::new))
                    .query(row -> {
                        UUID node = row.getObject("node", UUID.class);
                        kept.put(
                                text(row, "key"),
                                new Kept(
                                        bytes(row, "entry"),
                                        text(row, "why"),
                                        instant(row, "review_at"),
                                        node == null
                                                ? null
                                                : new ListEntry.Depends(
                                                        node,
                                                        requireNonNull(
                                                                row.getObject(
                                                                        "site_id", UUID.class)),
                                                        row.getObject("member_id", UUID.class),
                                                        row.getObject("payer_id", UUID.class))));
                    });
        }
        return kept;
    }

    /** Puts entries on the list, or changes them; those whose bytes stay keep their version. */
    void put(Collection<ListEntry> entries, long version, Instant now) {
        batches.batchUpdate(
                """
                insert into access_entry as e (key, kind, bucket, entry, rule, slow_lane_kbit, why, prefix_v4,
                    prefix_v6, until, since_version, since, review_at, node, site_id, member_id, payer_id)
                values (?, ?, ?, ?, ?, ?, ?, ?::cidr, ?::cidr, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (key) do update
                set entry = excluded.entry, rule = excluded.rule, slow_lane_kbit = excluded.slow_lane_kbit,
                    why = excluded.why, prefix_v4 = excluded.prefix_v4, prefix_v6 = excluded.prefix_v6,
                    until = excluded.until, review_at = excluded.review_at, node = excluded.node,
                    site_id = excluded.site_id, member_id = excluded.member_id, payer_id = excluded.payer_id,
                    since_version = case when e.entry = excluded.entry
                        then e.since_version else excluded.since_version end,
                    since = case when e.entry = excluded.entry then e.since else excluded.since end
                where (e.entry, e.rule, e.slow_lane_kbit, e.why, e.until, e.review_at, e.site_id, e.member_id,
                        e.payer_id)
                    is distinct from
                    (excluded.entry, excluded.rule, excluded.slow_lane_kbit, excluded.why, excluded.until,
                        excluded.review_at, excluded.site_id, excluded.member_id, excluded.payer_id)
                """,
                entries,
                BATCH,
                (statement, entry) -> {
                    var depends = entry.depends();
                    int i = 0;
                    statement.setString(++i, entry.key());
                    statement.setString(++i, entry.kind().name().toLowerCase(Locale.ROOT));
                    statement.setInt(++i, EntriesHash.bucketOf(entry.key()));
                    statement.setBytes(++i, entry.bytes());
                    statement.setString(++i, entry.rule());
                    statement.setObject(++i, entry.slowLaneKbit(), Types.INTEGER);
                    statement.setString(++i, entry.why());
                    statement.setString(++i, textOrNull(entry.prefixV4()));
                    statement.setString(++i, textOrNull(entry.prefixV6()));
                    statement.setObject(++i, time(entry.until()), Types.TIMESTAMP_WITH_TIMEZONE);
                    statement.setLong(++i, version);
                    statement.setObject(++i, time(now), Types.TIMESTAMP_WITH_TIMEZONE);
                    statement.setObject(++i, time(entry.reviewAt()), Types.TIMESTAMP_WITH_TIMEZONE);
                    statement.setObject(++i, depends == null ? null : depends.node(), Types.OTHER);
                    statement.setObject(++i, depends == null ? null : depends.site(), Types.OTHER);
                    statement.setObject(
                            ++i, depends == null ? null : depends.member(), Types.OTHER);
                    statement.setObject(++i, depends == null ? null : depends.payer(), Types.OTHER);
                });
    }

    void remove(Collection<String> keys) {
        db.sql(
                        """
                        delete from access_entry e using unnest(:keys::text[]) as gone (key) where e.key = gone.key
                        """)
                .param("keys", keys.toArray(String[]::new))
                .update();
    }

    /** The entries of each of {@code buckets}, as they are hashed. */
    Map<Integer, SortedMap<EntriesHash.Key, byte[]>> buckets(Set<Integer> buckets) {
        var entries = new HashMap<Integer, SortedMap<EntriesHash.Key, byte[]>>();
        buckets.forEach(bucket -> entries.put(bucket, new TreeMap<>()));
        db.sql(
                        """
                        select bucket, key, entry
                        from access_entry join unnest(:buckets::integer[]) as asked (bucket) using (bucket)
                        """)
                .param("buckets", buckets.toArray(Integer[]::new))
                .query(row -> {
                    requireNonNull(entries.get(row.getInt("bucket")))
                            .put(
                                    EntriesHash.Key.of(text(row, "key")),
                                    requireNonNull(row.getBytes("entry")));
                });
        return entries;
    }

    void log(long version, ByteString entriesHash, Collection<Change> changes, Instant now) {
        db.sql(
                        """
                        insert into access_version (version, entries_hash, changes, issued_at)
                        values (:version, :hash, :changes, :now)
                        """)
                .param("version", version)
                .param("hash", entriesHash.toByteArray())
                .param("changes", changes.size())
                .param("now", time(now))
                .update();
        batches.batchUpdate(
                "insert into access_change (version, key, entry) values (?, ?, ?)",
                changes,
                BATCH,
                (statement, change) -> {
                    statement.setLong(1, version);
                    statement.setString(2, change.key());
                    statement.setBytes(3, change.entry().toByteArray());
                });
    }

    /** Forgets the oldest versions, so that the log stays within its limits. The newest always stays. */
    void trimLog() {
        db.sql(
                        """
                        delete from access_version where version <= (
                            select max(version) from (
                                select version, row_number() over w as versions, sum(changes) over w as total
                                from access_version window w as (order by version desc)) as log
                            where versions > 1 and (versions > :versionsMax or total > :changesMax))
                        """)
                .param("versionsMax", LOG_VERSIONS_MAX)
                .param("changesMax", LOG_CHANGES_MAX)
                .update();
    }

    /** Hash of each version in the log above {@code after} and up to {@code upTo}, in order. */
    SortedMap<Long, ByteString> versions(long after, long upTo) {
        var hashes = new TreeMap<Long, ByteString>();
        db.sql(
                        """
                        select version, entries_hash from access_version
                        where version > :after and version <= :upTo
                        """)
                .param("after", after)
                .param("upTo", upTo)
                .query(row -> {
                    hashes.put(row.getLong("version"), bytes(row, "entries_hash"));
                });
        return hashes;
    }

    Map<Long, List<Change>> changes(long after, long upTo) {
        var changes = new HashMap<Long, List<Change>>();
        db.sql(
                        """
                        select version, key, entry from access_change
                        where version > :after and version <= :upTo order by version, key
                        """)
                .param("after", after)
                .param("upTo", upTo)
                .query(row -> {
                    changes.computeIfAbsent(row.getLong("version"), version -> new ArrayList<>())
                            .add(new Change(text(row, "key"), bytes(row, "entry")));
                });
        return changes;
    }

    Map<String, ByteString> entries() {
        var entries = new LinkedHashMap<String, ByteString>();
        db.sql("select key, entry from access_entry order by key")
                .query(row -> {
                    entries.put(text(row, "key"), bytes(row, "entry"));
                });
        return entries;
    }

    /** Keys of one kind that are on the list. */
    Set<String> keys(ListEntry.Kind kind) {
        return new HashSet<>(
                db.sql("select key from access_entry where kind = :kind")
                        .param("kind", kind.name().toLowerCase(Locale.ROOT))
                        .query(String.class)
                        .list());
    }

    /** Attachments on the list that depend on any of these; {@code column} is one of four names of ours. */
    Set<String> attachmentKeys(Column column, Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return Set.of();
        }
        String sql =
                switch (column) {
                    case NODE -> "select key from access_entry where node = any(:ids)";
                    case SITE -> "select key from access_entry where site_id = any(:ids)";
                    case MEMBER -> "select key from access_entry where member_id = any(:ids)";
                    case PAYER -> "select key from access_entry where payer_id = any(:ids)";
                };
        return new HashSet<>(
                db.sql(sql).param("ids", ids.toArray(UUID[]::new)).query(String.class).list());
    }

    enum Column {
        NODE,
        SITE,
        MEMBER,
        PAYER
    }

    /** Keys that time may have changed by {@code now}. */
    Set<String> due(Instant now) {
        return new HashSet<>(
                db.sql("select key from access_entry where review_at <= :now")
                        .param("now", time(now))
                        .query(String.class)
                        .list());
    }

    Map<String, Long> countByRule() {
        var counts = new HashMap<String, Long>();
        db.sql("select rule, count(*) as entries from access_entry group by rule")
                .query(row -> {
                    counts.put(text(row, "rule"), row.getLong("entries"));
                });
        return counts;
    }

    Optional<Shown> shown(String key) {
        return db.sql("select * from access_entry where key = :key")
                .param("key", key)
                .query(AccessLists::shownRow)
                .optional();
    }

    Map<String, Shown> shown(Collection<String> keys) {
        var found = new HashMap<String, Shown>();
        if (!keys.isEmpty()) {
            db.sql("select * from access_entry where key = any(:keys)")
                    .param("keys", keys.toArray(String[]::new))
                    .query(AccessLists::shownRow)
                    .list()
                    .forEach(shown -> found.put(shown.key(), shown));
        }
        return found;
    }

    /** Entries by key after {@code after}; where {@code touching} is given, those that share an address with it. */
    List<Shown> page(@Nullable Prefix touching, @Nullable String after, int limit) {
        // Two questions and not one with an "or": only so does an address find its index.
        String sql =
                touching == null
                        ? """
                        select * from access_entry
                        where key > :after collate "C"
                        order by key limit :limit
                        """
                        : """
                        select * from access_entry
                        where key in (
                            select key from access_entry where prefix_v4 && :prefix::cidr
                            union all
                            select key from access_entry where prefix_v6 && :prefix::cidr)
                          and key > :after collate "C"
                        order by key limit :limit
                        """;
        return db.sql(sql)
                .param("prefix", textOrNull(touching), Types.VARCHAR)
                .param("after", after == null ? "" : after)
                .param("limit", limit)
                .query(AccessLists::shownRow)
                .list();
    }

    /** The version that last changed a key, as far as the log knows. */
    Optional<Long> lastChange(String key) {
        return db
                .sql("select max(version) from access_change where key = :key")
                .param("key", key)
                .query((row, number) -> row.getObject(1, Long.class))
                .list()
                .stream()
                .filter(version -> version != null)
                .findFirst();
    }

    private static Head headRow(ResultSet row, int number) throws SQLException {
        return new Head(
                row.getLong("version"),
                bytes(row, "head"),
                bytes(row, "signature"),
                text(row, "key_id"),
                bytes(row, "entries_hash"),
                row.getLong("entries"),
                instant(row, "issued_at"),
                instant(row, "not_after"));
    }

    private static Shown shownRow(ResultSet row, int number) throws SQLException {
        return new Shown(
                text(row, "key"),
                text(row, "kind"),
                text(row, "rule"),
                row.getObject("slow_lane_kbit", Integer.class),
                text(row, "why"),
                row.getString("prefix_v4"),
                row.getString("prefix_v6"),
                instant(row, "until"),
                row.getLong("since_version"),
                requireNonNull(instant(row, "since")),
                row.getObject("node", UUID.class),
                row.getObject("site_id", UUID.class));
    }

    static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }

    private static ByteString bytes(ResultSet row, String column) throws SQLException {
        return ByteString.copyFrom(requireNonNull(row.getBytes(column)));
    }

    private static @Nullable String textOrNull(@Nullable Prefix prefix) {
        return prefix == null ? null : prefix.toString();
    }
}
