package org.coopmesh.billing.dunning;

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
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the policy, for who is let be, and for steps that were taken. */
@Repository
class Dunnings {
    private final JdbcClient db;

    Dunnings(JdbcClient db) {
        this.db = db;
    }

    /** What holds; empty until the co-op said something. */
    Optional<DunningPolicy> policy() {
        return db.sql("select * from dunning_policy order by id desc limit 1")
                .query((rs, row) ->
                        new DunningPolicy(
                                rs.getObject("said_on", LocalDate.class),
                                rs.getObject("reminder_after_days", Integer.class),
                                rs.getObject("last_after_days", Integer.class),
                                rs.getInt("grace_days"),
                                rs.getBoolean("wait_for_bank")))
                .optional();
    }

    void say(DunningPolicy policy, UUID by, Instant at) {
        db.sql(
                        """
                        insert into dunning_policy (said_at, said_on, said_by, reminder_after_days, last_after_days, grace_days,
                                                    wait_for_bank)
                        values (:at, :on, :by, :reminder, :last, :grace, :wait)
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("on", policy.saidOn())
                .param("by", by)
                .param("reminder", policy.reminderAfter())
                .param("last", policy.lastAfter())
                .param("grace", policy.graceDays())
                .param("wait", policy.waitForBank())
                .update();
    }

    /** @param until the last day; null to end what was said before */
    void hold(PayerId payer, @Nullable LocalDate until, String reason, UUID by, Instant at) {
        db.sql(
                        """
                        insert into dunning_hold (payer_id, until, reason, said_by, said_at)
                        values (:payer, :until, :reason, :by, :at)
                        """)
                .param("payer", payer.value())
                .param("until", until)
                .param("reason", reason)
                .param("by", by)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Who is let be on {@code day}. */
    List<Hold> holds(LocalDate day) {
        return db.sql(
                        """
                        select * from (select distinct on (payer_id) * from dunning_hold order by payer_id, id desc) h
                         where h.until >= :day order by h.until, h.payer_id
                        """)
                .param("day", day)
                .query(Dunnings::hold)
                .list();
    }

    /**
     * A step that was taken.
     *
     * @param payBy from which day it was counted; null for the last day to pay as issued
     */
    record Taken(Stage stage, @Nullable LocalDate payBy) {
        /** Whether it need not be taken again where steps are counted from {@code postponedTo}; null as above. */
        boolean countsFor(@Nullable LocalDate postponedTo) {
            return postponedTo == null || (payBy != null && !payBy.isBefore(postponedTo));
        }
    }

    Map<InvoiceId, List<Taken>> taken(Collection<InvoiceId> invoices) {
        var taken = new HashMap<InvoiceId, List<Taken>>();
        db.sql(
                        "select invoice_id, stage, pay_by from dunning_step where invoice_id = any(:invoices)")
                .param("invoices", invoices.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .query((rs, row) ->
                        taken.computeIfAbsent(
                                        new InvoiceId(rs.getObject("invoice_id", UUID.class)),
                                        id -> new ArrayList<>())
                                .add(
                                        new Taken(
                                                Stage.of(rs.getString("stage")),
                                                rs.getObject("pay_by", LocalDate.class))))
                .list();
        return taken;
    }

    /**
     * False where somebody else took it.
     *
     * @param payBy from which day it is counted; null for the last day to pay as issued. From a later day it is taken anew.
     */
    boolean take(InvoiceId invoice, Stage stage, @Nullable LocalDate payBy, Instant at) {
        return db.sql(
                                """
                                insert into dunning_step as s (invoice_id, stage, taken_at, pay_by)
                                values (:invoice, :stage, :at, :payBy)
                                on conflict (invoice_id, stage) do update set taken_at = :at, pay_by = excluded.pay_by
                                 where coalesce(s.pay_by, '-infinity') < excluded.pay_by
                                """)
                        .param("invoice", invoice.value())
                        .param("stage", stage.tag())
                        .param("payBy", payBy)
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    private static Hold hold(ResultSet rs, int row) throws SQLException {
        return new Hold(
                new PayerId(rs.getObject("payer_id", UUID.class)),
                rs.getObject("until", LocalDate.class),
                rs.getString("reason"),
                rs.getObject("said_by", UUID.class),
                rs.getObject("said_at", OffsetDateTime.class).toInstant());
    }
}
