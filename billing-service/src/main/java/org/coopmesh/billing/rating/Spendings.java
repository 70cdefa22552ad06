package org.coopmesh.billing.rating;

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

/** SQL for what payers set for themselves, and for the hours that wallets paid. */
@Repository
class Spendings {
    /** What a wallet paid for one hour. */
    record Hour(Instant hour, YearMonth month, Money amount, Money missing) {}

    private final JdbcClient db;

    Spendings(JdbcClient db) {
        this.db = db;
    }

    void set(Spending spending, Currency currency, Instant at, MemberId by) {
        Money cap = spending.cap();
        db.sql(
                        """
                        insert into spending (payer_id, cap_micro, prepaid, currency, changed_at, changed_by)
                        values (:payer, :cap, :prepaid, :currency, :at, :by)
                        on conflict (payer_id) do update
                        set cap_micro = excluded.cap_micro, prepaid = excluded.prepaid,
                            changed_at = excluded.changed_at, changed_by = excluded.changed_by
                        """)
                .param("payer", spending.payer().value())
                .param("cap", cap == null ? null : cap.microUnits(), java.sql.Types.BIGINT)
                .param("prepaid", spending.prepaid())
                .param("currency", currency.getCurrencyCode())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("by", by.value())
                .update();
    }

    Optional<Spending> find(PayerId payer) {
        return db.sql("select * from spending where payer_id = :payer")
                .param("payer", payer.value())
                .query(Spendings::spending)
                .optional();
    }

    /** Locks the row until the transaction ends, so that the facts about one payer leave in order. */
    Optional<Spending> lock(PayerId payer) {
        return db.sql("select * from spending where payer_id = :payer for update")
                .param("payer", payer.value())
                .query(Spendings::spending)
                .optional();
    }

    void stands(Spending spending) {
        YearMonth reached = spending.reachedIn();
        db.sql(
                        """
                        update spending set reached_month = :reached, wallet_empty = :empty where payer_id = :payer
                        """)
                .param("reached", reached == null ? null : reached.atDay(1), java.sql.Types.DATE)
                .param("empty", spending.walletEmpty())
                .param("payer", spending.payer().value())
                .update();
    }

    /** Payers with a cap, who pay ahead, or of whom something still stands, after {@code after} in the order of ids. */
    List<Spending> watched(PayerId after, int limit) {
        return db.sql(
                        """
                        select * from spending
                         where payer_id > :after
                           and (cap_micro is not null or prepaid or reached_month is not null or wallet_empty)
                         order by payer_id limit :limit
                        """)
                .param("after", after.value())
                .param("limit", limit)
                .query(Spendings::spending)
                .list();
    }

    boolean isPaid(PayerId payer, Instant hour) {
        return db.sql(
                        """
                        select exists (select from prepaid_hour where payer_id = :payer and hour = :hour)
                        """)
                .param("payer", payer.value())
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    void pay(PayerId payer, Hour hour, @Nullable TransactionId transaction) {
        db.sql(
                        """
                        insert into prepaid_hour (payer_id, hour, month, amount_micro, missing_micro, currency,
                                                  ledger_transaction_id)
                        values (:payer, :hour, :month, :amount, :missing, :currency, :transaction)
                        """)
                .param("payer", payer.value())
                .param("hour", hour.hour().atOffset(ZoneOffset.UTC))
                .param("month", hour.month().atDay(1))
                .param("amount", hour.amount().microUnits())
                .param("missing", hour.missing().microUnits())
                .param("currency", hour.amount().currency().getCurrencyCode())
                .param("transaction", transaction == null ? null : transaction.value())
                .update();
    }

    /** What wallets paid ahead for the months from {@code first} on, by payer and month. */
    Map<PayerId, Map<YearMonth, Long>> paid(Collection<PayerId> payers, YearMonth first) {
        var paid = new HashMap<PayerId, Map<YearMonth, Long>>();
        db.sql(
                        """
                        select payer_id, month, sum(amount_micro)::bigint as amount_micro from prepaid_hour
                         where payer_id = any(:payers) and month >= :first group by payer_id, month
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("first", first.atDay(1))
                .query(rs -> {
                    paid.computeIfAbsent(
                                    new PayerId(rs.getObject("payer_id", UUID.class)),
                                    payer -> new HashMap<>())
                            .put(
                                    YearMonth.from(rs.getObject("month", LocalDate.class)),
                                    rs.getLong("amount_micro"));
                });
        return paid;
    }

    /** The hours that moved something, newest first. */
    List<Hour> hours(PayerId payer, int limit) {
        return db.sql(
                        """
                        select hour, month, amount_micro, missing_micro, currency from prepaid_hour
                         where payer_id = :payer and (amount_micro <> 0 or missing_micro > 0)
                         order by hour desc limit :limit
                        """)
                .param("payer", payer.value())
                .param("limit", limit)
                .query((rs, row) -> {
                    Currency currency = Currency.getInstance(rs.getString("currency"));
                    return new Hour(
                            rs.getObject("hour", OffsetDateTime.class).toInstant(),
                            YearMonth.from(rs.getObject("month", LocalDate.class)),
                            new Money(rs.getLong("amount_micro"), currency),
                            new Money(rs.getLong("missing_micro"), currency));
                })
                .list();
    }

    private static Spending spending(ResultSet rs, int row) throws SQLException {
        long cap = rs.getLong("cap_micro");
        Money capMoney =
                rs.wasNull()
                        ? null
                        : new Money(cap, Currency.getInstance(rs.getString("currency")));
        LocalDate reached = rs.getObject("reached_month", LocalDate.class);
        return new Spending(
                new PayerId(rs.getObject("payer_id", UUID.class)),
                capMoney,
                rs.getBoolean("prepaid"),
                reached == null ? null : YearMonth.from(reached),
                rs.getBoolean("wallet_empty"));
    }
}
