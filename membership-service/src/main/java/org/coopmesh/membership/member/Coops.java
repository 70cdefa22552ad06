package org.coopmesh.membership.member;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the co-op; the only class that knows the table. */
@Repository
class Coops {
    private final JdbcClient db;

    Coops(JdbcClient db) {
        this.db = db;
    }

    /** Stores the co-op; false if there is one already. */
    boolean add(Coop coop, Instant at) {
        return db.sql(
                                """
                                insert into coop (name, currency, time_zone, pools_v4, pools_v6, garden,
                                                  rules_version, rules_text, constituted_at)
                                values (:name, :currency, :timeZone, :poolsV4::cidr[], :poolsV6::cidr[], :garden::cidr[],
                                        :rulesVersion, :rulesText, :at)
                                on conflict do nothing
                                """)
                        .param("name", coop.name())
                        .param("currency", coop.currency().getCurrencyCode())
                        .param("timeZone", coop.zone().getId())
                        .param("poolsV4", coop.poolsV4().toArray(String[]::new))
                        .param("poolsV6", coop.poolsV6().toArray(String[]::new))
                        .param("garden", coop.garden().toArray(String[]::new))
                        .param("rulesVersion", coop.rulesVersion())
                        .param("rulesText", coop.rulesText())
                        .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                        .update()
                == 1;
    }

    Optional<Coop> find() {
        return db.sql(
                        """
                        select name, currency, time_zone, pools_v4::text[] as pools_v4, pools_v6::text[] as pools_v6,
                               garden::text[] as garden, rules_version, rules_text
                        from coop
                        """)
                .query(Coops::coop)
                .optional();
    }

    private static Coop coop(ResultSet row, int number) throws SQLException {
        return new Coop(
                row.getString("name"),
                Currency.getInstance(row.getString("currency")),
                ZoneId.of(row.getString("time_zone")),
                list(row.getArray("pools_v4")),
                list(row.getArray("pools_v6")),
                list(row.getArray("garden")),
                row.getInt("rules_version"),
                row.getString("rules_text"));
    }

    private static List<String> list(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
