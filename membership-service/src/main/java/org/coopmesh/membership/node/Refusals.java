package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** SQL for enrolments that were refused; the newest are kept. */
@Repository
class Refusals {
    private static final int KEPT_MAX = 10_000;
    private static final int WHY_MAX = 200;

    private final JdbcClient db;

    Refusals(JdbcClient db) {
        this.db = db;
    }

    /**
     * One that was refused.
     *
     * @param node what the code was for; null where the code is nobody's
     * @param key the key that asked; null where it could not be read
     */
    record Refusal(Instant at, String why, @Nullable NodeRecordId node, @Nullable NodeId key) {}

    /** Whatever else is rolled back, this stays. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void keep(Instant at, String why, @Nullable EnrolmentCode code, @Nullable NodeId key) {
        long number =
                db.sql(
                                """
                                insert into enrolment_refusal (at, why, node, node_id)
                                values (:at, :why, (select node from enrolment_code where code_hash = :hash), :key)
                                returning number
                                """)
                        .param("at", Nodes.time(at))
                        .param("why", why.length() > WHY_MAX ? why.substring(0, WHY_MAX) : why)
                        .param("hash", code == null ? new byte[0] : code.hash())
                        .param("key", key == null ? null : key.hex())
                        .query(Long.class)
                        .single();
        db.sql("delete from enrolment_refusal where number <= :oldest")
                .param("oldest", number - KEPT_MAX)
                .update();
    }

    /** Newest first. */
    List<Refusal> newest(int limit) {
        return db.sql("select * from enrolment_refusal order by number desc limit :limit")
                .param("limit", limit)
                .query((row, number) -> {
                    UUID node = row.getObject("node", UUID.class);
                    String key = row.getString("node_id");
                    return new Refusal(
                            requireNonNull(Nodes.instant(row, "at")),
                            Nodes.text(row, "why"),
                            node == null ? null : new NodeRecordId(node),
                            key == null ? null : new NodeId(key));
                })
                .list();
    }
}
