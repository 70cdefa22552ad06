package org.coopmesh.billing.simulation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for simulations and what they came to. */
@Repository
class Simulations {
    private final JdbcClient db;

    Simulations(JdbcClient db) {
        this.db = db;
    }

    void insert(
            Simulation simulation,
            String proposal,
            Currency currency,
            UUID holder,
            Instant heldUntil) {
        Money alone = simulation.alone();
        db.sql(
                        """
                        insert into simulation (id, requested_by, requested_at, first_month, last_month, proposal, alone_micro,
                                                currency, state, held_by, held_until)
                        values (:id, :by, :at, :first, :last, :proposal, :alone, :currency, 'running', :holder, :until)
                        """)
                .param("id", simulation.id())
                .param("by", simulation.requestedBy().value())
                .param("at", simulation.requestedAt().atOffset(ZoneOffset.UTC))
                .param("first", simulation.first().atDay(1))
                .param("last", simulation.last().atDay(1))
                .param("proposal", proposal)
                .param("alone", alone == null ? null : alone.microUnits(), java.sql.Types.BIGINT)
                .param("currency", currency.getCurrencyCode())
                .param("holder", holder)
                .param("until", heldUntil.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Removes all but the newest {@code keep} that are not running. */
    void forget(int keep) {
        db.sql(
                        """
                        delete from simulation where state <> 'running'
                           and id not in (select id from simulation order by requested_at desc, id limit :keep)
                        """)
                .param("keep", keep)
                .update();
    }

    void progress(UUID id, int done, int payers) {
        db.sql("update simulation set done = :done, payers = :payers where id = :id")
                .param("done", done)
                .param("payers", payers)
                .param("id", id)
                .update();
    }

    void finish(UUID id, int bills, int reproduced) {
        db.sql(
                        """
                        update simulation set state = 'done', bills = :bills, reproduced = :reproduced
                         where id = :id and state = 'running'
                        """)
                .param("bills", bills)
                .param("reproduced", reproduced)
                .param("id", id)
                .update();
    }

    void fail(UUID id, String why) {
        db.sql(
                        "update simulation set state = 'failed', why = :why where id = :id and state = 'running'")
                .param("why", why)
                .param("id", id)
                .update();
    }

    /** Speaks for what {@code holder} replays or has waiting. */
    void hold(UUID holder, Instant until) {
        db.sql(
                        "update simulation set held_until = :until where state = 'running' and held_by = :holder")
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("holder", holder)
                .update();
    }

    /** What an end of a replica cut off. */
    void failUnheld(Instant now, String why) {
        db.sql(
                        """
                        update simulation set state = 'failed', why = :why where state = 'running' and held_until < :now
                        """)
                .param("why", why)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    void insert(UUID id, Collection<Simulation.Share> shares) {
        int size = shares.size();
        var payers = new UUID[size];
        var current = new Long[size];
        var proposed = new Long[size];
        var alone = new @Nullable Long[size];
        int i = 0;
        for (Simulation.Share share : shares) {
            Money own = share.alone();
            payers[i] = share.payer().value();
            current[i] = share.current().microUnits();
            proposed[i] = share.proposed().microUnits();
            alone[i] = own == null ? null : own.microUnits();
            i++;
        }
        db.sql(
                        """
                        insert into simulation_share (simulation_id, payer_id, current_micro, proposed_micro, alone_micro)
                        select :id, s.payer_id, s.current_micro, s.proposed_micro, s.alone_micro
                          from unnest(:payers::uuid[], :current::bigint[], :proposed::bigint[], :alone::bigint[])
                               as s (payer_id, current_micro, proposed_micro, alone_micro)
                        """)
                .param("id", id)
                .param("payers", payers)
                .param("current", current)
                .param("proposed", proposed)
                .param("alone", alone)
                .update();
    }

    Optional<Simulation> find(UUID id) {
        return db.sql("select * from simulation where id = :id")
                .param("id", id)
                .query(Simulations::simulation)
                .optional();
    }

    /** Newest first. */
    List<Simulation> list(int limit) {
        return db.sql("select * from simulation order by requested_at desc, id limit :limit")
                .param("limit", limit)
                .query(Simulations::simulation)
                .list();
    }

    /** Shares after {@code after} in the order of payers' ids. */
    List<Simulation.Share> shares(UUID id, UUID after, int limit) {
        return db.sql(
                        """
                        select h.*, s.currency from simulation_share h join simulation s on s.id = h.simulation_id
                         where h.simulation_id = :id and h.payer_id > :after order by h.payer_id limit :limit
                        """)
                .param("id", id)
                .param("after", after)
                .param("limit", limit)
                .query(Simulations::share)
                .list();
    }

    List<Simulation.Share> shares(UUID id, Collection<PayerId> payers) {
        return db.sql(
                        """
                        select h.*, s.currency from simulation_share h join simulation s on s.id = h.simulation_id
                         where h.simulation_id = :id and h.payer_id = any(:payers) order by h.payer_id
                        """)
                .param("id", id)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(Simulations::share)
                .list();
    }

    /** All differences, ascending. */
    List<Money> differences(UUID id) {
        return db.sql(
                        """
                        select h.proposed_micro - h.current_micro as difference_micro, s.currency
                          from simulation_share h join simulation s on s.id = h.simulation_id
                         where h.simulation_id = :id order by 1
                        """)
                .param("id", id)
                .query((rs, row) ->
                        new Money(
                                rs.getLong("difference_micro"),
                                Currency.getInstance(rs.getString("currency"))))
                .list();
    }

    int betterAlone(UUID id) {
        return db.sql(
                        """
                        select count(*) from simulation_share where simulation_id = :id and proposed_micro > alone_micro
                        """)
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    private static Simulation.Share share(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Simulation.Share(
                new PayerId(rs.getObject("payer_id", UUID.class)),
                new Money(rs.getLong("current_micro"), currency),
                new Money(rs.getLong("proposed_micro"), currency),
                money(rs, currency));
    }

    private static @Nullable Money money(ResultSet rs, Currency currency) throws SQLException {
        long micro = rs.getLong("alone_micro");
        return rs.wasNull() ? null : new Money(micro, currency);
    }

    private static Simulation simulation(ResultSet rs, int row) throws SQLException {
        return new Simulation(
                rs.getObject("id", UUID.class),
                new MemberId(rs.getObject("requested_by", UUID.class)),
                rs.getObject("requested_at", OffsetDateTime.class).toInstant(),
                YearMonth.from(rs.getObject("first_month", LocalDate.class)),
                YearMonth.from(rs.getObject("last_month", LocalDate.class)),
                money(rs, Currency.getInstance(rs.getString("currency"))),
                Simulation.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                rs.getInt("done"),
                rs.getInt("payers"),
                rs.getInt("bills"),
                rs.getInt("reproduced"),
                rs.getString("why"));
    }
}
