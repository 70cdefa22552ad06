package org.coopmesh.billing.outage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.settlement.Posted;
import org.coopmesh.billing.settlement.PostedSource;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.OutageEnded;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for outages that were heard of, and for what was given back for them. */
@Repository
class Outages implements PostedSource {
    /** A part of a credit as it is kept. */
    private record StoredPart(Instant from, Instant to, long monthlyMicro) {}

    private final JdbcClient db;
    private final JsonMapper json;

    Outages(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** Writes it down; one that was heard of before changes nothing. */
    void insert(OutageEnded outage, Instant heardAt) {
        db.sql(
                        """
                        insert into outage (attachment_id, began_at, ended_at, node_id, site_id, member_id, fault_node_id, heard_at)
                        values (:attachment, :began, :ended, :node, :site, :member, :fault, :heard)
                        on conflict (attachment_id, began_at) do nothing
                        """)
                .param("attachment", outage.attachment())
                .param("began", time(outage.beganAt()))
                .param("ended", time(outage.endedAt()))
                .param("node", outage.node())
                .param("site", outage.site().value())
                .param("member", outage.member().value())
                .param("fault", outage.faultNode(), java.sql.Types.VARCHAR)
                .param("heard", time(heardAt))
                .update();
    }

    /** Those of which something before {@code until} was not looked at yet, in one order whatever was heard first. */
    List<Outage> waiting(Instant until, int limit) {
        return db.sql(
                        """
                        select * from outage
                         where began_at < :until and coalesce(reckoned_until, began_at) < least(ended_at, :until)
                         order by began_at, ended_at, attachment_id limit :limit
                        """)
                .param("until", time(until))
                .param("limit", limit)
                .query(Outages::outage)
                .list();
    }

    /** Locks the row until the transaction ends, so that two runs at once credit once. */
    Outage lock(Outage outage) {
        return db.sql(
                        "select * from outage where attachment_id = :attachment and began_at = :began for update")
                .param("attachment", outage.attachment())
                .param("began", time(outage.beganAt()))
                .query(Outages::outage)
                .single();
    }

    /** Holds what is counted of the site until the transaction ends: two attachments of one site are one after the other. */
    void holdSite(SiteId site) {
        db.sql("select pg_advisory_xact_lock(hashtextextended(:site, 0))")
                .param("site", "outage " + site)
                .query((rs, row) -> row)
                .list();
    }

    /** What was counted of the site's other outages. */
    List<Stretch> counted(Outage outage) {
        return db.sql(
                        """
                        select began_at, least(ended_at, reckoned_until) as until from outage
                         where site_id = :site and gives and reckoned_until > began_at
                           and began_at < :ended and ended_at > :began
                           and (attachment_id, began_at) <> (:attachment, :began)
                         order by began_at, attachment_id
                        """)
                .param("site", outage.site().value())
                .param("attachment", outage.attachment())
                .param("began", time(outage.beganAt()))
                .param("ended", time(outage.endedAt()))
                .query((rs, row) -> new Stretch(instant(rs, "began_at"), instant(rs, "until")))
                .list();
    }

    void reckoned(Outage outage, boolean gives, Instant until) {
        db.sql(
                        """
                        update outage set gives = :gives, reckoned_until = :until
                         where attachment_id = :attachment and began_at = :began
                        """)
                .param("gives", gives)
                .param("until", time(until))
                .param("attachment", outage.attachment())
                .param("began", time(outage.beganAt()))
                .update();
    }

    void insert(OutageCredit credit) {
        db.sql(
                        """
                        insert into outage_credit (id, attachment_id, began_at, month, payer_id, label, amount_micro, currency, percent,
                                                   month_seconds, parts)
                        values (:id, :attachment, :began, :month, :payer, :label, :amount, :currency, :percent, :seconds, :parts)
                        """)
                .param("id", credit.id())
                .param("attachment", credit.outage().attachment())
                .param("began", time(credit.outage().beganAt()))
                .param("month", credit.month().atDay(1))
                .param("payer", credit.payer().value())
                .param("label", credit.label())
                .param("amount", credit.amount().microUnits())
                .param("currency", credit.amount().currency().getCurrencyCode())
                .param("percent", credit.reckoned().percent())
                .param("seconds", credit.reckoned().monthSeconds())
                .param(
                        "parts",
                        json.writeValueAsString(
                                credit.reckoned().parts().stream()
                                        .map(part ->
                                                new StoredPart(
                                                        part.from(),
                                                        part.to(),
                                                        part.monthly().microUnits()))
                                        .toList()))
                .update();
    }

    private static final String CREDITS =
            """
            select c.*, o.ended_at, o.node_id, o.site_id, o.member_id, o.fault_node_id, o.reckoned_until
              from outage_credit c join outage o using (attachment_id, began_at)
            """;

    Optional<OutageCredit> credit(UUID id) {
        return db.sql(CREDITS + " where c.id = :id").param("id", id).query(this::read).optional();
    }

    @Override
    public Set<Posted.Kind> kinds() {
        return Set.of(Posted.Kind.OUTAGE);
    }

    @Override
    public Map<PayerId, List<Posted>> pending(Collection<PayerId> payers) {
        return db
                .sql(
                        CREDITS
                                + " where c.payer_id = any (:payers) and c.bill_id is null order by c.month, c.began_at, c.id")
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(this::read)
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(
                                OutageCredit::payer,
                                Collectors.mapping(
                                        credit ->
                                                new Posted(
                                                        credit.id(),
                                                        Posted.Kind.OUTAGE,
                                                        credit.month(),
                                                        credit.label(),
                                                        credit.amount().negated()),
                                        Collectors.toList())));
    }

    @Override
    public void bill(Map<UUID, UUID> bills) {
        db.sql(
                        """
                        update outage_credit c set bill_id = b.bill_id
                          from unnest(:ids::uuid[], :bills::uuid[]) as b (id, bill_id)
                         where c.id = b.id and c.bill_id is null
                        """)
                .param("ids", bills.keySet().toArray(UUID[]::new))
                .param("bills", bills.values().toArray(UUID[]::new))
                .update();
    }

    @Override
    public List<PayerId> payersWaiting() {
        return db.sql("select distinct payer_id from outage_credit where bill_id is null")
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    private OutageCredit read(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new OutageCredit(
                rs.getObject("id", UUID.class),
                outage(rs, row),
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                rs.getString("label"),
                new Money(rs.getLong("amount_micro"), currency),
                new Reckoned(
                        rs.getInt("percent"),
                        rs.getLong("month_seconds"),
                        Arrays.stream(json.readValue(rs.getString("parts"), StoredPart[].class))
                                .map(part ->
                                        new Reckoned.Part(
                                                part.from(),
                                                part.to(),
                                                new Money(part.monthlyMicro(), currency)))
                                .toList()),
                rs.getObject("bill_id", UUID.class));
    }

    private static Outage outage(ResultSet rs, int row) throws SQLException {
        var until = rs.getObject("reckoned_until", OffsetDateTime.class);
        return new Outage(
                rs.getObject("attachment_id", UUID.class),
                rs.getString("node_id"),
                new SiteId(rs.getObject("site_id", UUID.class)),
                new MemberId(rs.getObject("member_id", UUID.class)),
                rs.getString("fault_node_id"),
                instant(rs, "began_at"),
                instant(rs, "ended_at"),
                until == null ? null : until.toInstant());
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }
}
