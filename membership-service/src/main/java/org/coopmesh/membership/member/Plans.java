package org.coopmesh.membership.member;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for steps that were agreed for a later day; the only class that knows the table. */
@Repository
class Plans {
    private final JdbcClient db;

    Plans(JdbcClient db) {
        this.db = db;
    }

    /** Which step is planned. */
    enum Kind {
        PAUSE,
        RESUME,
        LEAVE;

        /** The step as the database, the timeline and the wire say it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A step that {@code by} has agreed for {@code dueOn}. */
    record Plan(MemberId member, Kind kind, LocalDate dueOn, String reason, MemberId by) {}

    /** Stores a plan in place of one of the same kind. */
    void put(Plan plan) {
        db.sql(
                        """
                        insert into member_plan (member_id, kind, due_on, reason, by_member)
                        values (:memberId, :kind, :dueOn, :reason, :by)
                        on conflict (member_id, kind)
                        do update set due_on = excluded.due_on, reason = excluded.reason, by_member = excluded.by_member
                        """)
                .param("memberId", plan.member().value())
                .param("kind", plan.kind().word())
                .param("dueOn", plan.dueOn())
                .param("reason", plan.reason())
                .param("by", plan.by().value())
                .update();
    }

    List<Plan> of(MemberId member) {
        return db.sql("select * from member_plan where member_id = :memberId order by due_on, kind")
                .param("memberId", member.value())
                .query(Plans::plan)
                .list();
    }

    /** The first plan that is due on {@code today}; another replica may be at it. */
    Optional<Plan> due(LocalDate today) {
        return db.sql(
                        """
                        select * from member_plan where due_on <= :today
                        order by due_on, member_id, kind
                        limit 1
                        """)
                .param("today", today)
                .query(Plans::plan)
                .optional();
    }

    void delete(MemberId member, Kind kind) {
        db.sql("delete from member_plan where member_id = :memberId and kind = :kind")
                .param("memberId", member.value())
                .param("kind", kind.word())
                .update();
    }

    void deleteAll(MemberId member) {
        db.sql("delete from member_plan where member_id = :memberId")
                .param("memberId", member.value())
                .update();
    }

    private static Plan plan(ResultSet row, int number) throws SQLException {
        return new Plan(
                new MemberId(row.getObject("member_id", UUID.class)),
                Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getObject("due_on", LocalDate.class),
                row.getString("reason"),
                new MemberId(row.getObject("by_member", UUID.class)));
    }
}
