package org.coopmesh.billing.invoice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for invoices, their numbers and what they took of payments. */
@Repository
class Invoices {
    private final JdbcClient db;

    Invoices(JdbcClient db) {
        this.db = db;
    }

    /** An invoice about to be issued for a bill. */
    record New(Invoice.Issued invoice, UUID bill, long number) {}

    /**
     * Takes the next {@code count} numbers of the series; the first of them. The row stays locked until the transaction
     * ends: a rollback gives the numbers back, so take them last.
     */
    long nextNumbers(String series, int count) {
        return db.sql(
                        """
                        insert into invoice_series (series, last_number) values (:series, :count)
                        on conflict (series) do update set last_number = invoice_series.last_number + :count
                        returning last_number - :count + 1
                        """)
                .param("series", series)
                .param("count", count)
                .query(Long.class)
                .single();
    }

    void insert(String series, List<New> issued) {
        int size = issued.size();
        var ids = new UUID[size];
        var bills = new UUID[size];
        var numbers = new Long[size];
        var payers = new UUID[size];
        var totals = new Long[size];
        for (int i = 0; i < size; i++) {
            Invoice.Heading heading = issued.get(i).invoice().heading();
            ids[i] = heading.id().value();
            bills[i] = issued.get(i).bill();
            numbers[i] = issued.get(i).number();
            payers[i] = heading.payer().value();
            totals[i] = heading.total().microUnits();
        }
        Invoice.Heading any = issued.getFirst().invoice().heading();
        db.sql(
                        """
                        insert into invoice (id, bill_id, series, number, payer_id, period, issued_on, due_on, total_micro,
                                             currency, state)
                        select i.id, i.bill_id, :series, i.number, i.payer_id, :period, :issuedOn, :dueOn, i.total_micro,
                               :currency, 'issued'
                          from unnest(:ids::uuid[], :bills::uuid[], :numbers::bigint[], :payers::uuid[], :totals::bigint[])
                               as i (id, bill_id, number, payer_id, total_micro)
                        """)
                .param("ids", ids)
                .param("bills", bills)
                .param("series", series)
                .param("numbers", numbers)
                .param("payers", payers)
                .param("period", any.period().atDay(1))
                .param("issuedOn", any.issuedOn())
                .param("dueOn", any.dueOn())
                .param("totals", totals)
                .param("currency", any.total().currency().getCurrencyCode())
                .update();
    }

    void update(Invoice invoice) {
        updateAll(List.of(invoice));
    }

    void updateAll(Collection<Invoice> invoices) {
        record Standing(
                @Nullable LocalDate payBy,
                @Nullable LocalDate overdueSince,
                @Nullable LocalDate on,
                @Nullable String why) {}
        int size = invoices.size();
        if (size == 0) {
            return;
        }
        var ids = new UUID[size];
        var states = new String[size];
        var paid = new Long[size];
        var payBy = new @Nullable String[size];
        var overdueSince = new @Nullable String[size];
        var closedOn = new @Nullable String[size];
        var why = new @Nullable String[size];
        int i = 0;
        for (Invoice invoice : invoices) {
            Standing standing =
                    switch (invoice) {
                        case Invoice.Running running ->
                                new Standing(running.payBy(), null, null, null);
                        case Invoice.Overdue overdue ->
                                new Standing(overdue.payBy(), overdue.since(), null, null);
                        case Invoice.Paid closed ->
                                new Standing(null, null, closed.settledOn(), null);
                        case Invoice.WrittenOff off ->
                                new Standing(null, null, off.on(), off.why());
                    };
            ids[i] = invoice.heading().id().value();
            states[i] = state(invoice);
            paid[i] = invoice.paid().microUnits();
            payBy[i] = text(standing.payBy());
            overdueSince[i] = text(standing.overdueSince());
            closedOn[i] = text(standing.on());
            why[i] = standing.why();
            i++;
        }
        db.sql(
                        """
                        update invoice i set state = n.state, paid_micro = n.paid_micro, closed_on = n.closed_on,
                                             written_off_why = n.why, overdue_since = coalesce(n.overdue_since, i.overdue_since),
                                             pay_by = nullif(coalesce(n.pay_by, i.pay_by), i.due_on)
                          from unnest(:ids::uuid[], :states::text[], :paid::bigint[], :payBy::date[], :overdueSince::date[],
                                      :closedOn::date[], :why::text[])
                               as n (id, state, paid_micro, pay_by, overdue_since, closed_on, why)
                         where i.id = n.id
                        """)
                .param("ids", ids)
                .param("states", states)
                .param("paid", paid)
                .param("payBy", payBy)
                .param("overdueSince", overdueSince)
                .param("closedOn", closedOn)
                .param("why", why)
                .update();
    }

    private static @Nullable String text(@Nullable LocalDate day) {
        return day == null ? null : day.toString();
    }

    /** The state's name in the table and on the wire. */
    static String state(Invoice invoice) {
        return switch (invoice) {
            case Invoice.Issued issued -> "issued";
            case Invoice.PartlyPaid partly -> "partlyPaid";
            case Invoice.Overdue overdue -> "overdue";
            case Invoice.Paid paid -> "paid";
            case Invoice.WrittenOff off -> "writtenOff";
        };
    }

    Optional<Invoice> find(InvoiceId id) {
        return db.sql("select * from invoice where id = :id")
                .param("id", id.value())
                .query(Invoices::invoice)
                .optional();
    }

    /** Locks the row until the transaction ends, so that two payments cannot both find it open. */
    Optional<Invoice> lock(InvoiceId id) {
        return db.sql("select * from invoice where id = :id for update")
                .param("id", id.value())
                .query(Invoices::invoice)
                .optional();
    }

    /** What the payers owe on, oldest first, locked. */
    List<Invoice> lockOwing(Collection<PayerId> payers) {
        return db.sql(
                        """
                        select * from invoice
                         where payer_id = any(:payers) and state in ('issued', 'partlyPaid', 'overdue')
                         order by due_on, series, number for update
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(Invoices::invoice)
                .list();
    }

    /** Whose each invoice is; one that was never issued is left out. */
    Map<InvoiceId, PayerId> payersOf(Collection<InvoiceId> ids) {
        var payers = new HashMap<InvoiceId, PayerId>();
        db.sql("select id, payer_id from invoice where id = any(:ids)")
                .param("ids", ids.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .query((ResultSet rs) -> {
                    payers.put(
                            new InvoiceId(rs.getObject("id", UUID.class)),
                            new PayerId(rs.getObject("payer_id", UUID.class)));
                });
        return payers;
    }

    List<Invoice> owing(PayerId payer) {
        return db.sql(
                        """
                        select * from invoice
                         where payer_id = :payer and state in ('issued', 'partlyPaid', 'overdue')
                         order by due_on, series, number
                        """)
                .param("payer", payer.value())
                .query(Invoices::invoice)
                .list();
    }

    List<Invoice> named(Collection<String> numbers) {
        return db.sql(
                        """
                        select i.* from invoice i
                          join unnest(:numbers::text[]) as n (number)
                            on i.series = split_part(n.number, '-', 1) and i.number = split_part(n.number, '-', 2)::bigint
                         order by i.due_on, i.series, i.number
                        """)
                .param("numbers", numbers.toArray(String[]::new))
                .query(Invoices::invoice)
                .list();
    }

    List<Invoice> owingOf(Collection<PayerId> payers) {
        return db.sql(
                        """
                        select * from invoice
                         where payer_id = any(:payers) and state in ('issued', 'partlyPaid', 'overdue')
                         order by due_on, series, number
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(Invoices::invoice)
                .list();
    }

    List<Invoice> owingExactly(Collection<Money> amounts, int limit) {
        return db.sql(
                        """
                        select * from invoice
                         where total_micro - paid_micro = any(:amounts) and state in ('issued', 'partlyPaid', 'overdue')
                         order by due_on, series, number limit :limit
                        """)
                .param("amounts", amounts.stream().map(Money::microUnits).toArray(Long[]::new))
                .param("limit", limit)
                .query(Invoices::invoice)
                .list();
    }

    Map<UUID, Set<String>> paymentsOf(Collection<String> numbers) {
        var payments = new HashMap<UUID, Set<String>>();
        db.sql(
                        """
                        select s.payment_id, i.series, i.number from invoice i
                          join unnest(:numbers::text[]) as n (number)
                            on i.series = split_part(n.number, '-', 1) and i.number = split_part(n.number, '-', 2)::bigint
                          join invoice_settlement s on s.invoice_id = i.id
                         where s.payment_id is not null and s.returned_micro < s.amount_micro
                        """)
                .param("numbers", numbers.toArray(String[]::new))
                .query((ResultSet rs) -> {
                    payments.computeIfAbsent(
                                    rs.getObject("payment_id", UUID.class), none -> new HashSet<>())
                            .add(number(rs.getString("series"), rs.getLong("number")));
                });
        return payments;
    }

    /** Invoices whose last day to pay was before {@code day} and which nobody has called overdue yet; but of {@code letBe} and {@code held}. */
    List<Invoice> pastDue(
            LocalDate day, Collection<PayerId> letBe, Collection<InvoiceId> held, int limit) {
        return db.sql(
                        """
                        select * from invoice
                         where state in ('issued', 'partlyPaid') and due_on < :day and coalesce(pay_by, due_on) < :day
                           and payer_id <> all(:letBe) and id <> all(:held)
                         order by due_on, series, number limit :limit
                        """)
                .param("day", day)
                .param("letBe", letBe.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("held", held.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .param("limit", limit)
                .query(Invoices::invoice)
                .list();
    }

    /** On which something is owed and whose last day to pay is not after {@code by}, in order of that day, after {@code last}. */
    List<Invoice> owingDueBy(LocalDate by, @Nullable Invoice last, int limit) {
        return db.sql(
                        """
                        select * from invoice
                         where state in ('issued', 'partlyPaid', 'overdue') and due_on <= :by
                           and (:lastDay::date is null or (due_on, id) > (:lastDay::date, :lastId::uuid))
                         order by due_on, id limit :limit
                        """)
                .param("by", by)
                .param("lastDay", last == null ? null : last.heading().dueOn())
                .param("lastId", last == null ? null : last.heading().id().value())
                .param("limit", limit)
                .query(Invoices::invoice)
                .list();
    }

    /**
     * Newest first, before {@code series} and {@code number}.
     *
     * @param payers whose invoices; null for everybody's
     * @param states empty for any
     * @param text part of the number; empty for any
     */
    List<Invoice> list(
            @Nullable Collection<PayerId> payers,
            List<String> states,
            String text,
            String series,
            long number,
            int limit) {
        return db.sql(
                        """
                        select * from invoice
                         where (:anyPayer or payer_id = any(:payers))
                           and (:anyState or state = any(:states))
                           and (:text = '' or strpos(series || '-' || lpad(number::text, 6, '0'), :text) > 0)
                           and (series, number) < (:series, :number)
                         order by series desc, number desc limit :limit
                        """)
                .param("anyPayer", payers == null)
                .param(
                        "payers",
                        payers == null
                                ? new UUID[0]
                                : payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("anyState", states.isEmpty())
                .param("states", states.toArray(String[]::new))
                .param("text", text)
                .param("series", series)
                .param("number", number)
                .param("limit", limit)
                .query(Invoices::invoice)
                .list();
    }

    List<String> series() {
        return db.sql("select series from invoice_series order by series")
                .query((rs, row) -> rs.getString("series"))
                .list();
    }

    /** In the order of their numbers: what a transaction has numbered is seen before what the next one numbers. */
    List<Invoice.Heading> after(String series, long number, int limit) {
        return db.sql(
                        """
                        select * from invoice where series = :series and number > :number order by number limit :limit
                        """)
                .param("series", series)
                .param("number", number)
                .param("limit", limit)
                .query((rs, row) -> invoice(rs, row).heading())
                .list();
    }

    /** What an invoice took. */
    record Settled(InvoiceId invoice, Settlement settlement) {}

    /** In their order: each takes the next line of its invoice. */
    void settleAll(List<Settled> settled, Instant at) {
        int size = settled.size();
        if (size == 0) {
            return;
        }
        var invoices = new UUID[size];
        var payments = new @Nullable UUID[size];
        var methods = new String[size];
        var days = new String[size];
        var amounts = new Long[size];
        for (int i = 0; i < size; i++) {
            Settlement settlement = settled.get(i).settlement();
            invoices[i] = settled.get(i).invoice().value();
            payments[i] = settlement.payment();
            methods[i] = settlement.method().code();
            days[i] = settlement.receivedOn().toString();
            amounts[i] = settlement.amount().microUnits();
        }
        db.sql(
                        """
                        insert into invoice_settlement (invoice_id, line, payment_id, method, received_on, amount_micro, settled_at)
                        select n.invoice_id,
                               (select count(*) from invoice_settlement s where s.invoice_id = n.invoice_id)
                                   + row_number() over (partition by n.invoice_id order by n.place),
                               n.payment_id, n.method, n.received_on, n.amount_micro, :at
                          from unnest(:invoices::uuid[], :payments::uuid[], :methods::text[], :days::date[], :amounts::bigint[])
                               with ordinality as n (invoice_id, payment_id, method, received_on, amount_micro, place)
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("invoices", invoices)
                .param("payments", payments)
                .param("methods", methods)
                .param("days", days)
                .param("amounts", amounts)
                .update();
    }

    List<Settlement> settlements(InvoiceId invoice) {
        return db.sql(
                        """
                        select s.*, i.currency from invoice_settlement s join invoice i on i.id = s.invoice_id
                         where s.invoice_id = :invoice order by s.line
                        """)
                .param("invoice", invoice.value())
                .query((rs, row) -> settlement(rs))
                .list();
    }

    /** One settlement and where it stands. */
    record Place(InvoiceId invoice, int line, Settlement settlement) {}

    /** What {@code payment} still settles. */
    List<Place> settledBy(UUID payment) {
        return db.sql(
                        """
                        select s.*, i.currency from invoice_settlement s join invoice i on i.id = s.invoice_id
                         where s.payment_id = :payment and s.returned_micro < s.amount_micro
                         order by i.due_on, i.series, i.number, s.line
                        """)
                .param("payment", payment)
                .query((rs, row) -> place(rs))
                .list();
    }

    /** What the payer's credit still settles, the newest invoice first. */
    List<Place> settledByCredit(PayerId payer) {
        return db.sql(
                        """
                        select s.*, i.currency from invoice_settlement s join invoice i on i.id = s.invoice_id
                         where i.payer_id = :payer and s.method = 'credit' and s.returned_micro < s.amount_micro
                         order by i.series desc, i.number desc, s.line desc
                        """)
                .param("payer", payer.value())
                .query((rs, row) -> place(rs))
                .list();
    }

    void giveBack(Place place, Money amount, Instant at) {
        db.sql(
                        """
                        with back as (
                            update invoice_settlement set returned_micro = returned_micro + :amount
                             where invoice_id = :invoice and line = :line
                        )
                        insert into invoice_return (invoice_id, line, amount_micro, returned_at)
                        values (:invoice, :line, :amount, :at)
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("amount", amount.microUnits())
                .param("invoice", place.invoice().value())
                .param("line", place.line())
                .update();
    }

    Optional<Instant> lastReturnAt(Collection<InvoiceId> ids) {
        return db.sql(
                        """
                        select returned_at from invoice_return where invoice_id = any(:ids) order by returned_at desc limit 1
                        """)
                .param("ids", ids.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .query((rs, row) -> rs.getObject("returned_at", OffsetDateTime.class).toInstant())
                .optional();
    }

    /**
     * Of the money that invoices took in [{@code from}, {@code to}), less what they gave back, the part that paid dues, in
     * micro-units: of each bill the dues in proportion to all that it charged, rounded down. What was paid ahead counts when
     * its month is billed.
     */
    long duesCollected(Instant from, Instant to) {
        return db.sql(
                        """
                        with moved as (
                            select i.bill_id, s.amount_micro
                              from invoice_settlement s join invoice i on i.id = s.invoice_id
                             where s.settled_at >= :from and s.settled_at < :to
                            union all
                            select i.bill_id, -r.amount_micro
                              from invoice_return r join invoice i on i.id = r.invoice_id
                             where r.returned_at >= :from and r.returned_at < :to
                            union all
                            select b.id, -l.amount_micro
                              from bill b join bill_line l on l.bill_id = b.id and l.kind = 'prepaid'
                             where b.billed_at >= :from and b.billed_at < :to
                        )
                        select coalesce(sum(floor(m.amount_micro * c.dues / greatest(c.charged, c.dues))), 0)::bigint
                          from (select bill_id, sum(amount_micro) as amount_micro from moved group by bill_id) m
                         cross join lateral (
                            select sum(l.amount_micro) filter (where l.charge in ('dues', 'scale')) as dues,
                                   sum(l.amount_micro) filter (where l.kind not in ('carried', 'prepaid')) as charged
                              from bill_line l where l.bill_id = m.bill_id) c
                         where c.dues > 0
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    private static Place place(ResultSet rs) throws SQLException {
        return new Place(
                new InvoiceId(rs.getObject("invoice_id", UUID.class)),
                rs.getInt("line"),
                settlement(rs));
    }

    private static Settlement settlement(ResultSet rs) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Settlement(
                rs.getObject("payment_id", UUID.class),
                Settlement.Method.of(rs.getString("method")),
                rs.getObject("received_on", LocalDate.class),
                new Money(rs.getLong("amount_micro"), currency),
                new Money(rs.getLong("returned_micro"), currency));
    }

    private static Invoice invoice(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        var heading =
                new Invoice.Heading(
                        new InvoiceId(rs.getObject("id", UUID.class)),
                        number(rs.getString("series"), rs.getLong("number")),
                        new PayerId(rs.getObject("payer_id", UUID.class)),
                        YearMonth.from(rs.getObject("period", LocalDate.class)),
                        rs.getObject("issued_on", LocalDate.class),
                        rs.getObject("due_on", LocalDate.class),
                        new Money(rs.getLong("total_micro"), currency));
        var paid = new Money(rs.getLong("paid_micro"), currency);
        LocalDate later = rs.getObject("pay_by", LocalDate.class);
        LocalDate payBy = later == null ? heading.dueOn() : later;
        String state = rs.getString("state");
        return switch (state) {
            case "issued" -> new Invoice.Issued(heading, payBy);
            case "partlyPaid" -> new Invoice.PartlyPaid(heading, paid, payBy);
            case "overdue" ->
                    new Invoice.Overdue(
                            heading, paid, rs.getObject("overdue_since", LocalDate.class));
            case "paid" -> new Invoice.Paid(heading, rs.getObject("closed_on", LocalDate.class));
            case "writtenOff" ->
                    new Invoice.WrittenOff(
                            heading,
                            paid,
                            rs.getObject("closed_on", LocalDate.class),
                            rs.getString("written_off_why"));
            default -> throw new IllegalStateException("invoice in state " + state);
        };
    }

    /** {@code 2026-000001}. */
    static String number(String series, long number) {
        return "%s-%06d".formatted(series, number);
    }
}
