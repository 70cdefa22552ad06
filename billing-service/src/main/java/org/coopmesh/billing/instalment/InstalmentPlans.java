package org.coopmesh.billing.instalment;

import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.instalment.InstalmentPlan.Heading;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for instalment plans, their parts and their steps. */
@Repository
class InstalmentPlans {
    /** One plan with its invoices and its parts, each as a list in their order. */
    private static final String PLANS =
            """
            select p.*,
                   array(select i.invoice_id from instalment_plan_invoice i where i.plan_id = p.id order by i.invoice_id) as invoices,
                   array(select n.amount_micro from instalment n where n.plan_id = p.id order by n.number) as amounts
              from instalment_plan p
            """;

    private final JdbcClient db;

    InstalmentPlans(JdbcClient db) {
        this.db = db;
    }

    /**
     * What became of a plan.
     *
     * @param state the name of the state that it came to
     * @param by null where it came about by itself
     * @param owedFrom the last day to pay what was left, where it ended before it was paid
     */
    record Step(
            String state,
            @Nullable MemberId by,
            Instant at,
            @Nullable String reason,
            @Nullable LocalDate owedFrom) {}

    void insert(InstalmentPlan plan, Currency currency, Step step) {
        Heading heading = plan.heading();
        db.sql(
                        """
                        insert into instalment_plan (id, payer_id, currency, days, state)
                        values (:id, :payer, :currency, :days::date[], :state)
                        """)
                .param("id", heading.id())
                .param("payer", heading.payer().value())
                .param("currency", currency.getCurrencyCode())
                .param(
                        "days",
                        heading.days().stream().map(LocalDate::toString).toArray(String[]::new))
                .param("state", state(plan))
                .update();
        db.sql(
                        """
                        insert into instalment_plan_invoice (plan_id, invoice_id)
                        select :plan, i from unnest(:invoices::uuid[]) as i
                        """)
                .param("plan", heading.id())
                .param(
                        "invoices",
                        heading.invoices().stream().map(InvoiceId::value).toArray(UUID[]::new))
                .update();
        insertParts(plan);
        insert(heading.id(), step);
    }

    /** From the state in which it is to that of {@code plan}. */
    void update(InstalmentPlan plan, Step step) {
        db.sql("update instalment_plan set state = :state where id = :id")
                .param("id", plan.heading().id())
                .param("state", state(plan))
                .update();
        if (plan instanceof InstalmentPlan.Running) {
            insertParts(plan);
        }
        insert(plan.heading().id(), step);
    }

    private void insertParts(InstalmentPlan plan) {
        for (Instalment part : plan.parts()) {
            db.sql(
                            """
                            insert into instalment (plan_id, number, due_on, amount_micro)
                            values (:plan, :number, :dueOn, :amount)
                            """)
                    .param("plan", plan.heading().id())
                    .param("number", part.number())
                    .param("dueOn", part.dueOn())
                    .param("amount", part.amount().microUnits())
                    .update();
        }
    }

    private void insert(UUID plan, Step step) {
        MemberId by = step.by();
        db.sql(
                        """
                        insert into instalment_plan_step (plan_id, state, said_by, said_at, reason, owed_from)
                        values (:plan, :state, :by::uuid, :at, :reason, :owedFrom::date)
                        """)
                .param("plan", plan)
                .param("state", step.state())
                .param("by", by == null ? null : by.value())
                .param("at", step.at().atOffset(ZoneOffset.UTC))
                .param("reason", step.reason())
                .param("owedFrom", step.owedFrom())
                .update();
    }

    /** What became of the plan, the first first. */
    List<Step> steps(UUID plan) {
        return db.sql("select * from instalment_plan_step where plan_id = :plan order by id")
                .param("plan", plan)
                .query((rs, row) -> {
                    UUID by = rs.getObject("said_by", UUID.class);
                    return new Step(
                            rs.getString("state"),
                            by == null ? null : new MemberId(by),
                            rs.getObject("said_at", OffsetDateTime.class).toInstant(),
                            rs.getString("reason"),
                            rs.getObject("owed_from", LocalDate.class));
                })
                .list();
    }

    Optional<InstalmentPlan> find(UUID id) {
        return db.sql(PLANS + "where p.id = :id")
                .param("id", id)
                .query(InstalmentPlans::plan)
                .optional();
    }

    /** Locks the row until the transaction ends. */
    Optional<InstalmentPlan> lock(UUID id) {
        db.sql("select id from instalment_plan where id = :id for update")
                .param("id", id)
                .query(UUID.class)
                .optional();
        return find(id);
    }

    /** The plan of the payer that is in {@code state}, asked or running; there is at most one. */
    Optional<InstalmentPlan> in(String state, PayerId payer) {
        return db.sql(PLANS + "where p.payer_id = :payer and p.state = :state")
                .param("payer", payer.value())
                .param("state", state)
                .query(InstalmentPlans::plan)
                .optional();
    }

    /** The plan that runs over the invoice. */
    Optional<InstalmentPlan> covering(InvoiceId invoice) {
        return db.sql(
                        PLANS
                                + """
                                join instalment_plan_invoice c on c.plan_id = p.id
                                where c.invoice_id = :invoice and p.state = 'running'
                                """)
                .param("invoice", invoice.value())
                .query(InstalmentPlans::plan)
                .optional();
    }

    /** Plans that run, in the order in which they were written down, after {@code place}. */
    List<InstalmentPlan> running(long place, int limit) {
        return db.sql(
                        PLANS
                                + "where p.state = 'running' and p.place > :place order by p.place limit :limit")
                .param("place", place)
                .param("limit", limit)
                .query(InstalmentPlans::plan)
                .list();
    }

    /**
     * The newest first, before {@code place}.
     *
     * @param payers whose; null for everybody's
     * @param state null for any
     */
    List<InstalmentPlan> list(
            @Nullable Collection<PayerId> payers, @Nullable String state, long place, int limit) {
        return db.sql(
                        PLANS
                                + """
                                where (:anyPayer or p.payer_id = any(:payers)) and (:state::text is null or p.state = :state)
                                  and p.place < :place
                                order by p.place desc limit :limit
                                """)
                .param("anyPayer", payers == null)
                .param(
                        "payers",
                        payers == null
                                ? new UUID[0]
                                : payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("state", state)
                .param("place", place)
                .param("limit", limit)
                .query(InstalmentPlans::plan)
                .list();
    }

    /** The invoices of all plans that run. */
    Set<InvoiceId> covered(int limit) {
        return new HashSet<>(
                db.sql(
                                """
                                select i.invoice_id from instalment_plan_invoice i join instalment_plan p on p.id = i.plan_id
                                 where p.state = 'running' limit :limit
                                """)
                        .param("limit", limit)
                        .query((rs, row) -> new InvoiceId(rs.getObject("invoice_id", UUID.class)))
                        .list());
    }

    /** The state's name in the table and on the wire. */
    static String state(InstalmentPlan plan) {
        return switch (plan) {
            case InstalmentPlan.Asked asked -> "asked";
            case InstalmentPlan.Running running -> "running";
            case InstalmentPlan.Closed closed -> closed.how().name().toLowerCase(Locale.ROOT);
        };
    }

    private static InstalmentPlan plan(ResultSet rs, int row) throws SQLException {
        List<LocalDate> days =
                Arrays.stream((Date[]) array(rs, "days")).map(Date::toLocalDate).toList();
        var heading =
                new Heading(
                        rs.getObject("id", UUID.class),
                        rs.getLong("place"),
                        new PayerId(rs.getObject("payer_id", UUID.class)),
                        Arrays.stream((UUID[]) array(rs, "invoices")).map(InvoiceId::new).toList(),
                        days);
        Currency currency = Currency.getInstance(rs.getString("currency"));
        Long[] amounts = (Long[]) array(rs, "amounts");
        var parts = new ArrayList<Instalment>();
        for (int i = 0; i < amounts.length; i++) {
            parts.add(new Instalment(i + 1, days.get(i), new Money(amounts[i], currency)));
        }
        String state = rs.getString("state");
        return switch (state) {
            case "asked" -> new InstalmentPlan.Asked(heading);
            case "running" -> new InstalmentPlan.Running(heading, parts);
            default ->
                    new InstalmentPlan.Closed(
                            heading,
                            parts,
                            InstalmentPlan.How.valueOf(state.toUpperCase(Locale.ROOT)));
        };
    }

    private static Object array(ResultSet rs, String column) throws SQLException {
        Array array = rs.getArray(column);
        return array.getArray();
    }
}
