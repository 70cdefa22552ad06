package org.coopmesh.abuse.casework;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for hours that moderators log. */
@Repository
class Hours {
    /** Entries of one month that are shown. */
    static final int MONTH_MAX = 2_000;

    private final JdbcClient db;

    Hours(JdbcClient db) {
        this.db = db;
    }

    /** Makes a moderator's entries wait for each other, so that a day stays within 24 hours. */
    void lock(MemberId moderator) {
        db.sql("select pg_advisory_xact_lock(hashtextextended('worked_hours:' || :moderator, 0))")
                .param("moderator", moderator.value())
                .query()
                .singleRow();
    }

    void insert(WorkedHours entry) {
        db.sql(
                        """
                        insert into worked_hours (hours_id, moderator_id, worked_on, minutes, what, logged_at)
                        values (:id, :moderator, :on, :minutes, :what, :at)
                        """)
                .param("id", entry.id())
                .param("moderator", entry.moderator().value())
                .param("on", entry.workedOn())
                .param("minutes", entry.minutes())
                .param("what", entry.what())
                .param("at", entry.loggedAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    void withdraw(UUID id, WorkedHours.Withdrawal withdrawal) {
        db.sql(
                        """
                        insert into hours_withdrawal (hours_id, reason, withdrawn_at) values (:id, :reason, :at)
                        """)
                .param("id", id)
                .param("reason", withdrawal.reason())
                .param("at", withdrawal.at().atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<WorkedHours> find(UUID id) {
        return db.sql(
                        """
                        select * from worked_hours left join hours_withdrawal using (hours_id) where hours_id = :id
                        """)
                .param("id", id)
                .query(Hours::hours)
                .optional();
    }

    /** What stands for a day. */
    int minutes(MemberId moderator, LocalDate on) {
        return db.sql(
                        """
                        select coalesce(sum(h.minutes), 0) from worked_hours h
                         where h.moderator_id = :moderator and h.worked_on = :on
                           and not exists (select from hours_withdrawal w where w.hours_id = h.hours_id)
                        """)
                .param("moderator", moderator.value())
                .param("on", on)
                .query(Integer.class)
                .single();
    }

    /** Minutes that stand, of each moderator, of days after {@code since}. */
    Map<MemberId, Integer> minutes(LocalDate since) {
        var minutes = new HashMap<MemberId, Integer>();
        db.sql(
                        """
                        select moderator_id, sum(minutes) as minutes from worked_hours h
                         where worked_on > :since
                           and not exists (select from hours_withdrawal w where w.hours_id = h.hours_id)
                         group by moderator_id
                        """)
                .param("since", since)
                .query(rs -> {
                    minutes.put(
                            new MemberId(rs.getObject("moderator_id", UUID.class)),
                            rs.getInt("minutes"));
                });
        return minutes;
    }

    List<WorkedHours> of(YearMonth month, @Nullable MemberId moderator) {
        return db.sql(
                        """
                        select * from worked_hours left join hours_withdrawal using (hours_id)
                         where worked_on >= :from and worked_on < :to and (:all or moderator_id = :moderator)
                         order by worked_on desc, logged_at desc, hours_id limit :limit
                        """)
                .param("from", month.atDay(1))
                .param("to", month.plusMonths(1).atDay(1))
                .param("all", moderator == null)
                .param("moderator", moderator == null ? new UUID(0, 0) : moderator.value())
                .param("limit", MONTH_MAX)
                .query(Hours::hours)
                .list();
    }

    private static WorkedHours hours(ResultSet rs, int row) throws SQLException {
        OffsetDateTime withdrawnAt = rs.getObject("withdrawn_at", OffsetDateTime.class);
        Instant loggedAt = rs.getObject("logged_at", OffsetDateTime.class).toInstant();
        return new WorkedHours(
                rs.getObject("hours_id", UUID.class),
                new MemberId(rs.getObject("moderator_id", UUID.class)),
                rs.getObject("worked_on", LocalDate.class),
                rs.getInt("minutes"),
                rs.getString("what"),
                loggedAt,
                withdrawnAt == null
                        ? null
                        : new WorkedHours.Withdrawal(
                                rs.getString("reason"), withdrawnAt.toInstant()));
    }
}
