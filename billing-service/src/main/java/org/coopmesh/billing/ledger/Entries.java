package org.coopmesh.billing.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
            @Nullable Instant happenedAt,
            Instant recordedAt,
            String what,
            Money amount,
            @Nullable UUID reverses) {}

    /** A transaction that is to be written down. */
    record New(TransactionId id, Transaction transaction, @Nullable TransactionId reverses) {}

    private static final int PAGE = 500;

    private final JdbcClient db;

    Entries(JdbcClient db) {
        this.db = db;
    }

    /** Opens what is new, in the order of the ids. Two who open the same one at once may meet on either unique index: no target is named. */
    void open(Collection<AccountId> accounts, Currency currency) {
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
                          from unnest(:ids::text[], :kinds::text[], :owners::uuid[]) as a (id, kind, owner_id)
                         where not exists (select from ledger_account known where known.id = a.id)
                         order by a.id
                        on conflict do nothing
                        """)
                .param("ids", ids)
                .param("kinds", kinds)
                .param("owners", owners)
                .param("currency", currency.getCurrencyCode())
                .update();
    }

    /** Locks in the order of the ids, so that two transactions never wait for each other in a circle. */
    void lock(Collection<AccountId> accounts) {
        if (accounts.isEmpty()) {
            return;
        }
        db.sql(
                        """
                        select id from ledger_account where id = any(:ids) order by id for no key update
                        """)
                .param("ids", ids(accounts))
                .query()
                .listOfRows();
    }

    private static String[] ids(Collection<AccountId> accounts) {
        return accounts.stream().map(AccountId::toString).toArray(String[]::new);
    }

    /**
     * Holds {@code payers}, the accounts of persons that are named, and writes headers and entries, in one statement. What
     * would take effect in a closed month does so when that is over.
     *
     * @param shared the other accounts that are named
     * @return false, and nothing is written, if not all accounts are there
     */
    boolean insert(
            List<New> transactions,
            Collection<AccountId> payers,
            Collection<AccountId> shared,
            Currency currency,
            Instant recordedAt) {
        int size = transactions.size();
        var ids = new UUID[size];
        var effective = new String[size];
        var what = new String[size];
        var reverses = new @Nullable UUID[size];
        int postings =
                transactions.stream().mapToInt(each -> each.transaction().postings().size()).sum();
        var of = new UUID[postings];
        var lines = new Integer[postings];
        var from = new String[postings];
        var to = new String[postings];
        var micro = new Long[postings];
        int next = 0;
        for (int i = 0; i < size; i++) {
            New each = transactions.get(i);
            TransactionId reversed = each.reverses();
            ids[i] = each.id().value();
            effective[i] = each.transaction().effectiveAt().atOffset(ZoneOffset.UTC).toString();
            what[i] = each.transaction().what();
            reverses[i] = reversed == null ? null : reversed.value();
            int line = 0;
            for (Posting posting : each.transaction().postings()) {
                of[next] = ids[i];
                lines[next] = ++line;
                from[next] = posting.from().toString();
                to[next] = posting.to().toString();
                micro[next] = posting.amount().microUnits();
                next++;
            }
        }
        return db.sql(
                        """
                        -- The limit changes no result: by it a plan that is made once looks as cheap as it is.
                        with held as materialized (
                            select id from ledger_account where id = any(:payers) order by id limit :payersSize for no key update
                        ), place as materialized (
                            select (select max(closed_until) from ledger_closed_month) as closed_until
                             where (select count(*) from held) = :payersSize
                               and (select count(*) from ledger_account where id = any(:shared)) = :sharedSize
                        ), written as (
                            insert into ledger_transaction (id, effective_at, happened_at, recorded_at, what, reverses)
                            select t.id, greatest(t.effective_at, closed_until),
                                   case when t.effective_at < closed_until then t.effective_at end, :recordedAt, t.what, t.reverses
                              from place
                              cross join unnest(:ids::uuid[], :effective::timestamptz[], :what::text[], :reverses::uuid[])
                                   as t (id, effective_at, what, reverses)
                        ), entered as (
                            insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency)
                            select p.transaction_id, p.line, e.account_id, e.amount_micro, :currency
                              from place
                              cross join unnest(:of::uuid[], :lines::int[], :from::text[], :to::text[], :micro::bigint[])
                                   as p (transaction_id, line, from_id, to_id, micro)
                              cross join lateral (values (p.from_id, -p.micro), (p.to_id, p.micro)) as e (account_id, amount_micro)
                        )
                        select exists (select from place)
                        """)
                .param("payers", ids(payers))
                .param("payersSize", payers.size())
                .param("shared", ids(shared))
                .param("sharedSize", shared.size())
                .param("ids", ids)
                .param("effective", effective)
                .param("what", what)
                .param("reverses", reverses)
                .param("recordedAt", recordedAt.atOffset(ZoneOffset.UTC))
                .param("of", of)
                .param("lines", lines)
                .param("from", from)
                .param("to", to)
                .param("micro", micro)
                .param("currency", currency.getCurrencyCode())
                .query(Boolean.class)
                .single();
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
        return db.sql(
                        "select coalesce(happened_at, effective_at) as effective_at, what from ledger_transaction where id = :id")
                .param("id", id.value())
                .query((rs, row) ->
                        new Transaction(
                                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                                rs.getString("what"),
                                postings))
                .optional();
    }

    /** What each holds: its last checkpoint and what was written since; nothing for one that was never posted to. */
    Map<AccountId, Long> balances(Collection<AccountId> accounts) {
        var balances = new HashMap<AccountId, Long>();
        db.sql(
                        """
                        select a.id, (coalesce(c.balance_micro, 0) + coalesce(e.micro, 0))::bigint as balance_micro
                          from unnest(:accounts::text[]) as a (id)
                          left join lateral (select through_entry, balance_micro from ledger_checkpoint
                                              where account_id = a.id order by through_entry desc limit 1) c on true
                          cross join lateral (select sum(amount_micro) as micro from ledger_entry
                                               where account_id = a.id and id > coalesce(c.through_entry, 0)) e
                        """)
                .param("accounts", ids(accounts))
                .query(rs -> {
                    balances.put(AccountId.of(rs.getString("id")), rs.getLong("balance_micro"));
                });
        return balances;
    }

    /** Of what counts at {@code asOf} and was written down at {@code knownAt}. */
    long balance(AccountId account, Instant asOf, Instant knownAt) {
        return db.sql(
                        """
                        select coalesce(sum(e.amount_micro), 0)::bigint
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.effective_at <= :asOf and t.recorded_at <= :knownAt
                        """)
                .param("account", account.toString())
                .param("asOf", asOf.atOffset(ZoneOffset.UTC))
                .param("knownAt", knownAt.atOffset(ZoneOffset.UTC))
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

    /** By how much the book is off, all currencies together, each without its sign. Reads the whole book. */
    long imbalance() {
        return db.sql(
                        """
                        select coalesce(sum(abs(amount_micro)), 0)::bigint
                          from (select sum(amount_micro) as amount_micro from ledger_entry group by currency) each
                        """)
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

    /**
     * Lines of one account that count at {@code asOf} and were written down at {@code knownAt}, newest first, before the line
     * {@code before}.
     */
    List<Line> lines(AccountId account, Instant asOf, Instant knownAt, long before, int limit) {
        return db.sql(
                        """
                        select e.id, e.transaction_id, t.effective_at, t.happened_at, t.recorded_at, t.what, t.reverses, e.amount_micro, e.currency
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.effective_at <= :asOf and t.recorded_at <= :knownAt and e.id < :before
                         order by e.id desc limit :limit
                        """)
                .param("account", account.toString())
                .param("asOf", asOf.atOffset(ZoneOffset.UTC))
                .param("knownAt", knownAt.atOffset(ZoneOffset.UTC))
                .param("before", before)
                .param("limit", limit)
                .query((rs, row) ->
                        new Line(
                                rs.getLong("id"),
                                rs.getObject("transaction_id", UUID.class),
                                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                                instant(rs, "happened_at"),
                                rs.getObject("recorded_at", OffsetDateTime.class).toInstant(),
                                rs.getString("what"),
                                money(rs),
                                rs.getObject("reverses", UUID.class)))
                .list();
    }

    /** Transactions recorded from {@code from} on and before {@code until}, in the order of recording, then of their ids. */
    void readMovements(AccountId account, Instant after, Instant until, Consumer<Movement> reader) {
        db.sql(
                        """
                        select t.id, t.effective_at, t.what, t.reverses, e.currency, sum(e.amount_micro)::bigint as amount_micro
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.effective_at > :after and t.effective_at <= :until
                         group by t.id, e.currency order by t.effective_at, t.id
                        """)
                .param("account", account.toString())
                .param("after", after.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query((ResultSet rs) -> reader.accept(movement(rs)));
    }

    /** In the order in which they were written down: who posts to a person's account holds it. */
    void readStatement(AccountId account, Consumer<Movement> reader) {
        db.sql(
                        """
                        select t.id, t.effective_at, t.what, t.reverses, e.currency, sum(e.amount_micro)::bigint as amount_micro
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account
                         group by t.id, e.currency order by min(e.id)
                        """)
                .param("account", account.toString())
                .query((ResultSet rs) -> reader.accept(movement(rs)));
    }

    Optional<UUID> alias(AccountId account) {
        return db.sql("select alias from ledger_account where id = :id")
                .param("id", account.toString())
                .query(UUID.class)
                .optional();
    }

    List<Movement> movements(AccountId account, Collection<TransactionId> transactions) {
        return db.sql(
                        """
                        select t.id, t.effective_at, t.what, t.reverses, e.currency, sum(e.amount_micro)::bigint as amount_micro
                          from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
                         where e.account_id = :account and t.id = any(:ids)
                         group by t.id, e.currency order by t.effective_at, t.id
                        """)
                .param("account", account.toString())
                .param("ids", transactions.stream().map(TransactionId::value).toArray(UUID[]::new))
                .query((rs, row) -> movement(rs))
                .list();
    }

    private static Movement movement(ResultSet rs) throws SQLException {
        UUID reverses = rs.getObject("reverses", UUID.class);
        return new Movement(
                new TransactionId(rs.getObject("id", UUID.class)),
                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                rs.getString("what"),
                reverses == null ? null : new TransactionId(reverses),
                money(rs));
    }

    void read(Instant from, Instant until, Consumer<WrittenTransaction> reader) {
        Instant at = from;
        UUID id = new UUID(0, 0);
        while (true) {
            List<WrittenTransaction> page = page(at, id, until);
            page.forEach(reader);
            if (page.size() < PAGE) {
                return;
            }
            at = page.getLast().recordedAt();
            id = page.getLast().id().value();
        }
    }

    private List<WrittenTransaction> page(Instant at, UUID id, Instant until) {
        var written = new LinkedHashMap<TransactionId, WrittenTransaction>();
        var lines = new LinkedHashMap<TransactionId, List<WrittenTransaction.Line>>();
        db.sql(
                        """
                        with page as (
                            select * from ledger_transaction
                             where (recorded_at, id) > (:at, :id) and recorded_at < :until
                             order by recorded_at, id limit :limit
                        )
                        select p.id, p.effective_at, p.happened_at, p.recorded_at, p.reverses, p.what,
                               f.account_id as from_id, fa.alias as from_alias, t.account_id as to_id, ta.alias as to_alias,
                               t.amount_micro, t.currency
                          from page p
                          join ledger_entry f on f.transaction_id = p.id and f.amount_micro < 0
                          join ledger_entry t on t.transaction_id = p.id and t.line = f.line and t.amount_micro > 0
                          join ledger_account fa on fa.id = f.account_id
                          join ledger_account ta on ta.id = t.account_id
                         order by p.recorded_at, p.id, f.line
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("limit", PAGE)
                .query(rs -> {
                    WrittenTransaction header = header(rs);
                    written.putIfAbsent(header.id(), header);
                    lines.computeIfAbsent(header.id(), key -> new ArrayList<>())
                            .add(
                                    new WrittenTransaction.Line(
                                            account(rs, "from"), account(rs, "to"), money(rs)));
                });
        return written.values().stream()
                .map(w ->
                        new WrittenTransaction(
                                w.id(),
                                w.effectiveAt(),
                                w.happenedAt(),
                                w.recordedAt(),
                                w.reverses(),
                                w.what(),
                                lines.getOrDefault(w.id(), List.of())))
                .toList();
    }

    private static WrittenTransaction header(ResultSet rs) throws SQLException {
        UUID reverses = rs.getObject("reverses", UUID.class);
        return new WrittenTransaction(
                new TransactionId(rs.getObject("id", UUID.class)),
                rs.getObject("effective_at", OffsetDateTime.class).toInstant(),
                instant(rs, "happened_at"),
                rs.getObject("recorded_at", OffsetDateTime.class).toInstant(),
                reverses == null ? null : new TransactionId(reverses),
                rs.getString("what"),
                List.of());
    }

    private static WrittenTransaction.Account account(ResultSet rs, String end)
            throws SQLException {
        return new WrittenTransaction.Account(
                AccountId.of(rs.getString(end + "_id")), rs.getObject(end + "_alias", UUID.class));
    }

    /** Every account, with its alias, in the order of the ids. */
    void readAccounts(Consumer<WrittenTransaction.Account> reader) {
        db.sql("select id, alias from ledger_account order by id")
                .query(rs -> {
                    reader.accept(
                            new WrittenTransaction.Account(
                                    AccountId.of(rs.getString("id")),
                                    rs.getObject("alias", UUID.class)));
                });
    }

    /** What every account holds that was ever posted to, in the order of the ids. */
    void readBalances(Consumer<Ledger.AccountBalance> reader) {
        db.sql(
                        """
                        select a.id, a.alias, e.currency, sum(e.amount_micro)::bigint as amount_micro
                          from ledger_entry e join ledger_account a on a.id = e.account_id
                         group by a.id, a.alias, e.currency order by a.id
                        """)
                .query(rs -> {
                    reader.accept(
                            new Ledger.AccountBalance(
                                    new WrittenTransaction.Account(
                                            AccountId.of(rs.getString("id")),
                                            rs.getObject("alias", UUID.class)),
                                    money(rs)));
                });
    }

    /** Postings from {@code from} on, summed by month, kinds and currency; a month is one of {@code zone}. */
    List<Flow> flows(Instant from, ZoneId zone) {
        String personal =
                Arrays.stream(AccountId.Kind.values())
                        .filter(AccountId.Kind::isPersonal)
                        .map(AccountId.Kind::code)
                        .collect(Collectors.joining(","));
        return db.sql(
                        """
                        with posting as (
                            select date_trunc('month', t.effective_at at time zone :zone)::date as month,
                                   fa.kind as from_kind, ta.kind as to_kind, e.currency, e.amount_micro,
                                   case when fa.kind = any(string_to_array(:personal, ',')) then fa.owner_id end as from_payer,
                                   case when ta.kind = any(string_to_array(:personal, ',')) then ta.owner_id end as to_payer
                              from ledger_transaction t
                              join ledger_entry f on f.transaction_id = t.id and f.amount_micro < 0
                              join ledger_entry e on e.transaction_id = t.id and e.line = f.line and e.amount_micro > 0
                              join ledger_account fa on fa.id = f.account_id
                              join ledger_account ta on ta.id = e.account_id
                             where t.effective_at >= :from
                        )
                        select month, from_kind, to_kind, currency, sum(amount_micro)::bigint as amount_micro,
                               greatest(count(distinct from_payer), count(distinct to_payer)) as payers
                          from posting group by month, from_kind, to_kind, currency order by month, from_kind, to_kind
                        """)
                .param("zone", zone.getId())
                .param("personal", personal)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .query((rs, row) ->
                        new Flow(
                                YearMonth.from(rs.getObject("month", LocalDate.class)),
                                kind(rs.getString("from_kind")),
                                kind(rs.getString("to_kind")),
                                money(rs),
                                rs.getLong("payers")))
                .list();
    }

    private static AccountId.Kind kind(String code) {
        return Arrays.stream(AccountId.Kind.values())
                .filter(kind -> kind.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime time = rs.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Money money(ResultSet rs) throws SQLException {
        return new Money(
                rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency")));
    }
}
