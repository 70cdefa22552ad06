package org.coopmesh.billing.invoice;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.BillLine.Billed;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for bills, their lines, and the runs that made them. */
@Repository
class Bills {
    /** A finished run, with what it came to. */
    record Run(
            YearMonth period, Instant finishedAt, long invoices, long totalMicro, String skipped) {}

    private final JdbcClient db;

    Bills(JdbcClient db) {
        this.db = db;
    }

    /** False where the payer's month was billed before, also by a run that is under way at the same time. */
    boolean open(UUID id, PayerId payer, YearMonth period, Instant at) {
        return db.sql(
                                """
                                insert into bill (id, payer_id, period, billed_at) values (:id, :payer, :period, :at)
                                on conflict (payer_id, period) do nothing
                                """)
                        .param("id", id)
                        .param("payer", payer.value())
                        .param("period", period.atDay(1))
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    boolean isBilled(PayerId payer, YearMonth period) {
        return db.sql(
                        "select exists (select from bill where payer_id = :payer and period = :period)")
                .param("payer", payer.value())
                .param("period", period.atDay(1))
                .query(Boolean.class)
                .single();
    }

    /** Everybody whose month was billed. */
    Set<PayerId> payers(YearMonth period) {
        return db.sql("select payer_id from bill where period = :period")
                .param("period", period.atDay(1))
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .set();
    }

    void insert(UUID bill, List<BillLine> lines) {
        int number = 0;
        for (BillLine line : lines) {
            number++;
            Charge.Key key = line.charge();
            Money unitPrice = line.unitPrice();
            Money saved = line.saved();
            db.sql(
                            """
                            insert into bill_line (bill_id, line, kind, charge, site_id, plan_code, plan_since, month, from_on,
                                                   to_on, days, internet_bytes, included_bytes, local_bytes, unit_price_micro,
                                                   saved_micro, amount_micro, currency, windows, gaps)
                            values (:bill, :line, :kind, :charge, :site, :plan, :planSince, :month, :from,
                                    :to, :days, :internet, :included, :local, :unitPrice,
                                    :saved, :amount, :currency, :windows, :gaps)
                            """)
                    .param("bill", bill)
                    .param("line", number)
                    .param("kind", line.kind().name().toLowerCase(Locale.ROOT))
                    .param(
                            "charge",
                            key == null ? null : key.kind().name().toLowerCase(Locale.ROOT))
                    .param("site", key == null ? null : key.site().value())
                    .param("plan", key == null ? null : key.planCode())
                    .param("planSince", key == null ? null : key.planSince())
                    .param("month", key == null ? null : key.month().atDay(1))
                    .param("from", line.from())
                    .param("to", line.to())
                    .param("days", line.days())
                    .param("internet", line.internetBytes())
                    .param("included", line.includedBytes())
                    .param("local", line.localBytes())
                    .param("unitPrice", unitPrice == null ? null : unitPrice.microUnits())
                    .param("saved", saved == null ? null : saved.microUnits())
                    .param("amount", line.amount().microUnits())
                    .param("currency", line.amount().currency().getCurrencyCode())
                    .param("windows", line.windows())
                    .param("gaps", line.gaps())
                    .update();
        }
    }

    /** What earlier bills charged the payer for the months from {@code first} to {@code last}. */
    List<Billed> billed(PayerId payer, YearMonth first, YearMonth last) {
        return db.sql(
                        """
                        select charge, site_id, plan_code, plan_since, month, currency,
                               min(from_on) as from_on, max(to_on) as to_on, sum(days)::int as days,
                               sum(internet_bytes)::bigint as internet_bytes, sum(included_bytes)::bigint as included_bytes,
                               sum(local_bytes)::bigint as local_bytes, max(unit_price_micro) as unit_price_micro,
                               sum(saved_micro)::bigint as saved_micro, sum(amount_micro)::bigint as amount_micro,
                               sum(windows)::int as windows, sum(gaps)::int as gaps
                          from bill_line
                         where bill_id in (select id from bill where payer_id = :payer)
                           and month between :first and :last
                         group by charge, site_id, plan_code, plan_since, month, currency
                         order by month, site_id, plan_since, charge
                        """)
                .param("payer", payer.value())
                .param("first", first.atDay(1))
                .param("last", last.atDay(1))
                .query(Bills::billed)
                .list();
    }

    List<BillLine> lines(InvoiceId invoice) {
        return db.sql(
                        """
                        select l.* from bill_line l join invoice i on i.bill_id = l.bill_id
                         where i.id = :invoice order by l.line
                        """)
                .param("invoice", invoice.value())
                .query(Bills::line)
                .list();
    }

    Set<YearMonth> finished() {
        return db
                .sql("select period from bill_run")
                .query((rs, row) -> YearMonth.from(rs.getObject("period", LocalDate.class)))
                .list()
                .stream()
                .collect(Collectors.toUnmodifiableSet());
    }

    void finish(YearMonth period, Instant at, String skipped) {
        db.sql(
                        """
                        insert into bill_run (period, finished_at, skipped) values (:period, :at, :skipped)
                        on conflict (period) do update set skipped = excluded.skipped
                        """)
                .param("period", period.atDay(1))
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("skipped", skipped)
                .update();
    }

    List<Run> runs() {
        return db.sql(
                        """
                        select r.period, r.finished_at, r.skipped, count(i.id) as invoices,
                               coalesce(sum(i.total_micro), 0)::bigint as total_micro
                          from bill_run r left join invoice i on i.period = r.period
                         group by r.period order by r.period desc
                        """)
                .query((rs, row) ->
                        new Run(
                                YearMonth.from(rs.getObject("period", LocalDate.class)),
                                rs.getObject("finished_at", OffsetDateTime.class).toInstant(),
                                rs.getLong("invoices"),
                                rs.getLong("total_micro"),
                                rs.getString("skipped")))
                .list();
    }

    private static Charge.Key key(ResultSet rs) throws SQLException {
        return new Charge.Key(
                Charge.Kind.valueOf(rs.getString("charge").toUpperCase(Locale.ROOT)),
                new SiteId(rs.getObject("site_id", UUID.class)),
                rs.getString("plan_code"),
                rs.getObject("plan_since", LocalDate.class),
                YearMonth.from(rs.getObject("month", LocalDate.class)));
    }

    private static @Nullable Money money(ResultSet rs, String column, Currency currency)
            throws SQLException {
        long micro = rs.getLong(column);
        return rs.wasNull() ? null : new Money(micro, currency);
    }

    private static Billed billed(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Billed(
                key(rs),
                rs.getObject("from_on", LocalDate.class),
                rs.getObject("to_on", LocalDate.class),
                rs.getInt("days"),
                rs.getLong("internet_bytes"),
                rs.getLong("included_bytes"),
                rs.getLong("local_bytes"),
                requireNonNull(money(rs, "unit_price_micro", currency)),
                money(rs, "saved_micro", currency),
                new Money(rs.getLong("amount_micro"), currency),
                rs.getInt("windows"),
                rs.getInt("gaps"));
    }

    private static BillLine line(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new BillLine(
                BillLine.Kind.valueOf(rs.getString("kind").toUpperCase(Locale.ROOT)),
                rs.getString("charge") == null ? null : key(rs),
                rs.getObject("from_on", LocalDate.class),
                rs.getObject("to_on", LocalDate.class),
                rs.getInt("days"),
                rs.getLong("internet_bytes"),
                rs.getLong("included_bytes"),
                rs.getLong("local_bytes"),
                money(rs, "unit_price_micro", currency),
                money(rs, "saved_micro", currency),
                new Money(rs.getLong("amount_micro"), currency),
                rs.getInt("windows"),
                rs.getInt("gaps"));
    }
}
