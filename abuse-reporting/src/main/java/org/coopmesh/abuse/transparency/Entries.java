package org.coopmesh.abuse.transparency;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.coopmesh.abuse.transparency.Tree.Node;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what is logged, the tree over it and the checkpoints of it. */
@Repository
class Entries {
    /** Any number that no other lock of this database has. */
    private static final long APPENDER = 0x6c6f67L;

    private final JdbcClient db;

    Entries(JdbcClient db) {
        this.db = db;
    }

    /** A fact that waits for its place. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
    record Waiting(long position, byte[] entry) {}

    /** What the commitment of an entry is made of. */
    record Opening(long index, String entry, String salt, String sealed) {}

    /** One kind of fact, counted. */
    record Fact(String kind, String sealed) {}

    /** Puts a fact among those that wait; one that is there already changes nothing. */
    void add(LogFact fact, LocalDate day, byte[] entry, byte[] salt, String sealed, Instant now) {
        db.sql(
                        """
                        with stated as (
                            insert into log_fact (kind, fact, day, entry, salt, sealed, stated_at)
                            values (:kind, :fact, :day, :entry, :salt, :sealed, :now)
                            on conflict (kind, fact) do nothing
                            returning position)
                        insert into log_waiting (position) select position from stated
                        """)
                .param("kind", fact.kind().wire())
                .param("fact", fact.id())
                .param("day", day)
                .param("entry", entry)
                .param("salt", salt)
                .param("sealed", sealed)
                .param("now", time(now))
                .update();
    }

    /** Waits until no other transaction gives places; others then wait until this one ends. */
    void lockAppender() {
        db.sql("select pg_advisory_xact_lock(:lock)")
                .param("lock", APPENDER)
                .query((rs, row) -> true)
                .single();
    }

    List<Waiting> waiting(int limit) {
        return db.sql(
                        """
                        select f.position, f.entry from log_waiting w join log_fact f using (position)
                        order by f.position limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) -> new Waiting(rs.getLong("position"), rs.getBytes("entry")))
                .list();
    }

    boolean isAnyWaiting() {
        return db.sql("select exists (select from log_waiting)").query(Boolean.class).single();
    }

    /** How many facts wait for their place, counted up to {@code max}. */
    int countWaiting(int max) {
        return db.sql("select count(*) from (select from log_waiting limit :max) w")
                .param("max", max)
                .query(Integer.class)
                .single();
    }

    /** Gives facts the places from {@code first} on; they wait no more. */
    void place(long first, List<Waiting> facts) {
        Long[] positions = facts.stream().map(Waiting::position).toArray(Long[]::new);
        db.sql(
                        """
                        insert into log_entry (entry_index, position)
                        select :first + f.place - 1, f.position
                        from unnest(:positions::bigint[]) with ordinality as f (position, place)
                        """)
                .param("first", first)
                .param("positions", positions)
                .update();
        db.sql("delete from log_waiting where position = any (:positions::bigint[])")
                .param("positions", positions)
                .update();
    }

    void addNodes(List<Node> nodes) {
        db.sql(
                        """
                        insert into log_node (level, node_index, hash)
                        select * from unnest(:levels::smallint[], :indexes::bigint[], :hashes::bytea[])
                        """)
                .param("levels", nodes.stream().map(n -> (short) n.level()).toArray(Short[]::new))
                .param("indexes", nodes.stream().map(Node::index).toArray(Long[]::new))
                .param("hashes", nodes.stream().map(n -> n.hash().bytes()).toArray(byte[][]::new))
                .update();
    }

    /** @throws IllegalStateException if it is not there */
    Hash node(int level, long index) {
        return db.sql("select hash from log_node where level = :level and node_index = :index")
                .param("level", level)
                .param("index", index)
                .query((rs, row) -> Hash.of(rs.getBytes("hash")))
                .optional()
                .orElseThrow(() -> new IllegalStateException("no node " + level + "/" + index));
    }

    /** Hashes of one level from {@code first} on, in order. */
    List<Hash> nodes(int level, long first, int count) {
        return db.sql(
                        """
                        select hash from log_node
                        where level = :level and node_index >= :first and node_index < :first + :count
                        order by node_index
                        """)
                .param("level", level)
                .param("first", first)
                .param("count", count)
                .query((rs, row) -> Hash.of(rs.getBytes("hash")))
                .list();
    }

    /** What is published of the entries from {@code first} on, in order. */
    List<byte[]> entries(long first, int count) {
        return db.sql(
                        """
                        select f.entry from log_entry e join log_fact f using (position)
                        where e.entry_index >= :first and e.entry_index < :first + :count
                        order by e.entry_index
                        """)
                .param("first", first)
                .param("count", count)
                .query((rs, row) -> rs.getBytes("entry"))
                .list();
    }

    void addCheckpoint(long size, Hash root, Instant now) {
        db.sql(
                        """
                        insert into log_checkpoint (size, root, signed_at) values (:size, :root, :now)
                        """)
                .param("size", size)
                .param("root", root.bytes())
                .param("now", time(now))
                .update();
    }

    /** A size that was published. */
    record Published(long size, Hash root, Instant at) {}

    Optional<Published> newest() {
        return db.sql("select * from log_checkpoint order by size desc limit 1")
                .query(Entries::published)
                .optional();
    }

    Optional<Published> checkpoint(long size) {
        return db.sql("select * from log_checkpoint where size = :size")
                .param("size", size)
                .query(Entries::published)
                .optional();
    }

    Optional<Opening> opening(String kind, String fact) {
        return db.sql(
                        """
                        select e.entry_index, f.entry, f.salt, f.sealed from log_fact f join log_entry e using (position)
                        where f.kind = :kind and f.fact = :fact
                        """)
                .param("kind", kind)
                .param("fact", fact)
                .query((rs, row) ->
                        new Opening(
                                rs.getLong("entry_index"),
                                new String(rs.getBytes("entry"), StandardCharsets.UTF_8),
                                HexFormat.of().formatHex(rs.getBytes("salt")),
                                rs.getString("sealed")))
                .optional();
    }

    /** Facts of the days from {@code first} up to, and without, {@code end} that have their place. */
    List<Fact> facts(LocalDate first, LocalDate end) {
        return db.sql(
                        """
                        select f.kind, f.sealed from log_fact f join log_entry e using (position)
                        where f.day >= :first and f.day < :end order by e.entry_index
                        """)
                .param("first", first)
                .param("end", end)
                .query((rs, row) -> new Fact(rs.getString("kind"), rs.getString("sealed")))
                .list();
    }

    /** The day of the oldest fact. */
    Optional<LocalDate> firstDay() {
        return db.sql("select min(day) as day from log_fact")
                .query((rs, row) -> Optional.ofNullable(rs.getObject("day", LocalDate.class)))
                .single();
    }

    /** False if it is published already. */
    boolean addReport(String period, String body, Instant now) {
        return db.sql(
                                """
                                insert into log_report (period, body, published_at) values (:period, :body, :now)
                                on conflict do nothing
                                """)
                        .param("period", period)
                        .param("body", body)
                        .param("now", time(now))
                        .update()
                == 1;
    }

    Optional<String> report(String period) {
        return db.sql("select body from log_report where period = :period")
                .param("period", period)
                .query(String.class)
                .optional();
    }

    List<String> periods() {
        return db.sql("select period from log_report order by period desc")
                .query((rs, row) -> rs.getString("period"))
                .list();
    }

    private static Published published(ResultSet rs, int row) throws SQLException {
        return new Published(
                rs.getLong("size"),
                Hash.of(rs.getBytes("root")),
                rs.getObject("signed_at", OffsetDateTime.class).toInstant());
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
