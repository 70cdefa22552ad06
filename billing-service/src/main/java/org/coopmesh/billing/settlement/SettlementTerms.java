package org.coopmesh.billing.settlement;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the terms that the co-op settles by, and for what owners of nodes ask. */
@Repository
class SettlementTerms {
    /**
     * In force from a month on, until others are.
     *
     * @param ratePerGb of reciprocity; zero is off
     * @param ceilingPerGb the most that carriage may cost; zero is off
     */
    record Terms(YearMonth first, Money ratePerGb, Money ceilingPerGb) {
        Terms {
            if (ratePerGb.isNegative() || ceilingPerGb.isNegative()) {
                throw new IllegalArgumentException("terms are zero or more");
            }
        }
    }

    /** What carrying a GB costs over one node, from an hour on. */
    record Price(String nodeId, Instant from, Money perGb) {}

    private final JdbcClient db;

    SettlementTerms(JdbcClient db) {
        this.db = db;
    }

    /** Makes two who declare or settle at once wait for each other; readers do not wait. */
    void lock() {
        db.sql("lock table settlement_terms in share row exclusive mode").update();
    }

    void insert(Terms terms, MemberId by, Instant at) {
        db.sql(
                        """
                        insert into settlement_terms (first_month, rate_micro, ceiling_micro, currency, declared_by, declared_at)
                        values (:first, :rate, :ceiling, :currency, :by, :at)
                        """)
                .param("first", terms.first().atDay(1))
                .param("rate", terms.ratePerGb().microUnits())
                .param("ceiling", terms.ceilingPerGb().microUnits())
                .param("currency", terms.ratePerGb().currency().getCurrencyCode())
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** In the order in which they take effect. */
    List<Terms> all() {
        return db.sql("select * from settlement_terms order by first_month")
                .query((rs, row) -> {
                    Currency currency = Currency.getInstance(rs.getString("currency"));
                    return new Terms(
                            YearMonth.from(rs.getObject("first_month", LocalDate.class)),
                            new Money(rs.getLong("rate_micro"), currency),
                            new Money(rs.getLong("ceiling_micro"), currency));
                })
                .list();
    }

    void ask(Price price, MemberId by, Instant at) {
        db.sql(
                        """
                        insert into carriage_price (node_id, from_hour, price_micro, currency, set_by, set_at)
                        values (:node, :from, :price, :currency, :by, :at)
                        on conflict (node_id, from_hour) do update
                           set price_micro = excluded.price_micro, set_by = excluded.set_by, set_at = excluded.set_at
                        """)
                .param("node", price.nodeId())
                .param("from", price.from().atOffset(ZoneOffset.UTC))
                .param("price", price.perGb().microUnits())
                .param("currency", price.perGb().currency().getCurrencyCode())
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** What was asked in the hour, by node; nodes that ask for nothing are left out. */
    Map<String, Money> pricesAt(Instant hour) {
        var prices = new HashMap<String, Money>();
        for (Price price : prices(hour, "", Integer.MAX_VALUE)) {
            if (price.perGb().isPositive()) {
                prices.put(price.nodeId(), price.perGb());
            }
        }
        return prices;
    }

    /** The latest of each node that is in force at {@code at}, in the order of nodes. */
    List<Price> prices(Instant at, String after, int limit) {
        return db.sql(
                        """
                        select distinct on (node_id) node_id, from_hour, price_micro, currency from carriage_price
                         where from_hour <= :at and node_id > :after
                         order by node_id, from_hour desc limit :limit
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("after", after)
                .param("limit", limit)
                .query(SettlementTerms::price)
                .list();
    }

    private static Price price(ResultSet rs, int row) throws SQLException {
        return new Price(
                rs.getString("node_id"),
                rs.getObject("from_hour", OffsetDateTime.class).toInstant(),
                new Money(
                        rs.getLong("price_micro"), Currency.getInstance(rs.getString("currency"))));
    }
}
