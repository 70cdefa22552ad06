package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what people decided about reports that were set aside; decisions are only ever added. */
@Repository
class Decisions {
    private final JdbcClient db;
    private final Clock clock;

    Decisions(JdbcClient db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** What a person decided, and why. */
    record Decision(
            Reason setAside, boolean accepted, String why, MemberId decidedBy, Instant decidedAt) {}

    Decision add(KeptReport kept, Reason setAside, boolean accepted, String why, MemberId by) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        UsageReport report = kept.report();
        db.sql(
                        """
                        insert into usage_decision (node_id, boot_id, sequence, hash, set_aside, accepted, why,
                            decided_by, decided_at)
                        values (:node, :boot, :sequence, :hash, :setAside, :accepted, :why, :by, :at)
                        """)
                .param("node", report.nodeId().bytes())
                .param("boot", report.bootId())
                .param("sequence", report.sequence())
                .param("hash", report.hash().toByteArray())
                .param("setAside", setAside.code())
                .param("accepted", accepted)
                .param("why", why)
                .param("by", by.value())
                .param("at", now.atOffset(ZoneOffset.UTC))
                .update();
        return new Decision(setAside, accepted, why, by, now);
    }

    Optional<Decision> find(Key key) {
        return db.sql(
                        """
                        select * from usage_decision
                        where node_id = :node and boot_id = :boot and sequence = :sequence
                        """)
                .param("node", key.nodeId().bytes())
                .param("boot", key.bootId())
                .param("sequence", key.sequence())
                .query((rows, i) ->
                        new Decision(
                                Reason.of(rows.getString("set_aside")),
                                rows.getBoolean("accepted"),
                                rows.getString("why"),
                                new MemberId(rows.getObject("decided_by", UUID.class)),
                                rows.getObject("decided_at", OffsetDateTime.class).toInstant()))
                .optional();
    }
}
