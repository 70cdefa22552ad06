package org.coopmesh.billing.invoice;

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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.BillLine.Billed;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Explanation;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for bills, their lines, and the runs that made them. */
@Repository
class Bills {
    /** A finished run, with what it came to. */
    record Run(
            YearMonth period, Instant finishedAt, long invoices, long totalMicro, String skipped) {}

    private final JdbcClient db;
    private final JsonMapper json;

    Bills(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** Opens a bill for each payer whose month was not billed before, also by a run that is under way at the same time. */
    Map<PayerId, UUID> open(Map<PayerId, Bill> drawn, YearMonth period, Instant at) {
        var opened = new LinkedHashMap<PayerId, UUID>();
        db.sql(
                        """
                        insert into bill (id, payer_id, period, billed_at, carried_micro, prepaid_micro)
                        select b.id, b.payer_id, :period, :at, b.carried_micro, b.prepaid_micro
                          from unnest(:ids::uuid[], :payers::uuid[], :carried::bigint[], :prepaid::bigint[])
                               as b (id, payer_id, carried_micro, prepaid_micro)
                        on conflict (payer_id, period) do nothing
                        returning id, payer_id
                        """)
                .param(
                        "ids",
                        drawn.keySet().stream()
                                .map(payer -> UUID.randomUUID())
                                .toArray(UUID[]::new))
                .param("payers", drawn.keySet().stream().map(PayerId::value).toArray(UUID[]::new))
                .param(
                        "carried",
                        drawn.values().stream()
                                .map(bill -> bill.carried().microUnits())
                                .toArray(Long[]::new))
                .param(
                        "prepaid",
                        drawn.values().stream()
                                .map(bill -> bill.prepaid().microUnits())
                                .toArray(Long[]::new))
                .param("period", period.atDay(1))
                .param("at", at.atOffset(ZoneOffset.UTC))
                .query(rs -> {
                    opened.put(
                            new PayerId(rs.getObject("payer_id", UUID.class)),
                            rs.getObject("id", UUID.class));
                });
        return opened;
    }

    /** When the bill of an invoice was drawn up: what came to count later is on a later bill. */
    Instant billedAt(InvoiceId invoice) {
        return db.sql(
                        "select b.billed_at from bill b join invoice i on i.bill_id = b.id where i.id = :invoice")
                .param("invoice", invoice.value())
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    /**
     * What a bill found on the payer's unbilled account, what others had posted left out.
     *
     * @param carriedMicro null on bills from before it was kept
     */
    record Found(YearMonth period, @Nullable Long carriedMicro) {}

    /** What the bill of an invoice found. */
    Found found(InvoiceId invoice) {
        return db.sql(
                        """
                        select b.period, b.carried_micro from bill b join invoice i on i.bill_id = b.id where i.id = :invoice
                        """)
                .param("invoice", invoice.value())
                .query((rs, row) ->
                        new Found(
                                YearMonth.from(rs.getObject("period", LocalDate.class)),
                                rs.getObject("carried_micro", Long.class)))
                .single();
    }

    /** What bills before that of {@code invoice} charged for the same. */
    LineEvidence.Before before(InvoiceId invoice, Charge.Key key) {
        return db.sql(
                        """
                        select coalesce(sum(l.internet_bytes), 0)::bigint as internet, coalesce(sum(l.included_bytes), 0)::bigint as included,
                               coalesce(sum(l.local_bytes), 0)::bigint as local, coalesce(sum(l.windows), 0)::bigint as windows,
                               coalesce(sum(l.amount_micro), 0)::bigint as amount, coalesce(sum(l.days), 0)::bigint as days
                          from bill_line l join bill b on b.id = l.bill_id
                               join invoice i on i.id = :invoice join bill mine on mine.id = i.bill_id
                         where b.payer_id = mine.payer_id and b.period < mine.period
                           and l.charge = :charge and l.site_id = :site and l.plan_code = :plan
                           and l.plan_since = :since and l.month = :month
                        """)
                .param("invoice", invoice.value())
                .param("charge", key.kind().name().toLowerCase(Locale.ROOT))
                .param("site", key.site().value())
                .param("plan", key.planCode())
                .param("since", key.planSince())
                .param("month", key.month().atDay(1))
                .query((rs, row) ->
                        new LineEvidence.Before(
                                rs.getLong("internet"),
                                rs.getLong("included"),
                                rs.getLong("local"),
                                rs.getLong("windows"),
                                rs.getLong("amount"),
                                rs.getLong("days")))
                .single();
    }

    /** Those of {@code payers} whose month was billed. */
    Set<PayerId> payers(YearMonth period, Collection<PayerId> payers) {
        return db.sql(
                        "select payer_id from bill where period = :period and payer_id = any(:payers)")
                .param("period", period.atDay(1))
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .set();
    }

    /** The months from {@code first} on that each payer was billed for. */
    Map<PayerId, Set<YearMonth>> months(Collection<PayerId> payers, YearMonth first) {
        var months = new HashMap<PayerId, Set<YearMonth>>();
        if (!payers.isEmpty()) {
            db.sql(
                            """
                            select payer_id, period from bill where payer_id = any(:payers) and period >= :first
                            """)
                    .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                    .param("first", first.atDay(1))
                    .query(rs -> {
                        months.computeIfAbsent(
                                        new PayerId(rs.getObject("payer_id", UUID.class)),
                                        payer -> new HashSet<>())
                                .add(YearMonth.from(rs.getObject("period", LocalDate.class)));
                    });
        }
        return months;
    }

    /** Everybody whose month was billed. */
    Set<PayerId> payers(YearMonth period) {
        return db.sql("select payer_id from bill where period = :period")
                .param("period", period.atDay(1))
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .set();
    }

    /** Writes the lines of many bills down, each in its order. */
    void insert(Map<UUID, List<BillLine>> bills) {
        var rows = new Rows(bills.values().stream().mapToInt(List::size).sum());
        bills.forEach((bill, lines) -> {
            int number = 0;
            for (BillLine line : lines) {
                number++;
                Explanation explanation = line.explanation();
                rows.add(
                        bill,
                        number,
                        line,
                        explanation == null ? null : json.writeValueAsString(explanation));
            }
        });
        db.sql(
                        """
                        insert into bill_line (bill_id, line, kind, charge, site_id, plan_code, plan_since, month, from_on, to_on,
                                               days, internet_bytes, included_bytes, local_bytes, unit_price_micro,
                                               saved_micro, amount_micro, currency, windows, gaps, peak_bits, explanation, posted_id,
                                               label)
                        select * from unnest(:bill::uuid[], :line::int[], :kind::text[], :charge::text[], :site::uuid[],
                                             :plan::text[], :planSince::date[], :month::date[], :from::date[], :to::date[],
                                             :days::int[], :internet::bigint[], :included::bigint[], :local::bigint[],
                                             :unitPrice::bigint[], :saved::bigint[], :amount::bigint[], :currency::text[],
                                             :windows::int[], :gaps::int[], :peak::bigint[], :explanation::text[],
                                             :posted::uuid[], :label::text[])
                        """)
                .param("bill", rows.bill)
                .param("line", rows.line)
                .param("kind", rows.kind)
                .param("charge", rows.charge)
                .param("site", rows.site)
                .param("plan", rows.plan)
                .param("planSince", rows.planSince)
                .param("month", rows.month)
                .param("from", rows.from)
                .param("to", rows.to)
                .param("days", rows.days)
                .param("internet", rows.internet)
                .param("included", rows.included)
                .param("local", rows.local)
                .param("unitPrice", rows.unitPrice)
                .param("saved", rows.saved)
                .param("amount", rows.amount)
                .param("currency", rows.currency)
                .param("windows", rows.windows)
                .param("gaps", rows.gaps)
                .param("peak", rows.peak)
                .param("explanation", rows.explanation)
                .param("posted", rows.posted)
                .param("label", rows.label)
                .update();
    }

    /** Lines column by column, as one statement takes them. Days are text: arrays of dates have no zone to go wrong in. */
    private static final class Rows {
        final UUID[] bill;
        final Integer[] line;
        final String[] kind;
        final @Nullable String[] charge;
        final @Nullable UUID[] site;
        final @Nullable String[] plan;
        final @Nullable String[] planSince;
        final @Nullable String[] month;
        final String[] from;
        final String[] to;
        final Integer[] days;
        final Long[] internet;
        final Long[] included;
        final Long[] local;
        final @Nullable Long[] unitPrice;
        final @Nullable Long[] saved;
        final Long[] amount;
        final String[] currency;
        final Integer[] windows;
        final Integer[] gaps;
        final Long[] peak;
        final @Nullable String[] explanation;
        final @Nullable UUID[] posted;
        final @Nullable String[] label;
        private int next;

        Rows(int size) {
            bill = new UUID[size];
            line = new Integer[size];
            kind = new String[size];
            charge = new String[size];
            site = new UUID[size];
            plan = new String[size];
            planSince = new String[size];
            month = new String[size];
            from = new String[size];
            to = new String[size];
            days = new Integer[size];
            internet = new Long[size];
            included = new Long[size];
            local = new Long[size];
            unitPrice = new Long[size];
            saved = new Long[size];
            amount = new Long[size];
            currency = new String[size];
            windows = new Integer[size];
            gaps = new Integer[size];
            peak = new Long[size];
            explanation = new String[size];
            posted = new UUID[size];
            label = new String[size];
        }

        void add(UUID billId, int number, BillLine each, @Nullable String why) {
            int i = next++;
            bill[i] = billId;
            line[i] = number;
            kind[i] = each.kind().name().toLowerCase(Locale.ROOT);
            Charge.Key key = each.charge();
            if (key != null) {
                charge[i] = key.kind().name().toLowerCase(Locale.ROOT);
                site[i] = key.site().value();
                plan[i] = key.planCode();
                planSince[i] = key.planSince().toString();
                month[i] = key.month().atDay(1).toString();
            }
            from[i] = each.from().toString();
            to[i] = each.to().toString();
            days[i] = each.days();
            internet[i] = each.internetBytes();
            included[i] = each.includedBytes();
            local[i] = each.localBytes();
            unitPrice[i] = micro(each.unitPrice());
            saved[i] = micro(each.saved());
            amount[i] = each.amount().microUnits();
            currency[i] = each.amount().currency().getCurrencyCode();
            windows[i] = each.windows();
            gaps[i] = each.gaps();
            peak[i] = each.peakBits();
            explanation[i] = why;
            BillLine.Source source = each.source();
            if (source != null) {
                posted[i] = source.id();
                label[i] = source.label();
            }
        }

        private static @Nullable Long micro(@Nullable Money money) {
            return money == null ? null : money.microUnits();
        }
    }

    /** A bill as it was drawn up. */
    record Drawn(UUID id, PayerId payer, Bill bill) {}

    /** The bills of {@code period} that tell what they found, in the order of payers. */
    List<Drawn> drawn(Collection<PayerId> payers, YearMonth period, Currency currency) {
        var lines = new HashMap<UUID, List<BillLine>>();
        db.sql(
                        """
                        select l.* from bill_line l join bill b on b.id = l.bill_id
                         where b.payer_id = any(:payers) and b.period = :period order by l.bill_id, l.line
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("period", period.atDay(1))
                .query(rs -> {
                    lines.computeIfAbsent(
                                    rs.getObject("bill_id", UUID.class), bill -> new ArrayList<>())
                            .add(line(rs, 0));
                });
        return db.sql(
                        """
                        select id, payer_id, carried_micro, prepaid_micro from bill
                         where payer_id = any(:payers) and period = :period and carried_micro is not null order by payer_id
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("period", period.atDay(1))
                .query((rs, row) -> {
                    UUID id = rs.getObject("id", UUID.class);
                    List<BillLine> all = lines.getOrDefault(id, List.of());
                    return new Drawn(
                            id,
                            new PayerId(rs.getObject("payer_id", UUID.class)),
                            new Bill(
                                    all,
                                    all.stream()
                                            .map(BillLine::amount)
                                            .reduce(Money.zero(currency), Money::plus),
                                    new Money(rs.getLong("prepaid_micro"), currency),
                                    new Money(rs.getLong("carried_micro"), currency)));
                })
                .list();
    }

    /** What bills before that of {@code period} charged the payers for the months from {@code first} to it. */
    Map<PayerId, List<Billed>> billedBefore(
            Collection<PayerId> payers, YearMonth first, YearMonth period) {
        return billed(payers, first, period, period);
    }

    /** What earlier bills charged the payers for the months from {@code first} to {@code last}. */
    Map<PayerId, List<Billed>> billed(Collection<PayerId> payers, YearMonth first, YearMonth last) {
        return billed(payers, first, last, null);
    }

    private Map<PayerId, List<Billed>> billed(
            Collection<PayerId> payers,
            YearMonth first,
            YearMonth last,
            @Nullable YearMonth before) {
        var billed = new HashMap<PayerId, List<Billed>>();
        db.sql(
                        """
                        select b.payer_id, charge, site_id, plan_code, plan_since, month, currency,
                               min(from_on) as from_on, max(to_on) as to_on, sum(days)::int as days,
                               sum(internet_bytes)::bigint as internet_bytes, sum(included_bytes)::bigint as included_bytes,
                               sum(local_bytes)::bigint as local_bytes, max(unit_price_micro) as unit_price_micro,
                               sum(saved_micro)::bigint as saved_micro, sum(amount_micro)::bigint as amount_micro,
                               sum(windows)::int as windows, sum(gaps)::int as gaps,
                               sum(peak_bits)::bigint as peak_bits
                          from bill b join bill_line l on l.bill_id = b.id
                         where b.payer_id = any(:payers) and l.month between :first and :last
                           and (:before::date is null
                                or b.billed_at < (select x.billed_at from bill x
                                                   where x.payer_id = b.payer_id and x.period = :before)
                                or (b.period < :before
                                    and b.billed_at = (select x.billed_at from bill x
                                                        where x.payer_id = b.payer_id and x.period = :before)))
                         group by b.payer_id, charge, site_id, plan_code, plan_since, month, currency
                         order by b.payer_id, month, site_id, plan_since, charge
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("first", first.atDay(1))
                .param("last", last.atDay(1))
                .param("before", before == null ? null : before.atDay(1), java.sql.Types.DATE)
                .query(rs -> {
                    billed.computeIfAbsent(
                                    new PayerId(rs.getObject("payer_id", UUID.class)),
                                    payer -> new ArrayList<>())
                            .add(billed(rs));
                });
        return billed;
    }

    List<BillLine> lines(InvoiceId invoice) {
        return db.sql(
                        """
                        select l.* from bill_line l join invoice i on i.bill_id = l.bill_id
                         where i.id = :invoice order by l.line
                        """)
                .param("invoice", invoice.value())
                .query(this::line)
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

    private static Billed billed(ResultSet rs) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Billed(
                key(rs),
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
                rs.getInt("gaps"),
                rs.getLong("peak_bits"));
    }

    private BillLine line(ResultSet rs, int row) throws SQLException {
        String explanation = rs.getString("explanation");
        UUID posted = rs.getObject("posted_id", UUID.class);
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
                rs.getInt("gaps"),
                rs.getLong("peak_bits"),
                explanation == null ? null : json.readValue(explanation, Explanation.class),
                posted == null ? null : new BillLine.Source(posted, rs.getString("label")));
    }
}
