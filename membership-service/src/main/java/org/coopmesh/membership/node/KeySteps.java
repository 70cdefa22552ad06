package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the steps by which keys took one another's place; append-only. */
@Repository
class KeySteps {
    private final JdbcClient db;

    KeySteps(JdbcClient db) {
        this.db = db;
    }

    /**
     * One step.
     *
     * @param step announced, used or retired
     * @param key which key it was done to
     * @param waiting nodes in service that were not ready
     * @param by null where the service did it because it was time
     */
    record Step(
            KeyKind kind,
            String step,
            String key,
            int waiting,
            String reason,
            @Nullable MemberId by,
            Instant at) {}

    /** One at a time changes keys, until its transaction ends. */
    void lock() {
        db.sql("select pg_advisory_xact_lock(hashtext('key steps'))")
                .query((row, number) -> true)
                .single();
    }

    void insert(Step step) {
        MemberId by = step.by();
        db.sql(
                        """
                        insert into key_step (kind, step, key_id, waiting, reason, by_member, at)
                        values (:kind, :step, :key, :waiting, :reason, :by, :at)
                        """)
                .param("kind", step.kind().text())
                .param("step", step.step())
                .param("key", step.key())
                .param("waiting", step.waiting())
                .param("reason", step.reason())
                .param("by", by == null ? null : by.value())
                .param("at", Nodes.time(step.at()))
                .update();
    }

    /** Newest first. */
    List<Step> newest(int limit) {
        return db.sql("select * from key_step order by number desc limit :limit")
                .param("limit", limit)
                .query((row, number) -> {
                    UUID by = row.getObject("by_member", UUID.class);
                    return new Step(
                            KeyKind.of(Nodes.text(row, "kind")),
                            Nodes.text(row, "step"),
                            Nodes.text(row, "key_id"),
                            row.getInt("waiting"),
                            Nodes.text(row, "reason"),
                            by == null ? null : new MemberId(by),
                            requireNonNull(Nodes.instant(row, "at")));
                })
                .list();
    }
}
