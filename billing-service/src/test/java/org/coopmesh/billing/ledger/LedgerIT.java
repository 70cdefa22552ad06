package org.coopmesh.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.TestDatabase;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.json.JsonMapper;

class LedgerIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final Instant NOW = Instant.parse("2026-11-05T10:00:00Z");
    private static final TestDatabase DATABASE = TestDatabase.fresh();

    private final Entries entries = new Entries(DATABASE.db());
    private final Ledger ledger =
            new Ledger(
                    entries,
                    new ClosedMonths(DATABASE.db()),
                    new Heads(DATABASE.db()),
                    Clock.fixed(NOW, ZoneOffset.UTC));

    @Property(tries = 40)
    void trialBalanceIsZeroAfterAnySequence(
            @ForAll @Size(max = 25)
                    List<@IntRange(min = 0, max = Integer.MAX_VALUE) Integer> seeds) {
        UUID payer = UUID.randomUUID();
        var accounts =
                List.of(
                        AccountId.unbilled(payer),
                        AccountId.receivable(payer),
                        AccountId.wallet(payer),
                        AccountId.BANK,
                        AccountId.INCOME_DUES);
        Map<AccountId, Long> expected = new HashMap<>();
        expected.putAll(entries.balances(accounts));
        for (int seed : seeds) {
            AccountId from = accounts.get(seed % 5);
            AccountId to = accounts.get((seed % 5 + 1 + seed / 5 % 4) % 5);
            Money amount = new Money(seed / 20 + 1L, EUR);
            TransactionId id =
                    DATABASE.commit(() ->
                            ledger.post(
                                    new Transaction(
                                            NOW, "any", List.of(new Posting(from, to, amount)))));
            if (seed % 7 == 0) {
                DATABASE.commit(() -> ledger.reverse(id, "a mistake"));
            } else {
                expected.merge(from, -amount.microUnits(), Long::sum);
                expected.merge(to, amount.microUnits(), Long::sum);
            }
        }

        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThat(entries.balances(accounts)).isEqualTo(expected);
    }

    @Example
    void theDatabaseKnowsTheKindsThatTheCodeKnows() {
        var known = new TreeMap<String, Boolean>();
        for (AccountId.Kind kind : AccountId.Kind.values()) {
            known.put(kind.code(), kind.isOwned());
        }

        var kept = new TreeMap<String, Boolean>();
        DATABASE.db()
                .sql("select kind, owned from ledger_account_kind")
                .query(rs -> {
                    kept.put(rs.getString("kind"), rs.getBoolean("owned"));
                });

        assertThat(kept).isEqualTo(known);
    }

    @Example
    void theDatabaseRefusesAccountsThatCannotBe() {
        UUID owner = UUID.randomUUID();
        for (String values :
                List.of(
                        "('till', 'till', null, 'EUR')",
                        "('money', 'bank', null, 'EUR')",
                        "('wallet', 'wallet', null, 'EUR')",
                        "('bank:%1$s', 'bank', '%1$s', 'EUR')",
                        "('wallet:%1$s', 'wallet', gen_random_uuid(), 'EUR')")) {
            String insert =
                    "insert into ledger_account (id, kind, owner_id, currency) values "
                            + values.formatted(owner);
            assertThatThrownBy(() -> DATABASE.commit(() -> DATABASE.db().sql(insert).update()))
                    .as(insert)
                    .isInstanceOf(DataAccessException.class);
        }
    }

    @Example
    void theDatabaseRefusesToChangeOrRemoveWhatIsWritten() {
        post(AccountId.BANK, AccountId.CASH, 5_00);

        for (String change :
                List.of(
                        "update ledger_entry set amount_micro = amount_micro + 1",
                        "delete from ledger_entry",
                        "truncate ledger_entry",
                        "update ledger_transaction set what = 'other'",
                        "delete from ledger_transaction",
                        "truncate ledger_transaction cascade",
                        "update ledger_account set owner_id = gen_random_uuid()",
                        "delete from ledger_account")) {
            assertThatThrownBy(() -> DATABASE.commit(() -> DATABASE.db().sql(change).update()))
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("append-only");
        }
    }

    @Example
    void theDatabaseRefusesAtCommitWhatDoesNotBalance() {
        post(AccountId.BANK, AccountId.CASH, 1);
        UUID id = UUID.randomUUID();

        assertThatThrownBy(() ->
                        DATABASE.commit(() -> {
                            header(id);
                            entry(id, 1, "bank", -500);
                            entry(id, 1, "cash", 499);
                        }))
                .hasStackTraceContaining("does not balance");
        assertThatThrownBy(() -> DATABASE.commit(() -> header(id)))
                .hasStackTraceContaining("does not balance");
        assertThatThrownBy(() ->
                        DATABASE.commit(() -> {
                            header(id);
                            entry(id, 1, "bank", -500);
                            entry(id, 2, "cash", 500);
                        }))
                .hasStackTraceContaining("does not balance");
        assertThatThrownBy(() ->
                        DATABASE.commit(() -> {
                            header(id);
                            entry(id, 1, "bank", 0);
                        }))
                .isInstanceOf(DataAccessException.class);
    }

    @Example
    void aClosedTransactionTakesNoMoreEntriesNotEvenABalancedPair() {
        TransactionId id = post(AccountId.BANK, AccountId.CASH, 1);

        assertThatThrownBy(() ->
                        DATABASE.commit(() -> {
                            entry(id.value(), 2, "bank", -500);
                            entry(id.value(), 2, "cash", 500);
                        }))
                .hasStackTraceContaining("is closed");
    }

    @Example
    void aHeaderCannotBeLeftOpenForALaterTransaction() {
        post(AccountId.BANK, AccountId.CASH, 1);
        UUID id = UUID.randomUUID();

        assertThatThrownBy(() ->
                        DATABASE.commit(() -> {
                            DATABASE.db()
                                    .sql(
                                            """
                                            insert into ledger_transaction (id, effective_at, recorded_at, what, written_by)
                                            values (:id, now(), now(), 'raw', '9999999999')
                                            """)
                                    .param("id", id)
                                    .update();
                            DATABASE.db()
                                    .sql(
                                            """
                                            insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency)
                                            values (:id, 1, 'bank', -5, 'EUR'), (:id, 1, 'cash', 5, 'EUR')
                                            """)
                                    .param("id", id)
                                    .update();
                        }))
                .hasStackTraceContaining("is closed");
    }

    @Example
    void theDatabaseRefusesAccountsThatAreNotThereInThatCurrency() {
        post(AccountId.BANK, AccountId.CASH, 1);

        for (String entries :
                List.of(
                        "(:id, 1, 'bank', -500, 'EUR'), (:id, 1, 'nowhere', 500, 'EUR')",
                        "(:id, 1, 'bank', -500, 'CHF'), (:id, 1, 'cash', 500, 'CHF')")) {
            assertThatThrownBy(() ->
                            DATABASE.commit(() -> {
                                UUID id = UUID.randomUUID();
                                header(id);
                                DATABASE.db()
                                        .sql(
                                                "insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency) values "
                                                        + entries)
                                        .param("id", id)
                                        .update();
                            }))
                    .as(entries)
                    .hasStackTraceContaining("names an account that is not there");
        }
    }

    @Example
    void howMuchIsWrittenAlreadyDoesNotSlowAPostingDown() {
        ledgerOf(2_000);
        DATABASE.db().sql("analyze").update();

        long read =
                DATABASE.commit(() -> {
                    ledgerOf(100);
                    return DATABASE.db()
                            .sql(
                                    """
                                    select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables
                                     where relname = 'ledger_transaction'
                                    """)
                            .query(Long.class)
                            .single();
                });

        assertThat(read).isLessThanOrEqualTo(400);
    }

    private void ledgerOf(int transactions) {
        var all = new ArrayList<Transaction>();
        for (int i = 0; i < transactions; i++) {
            all.add(
                    new Transaction(
                            NOW,
                            "one of many",
                            List.of(new Posting(AccountId.BANK, AccountId.CASH, cents(1)))));
        }
        DATABASE.commit(() -> ledger.postAll(all));
    }

    @Example
    void balanceAsOfLeavesOutWhatCountsLater() {
        AccountId wallet = AccountId.wallet(UUID.randomUUID());
        postAt(NOW.minusSeconds(60), AccountId.BANK, wallet, 100);
        postAt(NOW.plusSeconds(60), AccountId.BANK, wallet, 10);

        assertThat(ledger.balance(wallet, EUR, NOW)).isEqualTo(cents(100));
        assertThat(ledger.balance(wallet, EUR)).isEqualTo(cents(110));
    }

    @Example
    void aReversalUndoesOnceAndKeepsBoth() {
        AccountId wallet = AccountId.wallet(UUID.randomUUID());
        TransactionId id = post(AccountId.BANK, wallet, 100);

        DATABASE.commit(() -> ledger.reverse(id, "typed twice"));

        assertThat(ledger.balance(wallet, EUR)).isEqualTo(Money.zero(EUR));
        assertThat(entries.lines(wallet, NOW, NOW, Long.MAX_VALUE, 10)).hasSize(2);
        assertThatThrownBy(() -> DATABASE.commit(() -> ledger.reverse(id, "again")))
                .isInstanceOf(AlreadyReversed.class);
        assertThatThrownBy(() ->
                        DATABASE.commit(
                                () -> ledger.reverse(new TransactionId(UUID.randomUUID()), "none")))
                .isInstanceOf(TransactionNotFound.class);
    }

    @Example
    void transactionsThatLockTheSameAccountsInOppositeOrderNeverDeadlock() throws Exception {
        var first = AccountId.wallet(UUID.randomUUID());
        var second = AccountId.wallet(UUID.randomUUID());
        var done = new ArrayList<Future<?>>();
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 100; i++) {
                boolean there = i % 2 == 0;
                done.add(
                        pool.submit(() -> {
                            post(there ? first : second, there ? second : first, 1);
                        }));
            }
        }
        for (Future<?> each : done) {
            each.get();
        }

        assertThat(ledger.balance(first, EUR)).isEqualTo(Money.zero(EUR));
    }

    @Example
    void aPostingIsPositiveAndBetweenTwoAccounts() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Posting(AccountId.BANK, AccountId.CASH, cents(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Posting(AccountId.BANK, AccountId.CASH, cents(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Posting(AccountId.BANK, AccountId.BANK, cents(1)));
    }

    @Example
    void oneKeyIsDoneOnceAndAnswersTheSame() {
        var keys =
                new IdempotencyKeys(
                        DATABASE.db(),
                        JsonMapper.builder().build(),
                        Clock.fixed(NOW, ZoneOffset.UTC));
        String key = UUID.randomUUID().toString();

        String first = once(keys, "anna", key, "body", "one");
        String second = once(keys, "anna", key, "body", "two");

        assertThat(first).isEqualTo("one");
        assertThat(second).isEqualTo("one");
        assertThatThrownBy(() -> once(keys, "anna", key, "other body", "three"))
                .isInstanceOf(IdempotencyKeyReused.class);
        assertThatThrownBy(() -> once(keys, "bert", key, "body", "three"))
                .isInstanceOf(IdempotencyKeyReused.class);
        assertThatThrownBy(() -> once(keys, "anna", " ", "body", "three"))
                .isInstanceOf(IdempotencyKeyInvalid.class);
    }

    @Example
    void aRequestThatFailedMayBeTriedAgainWithItsKey() {
        var keys =
                new IdempotencyKeys(
                        DATABASE.db(),
                        JsonMapper.builder().build(),
                        Clock.fixed(NOW, ZoneOffset.UTC));
        String key = UUID.randomUUID().toString();
        assertThatThrownBy(() ->
                        DATABASE.commit(() ->
                                keys.once(
                                        "pay",
                                        "anna",
                                        key,
                                        "body",
                                        String.class,
                                        () -> {
                                            throw new IllegalStateException("no");
                                        })))
                .isInstanceOf(IllegalStateException.class);

        assertThat(once(keys, "anna", key, "body", "two")).isEqualTo("two");
    }

    private static String once(
            IdempotencyKeys keys, String caller, String key, String body, String answer) {
        return DATABASE.commit(
                () -> keys.once("pay", caller, key, body, String.class, () -> answer));
    }

    private TransactionId post(AccountId from, AccountId to, long cents) {
        return postAt(NOW, from, to, cents);
    }

    private TransactionId postAt(Instant at, AccountId from, AccountId to, long cents) {
        return DATABASE.commit(() ->
                ledger.post(
                        new Transaction(at, "test", List.of(new Posting(from, to, cents(cents))))));
    }

    private static void header(UUID id) {
        DATABASE.db()
                .sql(
                        "insert into ledger_transaction (id, effective_at, recorded_at, what) values (:id, now(), now(), 'raw')")
                .param("id", id)
                .update();
    }

    private static void entry(UUID id, int line, String account, long micro) {
        DATABASE.db()
                .sql(
                        "insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency) values (:id, :line, :account, :micro, 'EUR')")
                .param("id", id)
                .param("line", line)
                .param("account", account)
                .param("micro", micro)
                .update();
    }

    private static Money cents(long cents) {
        return new Money(cents * 10_000, EUR);
    }
}
