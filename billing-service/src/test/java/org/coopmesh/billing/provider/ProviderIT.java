package org.coopmesh.billing.provider;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.autopay.AutopayForTests;
import org.coopmesh.billing.directdebit.DebitsForTests;
import org.coopmesh.billing.instalment.InstalmentsForTests;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.provider.ProviderPayments.Begun;
import org.coopmesh.billing.provider.ProviderPayments.NotNow;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.quickstart.ProviderSimulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.json.JsonMapper;

/** Payments through providers that speak their protocols and go wrong in every way that these do. */
@SpringBootTest(
        classes = BillingService.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Import(BillingContext.class)
class ProviderIT {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final String SECRET = "whsec_simulated";

    /** Until the process ends: a test that is run again meets it again. */
    private static final ProviderSimulator SIMULATOR = simulator();

    @LocalServerPort int port;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired ProviderPayments payments;
    @Autowired Attempts attempts;
    @Autowired Keeping keeping;
    @Autowired ApplicationContext context;
    @Autowired Cashier cashier;
    @Autowired Ledger ledger;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.provider.check-interval", () -> "PT1H");
        registry.add("coopmesh.provider.stripe.url", SIMULATOR::url);
        registry.add("coopmesh.provider.stripe.secret-key", () -> "sk_simulated");
        registry.add("coopmesh.provider.stripe.webhook-secrets", () -> "whsec_new," + SECRET);
        registry.add("coopmesh.provider.gocardless.url", SIMULATOR::url);
        registry.add("coopmesh.provider.gocardless.access-token", () -> "t");
        registry.add("coopmesh.provider.gocardless.webhook-secrets", () -> SECRET);
        registry.add("coopmesh.provider.btcpay.url", SIMULATOR::url);
        registry.add("coopmesh.provider.btcpay.api-key", () -> "k");
        registry.add("coopmesh.provider.btcpay.store-id", () -> "store");
        registry.add("coopmesh.provider.btcpay.webhook-secrets", () -> SECRET);
    }

    private static ProviderSimulator simulator() {
        try {
            return new ProviderSimulator(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void aCoop() {
        clock.set("2026-11-02T08:00:00Z");
        if (db.sql("select count(*) from plan").query(Long.class).single() == 0) {
            facts.constituted();
            rating.declare(
                    new Plan(
                            "home",
                            "Home",
                            "",
                            LocalDate.of(2026, 9, 1),
                            euros("12.50"),
                            0,
                            euros("0")),
                    new MemberId(UUID.randomUUID()));
        }
        for (Provider each : Provider.values()) {
            SIMULATOR.webhooks(
                    each.code(),
                    URI.create("http://127.0.0.1:%d/webhooks/%s".formatted(port, each.code())),
                    SECRET);
        }
    }

    @AfterEach
    void theBookBalances() {
        SIMULATOR.decline();
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void aCardPaysTheInvoiceAndWhatTheProviderKeepsIsBooked() {
        InvoiceId invoice = owed();
        Money before = balance(Provider.STRIPE);
        Money charges = ledger.balance(AccountId.BANK_CHARGES, EUR);

        begin(invoice, Provider.STRIPE);
        SIMULATOR.pay(reference(invoice));
        payments.check();

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);
        Attempt attempt = last(invoice);
        assertThat(attempt.state()).isEqualTo(Attempt.State.SUCCEEDED);
        assertThat(attempt.received()).isEqualTo(euros("12.50"));
        // 1.5 % and 25 cents, of 1,250 cents
        assertThat(attempt.fee()).isEqualTo(euros("0.43"));
        assertThat(balance(Provider.STRIPE).minus(before)).isEqualTo(euros("12.07"));
        assertThat(ledger.balance(AccountId.BANK_CHARGES, EUR).minus(charges))
                .isEqualTo(euros("0.43"));
        assertThat(payment(attempt).method()).isEqualTo(Payment.Method.CARD);
        assertThat(payment(attempt).recordedBy()).isNull();
    }

    @Test
    void whoBeginsTwiceGetsTheSamePage() {
        InvoiceId invoice = owed();
        int before = SIMULATOR.created();

        URI first = begin(invoice, Provider.STRIPE);

        assertThat(begin(invoice, Provider.STRIPE)).isEqualTo(first);
        assertThat(SIMULATOR.created()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STRIPE", "GOCARDLESS", "BTCPAY"})
    void aProviderThatDoesWhatItWasAskedAndDoesNotSaySoDoesItOnce(String name) {
        var provider = Provider.valueOf(name);
        InvoiceId invoice = owed();
        int before = SIMULATOR.created();

        // BTCPay is asked first what it has
        if (provider == Provider.BTCPAY) SIMULATOR.fail(1, ProviderSimulator.Fault.NONE);
        SIMULATOR.fail(1, ProviderSimulator.Fault.CUT);
        Begun first = payments.begin(owing(invoice), provider, "/pay/x");
        Begun second = payments.begin(owing(invoice), provider, "/pay/x");

        assertThat(first).isEqualTo(new Begun.Not(NotNow.AWAY));
        assertThat(second).isInstanceOf(Begun.Page.class);
        assertThat(SIMULATOR.created() - before).isEqualTo(provider == Provider.GOCARDLESS ? 0 : 1);
        assertThat(attempts.of(invoice)).hasSize(1);
        assertThat(payments.health(provider).awayWhy()).contains("does not answer");
    }

    @Test
    void withoutAnyWebhookTheMoneyIsFoundAllTheSame() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.STRIPE);
        SIMULATOR.hold();
        clock.set("2026-11-02T08:01:00Z");
        payments.check();
        assertThat(last(invoice).state()).isEqualTo(Attempt.State.OPEN);

        SIMULATOR.pay(reference(invoice));
        SIMULATOR.loseRings();
        payments.check();
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Owing.class);
        clock.set("2026-11-02T08:05:00Z");
        payments.check();

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);
    }

    @Test
    void whatGoesBackIsOwedAgain() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.STRIPE);
        String session = reference(invoice);
        SIMULATOR.pay(session);
        payments.check();

        SIMULATOR.refund(session, 250);
        payments.check();
        assertThat(owing(invoice).open()).isEqualTo(euros("2.50"));

        SIMULATOR.dispute(session, "needs_response");
        payments.check();
        assertThat(owing(invoice).open()).isEqualTo(euros("12.50"));
        assertThat(last(invoice).state()).isEqualTo(Attempt.State.FAILED);
        assertThat(last(invoice).why()).contains("disputed: fraudulent");
        // The dispute costs 20 on top, whoever wins it
        assertThat(last(invoice).fee()).isEqualTo(euros("20.43"));

        SIMULATOR.dispute(session, "won");
        payments.check();
        assertThat(owing(invoice).open()).isEqualTo(euros("2.50"));
    }

    @Test
    void theTreasurerGivesMoneyBackOnceHoweverOftenItIsAsked() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.STRIPE);
        SIMULATOR.pay(reference(invoice));
        payments.check();
        UUID id = last(invoice).id();

        SIMULATOR.fail(1, ProviderSimulator.Fault.CUT);
        assertThatThrownBy(() -> payments.refund(id, euros("2.50"), "refund-key-1"))
                .isInstanceOf(ProviderAway.class);
        payments.refund(id, euros("2.50"), "refund-key-1");
        payments.check();

        assertThat(last(invoice).received()).isEqualTo(euros("10"));
        assertThatThrownBy(() -> payments.refund(id, euros("10.01"), "refund-key-2"))
                .isInstanceOf(RefundTooLarge.class);
    }

    @Test
    void aPromiseThatIsNotKeptPaysNothing() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.STRIPE);
        SIMULATOR.promise(reference(invoice));
        payments.check();
        assertThat(payments.isUnderWay(invoice)).isTrue();

        SIMULATOR.keep(reference(invoice), false);
        payments.check();

        assertThat(owing(invoice).open()).isEqualTo(euros("12.50"));
        assertThat(last(invoice).why()).isEqualTo("The bank refused.");
        assertThat(payments.isUnderWay(invoice)).isFalse();
    }

    @Test
    void aMandateCollectsWhatIsStillOpenOnce() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.GOCARDLESS);
        String request = reference(invoice);
        int before = SIMULATOR.created();

        SIMULATOR.authorise(request);
        // Looks, collects, and does not hear that it did
        SIMULATOR.fail(1, ProviderSimulator.Fault.ERROR);
        payments.check();
        clock.set("2026-11-02T08:05:00Z");
        payments.check();
        String payment = SIMULATOR.paymentOf(request);
        clock.set("2026-11-02T08:30:00Z");
        payments.check();

        assertThat(SIMULATOR.created()).isEqualTo(before + 1);
        assertThat(last(invoice).state()).isEqualTo(Attempt.State.PROCESSING);
        SIMULATOR.becomes(requireNonNull(payment), "confirmed");
        payments.check();
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);

        SIMULATOR.becomes(payment, "charged_back");
        payments.check();
        assertThat(owing(invoice).open()).isEqualTo(euros("12.50"));
        assertThat(last(invoice).why()).isEqualTo("charged back");
    }

    @Test
    void whatWasPaidInAnotherWayMeanwhileIsNotCollected() {
        InvoiceId invoice = owed();
        begin(invoice, Provider.GOCARDLESS);
        begin(invoice, Provider.STRIPE);
        String request = by(invoice, Provider.GOCARDLESS).reference();
        int before = SIMULATOR.created();
        SIMULATOR.pay(by(invoice, Provider.STRIPE).reference());
        payments.check();

        SIMULATOR.authorise(request);
        payments.check();

        assertThat(SIMULATOR.created()).isEqualTo(before);
        assertThat(by(invoice, Provider.GOCARDLESS).why()).contains("paid in another way");
    }

    @Test
    void bitcoinMayBeTooLittleTooMuchOrTooLate() {
        InvoiceId little = owed();
        begin(little, Provider.BTCPAY);
        SIMULATOR.arrive(reference(little), "5.00", true);
        SIMULATOR.expireInvoice(reference(little));
        payments.check();
        assertThat(owing(little).open()).isEqualTo(euros("7.50"));

        InvoiceId much = owed();
        begin(much, Provider.BTCPAY);
        SIMULATOR.arrive(reference(much), "15.00", true);
        payments.check();
        assertThat(invoicing.find(much)).isInstanceOf(Invoice.Paid.class);
        assertThat(ledger.balance(AccountId.wallet(payer(much).value()), EUR))
                .isEqualTo(euros("-2.50"));

        InvoiceId late = owed();
        begin(late, Provider.BTCPAY);
        SIMULATOR.expireInvoice(reference(late));
        payments.check();
        assertThat(last(late).state()).isEqualTo(Attempt.State.EXPIRED);
        SIMULATOR.arrive(reference(late), "12.50", false);
        payments.check();
        assertThat(invoicing.find(late)).isInstanceOf(Invoice.Owing.class);
        SIMULATOR.settle(reference(late));
        payments.check();
        assertThat(invoicing.find(late)).isInstanceOf(Invoice.Paid.class);
    }

    @Test
    void aStrangerRingsInVain() throws Exception {
        InvoiceId invoice = owed();
        begin(invoice, Provider.STRIPE);
        Instant next = last(invoice).nextLookAt();

        assertThat(knock("stripe", "{\"id\":\"evt_forged\"}")).isEqualTo(400);
        assertThat(knock("paypal", "{}")).isEqualTo(404);
        assertThat(knock("stripe", "x".repeat(300_000))).isEqualTo(413);

        assertThat(last(invoice).nextLookAt()).isEqualTo(next);
        assertThat(payments.health(Provider.STRIPE).refusedWhy()).contains("no Stripe-Signature");
    }

    @Test
    void soManyAttemptsInADayAreEnough() {
        InvoiceId invoice = owed();
        for (int i = 0; i < ProviderPayments.ATTEMPTS_A_DAY; i++) {
            begin(invoice, Provider.STRIPE);
            db.sql("update payment_attempt set state = 'expired' where invoice_id = :id")
                    .param("id", invoice.value())
                    .update();
        }

        assertThat(payments.begin(owing(invoice), Provider.STRIPE, "/pay/x"))
                .isEqualTo(new Begun.Not(NotNow.TOO_MANY));
    }

    /** Whatever happens in whatever order, and however it is told: in the end the books say what the providers say. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void inTheEndTheBooksSayWhatTheProvidersSay(long seed) {
        var random = new Random(seed);
        Money[] before = new Money[3];
        for (Provider each : Provider.values()) before[each.ordinal()] = balance(each);
        List<InvoiceId> invoices = new ArrayList<>();
        for (int i = 0; i < 6; i++) invoices.add(owed());
        Instant now = Instant.parse("2026-11-02T08:00:00Z");

        for (int step = 0; step < 120; step++) {
            InvoiceId invoice = invoices.get(random.nextInt(invoices.size()));
            if (random.nextInt(4) == 0) {
                SIMULATOR.fail(
                        1,
                        random.nextBoolean()
                                ? ProviderSimulator.Fault.ERROR
                                : ProviderSimulator.Fault.CUT);
            }
            if (random.nextInt(8) == 0) SIMULATOR.hold();
            act(random, invoice);
            switch (random.nextInt(6)) {
                case 0 -> SIMULATOR.ringAll(1 + random.nextInt(2), random.nextLong());
                case 1 -> SIMULATOR.loseRings();
                case 2 -> {
                    now = now.plusSeconds(random.nextInt(600));
                    clock.set(now.toString());
                }
                default -> payments.check();
            }
        }
        SIMULATOR.loseRings();
        for (int i = 0; i < 12; i++) {
            now = now.plusSeconds(9L * 24 * 3600);
            clock.set(now.toString());
            payments.check();
        }

        Money[] received = new Money[3];
        for (Provider each : Provider.values()) received[each.ordinal()] = euros("0");
        for (InvoiceId invoice : invoices) {
            Money sum = euros("0");
            for (Attempt attempt : attempts.of(invoice)) {
                Seen truth = truth(attempt);
                if (attempt.state() != Attempt.State.OPENING) {
                    assertThat(attempt.received())
                            .as(attempt.toString())
                            .isEqualTo(truth.received());
                    assertThat(attempt.fee()).as(attempt.toString()).isEqualTo(truth.fee());
                }
                int at = attempt.provider().ordinal();
                received[at] = received[at].plus(attempt.received()).minus(attempt.fee());
                sum = sum.plus(attempt.received());
            }
            Invoice settled = invoicing.find(invoice);
            Money open = settled instanceof Invoice.Owing owing ? owing.open() : euros("0");
            Money wallet = ledger.balance(AccountId.wallet(payer(invoice).value()), EUR).negated();
            assertThat(euros("12.50").minus(open).plus(wallet)).isEqualTo(sum);
        }
        for (Provider each : Provider.values()) {
            assertThat(balance(each).minus(before[each.ordinal()]))
                    .as(each.code())
                    .isEqualTo(received[each.ordinal()]);
        }
    }

    @Test
    void aSavedCardPaysAnInvoiceOnItsDayAndOnce() {
        InvoiceId invoice = owed();
        UUID saving = saved(invoice, Provider.STRIPE);
        assertThat(keeping.find(saving).orElseThrow().label()).isEqualTo("Visa …4242, 12/2029");
        autopay().choose(payer(invoice), saving);
        int charged = SIMULATOR.charged();

        onDay("2026-11-12");
        assertThat(autopay().tries(payer(invoice))).isEmpty();
        assertThat(autopay().holds(invoice)).isTrue();
        onDay("2026-11-13");
        onDay("2026-11-14");

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);
        assertThat(autopay().tries(payer(invoice))).containsExactly("1 2026-11-13 taken");
        assertThat(SIMULATOR.charged()).isEqualTo(charged + 1);
        assertThat(autopay().holds(invoice)).isFalse();
        assertThat(payment(last(invoice)).method()).isEqualTo(Payment.Method.CARD);
        SIMULATOR.refund(last(invoice).reference(), 1250);
        onDay("2026-11-18");
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Owing.class);
        assertThat(autopay().holds(invoice)).as("what went back is owed").isFalse();
        assertThat(SIMULATOR.charged()).as("not taken again").isEqualTo(charged + 1);
    }

    @Test
    void aCardThatSaysNoIsTriedByTheScheduleAndThenGivenUp() {
        InvoiceId invoice = owed();
        autopay().choose(payer(invoice), saved(invoice, Provider.STRIPE));
        int charged = SIMULATOR.charged();
        SIMULATOR.decline(
                "insufficient_funds", "generic_decline", "do_not_honor", "insufficient_funds");

        for (int day = 10; day <= 26; day++) {
            onDay("2026-11-" + day);
            assertThat(autopay().holds(invoice)).as("held on " + day).isTrue();
        }
        onDay("2026-11-27");

        assertThat(autopay().tries(payer(invoice)))
                .containsExactly(
                        "1 2026-11-13 failed passing",
                        "2 2026-11-17 failed passing",
                        "3 2026-11-19 failed passing",
                        "4 2026-11-23 failed passing");
        assertThat(autopay().holds(invoice)).isFalse();
        assertThat(autopay().stopped(payer(invoice))).isEmpty();
        assertThat(SIMULATOR.charged()).isEqualTo(charged);
        assertThat(
                        db.sql(
                                        "select count(*) from mail where notice = 'charge-failed' and recipient_id = :payer")
                                .param("payer", payer(invoice).value())
                                .query(Long.class)
                                .single())
                .isEqualTo(4);
    }

    @Test
    void aStolenCardStopsItAndABankThatWantsThePayerEndsItForOneInvoice() {
        InvoiceId stolen = owed();
        autopay().choose(payer(stolen), saved(stolen, Provider.STRIPE));
        SIMULATOR.decline("stolen_card");
        onDay("2026-11-13");
        onDay("2026-11-17");
        assertThat(autopay().tries(payer(stolen))).containsExactly("1 2026-11-13 failed final");
        assertThat(autopay().stopped(payer(stolen))).contains("stolen_card");
        assertThat(autopay().holds(stolen)).isFalse();

        clock.set("2026-11-02T08:00:00Z");
        InvoiceId wanted = owed();
        autopay().choose(payer(wanted), saved(wanted, Provider.STRIPE));
        SIMULATOR.decline("authentication_required");
        onDay("2026-11-13");
        onDay("2026-11-17");
        assertThat(autopay().tries(payer(wanted))).containsExactly("1 2026-11-13 failed payer");
        assertThat(autopay().stopped(payer(wanted))).isEmpty();
        assertThat(begin(wanted, Provider.STRIPE)).isNotNull();
    }

    @Test
    void whatIsPaidOtherwiseMeanwhileIsNotCharged() {
        InvoiceId invoice = owed();
        autopay().choose(payer(invoice), saved(invoice, Provider.STRIPE));
        int charged = SIMULATOR.charged();
        clock.set("2026-11-13T08:00:00Z");
        autopay().check();
        assertThat(payments.begin(owing(invoice), Provider.STRIPE, "/pay/x"))
                .as("nobody pays on a page what is just being charged")
                .isEqualTo(new Begun.Not(NotNow.UNDER_WAY));
        cashier.take(
                payer(invoice),
                invoice,
                euros("12.50"),
                Payment.Method.CASH,
                LocalDate.of(2026, 11, 13),
                null,
                null,
                new MemberId(UUID.randomUUID()));

        payments.check();
        autopay().check();

        assertThat(SIMULATOR.charged()).isEqualTo(charged);
        assertThat(autopay().tries(payer(invoice))).containsExactly("1 2026-11-13 void");
        assertThat(ledger.balance(AccountId.wallet(payer(invoice).value()), EUR))
                .isEqualTo(euros("0"));
    }

    @Test
    void aPageThatIsOpenIsClosedBeforeTheChargeUnlessItWasPaid() {
        InvoiceId open = owed();
        autopay().choose(payer(open), saved(open, Provider.STRIPE));
        InvoiceId paid = owed();
        autopay().choose(payer(paid), saved(paid, Provider.STRIPE));
        clock.set("2026-11-13T07:00:00Z");
        begin(open, Provider.STRIPE);
        begin(paid, Provider.STRIPE);
        String page = reference(open);
        SIMULATOR.hold();
        SIMULATOR.pay(reference(paid));
        int charged = SIMULATOR.charged();

        for (int minute = 0; minute < 5; minute++) {
            clock.set("2026-11-13T08:0%d:00Z".formatted(minute));
            autopay().check();
            payments.check();
        }
        autopay().check();

        assertThat(SIMULATOR.charged()).isEqualTo(charged + 1);
        assertThat(invoicing.find(open)).isInstanceOf(Invoice.Paid.class);
        assertThat(invoicing.find(paid)).isInstanceOf(Invoice.Paid.class);
        assertThat(autopay().tries(payer(paid))).isEmpty();
        assertThat(
                        attempts.of(open).stream()
                                .filter(each -> each.references().contains(page))
                                .findFirst()
                                .orElseThrow()
                                .state())
                .isEqualTo(Attempt.State.EXPIRED);
        SIMULATOR.loseRings();
    }

    @Test
    void aPayerWhoTakesItBackIsNotCharged() {
        InvoiceId invoice = owed();
        UUID saving = saved(invoice, Provider.STRIPE);
        autopay().choose(payer(invoice), saving);
        int charged = SIMULATOR.charged();
        clock.set("2026-11-13T08:00:00Z");
        autopay().check();

        autopay().end(payer(invoice));
        payments.check();
        autopay().check();

        assertThat(SIMULATOR.charged()).isEqualTo(charged);
        assertThat(autopay().tries(payer(invoice))).containsExactly("1 2026-11-13 void");
        assertThat(autopay().holds(invoice)).isFalse();
        String method = requireNonNull(keeping.find(saving).orElseThrow().method());
        assertThat(SIMULATOR.keeps(method)).isTrue();
        keeping.end(saving);
        keeping.check();
        assertThat(SIMULATOR.keeps(method)).isFalse();
    }

    @Test
    void aRunOfDirectDebitsLeavesOutWhatIsChargedAndTheOtherWayRound() {
        DebitsForTests debits = DebitsForTests.of(context);
        debits.creditor();
        InvoiceId charged = owed();
        InvoiceId collected = owed();
        for (InvoiceId each : List.of(charged, collected)) {
            debits.sign(payer(each), new MemberId(UUID.randomUUID()));
        }
        UUID saving = saved(collected, Provider.STRIPE);
        autopay().choose(payer(charged), saved(charged, Provider.STRIPE));
        UUID run = debits.propose(LocalDate.of(2026, 11, 16), new MemberId(UUID.randomUUID()));
        assertThat(debits.items(run)).hasSize(1);
        debits.approve(run, new MemberId(UUID.randomUUID()));
        autopay().choose(payer(collected), saving);

        clock.set("2026-11-13T08:00:00Z");
        autopay().check();
        payments.check();
        autopay().check();

        assertThat(autopay().tries(payer(charged))).containsExactly("1 2026-11-13 taken");
        assertThat(autopay().tries(payer(collected))).isEmpty();
        debits.withdraw(run);
        autopay().end(payer(collected));
    }

    @Test
    void aWalletBelowItsFloorIsFilledAndAFailureStopsOnlyTheFilling() {
        InvoiceId invoice = owed();
        PayerId payer = payer(invoice);
        autopay().wallet(payer, saved(invoice, Provider.STRIPE), euros("5"), euros("20"));
        onDay("2026-11-03");
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);
        assertThat(ledger.balance(AccountId.wallet(payer.value()), EUR)).isEqualTo(euros("-7.50"));
        onDay("2026-11-03");
        assertThat(autopay().tries(payer)).containsExactly("1 2026-11-03 taken");

        autopay()
                .wallet(
                        payer,
                        keeping.saved(List.of(payer)).getFirst().id(),
                        euros("10"),
                        euros("20"));
        SIMULATOR.decline("insufficient_funds", "insufficient_funds", "card_velocity_exceeded", "");
        for (int day = 4; day <= 20; day++) onDay("2026-11-%02d".formatted(day));
        assertThat(autopay().tries(payer))
                .endsWith(
                        "1 2026-11-04 failed passing",
                        "2 2026-11-05 failed passing",
                        "3 2026-11-08 failed passing",
                        "4 2026-11-15 taken");
        assertThat(ledger.balance(AccountId.wallet(payer.value()), EUR)).isEqualTo(euros("-27.50"));
    }

    @Test
    void whoPaysInPartsIsChargedForNothingMeanwhile() {
        InvoiceId saved = owed();
        InvoiceId prepaid = owed();
        autopay().choose(payer(saved), saved(saved, Provider.STRIPE));
        autopay().wallet(payer(prepaid), saved(prepaid, Provider.STRIPE), euros("5"), euros("20"));
        UUID plan = inParts(saved);
        UUID other = inParts(prepaid);
        for (int day = 2; day <= 20; day++) onDay("2026-11-%02d".formatted(day));
        assertThat(autopay().tries(payer(saved))).isEmpty();
        assertThat(autopay().tries(payer(prepaid))).isEmpty();

        InstalmentsForTests.end(context, plan);
        InstalmentsForTests.end(context, other);
        onDay("2026-11-21");

        assertThat(autopay().tries(payer(saved))).containsExactly("1 2026-11-21 taken");
        assertThat(autopay().tries(payer(prepaid))).containsExactly("1 2026-11-21 taken");
        assertThat(invoicing.find(saved)).isInstanceOf(Invoice.Paid.class);
    }

    private UUID inParts(InvoiceId invoice) {
        return InstalmentsForTests.agree(
                context, payer(invoice), LocalDate.of(2026, 12, 1), LocalDate.of(2027, 1, 1));
    }

    @Test
    void aMandateAtGoCardlessIsChargedAndTakenBackWhereItIsPaidOtherwise() {
        InvoiceId invoice = owed();
        InvoiceId other = owed();
        autopay().choose(payer(invoice), saved(invoice, Provider.GOCARDLESS));
        autopay().choose(payer(other), saved(other, Provider.GOCARDLESS));
        int charged = SIMULATOR.charged();
        onDay("2026-11-13");
        onDay("2026-11-14");
        assertThat(SIMULATOR.charged()).isEqualTo(charged + 2);
        assertThat(last(invoice).state()).isEqualTo(Attempt.State.PROCESSING);
        assertThat(autopay().holds(invoice)).isTrue();
        cashier.take(
                payer(other),
                other,
                euros("12.50"),
                Payment.Method.CASH,
                LocalDate.of(2026, 11, 14),
                null,
                null,
                new MemberId(UUID.randomUUID()));
        SIMULATOR.becomes(
                last(invoice).references().stream()
                        .filter(each -> each.startsWith("PM"))
                        .findFirst()
                        .orElseThrow(),
                "confirmed");
        onDay("2026-11-18");

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Paid.class);
        assertThat(autopay().tries(payer(other))).containsExactly("1 2026-11-13 void");
        assertThat(ledger.balance(AccountId.wallet(payer(other).value()), EUR))
                .isEqualTo(euros("0"));
    }

    /** However often the provider is away, cuts off after it has done what was asked, or says no: nobody is charged twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverGoesWrongNobodyIsChargedTwice(long seed) {
        var random = new Random(seed);
        List<InvoiceId> invoices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            InvoiceId invoice = owed();
            invoices.add(invoice);
            autopay()
                    .choose(
                            payer(invoice),
                            saved(invoice, i == 3 ? Provider.GOCARDLESS : Provider.STRIPE));
        }
        int charged = SIMULATOR.charged();
        Instant now = Instant.parse("2026-11-13T08:00:00Z");
        for (int step = 0; step < 60; step++) {
            clock.set(now.toString());
            if (random.nextInt(2) == 0) {
                SIMULATOR.fail(
                        1,
                        random.nextBoolean()
                                ? ProviderSimulator.Fault.ERROR
                                : ProviderSimulator.Fault.CUT);
            }
            if (random.nextInt(6) == 0) SIMULATOR.decline("insufficient_funds");
            if (random.nextInt(3) > 0) autopay().check();
            // Whoever dies after asking has written nothing down.
            if (random.nextInt(5) == 0) {
                db.sql(
                                """
                                update payment_attempt set state = 'open', next_look_at = :now
                                 where saving_id is not null and state = 'processing' and payment_id is null
                                """)
                        .param("now", now.atOffset(java.time.ZoneOffset.UTC))
                        .update();
            }
            if (random.nextInt(3) > 0) payments.check();
            now = now.plusSeconds(random.nextInt(6 * 3600));
        }
        SIMULATOR.decline();
        for (int i = 0; i < 40; i++) {
            clock.set(now.toString());
            autopay().check();
            payments.check();
            now = now.plusSeconds(6 * 3600);
        }

        for (InvoiceId invoice : invoices) {
            assertThat(ledger.balance(AccountId.wallet(payer(invoice).value()), EUR))
                    .as("nobody paid too much: " + autopay().tries(payer(invoice)))
                    .isEqualTo(euros("0"));
        }
        long taken =
                invoices.stream()
                        .flatMap(invoice -> attempts.of(invoice).stream())
                        .filter(each ->
                                each.state() == Attempt.State.SUCCEEDED
                                        || each.state() == Attempt.State.PROCESSING)
                        .count();
        assertThat(SIMULATOR.charged() - charged).isEqualTo((int) taken);
        assertThat(taken).as("and most of them were").isGreaterThanOrEqualTo(2);
    }

    private AutopayForTests autopay() {
        return AutopayForTests.of(context);
    }

    /** What its payer let the provider keep. */
    private UUID saved(InvoiceId invoice, Provider provider) {
        PayerId payer = payer(invoice);
        assertThat(keeping.begin(payer, provider, "/my/autopay", new MemberId(UUID.randomUUID())))
                .isInstanceOf(Begun.Page.class);
        String reference =
                db.sql(
                                "select reference from payment_saving where payer_id = :payer and state = 'open'")
                        .param("payer", payer.value())
                        .query(String.class)
                        .single();
        if (provider == Provider.STRIPE) SIMULATOR.give(reference);
        else SIMULATOR.authorise(reference);
        keeping.check();
        return keeping.saved(List.of(payer)).getFirst().id();
    }

    /** What a day brings: what is due is asked for, made, and known. */
    private void onDay(String day) {
        for (String time : List.of("T08:00:00Z", "T20:00:00Z")) {
            clock.set(day + time);
            autopay().check();
            payments.check();
            autopay().check();
        }
    }

    private void act(Random random, InvoiceId invoice) {
        List<Attempt> all =
                attempts.of(invoice).stream().filter(each -> !each.references().isEmpty()).toList();
        if (all.isEmpty() || random.nextInt(6) == 0) {
            if (invoicing.find(invoice) instanceof Invoice.Owing owing) {
                payments.begin(owing, Provider.values()[random.nextInt(3)], "/pay/x");
            }
            return;
        }
        Attempt attempt = all.get(random.nextInt(all.size()));
        String reference = attempt.reference();
        boolean taken = attempt.received().isPositive();
        switch (attempt.provider()) {
            case STRIPE -> {
                if (!taken) SIMULATOR.pay(reference);
                else if (random.nextBoolean()) SIMULATOR.refund(reference, random.nextInt(100));
                else SIMULATOR.dispute(reference, random.nextBoolean() ? "won" : "lost");
            }
            case GOCARDLESS -> {
                String payment = SIMULATOR.paymentOf(reference);
                if (payment == null) SIMULATOR.authorise(reference);
                else
                    SIMULATOR.becomes(
                            payment,
                            List.of("submitted", "failed", "confirmed", "paid_out", "charged_back")
                                    .get(random.nextInt(5)));
            }
            case BTCPAY -> {
                if (random.nextInt(3) == 0) SIMULATOR.settle(reference);
                else if (random.nextInt(3) == 0) SIMULATOR.expireInvoice(reference);
                else
                    SIMULATOR.arrive(
                            reference, random.nextInt(1, 20) + ".00", random.nextBoolean());
            }
        }
    }

    private Seen truth(Attempt attempt) {
        ProviderSettings.Stripe stripe =
                new ProviderSettings.Stripe(SIMULATOR.url(), "sk", List.of());
        var json = new JsonMapper();
        PaymentProvider adapter =
                switch (attempt.provider()) {
                    case STRIPE -> new StripeAdapter(stripe, json);
                    case GOCARDLESS ->
                            new GoCardlessAdapter(
                                    new ProviderSettings.GoCardless(
                                            SIMULATOR.url(), "t", List.of(), "sepa_core"),
                                    json);
                    case BTCPAY ->
                            new BtcpayAdapter(
                                    new ProviderSettings.Btcpay(
                                            SIMULATOR.url(), "k", "store", List.of()),
                                    json);
                };
        return attempt.references().isEmpty()
                ? Seen.without(attempt, attempt.state(), null)
                : adapter.look(attempt, euros("0"));
    }

    private int knock(String provider, String body) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/webhooks/%s"
                                                            .formatted(port, provider)))
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private InvoiceId owed() {
        PayerId payer = new PayerId(facts.joined("home", "2026-10-01").payer());
        BillsForTests.bill(invoicing, payer, OCTOBER);
        return invoicing.owing(payer).getFirst().heading().id();
    }

    private PayerId payer(InvoiceId invoice) {
        return invoicing.find(invoice).heading().payer();
    }

    private Invoice.Owing owing(InvoiceId invoice) {
        return (Invoice.Owing) invoicing.find(invoice);
    }

    private URI begin(InvoiceId invoice, Provider provider) {
        Begun begun = payments.begin(owing(invoice), provider, "/pay/x");
        assertThat(begun).isInstanceOf(Begun.Page.class);
        return ((Begun.Page) begun).page();
    }

    private Attempt by(InvoiceId invoice, Provider provider) {
        return attempts.of(invoice).stream()
                .filter(each -> each.provider() == provider)
                .findFirst()
                .orElseThrow();
    }

    private Attempt last(InvoiceId invoice) {
        return attempts.of(invoice).getFirst();
    }

    private String reference(InvoiceId invoice) {
        return last(invoice).reference();
    }

    private Payment payment(Attempt attempt) {
        return cashier.find(List.of(requireNonNull(attempt.payment()))).getFirst();
    }

    private Money balance(Provider provider) {
        return ledger.balance(provider.clearing(), EUR);
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
