package org.coopmesh.abuse.plea;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.ban.BanId;
import org.coopmesh.abuse.plea.Plea.Granted;
import org.coopmesh.abuse.plea.Plea.Lodged;
import org.coopmesh.abuse.plea.Plea.Over;
import org.coopmesh.abuse.plea.Plea.Refused;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for appeals of people who are no members, and for links that were asked for. */
@Repository
class Pleas {
    private static final String COLUMNS =
            """
            select p.plea_id, p.ban_id, host(p.address) as address, p.email, p.language, p.text, p.lodged_at, p.due_at,
                e.outcome, e.by_member_id, e.reason, e.at
            from plea p left join plea_end e on e.plea_id = p.plea_id
            """;

    private final JdbcClient db;

    Pleas(JdbcClient db) {
        this.db = db;
    }

    void ask(Asking asking) {
        db.sql(
                        """
                        insert into plea_asking (asking_id, address, email, language, asked_at)
                        values (:id, cast(:address as inet), :email, :language, :at)
                        """)
                .param("id", asking.id())
                .param("address", asking.address().addressText())
                .param("email", asking.email())
                .param("language", asking.language().tag())
                .param("at", time(asking.askedAt()))
                .update();
    }

    Optional<Asking> asking(UUID id) {
        return db.sql(
                        "select asking_id, host(address) as address, email, language, asked_at from plea_asking where asking_id = :id")
                .param("id", id)
                .query((rs, row) ->
                        new Asking(
                                rs.getObject("asking_id", UUID.class),
                                Prefix.parse(rs.getString("address")),
                                rs.getString("email"),
                                Language.of(rs.getString("language")),
                                instant(rs, "asked_at")))
                .optional();
    }

    /** Locks the row until the transaction ends, so that a link is used once. */
    Optional<byte[]> lockToken(UUID asking) {
        return db.sql(
                        "select token_hash from plea_asking where asking_id = :id and token_hash is not null for update")
                .param("id", asking)
                .query(byte[].class)
                .optional();
    }

    void setToken(UUID asking, byte[] hash) {
        db.sql("update plea_asking set token_hash = :hash where asking_id = :id")
                .param("id", asking)
                .param("hash", hash)
                .update();
    }

    /** How many were asked for before {@code before} and are gone now. */
    int forgetAskings(Instant before) {
        return db.sql("delete from plea_asking where asked_at < :before")
                .param("before", time(before))
                .update();
    }

    /** False if this mail address appealed against this ban before. */
    boolean add(Petition petition) {
        return db.sql(
                                """
                                insert into plea (plea_id, ban_id, address, email, language, text, lodged_at, due_at)
                                values (:id, :ban, cast(:address as inet), :email, :language, :text, :lodgedAt, :dueAt)
                                on conflict do nothing
                                """)
                        .param("id", petition.id().value())
                        .param("ban", petition.ban().value())
                        .param("address", petition.address().addressText())
                        .param("email", petition.email())
                        .param("language", petition.language().tag())
                        .param("text", petition.text())
                        .param("lodgedAt", time(petition.lodgedAt()))
                        .param("dueAt", time(petition.dueAt()))
                        .update()
                == 1;
    }

    /** The appeal of this mail address against this ban. */
    Optional<Plea> of(BanId ban, String email) {
        return db.sql(COLUMNS + "where p.ban_id = :ban and lower(p.email) = lower(:email)")
                .param("ban", ban.value())
                .param("email", email)
                .query(Pleas::plea)
                .optional();
    }

    /** False if it ended before. */
    boolean end(Plea ended) {
        return switch (ended) {
            case Granted g -> end(g.petition(), "granted", g.by(), g.reason(), g.at());
            case Refused r -> end(r.petition(), "refused", r.by(), r.reason(), r.at());
            case Over o -> end(o.petition(), "over", null, null, o.at());
            case Lodged l -> throw new IllegalArgumentException("not ended: " + l.petition().id());
        };
    }

    private boolean end(
            Petition petition,
            String outcome,
            @Nullable MemberId by,
            @Nullable String reason,
            Instant at) {
        return db.sql(
                                """
                                insert into plea_end (plea_id, outcome, by_member_id, reason, at)
                                values (:id, :outcome, cast(:by as uuid), :reason, :at) on conflict do nothing
                                """)
                        .param("id", petition.id().value())
                        .param("outcome", outcome)
                        .param("by", by == null ? null : by.value())
                        .param("reason", reason)
                        .param("at", time(at))
                        .update()
                == 1;
    }

    Optional<Plea> find(PleaId id) {
        return db.sql(COLUMNS + "where p.plea_id = :id")
                .param("id", id.value())
                .query(Pleas::plea)
                .optional();
    }

    /** Those about a ban that wait, oldest first. */
    List<Lodged> waiting(BanId ban) {
        return db
                .sql(COLUMNS + "where p.ban_id = :ban and e.outcome is null order by p.plea_number")
                .param("ban", ban.value())
                .query(Pleas::plea)
                .list()
                .stream()
                .filter(Lodged.class::isInstance)
                .map(Lodged.class::cast)
                .toList();
    }

    /** Those that wait and are due first, first; then the decided ones, newest first. */
    List<Plea> list(@Nullable String state, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                where cast(:state as text) is null or coalesce(e.outcome, 'lodged') = :state
                                order by e.at is not null, e.at desc, p.due_at, p.plea_number limit :limit
                                """)
                .param("state", state)
                .param("limit", limit)
                .query(Pleas::plea)
                .list();
    }

    /** Takes out mail address and words of those that ended before {@code before}; how many. */
    int blank(Instant before) {
        return db.sql(
                        """
                        update plea set email = null, text = null
                        where (email is not null or text is not null)
                          and exists (select from plea_end e where e.plea_id = plea.plea_id and e.at < :before)
                        """)
                .param("before", time(before))
                .update();
    }

    private static Plea plea(ResultSet rs, int row) throws SQLException {
        var petition =
                new Petition(
                        new PleaId(rs.getObject("plea_id", UUID.class)),
                        new BanId(rs.getObject("ban_id", UUID.class)),
                        Prefix.parse(rs.getString("address")),
                        rs.getString("email"),
                        Language.of(rs.getString("language")),
                        rs.getString("text"),
                        instant(rs, "lodged_at"),
                        instant(rs, "due_at"));
        String outcome = rs.getString("outcome");
        if (outcome == null) {
            return new Lodged(petition);
        }
        Instant at = instant(rs, "at");
        return switch (outcome) {
            case "granted" -> new Granted(petition, by(rs), rs.getString("reason"), at);
            case "refused" -> new Refused(petition, by(rs), rs.getString("reason"), at);
            case "over" -> new Over(petition, at);
            default -> throw new IllegalStateException("no such outcome: " + outcome);
        };
    }

    private static MemberId by(ResultSet rs) throws SQLException {
        return new MemberId(rs.getObject("by_member_id", UUID.class));
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
