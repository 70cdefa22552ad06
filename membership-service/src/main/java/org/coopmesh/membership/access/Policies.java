package org.coopmesh.membership.access;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the co-op's access policy. */
@Repository
class Policies {
    private final JdbcClient db;

    Policies(JdbcClient db) {
        this.db = db;
    }

    AccessPolicy current() {
        return db.sql("select * from access_policy").query((row, number) -> policy(row)).single();
    }

    private static AccessPolicy policy(ResultSet row) throws SQLException {
        return new AccessPolicy(
                row.getInt("slow_lane_kbit"),
                row.getInt("wall_after_days"),
                AccessPolicy.FailMode.valueOf(
                        requireNonNull(row.getString("fail_mode")).toUpperCase(Locale.ROOT)),
                Duration.ofSeconds(row.getLong("list_lifetime_s")));
    }

    /** What was set in place of what, newest first. */
    List<PolicyChange> changes(int limit) {
        return db.sql("select * from access_policy_change order by number desc limit :limit")
                .param("limit", limit)
                .query((row, number) ->
                        new PolicyChange(
                                policy(row),
                                row.getInt("slow_lane_after_days"),
                                requireNonNull(row.getString("reason")),
                                requireNonNull(row.getObject("changed_by", UUID.class)),
                                requireNonNull(row.getObject("changed_at", OffsetDateTime.class))
                                        .toInstant()))
                .list();
    }

    void change(AccessPolicy policy, int graceDays, String reason, UUID by, Instant at) {
        db.sql(
                        """
                        insert into access_policy_change (slow_lane_kbit, slow_lane_after_days, wall_after_days, fail_mode,
                            list_lifetime_s, reason, changed_by, changed_at)
                        values (:kbit, :graceDays, :wallAfter, :failMode, :lifetime, :reason, :by, :at)
                        """)
                .param("kbit", policy.slowLaneKbit())
                .param("graceDays", graceDays)
                .param("wallAfter", policy.wallAfterDays())
                .param("failMode", policy.failMode().name().toLowerCase(Locale.ROOT))
                .param("lifetime", policy.listLifetime().toSeconds())
                .param("reason", reason)
                .param("by", by)
                .param("at", AccessLists.time(at))
                .update();
        db.sql(
                        """
                        update access_policy
                        set slow_lane_kbit = :kbit, wall_after_days = :wallAfter, fail_mode = :failMode,
                            list_lifetime_s = :lifetime, changed_at = :at, changed_by = :by
                        """)
                .param("kbit", policy.slowLaneKbit())
                .param("wallAfter", policy.wallAfterDays())
                .param("failMode", policy.failMode().name().toLowerCase(Locale.ROOT))
                .param("lifetime", policy.listLifetime().toSeconds())
                .param("at", AccessLists.time(at))
                .param("by", by)
                .update();
    }
}
