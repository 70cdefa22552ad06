package org.coopmesh.billing.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for accounts, transactions and their entries; a posting is two entries on one line. */
@Repository
class Entries {
    /** An account as the list of accounts shows it. */
    record Account(AccountId id, Money balance) {}

    /** What all accounts of one kind hold together. */
    record KindTotal(String kind, Money balance) {}

    /** One line of an account's statement. */
    record Line(
            long id,
            UUID transactionId,
            Instant effectiveAt,
            Instant recordedAt,
            String what,
            Money amount,
            @Nullable UUID reverses) {}

    private final JdbcClient db;

    Entries(JdbcClient db) {
        this.db = db;
    }

    /** Opens what is new. Two who open the same one at once may meet on either unique index: no target is named. */
    void open(Collection<AccountId> accounts, Currency currency) {
        for (AccountId account : accounts) {
            db.sql(
                            """
                            insert into ledger_account (id, kind, owner_id, currency)
                            values (:id, :kind, :owner, :currency)
                            on conflict do nothing
                            """)
                    .param("id", account.toString())
                    .param("kind", account.kind().code())
                    .param("owner", account.owner())
                    .param("currency", currency.getCurrencyCode())
                    .update();
        }
    }

    /** Locks in the order of the ids, so that two transactions never wait for each other in a circle. */
    void lock(List<AccountId> accounts) {
        if (accounts.isEmpty()) {
            return;
        }
        db.sql(
                        """
                        select id from ledger_account where id = any(:ids) order by id for no key update
                        """)
                .param("ids", accounts.stream().map(AccountId::toString).toArray(String[]::new))
                .query()
                .listOfRows();
    }

    void insert(
            TransactionId id,
            Transaction transaction,
            Instant recordedAt,
            @Nullable TransactionId reverses) {
        db.sql(
                        """
                        insert into ledger_transaction (id, effective_at, recorded_at, what, reverses)
                        values (:id, :effectiveAt, :recordedAt, :what, :reverses)
                        """)
                .param("id", id.value())
                .param("effectiveAt", transaction.effectiveAt().atOffset(ZoneOffset.UTC))
                .param("recordedAt", recordedAt.atOffset(ZoneOffset.UTC))
                .param("what", transaction.what())
                .param("reverses", reverses == null ? null : reverses.value())
                .update();
        int size = transaction.postings().size();
        var from = new String[size];
        var to = new String[size];
        var micro = new Long[size];
        for (int i = 0; i < size; i++) {
            Posting posting = transaction.postings().get(i);
            from[i] = posting.from().toString();
            to[i] = posting.to().toString();
            micro[i] = posting.amount().microUnits();
        }
        db.sql(
                        """
                        insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency)
                        select :id, p.line, e.account_id, e.amount_micro, :currency
                          from unnest(:from::text[], :to::text[], :micro::bigint[]) with ordinality as p (from_id, to_id, micro, line)
                          cross join lateral (values (p.from_id, -p.micro), (p.to_id, p.micro)) as e (account_id, amount_micro)
                         order by p.line, e.amount_micro
                        """)
                .param("id", id.value())
                .param("from", from)
                .param("to", to)
                .param("micro", micro)
                .param(
                        "currency",
                        transaction.postings().getFirst().amount().currency().getCurrencyCode())
                .update();
    }

    boolean isReversed(TransactionId id) {
        return db.sql("select exists (select from ledger_transaction where reverses = :id)")
                .param("id", id.value())
                .query(Boolean.class)
                .single();
    }

    Optional<Transaction> find(TransactionId id) {
        var postings = new ArrayList<Posting>();
        db.sql(
                        """
                        select f.account_id as from_id, t.account_id as to_id, t.amount_micro, t.currency
                          from ledger_entry f join ledger_entry t using (transaction_id, line)
                         where transaction_id = :id and f.amount_micro < 0 and t.amount_micro > 0
                         order by line
                        """)
                .param("id", id.value())
                .query(rs -> {
                    postings.add(
                            new Posting(
                                    AccountId.of(rs.getString("from_id")),
                                    AccountId.of(rs.getString("to_id")),
                                    money(rs)));
                });
        return db.sql("select effective_at, what from ledger_transaction where id = :id")
                .param("id", id.value())
                .query((rs, row) ->
                        new Transaction(
                                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                                rs.getString("what"),
                                postings))
                .optional();
    }

    long balance(AccountId account) {
        return db.sql(
                        """
                        select coalesce(sum(amount_micro), 0)::bigint from ledger_entry where account_id = :account
                        """)
                .param("account", account.toString())
                .query(Long.class)
                .single();
    }

    long balance(AccountId account, Instant asOf) {
        return db.sql(
                        """
                        select coalesce(sum(e.amount_micro), 0)::bigint
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.effective_at <= :asOf
                        """)
                .param("account", account.toString())
                .param("asOf", asOf.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    long total(AccountId.Kind kind) {
        return db.sql(
                        """
                        select coalesce(sum(e.amount_micro), 0)::bigint
                          from ledger_entry e join ledger_account a on a.id = e.account_id where a.kind = :kind
                        """)
                .param("kind", kind.code())
                .query(Long.class)
                .single();
    }

    long total() {
        return db.sql("select coalesce(sum(amount_micro), 0)::bigint from ledger_entry")
                .query(Long.class)
                .single();
    }

    /** What the accounts of each kind hold together, by currency. */
    List<KindTotal> totals() {
        return db.sql(
                        """
                        select a.kind, e.currency, sum(e.amount_micro)::bigint as amount_micro
                          from ledger_entry e join ledger_account a on a.id = e.account_id
                         group by a.kind, e.currency order by a.kind, e.currency
                        """)
                .query((rs, row) -> new KindTotal(rs.getString("kind"), money(rs)))
                .list();
    }

    /** Accounts after {@code after} in the order of their ids, with what they hold. */
    List<Account> accounts(String after, int limit) {
        return db.sql(
                        """
                        select a.id, a.currency, coalesce(sum(e.amount_micro), 0)::bigint as amount_micro
                          from (select id, currency from ledger_account where id > :after order by id limit :limit) a
                          left join ledger_entry e on e.account_id = a.id
                         group by a.id, a.currency order by a.id
                        """)
                .param("after", after)
                .param("limit", limit)
                .query((rs, row) -> new Account(AccountId.of(rs.getString("id")), money(rs)))
                .list();
    }

    Optional<Currency> currencyOf(AccountId account) {
        return db.sql("select currency from ledger_account where id = :id")
                .param("id", account.toString())
                .query((rs, row) -> Currency.getInstance(rs.getString("currency")))
                .optional();
    }

    /** Lines of one account that count at {@code asOf}, newest first, before the line {@code before}. */
    List<Line> lines(AccountId account, Instant asOf, long before, int limit) {
        return db.sql(
                        """
                        select e.id, e.transaction_id, t.effective_at, t.recorded_at, t.what, t.reverses, e.amount_micro, e.currency
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.effective_at <= :asOf and e.id < :before
                         order by e.id desc limit :limit
                        """)
                .param("account", account.toString())
                .param("asOf", asOf.atOffset(ZoneOffset.UTC))
                .param("before", before)
                .param("limit", limit)
                .query((rs, row) ->
                        new Line(
                                rs.getLong("id"),
                                rs.getObject("transaction_id", UUID.class),
                                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                                rs.getObject("recorded_at", OffsetDateTime.class).toInstant(),
                                rs.getString("what"),
                                money(rs),
                                rs.getObject("reverses", UUID.class)))
                .list();
    }

    private static Money money(ResultSet rs) throws SQLException {
        return new Money(
                rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency")));
    }

    /** Opens what is new, in one statement and in the order given. */
    void openAll(Collection<AccountId> accounts, Currency currency) {
        int size = accounts.size();
        var ids = new String[size];
        var kinds = new String[size];
        var owners = new @Nullable UUID[size];
        int i = 0;
        for (AccountId account : accounts) {
            ids[i] = account.toString();
            kinds[i] = account.kind().code();
            owners[i] = account.owner();
            i++;
        }
        db.sql(
                        """
                        insert into ledger_account (id, kind, owner_id, currency)
                        select a.id, a.kind, a.owner_id, :currency
                          from unnest(:ids::text[], :kinds::text[], :owners::uuid[]) with ordinality as a (id, kind, owner_id, place)
                         where not exists (select from ledger_account known where known.id = a.id)
                         order by a.place
                        on conflict do nothing
                        """)
                .param("ids", ids)
                .param("kinds", kinds)
                .param("owners", owners)
                .param("currency", currency.getCurrencyCode())
                .update();
    }

    Map<AccountId, Money> balances(Collection<AccountId> accounts, Currency currency) {
        var balances = new HashMap<AccountId, Money>();
        accounts.forEach(account -> balances.put(account, Money.zero(currency)));
        db.sql(
                        """
                        select account_id, sum(amount_micro)::bigint as amount_micro from ledger_entry
                         where account_id = any(:accounts) group by account_id
                        """)
                .param(
                        "accounts",
                        accounts.stream().map(AccountId::toString).toArray(String[]::new))
                .query(rs -> {
                    balances.put(
                            AccountId.of(rs.getString("account_id")),
                            new Money(rs.getLong("amount_micro"), currency));
                });
        return balances;
    }

    /** Headers in one statement, entries in another. */
    void insertAll(List<Transaction> transactions, Currency currency, Instant recordedAt) {
        int size = transactions.size();
        var ids = new UUID[size];
        var effective = new String[size];
        var what = new String[size];
        int postings = transactions.stream().mapToInt(each -> each.postings().size()).sum();
        var of = new UUID[postings];
        var lines = new Integer[postings];
        var from = new String[postings];
        var to = new String[postings];
        var micro = new Long[postings];
        int next = 0;
        for (int i = 0; i < size; i++) {
            Transaction transaction = transactions.get(i);
            ids[i] = UUID.randomUUID();
            effective[i] = transaction.effectiveAt().atOffset(ZoneOffset.UTC).toString();
            what[i] = transaction.what();
            int line = 0;
            for (Posting posting : transaction.postings()) {
                of[next] = ids[i];
                lines[next] = ++line;
                from[next] = posting.from().toString();
                to[next] = posting.to().toString();
                micro[next] = posting.amount().microUnits();
                next++;
            }
        }
        db.sql(
                        """
                        insert into ledger_transaction (id, effective_at, recorded_at, what)
                        select t.id, t.effective_at, :recordedAt, t.what
                          from unnest(:ids::uuid[], :effective::timestamptz[], :what::text[]) as t (id, effective_at, what)
                        """)
                .param("ids", ids)
                .param("effective", effective)
                .param("what", what)
                .param("recordedAt", recordedAt.atOffset(ZoneOffset.UTC))
                .update();
        db.sql(
                        """
                        insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency)
                        select p.transaction_id, p.line, e.account_id, e.amount_micro, :currency
                          from unnest(:of::uuid[], :lines::int[], :from::text[], :to::text[], :micro::bigint[])
                               with ordinality as p (transaction_id, line, from_id, to_id, micro, place)
                          cross join lateral (values (p.from_id, -p.micro), (p.to_id, p.micro)) as e (account_id, amount_micro)
                         order by p.place, e.amount_micro
                        """)
                .param("of", of)
                .param("lines", lines)
                .param("from", from)
                .param("to", to)
                .param("micro", micro)
                .param("currency", currency.getCurrencyCode())
                .update();
    }
}
