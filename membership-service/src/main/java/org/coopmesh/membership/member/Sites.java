package org.coopmesh.membership.member;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for sites, what applicants asked for on them, and their subscriptions; the only class that knows the tables. */
@Repository
class Sites {
    /** The subscription of each site on a day, or the first to come if none has started yet. */
    private static final String IN_FORCE =
            """
            select distinct on (site_id) site_id, payer_id, plan_code, effective_on
            from subscription
            order by site_id, (effective_on <= :today) desc,
                     case when effective_on <= :today then effective_on end desc nulls last,
                     case when effective_on > :today then effective_on end asc nulls last,
                     id desc
            """;

    private final JdbcClient db;

    Sites(JdbcClient db) {
        this.db = db;
    }

    void add(Site site) {
        Site.Location location = site.location();
        db.sql(
                        """
                        insert into site (id, member_id, name, address, latitude, longitude)
                        values (:id, :memberId, :name, :address, :latitude, :longitude)
                        """)
                .param("id", site.id().value())
                .param("memberId", site.memberId().value())
                .param("name", site.name())
                .param("address", site.address())
                .param("latitude", location == null ? null : location.latitude())
                .param("longitude", location == null ? null : location.longitude())
                .update();
    }

    void setZone(SiteId site, @Nullable String zone) {
        db.sql("update site set zone = :zone where id = :id")
                .param("id", site.value())
                .param("zone", zone)
                .update();
    }

    void setLocation(SiteId site, Site.@Nullable Location location) {
        db.sql("update site set latitude = :latitude, longitude = :longitude where id = :id")
                .param("id", site.value())
                .param("latitude", location == null ? null : location.latitude(), Types.DOUBLE)
                .param("longitude", location == null ? null : location.longitude(), Types.DOUBLE)
                .update();
    }

    /** Puts a site on public maps, or takes it off; the time of a word that stands already stays. */
    void setPublic(SiteId site, boolean open, Instant at) {
        db.sql(
                        """
                        update site set public_since = case when :open then coalesce(public_since, :at) end
                        where id = :id
                        """)
                .param("id", site.value())
                .param("open", open)
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .update();
    }

    Map<SiteId, MemberId> answering(Collection<SiteId> ids) {
        var answering = new HashMap<SiteId, MemberId>();
        db.sql("select id, member_id from site where id = any(:ids)")
                .param("ids", ids.stream().map(SiteId::value).toArray(UUID[]::new))
                .query(row -> {
                    answering.put(
                            new SiteId(row.getObject("id", UUID.class)),
                            new MemberId(row.getObject("member_id", UUID.class)));
                });
        return answering;
    }

    List<SitePlace> places() {
        return db.sql("select id, name, zone, latitude, longitude, public_since from site")
                .query((row, _) ->
                        new SitePlace(
                                new SiteId(row.getObject("id", UUID.class)),
                                requireNonNull(row.getString("name")),
                                row.getString("zone"),
                                location(row),
                                row.getObject("public_since") != null))
                .list();
    }

    /** Every zone in use, with how many sites are in it, by name. */
    List<Labels.Count> zones() {
        return db.sql(
                        """
                        select zone, count(*) from site where zone is not null
                        group by zone order by lower(zone), zone
                        """)
                .query((row, _) -> new Labels.Count(row.getString(1), row.getLong(2)))
                .list();
    }

    /** A member who lives at a site that another answers for. */
    record Resident(SiteId site, MemberId member) {}

    /** False if the member lives there already. */
    boolean addResident(SiteId site, MemberId member, Instant at) {
        return db.sql(
                                """
                                insert into resident (site_id, member_id, since) values (:siteId, :memberId, :at)
                                on conflict do nothing
                                """)
                        .param("siteId", site.value())
                        .param("memberId", member.value())
                        .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** False if the member does not live there. */
    boolean removeResident(SiteId site, MemberId member) {
        return db.sql("delete from resident where site_id = :siteId and member_id = :memberId")
                        .param("siteId", site.value())
                        .param("memberId", member.value())
                        .update()
                == 1;
    }

    /** Who lives at sites of {@code members}, and where {@code members} live themselves. */
    List<Resident> residents(Collection<MemberId> members) {
        if (members.isEmpty()) return List.of();
        return db.sql(
                        """
                        select * from resident
                        where member_id in (:members)
                           or site_id in (select id from site where member_id in (:members))
                        order by since, site_id, member_id
                        """)
                .param("members", members.stream().map(MemberId::value).toList())
                .query((row, _) ->
                        new Resident(
                                new SiteId(row.getObject("site_id", UUID.class)),
                                new MemberId(row.getObject("member_id", UUID.class))))
                .list();
    }

    /** What an applicant asks for; in place of what they asked for when they applied before. */
    void addApplication(MemberId member, SiteId site, String planCode) {
        db.sql(
                        """
                        insert into application (member_id, site_id, plan_code) values (:memberId, :siteId, :planCode)
                        on conflict (member_id)
                        do update set site_id = excluded.site_id, plan_code = excluded.plan_code
                        """)
                .param("memberId", member.value())
                .param("siteId", site.value())
                .param("planCode", planCode)
                .update();
    }

    /** What {@code member} asked for when applying; empty for the first member. */
    Optional<Application> application(MemberId member) {
        return db.sql("select site_id, plan_code from application where member_id = :memberId")
                .param("memberId", member.value())
                .query((row, _) ->
                        new Application(
                                new SiteId(row.getObject("site_id", UUID.class)),
                                row.getString("plan_code")))
                .optional();
    }

    /** The site and plan that an applicant asked for. */
    record Application(SiteId site, String planCode) {}

    Optional<Site> find(SiteId id) {
        return db.sql("select * from site where id = :id")
                .param("id", id.value())
                .query(Sites::site)
                .optional();
    }

    /** Locks the row until the transaction ends, so that subscriptions of one site follow each other. */
    Optional<Site> lock(SiteId id) {
        return db.sql("select * from site where id = :id for update")
                .param("id", id.value())
                .query(Sites::site)
                .optional();
    }

    List<Site> all(Collection<SiteId> ids) {
        if (ids.isEmpty()) return List.of();
        return db.sql("select * from site where id = any(:ids)")
                .param("ids", ids.stream().map(SiteId::value).toArray(UUID[]::new))
                .query(Sites::site)
                .list();
    }

    List<Site> of(Collection<MemberId> members) {
        if (members.isEmpty()) return List.of();
        return db.sql("select * from site where member_id = any(:members) order by name, id")
                .param("members", members.stream().map(MemberId::value).toArray(UUID[]::new))
                .query(Sites::site)
                .list();
    }

    void subscribe(Subscription subscription, Instant at) {
        db.sql(
                        """
                        insert into subscription (site_id, payer_id, plan_code, effective_on, recorded_at)
                        values (:siteId, :payerId, :planCode, :effectiveOn, :at)
                        """)
                .param("siteId", subscription.site().value())
                .param("payerId", subscription.payer().value())
                .param("planCode", subscription.planCode())
                .param("effectiveOn", subscription.effectiveOn())
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .update();
    }

    void unsubscribe(SiteId site, LocalDate effectiveOn, Instant at) {
        db.sql(
                        """
                        insert into subscription (site_id, effective_on, recorded_at)
                        values (:siteId, :effectiveOn, :at)
                        """)
                .param("siteId", site.value())
                .param("effectiveOn", effectiveOn)
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .update();
    }

    /** Days after {@code day} from which somebody was to pay for {@code site}: a change or a move that was agreed early. */
    List<LocalDate> startsAfter(SiteId site, LocalDate day) {
        return db.sql(
                        """
                        select distinct effective_on from subscription
                        where site_id = :siteId and payer_id is not null and effective_on > :day
                        order by effective_on
                        """)
                .param("siteId", site.value())
                .param("day", day)
                .query((row, _) -> row.getObject("effective_on", LocalDate.class))
                .list();
    }

    /** The latest day from which anything was ever agreed for {@code site}. */
    Optional<LocalDate> lastEffectiveOn(SiteId site) {
        return db.sql(
                        "select max(effective_on) as day from subscription where site_id = :siteId having count(*) > 0")
                .param("siteId", site.value())
                .query((row, _) -> row.getObject("day", LocalDate.class))
                .optional();
    }

    /** In force for {@code site} on {@code today}, or the first to come if none has started yet. */
    Optional<Subscription> inForce(SiteId site, LocalDate today) {
        return db.sql(
                        "select * from ("
                                + IN_FORCE.replace(
                                        "from subscription",
                                        "from subscription where site_id = :siteId")
                                + ") s where payer_id is not null")
                .param("siteId", site.value())
                .param("today", today)
                .query(Sites::subscription)
                .optional();
    }

    /** In force for each of {@code sites} on {@code today}, or the first to come. */
    List<Subscription> inForceAt(Collection<SiteId> sites, LocalDate today) {
        if (sites.isEmpty()) return List.of();
        return db.sql(
                        "select * from ("
                                + IN_FORCE.replace(
                                        "from subscription",
                                        "from subscription where site_id = any(:sites)")
                                + ") s where payer_id is not null")
                .param("sites", sites.stream().map(SiteId::value).toArray(UUID[]::new))
                .param("today", today)
                .query(Sites::subscription)
                .list();
    }

    /** In force for each site of {@code members} on {@code today}, or the first to come. */
    List<Subscription> inForce(Collection<MemberId> members, LocalDate today) {
        if (members.isEmpty()) return List.of();
        return db.sql(
                        "select * from ("
                                + IN_FORCE.replace(
                                        "from subscription",
                                        "from subscription where site_id in (select id from site where member_id in (:members))")
                                + ") s where payer_id is not null")
                .param("members", members.stream().map(MemberId::value).toList())
                .param("today", today)
                .query(Sites::subscription)
                .list();
    }

    /** Members who answer for a site that {@code payer} pays for on {@code today}, in id order. */
    List<MemberId> membersPaidBy(PayerId payer, LocalDate today) {
        return db.sql(
                        "select distinct site.member_id from ("
                                + IN_FORCE.replace(
                                        "from subscription",
                                        "from subscription where site_id in (select site_id from subscription where payer_id = :payerId)")
                                + ") s join site on site.id = s.site_id where s.payer_id = :payerId order by 1")
                .param("payerId", payer.value())
                .param("today", today)
                .query((row, _) -> new MemberId(row.getObject(1, UUID.class)))
                .list();
    }

    private static Site site(ResultSet row, int number) throws SQLException {
        var publicSince = row.getObject("public_since", OffsetDateTime.class);
        return new Site(
                new SiteId(row.getObject("id", UUID.class)),
                new MemberId(row.getObject("member_id", UUID.class)),
                row.getString("name"),
                row.getString("address"),
                location(row),
                row.getString("zone"),
                publicSince == null ? null : publicSince.toInstant());
    }

    private static Site.@Nullable Location location(ResultSet row) throws SQLException {
        var latitude = row.getObject("latitude", Double.class);
        var longitude = row.getObject("longitude", Double.class);
        return latitude == null ? null : new Site.Location(latitude, longitude);
    }

    private static Subscription subscription(ResultSet row, int number) throws SQLException {
        return new Subscription(
                new SiteId(row.getObject("site_id", UUID.class)),
                new PayerId(row.getObject("payer_id", UUID.class)),
                row.getString("plan_code"),
                row.getObject("effective_on", LocalDate.class));
    }
}
