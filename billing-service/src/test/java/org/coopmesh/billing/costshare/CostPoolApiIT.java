package org.coopmesh.billing.costshare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.VerifyTool;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
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
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a declared cost to a line on each member's invoice, over HTTP and the real database. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class CostPoolApiIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final UUID TREASURER = UUID.randomUUID();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final byte[] PDF = "%PDF-1.7 an invoice".getBytes(StandardCharsets.UTF_8);

    private Someone anna;
    private Someone bert;
    private Someone cora;
    private Someone dora;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JdbcClient db;
    @Autowired JsonMapper json;
    @Autowired Ledger ledger;
    @Autowired CostSharing sharing;
    @Autowired PolicyTrial trial;
    @Autowired CostTrials trials;
    @Autowired CostPools pools;
    @Autowired CostShares allShares;
    @Autowired Participants participants;
    @Autowired TransactionTemplate transaction;
    @TempDir Path directory;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void fourMembersInOctober() throws Exception {
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " disable trigger user").update();
        }
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, usage_hour, link_hour, usage_report,
                                 payment, invoice_settlement, invoice, invoice_series, bill_line, bill, bill_run, cost_share,
                                 cost_allocation, cost_problem, cost_validation, cost_document, cost_pool, cost_trial,
                                 ledger_entry, ledger_transaction, ledger_account, outbox, idempotency_key cascade
                        """)
                .update();
        for (String table : List.of("ledger_entry", "ledger_transaction", "ledger_account")) {
            db.sql("alter table " + table + " enable trigger user").update();
        }
        clock.set("2026-10-01T08:00:00Z");
        facts.constituted();
        http.perform(
                        post("/api/plans")
                                .with(as(TREASURER, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"code":"home","name":"Home","effectiveOn":"2026-01-01","flat":{"amount":"0","currency":"EUR"},
                                         "includedGb":1000,"perGb":{"amount":"0","currency":"EUR"}}
                                        """))
                .andExpect(status().isCreated());
        anna = facts.joined("home", "2026-10-01");
        bert = facts.joined("home", "2026-10-01");
        cora = facts.joined("home", "2026-10-01");
        dora = facts.joined("home", "2026-10-01");
    }

    @Test
    void aDeclaredCostIsValidatedByTwoOthersAllocatedAndOnEveryInvoice() throws Exception {
        used(anna, 1_000);
        used(bert, 2_000);
        used(cora, 3_000);
        used(dora, 5_000);
        UUID pool = declared(anna, "Transit in October", "10.00", "{\"kind\":\"usage\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");

        billRun("run-1").andExpect(jsonPath("$.issued").value(4));

        // 10.00 by 1 : 2 : 3 : 5, largest remainder, as oracle d5 says.
        assertThat(total(anna)).isEqualTo("0.91");
        assertThat(total(bert)).isEqualTo("1.82");
        assertThat(total(cora)).isEqualTo("2.73");
        assertThat(total(dora)).isEqualTo("4.54");
        JsonNode line =
                lines(cora)
                        .valueStream()
                        .filter(each -> each.get("kind").stringValue().equals("share"))
                        .findFirst()
                        .orElseThrow();
        assertThat(line.get("label").stringValue()).isEqualTo("Transit in October");
        http.perform(get(line.get("explainedAt").stringValue()).with(as(cora.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.share.amount.amount").value("2.73"))
                .andExpect(jsonPath("$.costPoolId").value(pool.toString()))
                .andExpect(jsonPath("$.explanation.formula").value("usage.v1"))
                .andExpect(jsonPath("$.explanation.exact").value("30/11"))
                .andExpect(
                        jsonPath("$.explanation.steps[?(@.name == 'sumOfWeights')].value")
                                .value(hasItem("11000")));
        http.perform(get(line.get("explainedAt").stringValue()).with(as(dora.member(), "member")))
                .andExpect(status().isNotFound())
                .andExpect(type("cost-pool-not-found"));
        assertThat(balance(AccountId.costPool(pool))).isEqualTo(euros("-10"));
        assertThat(balance(AccountId.unbilled(cora.payer())).isZero()).isTrue();
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void sharingTwiceAndAtOnceChargesNobodyTwice() throws Exception {
        UUID pool = declared(anna, "Tower", "100.00", "{\"kind\":\"equal\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        List<Future<List<CostSharing.Result>>> runs;
        try (var threads = Executors.newFixedThreadPool(4)) {
            Callable<List<CostSharing.Result>> run = () -> sharing.run(OCTOBER);
            runs = threads.invokeAll(List.of(run, run, run, run));
        }
        int allocated = 0;
        for (var run : runs) {
            allocated +=
                    (int)
                            run.get().stream()
                                    .filter(r -> r.outcome() == CostSharing.Outcome.ALLOCATED)
                                    .count();
        }
        billRun("run-1").andExpect(jsonPath("$.issued").value(4));
        billRun("run-2").andExpect(jsonPath("$.issued").value(0));

        assertThat(allocated).isEqualTo(1);
        for (Someone each : List.of(anna, bert, cora, dora)) {
            assertThat(total(each)).isEqualTo("25.00");
        }
        assertThat(sharing.run(OCTOBER)).isEmpty();
        assertThat(balance(AccountId.costPool(pool))).isEqualTo(euros("-100"));
    }

    @Test
    void whatComesLateIsPostedAsADifferenceWithTheNextBill() throws Exception {
        used(anna, 1_000);
        used(bert, 1_000);
        UUID pool = declared(anna, "Transit", "10.00", "{\"kind\":\"usage\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        billRun("run-1").andExpect(jsonPath("$.issued").value(2));
        used(cora, 3_000); // Handed over late.
        clock.set("2026-12-01T02:00:00Z");

        billRun("run-2", "2026-11").andExpect(jsonPath("$.issued").value(1));

        assertThat(total(cora)).isEqualTo("6.00");
        // Paid back 3.00 each; it is the payers' credit and pays what they still owe.
        assertThat(owed(anna)).isEqualTo("2.00");
        assertThat(owed(bert)).isEqualTo("2.00");
        http.perform(get("/api/cost-pools/" + pool + "/months").with(as(dora.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(jsonPath("$.items[1].revision").value(2))
                .andExpect(jsonPath("$.problems", hasSize(0)));
        http.perform(
                        get("/api/cost-pools/" + pool + "/months/2026-10/shares")
                                .with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].amount.amount").value("2.00"))
                .andExpect(jsonPath("$.items[0].posted.amount").value("-3.00"));
        http.perform(
                        get("/api/cost-pools/" + pool + "/months/2026-10/shares")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(jsonPath("$.items", hasSize(4)));
        assertThat(balance(AccountId.costPool(pool))).isEqualTo(euros("-10"));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void everyPolicysShareIsRecomputedByTheStandAloneCheckAndNoFlippedDigitGoesUnnoticed()
            throws Exception {
        assumeTrue(VerifyTool.isThere(), "no python3");
        reported(anna, "1a", 500, 3_000);
        reported(bert, "1b", 500, 1_000);
        used(cora, 3_000);
        aTree();
        List<String> policies =
                List.of(
                        "{\"kind\":\"equal\"}",
                        "{\"kind\":\"weight\",\"plans\":{\"home\":3}}",
                        "{\"kind\":\"usage\"}",
                        "{\"kind\":\"p95\",\"direction\":\"PERCENTILE_OF_SUM\"}",
                        """
                        {"kind":"p95","direction":"MAX_OF_PERCENTILES","contract":{"commitMbps":0,
                         "commitFee":{"amount":"1","currency":"EUR"},"perMbps":{"amount":"70000","currency":"EUR"}}}
                        """,
                        "{\"kind\":\"fee\",\"fee\":{\"amount\":\"1.50\",\"currency\":\"EUR\"},\"rest\":{\"kind\":\"usage\"}}",
                        "{\"kind\":\"airport\",\"plans\":{\"home\":7}}",
                        "{\"kind\":\"tree\",\"links\":[{\"a\":\"%s\",\"b\":\"%s\",\"cost\":2}]}"
                                .formatted("0b".repeat(32), "0a".repeat(32)),
                        """
                        {"kind":"clearing","expenses":[{"memberId":"%s","amount":{"amount":"99.99","currency":"EUR"}}]}
                        """
                                .formatted(dora.member()));
        for (int i = 0; i < policies.size(); i++) {
            UUID pool = declared(anna, "Überlandleitung " + i, "99.99", policies.get(i));
            validated(pool, bert, cora);
        }
        clock.set("2026-11-01T02:00:00Z");
        billRun("run-1").andExpect(jsonPath("$.issued").value(3));
        checkedAlone(anna, policies.size());
        checkedAlone(bert, policies.size());
        used(dora, 3_000); // Handed over late: a second revision of some.
        clock.set("2026-12-01T02:00:00Z");
        billRun("run-2", "2026-11");

        // By bytes, by a fee and bytes; cleared by bytes.
        assertThat(
                        db.sql("select count(*) from cost_allocation where revision = 2")
                                .query(Integer.class)
                                .single())
                .isEqualTo(3);
        checkedAlone(dora, 3);
    }

    /** Verifies every share on somebody's newest invoice; how many there were. */
    private int checkedAlone(Someone of, int atLeast) throws Exception {
        String invoice = newest(of).get("id").stringValue();
        JsonNode lines = lines(of);
        Path books =
                Files.write(
                        directory.resolve("books.jsonl"),
                        answer(get("/api/treasury/books/BOOKS").with(as(TREASURER, "treasurer"))));
        int shares = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).get("kind").stringValue().equals("share")) {
                continue;
            }
            shares++;
            Path export =
                    Files.write(
                            directory.resolve("line.json"),
                            answer(
                                    get("/api/invoices/%s/lines/%d/evidence"
                                                    .formatted(invoice, i + 1))
                                            .with(as(TREASURER, "treasurer"))));
            var held = VerifyTool.verify(export, "--books", books.toString());
            assertThat(held.text())
                    .startsWith("VERIFIED: share of 2026-10, invoice ")
                    .contains(
                            "document " + HexFormat.of().formatHex(sha256(PDF)),
                            "declared by the co-op: the facts of the share; named by its hash in the book");
            assertThat(VerifyTool.flip(export, "25", "9", books.toString()).text())
                    .contains(": 0 not noticed");
        }
        assertThat(shares).isGreaterThanOrEqualTo(atLeast);
        return shares;
    }

    private byte[] answer(org.springframework.test.web.servlet.RequestBuilder request)
            throws Exception {
        return http.perform(request)
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsByteArray();
    }

    private static byte[] sha256(byte[] content) throws Exception {
        return java.security.MessageDigest.getInstance("SHA-256").digest(content);
    }

    @Test
    void membersCheckTheirShareThemselvesWhereManyShareAndElseTheTreasurerDoes() throws Exception {
        UUID few = declared(anna, "Few", "4.00", "{\"kind\":\"equal\"}");
        validated(few, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        billRun("run-1").andExpect(jsonPath("$.issued").value(4));
        String url = "/api/invoices/%s/lines/%d/evidence";
        int share = places(anna, "share").getFirst();
        http.perform(
                        get(url.formatted(newest(anna).get("id").stringValue(), share))
                                .with(as(anna.member(), "member")))
                .andExpect(status().isForbidden());
        for (int i = 0; i < 17; i++) {
            facts.joined("home", "2026-11-01");
        }
        UUID many =
                id(
                        declare(
                                        anna,
                                        "key-many",
                                        """
                                        {"purpose":"Many","amount":{"amount":"21.10","currency":"EUR"},"firstMonth":"2026-11",
                                         "policy":{"kind":"equal"}}
                                        """)
                                .andExpect(status().isCreated()));
        attach(many, anna, PDF).andExpect(status().isOk());
        validated(many, bert, cora);
        clock.set("2026-12-01T02:00:00Z");
        billRun("run-2", "2026-11").andExpect(jsonPath("$.issued").value(21));

        byte[] export =
                answer(
                        get(url.formatted(
                                        newest(anna).get("id").stringValue(),
                                        places(anna, "share").getFirst()))
                                .with(as(anna.member(), "member")));

        assertThat(new String(export, StandardCharsets.UTF_8))
                .doesNotContain(
                        anna.member().toString(),
                        anna.payer().toString(),
                        bert.member().toString(),
                        bert.payer().toString());
    }

    /** The numbers of the lines of that kind on somebody's newest invoice. */
    private List<Integer> places(Someone of, String kind) throws Exception {
        JsonNode lines = lines(of);
        return java.util.stream.IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).get("kind").stringValue().equals(kind))
                .mapToObj(i -> i + 1)
                .toList();
    }

    @Test
    void whatCannotBeSharedStaysOpenWithItsReasonAndIsSharedWhenItCan() throws Exception {
        UUID pool = declared(anna, "Transit", "10.00", "{\"kind\":\"usage\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");

        billRun("run-1").andExpect(jsonPath("$.issued").value(0));

        http.perform(get("/api/cost-pools/" + pool + "/months").with(as(dora.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(0)))
                .andExpect(jsonPath("$.problems[0].month").value("2026-10"))
                .andExpect(jsonPath("$.problems[0].rule").value("weights-all-zero"));
        used(dora, 7);
        http.perform(
                        post("/api/cost-pools/allocations")
                                .with(as(TREASURER, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"2026-10\"}"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items[0].outcome").value("allocated"));
        http.perform(get("/api/cost-pools/" + pool + "/months").with(as(dora.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.problems", hasSize(0)));
        assertThat(balance(AccountId.unbilled(dora.payer()))).isEqualTo(euros("10"));
    }

    @Test
    void aCostOfSeveralMonthsIsSpreadToTheCentAndItsPayeeIsCredited() throws Exception {
        UUID pool =
                id(
                        declare(
                                        anna,
                                        "key-spread",
                                        """
                                        {"purpose":"Insurance","amount":{"amount":"100.00","currency":"EUR"},"firstMonth":"2026-10",
                                         "lastMonth":"2026-12","policy":{"kind":"equal"},"payeeId":"%s"}
                                        """
                                                .formatted(dora.payer()))
                                .andExpect(status().isCreated()));
        attach(pool, anna, PDF).andExpect(status().isOk());
        validate(pool, dora).andExpect(status().isConflict()).andExpect(rule("same-household"));
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        billRun("run-1").andExpect(jsonPath("$.issued").value(3));

        assertThat(total(anna)).isIn("8.34", "8.33"); // A quarter of 33.34; ties go by id.
        // Their quarter less what they laid out is credit.
        assertThat(balance(AccountId.wallet(dora.payer()))).isIn(euros("-25.01"), euros("-25.00"));
        assertThat(balance(AccountId.costPool(pool)).isZero()).isTrue();
        clock.set("2027-01-01T02:00:00Z");
        assertThat(sharing.run(YearMonth.of(2026, 12)))
                .extracting(CostSharing.Result::outcome)
                .containsExactly(
                        CostSharing.Outcome.UNCHANGED,
                        CostSharing.Outcome.ALLOCATED,
                        CostSharing.Outcome.ALLOCATED);
        assertThat(
                        db.sql("select sum(amount_micro) from cost_allocation")
                                .query(Long.class)
                                .single())
                .isEqualTo(100_000_000L);
    }

    @Test
    void contributorsClearWithOneNetPaymentEach() throws Exception {
        // Oracle d1: expenses 50, 0, 100 and usage 60, 60, 0 settle as −25, −75, +100.
        used(anna, 60_000);
        used(bert, 60_000);
        UUID pool =
                declared(
                        dora,
                        "Fibre works",
                        "150.00",
                        """
                        {"kind":"clearing","expenses":[{"memberId":"%s","amount":{"amount":"50","currency":"EUR"}},
                                                       {"memberId":"%s","amount":{"amount":"100","currency":"EUR"}}]}
                        """
                                .formatted(anna.member(), cora.member()));
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        sharing.allocate(OCTOBER);

        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("25"));
        assertThat(balance(AccountId.unbilled(bert.payer()))).isEqualTo(euros("75"));
        assertThat(balance(AccountId.unbilled(cora.payer()))).isEqualTo(euros("-100"));
        assertThat(balance(AccountId.costPool(pool)).isZero()).isTrue();
        declare(
                        anna,
                        "key-wrong",
                        """
                        {"purpose":"Works","amount":{"amount":"99","currency":"EUR"},"firstMonth":"2026-10","policy":
                         {"kind":"clearing","expenses":[{"memberId":"%s","amount":{"amount":"50","currency":"EUR"}}]}}
                        """
                                .formatted(anna.member()))
                .andExpect(status().isConflict())
                .andExpect(rule("clearing"));
    }

    @Test
    void aTreeFollowsTheLinksThatBothEndsReported() throws Exception {
        aTree();
        String g = "0a".repeat(32);
        String a = "0b".repeat(32);
        UUID pool =
                declared(
                        dora,
                        "Radio links",
                        "30.00",
                        "{\"kind\":\"tree\",\"links\":[{\"a\":\"%s\",\"b\":\"%s\",\"cost\":2}]}"
                                .formatted(a, g));
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");

        sharing.allocate(OCTOBER);

        // g–a costs 20 and is shared by two, a–b costs 10 and is bert's alone.
        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("10"));
        assertThat(balance(AccountId.unbilled(bert.payer()))).isEqualTo(euros("20"));
        assertThat(balance(AccountId.unbilled(cora.payer())).isZero()).isTrue();
        assertThat(balance(AccountId.unbilled(dora.payer())).isZero()).isTrue();
    }

    private void aTree() {
        // Gateway g – a – b; anna is at a, bert at b, cora at the gateway, dora nowhere.
        String g = "0a".repeat(32);
        String a = "0b".repeat(32);
        String b = "0c".repeat(32);
        db.sql(
                        """
                        insert into node (node_id, owner_member_id, site_id, gateway, state)
                        values (:g, gen_random_uuid(), gen_random_uuid(), true, 'enrolled'),
                               (:a, gen_random_uuid(), gen_random_uuid(), false, 'enrolled'),
                               (:b, gen_random_uuid(), gen_random_uuid(), false, 'enrolled')
                        """)
                .param("g", g)
                .param("a", a)
                .param("b", b)
                .update();
        at(cora, g);
        at(anna, a);
        at(bert, b);
        link(g, a, 9_000);
        link(a, b, 5_000);
        link(g, b, 10);
    }

    @Test
    void aPercentileIsReadFromTheSignedReports() throws Exception {
        // 8,940 samples in October, an hour more than its days in Berlin: 447 are dropped, the
        // 448th counts.
        reported(anna, "1a", 500, 3_000);
        reported(bert, "1b", 500, 1_000);
        reported(cora, "1c", 447, 9_000);
        UUID pool =
                declared(
                        dora,
                        "Transit",
                        "10.00",
                        "{\"kind\":\"p95\",\"direction\":\"MAX_OF_PERCENTILES\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");

        sharing.allocate(OCTOBER);

        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("7.50"));
        assertThat(balance(AccountId.unbilled(bert.payer()))).isEqualTo(euros("2.50"));
        assertThat(balance(AccountId.unbilled(cora.payer())).isZero()).isTrue();
        UUID share =
                db.sql("select id from cost_share where payer_id = :payer")
                        .param("payer", anna.payer())
                        .query(UUID.class)
                        .single();
        http.perform(get("/api/cost-shares/" + share).with(as(anna.member(), "member")))
                .andExpect(
                        jsonPath("$.explanation.inputs[?(@.name == 'samples')].value")
                                .value(hasItem("8940")))
                .andExpect(
                        jsonPath("$.explanation.inputs[?(@.name == 'dropped')].value")
                                .value(hasItem("447")));
    }

    @Test
    void whatWasForgottenSinceNeitherChangesSharesNorIsSharedByWhatIsLeft() throws Exception {
        reported(anna, "1a", 500, 3_000);
        reported(bert, "1b", 500, 1_000);
        String policy = "{\"kind\":\"p95\",\"direction\":\"MAX_OF_PERCENTILES\"}";
        UUID shared = declared(dora, "Transit", "10.00", policy);
        validated(shared, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        sharing.allocate(OCTOBER);
        UUID late = declared(dora, "Transit, found late", "10.00", policy);
        validated(late, bert, cora);
        db.sql("delete from usage_report where node_id <> decode(:node, 'hex')")
                .param("node", "1a".repeat(32))
                .update();
        clock.set("2027-01-31T02:00:00Z");

        List<CostSharing.Result> results = sharing.run(YearMonth.of(2026, 12));

        assertThat(results)
                .containsExactly(
                        new CostSharing.Result(
                                new CostPoolId(late), OCTOBER, CostSharing.Outcome.PROBLEM));
        assertThat(balance(AccountId.unbilled(anna.payer()))).isEqualTo(euros("7.50"));
        assertThat(balance(AccountId.unbilled(bert.payer()))).isEqualTo(euros("2.50"));
        http.perform(get("/api/cost-pools/" + late + "/months").with(as(dora.member(), "member")))
                .andExpect(jsonPath("$.problems[0].rule").value("no-longer-kept"));
    }

    @Test
    void nobodyValidatesTheirOwnOrAHousemates() throws Exception {
        Someone mate = Someone.fresh();
        Instant at = Instant.parse("2026-09-30T00:00:00Z");
        var inAnnasHouse = new Someone(mate.member(), mate.site(), anna.payer(), mate.attachment());
        facts.hear(Facts.joined(inAnnasHouse, "2026-10-01", at));
        facts.hear(Facts.subscribed(inAnnasHouse, "home", "2026-10-01", at));
        UUID pool = id(declare(anna, "key-1", body("Tower", "10", "{\"kind\":\"equal\"}")));

        validate(pool, bert).andExpect(rule("document-missing"));
        attach(pool, bert, PDF).andExpect(rule("not-the-declarer"));
        attach(pool, anna, PDF).andExpect(status().isOk());
        validate(pool, anna).andExpect(status().isConflict()).andExpect(rule("own-declaration"));
        validate(pool, inAnnasHouse).andExpect(rule("same-household"));
        http.perform(
                        post("/api/cost-pools/" + pool + "/validate")
                                .with(as(bert.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"documentSha256\":\"" + "0".repeat(64) + "\"}"))
                .andExpect(rule("document-changed"));
        validate(pool, bert).andExpect(jsonPath("$.state").value("declared"));
        validate(pool, bert).andExpect(rule("validated-before"));
        attach(pool, anna, PDF).andExpect(rule("validated-before"));
        validate(pool, cora)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("validated"))
                .andExpect(jsonPath("$.validations", hasSize(2)));
        validate(pool, dora).andExpect(rule("not-open"));
    }

    @Test
    void refusedAndWithdrawnCostsAreNeverShared() throws Exception {
        UUID refused = declared(anna, "Party", "10.00", "{\"kind\":\"equal\"}");
        UUID gone = declared(anna, "Error", "10.00", "{\"kind\":\"equal\"}");
        UUID done = declared(anna, "Tower", "10.00", "{\"kind\":\"equal\"}");
        validated(done, bert, cora);

        reason(refused, "refuse", bert.member(), "member").andExpect(status().isForbidden());
        reason(refused, "refuse", TREASURER, "board")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("refused"))
                .andExpect(jsonPath("$.end.reason").value("because"));
        reason(gone, "withdraw", bert.member(), "member").andExpect(rule("not-the-declarer"));
        reason(gone, "withdraw", anna.member(), "member")
                .andExpect(jsonPath("$.state").value("withdrawn"));
        reason(gone, "withdraw", anna.member(), "member").andExpect(rule("not-open"));
        validate(refused, bert).andExpect(rule("not-open"));
        clock.set("2026-11-01T02:00:00Z");
        assertThat(sharing.run(OCTOBER)).hasSize(1);
        reason(done, "withdraw", anna.member(), "member").andExpect(rule("allocated"));
        http.perform(get("/api/cost-pools?state=refused").with(as(bert.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].purpose").value("Party"));
        http.perform(get("/api/cost-pools?limit=2").with(as(bert.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(jsonPath("$.next").isNotEmpty());
    }

    @Test
    void wrongRequestsNameFieldAndRule() throws Exception {
        wrong("{\"kind\":\"equal\"}", "-1").andExpect(status().isBadRequest());
        wrong("{\"kind\":\"equal\"}", "0")
                .andExpect(jsonPath("$.errors[0].field").value("amount.amount"));
        wrong("{\"kind\":\"equal\"}", "0.001")
                .andExpect(jsonPath("$.errors[0].rule").value("wholeMinor"));
        wrong("{\"kind\":\"equal\"}", "999999999")
                .andExpect(jsonPath("$.errors[0].rule").value("max"));
        wrong("{\"kind\":\"magic\"}", "1")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("policy.kind"));
        wrong("{\"kind\":\"weight\"}", "1").andExpect(rule("policy-incomplete"));
        wrong("{\"kind\":\"weight\",\"plans\":{\"home\":-1}}", "1")
                .andExpect(status().isBadRequest());
        wrong(
                        "{\"kind\":\"fee\",\"fee\":{\"amount\":\"1\",\"currency\":\"EUR\"},\"rest\":{\"kind\":\"tree\"}}",
                        "1")
                .andExpect(rule("policy-incomplete"));
        wrong("{\"kind\":\"p95\",\"direction\":\"SIDEWAYS\"}", "1")
                .andExpect(status().isBadRequest());
        declare(
                        anna,
                        "key-months",
                        """
                        {"purpose":"x","amount":{"amount":"1","currency":"EUR"},"firstMonth":"2026-10","lastMonth":"2026-09",
                         "policy":{"kind":"equal"}}
                        """)
                .andExpect(rule("months"));
        declare(
                        anna,
                        "key-francs",
                        """
                        {"purpose":"x","amount":{"amount":"1","currency":"CHF"},"firstMonth":"2026-10",
                         "policy":{"kind":"equal"}}
                        """)
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("currency-mismatch"));
        declare(
                        anna,
                        "key-payee",
                        """
                        {"purpose":"x","amount":{"amount":"1","currency":"EUR"},"firstMonth":"2026-10",
                         "policy":{"kind":"equal"},"payeeId":"%s"}
                        """
                                .formatted(UUID.randomUUID()))
                .andExpect(rule("payee-unknown"));
        http.perform(get("/api/cost-pools")).andExpect(status().isUnauthorized());
        http.perform(get("/api/cost-pools/" + UUID.randomUUID()).with(as(TREASURER, "member")))
                .andExpect(status().isNotFound());
        http.perform(
                        post("/api/cost-pools/allocations")
                                .with(as(TREASURER, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"2026-10\"}"))
                .andExpect(rule("month-not-over"));
        http.perform(
                        post("/api/cost-pools/allocations")
                                .with(as(anna.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"2026-10\"}"))
                .andExpect(status().isForbidden());
    }

    @Test
    void declaredTwiceWithOneKeyIsDeclaredOnce() throws Exception {
        String first = text(declare(anna, "key-1", body("Tower", "10", "{\"kind\":\"equal\"}")));

        assertThat(text(declare(anna, "key-1", body("Tower", "10", "{\"kind\":\"equal\"}"))))
                .isEqualTo(first);
        declare(anna, "key-1", body("Tower", "11", "{\"kind\":\"equal\"}"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(type("idempotency-key-reused"));
        assertThat(db.sql("select count(*) from cost_pool").query(Integer.class).single())
                .isEqualTo(1);
    }

    @Test
    void documentsHaveALimitATypeAndAreOnlySaved() throws Exception {
        UUID pool = id(declare(anna, "key-1", body("Tower", "10", "{\"kind\":\"equal\"}")));

        attach(pool, anna, "<script>".getBytes(StandardCharsets.UTF_8))
                .andExpect(status().isUnsupportedMediaType())
                .andExpect(type("document-malformed"));
        attach(pool, anna, Arrays.copyOf(PDF, CostPoolController.DOCUMENT_MAX + 1))
                .andExpect(status().isContentTooLarge())
                .andExpect(type("document-too-large"));
        attach(pool, anna, Arrays.copyOf(PDF, CostPoolController.DOCUMENT_MAX))
                .andExpect(status().isOk());
        attach(pool, anna, PDF)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.document.bytes").value(PDF.length));
        http.perform(
                        put("/api/cost-pools/" + pool + "/document?name=x.html")
                                .with(as(anna.member(), "member"))
                                .contentType(MediaType.TEXT_HTML)
                                .content("<html>"))
                .andExpect(status().isUnsupportedMediaType());
        http.perform(get("/api/cost-pools/" + pool + "/document").with(as(bert.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(content().bytes(PDF))
                .andExpect(header().string("X-Content-Type-Options", "nosniff"))
                .andExpect(
                        header().string(
                                        "Content-Disposition",
                                        org.hamcrest.Matchers.startsWith("attachment")));
        http.perform(get("/api/cost-pools/" + pool).with(as(bert.member(), "member")))
                .andExpect(jsonPath("$.end", nullValue()));
    }

    @Test
    void aCostSharedAndPaidFromTheBankIsZeroInTheBookAndEveryMemberSeesIt() throws Exception {
        UUID pool = declared(anna, "Transit", "100.00", "{\"kind\":\"equal\"}");
        pay(pool, "k-0", "100.00", "2026-10-01")
                .andExpect(status().isConflict())
                .andExpect(rule("not-validated"));
        validated(pool, bert, cora);
        clock.set("2026-11-05T02:00:00Z");
        sharing.allocate(OCTOBER);

        UUID first = id(pay(pool, "k-1", "60.00", "2026-11-03").andExpect(status().isCreated()));
        assertThat(id(pay(pool, "k-1", "60.00", "2026-11-03"))).isEqualTo(first);
        pay(pool, "k-2", "40.01", "2026-11-03").andExpect(rule("more-than-the-cost"));
        pay(pool, "k-3", "40.00", "2026-11-06").andExpect(rule("paid-on"));
        pay(pool, "k-4", "0.00", "2026-11-05")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("amount.amount"));
        pay(pool, "k-5", "40.00", "2026-11-05").andExpect(status().isCreated());

        assertThat(balance(AccountId.costPool(pool)).isZero()).isTrue();
        assertThat(balance(AccountId.BANK)).isEqualTo(euros("-100"));
        assertThat(ledger.balance(AccountId.BANK, EUR, Instant.parse("2026-11-04T00:00:00Z")))
                .isEqualTo(euros("-60"));
        http.perform(get("/api/cost-pools/" + pool + "/payments").with(as(dora.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.charged.amount").value("100.00"))
                .andExpect(jsonPath("$.paid.amount").value("100.00"))
                .andExpect(jsonPath("$.open.amount").value("0.00"))
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(jsonPath("$.items[0].reference").value("invoice 4711"));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void aPaymentThatCameBackIsReversedOnceAndOpenAgain() throws Exception {
        UUID pool = declared(anna, "Transit", "100.00", "{\"kind\":\"equal\"}");
        validated(pool, bert, cora);
        UUID paid = id(pay(pool, "k-1", "100.00", "2026-10-01").andExpect(status().isCreated()));
        reason(pool, "withdraw", anna.member(), "member").andExpect(rule("paid"));
        reverse(pool, paid, "r-0", "member").andExpect(status().isForbidden());

        reverse(pool, paid, "r-1", "treasurer")
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.reversal.reason").value("came back"));
        reverse(pool, paid, "r-1", "treasurer").andExpect(status().isCreated());
        reverse(pool, paid, "r-2", "treasurer").andExpect(rule("reversed-before"));
        reverse(pool, UUID.randomUUID(), "r-3", "treasurer").andExpect(status().isNotFound());

        assertThat(balance(AccountId.BANK).isZero()).isTrue();
        http.perform(get("/api/cost-pools/" + pool + "/payments").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.open.amount").value("100.00"))
                .andExpect(jsonPath("$.items[0].reversal.reason").value("came back"));
        reason(pool, "withdraw", anna.member(), "member").andExpect(status().isOk());
        pay(pool, "k-2", "1.00", "2026-10-01").andExpect(rule("not-open"));
    }

    @Test
    void whatMembersLaidOutIsNotPaidFromTheBankOnceMore() throws Exception {
        UUID pool =
                id(
                        declare(
                                        anna,
                                        "key-laid-out",
                                        """
                                        {"purpose":"Insurance","amount":{"amount":"10.00","currency":"EUR"},"firstMonth":"2026-10",
                                         "policy":{"kind":"equal"},"payeeId":"%s"}
                                        """
                                                .formatted(dora.payer()))
                                .andExpect(status().isCreated()));
        attach(pool, anna, PDF).andExpect(status().isOk());
        validated(pool, bert, cora);

        pay(pool, "k-1", "10.00", "2026-10-01").andExpect(rule("laid-out-by-members"));

        http.perform(get("/api/cost-pools/" + pool + "/payments").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.open.amount").value("0.00"));
    }

    @Test
    void twoWhoPayTheSameCostAtOncePayItOnce() throws Exception {
        UUID pool = declared(anna, "Transit", "100.00", "{\"kind\":\"equal\"}");
        validated(pool, bert, cora);
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> all =
                    java.util.stream.IntStream.range(0, 4)
                            .mapToObj(i ->
                                    (Callable<Integer>)
                                            () ->
                                                    pay(
                                                                    pool,
                                                                    "at-once-" + i,
                                                                    "100.00",
                                                                    "2026-10-01")
                                                            .andReturn()
                                                            .getResponse()
                                                            .getStatus())
                            .toList();
            var answers = new java.util.ArrayList<Integer>();
            for (Future<Integer> each : threads.invokeAll(all)) {
                answers.add(each.get());
            }

            assertThat(answers).containsExactlyInAnyOrder(201, 409, 409, 409);
        }
        assertThat(balance(AccountId.BANK)).isEqualTo(euros("-100"));
    }

    @Test
    void anotherPolicyIsTriedOnSharedMonthsAndNothingIsWritten() throws Exception {
        used(anna, 1_000);
        used(bert, 2_000);
        used(cora, 3_000);
        used(dora, 5_000);
        UUID pool = declared(anna, "Transit", "10.00", "{\"kind\":\"usage\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        sharing.allocate(OCTOBER);
        String before = rows();

        ResultActions everybody =
                trial(pool, TREASURER, "treasurer", "{\"kind\":\"equal\"}", "2.60");
        everybody
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.months[0].month").value("2026-10"))
                .andExpect(jsonPath("$.months[0].current").value("usage.v1"))
                .andExpect(jsonPath("$.months[0].proposed").value("equal.v1"))
                .andExpect(jsonPath("$.months[0].reproduced").value(true))
                .andExpect(jsonPath("$.problems", hasSize(0)))
                .andExpect(jsonPath("$.spread.members").value(4))
                .andExpect(jsonPath("$.spread.cheaper").value(2)) // cora 2.73, dora 4.54
                .andExpect(jsonPath("$.spread.dearer").value(2)) // anna 0.91, bert 1.82
                .andExpect(jsonPath("$.spread.betterAlone").value(0))
                .andExpect(jsonPath("$.spread.median", nullValue()))
                .andExpect(jsonPath("$.items", hasSize(4)))
                .andExpect(jsonPath("$.items[0].memberId").value(dora.member().toString()))
                .andExpect(jsonPath("$.items[0].difference.amount").value("-2.04"));
        assertThat(
                        json.readTree(text(everybody))
                                .get("items")
                                .valueStream()
                                .map(each ->
                                        Money.parse(
                                                each.get("difference").get("amount").stringValue(),
                                                EUR))
                                .reduce(Money.zero(EUR), Money::plus)
                                .isZero())
                .isTrue();
        trial(pool, anna.member(), "member", "{\"kind\":\"equal\"}", "2.40")
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].memberId").value(anna.member().toString()))
                .andExpect(jsonPath("$.items[0].current.amount").value("0.91"))
                .andExpect(jsonPath("$.items[0].proposed.amount").value("2.50"))
                .andExpect(jsonPath("$.items[0].betterAlone").value(true));
        trial(pool, TREASURER, "board", "{\"kind\":\"usage\"}", "2.40")
                .andExpect(jsonPath("$.spread.same").value(4));
        String trial = json.readTree(text(everybody)).get("id").stringValue();
        http.perform(
                        get("/api/cost-pools/" + UUID.randomUUID() + "/trials/" + trial)
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isNotFound());
        http.perform(
                        get("/api/cost-pools/" + pool + "/trials/" + trial)
                                .with(as(bert.member(), "member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].memberId").value(bert.member().toString()));
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void aMonthThatAProposalCannotShareCountsOnNeitherSide() throws Exception {
        UUID pool = declared(anna, "Tower", "10.00", "{\"kind\":\"equal\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        sharing.allocate(OCTOBER);

        trial(pool, TREASURER, "board", "{\"kind\":\"usage\"}", "1")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.months", hasSize(0)))
                .andExpect(jsonPath("$.problems[0].rule").value("weights-all-zero"))
                .andExpect(jsonPath("$.spread.members").value(0));
        trial(
                        pool,
                        TREASURER,
                        "board",
                        "{\"kind\":\"clearing\",\"expenses\":[{\"memberId\":\"%s\",\"amount\":{\"amount\":\"10\",\"currency\":\"EUR\"}}]}"
                                .formatted(anna.member()),
                        "1")
                .andExpect(rule("clearing"));
        http.perform(
                        post("/api/cost-pools/" + pool + "/trials")
                                .with(as(anna.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"from\":\"2025-10\",\"to\":\"2026-10\",\"policy\":{\"kind\":\"equal\"}}"))
                .andExpect(rule("months"));
        http.perform(
                        post("/api/cost-pools/" + pool + "/trials")
                                .with(as(anna.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"from\":\"2026-10\",\"to\":\"2026-10\",\"policy\":{\"kind\":\"magic\"}}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("policy.kind"));
    }

    @Test
    void aTrialThatAReplicaEndsOverIsReplayedByAnotherAndCountsOnce() throws Exception {
        UUID pool = sharedInOctober();
        PolicyTrial other = anotherReplica();
        UUID id = waiting(pool);
        transaction.executeWithoutResult(status -> {
            db.sql("lock table cost_allocation in access exclusive mode").update();
            other.look();
            await().atMost(PATIENCE).until(() -> attempts(id) == 1);

            other.end();
        });
        trial.look();
        await().atMost(PATIENCE).until(() -> state(id).equals("done"));

        shown(pool, id, TREASURER, "treasurer")
                .andExpect(jsonPath("$.items", hasSize(4)))
                .andExpect(jsonPath("$.spread.members").value(4));
        assertThat(attempts(id)).isEqualTo(1); // An orderly end is no attempt.
    }

    @Test
    void aTrialWhoseReplicaWasKilledIsTakenOverWhenNothingIsHeardOfItAndItWritesNothingMore()
            throws Exception {
        UUID pool = sharedInOctober();
        UUID id = waiting(pool);
        var killed = UUID.randomUUID();
        assertThat(trials.take(killed, clock.instant(), clock.instant().plusSeconds(600)))
                .isPresent();

        assertThat(trials.take(UUID.randomUUID(), clock.instant(), clock.instant())).isEmpty();
        clock.set("2026-11-01T02:10:00Z");
        trial.look();
        await().atMost(PATIENCE).until(() -> state(id).equals("done"));

        assertThat(trials.progress(id, killed, 0, clock.instant())).isFalse();
        trials.fail(id, killed, "it was not me");
        assertThat(trials.finish(id, killed, 2, trials.find(id).orElseThrow().result())).isFalse();
        shown(pool, id, TREASURER, "treasurer")
                .andExpect(jsonPath("$.state").value("done"))
                .andExpect(jsonPath("$.items", hasSize(4)));
        assertThat(attempts(id)).isEqualTo(2);
    }

    @Test
    void aTrialThatEndsTheServiceTimeAndAgainFails() throws Exception {
        UUID pool = sharedInOctober();
        UUID id = waiting(pool);
        for (int i = 0; i < PolicyTrial.ATTEMPTS_MAX; i++) {
            assertThat(trials.take(UUID.randomUUID(), clock.instant(), clock.instant()))
                    .isPresent();
        }

        trial.look();
        await().atMost(PATIENCE).until(() -> state(id).equals("failed"));

        shown(pool, id, bert.member(), "member")
                .andExpect(jsonPath("$.why", containsString("again and again")))
                .andExpect(jsonPath("$.spread", nullValue()))
                .andExpect(jsonPath("$.items", hasSize(0)));
    }

    @Test
    void twoReplicasReplayEachTrialOnceAndNoMoreThanFiveAreUnderWay() throws Exception {
        UUID pool = sharedInOctober();
        PolicyTrial other = anotherReplica();
        List<UUID> ids =
                java.util.stream.IntStream.range(0, PolicyTrial.UNDER_WAY_MAX)
                        .mapToObj(i -> waiting(pool))
                        .toList();
        begin(pool, TREASURER, "board", "{\"kind\":\"equal\"}", "1")
                .andExpect(status().isTooManyRequests())
                .andExpect(type("cost-trial-busy"));

        other.look();
        trial.look();
        for (UUID id : ids) {
            await().atMost(PATIENCE).until(() -> state(id).equals("done"));
        }
        other.end();

        for (UUID id : ids) {
            assertThat(attempts(id)).isEqualTo(1);
            shown(pool, id, TREASURER, "board").andExpect(jsonPath("$.items", hasSize(4)));
        }
    }

    @Test
    void aTrialTellsHowFarItHasComeAndTheOldestAreForgotten() throws Exception {
        UUID pool = sharedInOctober();
        db.sql(
                        """
                        insert into cost_trial (id, pool_id, requested_by, requested_at, first_month, last_month, currency, state, why)
                        select gen_random_uuid(), :pool, :pool, timestamptz '2026-10-01T00:00:00Z' + i * interval '1 second',
                               '2026-10-01', '2026-10-01', 'EUR', 'failed', 'old' from generate_series(1, 60) i
                        """)
                .param("pool", pool)
                .update();
        UUID id = waiting(pool);
        transaction.executeWithoutResult(status -> {
            db.sql("lock table cost_trial_difference in exclusive mode").update();
            trial.look();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            shown(pool, id, bert.member(), "member")
                                    .andExpect(jsonPath("$.state").value("running"))
                                    .andExpect(jsonPath("$.done").value(1))
                                    .andExpect(jsonPath("$.asked").value(2)));
        });
        await().atMost(PATIENCE).until(() -> state(id).equals("done"));

        shown(pool, id, bert.member(), "member").andExpect(jsonPath("$.done").value(2));
        trial(pool, TREASURER, "board", "{\"kind\":\"equal\"}", "1").andExpect(status().isOk());
        assertThat(db.sql("select count(*) from cost_trial").query(Integer.class).single())
                .isEqualTo(50);
    }

    private UUID sharedInOctober() throws Exception {
        UUID pool = declared(anna, "Transit", "10.00", "{\"kind\":\"equal\"}");
        validated(pool, bert, cora);
        clock.set("2026-11-01T02:00:00Z");
        sharing.allocate(OCTOBER);
        return pool;
    }

    /** One that was asked for on a replica that has not come to it. */
    private UUID waiting(UUID pool) {
        var id = UUID.randomUUID();
        trials.insert(
                id,
                new CostPoolId(pool),
                PolicyForm.of(new Policy.Equal()),
                OCTOBER.minusMonths(1),
                OCTOBER,
                EUR,
                null,
                new MemberId(TREASURER),
                clock.instant());
        return id;
    }

    private PolicyTrial anotherReplica() {
        return new PolicyTrial(trials, transaction, pools, allShares, participants, json, clock);
    }

    private String state(UUID id) {
        return trials.find(id).orElseThrow().state().name().toLowerCase(java.util.Locale.ROOT);
    }

    private int attempts(UUID id) {
        return db.sql("select attempts from cost_trial where id = :id")
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    private ResultActions shown(UUID pool, UUID id, UUID by, String role) throws Exception {
        return http.perform(get("/api/cost-pools/" + pool + "/trials/" + id).with(as(by, role)));
    }

    private ResultActions begin(UUID pool, UUID by, String role, String policy, String alone)
            throws Exception {
        return http.perform(
                post("/api/cost-pools/" + pool + "/trials")
                        .with(as(by, role))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"from":"2026-09","to":"2026-10","policy":%s,"alone":{"amount":"%s","currency":"EUR"}}
                                """
                                        .formatted(policy, alone)));
    }

    /** Tries a policy and waits for what comes of it; the refusal, where it is refused. */
    private ResultActions trial(UUID pool, UUID by, String role, String policy, String alone)
            throws Exception {
        ResultActions begun = begin(pool, by, role, policy, alone);
        if (begun.andReturn().getResponse().getStatus() != 202) {
            return begun;
        }
        String path = "/api/cost-pools/" + pool + "/trials/" + id(begun);
        await().atMost(PATIENCE)
                .until(() ->
                        !text(http.perform(get(path).with(as(by, role))))
                                .contains("\"state\":\"running\""));
        return http.perform(get(path).with(as(by, role)))
                .andExpect(jsonPath("$.state").value("done"))
                .andExpect(jsonPath("$.done").value(2))
                .andExpect(jsonPath("$.asked").value(2));
    }

    /** How much was ever written. */
    private String rows() {
        return db.sql(
                        """
                        select concat_ws(' ', (select count(*) from cost_allocation), (select count(*) from cost_share),
                                         (select count(*) from cost_problem), (select count(*) from ledger_entry),
                                         (select count(*) from outbox))
                        """)
                .query(String.class)
                .single();
    }

    private ResultActions pay(UUID pool, String key, String amount, String paidOn)
            throws Exception {
        return http.perform(
                post("/api/cost-pools/" + pool + "/payments")
                        .with(as(TREASURER, "treasurer"))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"amount":{"amount":"%s","currency":"EUR"},"paidOn":"%s","reference":"invoice 4711"}
                                """
                                        .formatted(amount, paidOn)));
    }

    private ResultActions reverse(UUID pool, UUID payment, String key, String role)
            throws Exception {
        return http.perform(
                post("/api/cost-pools/%s/payments/%s/reversal".formatted(pool, payment))
                        .with(as(TREASURER, role))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"reason\":\"came back\"}"));
    }

    private ResultActions wrong(String policy, String amount) throws Exception {
        return declare(anna, "key-" + UUID.randomUUID(), body("x", amount, policy));
    }

    private static String body(String purpose, String amount, String policy) {
        return """
        {"purpose":"%s","amount":{"amount":"%s","currency":"EUR"},"firstMonth":"2026-10","policy":%s}
        """
                .formatted(purpose, amount, policy);
    }

    private UUID declared(Someone by, String purpose, String amount, String policy)
            throws Exception {
        UUID pool =
                id(
                        declare(by, "key-" + UUID.randomUUID(), body(purpose, amount, policy))
                                .andExpect(status().isCreated()));
        attach(pool, by, PDF).andExpect(status().isOk());
        return pool;
    }

    private void validated(UUID pool, Someone one, Someone other) throws Exception {
        validate(pool, one).andExpect(status().isOk());
        validate(pool, other).andExpect(jsonPath("$.state").value("validated"));
    }

    private ResultActions declare(Someone by, String key, String body) throws Exception {
        return http.perform(
                post("/api/cost-pools")
                        .with(as(by.member(), "member"))
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private ResultActions attach(UUID pool, Someone by, byte[] document) throws Exception {
        return http.perform(
                put("/api/cost-pools/" + pool + "/document?name=invoice.pdf")
                        .with(as(by.member(), "member"))
                        .contentType(MediaType.APPLICATION_PDF)
                        .content(document));
    }

    private ResultActions validate(UUID pool, Someone by) throws Exception {
        String hash =
                java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(PDF));
        return http.perform(
                post("/api/cost-pools/" + pool + "/validate")
                        .with(as(by.member(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"documentSha256\":\"" + hash + "\"}"));
    }

    private ResultActions reason(UUID pool, String step, UUID by, String role) throws Exception {
        return http.perform(
                post("/api/cost-pools/" + pool + "/" + step)
                        .with(as(by, role))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"reason\":\"because\"}"));
    }

    private ResultActions billRun(String key) throws Exception {
        return billRun(key, "2026-10");
    }

    private ResultActions billRun(String key, String period) throws Exception {
        return http.perform(
                        post("/api/bill-runs")
                                .with(as(TREASURER, "treasurer"))
                                .header("Idempotency-Key", key)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"period\":\"" + period + "\"}"))
                .andExpect(status().isOk());
    }

    private JsonNode newest(Someone of) throws Exception {
        return json.readTree(
                        text(http.perform(get("/api/invoices").with(as(of.member(), "member")))))
                .get("items")
                .get(0);
    }

    private String total(Someone of) throws Exception {
        return newest(of).get("total").get("amount").stringValue();
    }

    private String owed(Someone of) throws Exception {
        return newest(of).get("open").get("amount").stringValue();
    }

    private JsonNode lines(Someone of) throws Exception {
        return json.readTree(
                        text(
                                http.perform(
                                        get("/api/invoices/" + newest(of).get("id").stringValue())
                                                .with(as(of.member(), "member")))))
                .get("lines");
    }

    private UUID id(ResultActions answer) throws Exception {
        return UUID.fromString(json.readTree(text(answer)).get("id").stringValue());
    }

    private static String text(ResultActions answer) throws Exception {
        return answer.andReturn().getResponse().getContentAsString();
    }

    private void used(Someone who, long bytes) {
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, :node, true, :bytes, 0, 0, 0, 12)
                        """)
                .param("attachment", who.attachment())
                .param("hour", Instant.parse("2026-10-05T10:00:00Z").atOffset(ZoneOffset.UTC))
                .param("node", new byte[32])
                .param("bytes", bytes)
                .update();
    }

    /** Windows of five minutes in a row, as the node signed them. */
    private void reported(Someone who, String nodeByte, int windows, long bytes) {
        byte[] node = HexFormat.of().parseHex(nodeByte.repeat(32));
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, '2026-10-05T10:00:00Z', :node, true, 1, 0, 0, 0, 12)
                        """)
                .param("attachment", who.attachment())
                .param("node", node)
                .update();
        UUID boot = UUID.randomUUID();
        Instant started = Instant.parse("2026-10-05T10:00:00Z");
        for (int i = 1; i <= windows; i++) {
            Instant ended = started.plusSeconds(300);
            byte[] signed =
                    UsageReport.newBuilder()
                            .setNodeId(nodeByte.repeat(32))
                            .setBootId(boot.toString())
                            .setSequence(i)
                            .setPreviousHash(ByteString.copyFrom(new byte[32]))
                            .setStartedAt(time(started))
                            .setEndedAt(time(ended))
                            .addAttachments(
                                    AttachmentUsage.newBuilder()
                                            .setAttachmentId(who.attachment().toString())
                                            .setOwn(true)
                                            .setInternetBytesDown(bytes)
                                            .setInternetBytesUp(7))
                            .build()
                            .toByteArray();
            db.sql(
                            """
                            insert into usage_report (node_id, boot_id, sequence, started_at, ended_at, received_at, state, late,
                                                      hash, previous_hash, signed, run_last, run_signature)
                            values (:node, :boot, :sequence, :started, :ended, :ended, 'counted', false,
                                    decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), :signed, :sequence,
                                    decode(repeat('00', 64), 'hex'))
                            """)
                    .param("node", node)
                    .param("boot", boot)
                    .param("sequence", i)
                    .param("started", started.atOffset(ZoneOffset.UTC))
                    .param("ended", ended.atOffset(ZoneOffset.UTC))
                    .param("signed", signed)
                    .update();
            started = ended;
        }
    }

    private static Timestamp time(Instant at) {
        return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).build();
    }

    private void at(Someone who, String node) {
        db.sql("update attachment_span set node_id = :node where attachment_id = :attachment")
                .param("node", node)
                .param("attachment", who.attachment())
                .update();
    }

    private void link(String low, String high, long bytes) {
        db.sql(
                        """
                        insert into link_hour (low_node, high_node, hour, windows_matched, windows_outside, windows_low_alone,
                            windows_high_alone, low_sent_bytes, high_received_bytes, high_sent_bytes, low_received_bytes,
                            up_credited_bytes, down_credited_bytes, low_alone_sent_bytes, low_alone_received_bytes,
                            high_alone_sent_bytes, high_alone_received_bytes)
                        values (decode(:low, 'hex'), decode(:high, 'hex'), '2026-10-05T10:00:00Z', 12, 0, 0, 0,
                                :bytes, :bytes, 0, 0, :bytes, 0, 0, 0, 0, 0)
                        """)
                .param("low", low)
                .param("high", high)
                .param("bytes", bytes)
                .update();
    }

    private Money balance(AccountId account) {
        return ledger.balance(account, EUR);
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }

    private static org.springframework.test.web.servlet.ResultMatcher type(String slug) {
        return jsonPath("$.type").value("https://coopmesh.org/problems/" + slug);
    }

    private static org.springframework.test.web.servlet.ResultMatcher rule(String rule) {
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
