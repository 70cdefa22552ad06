package org.coopmesh.abuse.outside;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.outside.OutsideList.Held;
import org.coopmesh.abuse.outside.OutsideList.Limits;
import org.coopmesh.abuse.outside.OutsideList.Seen;
import org.coopmesh.abuse.outside.OutsideList.Source;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for outside lists and what is held of them. */
@Repository
class OutsideListTable {
    private final JdbcClient db;
    private final KeySeal seal;

    OutsideListTable(JdbcClient db, KeySeal seal) {
        this.db = db;
        this.seal = seal;
    }

    /** One entry that is held. */
    record Entry(UUID ban, Prefix prefix, Instant until) {}

    /** False if a list of this name is there. */
    boolean add(OutsideList list) {
        try {
            return db.sql(
                                    """
                                    insert into outside_list (list_id, name, kind, url, api_key, enforced, entries_max, widest_v4,
                                        widest_v6, holds_hours, every_minutes, added_by, added_at)
                                    values (:id, :name, :kind, :url, :key, :enforced, :entries, :v4, :v6, :holds, :every, :by, :at)
                                    """)
                            .param("id", list.id())
                            .param("name", list.name())
                            .param("kind", kind(list.source()))
                            .param("url", url(list.source()))
                            .param(
                                    "key",
                                    list.source() instanceof Source.CrowdSec of
                                            ? seal.seal(list.id(), of.key())
                                            : null)
                            .param("enforced", list.enforced())
                            .param("entries", list.limits().entries())
                            .param("v4", list.limits().widestV4())
                            .param("v6", list.limits().widestV6())
                            .param("holds", list.limits().holds().toHours())
                            .param("every", list.limits().every().toMinutes())
                            .param("by", list.addedBy())
                            .param("at", time(list.addedAt()))
                            .update()
                    == 1;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    static String kind(Source source) {
        return switch (source) {
            case Source.Text t -> "url";
            case Source.Upload u -> "upload";
            case Source.CrowdSec c -> "crowdsec";
        };
    }

    static @Nullable String url(Source source) {
        return switch (source) {
            case Source.Text t -> t.url().toString();
            case Source.Upload u -> null;
            case Source.CrowdSec c -> c.url().toString();
        };
    }

    int count() {
        return db.sql("select count(*) from outside_list where removed_at is null")
                .query(Integer.class)
                .single();
    }

    List<OutsideList> all() {
        Map<UUID, Map<String, Integer>> leftOut = new HashMap<>();
        db.sql("select list_id, why, entries from outside_left_out")
                .query(row -> {
                    leftOut.computeIfAbsent(
                                    row.getObject("list_id", UUID.class), id -> new HashMap<>())
                            .put(row.getString("why"), row.getInt("entries"));
                });
        return db.sql(
                        """
                        select l.*, (select count(*) from outside_entry e where e.list_id = l.list_id) as entries
                        from outside_list l where removed_at is null order by name
                        """)
                .query((row, number) ->
                        list(
                                row,
                                leftOut.getOrDefault(
                                        row.getObject("list_id", UUID.class), Map.of())))
                .list();
    }

    Optional<OutsideList> find(UUID id) {
        return all().stream().filter(list -> list.id().equals(id)).findFirst();
    }

    /** Locks the row until the transaction ends, so that two readings of one list follow each other. */
    Optional<OutsideList> lock(UUID id) {
        db.sql("select 1 from outside_list where list_id = :id for update")
                .param("id", id)
                .query(Integer.class)
                .optional();
        return find(id);
    }

    /** A list whose time to be read has come, marked as tried, so that one replica reads it. */
    Optional<UUID> claimDue(Instant now) {
        return db.sql(
                        """
                        update outside_list set tried_at = :now where list_id = (
                            select list_id from outside_list
                            where removed_at is null and kind <> 'upload'
                              and (tried_at is null or tried_at + make_interval(mins => every_minutes) <= :now)
                            order by tried_at nulls first limit 1 for update skip locked)
                        returning list_id
                        """)
                .param("now", time(now))
                .query(UUID.class)
                .optional();
    }

    void tried(UUID id, Seen seen) {
        db.sql(
                        """
                        update outside_list set tried_at = :tried, taken_at = :taken, outcome = :outcome,
                            outcome_why = :why, etag = :etag, modified_at = :modified, whole_next = :whole
                        where list_id = :id
                        """)
                .param("id", id)
                .param("tried", orNull(seen.triedAt()))
                .param("taken", orNull(seen.takenAt()))
                .param("outcome", seen.outcome())
                .param("why", seen.why())
                .param("etag", seen.etag())
                .param("modified", orNull(seen.modifiedAt()))
                .param("whole", seen.wholeNext())
                .update();
    }

    /** Before it is asked: what comes may get lost on the way, and then everything is asked for. */
    void wholeNext(UUID id) {
        db.sql("update outside_list set whole_next = true where list_id = :id")
                .param("id", id)
                .update();
    }

    /** Seals the keys that stand in the clear from before there was a secret, or under the one of before; how many. */
    int sealKeys() {
        if (!seal.isOn()) return 0;
        record Kept(UUID list, String key) {}
        List<Kept> old =
                db
                        .sql(
                                """
                                select list_id, api_key from outside_list
                                where kind = 'crowdsec' and api_key <> '' order by list_id for update
                                """)
                        .query((row, number) ->
                                new Kept(
                                        row.getObject("list_id", UUID.class),
                                        row.getString("api_key")))
                        .list()
                        .stream()
                        .filter(one -> !seal.isSealedByTheNewest(one.list(), one.key()))
                        .map(one -> new Kept(one.list(), seal.open(one.list(), one.key())))
                        .filter(one -> !one.key().isEmpty())
                        .toList();
        for (Kept one : old) {
            db.sql("update outside_list set api_key = :key where list_id = :id")
                    .param("id", one.list())
                    .param("key", seal.seal(one.list(), one.key()))
                    .update();
        }
        return old.size();
    }

    void enforce(UUID id, boolean enforced) {
        db.sql("update outside_list set enforced = :enforced where list_id = :id")
                .param("id", id)
                .param("enforced", enforced)
                .update();
    }

    void remove(UUID id, UUID by, Instant at) {
        db.sql(
                        """
                        update outside_list set removed_by = :by, removed_at = :at, api_key = case kind when 'crowdsec' then '' end
                        where list_id = :id
                        """)
                .param("id", id)
                .param("by", by)
                .param("at", time(at))
                .update();
    }

    void count(UUID id, int ownMembers, Map<String, Integer> leftOut, boolean more) {
        if (!more) {
            db.sql("delete from outside_left_out where list_id = :id").param("id", id).update();
        }
        leftOut.forEach((why, entries) ->
                db.sql(
                                """
                                insert into outside_left_out (list_id, why, entries) values (:id, :why, :entries)
                                on conflict (list_id, why) do update set entries = outside_left_out.entries + excluded.entries
                                """)
                        .param("id", id)
                        .param("why", why)
                        .param("entries", entries)
                        .update());
        db.sql(
                        """
                        update outside_list set own_members = case when :more then greatest(own_members, :members) else :members end
                        where list_id = :id
                        """)
                .param("id", id)
                .param("more", more)
                .param("members", ownMembers)
                .update();
    }

    Map<Prefix, Entry> entries(UUID id) {
        var entries = new HashMap<Prefix, Entry>();
        db.sql(
                        "select ban_id, prefix::text as prefix, until from outside_entry where list_id = :id")
                .param("id", id)
                .query(row -> {
                    Entry entry = entry(row);
                    entries.put(entry.prefix(), entry);
                });
        return entries;
    }

    /** An entry that is there already gets the new ban and the new end. */
    void put(UUID id, List<Entry> entries) {
        db.sql(
                        """
                        insert into outside_entry (list_id, prefix, ban_id, until)
                        select :id, e.prefix, e.ban, e.until
                        from unnest(:prefixes::cidr[], :bans::uuid[], :untils::timestamptz[]) as e (prefix, ban, until)
                        on conflict (list_id, prefix) do update set ban_id = excluded.ban_id, until = excluded.until
                        """)
                .param("id", id)
                .param(
                        "prefixes",
                        entries.stream().map(e -> e.prefix().toString()).toArray(String[]::new))
                .param("bans", entries.stream().map(Entry::ban).toArray(UUID[]::new))
                .param(
                        "untils",
                        entries.stream().map(e -> e.until().toString()).toArray(String[]::new))
                .update();
    }

    void drop(UUID id, Collection<Prefix> prefixes) {
        db.sql("delete from outside_entry where list_id = :id and prefix = any(:prefixes::cidr[])")
                .param("id", id)
                .param("prefixes", prefixes.stream().map(Prefix::toString).toArray(String[]::new))
                .update();
    }

    /** Lists with entries that are over, locked in the order of their ids. */
    List<UUID> listsWithDue(Instant now) {
        return db.sql(
                        """
                        select list_id from outside_list
                        where list_id in (select list_id from outside_entry where until <= :now)
                        order by list_id for update skip locked
                        """)
                .param("now", time(now))
                .query((row, number) -> row.getObject("list_id", UUID.class))
                .list();
    }

    /** Takes out what is over. */
    List<Entry> takeDue(UUID id, Instant now) {
        return db.sql(
                        """
                        delete from outside_entry where list_id = :id and until <= :now
                        returning ban_id, prefix::text as prefix, until
                        """)
                .param("id", id)
                .param("now", time(now))
                .query((row, number) -> entry(row))
                .list();
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getObject("ban_id", UUID.class),
                Prefix.parse(row.getString("prefix")),
                row.getObject("until", OffsetDateTime.class).toInstant());
    }

    private OutsideList list(ResultSet row, Map<String, Integer> leftOut) throws SQLException {
        Source source =
                switch (row.getString("kind")) {
                    case "url" -> new Source.Text(URI.create(row.getString("url")));
                    case "crowdsec" ->
                            new Source.CrowdSec(
                                    URI.create(row.getString("url")),
                                    seal.open(
                                            row.getObject("list_id", UUID.class),
                                            row.getString("api_key")));
                    default -> new Source.Upload();
                };
        return new OutsideList(
                row.getObject("list_id", UUID.class),
                row.getString("name"),
                source,
                row.getBoolean("enforced"),
                new Limits(
                        row.getInt("entries_max"),
                        row.getInt("widest_v4"),
                        row.getInt("widest_v6"),
                        Duration.ofHours(row.getInt("holds_hours")),
                        Duration.ofMinutes(row.getInt("every_minutes"))),
                row.getObject("added_by", UUID.class),
                row.getObject("added_at", OffsetDateTime.class).toInstant(),
                new Seen(
                        instant(row, "tried_at"),
                        instant(row, "taken_at"),
                        row.getString("outcome"),
                        row.getString("outcome_why"),
                        row.getString("etag"),
                        instant(row, "modified_at"),
                        row.getBoolean("whole_next")),
                new Held(row.getInt("entries"), row.getInt("own_members"), leftOut));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static @Nullable OffsetDateTime orNull(@Nullable Instant at) {
        return at == null ? null : time(at);
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
