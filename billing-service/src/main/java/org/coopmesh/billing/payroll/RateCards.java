package org.coopmesh.billing.payroll;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for rate cards. */
@Repository
class RateCards {
    /** Cards that are shown. */
    static final int HISTORY_MAX = 100;

    private final JdbcClient db;

    RateCards(JdbcClient db) {
        this.db = db;
    }

    /** Writes the card down; false if there is one for the month. */
    boolean insert(RateCard card) {
        return db.sql(
                                """
                                insert into rate_card (first_month, share_ppm, per_hour_micro, per_case_micro, currency, set_by, set_at)
                                values (:month, :share, :hour, :case, :currency, :by, :at) on conflict do nothing
                                """)
                        .param("month", card.firstMonth().atDay(1))
                        .param("share", card.rates().sharePpm())
                        .param("hour", card.rates().perHour().microUnits())
                        .param("case", card.rates().perCase().microUnits())
                        .param("currency", card.rates().perHour().currency().getCurrencyCode())
                        .param("by", card.setBy().value())
                        .param("at", card.setAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** The one in force in {@code month}. */
    Optional<RateCard> in(YearMonth month) {
        return db.sql(
                        """
                        select * from rate_card where first_month <= :month order by first_month desc limit 1
                        """)
                .param("month", month.atDay(1))
                .query(RateCards::card)
                .optional();
    }

    /** The oldest there is. */
    Optional<RateCard> first() {
        return db.sql("select * from rate_card order by first_month limit 1")
                .query(RateCards::card)
                .optional();
    }

    /** Newest first. */
    List<RateCard> all() {
        return db.sql("select * from rate_card order by first_month desc limit :limit")
                .param("limit", HISTORY_MAX)
                .query(RateCards::card)
                .list();
    }

    private static RateCard card(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new RateCard(
                YearMonth.from(rs.getObject("first_month", LocalDate.class)),
                new Rates(
                        rs.getInt("share_ppm"),
                        new Money(rs.getLong("per_hour_micro"), currency),
                        new Money(rs.getLong("per_case_micro"), currency)),
                new MemberId(rs.getObject("set_by", UUID.class)),
                rs.getObject("set_at", OffsetDateTime.class).toInstant());
    }
}
