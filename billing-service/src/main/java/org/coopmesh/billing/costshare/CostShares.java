package org.coopmesh.billing.costshare;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.settlement.Posted;
import org.coopmesh.billing.settlement.PostedSource;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what costs were shared into, month by month, and for months that could not be. */
@Repository
class CostShares implements PostedSource {
    /** A month of a pool as it was shared out. */
    record Month(
            UUID id,
            CostPoolId pool,
            YearMonth month,
            int revision,
            Instant madeAt,
            YearMonth lookedWith,
            Money amount,
            String formula) {}

    /**
     * One share.
     *
     * @param participant the position in the facts; −1 for what the payee gets back
     * @param amount the whole share
     * @param posted what this revision added
     */
    record Share(
            UUID id,
            UUID allocation,
            int participant,
            @Nullable MemberId member,
            PayerId payer,
            Money amount,
            Money posted) {}

    /** A month that could not be shared. */
    record Problem(CostPoolId pool, YearMonth month, String rule, String message, Instant at) {}

    private final JdbcClient db;

    CostShares(JdbcClient db) {
        this.db = db;
    }

    void insert(Month month, String facts, List<Share> shares) {
        db.sql(
                        """
                        insert into cost_allocation (id, pool_id, month, revision, made_at, looked_with, amount_micro, currency,
                                                     formula, facts)
                        values (:id, :pool, :month, :revision, :at, :lookedWith, :amount, :currency, :formula, :facts)
                        """)
                .param("id", month.id())
                .param("pool", month.pool().value())
                .param("month", month.month().atDay(1))
                .param("revision", month.revision())
                .param("at", month.madeAt().atOffset(ZoneOffset.UTC))
                .param("lookedWith", month.lookedWith().atDay(1))
                .param("amount", month.amount().microUnits())
                .param("currency", month.amount().currency().getCurrencyCode())
                .param("formula", month.formula())
                .param("facts", facts)
                .update();
        int size = shares.size();
        var ids = new UUID[size];
        var participants = new Integer[size];
        @Nullable UUID[] members = new UUID[size];
        var payers = new UUID[size];
        var amounts = new Long[size];
        var posted = new Long[size];
        for (int i = 0; i < size; i++) {
            Share share = shares.get(i);
            MemberId member = share.member();
            ids[i] = share.id();
            participants[i] = share.participant();
            members[i] = member == null ? null : member.value();
            payers[i] = share.payer().value();
            amounts[i] = share.amount().microUnits();
            posted[i] = share.posted().microUnits();
        }
        db.sql(
                        """
                        insert into cost_share (id, allocation_id, participant, member_id, payer_id, amount_micro, posted_micro)
                        select s.id, :allocation, s.participant, s.member_id, s.payer_id, s.amount_micro, s.posted_micro
                          from unnest(:ids::uuid[], :participants::int[], :members::uuid[], :payers::uuid[],
                                      :amounts::bigint[], :posted::bigint[])
                               as s (id, participant, member_id, payer_id, amount_micro, posted_micro)
                        """)
                .param("allocation", month.id())
                .param("ids", ids)
                .param("participants", participants)
                .param("members", members)
                .param("payers", payers)
                .param("amounts", amounts)
                .param("posted", posted)
                .update();
    }

    /** The newest revision of a pool's month. */
    Optional<Month> latest(CostPoolId pool, YearMonth month) {
        return db.sql(
                        """
                        select * from cost_allocation where pool_id = :pool and month = :month
                         order by revision desc limit 1
                        """)
                .param("pool", pool.value())
                .param("month", month.atDay(1))
                .query(CostShares::month)
                .optional();
    }

    /** The revision before this one. */
    Optional<Month> before(Month month) {
        return db.sql(
                        """
                        select * from cost_allocation where pool_id = :pool and month = :month and revision = :revision
                        """)
                .param("pool", month.pool().value())
                .param("month", month.month().atDay(1))
                .param("revision", month.revision() - 1)
                .query(CostShares::month)
                .optional();
    }

    void lookedWith(UUID allocation, YearMonth closed) {
        db.sql("update cost_allocation set looked_with = :closed where id = :id")
                .param("closed", closed.atDay(1))
                .param("id", allocation)
                .update();
    }

    boolean isAllocated(CostPoolId pool) {
        return db.sql("select exists (select from cost_allocation where pool_id = :pool)")
                .param("pool", pool.value())
                .query(Boolean.class)
                .single();
    }

    /** Every revision of every month, in order. */
    List<Month> months(CostPoolId pool) {
        return db.sql(
                        "select * from cost_allocation where pool_id = :pool order by month, revision")
                .param("pool", pool.value())
                .query(CostShares::month)
                .list();
    }

    Optional<Month> month(UUID allocation) {
        return db.sql("select * from cost_allocation where id = :id")
                .param("id", allocation)
                .query(CostShares::month)
                .optional();
    }

    String facts(UUID allocation) {
        return db.sql("select facts from cost_allocation where id = :id")
                .param("id", allocation)
                .query(String.class)
                .single();
    }

    /** The shares of one revision from {@code from} on; where {@code members} is not null, only theirs. */
    List<Share> shares(UUID allocation, int from, @Nullable Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select s.*, a.currency from cost_share s join cost_allocation a on a.id = s.allocation_id
                         where s.allocation_id = :allocation and s.participant >= :from
                           and (:payers::uuid[] is null or s.payer_id = any (:payers::uuid[]))
                         order by s.participant, s.id limit :limit
                        """)
                .param("allocation", allocation)
                .param("from", from)
                .param(
                        "payers",
                        payers == null
                                ? null
                                : payers.stream().map(PayerId::value).toArray(UUID[]::new),
                        java.sql.Types.ARRAY)
                .param("limit", limit)
                .query(CostShares::share)
                .list();
    }

    Optional<Share> share(UUID id) {
        return db.sql(
                        """
                        select s.*, a.currency from cost_share s join cost_allocation a on a.id = s.allocation_id
                         where s.id = :id
                        """)
                .param("id", id)
                .query(CostShares::share)
                .optional();
    }

    @Override
    public Set<Posted.Kind> kinds() {
        return Set.of(Posted.Kind.SHARE);
    }

    @Override
    public void bill(Map<UUID, UUID> bills) {
        db.sql(
                        """
                        update cost_share s set bill_id = b.bill_id
                          from unnest(:ids::uuid[], :bills::uuid[]) as b (id, bill_id)
                         where s.id = b.id and s.bill_id is null
                        """)
                .param("ids", bills.keySet().toArray(UUID[]::new))
                .param("bills", bills.values().toArray(UUID[]::new))
                .update();
    }

    @Override
    public Map<PayerId, List<Posted>> pending(Collection<PayerId> payers) {
        var pending = new HashMap<PayerId, List<Posted>>();
        db.sql(
                        """
                        select s.payer_id, s.id, s.posted_micro, a.month, a.currency, p.purpose
                          from cost_share s join cost_allocation a on a.id = s.allocation_id join cost_pool p on p.id = a.pool_id
                         where s.payer_id = any (:payers) and s.bill_id is null and s.posted_micro <> 0
                         order by s.payer_id, a.month, a.made_at, s.id
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(rs -> {
                    pending.computeIfAbsent(
                                    new PayerId(rs.getObject("payer_id", UUID.class)),
                                    payer -> new ArrayList<>())
                            .add(
                                    new Posted(
                                            rs.getObject("id", UUID.class),
                                            Posted.Kind.SHARE,
                                            YearMonth.from(rs.getObject("month", LocalDate.class)),
                                            rs.getString("purpose"),
                                            new Money(
                                                    rs.getLong("posted_micro"),
                                                    Currency.getInstance(
                                                            rs.getString("currency")))));
                });
        return pending;
    }

    @Override
    public List<PayerId> payersWaiting() {
        return db.sql(
                        """
                        select distinct payer_id from cost_share where bill_id is null and posted_micro <> 0
                        """)
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    void problem(Problem problem) {
        db.sql(
                        """
                        insert into cost_problem (pool_id, month, rule, message, at)
                        values (:pool, :month, :rule, :message, :at)
                        on conflict (pool_id, month) do update
                           set rule = excluded.rule, message = excluded.message, at = excluded.at
                        """)
                .param("pool", problem.pool().value())
                .param("month", problem.month().atDay(1))
                .param("rule", problem.rule())
                .param("message", problem.message())
                .param("at", problem.at().atOffset(ZoneOffset.UTC))
                .update();
    }

    void solved(CostPoolId pool, YearMonth month) {
        db.sql("delete from cost_problem where pool_id = :pool and month = :month")
                .param("pool", pool.value())
                .param("month", month.atDay(1))
                .update();
    }

    List<Problem> problems(CostPoolId pool) {
        return db.sql("select * from cost_problem where pool_id = :pool order by month")
                .param("pool", pool.value())
                .query((rs, row) ->
                        new Problem(
                                new CostPoolId(rs.getObject("pool_id", UUID.class)),
                                YearMonth.from(rs.getObject("month", LocalDate.class)),
                                rs.getString("rule"),
                                rs.getString("message"),
                                rs.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static Month month(ResultSet rs, int row) throws SQLException {
        return new Month(
                rs.getObject("id", UUID.class),
                new CostPoolId(rs.getObject("pool_id", UUID.class)),
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                rs.getInt("revision"),
                rs.getObject("made_at", OffsetDateTime.class).toInstant(),
                YearMonth.from(rs.getObject("looked_with", LocalDate.class)),
                new Money(
                        rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency"))),
                rs.getString("formula"));
    }

    private static Share share(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        UUID member = rs.getObject("member_id", UUID.class);
        return new Share(
                rs.getObject("id", UUID.class),
                rs.getObject("allocation_id", UUID.class),
                rs.getInt("participant"),
                member == null ? null : new MemberId(member),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                new Money(rs.getLong("amount_micro"), currency),
                new Money(rs.getLong("posted_micro"), currency));
    }
}
