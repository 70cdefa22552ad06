package org.coopmesh.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.coopmesh.billing.TestDatabase;
import org.coopmesh.contracts.billing.v1.BookEvent;
import org.coopmesh.contracts.billing.v1.DayChained;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class SealingIT {
    private static final Currency EUR = Currency.getInstance("EUR");

    private final TestDatabase database = TestDatabase.fresh();
    private final Entries entries = new Entries(database.db());
    private final Heads heads = new Heads(database.db());
    private final ClosedMonths months = new ClosedMonths(database.db());
    private final Moving clock = new Moving();
    private final Ledger ledger = new Ledger(entries, months, heads, clock);
    private final List<BookEvent> said = new ArrayList<>();
    private final Sealing sealing =
            new Sealing(
                    heads,
                    months,
                    entries,
                    database.transaction(),
                    clock,
                    Duration.ofHours(1),
                    said::add);

    @Test
    void aDayIsSealedAnHourAfterItIsOverAndTheHeadIsTheHashOfItsTransactions() {
        clock.now = Instant.parse("2026-11-05T10:00:00Z");
        post(AccountId.BANK, AccountId.CASH, 1);
        post(AccountId.BANK, AccountId.wallet(UUID.randomUUID()), 2);
        clock.now = Instant.parse("2026-11-06T00:59:59Z");
        sealing.sealDaysThatAreOver();
        assertThat(heads.last()).isEmpty();

        clock.now = Instant.parse("2026-11-06T01:00:00Z");
        sealing.sealDaysThatAreOver();
        sealing.sealDaysThatAreOver();

        var chain = HashChain.fromTheBeginning();
        entries.read(Instant.EPOCH, clock.now, chain::append);
        assertThat(heads.after(LocalDate.EPOCH, 10))
                .containsExactly(
                        new Head(
                                LocalDate.parse("2026-11-05"),
                                2,
                                HexFormat.of().formatHex(chain.head())));
        assertThat(said)
                .singleElement()
                .extracting(BookEvent::getDayChained)
                .isEqualTo(
                        DayChained.newBuilder()
                                .setDay("2026-11-05")
                                .setTransactions(2)
                                .setHead(ByteString.copyFrom(chain.head()))
                                .build());
    }

    @Test
    void daysAreChainedOneToTheNextThoughSomeWereMissed() {
        for (int day = 1; day <= 5; day++) {
            if (day == 3) continue; // Nothing happens on the third.
            clock.now = Instant.parse("2026-11-0" + day + "T23:00:00Z");
            post(AccountId.BANK, AccountId.CASH, day);
            if (day == 2) {
                clock.now = Instant.parse("2026-11-03T02:00:00Z");
                sealing.sealDaysThatAreOver();
            }
        }
        clock.now = Instant.parse("2026-11-06T02:00:00Z");
        sealing.sealDaysThatAreOver();

        var chain = HashChain.fromTheBeginning();
        var expected = new ArrayList<String>();
        entries.read(
                Instant.EPOCH,
                clock.now,
                written -> {
                    chain.append(written);
                    expected.add(HexFormat.of().formatHex(chain.head()));
                });
        assertThat(heads.after(LocalDate.EPOCH, 10).stream().map(Head::hash)).isEqualTo(expected);
        assertThat(heads.after(LocalDate.EPOCH, 10).stream().map(h -> h.day().getDayOfMonth()))
                .containsExactly(1, 2, 4, 5);
    }

    @Test
    void theDatabaseRefusesWhatAClockThatIsBehindWouldRecordOnASealedDay() {
        clock.now = Instant.parse("2026-11-05T10:00:00Z");
        post(AccountId.BANK, AccountId.CASH, 1);
        clock.now = Instant.parse("2026-11-06T02:00:00Z");
        sealing.sealDaysThatAreOver();

        clock.now = Instant.parse("2026-11-05T23:59:59Z");

        assertThatThrownBy(() -> post(AccountId.BANK, AccountId.CASH, 1))
                .hasStackTraceContaining("is sealed");
        for (String change :
                List.of(
                        "update ledger_head set transactions = 9",
                        "delete from ledger_head",
                        "delete from ledger_sealed",
                        "delete from ledger_checkpoint",
                        "truncate ledger_closed_month")) {
            assertThatThrownBy(() -> database.commit(() -> database.db().sql(change).update()))
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("append-only");
        }
    }

    @Test
    void aBalanceIsTheSameWithAndWithoutItsCheckpoint() {
        clock.now = Instant.parse("2026-11-05T10:00:00Z");
        database.commit(() ->
                ledger.postAll(
                        IntStream.rangeClosed(1, Heads.CHECKPOINT_AFTER_ENTRIES)
                                .mapToObj(i ->
                                        transaction(clock.now, AccountId.BANK, AccountId.CASH, i))
                                .toList()));
        UUID payer = UUID.randomUUID();
        post(AccountId.BANK, AccountId.wallet(payer), 7);
        clock.now = Instant.parse("2026-11-06T02:00:00Z");
        post(AccountId.CASH, AccountId.BANK, 5);
        sealing.sealDaysThatAreOver();
        post(AccountId.BANK, AccountId.CASH, 11);

        assertThat(checkpoints()).isEqualTo(2);
        assertThat(ledger.balance(AccountId.CASH, EUR))
                .isEqualTo(cents(1_000 * 1_001 / 2 - 5 + 11));
        assertThat(ledger.balance(AccountId.wallet(payer), EUR)).isEqualTo(cents(7));
        clock.now = Instant.parse("2026-11-07T02:00:00Z");
        database.commit(() ->
                ledger.postAll(
                        Collections.nCopies(
                                Heads.CHECKPOINT_AFTER_ENTRIES,
                                transaction(clock.now, AccountId.BANK, AccountId.CASH, 1))));
        clock.now = Instant.parse("2026-11-08T02:00:00Z");
        sealing.sealDaysThatAreOver();
        assertThat(checkpoints()).isEqualTo(4);
        assertThat(ledger.balance(AccountId.CASH, EUR))
                .isEqualTo(cents(1_000 * 1_001 / 2 - 5 + 11 + 1_000));
        assertThat(ledger.balances(List.of(AccountId.CASH, AccountId.wallet(payer)), EUR))
                .containsEntry(AccountId.wallet(payer), cents(7));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void aMonthIsClosedByTwoAndTakesNoPostingEverAfter() {
        UUID treasurer = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        var october = YearMonth.of(2026, 10);
        Instant until = Instant.parse("2026-10-31T23:00:00Z");
        clock.now = Instant.parse("2026-10-20T10:00:00Z");
        assertThatThrownBy(() -> ledger.askToClose(october, until, treasurer))
                .isInstanceOf(CloseRefused.class)
                .extracting("rule")
                .isEqualTo("month-not-over");
        clock.now = Instant.parse("2026-11-03T10:00:00Z");
        assertThatThrownBy(() -> ledger.close(october, until, second))
                .extracting("rule")
                .isEqualTo("close-not-asked-for");
        database.commit(() -> ledger.askToClose(october, until, treasurer));
        assertThatThrownBy(() -> database.commit(() -> ledger.close(october, until, treasurer)))
                .extracting("rule")
                .isEqualTo("second-person-needed");

        database.commit(() -> ledger.close(october, until, second));

        assertThatThrownBy(() -> ledger.askToClose(october, until, treasurer))
                .extracting("rule")
                .isEqualTo("month-closed");
        AccountId wallet = AccountId.wallet(UUID.randomUUID());
        Instant late = Instant.parse("2026-10-15T10:00:00Z");
        TransactionId id = postAt(late, AccountId.BANK, wallet, 100);
        var line = entries.lines(wallet, clock.now, clock.now, Long.MAX_VALUE, 1).getFirst();
        assertThat(line.effectiveAt()).isEqualTo(until);
        assertThat(line.happenedAt()).isEqualTo(late);
        assertThat(ledger.balance(wallet, EUR, until.minusMillis(1))).isEqualTo(Money.zero(EUR));
        database.commit(() -> ledger.reverse(id, "never was"));
        assertThat(ledger.balance(wallet, EUR, until)).isEqualTo(Money.zero(EUR));
        assertThatThrownBy(() ->
                        database.commit(() ->
                                database.db()
                                        .sql(
                                                """
                                                with header as (
                                                    insert into ledger_transaction (id, effective_at, recorded_at, what)
                                                    values (gen_random_uuid(), '2026-10-31T22:59:59Z', '2026-11-03T10:00:00Z', 'raw')
                                                    returning id
                                                )
                                                insert into ledger_entry (transaction_id, line, account_id, amount_micro, currency)
                                                select id, 1, account_id, amount_micro, 'EUR' from header,
                                                       (values ('bank', 5), (:wallet, -5)) as e (account_id, amount_micro)
                                                """)
                                        .param("wallet", wallet.toString())
                                        .update()))
                .hasStackTraceContaining("ledger month of")
                .hasStackTraceContaining("is closed");
    }

    @Test
    void aBatchObeysClosedMonthsLikeASinglePosting() {
        Instant until = Instant.parse("2026-10-31T23:00:00Z");
        clock.now = Instant.parse("2026-11-03T10:00:00Z");
        database.commit(() -> ledger.askToClose(YearMonth.of(2026, 10), until, UUID.randomUUID()));
        database.commit(() -> ledger.close(YearMonth.of(2026, 10), until, UUID.randomUUID()));
        AccountId late = AccountId.unbilled(UUID.randomUUID());
        AccountId pool = AccountId.costPool(UUID.randomUUID());
        Instant inOctober = Instant.parse("2026-10-15T10:00:00Z");
        Instant inNovember = Instant.parse("2026-11-02T10:00:00Z");

        database.commit(() ->
                ledger.postAll(
                        List.of(
                                transaction(inOctober, AccountId.INCOME_DUES, late, 3),
                                transaction(inNovember, pool, late, 4))));

        List<Entries.Line> lines = entries.lines(late, clock.now, clock.now, Long.MAX_VALUE, 9);
        assertThat(lines)
                .extracting(
                        Entries.Line::effectiveAt, Entries.Line::happenedAt, Entries.Line::amount)
                .containsExactly(
                        tuple(inNovember, null, cents(4)), tuple(until, inOctober, cents(3)));
        assertThat(ledger.balances(List.of(late, pool, AccountId.CASH), EUR))
                .isEqualTo(
                        Map.of(late, cents(7), pool, cents(-4), AccountId.CASH, Money.zero(EUR)));
    }

    @Test
    void anAccountWhoseOpeningWasTakenBackIsOpenedAgain() {
        clock.now = Instant.parse("2026-11-02T10:00:00Z");
        database.transaction()
                .executeWithoutResult(status -> {
                    ledger.post(transaction(clock.now, AccountId.BANK, AccountId.CASH, 1));
                    ledger.post(transaction(clock.now, AccountId.BANK, AccountId.CASH, 1));
                    status.setRollbackOnly();
                });

        post(AccountId.BANK, AccountId.CASH, 2);

        assertThat(ledger.balance(AccountId.CASH, EUR)).isEqualTo(cents(2));
    }

    @Test
    void whatWasRecordedLaterIsLeftOutOfAnEarlierKnowledge() {
        AccountId wallet = AccountId.wallet(UUID.randomUUID());
        Instant effective = Instant.parse("2026-11-01T10:00:00Z");
        clock.now = Instant.parse("2026-11-02T10:00:00Z");
        postAt(effective, AccountId.BANK, wallet, 1);
        clock.now = Instant.parse("2026-11-09T10:00:00Z");
        postAt(effective, AccountId.BANK, wallet, 10);

        Instant known = Instant.parse("2026-11-05T00:00:00Z");

        assertThat(entries.lines(wallet, clock.now, known, Long.MAX_VALUE, 10)).hasSize(1);
        assertThat(entries.balance(wallet, clock.now, known)).isEqualTo(10_000);
        assertThat(entries.balance(wallet, clock.now, clock.now)).isEqualTo(110_000);
        assertThat(entries.balance(wallet, effective.minusMillis(1), clock.now)).isZero();
    }

    @Test
    void currenciesWithoutAndWithThreeDecimalsAreKeptToTheMicroUnit() {
        clock.now = Instant.parse("2026-11-02T10:00:00Z");
        for (String code : List.of("JPY", "KWD")) {
            var own = TestDatabase.fresh();
            var book =
                    new Ledger(
                            new Entries(own.db()),
                            new ClosedMonths(own.db()),
                            new Heads(own.db()),
                            clock);
            Currency currency = Currency.getInstance(code);
            var amount = new Money(1, currency);
            own.commit(() ->
                    book.post(
                            new Transaction(
                                    clock.now,
                                    "least",
                                    List.of(new Posting(AccountId.BANK, AccountId.CASH, amount)))));

            assertThat(book.balance(AccountId.CASH, currency)).isEqualTo(amount);
            assertThatThrownBy(() ->
                            own.commit(() ->
                                    book.post(
                                            new Transaction(
                                                    clock.now,
                                                    "other",
                                                    List.of(
                                                            new Posting(
                                                                    AccountId.BANK,
                                                                    AccountId.CASH,
                                                                    new Money(1, EUR)))))))
                    .hasStackTraceContaining("in that currency");
        }
    }

    @Test
    void sumsThatLeaveTheRangeFailAndLoseNothing() {
        clock.now = Instant.parse("2026-11-02T10:00:00Z");
        AccountId wallet = AccountId.wallet(UUID.randomUUID());
        var most = new Money(Long.MAX_VALUE, EUR);
        for (int i = 0; i < 2; i++) {
            database.commit(() ->
                    ledger.post(
                            new Transaction(
                                    clock.now,
                                    "most",
                                    List.of(new Posting(AccountId.BANK, wallet, most)))));
        }

        assertThatThrownBy(() -> ledger.balance(wallet, EUR))
                .hasStackTraceContaining("out of range");
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    private int checkpoints() {
        return database.db()
                .sql("select count(*) from ledger_checkpoint")
                .query(Integer.class)
                .single();
    }

    private TransactionId post(AccountId from, AccountId to, long cents) {
        return postAt(clock.now, from, to, cents);
    }

    private TransactionId postAt(Instant at, AccountId from, AccountId to, long cents) {
        return database.commit(() -> ledger.post(transaction(at, from, to, cents)));
    }

    private static Transaction transaction(Instant at, AccountId from, AccountId to, long cents) {
        return new Transaction(at, "test", List.of(new Posting(from, to, cents(cents))));
    }

    private static Money cents(long cents) {
        return new Money(cents * 10_000, EUR);
    }

    /** A clock that a test moves. */
    private static final class Moving extends Clock {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
