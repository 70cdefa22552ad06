package org.coopmesh.billing.costshare;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.costshare.PolicyTrial.Difference;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for trials of policies and what they came to. */
@Repository
class CostTrials {
    /** How a trial stands. */
    enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * A trial.
     *
     * @param done of {@code months}
     * @param why where it failed
     * @param result where it is done
     */
    record Trial(
            UUID id,
            CostPoolId pool,
            State state,
            int done,
            int months,
            @Nullable String why,
            PolicyTrial.@Nullable Result result) {}

    /**
     * A trial that is to be replayed.
     *
     * @param policy in its written form
     * @param attempts this one included
     */
    record Taken(
            UUID id,
            CostPoolId pool,
            YearMonth first,
            YearMonth last,
            PolicyForm policy,
            Currency currency,
            @Nullable Money alone,
            int attempts) {}

    private final JdbcClient db;
    private final JsonMapper json;

    CostTrials(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** Lets nobody else begin one until the transaction ends, so that two do not both find room; says how many run or wait. */
    int lockAndCount() {
        db.sql("select pg_advisory_xact_lock(hashtextextended('cost_trial', 0))")
                .query()
                .singleRow();
        return db.sql("select count(*) from cost_trial where state = 'running'")
                .query(Integer.class)
                .single();
    }

    void insert(
            UUID id,
            CostPoolId pool,
            PolicyForm policy,
            YearMonth first,
            YearMonth last,
            Currency currency,
            @Nullable Money alone,
            MemberId by,
            Instant at) {
        db.sql(
                        """
                        insert into cost_trial (id, pool_id, requested_by, requested_at, first_month, last_month, policy,
                                                alone_micro, currency, state)
                        values (:id, :pool, :by, :at, :first, :last, :policy, :alone, :currency, 'running')
                        """)
                .param("id", id)
                .param("pool", pool.value())
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("first", first.atDay(1))
                .param("last", last.atDay(1))
                .param("policy", json.writeValueAsString(policy))
                .param("alone", alone == null ? null : alone.microUnits(), Types.BIGINT)
                .param("currency", currency.getCurrencyCode())
                .update();
    }

    /** Removes all but the newest {@code keep} that are not running. */
    void forget(int keep) {
        db.sql(
                        """
                        delete from cost_trial where state <> 'running'
                           and id not in (select id from cost_trial order by requested_at desc, id limit :keep)
                        """)
                .param("keep", keep)
                .update();
    }

    /** Takes the one that waits longest, or whose holder has not been heard of in time. */
    Optional<Taken> take(UUID holder, Instant now, Instant until) {
        return db.sql(
                        """
                        update cost_trial
                           set held_by = :holder, held_until = :until, attempts = attempts + 1, done = 0
                         where id = (select id from cost_trial
                                      where state = 'running' and (held_until is null or held_until <= :now)
                                      order by requested_at, id limit 1 for update skip locked)
                        returning *
                        """)
                .param("holder", holder)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query(this::taken)
                .optional();
    }

    /** Tells how far it has come and holds it for longer; false where somebody else holds it by now. */
    boolean progress(UUID id, UUID holder, int done, Instant until) {
        return 1
                == db.sql(
                                """
                                update cost_trial set done = :done, held_until = :until
                                 where id = :id and held_by = :holder and state = 'running'
                                """)
                        .param("done", done)
                        .param("until", until.atOffset(ZoneOffset.UTC))
                        .param("id", id)
                        .param("holder", holder)
                        .update();
    }

    /** Lets go of what the holder has not finished, for others to take at once; that attempt does not count. */
    void release(UUID holder) {
        db.sql(
                        """
                        update cost_trial set held_by = null, held_until = null, attempts = attempts - 1
                         where held_by = :holder and state = 'running'
                        """)
                .param("holder", holder)
                .update();
    }

    void fail(UUID id, UUID holder, String why) {
        db.sql(
                        """
                        update cost_trial
                           set state = 'failed', why = :why, policy = null, held_by = null, held_until = null
                         where id = :id and held_by = :holder and state = 'running'
                        """)
                .param("why", why)
                .param("id", id)
                .param("holder", holder)
                .update();
    }

    /** Writes down what it came to; false, and nothing is to be written, where somebody else holds it by now. */
    boolean finish(UUID id, UUID holder, int done, PolicyTrial.Result result) {
        return 1
                == db.sql(
                                """
                                update cost_trial
                                   set state = 'done', done = :done, result = :result,
                                       policy = null, held_by = null, held_until = null
                                 where id = :id and held_by = :holder and state = 'running'
                                """)
                        .param("done", done)
                        .param("result", json.writeValueAsString(result))
                        .param("id", id)
                        .param("holder", holder)
                        .update();
    }

    void insert(UUID id, List<Difference> differences) {
        int size = differences.size();
        var places = new Integer[size];
        var members = new @Nullable UUID[size];
        var payers = new UUID[size];
        var current = new Long[size];
        var proposed = new Long[size];
        var alone = new @Nullable Long[size];
        for (int i = 0; i < size; i++) {
            Difference each = differences.get(i);
            MemberId member = each.member();
            Money own = each.alone();
            places[i] = i;
            members[i] = member == null ? null : member.value();
            payers[i] = each.payer().value();
            current[i] = each.current().microUnits();
            proposed[i] = each.proposed().microUnits();
            alone[i] = own == null ? null : own.microUnits();
        }
        db.sql(
                        """
                        insert into cost_trial_difference (trial_id, place, member_id, payer_id, current_micro, proposed_micro, alone_micro)
                        select :id, d.place, d.member_id, d.payer_id, d.current_micro, d.proposed_micro, d.alone_micro
                          from unnest(:places::int[], :members::uuid[], :payers::uuid[], :current::bigint[], :proposed::bigint[],
                                      :alone::bigint[])
                               as d (place, member_id, payer_id, current_micro, proposed_micro, alone_micro)
                        """)
                .param("id", id)
                .param("places", places)
                .param("members", members)
                .param("payers", payers)
                .param("current", current)
                .param("proposed", proposed)
                .param("alone", alone)
                .update();
    }

    Optional<Trial> find(UUID id) {
        return db.sql("select * from cost_trial where id = :id")
                .param("id", id)
                .query((rs, row) -> {
                    String result = rs.getString("result");
                    return new Trial(
                            id,
                            new CostPoolId(rs.getObject("pool_id", UUID.class)),
                            State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                            rs.getInt("done"),
                            months(rs),
                            rs.getString("why"),
                            result == null
                                    ? null
                                    : json.readValue(result, PolicyTrial.Result.class));
                })
                .optional();
    }

    /** The largest differences first; where {@code payers} is not null, only theirs. */
    List<Difference> differences(UUID id, @Nullable Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select d.*, t.currency from cost_trial_difference d join cost_trial t on t.id = d.trial_id
                         where d.trial_id = :id and (:payers::uuid[] is null or d.payer_id = any (:payers::uuid[]))
                         order by d.place limit :limit
                        """)
                .param("id", id)
                .param(
                        "payers",
                        payers == null
                                ? null
                                : payers.stream().map(PayerId::value).toArray(UUID[]::new),
                        Types.ARRAY)
                .param("limit", limit)
                .query(CostTrials::difference)
                .list();
    }

    private Taken taken(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        Long alone = rs.getObject("alone_micro", Long.class);
        return new Taken(
                rs.getObject("id", UUID.class),
                new CostPoolId(rs.getObject("pool_id", UUID.class)),
                month(rs, "first_month"),
                month(rs, "last_month"),
                json.readValue(rs.getString("policy"), PolicyForm.class),
                currency,
                alone == null ? null : new Money(alone, currency),
                rs.getInt("attempts"));
    }

    private static int months(ResultSet rs) throws SQLException {
        return (int) month(rs, "first_month").until(month(rs, "last_month"), ChronoUnit.MONTHS) + 1;
    }

    private static YearMonth month(ResultSet rs, String column) throws SQLException {
        return YearMonth.from(rs.getObject(column, LocalDate.class));
    }

    private static Difference difference(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        UUID member = rs.getObject("member_id", UUID.class);
        Long alone = rs.getObject("alone_micro", Long.class);
        return new Difference(
                member == null ? null : new MemberId(member),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                new Money(rs.getLong("current_micro"), currency),
                new Money(rs.getLong("proposed_micro"), currency),
                alone == null ? null : new Money(alone, currency));
    }
}
