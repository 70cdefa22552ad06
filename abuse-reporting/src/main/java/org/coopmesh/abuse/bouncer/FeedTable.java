package org.coopmesh.abuse.bouncer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the feed: who says what, what is told of it, and at which version. */
@Repository
class FeedTable {
    /** A plan that was made for one address looks at every row for each of thousands. */
    private static final String PLAN_FOR_THESE = "set local plan_cache_mode = force_custom_plan";

    private static final int FETCH_ROWS = 1_000;

    private final JdbcClient db;
    private final NamedParameterJdbcTemplate streams;

    FeedTable(JdbcClient db, DataSource source) {
        this.db = db;
        var inPieces = new JdbcTemplate(source);
        inPieces.setFetchSize(FETCH_ROWS);
        this.streams = new NamedParameterJdbcTemplate(inPieces);
    }

    void addSources(List<Dropped> dropped) {
        int size = dropped.size();
        var bans = new UUID[size];
        var prefixes = new String[size];
        var origins = new String[size];
        var scenarios = new String[size];
        var untils = new @Nullable String[size];
        for (int i = 0; i < size; i++) {
            Dropped one = dropped.get(i);
            Instant until = one.until();
            bans[i] = one.ban();
            prefixes[i] = one.prefix().toString();
            origins[i] = one.source().origin();
            scenarios[i] = one.source().scenario();
            untils[i] = until == null ? null : until.toString();
        }
        db.sql(
                        """
                        insert into feed_source (ban_id, prefix, origin, scenario, until)
                        select * from unnest(:bans::uuid[], :prefixes::cidr[], :origins::text[], :scenarios::text[],
                            :untils::timestamptz[])
                        """)
                .param("bans", bans)
                .param("prefixes", prefixes)
                .param("origins", origins)
                .param("scenarios", scenarios)
                .param("untils", untils)
                .update();
    }

    /** Who says what of one address; found by what is told of it, which is indexed by what it covers. */
    List<Dropped> covering(Prefix address, int limit) {
        return db.sql(
                        """
                        select s.ban_id, s.prefix::text as prefix, s.origin, s.scenario, s.until
                          from feed_decision d join feed_source s on s.prefix = d.prefix
                         where d.ended is null and d.prefix >>= cast(:address as inet)
                         order by masklen(d.prefix) desc, s.until desc nulls first, s.ban_id limit :limit
                        """)
                .param("address", address.addressText())
                .param("limit", limit)
                .query((row, number) -> {
                    OffsetDateTime until = row.getObject("until", OffsetDateTime.class);
                    return new Dropped(
                            row.getObject("ban_id", UUID.class),
                            Prefix.parse(row.getString("prefix")),
                            new Dropped.Source(row.getString("origin"), row.getString("scenario")),
                            until == null ? null : until.toInstant());
                })
                .list();
    }

    /** The prefixes they were about. */
    List<Prefix> removeSources(Collection<UUID> bans) {
        db.sql(PLAN_FOR_THESE).update();
        return db.sql(
                        "delete from feed_source where ban_id = any(:bans::uuid[]) returning prefix::text as prefix")
                .param("bans", bans.toArray(UUID[]::new))
                .query((row, number) -> Prefix.parse(row.getString("prefix")))
                .list();
    }

    /** Makes what is told of {@code prefixes} what their sources say, as one version; none if nothing changes. */
    void settle(Collection<Prefix> prefixes, Instant now) {
        db.sql(PLAN_FOR_THESE).update();
        String[] about = prefixes.stream().map(Prefix::toString).distinct().toArray(String[]::new);
        long version =
                1 + db.sql("select version from feed_head for update").query(Long.class).single();
        int ended =
                db.sql(
                                """
                                update feed_decision d set ended = :version, ended_at = :now
                                where ended is null and prefix = any(:about::cidr[])
                                  and not exists (
                                    select from (select ban_id, until from feed_source s where s.prefix = d.prefix
                                                 order by until desc nulls first, ban_id limit 1) holds
                                    where holds.ban_id = d.ban_id and holds.until is not distinct from d.until)
                                """)
                        .param("version", version)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .param("about", about)
                        .update();
        int began =
                db.sql(
                                """
                                insert into feed_decision (ban_id, prefix, origin, scenario, until, began)
                                select distinct on (prefix) ban_id, prefix, origin, scenario, until, :version
                                from feed_source s where prefix = any(:about::cidr[])
                                  and not exists (select from feed_decision d where d.prefix = s.prefix and d.ended is null)
                                order by prefix, until desc nulls first, ban_id
                                """)
                        .param("version", version)
                        .param("about", about)
                        .update();
        if (ended + began > 0) {
            db.sql("update feed_head set version = :version").param("version", version).update();
        }
    }

    /** What began in {@code span} and had not ended at {@code head}, in the order it began; without a span all of it. */
    void began(
            Optional<Feed.Span> span,
            long head,
            Selection selection,
            Instant now,
            Consumer<Decision> each) {
        var values = new HashMap<String, Object>();
        values.put("head", head);
        span.ifPresent(since -> values.put("told", since.told()));
        streams.query(
                "select * from feed_decision where began <= :head and (ended is null or ended > :head)"
                        + span.map(since -> " and began > :told").orElse("")
                        + chosen(selection, values)
                        + " order by decision_number",
                values,
                (ResultSet rs) -> {
                    @Nullable OffsetDateTime until = rs.getObject("until", OffsetDateTime.class);
                    each.accept(decision(rs, left(until, now)));
                });
    }

    /** What ended in {@code span} and had begun before it. */
    void ended(Feed.Span span, Selection selection, Instant now, Consumer<Decision> each) {
        var values = new HashMap<String, Object>(Map.of("head", span.head(), "told", span.told()));
        streams.query(
                "select * from feed_decision where ended > :told and ended <= :head and began <= :told"
                        + chosen(selection, values)
                        + " order by decision_number",
                values,
                (ResultSet rs) -> {
                    Instant at = rs.getObject("ended_at", OffsetDateTime.class).toInstant();
                    each.accept(decision(rs, atMost(Duration.between(now, at), -1)));
                });
    }

    void present(Question question, Instant now, Consumer<Decision> each) {
        var values = new HashMap<String, Object>();
        String where = "";
        Prefix about = question.prefix();
        if (about != null) {
            values.put("prefix", about.toString());
            where =
                    switch (question.match()) {
                        case COVERS -> " and prefix >>= cast(:prefix as inet)";
                        case WITHIN -> " and prefix <<= cast(:prefix as inet)";
                        case SAME -> " and prefix = cast(:prefix as cidr)";
                    };
        }
        streams.query(
                "select * from feed_decision where ended is null"
                        + where
                        + chosen(question.selection(), values)
                        + " order by decision_number",
                values,
                (ResultSet rs) -> {
                    @Nullable OffsetDateTime until = rs.getObject("until", OffsetDateTime.class);
                    each.accept(decision(rs, left(until, now)));
                });
    }

    void forget(Instant before) {
        db.sql(
                        """
                        with gone as (delete from feed_decision where ended_at < :before returning ended)
                        update feed_head set forgotten = greatest(forgotten, (select max(ended) from gone))
                        where exists (select from gone)
                        """)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static String chosen(Selection selection, Map<String, Object> values) {
        var where = new ArrayList<String>();
        if (!selection.addresses()) {
            where.add("masklen(prefix) < case family(prefix) when 4 then 32 else 128 end");
        }
        if (!selection.ranges()) {
            where.add("masklen(prefix) = case family(prefix) when 4 then 32 else 128 end");
        }
        if (!selection.origins().isEmpty()) {
            values.put("origins", selection.origins());
            where.add("origin in (:origins)");
        }
        if (!selection.containing().isEmpty()) {
            values.put("containing", selection.containing().toArray(String[]::new));
            where.add(
                    "exists (select from unnest(:containing::text[]) w where position(lower(w) in lower(scenario)) > 0)");
        }
        if (!selection.notContaining().isEmpty()) {
            values.put("without", selection.notContaining().toArray(String[]::new));
            where.add(
                    "not exists (select from unnest(:without::text[]) w where position(lower(w) in lower(scenario)) > 0)");
        }
        return where.isEmpty() ? "" : " and " + String.join(" and ", where);
    }

    private static Decision decision(ResultSet rs, Duration duration) throws SQLException {
        return new Decision(
                rs.getLong("decision_number"),
                rs.getObject("ban_id", UUID.class),
                Prefix.parse(rs.getString("prefix")),
                new Dropped.Source(rs.getString("origin"), rs.getString("scenario")),
                duration);
    }

    /** Rounded up, a second at least: nothing that holds is told as over. */
    private static Duration left(@Nullable OffsetDateTime until, Instant now) {
        if (until == null) {
            return Decision.PERMANENT;
        }
        Duration left = Duration.between(now, until.toInstant());
        return Duration.ofSeconds(Math.max(1, left.plusNanos(999_999_999).toSeconds()));
    }

    private static Duration atMost(Duration duration, long seconds) {
        return duration.toSeconds() > seconds ? Duration.ofSeconds(seconds) : duration;
    }
}
