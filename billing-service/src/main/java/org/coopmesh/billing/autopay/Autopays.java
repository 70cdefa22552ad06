package org.coopmesh.billing.autopay;

import java.sql.ResultSet;
import java.sql.SQLException;
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
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.provider.Decline;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what payers chose, and for each time that it was tried. */
@Repository
class Autopays {
    private final JdbcClient db;

    Autopays(JdbcClient db) {
        this.db = db;
    }

    /** So that choosing and charging of one payer come one after the other; until the transaction ends. */
    void lock(PayerId payer) {
        db.sql("select pg_advisory_xact_lock(hashtextextended('autopay ' || :payer, 0))")
                .param("payer", payer.toString())
                .query()
                .listOfRows();
    }

    void insert(Choice choice, Currency currency) {
        Money floor = choice.floor();
        Money topUp = choice.topUp();
        db.sql(
                        """
                        insert into autopay_choice (id, payer_id, way, saving_id, floor_micro, top_up_micro, currency, chosen_by,
                                                    chosen_at, chosen_on)
                        values (:id, :payer, :way, :saving, :floor, :topUp, :currency, :by, :at, :on)
                        """)
                .param("id", choice.id())
                .param("payer", choice.payer().value())
                .param("way", choice.way().code())
                .param("saving", choice.saving(), java.sql.Types.OTHER)
                .param("floor", floor == null ? null : floor.microUnits(), java.sql.Types.BIGINT)
                .param("topUp", topUp == null ? null : topUp.microUnits(), java.sql.Types.BIGINT)
                .param("currency", currency.getCurrencyCode())
                .param("by", choice.by().value())
                .param("at", at(choice.at()))
                .param("on", choice.on())
                .update();
    }

    void end(PayerId payer, Instant at) {
        db.sql(
                        "update autopay_choice set ended_at = :at where payer_id = :payer and ended_at is null")
                .param("at", at(at))
                .param("payer", payer.value())
                .update();
    }

    void stop(UUID choice, String why, Instant at) {
        db.sql(
                        """
                        update autopay_choice set stopped_at = :at, stopped_why = :why
                         where id = :id and ended_at is null and stopped_at is null
                        """)
                .param("at", at(at))
                .param("why", why)
                .param("id", choice)
                .update();
    }

    Optional<Choice> current(PayerId payer) {
        return current(List.of(payer)).stream().findFirst();
    }

    List<Choice> current(Collection<PayerId> payers) {
        return db.sql(
                        "select * from autopay_choice where payer_id = any(:payers) and ended_at is null")
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(Autopays::choice)
                .list();
    }

    /** Choices that hold, after {@code after} in the order of payers. */
    List<Choice> page(Choice.Way way, PayerId after, int limit) {
        return db.sql(
                        """
                        select * from autopay_choice where way = :way and ended_at is null and payer_id > :after
                         order by payer_id limit :limit
                        """)
                .param("way", way.code())
                .param("after", after.value())
                .param("limit", limit)
                .query(Autopays::choice)
                .list();
    }

    void insert(Try asked, Instant at) {
        InvoiceId invoice = asked.invoice();
        db.sql(
                        """
                        insert into autopay_try (id, choice_id, payer_id, invoice_id, number, amount_micro, currency, asked_on, asked_at,
                                                 state)
                        values (:id, :choice, :payer, :invoice, :number, :amount, :currency, :on, :at, 'asked')
                        """)
                .param("id", asked.id())
                .param("choice", asked.choice())
                .param("payer", asked.payer().value())
                .param("invoice", invoice == null ? null : invoice.value(), java.sql.Types.OTHER)
                .param("number", asked.number())
                .param("amount", asked.amount().microUnits())
                .param("currency", asked.amount().currency().getCurrencyCode())
                .param("on", asked.askedOn())
                .param("at", at(at))
                .update();
    }

    /** Writes down what came of a try; false where it was known. */
    boolean settle(
            UUID id,
            Try.State state,
            @Nullable Decline decline,
            @Nullable String why,
            LocalDate on) {
        return db.sql(
                                """
                                update autopay_try set state = :state, decline = :decline, why = left(:why, 300), settled_on = :on
                                 where id = :id and state = 'asked'
                                """)
                        .param("state", state.code())
                        .param("decline", decline == null ? null : decline.code())
                        .param("why", why)
                        .param("on", on)
                        .param("id", id)
                        .update()
                == 1;
    }

    Optional<Try> find(UUID id) {
        return db.sql("select * from autopay_try where id = :id")
                .param("id", id)
                .query(Autopays::row)
                .optional();
    }

    /** Tries of which nobody knows yet what came, after {@code after} in the order of ids. */
    List<Try> asked(UUID after, int limit) {
        return db.sql(
                        """
                        select * from autopay_try where state = 'asked' and id > :after order by id limit :limit
                        """)
                .param("after", after)
                .param("limit", limit)
                .query(Autopays::row)
                .list();
    }

    /** What a payer asked for and nobody knows yet, whatever they chose then. */
    List<Try> asked(PayerId payer) {
        return db.sql("select * from autopay_try where payer_id = :payer and state = 'asked'")
                .param("payer", payer.value())
                .query(Autopays::row)
                .list();
    }

    /** The tries of invoices under these choices, the first first. */
    Map<InvoiceId, List<Try>> tries(Collection<UUID> choices, Collection<InvoiceId> invoices) {
        if (invoices.isEmpty()) {
            return new HashMap<>();
        }
        return db
                .sql(
                        """
                        select * from autopay_try
                         where choice_id = any(:choices) and invoice_id = any(:invoices) order by invoice_id, number
                        """)
                .param("choices", choices.toArray(UUID[]::new))
                .param("invoices", invoices.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .query(Autopays::row)
                .list()
                .stream()
                .collect(Collectors.groupingBy(each -> requireInvoice(each)));
    }

    private static InvoiceId requireInvoice(Try of) {
        return java.util.Objects.requireNonNull(of.invoice());
    }

    /** Invoices of which some choice has asked, and nobody knows yet. */
    List<InvoiceId> beingAsked(int limit) {
        return db.sql(
                        """
                        select invoice_id from autopay_try where state = 'asked' and invoice_id is not null limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) -> new InvoiceId(rs.getObject("invoice_id", UUID.class)))
                .list();
    }

    /** Times that the wallet was to be filled under this choice, the latest first. */
    List<Try> fills(UUID choice, int limit) {
        return db.sql(
                        """
                        select * from autopay_try where choice_id = :choice and invoice_id is null
                         order by number desc limit :limit
                        """)
                .param("choice", choice)
                .param("limit", limit)
                .query(Autopays::row)
                .list();
    }

    /** The tries of these payers, the latest first. */
    List<Try> of(Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select * from autopay_try where payer_id = any(:payers) order by asked_at desc, id limit :limit
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("limit", limit)
                .query(Autopays::row)
                .list();
    }

    private static Choice choice(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        OffsetDateTime stopped = rs.getObject("stopped_at", OffsetDateTime.class);
        return new Choice(
                rs.getObject("id", UUID.class),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                Choice.Way.of(rs.getString("way")),
                rs.getObject("saving_id", UUID.class),
                money(rs.getObject("floor_micro", Long.class), currency),
                money(rs.getObject("top_up_micro", Long.class), currency),
                new MemberId(rs.getObject("chosen_by", UUID.class)),
                rs.getObject("chosen_at", OffsetDateTime.class).toInstant(),
                rs.getObject("chosen_on", LocalDate.class),
                stopped == null
                        ? null
                        : new Choice.Stopped(stopped.toInstant(), rs.getString("stopped_why")));
    }

    private static @Nullable Money money(@Nullable Long micro, Currency currency) {
        return micro == null ? null : new Money(micro, currency);
    }

    private static Try row(ResultSet rs, int row) throws SQLException {
        UUID invoice = rs.getObject("invoice_id", UUID.class);
        return new Try(
                rs.getObject("id", UUID.class),
                rs.getObject("choice_id", UUID.class),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                invoice == null ? null : new InvoiceId(invoice),
                rs.getInt("number"),
                new Money(
                        rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency"))),
                rs.getObject("asked_on", LocalDate.class),
                Try.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                Decline.of(rs.getString("decline")),
                rs.getString("why"),
                rs.getObject("settled_on", LocalDate.class));
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
