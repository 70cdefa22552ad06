package org.coopmesh.billing.payroll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
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
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.ResultMatcher;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** From a moderator's hours to money on their account, over HTTP and the real database. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import({BillingContext.class, CaseworkFacts.class})
class PayrollApiIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final String IBAN = "DE89 3704 0044 0532 0130 00";

    private final Person board = Person.with("member", "board");
    private final Person treasurer = Person.with("member", "treasurer");
    private final Person other = Person.with("member", "treasurer");
    private final Person mona = Person.with("member", "moderator");
    private final Person milo = Person.with("member", "moderator");

    private Someone anna;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired CaseworkFacts casework;
    @Autowired Cashier cashier;
    @Autowired Ledger ledger;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    /** Somebody who is signed in with these roles. */
    private record Person(UUID id, List<String> roles) {
        static Person with(String... roles) {
            return new Person(UUID.randomUUID(), Arrays.asList(roles));
        }
    }

    @BeforeEach
    void aMemberWhoPaysTwentyFiveEurosOfDuesAMonth() throws Exception {
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " disable trigger user").update();
        }
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, usage_hour, usage_report, payment,
                                 invoice_settlement, invoice, invoice_series, bill_line, bill, bill_run, rate_card, pay_run,
                                 pay_transfer, pay_line, pay_return, moderator_work, moderator_number, pay_account,
                                 ledger_entry, ledger_transaction, ledger_account, outbox, idempotency_key, seller cascade
                        """)
                .update();
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " enable trigger user").update();
        }
        clock.set("2026-10-01T08:00:00Z");
        facts.constituted();
        post(
                        treasurer,
                        "/api/plans",
                        """
                        {"code":"home","name":"Home","effectiveOn":"2026-01-01","flat":{"amount":"25","currency":"EUR"},
                         "includedGb":1000,"perGb":{"amount":"0","currency":"EUR"}}
                        """)
                .andExpect(status().isCreated());
        anna = facts.joined("home", "2026-09-01");
    }

    @Test
    void hoursAndCasesArePaidFromAShareOfTheDuesThatCameIn() throws Exception {
        rates("2026-10", "0.5", "15", "2.50").andExpect(status().isCreated());
        septemberIsPaid();
        casework.logged(mona.id(), "2026-10-10", 30);
        casework.closed(mona.id(), "2026-10-11T10:00:00Z");
        casework.logged(milo.id(), "2026-11-01", 60); // Not in October.
        clock.set("2026-11-02T08:00:00Z");

        ResultActions run = prepare("2026-10").andExpect(status().isCreated());

        run.andExpect(jsonPath("$.state").value("prepared"))
                .andExpect(jsonPath("$.collected.amount").value("25.00"))
                .andExpect(jsonPath("$.added.amount").value("12.50"))
                .andExpect(jsonPath("$.lines", hasSize(1)))
                .andExpect(jsonPath("$.lines[0].moderatorId").value(mona.id().toString()))
                .andExpect(jsonPath("$.lines[0].minutes").value(30))
                .andExpect(jsonPath("$.lines[0].cases").value(1))
                .andExpect(jsonPath("$.lines[0].claim.amount").value("10.00"))
                .andExpect(jsonPath("$.lines[0].pay.amount").value("10.00"))
                .andExpect(jsonPath("$.drawn.amount").value("10.00"))
                .andExpect(jsonPath("$.carriedOut.amount").value("2.50"));
        String id = JsonPath.read(text(run), "$.id");
        assertThat(balance(AccountId.MODERATORS_PAY).isZero()).isTrue();
        approve(other, id).andExpect(jsonPath("$.state").value("approved"));
        assertThat(balance(AccountId.MODERATORS_PAY)).isEqualTo(euros("10"));
        assertThat(balance(AccountId.payDue(mona.id()))).isEqualTo(euros("-10"));
        post(treasurer, runs(id) + "/lines/1/cash", paidOn("2026-11-02"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("paid"))
                .andExpect(jsonPath("$.lines[0].paid.method").value("cash"));
        assertThat(balance(AccountId.payDue(mona.id())).isZero()).isTrue();
        assertThat(balance(AccountId.CASH)).isEqualTo(euros("-10"));
        assertThat(ledger.trialBalanceMicro()).isZero();
        get(mona, "/api/payroll/mine")
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].pay.amount").value("10.00"))
                .andExpect(jsonPath("$.items[0].paid.on").value("2026-11-02"));
        get(milo, "/api/payroll/mine").andExpect(jsonPath("$.items", hasSize(0)));
    }

    @Test
    void theRestOfThePoolIsCarriedAndAShortPoolIsShared() throws Exception {
        rates("2026-10", "0.4", "10", "0");
        septemberIsPaid();
        clock.set("2026-11-02T08:00:00Z");
        approve(other, id(prepare("2026-10")))
                .andExpect(jsonPath("$.carriedOut.amount").value("10.00"));
        casework.logged(mona.id(), "2026-11-03", 120);
        casework.logged(milo.id(), "2026-11-03", 60);
        clock.set("2026-12-02T08:00:00Z");

        ResultActions run = prepare("2026-11");

        run.andExpect(jsonPath("$.carriedIn.amount").value("10.00"))
                .andExpect(jsonPath("$.collected.amount").value("0.00"))
                .andExpect(jsonPath("$.drawn.amount").value("10.00"))
                .andExpect(jsonPath("$.carriedOut.amount").value("0.00"));
        assertThat(
                        JsonPath.<List<String>>read(
                                text(run), "$.lines[?(@.minutes == 120)].pay.amount"))
                .containsExactly("6.67");
        assertThat(JsonPath.<List<String>>read(text(run), "$.lines[?(@.minutes == 60)].pay.amount"))
                .containsExactly("3.33");
    }

    @Test
    void aPaymentThatWentBackComesOffTheNextPoolAndNobodyPaysForIt() throws Exception {
        rates("2026-10", "1", "25", "0");
        UUID payment = septemberIsPaid();
        casework.logged(mona.id(), "2026-10-10", 60);
        clock.set("2026-11-01T00:30:00Z"); // October's bill is not out yet.
        approve(other, id(prepare("2026-10"))).andExpect(jsonPath("$.drawn.amount").value("25.00"));
        cashier.reverse(payment, "charged back", new MemberId(treasurer.id()));
        casework.logged(milo.id(), "2026-11-03", 60);
        clock.set("2026-12-02T08:00:00Z");

        prepare("2026-11")
                .andExpect(jsonPath("$.collected.amount").value("-25.00"))
                .andExpect(jsonPath("$.available.amount").value("0.00"))
                .andExpect(jsonPath("$.lines[0].claim.amount").value("25.00"))
                .andExpect(jsonPath("$.lines[0].pay.amount").value("0.00"))
                .andExpect(jsonPath("$.carriedOut.amount").value("-25.00"));
    }

    @Test
    void onlyWhatPaidDuesCounts() throws Exception {
        post(
                        treasurer,
                        "/api/plans",
                        """
                        {"code":"home","name":"Home","effectiveOn":"2026-10-02","flat":{"amount":"25","currency":"EUR"},
                         "includedGb":0,"perGb":{"amount":"1","currency":"EUR"}}
                        """)
                .andExpect(status().isCreated());
        rates("2026-10", "1", "0", "0");
        septemberIsPaid();
        clock.set("2026-11-01T00:30:00Z");
        prepare("2026-10").andExpect(jsonPath("$.collected.amount").value("25.00"));
        // Of an invoice of 40.00, 25.00 are dues: half of it paid are 12.50 of dues.
        db.sql(
                        """
                        insert into bill_line (bill_id, line, kind, charge, site_id, plan_code, plan_since, month, from_on, to_on,
                                               days, internet_bytes, included_bytes, local_bytes, unit_price_micro, saved_micro,
                                               amount_micro, currency, windows, gaps)
                        select bill_id, 99, 'usage', 'usage', site_id, plan_code, plan_since, month, from_on, to_on, days,
                               15000000000, 0, 0, 1000000, 0, 25000000, 'EUR', 1, 0 from bill_line where charge = 'dues'
                        """)
                .update();

        get(board, "/api/payroll/runs")
                .andExpect(jsonPath("$.items[0].collected.amount").value("25.00"));
        reject(id(get(board, "/api/payroll/runs"), "$.items[0].id"));
        prepare("2026-10").andExpect(jsonPath("$.collected.amount").value("12.50"));
    }

    @Test
    void nobodyApprovesWhatTheyPreparedOrAreToBePaid() throws Exception {
        rates("2026-10", "1", "15", "0");
        casework.logged(mona.id(), "2026-10-10", 30);
        Someone mate = Someone.fresh();
        var inMonasHouse = new Someone(mate.member(), mate.site(), mate.payer(), mate.attachment());
        facts.hear(Facts.subscribed(inMonasHouse, "home", "2026-10-01", clock.instant()));
        facts.hear(
                Facts.subscribed(
                        new Someone(mona.id(), UUID.randomUUID(), mate.payer(), UUID.randomUUID()),
                        "home",
                        "2026-10-01",
                        clock.instant()));
        clock.set("2026-11-01T00:30:00Z");
        String id = id(prepare("2026-10"));

        approve(treasurer, id).andExpect(status().isConflict()).andExpect(rule("same-person"));
        approve(new Person(mona.id(), List.of("treasurer")), id).andExpect(rule("own-pay"));
        approve(new Person(mate.member(), List.of("board")), id).andExpect(rule("same-household"));
        approve(mona, id).andExpect(status().isForbidden());
        post(treasurer, runs(id) + "/lines/1/cash", paidOn("2026-11-01"))
                .andExpect(rule("not-approved"));
        approve(other, id).andExpect(status().isOk());
        approve(other, id).andExpect(status().isOk());
        approve(board, id).andExpect(rule("decided"));
        assertThat(db.sql("select count(*) from ledger_transaction").query(Integer.class).single())
                .isEqualTo(0); // The pool was empty: nothing is owed.
        assertThatThrownBy(() ->
                        db.sql("update pay_run set decided_by = prepared_by where id = :id")
                                .param("id", UUID.fromString(id))
                                .update())
                .isInstanceOf(DataAccessException.class);
    }

    @Test
    void aRejectedMonthIsDrawnUpAgainWithAllItsWork() throws Exception {
        rates("2026-10", "1", "15", "0");
        casework.logged(mona.id(), "2026-10-10", 30);
        clock.set("2026-11-01T00:30:00Z");
        String first = id(prepare("2026-10"));
        prepare("2026-10").andExpect(status().isConflict()).andExpect(rule("drawn-up"));
        casework.logged(mona.id(), "2026-10-11", 30); // Told late.

        reject(first);
        approve(other, first).andExpect(rule("decided"));

        prepare("2026-10").andExpect(jsonPath("$.lines[0].minutes").value(60));
        get(board, "/api/payroll/runs")
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(
                        jsonPath("$.items[?(@.state == 'rejected')].decision.reason")
                                .value("hours look wrong"));
    }

    @Test
    void eachPieceOfWorkIsPaidOnceHoweverOftenItIsTold() throws Exception {
        rates("2026-10", "1", "15", "1");
        var closed = casework.closed(mona.id(), "2026-10-11T10:00:00Z");
        casework.hear(closed);
        casework.hear(closed.toBuilder().setEventId(UUID.randomUUID().toString()).build());
        UUID mistake = casework.logged(mona.id(), "2026-10-10", 300);
        casework.withdrawn(mona.id(), mistake, "2026-10-12T10:00:00Z");
        casework.withdrawn(mona.id(), mistake, "2026-10-12T11:00:00Z");
        casework.withdrawn(milo.id(), mistake, "2026-10-12T11:00:00Z");
        clock.set("2026-11-01T00:30:00Z");

        prepare("2026-10")
                .andExpect(jsonPath("$.lines", hasSize(1)))
                .andExpect(jsonPath("$.lines[0].cases").value(1))
                .andExpect(jsonPath("$.lines[0].minutes").value(0));
    }

    @Test
    void hoursWithdrawnAfterTheyWerePaidComeOffTheNextRun() throws Exception {
        rates("2026-10", "1", "10", "0");
        septemberIsPaid();
        UUID mistake = casework.logged(mona.id(), "2026-10-10", 60);
        clock.set("2026-11-01T00:30:00Z");
        approve(other, id(prepare("2026-10"))).andExpect(jsonPath("$.drawn.amount").value("10.00"));
        casework.withdrawn(mona.id(), mistake, "2026-11-03T10:00:00Z");
        casework.logged(mona.id(), "2026-11-04", 30);
        clock.set("2026-12-01T08:00:00Z");

        String november = id(prepare("2026-11").andExpect(jsonPath("$.lines", hasSize(0))));
        approve(other, november);
        casework.logged(mona.id(), "2026-12-04", 90);
        clock.set("2027-01-01T08:00:00Z");
        prepare("2026-12").andExpect(jsonPath("$.lines[0].minutes").value(60));
    }

    @Test
    void theBankGetsAFileOnceAndWhatCameBackIsDueAgain() throws Exception {
        rates("2026-10", "1", "10", "0");
        septemberIsPaid();
        casework.logged(mona.id(), "2026-10-10", 60);
        casework.logged(milo.id(), "2026-10-10", 30);
        clock.set("2026-11-02T08:00:00Z");
        String id = id(prepare("2026-10"));
        approve(other, id);
        transfer(id, "k-0").andExpect(status().isConflict()).andExpect(rule("account-unknown"));
        seller();
        transfer(id, "k-1").andExpect(rule("nothing-to-transfer"));
        account(mona, "DE89370400440532013001")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("iban"));
        account(mona, IBAN)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.iban").value("DE…3000"));

        ResultActions made = transfer(id, "k-2").andExpect(status().isCreated());
        transfer(id, "k-2").andExpect(content().json(text(made)));
        transfer(id, "k-3").andExpect(rule("nothing-to-transfer"));

        String file = runs(id) + "/transfers/" + id(made);
        get(treasurer, file)
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("<IBAN>DE89370400440532013000</IBAN>")))
                .andExpect(content().string(containsString(">10.00</InstdAmt>")))
                .andExpect(content().string(not(containsString("5.00"))));
        get(board, file).andExpect(status().isForbidden());
        get(treasurer, runs(id) + "/transfers/" + UUID.randomUUID())
                .andExpect(status().isNotFound());
        String line = JsonPath.read(text(made), "$.lines[0]").toString();
        post(treasurer, runs(id) + "/lines/" + line + "/cash", paidOn("2026-11-02"))
                .andExpect(rule("in-transfer"));
        post(treasurer, file + "/payment", paidOn("2026-11-03")).andExpect(rule("paid-on"));
        post(treasurer, file + "/payment", paidOn("2026-11-02"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("approved"));
        post(treasurer, file + "/payment", paidOn("2026-11-02")).andExpect(rule("not-due"));
        post(treasurer, file + "/withdrawal", "{}").andExpect(rule("not-due"));
        assertThat(balance(AccountId.BANK)).isEqualTo(euros("15")); // 25 came in, 10 went out.

        post(treasurer, runs(id) + "/lines/" + line + "/return", "{\"reason\":\"account closed\"}")
                .andExpect(status().isOk());
        assertThat(balance(AccountId.payDue(mona.id()))).isEqualTo(euros("-10"));
        assertThat(balance(AccountId.BANK)).isEqualTo(euros("25"));
        String again = id(transfer(id, "k-4").andExpect(status().isCreated()));
        post(treasurer, runs(id) + "/transfers/" + again + "/withdrawal", "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.transfers[?(@.id == '" + again + "')]").isEmpty());
        post(treasurer, runs(id) + "/lines/" + line + "/cash", paidOn("2026-11-02"))
                .andExpect(status().isOk());
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void twoWhoPayALineAtOncePayItOnce() throws Exception {
        rates("2026-10", "1", "10", "0");
        septemberIsPaid();
        casework.logged(mona.id(), "2026-10-10", 60);
        clock.set("2026-11-02T08:00:00Z");
        String id = id(prepare("2026-10"));
        approve(other, id);

        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> all =
                    IntStream.range(0, 4)
                            .mapToObj(i ->
                                    (Callable<Integer>)
                                            () ->
                                                    post(
                                                                    treasurer,
                                                                    runs(id) + "/lines/1/cash",
                                                                    paidOn("2026-11-02"))
                                                            .andReturn()
                                                            .getResponse()
                                                            .getStatus())
                            .toList();
            var answers = threads.invokeAll(all).stream().map(Future::resultNow).toList();

            assertThat(answers).containsExactlyInAnyOrder(200, 409, 409, 409);
        }
        assertThat(balance(AccountId.CASH)).isEqualTo(euros("-10"));
    }

    @Test
    void everyMemberSeesTheFiguresAndNobodysName() throws Exception {
        rates("2026-10", "1", "10", "0");
        septemberIsPaid();
        casework.logged(mona.id(), "2026-10-10", 60);
        clock.set("2026-11-02T08:00:00Z");
        String id = id(prepare("2026-10"));
        Person member = new Person(anna.member(), List.of("member"));
        get(member, "/api/payroll/figures").andExpect(jsonPath("$.months", hasSize(0)));
        approve(other, id);

        get(member, "/api/payroll/figures")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.current.perHour.amount").value("10.00"))
                .andExpect(jsonPath("$.months[0].month").value("2026-10"))
                .andExpect(jsonPath("$.months[0].collected.amount").value("25.00"))
                .andExpect(jsonPath("$.months[0].carriedOut.amount").value("15.00"))
                .andExpect(jsonPath("$.months[0].moderators[0].moderator").value(1))
                .andExpect(jsonPath("$.months[0].moderators[0].pay.amount").value("10.00"))
                .andExpect(jsonPath("$.months[0].moderators[0].paid").value(false))
                .andExpect(content().string(not(containsString(mona.id().toString()))));
        get(member, "/api/payroll/runs").andExpect(status().isForbidden());
        get(mona, "/api/payroll/runs/" + id).andExpect(status().isForbidden());
    }

    @Test
    void ratesCountFromAMonthOnAndNeverBackwards() throws Exception {
        rates("2026-09", "0.1", "10", "0").andExpect(rule("month-past"));
        rates("2026-10", "0.1", "10", "0").andExpect(status().isCreated());
        rates("2026-10", "0.2", "10", "0").andExpect(rule("card-exists"));
        rates("2026-12", "0.2", "12", "1").andExpect(status().isCreated());
        rates("2026-11", "1.5", "10", "0").andExpect(status().isBadRequest());
        rates("2026-11", "0.1", "-1", "0")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("perHour.amount"));
        post(treasurer, "/api/payroll/rate-cards", card("2027-01", "0.1", "1", "1"))
                .andExpect(status().isForbidden());

        clock.set("2026-12-02T08:00:00Z");
        get(board, "/api/payroll/preview?month=2026-11")
                .andExpect(jsonPath("$.share").value("0.1"));
        get(board, "/api/payroll/preview?month=2026-09").andExpect(rule("no-rates"));
        get(board, "/api/payroll/preview?month=2026-12").andExpect(rule("month-not-over"));
        get(board, "/api/payroll/rate-cards")
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(jsonPath("$.items[0].perCase.amount").value("1.00"));
        get(mona, "/api/payroll/mine").andExpect(jsonPath("$.account", nullValue()));
    }

    /** Anna is billed for September and pays; answers the payment. */
    private UUID septemberIsPaid() throws Exception {
        post(treasurer, "/api/bill-runs", "{\"period\":\"2026-09\"}", UUID.randomUUID().toString())
                .andExpect(status().is2xxSuccessful());
        return cashier.take(
                        new PayerId(anna.payer()),
                        null,
                        euros("25"),
                        Payment.Method.TRANSFER,
                        LocalDate.of(2026, 10, 1),
                        null,
                        null,
                        new MemberId(treasurer.id()))
                .payment()
                .id();
    }

    private void seller() {
        db.sql(
                        """
                        insert into seller (said_at, said_by, name, country, register, iban, tax_note, belgian_references, language)
                        values ('2026-10-01T00:00:00Z', gen_random_uuid(), 'Ring', 'DE', 'VR 1', 'DE02120300000000202051', '-',
                                false, 'en')
                        """)
                .update();
    }

    private ResultActions rates(String month, String share, String perHour, String perCase)
            throws Exception {
        return post(board, "/api/payroll/rate-cards", card(month, share, perHour, perCase));
    }

    @Test
    void whoApprovesHasJustProvedWhoTheyAre() throws Exception {
        rates("2026-10", "0.4", "10", "0");
        septemberIsPaid();
        clock.set("2026-11-02T08:00:00Z");
        String id = id(prepare("2026-10"));
        var longAgo = signedIn(other, Instant.now().minus(Duration.ofMinutes(6)));

        http.perform(MockMvcRequestBuilders.post(runs(id) + "/approval").with(longAgo))
                .andExpect(status().isUnauthorized())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/step-up-required"))
                .andExpect(
                        header().string(
                                        "WWW-Authenticate",
                                        "Bearer error=\"insufficient_user_authentication\", max_age=\"300\""));
        http.perform(
                        MockMvcRequestBuilders.post(runs(id) + "/approval")
                                .with(signedIn(mona, Instant.EPOCH)))
                .andExpect(status().isForbidden());

        approve(other, id).andExpect(status().isOk());
    }

    private static String card(String month, String share, String perHour, String perCase) {
        return """
        {"firstMonth":"%s","share":"%s","perHour":{"amount":"%s","currency":"EUR"},"perCase":{"amount":"%s","currency":"EUR"}}
        """
                .formatted(month, share, perHour, perCase);
    }

    private ResultActions prepare(String month) throws Exception {
        return post(treasurer, "/api/payroll/runs", "{\"month\":\"%s\"}".formatted(month));
    }

    private ResultActions approve(Person person, String id) throws Exception {
        return post(person, runs(id) + "/approval", "{}");
    }

    private void reject(String id) throws Exception {
        post(board, runs(id) + "/rejection", "{\"reason\":\"hours look wrong\"}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("rejected"));
    }

    private ResultActions transfer(String id, String key) throws Exception {
        return post(treasurer, runs(id) + "/transfers", "{\"executeOn\":\"2026-11-03\"}", key);
    }

    private ResultActions account(Person person, String iban) throws Exception {
        return send(
                HttpMethod.PUT,
                person,
                "/api/payroll/mine/account",
                "{\"name\":\"Mona\",\"iban\":\"%s\"}".formatted(iban),
                "-");
    }

    private static String runs(String id) {
        return "/api/payroll/runs/" + id;
    }

    private static String paidOn(String day) {
        return "{\"paidOn\":\"%s\"}".formatted(day);
    }

    private ResultActions post(Person person, String path, String json) throws Exception {
        return post(person, path, json, "-");
    }

    private ResultActions post(Person person, String path, String json, String key)
            throws Exception {
        return send(HttpMethod.POST, person, path, json, key);
    }

    private ResultActions send(
            HttpMethod method, Person person, String path, String json, String key)
            throws Exception {
        return http.perform(
                MockMvcRequestBuilders.request(method, path)
                        .with(signedIn(person))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(json));
    }

    private ResultActions get(Person person, String path) throws Exception {
        return http.perform(MockMvcRequestBuilders.get(path).with(signedIn(person)));
    }

    private static RequestPostProcessor signedIn(Person person) {
        return signedIn(person, Instant.now());
    }

    private static RequestPostProcessor signedIn(Person person, Instant provedAt) {
        return jwt().jwt(
                        token -> token.subject(person.id().toString()).claim("auth_time", provedAt))
                .authorities(
                        person.roles().stream()
                                .map(role ->
                                        (GrantedAuthority)
                                                new SimpleGrantedAuthority("ROLE_" + role))
                                .toList());
    }

    private static ResultMatcher rule(String rule) {
        return jsonPath("$.rule").value(rule);
    }

    private static String id(ResultActions actions) throws Exception {
        return id(actions, "$.id");
    }

    private static String id(ResultActions actions, String path) throws Exception {
        return JsonPath.read(text(actions), path);
    }

    private static String text(ResultActions actions) throws Exception {
        return actions.andReturn().getResponse().getContentAsString();
    }

    private Money balance(AccountId account) {
        return ledger.balance(account, EUR);
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }
}
