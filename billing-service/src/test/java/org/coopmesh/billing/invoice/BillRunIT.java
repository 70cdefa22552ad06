package org.coopmesh.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.PlanRefused;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@Import(BillingContext.class)
class BillRunIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final MemberId TREASURER = new MemberId(UUID.randomUUID());

    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired BillRuns runs;
    @Autowired BillClock billClock;
    @Autowired Invoices invoices;
    @Autowired Invoicing invoicing;
    @Autowired Bills bills;
    @Autowired Cashier cashier;
    @Autowired Ledger ledger;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void emptyBooks() {
        // Append-only is what the service promises; a test may begin anew.
        db.sql("alter table ledger_entry disable trigger user").update();
        db.sql("alter table ledger_transaction disable trigger user").update();
        db.sql("alter table ledger_account disable trigger user").update();
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, usage_hour, payment, invoice_settlement,
                                 invoice, invoice_series, bill_line, bill, bill_run, ledger_entry, ledger_transaction,
                                 ledger_account, outbox, idempotency_key cascade
                        """)
                .update();
        db.sql("alter table ledger_entry enable trigger user").update();
        db.sql("alter table ledger_transaction enable trigger user").update();
        db.sql("alter table ledger_account enable trigger user").update();
        clock.set("2026-10-01T08:00:00Z");
        facts.constituted();
        plan("home", "2026-09-01", "12.50", 10, "0.10");
    }

    @Test
    void usageBecomesAnInvoiceToTheMicroUnit() {
        Someone anna = facts.joined("home", "2026-10-01");
        used(anna, "2026-10-05T10:00:00Z", 11_234_567_891L, 5_000_000_000L);
        clock.set("2026-11-01T00:00:00Z");

        BillRuns.Result result = runs.run(OCTOBER);

        assertThat(result.issued()).isEqualTo(1);
        // 12.50 + 1.234567891 GB at 0.10, rounded down to 0.123456; whole cents of it.
        Invoice invoice = only(anna);
        assertThat(invoice.heading().total()).isEqualTo(euros("12.62"));
        assertThat(invoice.heading().number()).isEqualTo("2026-000001");
        assertThat(invoice.heading().dueOn()).isEqualTo(LocalDate.of(2026, 11, 15));
        List<BillLine> lines = bills.lines(invoice.heading().id());
        assertThat(lines.stream().map(BillLine::kind))
                .containsExactly(BillLine.Kind.DUES, BillLine.Kind.USAGE, BillLine.Kind.CARRIED);
        assertThat(lines.get(1).internetBytes()).isEqualTo(11_234_567_891L);
        assertThat(lines.get(1).windows()).isEqualTo(12);
        assertThat(lines.get(1).saved()).isEqualTo(euros("0.50"));
        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("0.003456"));
        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("12.62"));
        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThat(events("issued")).isEqualTo(1);
    }

    @Test
    void theSubCentRemainderIsOnTheNextInvoice() {
        Someone anna = facts.joined("home", "2026-10-01");
        used(anna, "2026-10-05T10:00:00Z", 10_090_000_000L, 0);
        used(anna, "2026-11-05T10:00:00Z", 10_010_000_000L, 0);
        clock.set("2026-12-01T02:00:00Z");

        billClock.check();

        List<Invoice> both = all(anna);
        assertThat(both)
                .extracting(i -> i.heading().total())
                .containsExactly(euros("12.50"), euros("12.51"));
        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("0"));
    }

    @Test
    void repeatingARunChangesNothing() {
        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        String before = everything();
        used(anna, "2026-10-05T10:00:00Z", 50_000_000_000L, 0);
        clock.set("2026-11-03T02:00:00Z");

        BillRuns.Result again = runs.run(OCTOBER);

        assertThat(again.issued()).isZero();
        assertThat(again.skipped())
                .containsExactly(
                        new BillRuns.Skipped(anna.payer().toString(), "already billed", null));
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void numbersHaveNoGapsAndNobodyIsBilledTwiceWhenRunsRace() throws Exception {
        int members = 40;
        for (int i = 0; i < members; i++) {
            used(
                    facts.joined("home", "2026-10-01"),
                    "2026-10-09T10:00:00Z",
                    10_000_000_000L + i * 123_456_789L,
                    0);
        }
        clock.set("2026-11-01T02:00:00Z");
        var results = new ArrayList<Future<BillRuns.Result>>();
        try (var pool = Executors.newFixedThreadPool(4)) {
            Callable<BillRuns.Result> run = () -> runs.run(OCTOBER);
            for (int i = 0; i < 4; i++) {
                results.add(pool.submit(run));
            }
        }
        int issued = 0;
        for (Future<BillRuns.Result> each : results) {
            issued += each.get().issued();
        }

        assertThat(issued).isEqualTo(members);
        assertThat(db.sql("select number from invoice order by number").query(Integer.class).list())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, members).boxed().toList());
        assertThat(
                        db.sql("select count(distinct payer_id) from invoice")
                                .query(Integer.class)
                                .single())
                .isEqualTo(members);
        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThat(events("issued")).isEqualTo(members);
    }

    @Test
    void batchesThatOverlapTakeNumbersInTheOrderOfPayers() {
        many(MANY);
        clock.set("2026-11-01T02:00:00Z");

        BillRuns.Result result = runs.run(OCTOBER);

        assertThat(result.issued()).isEqualTo(MANY);
        assertThat(payersByNumber()).hasSize(MANY).isEqualTo(payersInOrder());
    }

    @Test
    void whereABatchFailsThoseAfterItWriteNothingAndTheNextRunGoesOn() {
        many(MANY);
        clock.set("2026-11-01T02:00:00Z");
        String inTheSecondBatch = payersInOrder().get(300);
        db.sql(
                        "alter table bill add constraint fails check (payer_id <> '%s') not valid"
                                .formatted(inTheSecondBatch))
                .update();
        try {
            assertThatThrownBy(() -> runs.run(OCTOBER)).hasStackTraceContaining("fails");
            assertThat(payersByNumber()).hasSize(250);
        } finally {
            db.sql("alter table bill drop constraint fails").update();
        }

        assertThat(runs.run(OCTOBER).issued()).isEqualTo(MANY - 250);

        assertThat(payersByNumber()).hasSize(MANY).isEqualTo(payersInOrder());
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void runsOfManyBatchesThatRaceNeverWaitInACircle() throws Exception {
        many(MANY);
        clock.set("2026-11-01T02:00:00Z");
        var results = new ArrayList<Future<BillRuns.Result>>();
        try (var pool = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) results.add(pool.submit(() -> runs.run(OCTOBER)));
        }
        int issued = 0;
        for (Future<BillRuns.Result> each : results) issued += each.get().issued();

        assertThat(issued).isEqualTo(MANY);
        assertThat(db.sql("select number from invoice order by number").query(Integer.class).list())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, MANY).boxed().toList());
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    /** Three batches. */
    private static final int MANY = 600;

    private void many(int members) {
        db.sql(
                        """
                        with someone as (
                            select md5('m' || i)::uuid as member, md5('s' || i)::uuid as site, md5('p' || i)::uuid as payer
                              from generate_series(1, :members) i
                        ), joined as (
                            insert into member_fact (member_id, effective_on, occurred_at, state)
                            select member, '2026-10-01', '2026-09-30', 'active' from someone
                        )
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        select site, '2026-10-01', '2026-09-30', member, payer, 'home' from someone
                        """)
                .param("members", members)
                .update();
    }

    /** As a run takes them. */
    private List<String> payersInOrder() {
        return db.sql("select distinct payer_id from site_fact").query(UUID.class).list().stream()
                .sorted()
                .map(UUID::toString)
                .toList();
    }

    private List<String> payersByNumber() {
        return db.sql(
                        "select b.payer_id::text from invoice i join bill b on b.id = i.bill_id order by i.number")
                .query(String.class)
                .list();
    }

    @Test
    void theClockBillsEveryClosedMonthInOrderOnce() {
        Someone anna = facts.joined("home", "2026-08-15");
        plan("old", "2026-08-01", "31", 0, "0");
        facts.subscribed(anna, "old", "2026-08-15");
        facts.subscribed(anna, "home", "2026-09-01");
        clock.set("2026-11-01T00:30:00Z"); // 01:30 in Berlin, past the grace of one hour

        billClock.check();
        billClock.check();

        assertThat(all(anna))
                .extracting(i -> i.heading().period() + " " + i.heading().total().decimal())
                .containsExactly("2026-08 17.00", "2026-09 12.50", "2026-10 12.50");
    }

    @Test
    void aMonthIsNotBilledBeforeItIsOverNorBeforeTheOneBeforeIt() {
        facts.joined("home", "2026-09-01");
        clock.set("2026-10-31T22:59:59Z"); // a second before midnight in Berlin

        assertThatThrownBy(() -> runs.run(OCTOBER)).isInstanceOf(BillRunRefused.class);
        clock.set("2026-10-31T23:00:00Z");
        assertThatThrownBy(() -> runs.run(OCTOBER)).hasMessageContaining("2026-09 comes first");
        assertThatThrownBy(() -> runs.run(YearMonth.of(2020, 1)))
                .isInstanceOf(BillRunRefused.class);
    }

    @Test
    void lateReportsBecomeAnAdjustmentOfTheNextInvoice() {
        Someone anna = facts.joined("home", "2026-10-01");
        used(anna, "2026-10-05T10:00:00Z", 9_000_000_000L, 0);
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        used(anna, "2026-10-31T10:00:00Z", 3_000_000_000L, 0);
        clock.set("2026-12-01T02:00:00Z");

        runs.run(OCTOBER.plusMonths(1));

        Invoice november = all(anna).get(1);
        assertThat(november.heading().total()).isEqualTo(euros("12.70"));
        BillLine adjustment =
                bills.lines(november.heading().id()).stream()
                        .filter(line -> line.kind() == BillLine.Kind.ADJUSTMENT)
                        .findFirst()
                        .orElseThrow();
        assertThat(adjustment.amount()).isEqualTo(euros("0.20"));
        assertThat(adjustment.internetBytes()).isEqualTo(3_000_000_000L);
    }

    @Test
    void aPauseIsPaidForByTheDayAndTwoPlansShareTheMonth() {
        Someone anna = facts.joined("home", "2026-10-01");
        plan("large", "2026-09-01", "31", 100, "0.10");
        facts.paused(anna, "2026-10-11");
        facts.resumed(anna, "2026-10-21");
        facts.subscribed(anna, "large", "2026-10-22");
        clock.set("2026-11-01T02:00:00Z");

        runs.run(OCTOBER);

        // Eleven days of 12.50 and ten of 31.00, out of 31.
        Money expected =
                new Money(12_500_000L * 10 / 31, EUR)
                        .plus(new Money(12_500_000L * 21 / 31 - 12_500_000L * 20 / 31, EUR))
                        .plus(euros("10"));
        assertThat(only(anna).heading().total()).isEqualTo(expected.wholeMinor());
        assertThat(balance(AccountId.unbilled(anna.payer())))
                .isEqualTo(expected.minus(expected.wholeMinor()));
    }

    @Test
    void bytesBeforeTheSiteHeldTheAttachmentAreSomebodyElses() {
        Someone anna = facts.joined("home", "2026-10-01");
        Someone bert = facts.joined("home", "2026-10-01");
        var bertAtAnnas = new Someone(bert.member(), bert.site(), bert.payer(), anna.attachment());
        facts.detached(anna, "2026-10-15T10:30:00Z");
        facts.attached(bertAtAnnas, "2026-10-20T10:30:00Z");
        used(anna, "2026-10-15T10:00:00Z", 15_000_000_000L, 0);
        used(anna, "2026-10-20T09:00:00Z", 1_000_000_000L, 0); // handed over late, still Anna's
        used(anna, "2026-10-20T10:00:00Z", 12_000_000_000L, 0);
        clock.set("2026-11-01T02:00:00Z");

        runs.run(OCTOBER);

        assertThat(only(anna).heading().total()).isEqualTo(euros("13.10"));
        assertThat(only(bert).heading().total()).isEqualTo(euros("12.70"));
    }

    @Test
    void aPayerWhosePlanIsMissingIsLeftOutAndCaughtUpLater() {
        Someone anna = facts.joined("home", "2026-10-01");
        Someone lost = facts.joined("gone", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");

        BillRuns.Result first = runs.run(OCTOBER);
        plan("gone", "2026-10-01", "20", 0, "0");
        BillRuns.Result second = runs.run(OCTOBER);

        assertThat(first.issued()).isEqualTo(1);
        assertThat(first.skipped())
                .containsExactly(
                        new BillRuns.Skipped(
                                lost.payer().toString(),
                                "no plan gone on 2026-10-01",
                                "plan-unknown"));
        assertThat(second.issued()).isEqualTo(1);
        assertThat(only(lost).heading().number()).isEqualTo("2026-000002");
        assertThat(only(anna).heading().number()).isEqualTo("2026-000001");
    }

    @Test
    void whomAMonthLeftOutIsBilledForItHoweverLateTheCauseGoesAway() {
        Someone lost = facts.joined("gone", "2026-10-01");
        Someone left = facts.joined("gone", "2026-10-01");
        facts.subscribed(left, "home", "2026-11-01");
        clock.set("2027-03-01T02:00:00Z");
        billClock.check();
        assertThat(all(lost)).isEmpty();
        for (Bills.Run run : runs.runs()) {
            assertThat(runs.skipped(run))
                    .as("left out of " + run.period())
                    .extracting(BillRuns.Skipped::problem)
                    .isNotEmpty()
                    .containsOnly("plan-unknown");
        }

        plan("gone", "2026-10-01", "20", 0, "0");
        billClock.catchUp();
        billClock.catchUp();

        assertThat(all(lost))
                .extracting(i -> i.heading().period() + " " + i.heading().total().decimal())
                .containsExactlyInAnyOrder(
                        "2026-10 20.00",
                        "2026-11 20.00",
                        "2026-12 20.00",
                        "2027-01 20.00",
                        "2027-02 20.00");
        assertThat(all(left).stream().map(i -> i.heading().total()).reduce(Money::plus))
                .contains(euros("70.00")); // 20 for October and four times 12.50.
        assertThat(runs.runs()).allSatisfy(run -> assertThat(runs.skipped(run)).isEmpty());
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void aSubscriptionHeardOfAfterItsMonthWasBilledIsBilledForThatMonth() {
        facts.joined("home", "2026-10-01");
        clock.set("2027-03-01T02:00:00Z");
        billClock.check();
        Someone late = facts.joined("home", "2026-10-01");

        billClock.catchUp();

        assertThat(all(late)).hasSize(5);
        assertThat(all(late).stream().map(i -> i.heading().total()).reduce(Money::plus))
                .contains(euros("62.50"));
    }

    @Test
    void theOldestReportThatIsTakenIsStillBilled() {
        Someone anna = facts.joined("home", "2026-10-01");
        used(anna, "2026-10-05T10:00:00Z", 10_000_000_000L, 0);
        clock.set("2026-12-02T02:00:00Z");
        billClock.check();
        used(anna, "2026-10-31T10:00:00Z", 3_000_000_000L, 0); // 32 days old; 35 are taken.
        clock.set("2027-01-01T02:00:00Z");

        billClock.check();

        assertThat(all(anna).stream().map(i -> i.heading().total()).reduce(Money::plus))
                .contains(euros("37.80"));
    }

    @Test
    void creditIsUsedByTheNextInvoiceAndSettlesIt() {
        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-10-20T10:00:00Z");
        pay(anna, "30");
        clock.set("2026-12-01T02:00:00Z");

        billClock.check();

        assertThat(all(anna)).allMatch(invoice -> invoice instanceof Invoice.Paid);
        assertThat(balance(AccountId.wallet(anna.payer()))).isEqualTo(euros("-5"));
        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("0"));
        assertThat(balance(AccountId.BANK)).isEqualTo(euros("30"));
        assertThat(events("settled")).isEqualTo(2);
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void overdueIsSaidOnceAndAPaymentSettles() {
        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        clock.set("2026-11-15T22:59:59Z"); // still the last day to pay in Berlin
        billClock.check();
        assertThat(events("overdue")).isZero();
        clock.set("2026-11-15T23:00:00Z");
        billClock.check();
        billClock.check();

        assertThat(events("overdue")).isEqualTo(1);
        assertThat(((Invoice.Overdue) only(anna)).since()).isEqualTo(LocalDate.of(2026, 11, 16));
        pay(anna, "12.50");
        assertThat(only(anna)).isInstanceOf(Invoice.Paid.class);
        assertThat(events("settled")).isEqualTo(1);
    }

    @Test
    void twoPaymentsAtOnceNeverPayMoreThanIsOwed() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        var taken = new ArrayList<Future<Cashier.Taken>>();
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 8; i++) {
                taken.add(pool.submit(() -> pay(anna, "5")));
            }
        }
        for (Future<Cashier.Taken> each : taken) {
            each.get();
        }

        assertThat(only(anna)).isInstanceOf(Invoice.Paid.class);
        assertThat(balance(AccountId.wallet(anna.payer()))).isEqualTo(euros("-27.50"));
        assertThat(events("settled")).isEqualTo(1);
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void whatWasChargedTooMuchIsGivenBack() {
        Someone anna = facts.joined("home", "2026-10-01");
        used(anna, "2026-10-05T10:00:00Z", 500_000_000_000L, 0);
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        pay(anna, "61.50");
        db.sql("delete from usage_hour").update(); // A person decided that the reports were wrong.
        clock.set("2026-12-01T02:00:00Z");

        BillRuns.Result result = runs.run(OCTOBER.plusMonths(1));

        assertThat(result.skipped())
                .containsExactly(new BillRuns.Skipped(anna.payer().toString(), "credited", null));
        assertThat(balance(AccountId.wallet(anna.payer()))).isEqualTo(euros("-36.50"));
        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("0"));
    }

    @Test
    void aPlanNeverChangesBackwards() {
        assertThatThrownBy(() -> plan("home", "2026-09-01", "1", 0, "0"))
                .isInstanceOf(PlanRefused.class);
        assertThatThrownBy(() -> plan("home", "2026-09-30", "1", 0, "0"))
                .isInstanceOf(PlanRefused.class);

        plan("home", "2026-10-16", "62", 0, "0");

        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);
        // Fifteen days of 12.50 and sixteen of 62.00.
        assertThat(only(anna).heading().total())
                .isEqualTo(new Money(12_500_000L * 15 / 31 + 32_000_000L, EUR).wholeMinor());
    }

    @Test
    void aWrittenOffInvoiceOwesNothingAndIsSettled() {
        Someone anna = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        runs.run(OCTOBER);

        invoicing.writeOff(only(anna).heading().id(), "moved away");

        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("0"));
        assertThat(balance(AccountId.WRITTEN_OFF)).isEqualTo(euros("12.50"));
        assertThat(events("settled")).isEqualTo(1);
        assertThatThrownBy(() -> invoicing.writeOff(only(anna).heading().id(), "again"))
                .isInstanceOf(InvoiceClosed.class);
    }

    private void plan(String code, String on, String flat, long includedGb, String perGb) {
        rating.declare(
                new Plan(
                        code,
                        code,
                        "",
                        LocalDate.parse(on),
                        euros(flat),
                        includedGb * Plan.BYTES_PER_GB,
                        euros(perGb)),
                TREASURER);
    }

    private Cashier.Taken pay(Someone someone, String amount) {
        return cashier.take(
                new PayerId(someone.payer()),
                null,
                euros(amount),
                Payment.Method.TRANSFER,
                LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC),
                null,
                null,
                TREASURER);
    }

    private void used(Someone someone, String hour, long internet, long local) {
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :internet, 0, :local, 0, 12)
                        """)
                .param("attachment", someone.attachment())
                .param("hour", Instant.parse(hour).atOffset(ZoneOffset.UTC))
                .param("internet", internet)
                .param("local", local)
                .update();
    }

    private Invoice only(Someone someone) {
        List<Invoice> all = all(someone);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private List<Invoice> all(Someone someone) {
        return invoices.list(List.of(new PayerId(someone.payer())), List.of(), "", "9999", 1, 100)
                .reversed();
    }

    private Money balance(AccountId account) {
        return ledger.balance(account, EUR);
    }

    private int events(String fact) {
        return db.sql("select count(*) from outbox where type = :type")
                .param("type", "coopmesh.billing.v1.InvoiceEvent." + fact)
                .query(Integer.class)
                .single();
    }

    /** Every row that a run could write, as text. */
    private String everything() {
        var rows = new ArrayList<Object>();
        for (String table :
                List.of(
                        "invoice",
                        "invoice_series",
                        "bill",
                        "bill_line",
                        "bill_run",
                        "ledger_transaction",
                        "ledger_entry",
                        "ledger_account",
                        "outbox")) {
            rows.addAll(
                    db.sql("select t::text from " + table + " t order by 1")
                            .query(String.class)
                            .list());
        }
        return rows.toString();
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
