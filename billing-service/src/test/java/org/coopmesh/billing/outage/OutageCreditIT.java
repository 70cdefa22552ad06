package org.coopmesh.billing.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.Timestamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.VerifyTool;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.contracts.membership.v1.NodeEnrolled;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodeOutageEnded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anna's house behind Rolf's relay, which breaks: what she gets back, from the fact to the invoice. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class OutageCreditIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final UUID BOARD = UUID.randomUUID();
    private static final String HOUSE = "0a".repeat(32);
    private static final String RELAY = "0b".repeat(32);

    private Someone anna;
    private Someone rolf;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JdbcClient db;
    @Autowired JsonMapper json;
    @Autowired Ledger ledger;
    @Autowired OutageCredits credits;
    @TempDir Path directory;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.settlement.check-interval", () -> "PT1H");
    }

    @BeforeEach
    void aHouseBehindARelay() throws Exception {
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " disable trigger user").update();
        }
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, usage_hour, bill_line, bill, bill_run,
                                 outage, outage_credit, outage_rule, inbox,
                                 ledger_entry, ledger_transaction, ledger_account, outbox, idempotency_key cascade
                        """)
                .update();
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " enable trigger user").update();
        }
        clock.set("2026-10-20T08:00:00Z");
        facts.constituted();
        http.perform(
                        post("/api/plans")
                                .with(as(BOARD, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"code":"home","name":"Home","effectiveOn":"2026-01-01","flat":{"amount":"21.60","currency":"EUR"},
                                         "includedGb":100000,"perGb":{"amount":"0","currency":"EUR"}}
                                        """))
                .andExpect(status().isCreated());
        anna = facts.joined("home", "2026-11-01");
        rolf = facts.joined("home", "2026-11-01");
        enrolled(HOUSE, anna);
        enrolled(RELAY, rolf);
    }

    @Test
    void whatWasOutForLongIsGivenBackOnTheInvoiceOfTheMonthWithItsReason() throws Exception {
        rule("2026-11-01", 4, 50);
        out(anna, HOUSE, RELAY, "2026-11-10T10:00:00Z", "2026-11-11T10:00:00Z");
        out(anna, HOUSE, RELAY, "2026-11-20T10:00:00Z", "2026-11-20T13:59:59Z"); // Not long enough.
        clock.set("2026-12-01T02:00:00Z");

        billed("2026-11");

        // A day of thirty: 21.60 / 30 = 0.72, and half of it.
        assertThat(ledger.balance(AccountId.receivable(anna.payer()), EUR))
                .isEqualTo(euros("21.24"));
        assertThat(ledger.balance(AccountId.receivable(rolf.payer()), EUR))
                .isEqualTo(euros("21.60"));
        assertThat(ledger.balance(AccountId.CREDITED, EUR)).isEqualTo(euros("0.36"));
        assertThat(ledger.trialBalanceMicro()).isZero();
        JsonNode line = line(anna);
        assertThat(line.get("amount").get("amount").stringValue()).isEqualTo("-0.36");
        assertThat(line.get("label").stringValue())
                .isEqualTo("2026-11-10 11:00 – 2026-11-11 11:00");
        String why = line.get("explainedAt").stringValue();
        http.perform(get(why).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.beganAt").value("2026-11-10T10:00:00Z"))
                .andExpect(jsonPath("$.explanation.formula").value("outage.v1"))
                .andExpect(jsonPath("$.explanation.exact").value("-9/25"));
        http.perform(get(why).with(as(rolf.member(), "member"))).andExpect(status().isNotFound());
    }

    @Test
    void heardTwiceAndBilledByTwoAtOnceItIsGivenOnce() throws Exception {
        rule("2026-11-01", 1, 100);
        for (int i = 0; i < 3; i++) {
            out(anna, HOUSE, RELAY, "2026-11-10T10:00:00Z", "2026-11-11T10:00:00Z");
        }
        var second = UUID.randomUUID(); // Another attachment of the house, out at the same time and
        // longer.
        out(anna, second, HOUSE, RELAY, "2026-11-10T12:00:00Z", "2026-11-11T16:00:00Z");
        clock.set("2026-12-01T02:00:00Z");
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                threads.execute(() -> credits.credit(YearMonth.of(2026, 11)));
            }
        }

        credits.credit(YearMonth.of(2026, 11));

        // 30 hours of 720.
        assertThat(ledger.balance(AccountId.CREDITED, EUR)).isEqualTo(euros("0.90"));
        assertThat(ledger.balance(AccountId.unbilled(anna.payer()), EUR)).isEqualTo(euros("-0.90"));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void whoseOwnNodeBrokeGetsNothingAndWhoHungOnItDoes() throws Exception {
        rule("2026-11-01", 1, 100);
        out(anna, HOUSE, HOUSE, "2026-11-05T10:00:00Z", "2026-11-06T10:00:00Z");
        out(anna, HOUSE, RELAY, "2026-11-10T10:00:00Z", "2026-11-11T10:00:00Z");
        out(rolf, RELAY, RELAY, "2026-11-10T10:00:00Z", "2026-11-11T10:00:00Z");
        clock.set("2026-12-01T02:00:00Z");

        credits.credit(YearMonth.of(2026, 11));

        assertThat(ledger.balance(AccountId.unbilled(anna.payer()), EUR)).isEqualTo(euros("-0.72"));
        assertThat(ledger.balance(AccountId.unbilled(rolf.payer()), EUR).isZero()).isTrue();
    }

    @Test
    void anOutageOverTheEndOfAMonthIsOnBothBillsAndWhatIsHeardLateOnTheNext() throws Exception {
        rule("2026-11-01", 1, 100);
        out(anna, HOUSE, RELAY, "2026-11-30T11:00:00Z", "2026-12-02T11:00:00Z");
        clock.set("2026-12-01T02:00:00Z");
        credits.credit(YearMonth.of(2026, 11)); // 12 h of November are before its end in Berlin.
        assertThat(ledger.balance(AccountId.CREDITED, EUR)).isEqualTo(euros("0.36"));
        out(anna, HOUSE, RELAY, "2026-11-15T00:00:00Z", "2026-11-16T00:00:00Z");
        clock.set("2027-01-01T02:00:00Z");

        credits.credit(YearMonth.of(2026, 12));
        credits.credit(YearMonth.of(2026, 12));

        // And 36 h of December's 744, rounded down, and a day of November.
        assertThat(ledger.balance(AccountId.CREDITED, EUR)).isEqualTo(euros("2.125161"));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void withoutARuleOfItsDayNothingIsGiven() throws Exception {
        out(anna, HOUSE, RELAY, "2026-11-10T10:00:00Z", "2026-11-12T10:00:00Z");
        rule("2026-11-11", 1, 100);
        clock.set("2026-11-12T10:00:00Z");
        declare("2026-11-15", 1, 0).andExpect(status().isCreated());
        out(anna, HOUSE, RELAY, "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z");
        clock.set("2026-12-01T02:00:00Z");

        credits.credit(YearMonth.of(2026, 11));

        assertThat(ledger.balance(AccountId.CREDITED, EUR).isZero()).isTrue();
    }

    @Test
    void aRuleNeverCountsBackwardsAndTheBoardAloneSetsIt() throws Exception {
        declare("2026-10-20", 4, 50)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.errors[0].field").value("effectiveOn"));
        declare("2026-11-01", 0, 50).andExpect(status().isBadRequest());
        declare("2026-11-01", 4, 101)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("percent"));
        declare("2026-11-01", 4, 50).andExpect(status().isCreated());
        declare("2026-11-01", 4, 60).andExpect(jsonPath("$.errors[0].rule").value("later"));
        http.perform(
                        post("/api/outage-credits/rules")
                                .with(as(anna.member(), "member", "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"effectiveOn\":\"2027-01-01\",\"afterHours\":1,\"percent\":1}"))
                .andExpect(status().isForbidden());
        http.perform(get("/api/outage-credits/rules").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].percent").value(50));
    }

    @Test
    void theStandAloneCheckComesToTheSameAndNoFlippedDigitGoesUnnoticed() throws Exception {
        assumeTrue(VerifyTool.isThere(), "no python3");
        rule("2026-11-01", 1, 33);
        out(anna, HOUSE, RELAY, "2026-11-10T10:00:01Z", "2026-11-11T17:20:00Z");
        clock.set("2026-12-01T02:00:00Z");
        billed("2026-11");
        Path books =
                Files.write(directory.resolve("books.jsonl"), answer("/api/treasury/books/BOOKS"));
        JsonNode invoice = invoice(anna);
        int number = 0;
        for (int i = 0; i < invoice.get("lines").size(); i++) {
            if (invoice.get("lines").get(i).get("kind").stringValue().equals("outage"))
                number = i + 1;
        }

        Path export =
                Files.write(
                        directory.resolve("line.json"),
                        answer(
                                "/api/invoices/%s/lines/%d/evidence"
                                        .formatted(invoice.get("id").stringValue(), number)));

        assertThat(VerifyTool.verify(export, "--books", books.toString()).text())
                .startsWith("VERIFIED: outage of 2026-11, invoice ")
                .contains("named by its hash in the book");
        assertThat(VerifyTool.flip(export, "60", "7", books.toString()).text())
                .contains(": 0 not noticed");
    }

    // What happens

    private void enrolled(String node, Someone owner) {
        facts.hear(
                Facts.node(clock.instant())
                        .setNodeId(node)
                        .setEnrolled(
                                NodeEnrolled.newBuilder()
                                        .setOwnerMemberId(owner.member().toString())
                                        .setSiteId(owner.site().toString()))
                        .build());
    }

    private void out(Someone whose, String node, String fault, String from, String to) {
        out(whose, whose.attachment(), node, fault, from, to);
    }

    private void out(
            Someone whose, UUID attachment, String node, String fault, String from, String to) {
        NodeEvent event =
                Facts.node(Instant.parse(to))
                        .setNodeId(node)
                        .setOutageEnded(
                                NodeOutageEnded.newBuilder()
                                        .setAttachmentId(attachment.toString())
                                        .setSiteId(whose.site().toString())
                                        .setMemberId(whose.member().toString())
                                        .setFaultNodeId(fault)
                                        .setBeganAt(
                                                Timestamp.newBuilder()
                                                        .setSeconds(
                                                                Instant.parse(from)
                                                                        .getEpochSecond())))
                        .build();
        facts.hear(event);
    }

    private void rule(String on, int hours, int percent) {
        credits.adopt(java.time.LocalDate.parse(on), hours, percent, 1);
    }

    private ResultActions declare(String on, int hours, int percent) throws Exception {
        return http.perform(
                post("/api/outage-credits/rules")
                        .with(as(BOARD, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"effectiveOn\":\"%s\",\"afterHours\":%d,\"percent\":%d}"
                                        .formatted(on, hours, percent)));
    }

    private void billed(String period) throws Exception {
        http.perform(
                        post("/api/bill-runs")
                                .with(as(BOARD, "treasurer"))
                                .header("Idempotency-Key", "run-" + period)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"%s\"}".formatted(period)))
                .andExpect(status().isOk());
    }

    private JsonNode line(Someone of) throws Exception {
        return invoice(of)
                .get("lines")
                .valueStream()
                .filter(each -> each.get("kind").stringValue().equals("outage"))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode invoice(Someone of) throws Exception {
        String id =
                json.readTree(answer("/api/invoices?payerId=" + of.payer()))
                        .get("items")
                        .get(0)
                        .get("id")
                        .stringValue();
        return json.readTree(answer("/api/invoices/" + id));
    }

    private byte[] answer(String path) throws Exception {
        return http.perform(get(path).with(as(BOARD, "treasurer")))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsByteArray();
    }

    private static RequestPostProcessor as(UUID member, String... roles) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
