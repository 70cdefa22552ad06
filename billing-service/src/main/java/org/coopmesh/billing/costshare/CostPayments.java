package org.coopmesh.billing.costshare;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what was paid for shared costs from the bank. */
@Repository
class CostPayments {
    private static final String COLUMNS =
            """
            select p.*, r.reason, r.reversed_by, r.reversed_at
              from cost_payment p left join cost_payment_reversal r on r.payment_id = p.id
            """;

    private final JdbcClient db;

    CostPayments(JdbcClient db) {
        this.db = db;
    }

    void insert(CostPayment payment, TransactionId transaction) {
        db.sql(
                        """
                        insert into cost_payment (id, pool_id, amount_micro, currency, paid_on, reference, recorded_by, recorded_at,
                                                  ledger_transaction_id)
                        values (:id, :pool, :amount, :currency, :paidOn, :reference, :by, :at, :transaction)
                        """)
                .param("id", payment.id())
                .param("pool", payment.pool().value())
                .param("amount", payment.amount().microUnits())
                .param("currency", payment.amount().currency().getCurrencyCode())
                .param("paidOn", payment.paidOn())
                .param("reference", payment.reference())
                .param("by", payment.recordedBy().value())
                .param("at", payment.recordedAt().atOffset(ZoneOffset.UTC))
                .param("transaction", transaction.value())
                .update();
    }

    void reverse(UUID id, CostPayment.Reversal reversal, TransactionId transaction) {
        db.sql(
                        """
                        insert into cost_payment_reversal (payment_id, reason, reversed_by, reversed_at, ledger_transaction_id)
                        values (:id, :reason, :by, :at, :transaction)
                        """)
                .param("id", id)
                .param("reason", reversal.reason())
                .param("by", reversal.by().value())
                .param("at", reversal.at().atOffset(ZoneOffset.UTC))
                .param("transaction", transaction.value())
                .update();
    }

    /** A payment, and which transaction of the book it is. */
    record Booked(CostPayment payment, TransactionId transaction) {}

    Optional<Booked> find(CostPoolId pool, UUID id) {
        return db.sql(COLUMNS + " where p.id = :id and p.pool_id = :pool")
                .param("id", id)
                .param("pool", pool.value())
                .query((rs, row) ->
                        new Booked(
                                payment(rs, row),
                                new TransactionId(
                                        rs.getObject("ledger_transaction_id", UUID.class))))
                .optional();
    }

    /** That stand, with one of these amounts, the newest first. */
    List<Booked> standing(Collection<Money> amounts, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                 where r.payment_id is null and p.amount_micro = any(:amounts)
                                 order by p.paid_on desc, p.id limit :limit
                                """)
                .param("amounts", amounts.stream().map(Money::microUnits).toArray(Long[]::new))
                .param("limit", limit)
                .query((rs, row) ->
                        new Booked(
                                payment(rs, row),
                                new TransactionId(
                                        rs.getObject("ledger_transaction_id", UUID.class))))
                .list();
    }

    /** In the order in which they were written down. */
    List<CostPayment> of(CostPoolId pool) {
        return db.sql(COLUMNS + " where p.pool_id = :pool order by p.recorded_at, p.id")
                .param("pool", pool.value())
                .query(CostPayments::payment)
                .list();
    }

    private static CostPayment payment(ResultSet rs, int row) throws SQLException {
        String reason = rs.getString("reason");
        return new CostPayment(
                rs.getObject("id", UUID.class),
                new CostPoolId(rs.getObject("pool_id", UUID.class)),
                new Money(
                        rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency"))),
                rs.getObject("paid_on", LocalDate.class),
                rs.getString("reference"),
                new MemberId(rs.getObject("recorded_by", UUID.class)),
                rs.getObject("recorded_at", OffsetDateTime.class).toInstant(),
                reason == null
                        ? null
                        : new CostPayment.Reversal(
                                reason,
                                new MemberId(rs.getObject("reversed_by", UUID.class)),
                                rs.getObject("reversed_at", OffsetDateTime.class).toInstant()));
    }
}
