package org.coopmesh.membership.access;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
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
        return db.sql("select * from access_policy")
                .query((row, number) ->
                        new AccessPolicy(
                                row.getInt("slow_lane_kbit"),
                                row.getInt("wall_after_days"),
                                AccessPolicy.FailMode.valueOf(
                                        requireNonNull(row.getString("fail_mode"))
                                                .toUpperCase(Locale.ROOT)),
                                Duration.ofSeconds(row.getLong("list_lifetime_s"))))
                .single();
    }

    void change(AccessPolicy policy, UUID by, Instant at) {
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
