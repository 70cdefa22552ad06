package org.coopmesh.billing.payment;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for payments. */
@Repository
class Payments {
    private final JdbcClient db;

    Payments(JdbcClient db) {
        this.db = db;
    }

    void insertAll(List<Booked> payments) {
        int size = payments.size();
        var ids = new UUID[size];
        var payers = new UUID[size];
        var amounts = new Long[size];
        var credits = new Long[size];
        var currencies = new String[size];
        var methods = new String[size];
        var days = new String[size];
        var references = new @Nullable String[size];
        var notes = new @Nullable String[size];
        var by = new @Nullable UUID[size];
        var at = new String[size];
        var transactions = new UUID[size];
        for (int i = 0; i < size; i++) {
            Payment payment = payments.get(i).payment();
            ids[i] = payment.id();
            payers[i] = payment.payer().value();
            amounts[i] = payment.amount().microUnits();
            credits[i] = payment.credit().microUnits();
            currencies[i] = payment.amount().currency().getCurrencyCode();
            methods[i] = payment.method().code();
            days[i] = payment.receivedOn().toString();
            references[i] = payment.reference();
            notes[i] = payment.note();
            by[i] = value(payment.recordedBy());
            at[i] = payment.recordedAt().atOffset(ZoneOffset.UTC).toString();
            transactions[i] = payments.get(i).transaction().value();
        }
        db.sql(
                        """
                        insert into payment (id, payer_id, amount_micro, credit_micro, currency, method, received_on, reference,
                                             note, recorded_by, recorded_at, ledger_transaction_id)
                        select * from unnest(:ids::uuid[], :payers::uuid[], :amounts::bigint[], :credits::bigint[],
                                             :currencies::text[], :methods::text[], :days::date[], :references::text[],
                                             :notes::text[], :by::uuid[], :at::timestamptz[], :transactions::uuid[])
                        """)
                .param("ids", ids)
                .param("payers", payers)
                .param("amounts", amounts)
                .param("credits", credits)
                .param("currencies", currencies)
                .param("methods", methods)
                .param("days", days)
                .param("references", references)
                .param("notes", notes)
                .param("by", by)
                .param("at", at)
                .param("transactions", transactions)
                .update();
    }

    /** A payment, and which transaction of the book it is. */
    record Booked(Payment payment, TransactionId transaction) {}

    /** Locks the payment until the transaction ends, so that two who reverse it do so once. */
    Optional<Booked> lock(UUID id) {
        db.sql("select id from payment where id = :id for update")
                .param("id", id)
                .query()
                .listOfRows();
        return db.sql(
                        """
                        select p.*, r.reason, r.reversed_by, r.reversed_at
                          from payment p left join payment_reversal r on r.payment_id = p.id where p.id = :id
                        """)
                .param("id", id)
                .query((rs, row) ->
                        new Booked(
                                payment(rs, row),
                                new TransactionId(
                                        rs.getObject("ledger_transaction_id", UUID.class))))
                .optional();
    }

    List<Payment> find(Collection<UUID> ids) {
        return db.sql(
                        """
                        select p.*, r.reason, r.reversed_by, r.reversed_at
                          from payment p left join payment_reversal r on r.payment_id = p.id where p.id = any(:ids)
                         order by p.recorded_at, p.id
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .query(Payments::payment)
                .list();
    }

    Map<TransactionId, Payment> bookedAs(Collection<TransactionId> transactions) {
        var payments = new HashMap<TransactionId, Payment>();
        db.sql(
                        """
                        select p.*, r.reason, r.reversed_by, r.reversed_at
                          from payment p left join payment_reversal r on r.payment_id = p.id
                         where p.ledger_transaction_id = any(:ids)
                        """)
                .param("ids", transactions.stream().map(TransactionId::value).toArray(UUID[]::new))
                .query((ResultSet rs) -> {
                    payments.put(
                            new TransactionId(rs.getObject("ledger_transaction_id", UUID.class)),
                            payment(rs, 0));
                });
        return payments;
    }

    void reverse(UUID id, Payment.Reversal reversal, TransactionId transaction) {
        db.sql(
                        """
                        insert into payment_reversal (payment_id, reason, reversed_by, reversed_at, ledger_transaction_id)
                        values (:id, :reason, :by, :at, :transaction)
                        """)
                .param("id", id)
                .param("reason", reversal.reason())
                .param("by", value(reversal.by()))
                .param("at", reversal.at().atOffset(ZoneOffset.UTC))
                .param("transaction", transaction.value())
                .update();
    }

    /** Newest first, before {@code before}. */
    List<Payment> list(@Nullable PayerId payer, @Nullable UUID before, int limit) {
        return db.sql(
                        """
                        select p.*, r.reason, r.reversed_by, r.reversed_at
                          from payment p left join payment_reversal r on r.payment_id = p.id
                         where (:payer::uuid is null or payer_id = :payer)
                           and (:before::uuid is null
                                or (recorded_at, id) < (select recorded_at, id from payment where id = :before))
                         order by recorded_at desc, id desc limit :limit
                        """)
                .param("payer", payer == null ? null : payer.value())
                .param("before", before)
                .param("limit", limit)
                .query(Payments::payment)
                .list();
    }

    private static Payment payment(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Payment(
                rs.getObject("id", UUID.class),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                new Money(rs.getLong("amount_micro"), currency),
                Payment.Method.of(rs.getString("method")),
                rs.getObject("received_on", LocalDate.class),
                rs.getString("reference"),
                rs.getString("note"),
                member(rs.getObject("recorded_by", UUID.class)),
                rs.getObject("recorded_at", OffsetDateTime.class).toInstant(),
                new Money(rs.getLong("credit_micro"), currency),
                reversal(rs));
    }

    private static @Nullable UUID value(@Nullable MemberId member) {
        return member == null ? null : member.value();
    }

    private static @Nullable MemberId member(@Nullable UUID value) {
        return value == null ? null : new MemberId(value);
    }

    private static Payment.@Nullable Reversal reversal(ResultSet rs) throws SQLException {
        String reason = rs.getString("reason");
        return reason == null
                ? null
                : new Payment.Reversal(
                        reason,
                        member(rs.getObject("reversed_by", UUID.class)),
                        rs.getObject("reversed_at", OffsetDateTime.class).toInstant());
    }
}
