package org.coopmesh.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class BillingApiIT {
    private static final UUID TREASURER = UUID.randomUUID();
    private static boolean billed;
    private static Someone anna;
    private static Someone bert;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JdbcClient db;
    @Autowired JsonMapper json;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void aMonthIsBilled() throws Exception {
        if (billed) {
            return;
        }
        billed = true;
        clock.set("2026-10-01T08:00:00Z");
        http.perform(get("/api/plans"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", hasSize(0)));
        http.perform(get("/api/treasury").with(as(TREASURER, "member")))
                .andExpect(status().isConflict())
                .andExpect(type("coop-unknown"));
        facts.constituted();
        plan("home", "2026-09-01", "12.50").andExpect(status().isCreated());
        anna = facts.joined("home", "2026-10-01");
        bert = facts.joined("home", "2026-10-01");
        clock.set("2026-11-01T02:00:00Z");
        billRun("run-1", "2026-10")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.issued").value(2))
                .andExpect(jsonPath("$.total.amount").value("25.00"))
                .andExpect(jsonPath("$.skipped", hasSize(0)));
    }

    @Test
    void plansAreForEverybodyToSee() throws Exception {
        http.perform(get("/api/plans"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items[0].code").value("home"))
                .andExpect(jsonPath("$.items[0].flat.amount").value("12.50"))
                .andExpect(jsonPath("$.items[0].includedGb").value(50))
                .andExpect(jsonPath("$.items[0].perGb.currency").value("EUR"));
    }

    @Test
    void onlyBoardAndTreasurerDeclarePlansAndNeverBackwards() throws Exception {
        http.perform(
                        post("/api/plans")
                                .with(as(anna.member(), "member", "moderator", "network"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(planBody("evil", "2026-12-01", "0", "EUR")))
                .andExpect(status().isForbidden())
                .andExpect(type("forbidden"));
        plan("home", "2026-09-01", "1")
                .andExpect(status().isConflict())
                .andExpect(type("plan-refused"));
        http.perform(
                        post("/api/plans")
                                .with(as(TREASURER, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(planBody("francs", "2026-12-01", "1", "CHF")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("currency-mismatch"));
        plan("UPPER CASE", "2026-12-01", "1")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("code"));
        plan("minus", "2026-12-01", "-1")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("flat.amount"));
    }

    @Test
    void membersSeeTheirOwnInvoicesAndNobodyElses() throws Exception {
        String annas = invoiceOf(anna);

        http.perform(get("/api/invoices").with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].id").value(annas))
                .andExpect(jsonPath("$.items[0].periodFrom").value("2026-10-01"))
                .andExpect(jsonPath("$.items[0].periodTo").value("2026-10-31"))
                .andExpect(jsonPath("$.items[0].dueOn").value("2026-11-15"));
        http.perform(get("/api/invoices/" + annas).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.lines[0].kind").value("dues"))
                .andExpect(jsonPath("$.lines[0].quantity").value("31"))
                .andExpect(jsonPath("$.lines[0].amount.amount").value("12.50"));
        http.perform(get("/api/invoices/" + annas).with(as(bert.member(), "member")))
                .andExpect(status().isNotFound());
        http.perform(
                        get("/api/invoices?payerId=" + anna.payer())
                                .with(as(bert.member(), "member", "moderator", "network")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/charges?payerId=" + anna.payer()).with(as(bert.member(), "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/payments?payerId=" + anna.payer()).with(as(bert.member(), "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/payments").with(as(bert.member(), "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/invoices").with(as(TREASURER, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", not(hasSize(1))));
    }

    @Test
    void withoutATokenThereIsNothing() throws Exception {
        for (String path :
                List.of(
                        "/api/invoices",
                        "/api/charges",
                        "/api/payments",
                        "/api/bill/mine",
                        "/api/bill-runs",
                        "/api/treasury",
                        "/api/ledger/trial-balance",
                        "/api/ledger/accounts",
                        "/api/nothing")) {
            http.perform(get(path))
                    .andExpect(status().isUnauthorized())
                    .andExpect(type("not-signed-in"));
        }
        http.perform(get("/v3/api-docs").with(as(anna.member(), "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/elsewhere").with(as(TREASURER, "board")))
                .andExpect(status().isForbidden());
    }

    @Test
    void moneyIsForTheTreasurerToWriteAndTheBoardToRead() throws Exception {
        for (String role : List.of("member", "moderator", "network", "board")) {
            http.perform(
                            post("/api/payments")
                                    .with(as(UUID.randomUUID(), role))
                                    .header("Idempotency-Key", "k")
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(payment(anna.payer(), "1.00")))
                    .andExpect(status().isForbidden());
            http.perform(
                            post("/api/bill-runs")
                                    .with(as(UUID.randomUUID(), role))
                                    .header("Idempotency-Key", "k")
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"period\":\"2026-10\"}"))
                    .andExpect(status().isForbidden());
        }
        for (String path :
                List.of(
                        "/api/ledger/trial-balance",
                        "/api/ledger/accounts",
                        "/api/ledger/accounts/bank/statement",
                        "/api/bill-runs")) {
            http.perform(get(path).with(as(anna.member(), "member", "moderator", "network")))
                    .andExpect(status().isForbidden());
        }
        http.perform(get("/api/ledger/trial-balance").with(as(TREASURER, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.balanced").value(true));
        http.perform(get("/api/bill-runs").with(as(TREASURER, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items[*].period", hasItem("2026-10")));
    }

    @Test
    void aPaymentSentTwiceWithOneKeyIsTakenOnce() throws Exception {
        Someone carl = billedLater();
        String key = UUID.randomUUID().toString();
        String first =
                pay(key, payment(carl.payer(), "20.00"))
                        .andExpect(status().isCreated())
                        .andExpect(jsonPath("$.applied[0].amount.amount").value("12.50"))
                        .andExpect(jsonPath("$.credit.amount").value("7.50"))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();

        pay(key, payment(carl.payer(), "20.00"))
                .andExpect(status().isCreated())
                .andExpect(content().json(first));
        pay(key, payment(carl.payer(), "21.00"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("idempotency-key-reused"));

        http.perform(get("/api/payments?payerId=" + carl.payer()).with(as(carl.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)));
        http.perform(get("/api/bill/mine").with(as(carl.member(), "member")))
                .andExpect(jsonPath("$.payers[0].balance.amount").value("-7.50"))
                .andExpect(jsonPath("$.payers[0].credit.amount").value("7.50"))
                .andExpect(jsonPath("$.payers[0].open", hasSize(0)))
                .andExpect(jsonPath("$.payers[0].running.total.amount").value("12.50"))
                .andExpect(jsonPath("$.payers[0].payments", hasSize(1)));
        http.perform(
                        get("/api/ledger/accounts/wallet:" + carl.payer() + "/statement")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.balance.amount").value("-7.50"));
    }

    @Test
    void aPaymentSentManyTimesAtOnceWithOneKeyIsTakenOnce() throws Exception {
        Someone emil = billedLater();
        String key = UUID.randomUUID().toString();
        Callable<String> send =
                () ->
                        pay(key, payment(emil.payer(), "20.00"))
                                .andExpect(status().isCreated())
                                .andReturn()
                                .getResponse()
                                .getContentAsString();

        List<String> answers;
        try (var threads = Executors.newFixedThreadPool(8)) {
            answers =
                    threads.invokeAll(Collections.nCopies(8, send)).stream()
                            .map(answer -> answer.resultNow())
                            .toList();
        }

        assertThat(answers).containsOnly(answers.getFirst());
        http.perform(get("/api/payments?payerId=" + emil.payer()).with(as(emil.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)));
        http.perform(get("/api/bill/mine").with(as(emil.member(), "member")))
                .andExpect(jsonPath("$.payers[0].credit.amount").value("7.50"));
    }

    @Test
    void aPaymentForANamedInvoiceGoesThereAndNowhereElsesPayer() throws Exception {
        Someone dora = billedLater();
        String invoice = invoiceOf(dora);

        pay(
                        UUID.randomUUID().toString(),
                        payment(dora.payer(), "5.00")
                                .replace("{", "{\"invoiceId\":\"" + invoiceOf(anna) + "\","))
                .andExpect(status().isNotFound())
                .andExpect(type("invoice-not-found"));
        pay(
                        UUID.randomUUID().toString(),
                        payment(dora.payer(), "5.00")
                                .replace("{", "{\"invoiceId\":\"" + invoice + "\","))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.applied[0].invoiceId").value(invoice));
        http.perform(get("/api/invoices/" + invoice).with(as(dora.member(), "member")))
                .andExpect(jsonPath("$.state").value("partlyPaid"))
                .andExpect(jsonPath("$.open.amount").value("7.50"))
                .andExpect(jsonPath("$.payments[0].method").value("transfer"));
    }

    @Test
    void badInputIsToldByFieldAndChangesNothing() throws Exception {
        long before = db.sql("select count(*) from payment").query(Long.class).single();
        refused("amount", payment(anna.payer(), "-5.00"));
        refused("amount", payment(anna.payer(), "0"));
        refused("amount", payment(anna.payer(), "0.001"));
        refused("amount", payment(anna.payer(), "1e9"));
        refused("amount", payment(anna.payer(), "999999999999"));
        refused("amount", payment(anna.payer(), "99999999999999999999999"));
        refused("amount", payment(anna.payer(), "12,50"));
        refused("amount", payment(anna.payer(), ""));
        refused("payerId", payment(anna.payer(), "5").replace(anna.payer().toString(), "anna"));
        refused("method", payment(anna.payer(), "5").replace("transfer", "barter"));
        refused("receivedOn", payment(anna.payer(), "5").replace("2026-10-31", "31.10.2026"));
        refused("body", "{");
        pay(
                        UUID.randomUUID().toString(),
                        payment(anna.payer(), "5").replace("{", "{\"currency\":\"CHF\","))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("currency-mismatch"))
                .andExpect(jsonPath("$.errors[0].field").value("currency"));
        pay(
                        UUID.randomUUID().toString(),
                        payment(anna.payer(), "5").replace("2026-10-31", "2027-01-01"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("received-in-future"));
        pay(
                        UUID.randomUUID().toString(),
                        payment(anna.payer(), "5").replace("2026-10-31", "0026-10-31"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("received-too-long-ago"));
        pay(UUID.randomUUID().toString(), payment(UUID.randomUUID(), "5"))
                .andExpect(status().isNotFound())
                .andExpect(type("payer-not-found"));
        http.perform(
                        post("/api/payments")
                                .with(as(TREASURER, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(payment(anna.payer(), "5")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("Idempotency-Key"));

        assertThat(db.sql("select count(*) from payment").query(Long.class).single())
                .isEqualTo(before);
    }

    @Test
    void whatTheDatabaseCannotHoldIsToldByField() throws Exception {
        String good = payment(anna.payer(), "5");
        refused("note", good.replace("{", "{\"note\":\"a\\u0000b\","));
        refused("reference", good.replace("{", "{\"reference\":\"\\u0000\","));
        refused("receivedOn", good.replace("2026-10-31", "-999999999-01-01"));
        refused("receivedOn", good.replace("2026-10-31", "+10000-01-01"));
        for (String[] wrong :
                new String[][] {
                    {"/api/invoices?q=a%00b", "q"},
                    {"/api/ledger/accounts/bank/statement?asOf=-999999999-01-01T00:00:00Z", "asOf"},
                    {"/api/charges?payerId=" + anna.payer() + "&period=-9999999-01", "period"},
                    {"/api/usage/mine?from=-999999999-01-01T00:00:00Z", "from"},
                    {"/api/ledger/accounts?after=a%00b", "after"}
                }) {
            http.perform(get(java.net.URI.create(wrong[0])).with(as(TREASURER, "treasurer")))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").value(wrong[1]));
        }
        billRun(UUID.randomUUID().toString(), "-0001-01").andExpect(status().is4xxClientError());
    }

    @Test
    void malformedIdsAndParametersAreToldByName() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"/api/invoices/12345", "id"},
                    {"/api/invoices?payerId=x", "payerId"},
                    {"/api/invoices?limit=0", "limit"},
                    {"/api/invoices?limit=201", "limit"},
                    {"/api/invoices?state=lost", "state"},
                    {"/api/invoices?after=' or 1=1", "after"},
                    {"/api/charges", "payerId"},
                    {"/api/charges?payerId=" + anna.payer() + "&period=october", "period"},
                    {"/api/payments?after=x", "after"},
                    {"/api/ledger/accounts/slush:1/statement", "id"},
                    {"/api/ledger/accounts/bank/statement?asOf=yesterday", "asOf"}
                }) {
            http.perform(get(wrong[0]).with(as(TREASURER, "treasurer")))
                    .andExpect(status().isBadRequest())
                    .andExpect(type("invalid-request"))
                    .andExpect(jsonPath("$.errors[0].field").value(wrong[1]));
        }
        http.perform(get("/api/invoices/" + UUID.randomUUID()).with(as(TREASURER, "treasurer")))
                .andExpect(status().isNotFound())
                .andExpect(type("invoice-not-found"));
        http.perform(
                        get("/api/ledger/accounts/wallet:" + UUID.randomUUID() + "/statement")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isNotFound())
                .andExpect(type("account-not-found"));
        http.perform(get("/api/invoices").with(jwt().jwt(token -> token.subject("nobody"))))
                .andExpect(status().isForbidden());
    }

    @Test
    void aBillRunIsDoneOncePerKeyAndOnlyForAMonthThatIsOver() throws Exception {
        billRun("run-1", "2026-10")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.issued").value(2));
        billRun("run-1", "2026-09")
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("idempotency-key-reused"));
        billRun("run-2", "2026-12")
                .andExpect(status().isConflict())
                .andExpect(type("bill-run-refused"));
        billRun("run-3", "2026-13")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("period"));
    }

    @Test
    void invoicesComeInPages() throws Exception {
        String first =
                http.perform(get("/api/invoices?limit=1").with(as(TREASURER, "treasurer")))
                        .andExpect(jsonPath("$.items", hasSize(1)))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        String next = json.readTree(first).get("next").asString();

        http.perform(get("/api/invoices?limit=1&after=" + next).with(as(TREASURER, "treasurer")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].number", not(next)));
        http.perform(get("/api/invoices?q=000001").with(as(TREASURER, "treasurer")))
                .andExpect(jsonPath("$.items", hasSize(1)));
    }

    @Test
    void theBooksAreOpenToMembersWithoutNames() throws Exception {
        http.perform(get("/api/treasury").with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.byPurpose[0].purpose").value("dues"))
                .andExpect(jsonPath("$.bank.currency").value("EUR"));
    }

    private void refused(String field, String body) throws Exception {
        pay(UUID.randomUUID().toString(), body)
                .andExpect(status().isBadRequest())
                .andExpect(type("invalid-request"))
                .andExpect(jsonPath("$.errors[0].field").value(field));
    }

    /** Someone who joins late and is billed for October by a run repeated. */
    private Someone billedLater() throws Exception {
        Someone late = facts.joined("home", "2026-10-01");
        billRun(UUID.randomUUID().toString(), "2026-10").andExpect(jsonPath("$.issued").value(1));
        return late;
    }

    private String invoiceOf(Someone someone) {
        return db.sql("select id::text from invoice where payer_id = :payer")
                .param("payer", someone.payer())
                .query(String.class)
                .single();
    }

    private ResultActions billRun(String key, String period) throws Exception {
        return http.perform(
                post("/api/bill-runs")
                        .with(as(TREASURER, "treasurer"))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"period\":\"" + period + "\"}"));
    }

    private ResultActions pay(String key, String body) throws Exception {
        return http.perform(
                post("/api/payments")
                        .with(as(TREASURER, "treasurer"))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private static String payment(UUID payer, String amount) {
        return """
        {"payerId":"%s","amount":"%s","method":"transfer","receivedOn":"2026-10-31"}\
        """
                .formatted(payer, amount);
    }

    private ResultActions plan(String code, String on, String flat) throws Exception {
        return http.perform(
                post("/api/plans")
                        .with(as(TREASURER, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(planBody(code, on, flat, "EUR")));
    }

    private static String planBody(String code, String on, String flat, String currency) {
        return """
        {"code":"%s","name":"Home","description":"","effectiveOn":"%s","flat":{"amount":"%s","currency":"%s"},
         "includedGb":50,"perGb":{"amount":"0.05","currency":"EUR"},"currency":"%s"}
        """
                .formatted(code, on, flat, currency, currency);
    }

    private static org.springframework.test.web.servlet.ResultMatcher type(String slug) {
        return jsonPath("$.type").value("https://coopmesh.org/problems/" + slug);
    }

    private static RequestPostProcessor as(UUID member, String... roles) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
