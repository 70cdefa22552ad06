package org.coopmesh.billing.costshare;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import org.coopmesh.billing.ledger.Money;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what the assembly lets be spent. */
@Repository
class CostBudgets {
    /**
     * A ceiling for what is declared under one purpose, for each month from {@code first} on.
     *
     * @param resolution of the assembly, by its number
     */
    record Budget(String purpose, YearMonth first, Money monthly, int resolution) {}

    private final JdbcClient db;

    CostBudgets(JdbcClient db) {
        this.db = db;
    }

    /** What two purposes have in common that mean the same. */
    static String key(String purpose) {
        return purpose.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    /** Makes two who declare costs, or a budget, at once wait for each other; readers do not wait. */
    void lock() {
        db.sql("lock table cost_budget in share row exclusive mode").update();
    }

    /** Writes it down; for the same purpose and month the later decision counts. */
    void keep(Budget budget, Instant at) {
        db.sql(
                        """
                        insert into cost_budget (purpose_key, first_month, purpose, monthly_micro, currency, resolution, decided_at)
                        values (:key, :first, :purpose, :monthly, :currency, :resolution, :at)
                        on conflict (purpose_key, first_month) do update
                           set purpose = excluded.purpose, monthly_micro = excluded.monthly_micro,
                               resolution = excluded.resolution, decided_at = excluded.decided_at
                         where cost_budget.resolution < excluded.resolution
                        """)
                .param("key", key(budget.purpose()))
                .param("first", budget.first().atDay(1))
                .param("purpose", budget.purpose())
                .param("monthly", budget.monthly().microUnits())
                .param("currency", budget.monthly().currency().getCurrencyCode())
                .param("resolution", budget.resolution())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Of one purpose, in the order in which they take effect. */
    List<Budget> of(String purpose) {
        return all().stream().filter(budget -> key(budget.purpose()).equals(key(purpose))).toList();
    }

    /** All that were ever decided, by purpose, in the order in which they take effect. */
    List<Budget> all() {
        return db.sql("select * from cost_budget order by purpose_key, first_month")
                .query((rs, row) ->
                        new Budget(
                                rs.getString("purpose"),
                                YearMonth.from(rs.getObject("first_month", LocalDate.class)),
                                new Money(
                                        rs.getLong("monthly_micro"),
                                        Currency.getInstance(rs.getString("currency"))),
                                rs.getInt("resolution")))
                .list();
    }
}
