package org.coopmesh.billing.payroll;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.payroll.PayRun.Approved;
import org.coopmesh.billing.payroll.PayRun.Heading;
import org.coopmesh.billing.payroll.PayRun.Line;
import org.coopmesh.billing.payroll.PayRun.Paid;
import org.coopmesh.billing.payroll.PayRun.Prepared;
import org.coopmesh.billing.payroll.PayRun.Rejected;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for pay runs and their lines. */
@Repository
class PayRuns {
    private final JdbcClient db;

    PayRuns(JdbcClient db) {
        this.db = db;
    }

    /** Makes all who draw up, decide or pay wait for each other, until the transaction ends. */
    void lock() {
        db.sql("select pg_advisory_xact_lock(hashtextextended('pay_run', 0))").query().singleRow();
    }

    void insert(Prepared run) {
        Heading heading = run.heading();
        Rates rates = heading.rates();
        db.sql(
                        """
                        insert into pay_run (id, month, from_at, until_at, share_ppm, per_hour_micro, per_case_micro, currency,
                                             collected_micro, added_micro, carried_in_micro, drawn_micro, carried_out_micro,
                                             prepared_by, prepared_at, state)
                        values (:id, :month, :from, :until, :share, :hour, :case, :currency,
                                :collected, :added, :in, :drawn, :out, :by, :at, 'prepared')
                        """)
                .param("id", heading.id())
                .param("month", heading.month().atDay(1))
                .param("from", heading.from().atOffset(ZoneOffset.UTC))
                .param("until", heading.until().atOffset(ZoneOffset.UTC))
                .param("share", rates.sharePpm())
                .param("hour", rates.perHour().microUnits())
                .param("case", rates.perCase().microUnits())
                .param("currency", heading.collected().currency().getCurrencyCode())
                .param("collected", heading.collected().microUnits())
                .param("added", heading.pool().added().microUnits())
                .param("in", heading.pool().carriedIn().microUnits())
                .param("drawn", heading.drawn().microUnits())
                .param("out", heading.carriedOut().microUnits())
                .param("by", heading.preparedBy().value())
                .param("at", heading.preparedAt().atOffset(ZoneOffset.UTC))
                .update();
        for (Line line : heading.lines()) {
            db.sql(
                            """
                            insert into pay_line (run_id, line, moderator_id, minutes, cases, claim_micro, pay_micro)
                            values (:run, :line, :moderator, :minutes, :cases, :claim, :pay)
                            """)
                    .param("run", heading.id())
                    .param("line", line.number())
                    .param("moderator", line.moderator().value())
                    .param("minutes", line.minutes())
                    .param("cases", line.cases())
                    .param("claim", line.claim().microUnits())
                    .param("pay", line.pay().microUnits())
                    .update();
        }
    }

    void decide(PayRun run) {
        switch (run) {
            case Approved approved -> decide(run, "approved", approved.by(), approved.at(), null);
            case Rejected rejected ->
                    decide(run, "rejected", rejected.by(), rejected.at(), rejected.why());
            case Prepared waiting -> throw new IllegalArgumentException("nobody decided");
        }
    }

    private void decide(PayRun run, String state, MemberId by, Instant at, @Nullable String why) {
        db.sql(
                        """
                        update pay_run set state = :state, decided_by = :by, decided_at = :at, reason = :why where id = :id
                        """)
                .param("state", state)
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("why", why)
                .param("id", run.heading().id())
                .update();
    }

    /** Puts lines into a file for the bank, or with null out of it. */
    void inTransfer(UUID run, Collection<Integer> lines, @Nullable UUID transfer) {
        db.sql(
                        """
                        update pay_line set transfer_id = :transfer where run_id = :run and line = any(:lines)
                        """)
                .param("transfer", transfer)
                .param("run", run)
                .param("lines", lines.toArray(Integer[]::new))
                .update();
    }

    void paid(UUID run, int line, Paid paid) {
        db.sql(
                        """
                        update pay_line set paid_on = :on, method = :method, paid_by = :by, transaction_id = :transaction
                         where run_id = :run and line = :line
                        """)
                .param("on", paid.on())
                .param("method", paid.method().name().toLowerCase(Locale.ROOT))
                .param("by", paid.by().value())
                .param("transaction", paid.transaction().value())
                .param("run", run)
                .param("line", line)
                .update();
    }

    /** The line is due again, and in no file for the bank. */
    void returned(
            UUID run, int line, TransactionId reversal, String reason, MemberId by, Instant at) {
        db.sql(
                        """
                        with back as (
                            update pay_line set paid_on = null, method = null, paid_by = null, transaction_id = null,
                                                transfer_id = null
                             where run_id = :run and line = :line
                        )
                        insert into pay_return (run_id, line, transaction_id, reason, returned_by, returned_at)
                        values (:run, :line, :transaction, :reason, :by, :at)
                        """)
                .param("run", run)
                .param("line", line)
                .param("transaction", reversal.value())
                .param("reason", reason)
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<PayRun> find(UUID id) {
        return runs("where r.id = :id", Map.of("id", id)).stream().findFirst();
    }

    /** The newest that was not rejected. */
    Optional<PayRun> latest() {
        return runs(
                        """
                        where r.state <> 'rejected' and r.month = (select max(month) from pay_run where state <> 'rejected')
                        """,
                        Map.of())
                .stream()
                .findFirst();
    }

    /** The newest month first; rejected ones too where {@code all}. */
    List<PayRun> newest(boolean all, int limit) {
        return runs(
                """
                where r.id in (select id from pay_run where :all or state = 'approved'
                                order by month desc, prepared_at desc limit :limit)
                """,
                Map.of("all", all, "limit", limit));
    }

    private List<PayRun> runs(String where, Map<String, Object> parameters) {
        record Row(
                Heading heading,
                String state,
                @Nullable MemberId by,
                @Nullable Instant at,
                @Nullable String why) {}
        var rows = new ArrayList<Row>();
        var lines = new HashMap<UUID, List<Line>>();
        db.sql(
                        """
                        select r.*, l.line, l.moderator_id, l.minutes, l.cases, l.claim_micro, l.pay_micro, l.transfer_id,
                               l.paid_on, l.method, l.paid_by, l.transaction_id
                          from pay_run r left join pay_line l on l.run_id = r.id
                        """
                                + where
                                + " order by r.month desc, r.prepared_at desc, r.id, l.line")
                .params(parameters)
                .query(rs -> {
                    Heading heading = heading(rs);
                    if (!lines.containsKey(heading.id())) {
                        UUID by = rs.getObject("decided_by", UUID.class);
                        OffsetDateTime at = rs.getObject("decided_at", OffsetDateTime.class);
                        rows.add(
                                new Row(
                                        heading,
                                        rs.getString("state"),
                                        by == null ? null : new MemberId(by),
                                        at == null ? null : at.toInstant(),
                                        rs.getString("reason")));
                        lines.put(heading.id(), new ArrayList<>());
                    }
                    if (rs.getObject("line") != null) {
                        lines.get(heading.id()).add(line(rs));
                    }
                });
        return rows.stream()
                .map(row -> {
                    Heading heading =
                            with(row.heading(), requireNonNull(lines.get(row.heading().id())));
                    return switch (row.state()) {
                        case "prepared" -> (PayRun) new Prepared(heading);
                        case "approved" ->
                                new Approved(
                                        heading,
                                        requireNonNull(row.by()),
                                        requireNonNull(row.at()));
                        default ->
                                new Rejected(
                                        heading,
                                        requireNonNull(row.by()),
                                        requireNonNull(row.at()),
                                        requireNonNull(row.why()));
                    };
                })
                .toList();
    }

    private static Heading with(Heading heading, List<Line> lines) {
        return new Heading(
                heading.id(),
                heading.month(),
                heading.from(),
                heading.until(),
                heading.rates(),
                heading.collected(),
                heading.pool(),
                lines,
                heading.preparedBy(),
                heading.preparedAt());
    }

    private static Heading heading(ResultSet rs) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Heading(
                rs.getObject("id", UUID.class),
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                rs.getObject("from_at", OffsetDateTime.class).toInstant(),
                rs.getObject("until_at", OffsetDateTime.class).toInstant(),
                new Rates(
                        rs.getInt("share_ppm"),
                        new Money(rs.getLong("per_hour_micro"), currency),
                        new Money(rs.getLong("per_case_micro"), currency)),
                new Money(rs.getLong("collected_micro"), currency),
                new PayPool(
                        new Money(rs.getLong("carried_in_micro"), currency),
                        new Money(rs.getLong("added_micro"), currency)),
                List.of(),
                new MemberId(rs.getObject("prepared_by", UUID.class)),
                rs.getObject("prepared_at", OffsetDateTime.class).toInstant());
    }

    private static Line line(ResultSet rs) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        LocalDate paidOn = rs.getObject("paid_on", LocalDate.class);
        return new Line(
                rs.getInt("line"),
                new MemberId(rs.getObject("moderator_id", UUID.class)),
                rs.getLong("minutes"),
                rs.getLong("cases"),
                new Money(rs.getLong("claim_micro"), currency),
                new Money(rs.getLong("pay_micro"), currency),
                rs.getObject("transfer_id", UUID.class),
                paidOn == null
                        ? null
                        : new Paid(
                                paidOn,
                                PayRun.Method.valueOf(
                                        rs.getString("method").toUpperCase(Locale.ROOT)),
                                new MemberId(rs.getObject("paid_by", UUID.class)),
                                new TransactionId(rs.getObject("transaction_id", UUID.class))));
    }
}
