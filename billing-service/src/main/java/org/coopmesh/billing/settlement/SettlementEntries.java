package org.coopmesh.billing.settlement;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what payers owe each other: settled months, charged hours, and the entries that go on bills. */
@Repository
class SettlementEntries implements PostedSource {
    /** A month of reciprocity as it was settled. */
    record Month(
            UUID id,
            YearMonth month,
            int revision,
            Instant madeAt,
            YearMonth lookedWith,
            Money rate) {}

    /**
     * What one payer pays; negative where they receive.
     *
     * @param revision of reciprocity; null for carriage
     * @param participant the position in its facts; −1 for a payer who is not among them any more
     * @param amount of the whole month as known; of carriage, what this entry grew to
     * @param posted what this entry adds to those before
     */
    record Entry(
            UUID id,
            String kind,
            YearMonth month,
            PayerId payer,
            @Nullable UUID revision,
            int participant,
            Money amount,
            Money posted) {}

    /** Bytes of one hour that were charged, and at which price. */
    record Charged(String node, SiteId site, Money price, long bytes) {}

    /** What an entry of carriage is made of. */
    record Part(String node, Money price, long bytes, Money amount) {}

    private final JdbcClient db;

    SettlementEntries(JdbcClient db) {
        this.db = db;
    }

    /** Begins to charge hours at {@code first}, unless it was begun before. */
    void begin(Instant first) {
        db.sql(
                        """
                        insert into settlement_progress (settled_until) values (:first) on conflict do nothing
                        """)
                .param("first", first.atOffset(ZoneOffset.UTC))
                .update();
    }

    boolean isBegun() {
        return db.sql("select exists (select from settlement_progress)")
                .query(Boolean.class)
                .single();
    }

    /** The hour that comes next; whoever asks holds it until their transaction ends, so that each is charged by one. */
    Instant lockProgress() {
        return db.sql("select settled_until from settlement_progress for update")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    void progress(Instant until) {
        db.sql("update settlement_progress set settled_until = :until")
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
    }

    List<Charged> charged(Instant hour) {
        return db.sql(
                        """
                        select h.*, c.currency from carriage_hour h cross join lateral
                               (select currency from settlement_terms order by first_month limit 1) c
                         where h.hour = :hour order by h.node_id, h.site_id
                        """)
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .query((rs, row) ->
                        new Charged(
                                rs.getString("node_id"),
                                new SiteId(rs.getObject("site_id", UUID.class)),
                                new Money(
                                        rs.getLong("price_micro"),
                                        Currency.getInstance(rs.getString("currency"))),
                                rs.getLong("bytes")))
                .list();
    }

    void count(Instant hour, String node, SiteId site, Money price, long bytes) {
        db.sql(
                        """
                        insert into carriage_hour (hour, node_id, site_id, price_micro, bytes)
                        values (:hour, :node, :site, :price, :bytes)
                        on conflict (hour, node_id, site_id) do update set bytes = excluded.bytes
                        """)
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .param("node", node)
                .param("site", site.value())
                .param("price", price.microUnits())
                .param("bytes", bytes)
                .update();
    }

    /** The bytes of the month that the payer was charged for at this price. */
    long charged(
            YearMonth month,
            String node,
            SiteId site,
            PayerId payer,
            PayerId carrier,
            Money price) {
        return db.sql(
                        """
                        select bytes from carriage_total
                         where month = :month and node_id = :node and site_id = :site and payer_id = :payer
                           and carrier_id = :carrier and price_micro = :price
                        """)
                .param("month", month.atDay(1))
                .param("node", node)
                .param("site", site.value())
                .param("payer", payer.value())
                .param("carrier", carrier.value())
                .param("price", price.microUnits())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /** Writes down how many bytes of the month the payer is charged for at this price by now. */
    void total(
            YearMonth month,
            String node,
            SiteId site,
            PayerId payer,
            PayerId carrier,
            Money price,
            long bytes) {
        db.sql(
                        """
                        insert into carriage_total (month, node_id, site_id, payer_id, carrier_id, price_micro, bytes)
                        values (:month, :node, :site, :payer, :carrier, :price, :bytes)
                        on conflict (month, node_id, site_id, payer_id, carrier_id, price_micro)
                        do update set bytes = excluded.bytes
                        """)
                .param("month", month.atDay(1))
                .param("node", node)
                .param("site", site.value())
                .param("payer", payer.value())
                .param("carrier", carrier.value())
                .param("price", price.microUnits())
                .param("bytes", bytes)
                .update();
    }

    /** From which to which byte of the month's sum somebody is charged, or earns. */
    record Span(String node, SiteId site, Money price, long before, long after) {}

    /**
     * Adds to the payer's entry of the month that is on no bill yet, or begins one.
     *
     * @param other the payer on the other side
     */
    void grow(YearMonth month, PayerId payer, String kind, PayerId other, Span span, Money amount) {
        UUID entry =
                db.sql(
                                """
                                insert into settlement_entry (id, kind, month, payer_id, amount_micro, posted_micro, currency)
                                values (gen_random_uuid(), :kind, :month, :payer, :amount, :amount, :currency)
                                on conflict (payer_id, month, kind) where bill_id is null and kind <> 'reciprocity'
                                do update set amount_micro = settlement_entry.amount_micro + excluded.amount_micro,
                                              posted_micro = settlement_entry.posted_micro + excluded.posted_micro
                                returning id
                                """)
                        .param("kind", kind)
                        .param("month", month.atDay(1))
                        .param("payer", payer.value())
                        .param("amount", amount.microUnits())
                        .param("currency", amount.currency().getCurrencyCode())
                        .query(UUID.class)
                        .single();
        db.sql(
                        """
                        insert into carriage_part (entry_id, node_id, price_micro, bytes, amount_micro)
                        values (:entry, :node, :price, :bytes, :amount)
                        on conflict (entry_id, node_id, price_micro)
                        do update set bytes = carriage_part.bytes + excluded.bytes,
                                      amount_micro = carriage_part.amount_micro + excluded.amount_micro
                        """)
                .param("entry", entry)
                .param("node", span.node())
                .param("price", span.price().microUnits())
                .param("bytes", span.after() - span.before())
                .param("amount", amount.microUnits())
                .update();
        db.sql(
                        """
                        insert into carriage_span (entry_id, node_id, site_id, other_id, price_micro, bytes_before, bytes_after)
                        values (:entry, :node, :site, :other, :price, :before, :after)
                        on conflict (entry_id, node_id, site_id, other_id, price_micro)
                        do update set bytes_after = excluded.bytes_after
                        """)
                .param("entry", entry)
                .param("node", span.node())
                .param("site", span.site().value())
                .param("other", other.value())
                .param("price", span.price().microUnits())
                .param("before", span.before())
                .param("after", span.after())
                .update();
    }

    /** All that entries of carriage are made of, sum by sum; an entry of which not all was kept is left out. */
    Map<UUID, List<Span>> spans(Collection<UUID> entries) {
        var spans = new LinkedHashMap<UUID, List<Span>>();
        db.sql(
                        """
                        select s.*, e.currency from carriage_span s join settlement_entry e on e.id = s.entry_id
                         where s.entry_id = any (:entries)
                           and (select sum(p.bytes) from carriage_part p where p.entry_id = e.id)
                               = (select sum(a.bytes_after - a.bytes_before) from carriage_span a where a.entry_id = e.id)
                         order by s.entry_id, s.node_id, s.site_id, s.other_id, s.price_micro
                        """)
                .param("entries", entries.toArray(UUID[]::new))
                .query(rs -> {
                    spans.computeIfAbsent(
                                    rs.getObject("entry_id", UUID.class),
                                    entry -> new ArrayList<>())
                            .add(
                                    new Span(
                                            rs.getString("node_id"),
                                            new SiteId(rs.getObject("site_id", UUID.class)),
                                            new Money(
                                                    rs.getLong("price_micro"),
                                                    Currency.getInstance(rs.getString("currency"))),
                                            rs.getLong("bytes_before"),
                                            rs.getLong("bytes_after")));
                });
        return spans;
    }

    List<Part> parts(UUID entry) {
        return db.sql(
                        """
                        select p.*, e.currency from carriage_part p join settlement_entry e on e.id = p.entry_id
                         where p.entry_id = :entry order by p.node_id, p.price_micro
                        """)
                .param("entry", entry)
                .query((rs, row) -> {
                    Currency currency = Currency.getInstance(rs.getString("currency"));
                    return new Part(
                            rs.getString("node_id"),
                            new Money(rs.getLong("price_micro"), currency),
                            rs.getLong("bytes"),
                            new Money(rs.getLong("amount_micro"), currency));
                })
                .list();
    }

    /** The newest revision of the month. */
    Optional<Month> latest(YearMonth month) {
        return db.sql(
                        """
                        select * from settlement_month where month = :month order by revision desc limit 1
                        """)
                .param("month", month.atDay(1))
                .query(SettlementEntries::month)
                .optional();
    }

    /** The revision before this one. */
    Optional<Month> before(Month month) {
        return db.sql(
                        "select * from settlement_month where month = :month and revision = :revision")
                .param("month", month.month().atDay(1))
                .param("revision", month.revision() - 1)
                .query(SettlementEntries::month)
                .optional();
    }

    Month month(UUID id) {
        return db.sql("select * from settlement_month where id = :id")
                .param("id", id)
                .query(SettlementEntries::month)
                .single();
    }

    String facts(UUID id) {
        return db.sql("select facts from settlement_month where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    void lookedWith(UUID id, YearMonth closed) {
        db.sql("update settlement_month set looked_with = :closed where id = :id")
                .param("closed", closed.atDay(1))
                .param("id", id)
                .update();
    }

    void insert(Month month, String facts, List<Entry> entries) {
        db.sql(
                        """
                        insert into settlement_month (id, month, revision, made_at, looked_with, rate_micro, currency, facts)
                        values (:id, :month, :revision, :at, :lookedWith, :rate, :currency, :facts)
                        """)
                .param("id", month.id())
                .param("month", month.month().atDay(1))
                .param("revision", month.revision())
                .param("at", month.madeAt().atOffset(ZoneOffset.UTC))
                .param("lookedWith", month.lookedWith().atDay(1))
                .param("rate", month.rate().microUnits())
                .param("currency", month.rate().currency().getCurrencyCode())
                .param("facts", facts)
                .update();
        int size = entries.size();
        var ids = new UUID[size];
        var payers = new UUID[size];
        var participants = new Integer[size];
        var amounts = new Long[size];
        var posted = new Long[size];
        for (int i = 0; i < size; i++) {
            Entry entry = entries.get(i);
            ids[i] = entry.id();
            payers[i] = entry.payer().value();
            participants[i] = entry.participant();
            amounts[i] = entry.amount().microUnits();
            posted[i] = entry.posted().microUnits();
        }
        db.sql(
                        """
                        insert into settlement_entry (id, kind, month, payer_id, revision_id, participant, amount_micro,
                                                      posted_micro, currency)
                        select e.id, 'reciprocity', :month, e.payer_id, :revision, e.participant, e.amount_micro,
                               e.posted_micro, :currency
                          from unnest(:ids::uuid[], :payers::uuid[], :participants::int[], :amounts::bigint[], :posted::bigint[])
                               as e (id, payer_id, participant, amount_micro, posted_micro)
                        """)
                .param("month", month.month().atDay(1))
                .param("revision", month.id())
                .param("currency", month.rate().currency().getCurrencyCode())
                .param("ids", ids)
                .param("payers", payers)
                .param("participants", participants)
                .param("amounts", amounts)
                .param("posted", posted)
                .update();
    }

    /** The entries of one revision. */
    List<Entry> of(UUID revision) {
        return db.sql(
                        "select * from settlement_entry where revision_id = :revision order by participant, id")
                .param("revision", revision)
                .query(SettlementEntries::entry)
                .list();
    }

    Optional<Entry> find(UUID id) {
        return db.sql("select * from settlement_entry where id = :id")
                .param("id", id)
                .query(SettlementEntries::entry)
                .optional();
    }

    List<Entry> find(Collection<UUID> ids) {
        return db.sql("select * from settlement_entry where id = any (:ids)")
                .param("ids", ids.toArray(UUID[]::new))
                .query(SettlementEntries::entry)
                .list();
    }

    List<Entry> list(
            YearMonth month,
            @Nullable Collection<PayerId> payers,
            @Nullable UUID after,
            int limit) {
        return db.sql(
                        """
                        select * from settlement_entry
                         where month = :month and (:payers::uuid[] is null or payer_id = any (:payers::uuid[]))
                           and (:after::uuid is null or id > :after)
                         order by id limit :limit
                        """)
                .param("month", month.atDay(1))
                .param(
                        "payers",
                        payers == null
                                ? null
                                : payers.stream().map(PayerId::value).toArray(UUID[]::new),
                        java.sql.Types.ARRAY)
                .param("after", after, java.sql.Types.OTHER)
                .param("limit", limit)
                .query(SettlementEntries::entry)
                .list();
    }

    @Override
    public Set<Posted.Kind> kinds() {
        return Set.of(Posted.Kind.RECIPROCITY, Posted.Kind.CARRIAGE);
    }

    @Override
    public void bill(Map<UUID, UUID> bills) {
        db.sql(
                        """
                        update settlement_entry e set bill_id = b.bill_id
                          from unnest(:ids::uuid[], :bills::uuid[]) as b (id, bill_id)
                         where e.id = b.id and e.bill_id is null
                        """)
                .param("ids", bills.keySet().toArray(UUID[]::new))
                .param("bills", bills.values().toArray(UUID[]::new))
                .update();
    }

    @Override
    public Map<PayerId, List<Posted>> pending(Collection<PayerId> payers) {
        return db
                .sql(
                        """
                        select * from settlement_entry
                         where payer_id = any (:payers) and bill_id is null and posted_micro <> 0
                         order by month, kind, id
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(SettlementEntries::entry)
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(
                                Entry::payer,
                                Collectors.mapping(
                                        SettlementEntries::posted, Collectors.toList())));
    }

    @Override
    public List<PayerId> payersWaiting() {
        return db.sql(
                        """
                        select distinct payer_id from settlement_entry where bill_id is null and posted_micro <> 0
                        """)
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    private static Posted posted(Entry entry) {
        return new Posted(
                entry.id(),
                entry.kind().equals("reciprocity") ? Posted.Kind.RECIPROCITY : Posted.Kind.CARRIAGE,
                entry.month(),
                entry.kind(),
                entry.posted());
    }

    private static Month month(ResultSet rs, int row) throws SQLException {
        return new Month(
                rs.getObject("id", UUID.class),
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                rs.getInt("revision"),
                rs.getObject("made_at", OffsetDateTime.class).toInstant(),
                YearMonth.from(rs.getObject("looked_with", LocalDate.class)),
                new Money(
                        rs.getLong("rate_micro"), Currency.getInstance(rs.getString("currency"))));
    }

    private static Entry entry(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Entry(
                rs.getObject("id", UUID.class),
                rs.getString("kind"),
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                rs.getObject("revision_id", UUID.class),
                rs.getInt("participant"),
                new Money(rs.getLong("amount_micro"), currency),
                new Money(rs.getLong("posted_micro"), currency));
    }
}
