package org.coopmesh.billing.subscription;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.SiteHistory.MemberFact;
import org.coopmesh.billing.subscription.SiteHistory.MemberState;
import org.coopmesh.billing.subscription.SiteHistory.SiteFact;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the co-op, its members' states and who pays for which site; facts are only ever added. */
@Repository
class Subscriptions {
    private final JdbcClient db;

    Subscriptions(JdbcClient db) {
        this.db = db;
    }

    void constituted(String name, Currency currency, ZoneId zone) {
        db.sql(
                        """
                        insert into coop (name, currency, time_zone) values (:name, :currency, :zone)
                        on conflict (only_one) do update set name = excluded.name
                        """)
                .param("name", name)
                .param("currency", currency.getCurrencyCode())
                .param("zone", zone.getId())
                .update();
    }

    /** Who pays for each of {@code sites} on {@code day}; one that nobody pays for is left out. */
    Map<SiteId, PayerId> payersOf(Collection<SiteId> sites, LocalDate day) {
        var payers = new HashMap<SiteId, PayerId>();
        db.sql(
                        """
                        select distinct on (site_id) site_id, payer_id from site_fact
                        where site_id = any (:sites) and effective_on <= :day
                        order by site_id, effective_on desc, occurred_at desc, id desc
                        """)
                .param("sites", sites.stream().map(SiteId::value).toArray(UUID[]::new))
                .param("day", day)
                .query(rows -> {
                    UUID payer = rows.getObject("payer_id", UUID.class);
                    if (payer != null) {
                        payers.put(
                                new SiteId(rows.getObject("site_id", UUID.class)),
                                new PayerId(payer));
                    }
                });
        return payers;
    }

    Optional<Coop> coop() {
        return db.sql("select name, currency, time_zone from coop")
                .query((rs, row) ->
                        new Coop(
                                rs.getString("name"),
                                Currency.getInstance(rs.getString("currency")),
                                ZoneId.of(rs.getString("time_zone"))))
                .optional();
    }

    void became(MemberId member, MemberState state, LocalDate on, Instant occurredAt) {
        db.sql(
                        """
                        insert into member_fact (member_id, effective_on, occurred_at, state)
                        values (:member, :on, :occurredAt, :state)
                        """)
                .param("member", member.value())
                .param("on", on)
                .param("occurredAt", occurredAt.atOffset(ZoneOffset.UTC))
                .param("state", state.name().toLowerCase(Locale.ROOT))
                .update();
    }

    void subscribed(
            SiteId site,
            MemberId member,
            @Nullable PayerId payer,
            @Nullable String planCode,
            LocalDate on,
            Instant occurredAt) {
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        values (:site, :on, :occurredAt, :member, :payer, :plan)
                        """)
                .param("site", site.value())
                .param("on", on)
                .param("occurredAt", occurredAt.atOffset(ZoneOffset.UTC))
                .param("member", member.value())
                .param("payer", payer == null ? null : payer.value())
                .param("plan", planCode)
                .update();
    }

    Optional<MemberId> memberOf(SiteId site, LocalDate day) {
        return db.sql(
                        """
                        select member_id from site_fact
                         where site_id = :site and effective_on <= :day
                         order by effective_on desc, occurred_at desc, id desc limit 1
                        """)
                .param("site", site.value())
                .param("day", day)
                .query(UUID.class)
                .optional()
                .map(MemberId::new);
    }

    List<PayerId> payersOf(MemberId member) {
        return db.sql(
                        """
                        with ever as (
                            select distinct payer_id from site_fact
                             where member_id = :member and payer_id is not null
                        ), last as (
                            select distinct on (site_id) member_id, payer_id from site_fact
                             where payer_id is not null
                               and site_id in (select site_id from site_fact where payer_id in (select payer_id from ever))
                             order by site_id, effective_on desc, occurred_at desc, id desc
                        )
                        select payer_id from ever
                         where exists (select from last where last.payer_id = ever.payer_id and last.member_id = :member)
                            or not exists (select from last where last.payer_id = ever.payer_id and last.member_id <> :member)
                         order by payer_id
                        """)
                .param("member", member.value())
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    boolean isKnown(PayerId payer) {
        return db.sql("select exists (select from site_fact where payer_id = :payer)")
                .param("payer", payer.value())
                .query(Boolean.class)
                .single();
    }

    Set<PayerId> known(Collection<PayerId> payers) {
        return Set.copyOf(
                db.sql(
                                """
                                select p.id from unnest(:payers::uuid[]) as p (id)
                                 where exists (select from site_fact s where s.payer_id = p.id)
                                """)
                        .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                        .query((rs, row) -> new PayerId(rs.getObject("id", UUID.class)))
                        .list());
    }

    Optional<LocalDate> firstEffectiveOn() {
        return db.sql(
                        """
                        select effective_on from site_fact where payer_id is not null
                         order by effective_on limit 1
                        """)
                .query(LocalDate.class)
                .optional();
    }

    /** A payer is in force from a fact on, until the next fact of that site. */
    List<PayerId> payersBetween(LocalDate from, LocalDate to) {
        return db.sql(
                        """
                        select distinct payer_id
                          from (select payer_id, effective_on,
                                       lead(effective_on) over (partition by site_id order by effective_on, occurred_at, id) as next_on
                                  from site_fact) held
                         where payer_id is not null and effective_on < :to and (next_on is null or next_on > :from)
                         order by payer_id
                        """)
                .param("from", from)
                .param("to", to)
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    /** The whole history of each site that one of the payers ever paid for, in the order of the sites' ids. */
    List<SiteHistory> histories(Collection<PayerId> payers) {
        UUID[] ids = payers.stream().map(PayerId::value).toArray(UUID[]::new);
        Map<MemberId, List<MemberFact>> members = new LinkedHashMap<>();
        db.sql(
                        """
                        select id, member_id, effective_on, occurred_at, state from member_fact
                         where member_id in (select member_id from site_fact
                                where site_id in (select site_id from site_fact where payer_id = any(:payers)))
                        """)
                .param("payers", ids)
                .query(rs -> {
                    members.computeIfAbsent(
                                    new MemberId(rs.getObject("member_id", UUID.class)),
                                    member -> new ArrayList<>())
                            .add(memberFact(rs));
                });
        Map<SiteId, List<SiteFact>> sites = new LinkedHashMap<>();
        db.sql(
                        """
                        select id, site_id, effective_on, occurred_at, member_id, payer_id, plan_code from site_fact
                         where site_id in (select site_id from site_fact where payer_id = any(:payers))
                         order by site_id
                        """)
                .param("payers", ids)
                .query(rs -> {
                    sites.computeIfAbsent(
                                    new SiteId(rs.getObject("site_id", UUID.class)),
                                    site -> new ArrayList<>())
                            .add(siteFact(rs));
                });
        return sites.entrySet().stream()
                .map(site -> new SiteHistory(site.getKey(), site.getValue(), members))
                .toList();
    }

    private static MemberFact memberFact(ResultSet rs) throws SQLException {
        return new MemberFact(
                rs.getObject("effective_on", LocalDate.class),
                rs.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                rs.getLong("id"),
                MemberState.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)));
    }

    private static SiteFact siteFact(ResultSet rs) throws SQLException {
        UUID payer = rs.getObject("payer_id", UUID.class);
        return new SiteFact(
                rs.getObject("effective_on", LocalDate.class),
                rs.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                rs.getLong("id"),
                new MemberId(rs.getObject("member_id", UUID.class)),
                payer == null ? null : new PayerId(payer),
                rs.getString("plan_code"));
    }
}
