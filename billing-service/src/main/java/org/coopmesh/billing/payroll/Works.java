package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what moderators did, as it was told, and which run it is in. */
@Repository
class Works {
    private final JdbcClient db;

    Works(JdbcClient db) {
        this.db = db;
    }

    /** A case counts once, however often it is closed. */
    void closed(UUID caseId, MemberId moderator, LocalDate on, Instant heardAt) {
        insert(caseId, moderator, "case", on, 0, heardAt);
    }

    void logged(UUID hours, MemberId moderator, LocalDate on, int minutes, Instant heardAt) {
        insert(hours, moderator, "hours", on, minutes, heardAt);
    }

    private void insert(
            UUID id, MemberId moderator, String kind, LocalDate on, int minutes, Instant heardAt) {
        db.sql(
                        """
                        insert into moderator_work (id, moderator_id, kind, worked_on, minutes, heard_at)
                        values (:id, :moderator, :kind, :on, :minutes, :at) on conflict (id) do nothing
                        """)
                .param("id", id)
                .param("moderator", moderator.value())
                .param("kind", kind)
                .param("on", on)
                .param("minutes", minutes)
                .param("at", heardAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Writes the opposite of {@code hours} down, on the same day; it comes off whatever run is drawn up next. */
    void withdrawn(UUID hours, MemberId moderator, Instant heardAt) {
        db.sql(
                        """
                        insert into moderator_work (id, moderator_id, kind, worked_on, minutes, withdraws, heard_at)
                        select :id, moderator_id, kind, worked_on, -minutes, id, :at
                          from moderator_work where id = :hours and moderator_id = :moderator and kind = 'hours' and minutes > 0
                        on conflict (withdraws) do nothing
                        """)
                .param("id", UUID.randomUUID())
                .param("hours", hours)
                .param("moderator", moderator.value())
                .param("at", heardAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** What was done before {@code until} and is in no run, by moderators in the order of their ids. */
    List<Work> open(LocalDate until) {
        return db.sql(
                        """
                        select moderator_id, sum(minutes) as minutes, count(*) filter (where kind = 'case') as cases
                          from moderator_work where run_id is null and worked_on < :until
                         group by moderator_id order by moderator_id
                        """)
                .param("until", until)
                .query((rs, row) ->
                        new Work(
                                new MemberId(rs.getObject("moderator_id", UUID.class)),
                                rs.getLong("minutes"),
                                rs.getLong("cases")))
                .list();
    }

    /** Holds what waits, so that nothing joins it between the sum and {@link #take}. */
    void lock() {
        db.sql("lock table moderator_work in share row exclusive mode").update();
    }

    /** Puts it in a run, of these moderators only. */
    void take(UUID run, Collection<MemberId> moderators, LocalDate until) {
        db.sql(
                        """
                        update moderator_work set run_id = :run
                         where run_id is null and worked_on < :until and moderator_id = any(:moderators)
                        """)
                .param("run", run)
                .param("until", until)
                .param("moderators", moderators.stream().map(MemberId::value).toArray(UUID[]::new))
                .update();
    }

    /** Lets it wait for another run. */
    void release(UUID run) {
        db.sql("update moderator_work set run_id = null where run_id = :run")
                .param("run", run)
                .update();
    }
}
