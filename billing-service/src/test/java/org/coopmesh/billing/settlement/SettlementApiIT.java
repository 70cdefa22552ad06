package org.coopmesh.billing.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
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
import org.springframework.test.web.servlet.ResultMatcher;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import tools.jackson.databind.json.JsonMapper;

/** Anna's house behind Rolf's relay behind Gerda's gateway: what they settle, over HTTP and the real database. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class SettlementApiIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final long GB = 1_000_000_000L;
    private static final UUID BOARD = UUID.randomUUID();
    private static final String HOUSE = "0a".repeat(32);
    private static final String RELAY = "0b".repeat(32);
    private static final String GATEWAY = "0c".repeat(32);

    private Someone anna;
    private Someone rolf;
    private Someone gerda;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JdbcClient db;
    @Autowired JsonMapper json;
    @Autowired Ledger ledger;
    @Autowired Settling settling;
    @TempDir Path directory;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.settlement.check-interval", () -> "PT1H");
    }

    @BeforeEach
    void aHouseARelayAndAGateway() throws Exception {
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " disable trigger user").update();
        }
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, usage_hour, bill_line, bill, bill_run,
                                 settlement_terms, carriage_price, settlement_progress, settlement_entry, settlement_month,
                                 carriage_part, carriage_span, carriage_hour, carriage_total,
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
                                        {"code":"home","name":"Home","effectiveOn":"2026-01-01","flat":{"amount":"0","currency":"EUR"},
                                         "includedGb":100000,"perGb":{"amount":"0","currency":"EUR"}}
                                        """))
                .andExpect(status().isCreated());
        anna = facts.joined("home", "2026-10-01");
        rolf = facts.joined("home", "2026-10-01");
        gerda = facts.joined("home", "2026-10-01");
        enrolled(HOUSE, anna, false);
        enrolled(RELAY, rolf, false);
        enrolled(GATEWAY, gerda, true);
    }

    @Test
    void consumersPayTheSumAlongTheWayHourByHourAndEachOwnerEarnsTheirPrice() throws Exception {
        terms("2026-11", "0", "0.20").andExpect(status().isCreated());
        clock.set("2026-11-01T00:00:00Z");
        price(rolf, RELAY, "0.01").andExpect(jsonPath("$.from").value("2026-11-01T01:00:00Z"));
        price(gerda, GATEWAY, "0.02").andExpect(status().isOk());
        carried("2026-11-01T00:00:00Z", 5 * GB); // Before the prices.
        carried("2026-11-01T10:00:00Z", 10 * GB);
        carried("2026-11-01T11:00:00Z", GB / 3);
        clock.set("2026-11-01T12:31:00Z");

        settling.chargeHours();
        settling.chargeHours();

        // 10⅓ GB at 0.01 and 0.02, each rounded down to the micro-unit.
        assertThat(unbilled(rolf)).isEqualTo(euros("-0.103333"));
        assertThat(unbilled(gerda)).isEqualTo(euros("-0.206666"));
        assertThat(unbilled(anna)).isEqualTo(euros("0.309999"));
        assertThat(ledger.trialBalanceMicro()).isZero();
        String entry =
                json.readTree(
                                http.perform(
                                                get("/api/settlements/months/2026-11")
                                                        .with(as(anna.member(), "member")))
                                        .andExpect(jsonPath("$.items", hasSize(1)))
                                        .andExpect(
                                                jsonPath("$.items[0].kind").value("carriage-paid"))
                                        .andReturn()
                                        .getResponse()
                                        .getContentAsString())
                        .get("items")
                        .get(0)
                        .get("id")
                        .stringValue();
        http.perform(get("/api/settlements/entries/" + entry).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.explanation.parts", hasSize(2)))
                .andExpect(jsonPath("$.explanation.result.amount").value("0.309999"));
        http.perform(get("/api/settlements/entries/" + entry).with(as(rolf.member(), "member")))
                .andExpect(status().isNotFound());
        http.perform(get("/api/settlements/months/2026-11").with(as(BOARD, "board")))
                .andExpect(jsonPath("$.items", hasSize(3)));
    }

    @Test
    void whatComesLateOrIsTakenBackIsSettledWithTheNextMonth() throws Exception {
        terms("2026-11", "0", "0.20").andExpect(status().isCreated());
        clock.set("2026-11-01T00:00:00Z");
        price(gerda, GATEWAY, "0.02").andExpect(status().isOk());
        carried("2026-11-10T10:00:00Z", 10 * GB);
        clock.set("2026-12-01T02:00:00Z");
        settling.settle(YearMonth.of(2026, 11));
        assertThat(unbilled(anna)).isEqualTo(euros("0.20"));
        db.sql("update usage_hour set internet_bytes_down = :bytes")
                .param("bytes", 4 * GB)
                .update();
        carried("2026-11-12T10:00:00Z", GB);
        clock.set("2027-01-01T02:00:00Z");

        settling.settle(YearMonth.of(2026, 12));

        assertThat(unbilled(anna)).isEqualTo(euros("0.10"));
        assertThat(unbilled(gerda)).isEqualTo(euros("-0.10"));
        settling.settle(YearMonth.of(2026, 12));
        assertThat(unbilled(anna)).isEqualTo(euros("0.10"));
    }

    @Test
    void whatWasForgottenSinceIsNotTakenForNothing() throws Exception {
        terms("2026-11", "0.05", "0.20").andExpect(status().isCreated());
        clock.set("2026-11-01T00:00:00Z");
        price(gerda, GATEWAY, "0.02").andExpect(status().isOk());
        carried("2026-11-10T10:00:00Z", 10 * GB);
        clock.set("2026-12-01T02:00:00Z");
        settling.settle(YearMonth.of(2026, 11));
        Money settled = unbilled(anna);
        db.sql("delete from usage_hour").update();
        clock.set("2027-06-01T02:00:00Z");

        settling.settle(YearMonth.of(2026, 12));

        assertThat(settled.isPositive()).isTrue();
        assertThat(unbilled(anna)).isEqualTo(settled);
    }

    @Test
    void hoursChargedByTwoAtOnceAreChargedOnce() throws Exception {
        terms("2026-11", "0", "0.20").andExpect(status().isCreated());
        clock.set("2026-11-01T00:00:00Z");
        price(rolf, RELAY, "0.10").andExpect(status().isOk());
        for (int hour = 2; hour < 10; hour++) {
            carried("2026-11-01T0" + hour + ":00:00Z", GB);
        }
        clock.set("2026-11-01T12:31:00Z");
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                threads.execute(settling::chargeHours);
            }
        }

        assertThat(unbilled(anna)).isEqualTo(euros("0.80"));
        assertThat(unbilled(rolf)).isEqualTo(euros("-0.80"));
    }

    @Test
    void whoCarriesMoreThanTheyUseIsPaidByWhoUsesMoreAndItIsOnTheBill() throws Exception {
        terms("2026-11", "0.02", "0").andExpect(status().isCreated());
        carried("2026-11-10T10:00:00Z", 100 * GB);
        used(RELAY, rolf, "2026-11-11T10:00:00Z", 20 * GB);
        usedBy(GATEWAY, rolf, "2026-11-11T10:00:00Z", 20 * GB);
        clock.set("2026-12-01T02:00:00Z");
        http.perform(
                        post("/api/bill-runs")
                                .with(as(BOARD, "treasurer"))
                                .header("Idempotency-Key", "run-0")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"2026-10\"}"))
                .andExpect(status().isOk());

        http.perform(
                        post("/api/bill-runs")
                                .with(as(BOARD, "treasurer"))
                                .header("Idempotency-Key", "run-1")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"2026-11\"}"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.issued").value(1));

        // Carried: Rolf 100, Gerda 120. Originated: Anna 100, Rolf 20. h = 220/120; t = 0.02 ·
        // (carried − h · originated).
        assertThat(ledger.balance(AccountId.receivable(anna.payer()), EUR))
                .isEqualTo(euros("3.67"));
        assertThat(ledger.balance(AccountId.wallet(rolf.payer()), EUR)).isEqualTo(euros("-1.27"));
        assertThat(ledger.balance(AccountId.wallet(gerda.payer()), EUR)).isEqualTo(euros("-2.40"));
        assertThat(ledger.balance(AccountId.SETTLEMENT, EUR).isZero()).isTrue();
        String bill =
                http.perform(get("/api/invoices").with(as(anna.member(), "member")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        String invoice = json.readTree(bill).get("items").get(0).get("id").stringValue();
        String lines =
                http.perform(get("/api/invoices/" + invoice).with(as(anna.member(), "member")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        var line =
                json.readTree(lines)
                        .get("lines")
                        .valueStream()
                        .filter(each -> each.get("kind").stringValue().equals("reciprocity"))
                        .findFirst()
                        .orElseThrow();
        http.perform(get(line.get("explainedAt").stringValue()).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.explanation.formula").value("reciprocity.v1"))
                .andExpect(jsonPath("$.explanation.steps[2].value").value("11/6"))
                .andExpect(jsonPath("$.explanation.exact").value("-11/3"));
        settling.settle(YearMonth.of(2026, 11));
        assertThat(db.sql("select count(*) from settlement_month").query(Integer.class).single())
                .isEqualTo(1);
    }

    @Test
    void whatIsSettledIsRecomputedByTheStandAloneCheckAndNoFlippedDigitGoesUnnoticed()
            throws Exception {
        assumeTrue(VerifyTool.isThere(), "no python3");
        terms("2026-11", "0.02", "0.20").andExpect(status().isCreated());
        clock.set("2026-11-01T00:00:00Z");
        price(rolf, RELAY, "0.013").andExpect(status().isOk());
        price(gerda, GATEWAY, "0.02").andExpect(status().isOk());
        carried("2026-11-10T10:00:00Z", 100 * GB + 1);
        used(RELAY, rolf, "2026-11-11T10:00:00Z", 20 * GB);
        usedBy(GATEWAY, rolf, "2026-11-11T10:00:00Z", 20 * GB);
        clock.set("2026-12-01T02:00:00Z");
        billed("run-0", "2026-10"); // Takes what the hours came to by then.
        checkedAlone(anna, "2026-11", 1);
        billed("run-1", "2026-11");
        checkedAlone(anna, "2026-11", 1);
        carried("2026-11-12T10:00:00Z", GB / 3); // Handed over late.
        used(RELAY, rolf, "2026-11-13T10:00:00Z", 9 * GB);
        usedBy(GATEWAY, rolf, "2026-11-13T10:00:00Z", 300 * GB);
        usedBy(RELAY, anna, "2026-11-14T10:00:00Z", 200 * GB);
        used(HOUSE, anna, "2026-11-14T10:00:00Z", 200 * GB);
        clock.set("2027-01-01T02:00:00Z");
        billed("run-2", "2026-12");

        checkedAlone(anna, "2026-11", 2);
    }

    private void billed(String key, String period) throws Exception {
        http.perform(
                        post("/api/bill-runs")
                                .with(as(BOARD, "treasurer"))
                                .header("Idempotency-Key", key)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"%s\"}".formatted(period)))
                .andExpect(status().isOk());
    }

    /** Verifies each line of somebody's newest invoice that was settled between members. */
    private void checkedAlone(Someone of, String month, int settled) throws Exception {
        Path books =
                Files.write(directory.resolve("books.jsonl"), answer("/api/treasury/books/BOOKS"));
        String invoice =
                json.readTree(answer("/api/invoices?payerId=" + of.payer()))
                        .get("items")
                        .get(0)
                        .get("id")
                        .stringValue();
        var lines = json.readTree(answer("/api/invoices/" + invoice)).get("lines");
        int checked = 0;
        for (int i = 0; i < lines.size(); i++) {
            String kind = lines.get(i).get("kind").stringValue();
            if (!List.of("reciprocity", "carriage").contains(kind)) {
                continue;
            }
            checked++;
            Path export =
                    Files.write(
                            directory.resolve("line.json"),
                            answer("/api/invoices/%s/lines/%d/evidence".formatted(invoice, i + 1)));
            assertThat(VerifyTool.verify(export, "--books", books.toString()).text())
                    .startsWith("VERIFIED: %s of %s, invoice ".formatted(kind, month))
                    .contains("named by its hash in the book");
            assertThat(VerifyTool.flip(export, "40", "7", books.toString()).text())
                    .contains(": 0 not noticed");
        }
        assertThat(checked).isEqualTo(settled);
    }

    private byte[] answer(String path) throws Exception {
        return http.perform(get(path).with(as(BOARD, "treasurer")))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsByteArray();
    }

    @Test
    void trafficBetweenOnesOwnNodesEarnsNothing() throws Exception {
        terms("2026-11", "0.02", "0.20").andExpect(status().isCreated());
        enrolled(RELAY, anna, false);
        clock.set("2026-11-01T00:00:00Z");
        price(anna, RELAY, "0.20").andExpect(status().isOk());
        carried("2026-11-10T10:00:00Z", 100 * GB);
        clock.set("2026-12-01T02:00:00Z");

        settling.settle(YearMonth.of(2026, 11));

        // Only Gerda's gateway carried for somebody else: h = 1, Anna pays for her 100 GB.
        assertThat(unbilled(anna)).isEqualTo(euros("2"));
        assertThat(unbilled(gerda)).isEqualTo(euros("-2"));
        assertThat(db.sql("select count(*) from carriage_hour").query(Integer.class).single())
                .isZero();
    }

    @Test
    void termsArePerMonthToComeAndPricesUnderTheCeilingByTheOwner() throws Exception {
        terms("2026-10", "0.02", "0")
                .andExpect(status().isConflict())
                .andExpect(rule("month-begun"));
        terms("2026-12", "0.02", "0.05").andExpect(status().isCreated());
        terms("2026-12", "0.03", "0").andExpect(rule("terms-exist"));
        terms("2027-01", "-1", "0")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reciprocityPerGb.amount"));
        http.perform(
                        post("/api/settlements/terms")
                                .with(as(anna.member(), "member", "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"firstMonth":"2027-05","reciprocityPerGb":{"amount":"1","currency":"EUR"},
                                         "carriageCeilingPerGb":{"amount":"1","currency":"EUR"}}
                                        """))
                .andExpect(status().isForbidden());
        price(rolf, RELAY, "0.01").andExpect(rule("above-ceiling")); // No terms in force yet.
        clock.set("2026-12-05T10:10:00Z");
        price(rolf, RELAY, "0.06").andExpect(rule("above-ceiling"));
        price(anna, RELAY, "0.01").andExpect(rule("not-the-owner"));
        price(rolf, "0d".repeat(32), "0.01").andExpect(rule("not-the-owner"));
        price(rolf, "xyz", "0.01").andExpect(status().isBadRequest());
        price(rolf, RELAY, "0.05").andExpect(status().isOk());
        price(rolf, RELAY, "0.04").andExpect(status().isOk());
        http.perform(get("/api/settlements/prices").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].perGb.amount").value("0.04"))
                .andExpect(jsonPath("$.items[0].from").value("2026-12-05T11:00:00Z"));
        http.perform(get("/api/settlements/terms").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)));
        http.perform(get("/api/settlements/terms")).andExpect(status().isUnauthorized());
        http.perform(
                        get("/api/settlements/entries/" + UUID.randomUUID())
                                .with(as(anna.member(), "member")))
                .andExpect(status().isNotFound())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/settlement-not-found"));
    }

    private ResultActions terms(String month, String rate, String ceiling) throws Exception {
        return http.perform(
                post("/api/settlements/terms")
                        .with(as(BOARD, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"firstMonth":"%s","reciprocityPerGb":{"amount":"%s","currency":"EUR"},
                                 "carriageCeilingPerGb":{"amount":"%s","currency":"EUR"}}
                                """
                                        .formatted(month, rate, ceiling)));
    }

    private ResultActions price(Someone owner, String node, String perGb) throws Exception {
        return http.perform(
                put("/api/settlements/prices/" + node)
                        .with(as(owner.member(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"perGb\":{\"amount\":\"" + perGb + "\",\"currency\":\"EUR\"}}"));
    }

    private void enrolled(String node, Someone owner, boolean gateway) {
        facts.hear(
                Facts.node(clock.instant())
                        .setNodeId(node)
                        .setEnrolled(
                                NodeEnrolled.newBuilder()
                                        .setOwnerMemberId(owner.member().toString())
                                        .setSiteId(owner.site().toString())
                                        .setGateway(gateway))
                        .build());
    }

    /** Anna's bytes, as her own node, the relay and the gateway count them. */
    private void carried(String hour, long bytes) {
        used(HOUSE, anna, hour, bytes);
        usedBy(RELAY, anna, hour, bytes);
        usedBy(GATEWAY, anna, hour, bytes);
    }

    private void used(String node, Someone who, String hour, long bytes) {
        counted(node, who, hour, bytes, true);
    }

    private void usedBy(String node, Someone who, String hour, long bytes) {
        counted(node, who, hour, bytes, false);
    }

    private void counted(String node, Someone who, String hour, long bytes, boolean own) {
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, :node, :own, :bytes, 0, 7, 0, 12)
                        """)
                .param("attachment", who.attachment())
                .param("hour", Instant.parse(hour).atOffset(ZoneOffset.UTC))
                .param("node", HexFormat.of().parseHex(node))
                .param("own", own)
                .param("bytes", bytes)
                .update();
    }

    private Money unbilled(Someone who) {
        return ledger.balance(AccountId.unbilled(who.payer()), EUR);
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }

    private static ResultMatcher rule(String rule) {
        return jsonPath("$.rule").value(rule);
    }

    private static RequestPostProcessor as(UUID member, String... roles) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
