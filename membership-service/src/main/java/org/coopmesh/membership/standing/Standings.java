package org.coopmesh.membership.standing;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the facts that standing is made of. */
@Repository
class Standings {
    private final JdbcClient db;

    Standings(JdbcClient db) {
        this.db = db;
    }

    /** Keeps billing's newest word on an invoice; {@code since} is null when nothing is owed. True if it was news. */
    boolean said(UUID invoice, PayerId payer, @Nullable LocalDate since, Instant at) {
        return db.sql(
                                """
                                insert into invoice_word (invoice_id, payer_id, overdue_since, said_at)
                                values (:invoice, :payer, :since, :at)
                                on conflict (invoice_id) do update
                                set overdue_since = excluded.overdue_since, said_at = excluded.said_at
                                where invoice_word.said_at <= excluded.said_at
                                """)
                        .param("invoice", invoice)
                        .param("payer", payer.value())
                        .param("since", since, java.sql.Types.DATE)
                        .param("at", time(at))
                        .update()
                == 1;
    }

    /** Forgets since when an invoice was overdue, if it may be paid up to that day or later by now. True if it was news. */
    boolean putOff(UUID invoice, LocalDate dueOn, Instant at) {
        return db.sql(
                                """
                                update invoice_word set overdue_since = null, said_at = :at
                                where invoice_id = :invoice and overdue_since <= :dueOn and said_at <= :at
                                """)
                        .param("invoice", invoice)
                        .param("dueOn", dueOn)
                        .param("at", time(at))
                        .update()
                == 1;
    }

    Map<PayerId, LocalDate> overdueSince(Collection<PayerId> payers) {
        var since = new HashMap<PayerId, LocalDate>();
        if (!payers.isEmpty()) {
            db.sql(
                            """
                            select payer_id, min(overdue_since) as since from invoice_word
                            where payer_id = any(:payers) and overdue_since is not null
                            group by payer_id
                            """)
                    .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                    .query(row -> {
                        since.put(
                                new PayerId(uuid(row, "payer_id")),
                                requireNonNull(row.getObject("since", LocalDate.class)));
                    });
        }
        return since;
    }

    /** Keeps billing's newest word on a limit; {@code since} is null when it is not reached. True if it was news. */
    boolean limited(PayerId payer, SpendLimit.Kind kind, @Nullable Instant since, Instant at) {
        return db.sql(
                                """
                                insert into spend_word (payer_id, spend_limit, since, said_at)
                                values (:payer, :limit, :since, :at)
                                on conflict (payer_id, spend_limit) do update
                                set since = excluded.since, said_at = excluded.said_at
                                where spend_word.said_at <= excluded.said_at
                                """)
                        .param("payer", payer.value())
                        .param("limit", kind.name().toLowerCase(Locale.ROOT))
                        .param(
                                "since",
                                since == null ? null : time(since),
                                java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .param("at", time(at))
                        .update()
                == 1;
    }

    Map<PayerId, List<SpendLimit>> limits(Collection<PayerId> payers) {
        var limits = new HashMap<PayerId, List<SpendLimit>>();
        if (!payers.isEmpty()) {
            db.sql(
                            """
                            select payer_id, spend_limit, since from spend_word
                            where payer_id = any(:payers) and since is not null
                            order by payer_id, spend_limit
                            """)
                    .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                    .query(row -> {
                        limits.computeIfAbsent(
                                        new PayerId(uuid(row, "payer_id")),
                                        payer -> new ArrayList<>())
                                .add(
                                        new SpendLimit(
                                                SpendLimit.Kind.valueOf(
                                                        requireNonNull(row.getString("spend_limit"))
                                                                .toUpperCase(Locale.ROOT)),
                                                requireNonNull(instant(row, "since"))));
                    });
        }
        return limits;
    }

    boolean impose(Sanction sanction, MemberId member) {
        return db.sql(
                                """
                                insert into sanction (measure_id, member_id, measure, imposed_at, until, slow_lane_kbit)
                                values (:id, :member, :measure, :imposedAt, :until, :kbit)
                                on conflict do nothing
                                """)
                        .param("id", sanction.id())
                        .param("member", member.value())
                        .param("measure", sanction.measure().word())
                        .param("imposedAt", time(sanction.imposedAt()))
                        .param(
                                "until",
                                sanction.until() == null ? null : time(sanction.until()),
                                java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .param(
                                "kbit",
                                sanction.measure() instanceof Sanction.Measure.SlowLane(int kbit)
                                        ? kbit
                                        : null,
                                java.sql.Types.INTEGER)
                        .update()
                == 1;
    }

    /**
     * Ends a sanction; true if it was in force. One that is not known yet is kept as ended, so that a late word about its
     * beginning changes nothing.
     */
    boolean end(UUID measure, MemberId member, Instant at) {
        return db.sql(
                                """
                                insert into sanction (measure_id, member_id, measure, imposed_at, ended_at)
                                values (:measure, :member, 'warning', :at, :at)
                                on conflict (measure_id) do update set ended_at = excluded.ended_at
                                where sanction.ended_at is null
                                """)
                        .param("measure", measure)
                        .param("member", member.value())
                        .param("at", time(at))
                        .update()
                == 1;
    }

    /** Ends every sanction that is past its end; whose they were. Another replica's are left to it. */
    List<MemberId> endExpired(Instant now) {
        return db.sql(
                        """
                        update sanction set ended_at = until
                        where measure_id in (
                            select measure_id from sanction where ended_at is null and until <= :now
                            order by measure_id for update skip locked)
                        returning member_id
                        """)
                .param("now", time(now))
                .query((row, number) -> new MemberId(uuid(row, "member_id")))
                .list();
    }

    Map<MemberId, List<Sanction>> sanctions(Collection<MemberId> members) {
        var found = new HashMap<MemberId, List<Sanction>>();
        if (!members.isEmpty()) {
            db.sql(
                            """
                            select * from sanction where ended_at is null and member_id = any(:members)
                            order by imposed_at, measure_id
                            """)
                    .param("members", members.stream().map(MemberId::value).toArray(UUID[]::new))
                    .query(row -> {
                        found.computeIfAbsent(
                                        new MemberId(uuid(row, "member_id")),
                                        member -> new ArrayList<>())
                                .add(sanction(row));
                    });
        }
        return found;
    }

    void hold(MemberId member, LocalDate until, String reason, UUID by, Instant at) {
        db.sql(
                        """
                        insert into hardship_hold (member_id, until, reason, held_by, held_at)
                        values (:member, :until, :reason, :by, :at)
                        on conflict (member_id) do update
                        set until = excluded.until, reason = excluded.reason, held_by = excluded.held_by,
                            held_at = excluded.held_at
                        """)
                .param("member", member.value())
                .param("until", until)
                .param("reason", reason)
                .param("by", by)
                .param("at", time(at))
                .update();
    }

    /** Ends the hold; false if there is none. */
    boolean release(MemberId member) {
        return db.sql("delete from hardship_hold where member_id = :member")
                        .param("member", member.value())
                        .update()
                == 1;
    }

    /** Keeps what was said about a member's hold; {@code until} null where it was ended. */
    void keep(MemberId member, HardshipWord word) {
        db.sql(
                        """
                        insert into hardship_word (member_id, until, reason, by_member, at)
                        values (:member, cast(:until as date), :reason, :by, :at)
                        """)
                .param("member", member.value())
                .param("until", word.until())
                .param("reason", word.reason())
                .param("by", word.by())
                .param("at", time(word.at()))
                .update();
    }

    /** What was said about a member's hold, newest first. */
    List<HardshipWord> words(MemberId member, int limit) {
        return db.sql(
                        """
                        select until, reason, by_member, at from hardship_word where member_id = :member
                        order by number desc limit :limit
                        """)
                .param("member", member.value())
                .param("limit", limit)
                .query((row, number) ->
                        new HardshipWord(
                                row.getObject("until", LocalDate.class),
                                requireNonNull(row.getString("reason")),
                                uuid(row, "by_member"),
                                requireNonNull(row.getObject("at", OffsetDateTime.class))
                                        .toInstant()))
                .list();
    }

    Map<MemberId, LocalDate> holds(Collection<MemberId> members) {
        var until = new HashMap<MemberId, LocalDate>();
        if (!members.isEmpty()) {
            db.sql("select member_id, until from hardship_hold where member_id = any(:members)")
                    .param("members", members.stream().map(MemberId::value).toArray(UUID[]::new))
                    .query(row -> {
                        until.put(
                                new MemberId(uuid(row, "member_id")),
                                requireNonNull(row.getObject("until", LocalDate.class)));
                    });
        }
        return until;
    }

    int graceDays() {
        return db.sql("select days from grace").query(Integer.class).single();
    }

    void graceDays(int days) {
        db.sql("update grace set days = :days").param("days", days).update();
    }

    private static Sanction sanction(ResultSet row) throws SQLException {
        String word = requireNonNull(row.getString("measure"));
        Sanction.Measure measure =
                switch (word) {
                    case "warning" -> new Sanction.Measure.Warning();
                    case "slow lane" -> new Sanction.Measure.SlowLane(row.getInt("slow_lane_kbit"));
                    case "suspension" -> new Sanction.Measure.Suspension();
                    case "ban" -> new Sanction.Measure.Ban();
                    default -> throw new IllegalStateException("unknown measure: " + word);
                };
        return new Sanction(
                uuid(row, "measure_id"),
                measure,
                requireNonNull(instant(row, "imposed_at")),
                instant(row, "until"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static UUID uuid(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getObject(column, UUID.class));
    }
}
