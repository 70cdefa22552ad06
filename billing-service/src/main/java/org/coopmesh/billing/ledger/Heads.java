package org.coopmesh.billing.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for sealed days, heads of the hash chain, and checkpoints of balances. */
@Repository
class Heads {
    /** An account with fewer entries since its last checkpoint is summed quickly enough. */
    static final int CHECKPOINT_AFTER_ENTRIES = 1_000;

    private static final long ADVISORY_LOCK = 0x626f6f6b73L; // "books"

    private final JdbcClient db;

    Heads(JdbcClient db) {
        this.db = db;
    }

    /** One at a time, of all replicas, until the transaction ends. */
    boolean lock() {
        return db.sql("select pg_try_advisory_xact_lock(:lock)")
                .param("lock", ADVISORY_LOCK)
                .query(Boolean.class)
                .single();
    }

    /** Up to when nothing more is recorded. */
    Optional<Instant> sealedUntil() {
        return db.sql(
                        "select recorded_until from ledger_sealed order by recorded_until desc limit 1")
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    boolean recordedBetween(@Nullable Instant from, Instant until) {
        return db.sql(
                        """
                        select exists (select from ledger_transaction
                                        where recorded_at >= coalesce(:from::timestamptz, '-infinity') and recorded_at < :until)
                        """)
                .param("from", from == null ? null : from.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    /** Only while postings are held off: then every entry up to the highest number is there. */
    void seal(Instant until, Instant now) {
        db.sql(
                        """
                        insert into ledger_sealed (recorded_until, through_entry, sealed_at)
                        select :until, coalesce(max(id), 0), :now from ledger_entry
                        """)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Balances of busy accounts at the last seal. Repeating it changes nothing. */
    void checkpoint() {
        db.sql(
                        """
                        insert into ledger_checkpoint (account_id, through_entry, balance_micro)
                        select busy.account_id, s.upto, coalesce(p.balance_micro, 0) + e.micro
                          from (select max(through_entry) filter (where rank = 2) as since, max(through_entry) filter (where rank = 1) as upto
                                  from (select through_entry, row_number() over (order by recorded_until desc) as rank
                                          from ledger_sealed order by recorded_until desc limit 2) two) s
                          cross join lateral (select distinct account_id from ledger_entry
                                               where id > coalesce(s.since, 0) and id <= s.upto) busy
                          left join lateral (select through_entry, balance_micro from ledger_checkpoint
                                              where account_id = busy.account_id order by through_entry desc limit 1) p on true
                          cross join lateral (select count(*) as entries, sum(amount_micro)::bigint as micro from ledger_entry
                                               where account_id = busy.account_id
                                                 and id > coalesce(p.through_entry, 0) and id <= s.upto) e
                         where e.entries >= :after
                        on conflict do nothing
                        """)
                .param("after", CHECKPOINT_AFTER_ENTRIES)
                .update();
    }

    Optional<Head> last() {
        return db.sql("select * from ledger_head order by day desc limit 1")
                .query(Heads::head)
                .optional();
    }

    void add(Head head) {
        db.sql(
                        "insert into ledger_head (day, transactions, head) values (:day, :transactions, :head)")
                .param("day", head.day())
                .param("transactions", head.transactions())
                .param("head", HexFormat.of().parseHex(head.hash()))
                .update();
    }

    /** Days after {@code after}, in their order. */
    List<Head> after(LocalDate after, int limit) {
        return db.sql("select * from ledger_head where day > :after order by day limit :limit")
                .param("after", after)
                .param("limit", limit)
                .query(Heads::head)
                .list();
    }

    private static Head head(java.sql.ResultSet rs, int row) throws java.sql.SQLException {
        return new Head(
                rs.getObject("day", LocalDate.class),
                rs.getLong("transactions"),
                HexFormat.of().formatHex(rs.getBytes("head")));
    }
}
