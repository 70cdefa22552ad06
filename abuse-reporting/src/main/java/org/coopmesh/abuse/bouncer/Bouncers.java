package org.coopmesh.abuse.bouncer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for keys of firewalls and the places they are used from. */
@Repository
class Bouncers {
    private final JdbcClient db;

    Bouncers(JdbcClient db) {
        this.db = db;
    }

    /**
     * A firewall that calls with a good key, and where the feed stands.
     *
     * @param told null for a place that never took the whole
     * @param seenAt null for a place that was never seen
     */
    record Caller(
            UUID bouncer,
            long head,
            long forgotten,
            @Nullable Long told,
            @Nullable Instant seenAt) {}

    /** False, and nothing is kept, if {@code most} keys are good already. */
    boolean insert(Bouncer bouncer, byte[] digest, int most) {
        // One after the other: two that come at once do not both take the last place.
        db.sql("select pg_advisory_xact_lock(hashtext('bouncer keys'))").query(row -> {});
        return db.sql(
                                """
                                insert into bouncer (bouncer_id, name, key_digest, key_prefix, made_by, made_at)
                                select :id, :name, :digest, :prefix, :by, :at
                                where (select count(*) from bouncer where revoked_at is null) < :most
                                """)
                        .param("id", bouncer.id())
                        .param("name", bouncer.name())
                        .param("digest", digest)
                        .param("prefix", bouncer.keyPrefix())
                        .param("by", bouncer.madeBy())
                        .param("at", time(bouncer.madeAt()))
                        .param("most", most)
                        .update()
                == 1;
    }

    /** False if there is no such key; one that is revoked stays as it is. */
    boolean revoke(UUID id, UUID by, Instant at) {
        return db.sql(
                                """
                                update bouncer
                                set revoked_at = coalesce(revoked_at, :at), revoked_by = coalesce(revoked_by, :by)
                                where bouncer_id = :id
                                """)
                        .param("id", id)
                        .param("at", time(at))
                        .param("by", by)
                        .update()
                == 1;
    }

    /** All that a poll asks, in one question. */
    Optional<Caller> caller(byte[] digest, String address) {
        return db.sql(
                        """
                        select b.bouncer_id, h.version, h.forgotten, p.told, p.seen_at
                          from bouncer b cross join feed_head h
                          left join bouncer_place p on p.bouncer_id = b.bouncer_id and p.address = cast(:address as inet)
                         where b.key_digest = :digest and b.revoked_at is null
                        """)
                .param("digest", digest)
                .param("address", address)
                .query((row, number) ->
                        new Caller(
                                row.getObject("bouncer_id", UUID.class),
                                row.getLong("version"),
                                row.getLong("forgotten"),
                                row.getObject("told", Long.class),
                                instant(row, "seen_at")))
                .optional();
    }

    /** Notes that a place was seen. Of more than {@code most} the one longest unseen is forgotten. */
    void seen(UUID bouncer, String address, String agent, Instant at, int most) {
        db.sql(
                        """
                        insert into bouncer_place (bouncer_id, address, agent, first_at, seen_at)
                        values (:bouncer, cast(:address as inet), :agent, :at, :at)
                        on conflict (bouncer_id, address) do update set agent = excluded.agent, seen_at = excluded.seen_at
                        """)
                .param("bouncer", bouncer)
                .param("address", address)
                .param("agent", agent)
                .param("at", time(at))
                .update();
        db.sql(
                        """
                        delete from bouncer_place where bouncer_id = :bouncer and address in (
                            select address from bouncer_place where bouncer_id = :bouncer
                            order by seen_at desc, address offset :most)
                        """)
                .param("bouncer", bouncer)
                .param("most", most)
                .update();
    }

    /** How far a place has been told. What it was told meanwhile by another answer is not taken back, unless it started anew. */
    void told(UUID bouncer, String address, long version, boolean anew) {
        db.sql(
                        """
                        update bouncer_place set told = :version
                        where bouncer_id = :bouncer and address = cast(:address as inet)
                          and (:anew or told is null or told < :version)
                        """)
                .param("bouncer", bouncer)
                .param("address", address)
                .param("version", version)
                .param("anew", anew)
                .update();
    }

    void dropped(UUID bouncer, String address, long packets) {
        db.sql(
                        """
                        update bouncer_place set dropped = dropped + :packets
                        where bouncer_id = :bouncer and address = cast(:address as inet)
                        """)
                .param("bouncer", bouncer)
                .param("address", address)
                .param("packets", packets)
                .update();
    }

    /** The newest first; at most {@code limit}. */
    List<Bouncer> all(int limit) {
        Map<UUID, List<Bouncer.Place>> places = new HashMap<>();
        db.sql(
                        """
                        select bouncer_id, host(address) as address, agent, told, first_at, seen_at, dropped
                        from bouncer_place order by seen_at desc
                        """)
                .query(row -> {
                    places.computeIfAbsent(
                                    row.getObject("bouncer_id", UUID.class),
                                    id -> new ArrayList<>())
                            .add(place(row));
                });
        return db.sql("select * from bouncer order by made_at desc, bouncer_id limit :limit")
                .param("limit", limit)
                .query((row, number) -> {
                    UUID id = row.getObject("bouncer_id", UUID.class);
                    return new Bouncer(
                            id,
                            row.getString("name"),
                            row.getString("key_prefix"),
                            row.getObject("made_by", UUID.class),
                            row.getObject("made_at", OffsetDateTime.class).toInstant(),
                            instant(row, "revoked_at"),
                            places.getOrDefault(id, List.of()));
                })
                .list();
    }

    long head() {
        return db.sql("select version from feed_head").query(Long.class).single();
    }

    private static Bouncer.Place place(ResultSet row) throws SQLException {
        return new Bouncer.Place(
                row.getString("address"),
                row.getString("agent"),
                row.getObject("told", Long.class),
                row.getObject("first_at", OffsetDateTime.class).toInstant(),
                row.getObject("seen_at", OffsetDateTime.class).toInstant(),
                row.getLong("dropped"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
