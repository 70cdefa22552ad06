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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the co-op; the only class that knows the table. */
@Repository
class Coops {
    private final JdbcClient db;

    Coops(JdbcClient db) {
        this.db = db;
    }

    /** Stores the co-op with the first version of its rules; false if there is one already. */
    boolean add(Coop coop, Instant at) {
        boolean added =
                db.sql(
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
        if (added) keepRules(null, at);
        return added;
    }

    /**
     * One version of the rules.
     *
     * @param resolution by what it was decided; null for the rules that the co-op was founded with
     */
    record RulesVersion(int version, String text, Instant inForceAt, @Nullable String resolution) {}

    /** Puts the next version in force. */
    void adoptRules(String text, String resolution, Instant at) {
        db.sql("update coop set rules_version = rules_version + 1, rules_text = :text")
                .param("text", text)
                .update();
        keepRules(resolution, at);
    }

    private void keepRules(@Nullable String resolution, Instant at) {
        db.sql(
                        """
                        insert into coop_rules (version, text, in_force_at, resolution)
                        select rules_version, rules_text, :at, :resolution from coop
                        """)
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .param("resolution", resolution)
                .update();
    }

    /** Newest first. */
    List<RulesVersion> rules() {
        return db.sql("select * from coop_rules order by version desc")
                .query((row, _) ->
                        new RulesVersion(
                                row.getInt("version"),
                                row.getString("text"),
                                row.getObject("in_force_at", OffsetDateTime.class).toInstant(),
                                row.getString("resolution")))
                .list();
    }

    /** Adds pools, and who did and why; the co-op is locked until the transaction ends. */
    void addPools(
            List<String> poolsV4, List<String> poolsV6, String reason, MemberId by, Instant at) {
        db.sql(
                        """
                        update coop set pools_v4 = pools_v4 || :poolsV4::cidr[], pools_v6 = pools_v6 || :poolsV6::cidr[]
                        """)
                .param("poolsV4", poolsV4.toArray(String[]::new))
                .param("poolsV6", poolsV6.toArray(String[]::new))
                .update();
        db.sql(
                        """
                        insert into pool_added (prefix, reason, added_by, added_at)
                        select prefix, :reason, :by, :at from unnest(:pools::cidr[]) prefix
                        """)
                .param("reason", reason)
                .param("by", by.value())
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .param(
                        "pools",
                        Stream.concat(poolsV4.stream(), poolsV6.stream()).toArray(String[]::new))
                .update();
    }

    /** The co-op, which nobody else changes until the transaction ends. */
    Optional<Coop> lock() {
        db.sql("select only_one from coop for update").query((row, number) -> true).optional();
        return find();
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
