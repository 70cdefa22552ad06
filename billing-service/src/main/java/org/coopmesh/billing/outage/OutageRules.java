package org.coopmesh.billing.outage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the rules by which outages are credited. */
@Repository
class OutageRules {
    /**
     * A rule, and who set it.
     *
     * @param resolution the assembly's, by its number; null where the board set it
     */
    record Declared(OutageRule rule, @Nullable UUID by, @Nullable Integer resolution, Instant at) {}

    private final JdbcClient db;

    OutageRules(JdbcClient db) {
        this.db = db;
    }

    /** Makes two who set a rule at once wait for each other; readers do not wait. */
    void lock() {
        db.sql("lock table outage_rule in share row exclusive mode").update();
    }

    /** Writes it down; what the assembly decides replaces a rule of the same day, of two of its own the later counts. */
    void insert(Declared set) {
        db.sql(
                        """
                        insert into outage_rule (effective_on, after_hours, percent, declared_by, resolution, declared_at)
                        values (:on, :hours, :percent, :by, :resolution, :at)
                        on conflict (effective_on) do update
                           set after_hours = excluded.after_hours, percent = excluded.percent,
                               declared_by = excluded.declared_by, resolution = excluded.resolution,
                               declared_at = excluded.declared_at
                         where outage_rule.resolution is null or outage_rule.resolution < excluded.resolution
                        """)
                .param("on", set.rule().effectiveOn())
                .param("hours", set.rule().afterHours())
                .param("percent", set.rule().percent())
                .param("by", set.by(), java.sql.Types.OTHER)
                .param("resolution", set.resolution(), java.sql.Types.INTEGER)
                .param("at", set.at().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** In the order in which they take effect. */
    List<Declared> all() {
        return db.sql("select * from outage_rule order by effective_on")
                .query((rs, row) ->
                        new Declared(
                                new OutageRule(
                                        rs.getObject("effective_on", LocalDate.class),
                                        rs.getInt("after_hours"),
                                        rs.getInt("percent")),
                                rs.getObject("declared_by", UUID.class),
                                rs.getObject("resolution", Integer.class),
                                rs.getObject("declared_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** What holds for an outage that begins on {@code day}. */
    Optional<OutageRule> on(LocalDate day) {
        return all().stream()
                .map(Declared::rule)
                .filter(rule -> !rule.effectiveOn().isAfter(day))
                .reduce((earlier, later) -> later);
    }
}
