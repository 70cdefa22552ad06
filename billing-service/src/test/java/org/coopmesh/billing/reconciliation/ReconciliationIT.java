package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.coopmesh.billing.reconciliation.Samples.EUR;
import static org.coopmesh.billing.reconciliation.Samples.euros;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.directdebit.DebitsForTests;
import org.coopmesh.billing.directdebit.DirectDebitRefused;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.reconciliation.Camt.Entry;
import org.coopmesh.billing.reconciliation.Suggestion.Why;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** From the bank's file to the book and back: each test tells its own story from an empty book, with the same arithmetic at its end. */
class ReconciliationIT {
    private static final MemberId TREASURER = new MemberId(UUID.randomUUID());
    private static final LocalDate DAY = LocalDate.of(2026, 10, 12);

    private static final int TRIES_MAX = 5;
    private static final ConfigurableApplicationContext CONTEXT = BillingContext.start();

    private final StandingClock clock = CONTEXT.getBean(StandingClock.class);
    private final Facts facts = CONTEXT.getBean(Facts.class);
    private final Reconciliation bank = CONTEXT.getBean(Reconciliation.class);
    private final Invoicing invoicing = CONTEXT.getBean(Invoicing.class);
    private final Cashier cashier = CONTEXT.getBean(Cashier.class);
    private final Ledger ledger = CONTEXT.getBean(Ledger.class);
    private final JdbcClient db = CONTEXT.getBean(JdbcClient.class);
    private BankAccount account;
    private int statements;
    private Money balance = euros("1000");
    private final DebitsForTests debits = DebitsForTests.of(CONTEXT);
    private LocalDate reportedTo = LocalDate.of(2026, 10, 13);

    @BeforeEach
    void aCoopWithABankAccount() {
        forget();
        clock.set("2026-08-01T08:00:00Z");
        facts.constituted();
        CONTEXT.getBean(Rating.class)
                .declare(
                        new Plan(
                                "home",
                                "Home",
                                "",
                                LocalDate.of(2026, 8, 1),
                                euros("12.50"),
                                0,
                                euros("0")),
                        TREASURER);
        clock.set("2026-10-13T08:00:00Z");
        account =
                bank.declare("Current account", new Iban("DE89370400440532013000"), EUR, TREASURER);
        ledger.post(
                new Transaction(
                        clock.instant().minusSeconds(40 * 86_400L),
                        "what the co-op began with",
                        List.of(new Posting(AccountId.RESERVE, AccountId.BANK, euros("1000")))));
    }

    @AfterEach
    void theBookBalancesAndTheEquationHolds() {
        Reporting.Together together = report().together();
        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThat(together.ledger().minus(together.bank()))
                .isEqualTo(
                        together.opening()
                                .plus(together.strays())
                                .minus(together.open().amount())
                                .minus(together.own())
                                .plus(together.timing()));
        assertThat(together.bank()).isEqualTo(statements == 0 ? euros("0") : balance);
    }

    /**
     * The book refuses to forget; only whoever owns the database can make it, table by table, without its triggers. The service's
     * own clockwork reads meanwhile: who meets it in a deadlock begins again.
     */
    private void forget() {
        for (int tries = 0; ; tries++) {
            try {
                truncate();
                return;
            } catch (PessimisticLockingFailureException met) {
                if (tries == TRIES_MAX) {
                    throw met;
                }
            }
        }
    }

    private void truncate() {
        db.sql(
                        """
                        do $$
                        declare
                            names text;
                        begin
                            set local session_replication_role = replica;
                            select string_agg(quote_ident(tablename), ', ') into names from pg_tables
                             where schemaname = 'public' and tablename not in ('flyway_schema_history', 'ledger_account_kind', 'usage_summed');
                            execute 'truncate ' || names;
                        end $$
                        """)
                .update();
    }

    @Test
    void aReferenceWithTheRightAmountIsPostedWithoutAsking() {
        Billed anna = billed();

        Reconciliation.Imported imported =
                take(Entry.in("12.50").reference(rf(anna)).from("ES9121000418450200051332"));

        assertThat(imported.posted()).isEqualTo(1);
        assertThat(invoicing.find(anna.invoice.heading().id())).isInstanceOf(Invoice.Paid.class);
        assertThat(open()).isEmpty();
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));
        assertThat(report().account().closing()).isEqualTo(euros("1012.50"));
        assertThat(report().account().vouched()).isEqualTo(DAY);
        assertThat(bank.learned("", 10)).as("only a person teaches").isEmpty();
    }

    @Test
    void anEntryThatCannotBePostedWaitsAndKeepsNoOtherFromIt() {
        List<Billed> all = List.of(billed(), billed(), billed());
        // The book takes nothing that came more than ten years ago.
        bank.take(
                "old.xml",
                statementOn(
                        LocalDate.of(2016, 10, 12),
                        Entry.in("12.50").reference(rf(all.getFirst()))),
                null,
                TREASURER);

        Reconciliation.Imported imported =
                take(
                        Entry.in("12.50").reference(rf(all.get(1))),
                        Entry.in("12.50").reference(rf(all.get(2))));

        assertThat(imported.posted()).isEqualTo(2);
        assertThat(open())
                .singleElement()
                .satisfies(line ->
                        assertThat(line.part().part().reference()).isEqualTo(rf(all.getFirst())));
    }

    @Test
    void theSameFileTwiceAndTheSameEntryInAnotherFileChangeNothing() {
        Billed anna = billed();
        byte[] file =
                statement(
                        DAY,
                        Entry.in("12.50").reference(rf(anna)).bankReference("B-1"),
                        Entry.in("3").text("hm"),
                        Entry.in("3").text("hm"));
        bank.take("a.xml", file, null, TREASURER);
        balance = euros("1018.50");

        Reconciliation.Imported again = bank.take("b.xml", file, null, TREASURER);
        Reconciliation.Imported told =
                bank.take(
                        "c.xml",
                        Camt.notification(
                                Entry.in("12.50").reference(rf(anna)).bankReference("B-1"),
                                Entry.in("3").text("h m"),
                                Entry.in("3").text("hm")),
                        null,
                        TREASURER);

        assertThat(again.taken().again()).isTrue();
        assertThat(again.taken().added() + again.posted()).isZero();
        assertThat(told.taken().added() + told.posted()).isZero();
        assertThat(told.taken().known()).isEqualTo(3);
        assertThat(count("bank_entry")).isEqualTo(3);
        assertThat(count("payment")).isEqualTo(1);
    }

    @Test
    void aBatchIsToldInPartsAfterwardsAndEachPartFindsItsInvoice() {
        Billed anna = billed();
        Billed bert = billed();
        take(Entry.in("25").bankReference("BATCH").code("PMNT/IDDT/ESDD"));
        assertThat(open()).hasSize(1);

        Reconciliation.Imported told =
                bank.take(
                        "n.xml",
                        Camt.notification(
                                Entry.in("25")
                                        .bankReference("BATCH")
                                        .parts(
                                                Entry.in("12.50").endToEnd(anna.number() + "-1"),
                                                Entry.in("12.50").endToEnd(bert.number() + "-1"))),
                        null,
                        TREASURER);

        assertThat(told.taken().detailed()).isEqualTo(1);
        assertThat(told.posted()).isEqualTo(2);
        assertThat(invoicing.find(bert.invoice.heading().id())).isInstanceOf(Invoice.Paid.class);
        assertThat(open()).isEmpty();
    }

    @Test
    void aPartPaymentAndAnOverpaymentWaitForAPersonAndBehaveAsEverywhere() {
        Billed anna = billed();
        Billed bert = billed();
        take(Entry.in("5").reference(rf(anna)), Entry.in("20").text("for " + bert.number()));

        List<Reconciliation.Line> waiting = open();
        waiting.forEach(line -> confirm(line, 0));

        assertThat(waiting.get(0).suggestions().getFirst().reasons())
                .extracting(Suggestion.Reason::why)
                .containsExactly(Why.REFERENCE, Why.AMOUNT_BELOW);
        assertThat(waiting.get(1).suggestions().getFirst().reasons())
                .extracting(Suggestion.Reason::why)
                .containsExactly(Why.NUMBER, Why.AMOUNT_ABOVE);
        assertThat(invoicing.find(anna.invoice.heading().id()).open()).isEqualTo(euros("7.50"));
        assertThat(ledger.balance(AccountId.wallet(bert.someone.payer()), EUR))
                .isEqualTo(euros("-7.50"));
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));
    }

    @Test
    void whoseAccountItIsIsLearnedFromAPersonAndCanBeForgotten() {
        Billed anna = billed();
        String iban = "ES9121000418450200051332";
        take(Entry.in("4").text("internet").from(iban));
        UUID part = open().getFirst().part().id();
        bank.place(
                List.of(part),
                List.of(new Place.ToPayer(anna.payer(), null, euros("4"))),
                TREASURER);

        take(Entry.in("8.50").text("more internet").from(iban));
        Suggestion suggestion = open().getFirst().suggestions().getFirst();

        assertThat(suggestion.confidence()).isEqualTo(Suggestion.Confidence.LIKELY);
        assertThat(suggestion.reasons())
                .extracting(Suggestion.Reason::why)
                .containsExactly(Why.PAYER_LEARNED, Why.AMOUNT_IS_OPEN);
        assertThat(bank.learned("", 10))
                .singleElement()
                .satisfies(learned -> assertThat(learned.payer()).isEqualTo(anna.payer()));
        bank.forget(new Iban(iban));
        assertThat(bank.learned("", 10)).isEmpty();
        assertThatThrownBy(() -> bank.forget(new Iban(iban))).isInstanceOf(BankNotFound.class);
    }

    @Test
    void anAccountKnownAsAnothersIsNotPostedWithoutAsking() {
        Billed anna = billed();
        Billed bert = billed();
        String iban = "ES9121000418450200051332";
        take(Entry.in("1").from(iban));
        bank.place(
                List.of(open().getFirst().part().id()),
                List.of(new Place.ToPayer(anna.payer(), null, euros("1"))),
                TREASURER);

        Reconciliation.Imported imported = take(Entry.in("12.50").reference(rf(bert)).from(iban));

        assertThat(imported.posted()).isZero();
        assertThat(open().getFirst().suggestions().getFirst().reasons())
                .extracting(Suggestion.Reason::why)
                .contains(Why.REFERENCE, Why.PAYER_DIFFERS);
    }

    @Test
    void whatATreasurerTypedInBeforeIsNotBookedTwice() {
        Billed anna = billed();
        cashier.take(
                anna.payer(),
                null,
                euros("12.50"),
                Payment.Method.TRANSFER,
                DAY.minusDays(1),
                "typed",
                null,
                TREASURER);

        Reconciliation.Imported imported = take(Entry.in("12.50").reference(rf(anna)));
        Suggestion suggestion = open().getFirst().suggestions().getFirst();
        confirm(open().getFirst(), 0);

        assertThat(imported.posted()).isZero();
        assertThat(suggestion.reasons())
                .extracting(Suggestion.Reason::why)
                .containsExactly(Why.IN_BOOK);
        assertThat(count("payment")).isEqualTo(1);
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));
        assertThat(ledger.balance(AccountId.wallet(anna.someone.payer()), EUR))
                .isEqualTo(euros("0"));
    }

    @Test
    void oneEntryIsSplitOverSeveralAndSeveralGoToOne() {
        Billed anna = billed();
        Billed bert = billed();
        take(Entry.in("20").text("both of us"), Entry.in("2"), Entry.in("3"));
        List<Reconciliation.Line> lines = open();
        UUID whole = lines.getFirst().part().id();
        List<UUID> halves = lines.stream().skip(1).map(line -> line.part().id()).toList();

        assertThatThrownBy(() ->
                        bank.place(
                                List.of(whole),
                                List.of(
                                        new Place.ToPayer(anna.payer(), null, euros("12.50")),
                                        new Place.ToPayer(bert.payer(), null, euros("8"))),
                                TREASURER))
                .isInstanceOfSatisfying(
                        BankRefused.class,
                        refused -> assertThat(refused.rule()).isEqualTo("more-than-open"));
        assertThat(count("payment")).as("nothing of it").isZero();
        bank.place(
                List.of(whole),
                List.of(
                        new Place.ToPayer(
                                anna.payer(), anna.invoice.heading().id(), euros("12.50")),
                        new Place.ToPayer(bert.payer(), null, euros("7.50"))),
                TREASURER);
        bank.place(
                halves,
                List.of(new Place.ToPayer(bert.payer(), bert.invoice.heading().id(), euros("2"))),
                TREASURER);

        assertThat(open()).isEmpty();
        assertThat(invoicing.find(bert.invoice.heading().id())).isInstanceOf(Invoice.Paid.class);
        assertThat(bank.learned("", 10)).isEmpty();
        assertThatThrownBy(() ->
                        bank.place(
                                List.of(whole),
                                List.of(new Place.ToPayer(anna.payer(), null, euros("1"))),
                                TREASURER))
                .isInstanceOf(BankRefused.class);
    }

    @Test
    void moneyOfNobodyGoesToANamedAccountAndCanBeUndone() {
        take(
                Entry.out("5").information("Account fee").code("ACMT/MDOP/CHRG"),
                Entry.in("0.40").text("interest"));
        open().forEach(line -> confirm(line, 0));
        assertThat(ledger.balance(AccountId.BANK_CHARGES, EUR)).isEqualTo(euros("5"));
        assertThat(ledger.balance(AccountId.INCOME_OTHER, EUR)).isEqualTo(euros("-0.40"));
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));

        Booking booking = lines(false).getFirst().bookings().getFirst();
        bank.undo(booking.id(), "a card, not a fee", TREASURER);

        assertThat(open())
                .singleElement()
                .satisfies(line -> assertThat(line.part().open()).isEqualTo(euros("-5")));
        assertThat(ledger.balance(AccountId.BANK_CHARGES, EUR)).isEqualTo(euros("0"));
        assertThat(report().together().unexplained()).isEqualTo(euros("5"));
        assertThat(open().getFirst().bookings().getFirst().undone().why())
                .isEqualTo("a card, not a fee");
        assertThatThrownBy(() -> bank.undo(booking.id(), "again", TREASURER))
                .isInstanceOf(BankRefused.class);
    }

    @Test
    void whatIsUndoneIsReversedAndOwedAgain() {
        Billed anna = billed();
        take(Entry.in("12.50").reference(rf(anna)));
        Booking booking = lines(false).getFirst().bookings().getFirst();

        bank.undo(booking.id(), "another Anna", TREASURER);

        assertThat(invoicing.find(anna.invoice.heading().id()).open()).isEqualTo(euros("12.50"));
        assertThat(open()).hasSize(1);
        assertThat(report().together().listed())
                .as("a payment and its reversal never were")
                .isEmpty();
    }

    @Test
    void aReturnReversesItsPaymentOpensTheInvoiceAndTellsTheCharge() {
        Billed anna = billed();
        take(Entry.in("12.50").endToEnd(anna.number() + "-1").from("GB29NWBK60161331926819"));
        assertThat(invoicing.find(anna.invoice.heading().id())).isInstanceOf(Invoice.Paid.class);

        Reconciliation.Imported imported =
                take(
                        Entry.out("15.50")
                                .endToEnd(anna.number() + "-1")
                                .from("GB29NWBK60161331926819")
                                .returned("AM04")
                                .charged("3"));

        assertThat(imported.posted()).isEqualTo(1);
        assertThat(invoicing.find(anna.invoice.heading().id()).open()).isEqualTo(euros("12.50"));
        assertThat(ledger.balance(AccountId.BANK_CHARGES, EUR)).isEqualTo(euros("3"));
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));

        Booking returned =
                lines(false).stream()
                        .flatMap(line -> line.bookings().stream())
                        .filter(each -> each.kind() == Booking.Kind.RETURN)
                        .findFirst()
                        .orElseThrow();
        Booking came =
                lines(false).stream()
                        .flatMap(line -> line.bookings().stream())
                        .filter(each -> each.kind() == Booking.Kind.PAYMENT)
                        .findFirst()
                        .orElseThrow();
        assertThatThrownBy(() -> bank.undo(came.id(), "no", TREASURER))
                .isInstanceOf(BankRefused.class);
        bank.undo(returned.id(), "the bank was wrong", TREASURER);

        assertThat(invoicing.find(anna.invoice.heading().id())).isInstanceOf(Invoice.Paid.class);
        assertThat(report().together().unexplained()).isEqualTo(euros("12.50"));
    }

    @Test
    void aRefusedFileIsKeptWithItsErrorAndNothingOfItIsTaken() {
        String file = new String(statement(DAY, Entry.in("12.50"), Entry.in("1")), UTF_8);
        balance = euros("0");
        byte[] wrong =
                file.replace("<Amt Ccy=\"EUR\">1.00", "<Amt Ccy=\"EUR\">2.00").getBytes(UTF_8);

        BankFileRefused refused =
                catchThrowableOfType(
                        BankFileRefused.class, () -> bank.take("oct.xml", wrong, null, TREASURER));

        assertThat(refused.rule()).isEqualTo("balance");
        assertThat(refused.name()).isEqualTo("oct.xml");
        assertThat(refused.getMessage()).contains("1000.00 EUR", "14.50 EUR", "1013.50 EUR");
        Reconciliation.Kept kept = bank.file(refused.file());
        assertThat(kept.content()).isEqualTo(wrong);
        assertThat(kept.file().error().rule()).isEqualTo("balance");
        assertThat(kept.file().error().line()).isEqualTo(refused.line());
        assertThat(count("bank_entry") + count("bank_statement")).isZero();
    }

    @Test
    void aFileOfAnUnknownAccountOfAnotherCurrencyOrOfTomorrowIsRefused() {
        String file = new String(statement(DAY, Entry.in("1")), UTF_8);
        balance = euros("0");

        assertThat(refusal(file.replace("DE89370400440532013000", "ES9121000418450200051332")))
                .isEqualTo("account-unknown");
        assertThat(refusal(file.replace("\"EUR\"", "\"USD\"").replace("<Ccy>EUR", "<Ccy>USD")))
                .isEqualTo("currency");
        assertThat(refusal(file.replace("2026-10-12", "2026-10-14"))).isEqualTo("future");
        assertThat(count("bank_entry")).isZero();
        assertThat(count("bank_file")).isEqualTo(3);
        assertThatThrownBy(() ->
                        bank.declare("Again", new Iban("DE89370400440532013000"), EUR, TREASURER))
                .isInstanceOf(BankRefused.class);
    }

    @Test
    void aHoleBetweenTwoStatementsIsTold() {
        take(Entry.in("1"));
        balance = balance.plus(euros("7"));
        statements++;

        Reconciliation.Imported later =
                bank.take(
                        "later.xml",
                        statementOn(LocalDate.of(2026, 10, 13), Entry.in("2")),
                        null,
                        TREASURER);

        assertThat(later.taken().warnings())
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.gap().rule()).isEqualTo(StatementHead.Rule.BALANCE);
                    assertThat(warning.gap().missing()).isEqualTo(euros("7"));
                });
        // What is missing is in no entry: the banks' word by entries is that much short.
        balance = balance.minus(euros("7"));
        assertThat(report(LocalDate.of(2026, 10, 13)).account().gaps()).hasSize(1);
    }

    @Test
    void whatTheBankHadBeforeIsBroughtForwardOnce() {
        balance = euros("1500");
        take(Entry.in("1").text("?"));
        assertThat(report().together().opening()).isEqualTo(euros("-500"));

        bank.open(TREASURER);

        assertThat(report().together().opening()).isEqualTo(euros("0"));
        assertThat(ledger.balance(AccountId.BANK, EUR)).isEqualTo(euros("1500"));
        assertThatThrownBy(() -> bank.open(TREASURER)).isInstanceOf(BankRefused.class);
    }

    @Test
    void whatIsPostedOnAnotherDayShowsAsTimingAndNotAsUnexplained() {
        Billed anna = billed();
        cashier.take(
                anna.payer(),
                null,
                euros("12.50"),
                Payment.Method.TRANSFER,
                DAY.plusDays(1),
                null,
                null,
                TREASURER);
        take(Entry.in("12.50").reference(rf(anna)));
        assertThat(report().together().listed()).as("a stray so far").hasSize(1);
        assertThat(report().together().unexplained()).isEqualTo(euros("25"));
        confirm(open().getFirst(), 0);

        Reporting.Together onTheDay = report(DAY).together();

        assertThat(onTheDay.timing()).isEqualTo(euros("-12.50"));
        assertThat(onTheDay.unexplained()).isEqualTo(euros("0"));
        assertThat(report().together().timing()).isEqualTo(euros("0"));
    }

    // ── fixtures

    private static final MemberId SECOND = new MemberId(UUID.randomUUID());
    private static final LocalDate COLLECTED_ON = LocalDate.of(2026, 10, 27);

    /** Approved by a second person; the clock stands on the day of the proposal. */
    private UUID collecting(Billed... all) {
        debits.creditor();
        for (Billed each : all) debits.sign(each.payer(), each.member());
        UUID run = debits.propose(COLLECTED_ON, TREASURER);
        debits.approve(run, SECOND);
        return run;
    }

    private String endToEnd(Billed billed) {
        return "INV-" + billed.number() + "-1";
    }

    private void onTheDay() {
        clock.set("2026-10-28T08:00:00Z");
        reportedTo = LocalDate.of(2026, 10, 28);
    }

    @Test
    void aRunIsCollectedOnItsDayAndTheBanksWordClearsIt() {
        Billed anna = billed();
        Billed bert = billed();
        UUID run = collecting(anna, bert);
        assertThat(debits.isBeingCollected(anna.invoice.heading().id())).isTrue();
        assertThat(invoicing.owing(anna.payer())).hasSize(1);
        onTheDay();

        Reconciliation.Imported imported =
                takeOn(
                        COLLECTED_ON,
                        Entry.in("25")
                                .bankReference("BK0002")
                                .code("PMNT/IDDT/ESDD")
                                .information(debits.message(run) + "-RCUR"));

        assertThat(imported.posted()).isEqualTo(1);
        assertThat(debits.items(run)).allMatch(item -> item.endsWith("RCUR collected")).hasSize(2);
        assertThat(invoicing.owing(anna.payer())).isEmpty();
        assertThat(debits.open(run)).isEqualTo(euros("0"));
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));
        assertThat(debits.isBeingCollected(anna.invoice.heading().id())).isFalse();
    }

    @Test
    void aDebitThatComesBackIsOwedAgainAndTriedAgainByTheSchedule() {
        Billed anna = billed();
        Billed bert = billed();
        UUID run = collecting(anna, bert);
        onTheDay();
        takeOn(COLLECTED_ON, Entry.in("25").bankReference("BK2").information(debits.message(run)));

        Reconciliation.Imported back =
                takeOn(
                        COLLECTED_ON.plusDays(1),
                        Entry.out("15.50")
                                .bankReference("BK3")
                                .endToEnd(endToEnd(anna))
                                .returned("AM04")
                                .charged("3.00"));

        assertThat(back.posted()).isEqualTo(1);
        assertThat(debits.items(run)).contains(endToEnd(anna) + " RCUR returned AM04 RETRY");
        assertThat(invoicing.find(anna.invoice.heading().id())).isInstanceOf(Invoice.Issued.class);
        assertThat(ledger.balance(AccountId.BANK_CHARGES, EUR)).isEqualTo(euros("3"));
        assertThat(debits.open(run)).isEqualTo(euros("0"));
        assertThat(report().together().unexplained()).isEqualTo(euros("0"));
        assertThatThrownBy(() -> debits.propose(LocalDate.of(2026, 11, 3), TREASURER))
                .as("a week has not passed by then")
                .isInstanceOf(DirectDebitRefused.class);
        UUID again = debits.propose(LocalDate.of(2026, 11, 11), TREASURER);
        assertThat(debits.items(again)).containsExactly("INV-" + anna.number() + "-2 RCUR due");

        Reconciliation.Line line =
                lines(false).stream()
                        .filter(each -> each.part().open().isZero() && each.part().isReturn())
                        .findFirst()
                        .orElseThrow();
        for (Booking booking : line.bookings()) bank.undo(booking.id(), "a slip", TREASURER);
        assertThat(debits.items(run)).contains(endToEnd(anna) + " RCUR collected");
        assertThat(invoicing.owing(anna.payer())).isEmpty();
    }

    @Test
    void aClosedAccountSuspendsTheMandateUntilItIsSignedAnew() {
        Billed anna = billed();
        debits.creditor();
        UUID mandate = debits.sign(anna.payer(), anna.member());
        UUID run = debits.propose(COLLECTED_ON, TREASURER);
        debits.approve(run, SECOND);
        String report = DebitsForTests.report(debits.message(run), endToEnd(anna), "AC04");

        assertThat(debits.hear(report, TREASURER)).isEqualTo(1);
        assertThat(debits.hear(report, TREASURER)).as("the same file again").isZero();

        assertThat(debits.mandate(mandate)).isEqualTo("suspended AC04");
        assertThat(debits.items(run))
                .containsExactly(endToEnd(anna) + " RCUR rejected AC04 SUSPEND");
        onTheDay();
        bank.postCertain(TREASURER);
        assertThat(invoicing.owing(anna.payer())).as("nothing was collected").hasSize(1);
        debits.amend(mandate, anna.member());
        assertThat(debits.mandate(mandate)).isEqualTo("active");
        UUID again = debits.propose(LocalDate.of(2026, 11, 11), TREASURER);
        assertThat(debits.items(again)).containsExactly("INV-" + anna.number() + "-2 RCUR due");
    }

    @Test
    void aRefusalAfterTheDayReopensWhatWasPaid() {
        Billed anna = billed();
        UUID run = collecting(anna);
        onTheDay();
        bank.postCertain(TREASURER);
        assertThat(invoicing.owing(anna.payer())).isEmpty();

        int refused =
                debits.hear(
                        DebitsForTests.report(debits.message(run), endToEnd(anna), "MS03"),
                        TREASURER);

        assertThat(refused).isEqualTo(1);
        assertThat(invoicing.owing(anna.payer())).hasSize(1);
        assertThat(debits.open(run)).isEqualTo(euros("0"));
    }

    @Test
    void twoPeopleMakeARunAndItsPayersAreToldInTime() {
        Billed anna = billed();
        debits.creditor();
        UUID mandate = debits.sign(anna.payer(), anna.member());

        assertThat(debits.earliest()).isEqualTo(COLLECTED_ON);
        assertThatThrownBy(() -> debits.propose(LocalDate.of(2026, 10, 31), TREASURER))
                .extracting("rule")
                .isEqualTo("target-day");
        assertThatThrownBy(() -> debits.propose(LocalDate.of(2026, 10, 26), TREASURER))
                .extracting("rule")
                .isEqualTo("nothing-to-collect");
        UUID run = debits.propose(COLLECTED_ON, TREASURER);
        assertThatThrownBy(() -> debits.approve(run, TREASURER))
                .extracting("rule")
                .isEqualTo("same-person");
        assertThatThrownBy(() -> debits.propose(COLLECTED_ON, TREASURER))
                .extracting("rule")
                .isEqualTo("run-waiting");
        clock.set("2026-10-14T08:00:00Z");
        assertThatThrownBy(() -> debits.approve(run, SECOND))
                .as("not told 14 days before")
                .extracting("rule")
                .isEqualTo("pre-notification");
        clock.set("2026-10-13T09:00:00Z");
        debits.approve(run, SECOND);
        assertThat(debits.collecting().untold(10))
                .singleElement()
                .satisfies(notice -> {
                    assertThat(notice.amount()).isEqualTo(euros("12.50"));
                    assertThat(notice.tellBy()).isEqualTo(LocalDate.of(2026, 10, 13));
                    assertThat(notice.iban()).isEqualTo("ES…1332");
                });
        debits.collecting().told(List.of(debits.collecting().untold(10).getFirst().item()));
        assertThat(debits.collecting().untold(10)).isEmpty();
        debits.withdraw(run);
        assertThat(debits.items(run)).allMatch(item -> item.endsWith(" left"));
        debits.revoke(mandate, anna.member());
        assertThatThrownBy(() -> debits.propose(COLLECTED_ON, TREASURER))
                .extracting("rule")
                .isEqualTo("nothing-to-collect");
    }

    @Test
    void aMandateThatNobodyUsedForThreeYearsIsVoid() {
        Billed anna = billed();
        debits.creditor();
        UUID mandate = debits.sign(anna.payer(), anna.member());

        clock.set("2029-10-13T08:00:00Z");
        debits.expire();
        assertThat(debits.mandate(mandate)).as("on the last day").isEqualTo("active");
        clock.set("2029-10-14T08:00:00Z");
        debits.expire();

        assertThat(debits.mandate(mandate)).isEqualTo("EXPIRED");
        clock.set("2026-10-13T08:00:00Z");
    }

    private Reconciliation.Imported takeOn(LocalDate day, Entry... entries) {
        return bank.take("statement.xml", statementOn(day, entries), null, TREASURER);
    }

    private record Billed(Someone someone, Invoice invoice) {
        MemberId member() {
            return new MemberId(someone.member());
        }

        PayerId payer() {
            return new PayerId(someone.payer());
        }

        String number() {
            return invoice.heading().number();
        }
    }

    private Billed billed() {
        Someone someone = facts.joined("home", "2026-09-01");
        var payer = new PayerId(someone.payer());
        BillsForTests.bill(invoicing, payer, YearMonth.of(2026, 9));
        return new Billed(someone, invoicing.owing(payer).getFirst());
    }

    private static String rf(Billed billed) {
        return PaymentReference.creditor(billed.number()).text();
    }

    private Reconciliation.Imported take(Entry... entries) {
        return bank.take("statement.xml", statement(DAY, entries), null, TREASURER);
    }

    private byte[] statement(LocalDate day, Entry... entries) {
        return statementOn(day, entries);
    }

    private byte[] statementOn(LocalDate day, Entry... entries) {
        Money opening = balance;
        for (Entry entry : entries) balance = balance.plus(entry.amount());
        return Camt.statement(++statements, day, opening, balance, entries);
    }

    private List<Reconciliation.Line> open() {
        return lines(true);
    }

    private List<Reconciliation.Line> lines(boolean open) {
        return new ArrayList<>(bank.lines(null, open, "", null, 100));
    }

    private void confirm(Reconciliation.Line line, int which) {
        bank.place(List.of(line.part().id()), line.suggestions().get(which).places(), TREASURER);
    }

    private Reporting.Report report() {
        return report(reportedTo);
    }

    private Reporting.Report report(LocalDate to) {
        return bank.report(account.id(), LocalDate.of(2026, 10, 1), to);
    }

    private String refusal(String file) {
        return catchThrowableOfType(
                        BankFileRefused.class,
                        () -> bank.take("f.xml", file.getBytes(UTF_8), null, TREASURER))
                .rule();
    }

    private int count(String table) {
        return db.sql("select count(*) from " + table).query(Integer.class).single();
    }
}
