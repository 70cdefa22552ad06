package org.coopmesh.billing.directdebit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.directdebit.Run.Approved;
import org.coopmesh.billing.directdebit.Run.Collected;
import org.coopmesh.billing.directdebit.Run.Heading;
import org.coopmesh.billing.directdebit.Run.Item;
import org.coopmesh.billing.directdebit.Run.Proposed;
import org.coopmesh.billing.directdebit.Run.Rejected;
import org.coopmesh.billing.directdebit.Run.State;
import org.coopmesh.billing.directdebit.Run.Withdrawn;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for runs of collections and their items. */
@Repository
class Runs {
    private static final Currency EUR = Currency.getInstance("EUR");

    private final JdbcClient db;

    Runs(JdbcClient db) {
        this.db = db;
    }

    /** Makes all who propose, decide or collect wait for each other, until the transaction ends. */
    void lock() {
        db.sql("select pg_advisory_xact_lock(hashtextextended('direct_debit_run', 0))")
                .query()
                .singleRow();
    }

    /** How many were ever proposed on that day. */
    int proposed(Instant from, Instant until) {
        return db.sql(
                        "select count(*) from direct_debit_run where proposed_at >= :from and proposed_at < :until")
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query(Integer.class)
                .single();
    }

    void insert(Proposed run) {
        Heading heading = run.heading();
        db.sql(
                        """
                        insert into direct_debit_run (id, message_id, collect_on, currency, proposed_by, proposed_at, state)
                        values (:id, :message, :on, 'EUR', :by, :at, 'proposed')
                        """)
                .param("id", heading.id())
                .param("message", heading.messageId())
                .param("on", heading.collectOn())
                .param("by", heading.proposedBy().value())
                .param("at", heading.proposedAt().atOffset(ZoneOffset.UTC))
                .update();
        for (Item item : heading.items()) {
            db.sql(
                            """
                            insert into direct_debit_item (id, run_id, line, invoice_id, invoice_number, payer_id, mandate_id,
                                                           mandate_reference, signed_on, debtor_name, iban, town, country, sequence,
                                                           amended, notice_days, amount_micro, attempt, end_to_end_id, state)
                            values (:id, :run, :line, :invoice, :number, :payer, :mandate, :reference, :signedOn, :name, :iban, :town,
                                    :country, :sequence, :amended, :noticeDays, :amount, :attempt, :endToEnd, 'due')
                            """)
                    .param("id", item.id())
                    .param("run", heading.id())
                    .param("line", item.line())
                    .param("invoice", item.invoice().value())
                    .param("number", item.number())
                    .param("payer", item.payer().value())
                    .param("mandate", item.mandate())
                    .param("reference", item.mandateReference())
                    .param("signedOn", item.signedOn())
                    .param("name", item.debtor().name())
                    .param("iban", item.debtor().iban())
                    .param("town", item.debtor().town(), Types.VARCHAR)
                    .param("country", item.debtor().country(), Types.VARCHAR)
                    .param("sequence", item.sequence().name())
                    .param("amended", item.amended())
                    .param("noticeDays", item.noticeDays())
                    .param("amount", item.amount().microUnits())
                    .param("attempt", item.attempt())
                    .param("endToEnd", item.endToEndId())
                    .update();
        }
    }

    void approve(Approved run, String file) {
        db.sql(
                        """
                        update direct_debit_run set state = 'approved', decided_by = :by, decided_at = :at, file = :file where id = :id
                        """)
                .param("by", run.by().value())
                .param("at", run.at().atOffset(ZoneOffset.UTC))
                .param("file", file)
                .param("id", run.heading().id())
                .update();
    }

    void reject(Rejected run) {
        db.sql(
                        """
                        update direct_debit_run set state = 'rejected', decided_by = :by, decided_at = :at, reason = :why where id = :id
                        """)
                .param("by", run.by().value())
                .param("at", run.at().atOffset(ZoneOffset.UTC))
                .param("why", run.why())
                .param("id", run.heading().id())
                .update();
    }

    void withdraw(UUID id, String why) {
        db.sql("update direct_debit_run set state = 'withdrawn', reason = :why where id = :id")
                .param("why", why)
                .param("id", id)
                .update();
    }

    void collected(UUID id, Instant at) {
        db.sql("update direct_debit_run set state = 'collected', collected_at = :at where id = :id")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    /** These are in no file. */
    void leave(Collection<UUID> items, String why, Instant at) {
        db.sql(
                        """
                        update direct_debit_item set state = 'left', reason = :why, changed_at = :at, notice_on = null where id = any(:ids)
                        """)
                .param("why", why)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("ids", items.toArray(UUID[]::new))
                .update();
    }

    /** From {@code on} on its payer is to be told. */
    void tell(UUID item, LocalDate on) {
        db.sql("update direct_debit_item set notice_on = :on where id = :id")
                .param("on", on)
                .param("id", item)
                .update();
    }

    /** Items of the run for which a notice was queued. */
    Set<UUID> told(UUID run) {
        return Set.copyOf(
                db.sql(
                                "select id from direct_debit_item where run_id = :run and told_at is not null")
                        .param("run", run)
                        .query(UUID.class)
                        .list());
    }

    void told(Collection<UUID> items, Instant at) {
        db.sql(
                        "update direct_debit_item set told_at = :at where id = any(:ids) and told_at is null")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("ids", items.toArray(UUID[]::new))
                .update();
    }

    List<Notice> untold(LocalDate today, int limit) {
        return db.sql(
                        """
                        select i.*, r.collect_on, m.creditor_id from direct_debit_item i
                          join direct_debit_run r on r.id = i.run_id
                          join direct_debit_mandate m on m.id = i.mandate_id
                         where i.notice_on <= :today and i.told_at is null and i.state = 'due'
                         order by i.notice_on, i.id limit :limit
                        """)
                .param("today", today)
                .param("limit", limit)
                .query((rs, row) -> {
                    Item item = item(rs);
                    LocalDate on = rs.getObject("collect_on", LocalDate.class);
                    return new Notice(
                            item.id(),
                            item.payer(),
                            item.invoice(),
                            item.number(),
                            item.amount(),
                            on,
                            item.mandateReference(),
                            rs.getString("creditor_id"),
                            ends(item.debtor().iban()),
                            on.minusDays(item.noticeDays()));
                })
                .list();
    }

    /** All but the ends of an IBAN hidden. */
    static String ends(String iban) {
        return iban.substring(0, 2) + "…" + iban.substring(iban.length() - 4);
    }

    void collected(Map<UUID, UUID> paymentOfItem, Instant at) {
        UUID[] items = paymentOfItem.keySet().toArray(UUID[]::new);
        db.sql(
                        """
                        update direct_debit_item i
                           set state = 'collected', payment_id = n.payment_id, reason = null, action = null, retry_on = null, changed_at = :at
                          from unnest(:items::uuid[], :payments::uuid[]) as n (id, payment_id) where i.id = n.id
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("items", items)
                .param("payments", paymentOfItem.values().toArray(UUID[]::new))
                .update();
    }

    void fail(
            UUID item,
            State state,
            String code,
            ReturnCode action,
            @Nullable LocalDate retryOn,
            Instant at) {
        db.sql(
                        """
                        update direct_debit_item set state = :state, reason = :code, action = :action, retry_on = :retryOn, changed_at = :at
                         where id = :id
                        """)
                .param("state", state.name().toLowerCase(Locale.ROOT))
                .param("code", code)
                .param("action", action.name().toLowerCase(Locale.ROOT))
                .param("retryOn", retryOn, Types.DATE)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", item)
                .update();
    }

    Optional<Run> find(UUID id) {
        return runs("where r.id = :id", Map.of("id", id)).stream().findFirst();
    }

    Optional<Run> named(String messageId) {
        return runs("where r.message_id = :message", Map.of("message", messageId)).stream()
                .findFirst();
    }

    boolean isAnyProposed() {
        return db.sql("select exists (select from direct_debit_run where state = 'proposed')")
                .query(Boolean.class)
                .single();
    }

    /** Approved, and their day has come. */
    List<UUID> due(LocalDate today) {
        return db.sql(
                        """
                        select id from direct_debit_run where state = 'approved' and collect_on <= :today order by collect_on, id
                        """)
                .param("today", today)
                .query((rs, row) -> rs.getObject("id", UUID.class))
                .list();
    }

    /** The newest first, those before {@code before}. */
    List<Run> newest(@Nullable UUID before, int limit) {
        var parameters = new HashMap<String, Object>();
        parameters.put("limit", limit);
        if (before == null) {
            return runs("order by r.proposed_at desc, r.id desc limit :limit", parameters);
        }
        parameters.put("before", before);
        return runs(
                """
                where (r.proposed_at, r.id) < (select b.proposed_at, b.id from direct_debit_run b where b.id = :before)
                order by r.proposed_at desc, r.id desc limit :limit
                """,
                parameters);
    }

    private List<Run> runs(String which, Map<String, ?> parameters) {
        record Row(
                Heading heading,
                String state,
                @Nullable UUID by,
                @Nullable Instant at,
                @Nullable String why) {}
        List<Row> rows =
                db.sql("select r.* from direct_debit_run r " + which)
                        .params(parameters)
                        .query((rs, row) -> {
                            OffsetDateTime at = rs.getObject("decided_at", OffsetDateTime.class);
                            return new Row(
                                    new Heading(
                                            rs.getObject("id", UUID.class),
                                            rs.getString("message_id"),
                                            rs.getObject("collect_on", LocalDate.class),
                                            new MemberId(rs.getObject("proposed_by", UUID.class)),
                                            rs.getObject("proposed_at", OffsetDateTime.class)
                                                    .toInstant(),
                                            List.of()),
                                    rs.getString("state"),
                                    rs.getObject("decided_by", UUID.class),
                                    at == null ? null : at.toInstant(),
                                    rs.getString("reason"));
                        })
                        .list();
        Map<UUID, List<Item>> items = items(rows.stream().map(row -> row.heading().id()).toList());
        return rows.stream()
                .map(row -> {
                    Heading bare = row.heading();
                    var heading =
                            new Heading(
                                    bare.id(),
                                    bare.messageId(),
                                    bare.collectOn(),
                                    bare.proposedBy(),
                                    bare.proposedAt(),
                                    items.getOrDefault(bare.id(), List.of()));
                    if (row.by() == null || row.at() == null) {
                        return (Run) new Proposed(heading);
                    }
                    var by = new MemberId(row.by());
                    String why = String.valueOf(row.why());
                    return switch (row.state()) {
                        case "approved" -> new Approved(heading, by, row.at());
                        case "collected" -> new Collected(heading, by, row.at());
                        case "rejected" -> new Rejected(heading, by, row.at(), why);
                        default -> new Withdrawn(heading, by, row.at(), why);
                    };
                })
                .toList();
    }

    private Map<UUID, List<Item>> items(Collection<UUID> runs) {
        record Of(UUID run, Item item) {}
        return db
                .sql(
                        "select * from direct_debit_item where run_id = any(:runs) order by run_id, line")
                .param("runs", runs.toArray(UUID[]::new))
                .query((rs, row) -> new Of(rs.getObject("run_id", UUID.class), item(rs)))
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(
                                Of::run, Collectors.mapping(Of::item, Collectors.toList())));
    }

    Optional<String> file(UUID run) {
        return db.sql("select file from direct_debit_run where id = :id and file is not null")
                .param("id", run)
                .query(String.class)
                .optional();
    }

    /** An item and its run. */
    record InRun(UUID run, LocalDate collectOn, Item item) {}

    /** The newest of each end-to-end id that is in a file. */
    List<InRun> inFiles(Collection<String> endToEndIds) {
        return db.sql(
                        """
                        select i.*, r.collect_on from direct_debit_item i join direct_debit_run r on r.id = i.run_id
                         where i.end_to_end_id = any(:ids) and i.state <> 'left' and r.state in ('approved', 'collected')
                        """)
                .param("ids", endToEndIds.toArray(String[]::new))
                .query((rs, row) ->
                        new InRun(
                                rs.getObject("run_id", UUID.class),
                                rs.getObject("collect_on", LocalDate.class),
                                item(rs)))
                .list();
    }

    Optional<InRun> item(UUID id) {
        return db.sql(
                        """
                        select i.*, r.collect_on from direct_debit_item i join direct_debit_run r on r.id = i.run_id where i.id = :id
                        """)
                .param("id", id)
                .query((rs, row) ->
                        new InRun(
                                rs.getObject("run_id", UUID.class),
                                rs.getObject("collect_on", LocalDate.class),
                                item(rs)))
                .optional();
    }

    /** Whose these items are. */
    Set<PayerId> payersOf(Collection<UUID> items) {
        return Set.copyOf(
                db.sql("select distinct payer_id from direct_debit_item where id = any(:ids)")
                        .param("ids", items.toArray(UUID[]::new))
                        .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                        .list());
    }

    /** A run that is on its way, by the id of its message. */
    record Named(UUID run, String messageId, LocalDate collectOn) {}

    /** Runs that were handed to the bank, not more than {@code since} ago. */
    List<Named> inFilesSince(LocalDate since, int limit) {
        return db.sql(
                        """
                        select id, message_id, collect_on from direct_debit_run
                         where state in ('approved', 'collected') and collect_on >= :since
                         order by collect_on desc, id limit :limit
                        """)
                .param("since", since)
                .param("limit", limit)
                .query((rs, row) ->
                        new Named(
                                rs.getObject("id", UUID.class),
                                rs.getString("message_id"),
                                rs.getObject("collect_on", LocalDate.class)))
                .list();
    }

    /** What became of the invoices before, the newest try of each; what was in no file is left out. */
    Map<InvoiceId, Item> latest(Collection<InvoiceId> invoices) {
        return db
                .sql(
                        """
                        select distinct on (invoice_id) * from direct_debit_item
                         where invoice_id = any(:invoices) and state <> 'left' order by invoice_id, attempt desc
                        """)
                .param("invoices", invoices.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .query((rs, row) -> item(rs))
                .list()
                .stream()
                .collect(Collectors.toMap(Item::invoice, item -> item));
    }

    /** The payers' items that are or were in a file, with their days, the latest first. */
    List<InRun> of(Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select i.*, r.collect_on from direct_debit_item i join direct_debit_run r on r.id = i.run_id
                         where i.payer_id = any(:payers) and i.state <> 'left' and r.state in ('approved', 'collected')
                         order by r.collect_on desc, i.id limit :limit
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("limit", limit)
                .query((rs, row) ->
                        new InRun(
                                rs.getObject("run_id", UUID.class),
                                rs.getObject("collect_on", LocalDate.class),
                                item(rs)))
                .list();
    }

    /** Invoices in an approved run that was not collected yet. */
    Set<InvoiceId> underWay(int limit) {
        return Set.copyOf(
                db.sql(
                                """
                                select i.invoice_id from direct_debit_item i join direct_debit_run r on r.id = i.run_id
                                 where i.state = 'due' and r.state = 'approved' limit :limit
                                """)
                        .param("limit", limit)
                        .query((rs, row) -> new InvoiceId(rs.getObject("invoice_id", UUID.class)))
                        .list());
    }

    private static Item item(ResultSet rs) throws SQLException {
        String action = rs.getString("action");
        return new Item(
                rs.getObject("id", UUID.class),
                rs.getInt("line"),
                new InvoiceId(rs.getObject("invoice_id", UUID.class)),
                rs.getString("invoice_number"),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                rs.getObject("mandate_id", UUID.class),
                rs.getString("mandate_reference"),
                rs.getObject("signed_on", LocalDate.class),
                new Debtor(
                        rs.getString("debtor_name"),
                        rs.getString("iban"),
                        rs.getString("town"),
                        rs.getString("country")),
                Sequence.valueOf(rs.getString("sequence")),
                rs.getBoolean("amended"),
                rs.getInt("notice_days"),
                new Money(rs.getLong("amount_micro"), EUR),
                rs.getInt("attempt"),
                rs.getString("end_to_end_id"),
                State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                rs.getString("reason"),
                action == null ? null : ReturnCode.valueOf(action.toUpperCase(Locale.ROOT)),
                rs.getObject("retry_on", LocalDate.class),
                rs.getObject("payment_id", UUID.class));
    }
}
