package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.VerifyTool.flip;
import static org.coopmesh.billing.VerifyTool.verify;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.jayway.jsonpath.JsonPath;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.VerifyTool;
import org.coopmesh.billing.VerifyTool.Run;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.HeadsForTests;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.metering.MeteringContext.TestClock;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.rating.SpendWatch;
import org.coopmesh.billing.rating.TariffPart;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** A node's signed reports become an invoice, and a program that shares no code with the service recomputes its lines. */
@SpringBootTest(classes = MeteringContext.class)
@AutoConfigureMockMvc
class EvidenceIT {
    private static final Path KEYS = MeteringContext.newKeysDirectory();
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final Instant OCTOBER_5 = Instant.parse("2026-10-05T10:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static TestAuthority authority;

    @Autowired MockMvc http;
    @Autowired JdbcClient db;
    @Autowired Rating rating;
    @Autowired SpendWatch spendWatch;
    @Autowired Ledger ledger;
    @Autowired Metering metering;
    @Autowired Upkeep upkeep;
    @Autowired DayClosing days;
    @Autowired NodePortKeys portKeys;
    @Autowired GrpcServerLifecycle port;
    @Autowired TestClock clock;
    @Autowired ApplicationContext context;
    @TempDir Path folder;

    private final MemberId member = new MemberId(UUID.randomUUID());
    private final UUID payer = UUID.randomUUID();
    private final ReportingNode node = new ReportingNode();
    private AttachmentId attachment;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        MeteringContext.properties(registry, KEYS);
        registry.add("coopmesh.metering.day-interval", () -> "PT1H");
        registry.add("coopmesh.metering.prune-interval", () -> "PT1H");
    }

    @BeforeAll
    static void authority() throws Exception {
        authority = new TestAuthority();
        authority.writeNodePort(KEYS);
    }

    @BeforeEach
    void ready() throws Exception {
        Assumptions.assumeTrue(VerifyTool.isThere(), "python3 is missing: verify not run");
        portKeys.load();
        // Time goes back to October for each test, and so days are open again.
        db.sql("truncate usage_day cascade").update();
        HeadsForTests.forget(db);
        clock.set(Instant.parse("2026-10-01T00:00:00Z"));
        MeteringContext.coop(db);
    }

    @Test
    void aLineIsRecomputedFromReportsAloneAndNoFlippedBitGoesUnnoticed() throws Exception {
        subscribe(new TariffPart.Volume(1_000_000_000L, euros("0.10")));
        used(24, 400_000_000L);
        Path export = billed("usage");

        Run verified = verify(export);
        assertThat(verified.text()).startsWith("VERIFIED: usage of 2026-10 on ");
        assertThat(verified.code()).isZero();
        assertThat(verified.text())
                .contains("10080000000 bytes in 24 windows of 24 reports by 1 node(s)");

        byte[] bytes = Files.readAllBytes(export);
        int at = new String(bytes, StandardCharsets.US_ASCII).indexOf("\"signed\":\"") + 60;
        bytes[at] ^= 1;
        Run changed = verify(write("changed.json", bytes));
        assertThat(changed.code()).isEqualTo(1);
        assertThat(changed.text()).startsWith("WRONG: ").hasLineCount(1);

        Run flips = flip(export, "150");
        assertThat(flips.text()).contains(": 0 not noticed");
        assertThat(flips.code()).isZero();
        System.out.println(flips.text());
    }

    @Test
    void aLineIsHeldToThePublishedRootsAndToTheCoopsOwnAuthority() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(3, 400_000_000L);
        Path export = billed("usage");
        Path published =
                write(
                        "days.json",
                        http.perform(get("/api/usage/days").with(as("member")))
                                .andReturn()
                                .getResponse()
                                .getContentAsByteArray());
        Path others = write("other.crt", new TestAuthority().certificate.getEncoded());
        Path ca = KEYS.resolve("ca.crt");
        Run held = verify(export, "--days", published.toString(), "--ca", ca.toString());
        byte[] wrong =
                Files.readString(published)
                        .replaceFirst("\"root\":\"..", "\"root\":\"zz")
                        .replaceAll("\"root\":\"..", "\"root\":\"00")
                        .getBytes(StandardCharsets.UTF_8);
        Run otherRoots = verify(export, "--days", write("wrong.json", wrong).toString());
        Files.writeString(
                others,
                "-----BEGIN CERTIFICATE-----\n"
                        + java.util.Base64.getMimeEncoder()
                                .encodeToString(Files.readAllBytes(others))
                        + "\n-----END CERTIFICATE-----\n");
        Run otherAuthority = verify(export, "--ca", others.toString());

        assertThat(held.text()).startsWith("VERIFIED").contains("(the one given)");
        assertThat(otherRoots.text()).contains("is not the one published");
        assertThat(otherRoots.code()).isEqualTo(1);
        assertThat(otherAuthority.text()).contains("authority is not the co-op's");
        assertThat(otherAuthority.code()).isEqualTo(1);
    }

    @Test
    void theTimeOfDayAndThePercentileAreRecomputedToo() throws Exception {
        subscribe(
                new TariffPart.TimeOfDay(
                        List.of(
                                new TariffPart.TimeOfDay.PriceWindow(
                                        java.util.Set.of(java.time.DayOfWeek.MONDAY),
                                        12,
                                        13,
                                        euros("0.30"))),
                        euros("0.10")),
                new TariffPart.Percentile(
                        1_000, euros("2.00"), TariffPart.Percentile.Direction.PERCENTILE_OF_SUM));
        used(36, 400_000_000L);

        Run timed = verify(billed("timed"));
        Run peak = verify(evidence("peak"));

        assertThat(timed.text()).startsWith("VERIFIED: timed");
        assertThat(peak.text()).startsWith("VERIFIED: peak");
    }

    @Test
    void aReportThatCameLateIsAnAdjustmentWithEvidenceOfItsOwn() throws Exception {
        subscribe(new TariffPart.Volume(1_000_000_000L, euros("0.10")));
        List<ByteString> reports = reports(24, 400_000_000L);
        clock.set(Instant.parse("2026-10-05T13:00:00Z"));
        send(reports.subList(0, 12));
        Path first = billed("usage");

        clock.set(Instant.parse("2026-11-04T13:00:00Z"));
        send(reports.subList(12, 24));
        clock.set(Instant.parse("2026-12-02T03:00:00Z"));
        days.close();
        run("2026-11");
        Path second = evidence("adjustment");

        assertThat(verify(first).text()).contains("5040000000 bytes in 12 windows");
        Run adjusted = verify(second);
        assertThat(adjusted.text())
                .startsWith("VERIFIED")
                .contains("10080000000 bytes in 24 windows");
        assertThat((int) JsonPath.read(Files.readString(second), "$.body.line.windows"))
                .isEqualTo(12);
    }

    @Test
    void whatSomebodyPaidForIsNobodyElsesEvidence() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(2, 400_000_000L);
        billed("usage");
        String url = "/api/invoices/%s/lines/%d/evidence";
        String id = invoice();

        http.perform(get(url.formatted(id, line(id, "usage"))).with(as(member)))
                .andExpect(status().isOk());
        http.perform(get(url.formatted(id, line(id, "usage"))).with(as("member")))
                .andExpect(status().isNotFound());
        http.perform(get(url.formatted(id, line(id, "dues"))).with(as("member")))
                .andExpect(status().isNotFound());
        http.perform(get(url.formatted(id, 99)).with(as("treasurer")))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/no-evidence"));
    }

    @Test
    void duesAreRecomputedByTheDayAndTheBookSealsWhatWasDeclared() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        // Away for five days: the month is cut in three.
        db.sql(
                        """
                        insert into member_fact (member_id, effective_on, occurred_at, state)
                        values (:member, '2026-10-10', '2026-10-09', 'paused'), (:member, '2026-10-15', '2026-10-14', 'active')
                        """)
                .param("member", member.value())
                .update();
        used(3, 410_000_001L);
        Path usage = billed("usage");
        Path dues = evidence("dues");
        Path carried = evidence("carried");
        Path books = books();
        Run alone = verify(dues);
        assertThat(alone.text())
                .startsWith("VERIFIED: dues of 2026-10 on ")
                .contains("named by its hash in the book (give --books to look there)");
        for (Path each : List.of(usage, dues, carried)) {
            Run held = verify(each, "--books", books.toString());
            assertThat(held.text())
                    .startsWith("VERIFIED: ")
                    .contains("named by its hash in the book, whose day is not sealed yet");
            Run flips = flip(each, "60", "3", books.toString());
            assertThat(flips.text()).contains(": 0 not noticed");
        }
        assertThat(Files.readString(dues)).contains("2026-10-01/2026-10-10");
        Path others =
                write(
                        "others.jsonl",
                        Files.readString(books)
                                .replaceFirst("\"[1-9][0-9]{5,}\"", "\"1000001\"")
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(verify(dues, "--books", others.toString()).code()).isEqualTo(1);
    }

    @Test
    void whatWasPaidAheadIsRecomputedFromTheAccount() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(3, 410_000_001L);
        ledger.post(
                new Transaction(
                        clock.instant(),
                        "paid in",
                        List.of(new Posting(AccountId.wallet(payer), AccountId.CASH, euros("5")))));
        clock.set(Instant.parse("2026-10-20T12:00:00Z"));
        spendWatch.set(new PayerId(payer), null, true, member);
        billed("usage");

        Path prepaid = evidence("prepaid");
        Path books = books();

        assertThat(verify(prepaid, "--books", books.toString()).text())
                .startsWith("VERIFIED: prepaid of 2026-10, invoice ")
                .contains("declared by the co-op: the account's movements; named by its hash");
        assertThat(flip(prepaid, "60", "5", books.toString()).text()).contains(": 0 not noticed");
    }

    @Test
    void whatASealedDayHoldsIsHeldToItsHeadAndNotToAnother() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(3, 410_000_001L);
        Path usage = billed("usage");
        Path dues = evidence("dues");
        clock.set(Instant.parse("2026-11-03T02:00:00Z"));
        HeadsForTests.seal(context);
        Path books = books();
        String head =
                db.sql("select encode(head, 'hex') from ledger_head where day = '2026-11-02'")
                        .query(String.class)
                        .single();

        for (Path each : List.of(usage, dues)) {
            Run held = verify(each, "--books", books.toString());
            assertThat(held.text())
                    .startsWith("VERIFIED: ")
                    .contains("sealed in the book's head of 2026-11-02: " + head)
                    .doesNotContain("not sealed yet");
            assertThat(held.code()).isZero();
            assertThat(flip(each, "60", "7", books.toString()).text()).contains(": 0 not noticed");
        }
        String text = Files.readString(books);
        assertThat(text).contains(head);
        Path otherHead =
                write(
                        "other-head.jsonl",
                        text.replace(head, "00" + head.substring(2))
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(verify(dues, "--books", otherHead.toString()).text()).startsWith("WRONG: ");
    }

    @Test
    void duesPickedOnAScaleAreRecomputedAndHeldToItsBounds() throws Exception {
        subscribe(new TariffPart.SlidingScale(euros("5"), euros("10"), euros("20")));
        rating.choose(
                new PayerId(payer), site(), euros("17.77"), LocalDate.of(2026, 10, 12), member);
        Path scale = billed("scale");
        Path books = books();

        Run verified = verify(scale, "--books", books.toString());

        // 11 days of 10.00 and 20 of 17.77; parts of a month sum to it, so the second is what is
        // left of it.
        assertThat(verified.text()).startsWith("VERIFIED: scale of 2026-10 on ");
        String export = Files.readString(scale);
        assertThat((int) JsonPath.read(export, "$.body.line.amountMicro")).isEqualTo(15_012_904);
        assertThat(export).contains("2026-10-01/2026-10-12");
        assertThat(flip(scale, "150", "11", books.toString()).text()).contains(": 0 not noticed");
        String narrower = export.replace("\"ceilingMicro\":20000000", "\"ceilingMicro\":17000000");
        assertThat(narrower).isNotEqualTo(export);
        assertThat(verify(redigested(narrower)).text())
                .startsWith("WRONG: the dues are outside of the plan's scale");
    }

    @Test
    void whatAnEarlierBillSaidOfAPlanThatNeverWasIsTakenBackAndRecomputedToo() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(3, 410_000_001L);
        billed("dues");
        // Told only now: it was another plan from the first day on.
        String dearer = "plan-" + UUID.randomUUID().toString().substring(0, 8);
        rating.declare(
                new Plan(
                        dearer,
                        "Office",
                        "",
                        LocalDate.of(2026, 1, 1),
                        EUR,
                        List.of(
                                new TariffPart.Flat(euros("40")),
                                new TariffPart.Volume(0, euros("0.20")))),
                member);
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        values (:site, '2026-10-01', '2026-11-20', :member, :payer, :plan)
                        """)
                .param("site", site().value())
                .param("member", member.value())
                .param("payer", payer)
                .param("plan", dearer)
                .update();
        clock.set(Instant.parse("2026-12-02T03:00:00Z"));
        days.close();
        run("2026-11");
        clock.set(Instant.parse("2026-12-03T02:00:00Z"));
        HeadsForTests.seal(context);
        Path books = books();

        int takenBack = 0;
        int negative = 0;
        String id = invoice();
        int lines = JsonPath.read(detail(id), "$.lines.length()");
        for (int number = 1; number <= lines; number++) {
            Path export = evidence(id, number);
            Run verified = verify(export, "--books", books.toString());
            assertThat(verified.text())
                    .startsWith("VERIFIED: ")
                    .contains("sealed in the book's head of 2026-12-02");
            String text = Files.readString(export);
            int amount = JsonPath.read(text, "$.body.line.amountMicro");
            if (amount < 0 && !text.contains("\"kind\":\"account\"")) {
                negative++;
                assertThat(flip(export, "100", "13", books.toString()).text())
                        .contains(": 0 not noticed");
            }
            if (text.contains("\"kind\":\"takenBack\"")) {
                takenBack++;
                assertThat(verified.text()).contains("that nothing is charged there any more; ");
            }
        }
        // The bytes and the dues of a plan of which today's facts know nothing.
        assertThat(negative).isEqualTo(2);
        assertThat(takenBack).isEqualTo(2);
    }

    private SiteId site() {
        return new SiteId(
                db.sql("select distinct site_id from site_fact where payer_id = :payer")
                        .param("payer", payer)
                        .query(UUID.class)
                        .single());
    }

    /** An export that somebody wrote anew from a changed body, digest and all. */
    private Path redigested(String export) throws Exception {
        String body =
                export.substring(export.indexOf("{\"before\""), export.indexOf(",\"digest\""));
        String digest =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(body.getBytes(StandardCharsets.UTF_8)));
        return write(
                "redigested.json",
                export.replaceFirst("\"digest\":\"[0-9a-f]{64}\"", "\"digest\":\"" + digest + "\"")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private Path books() throws Exception {
        return write(
                "books.jsonl",
                http.perform(get("/api/treasury/books/BOOKS").with(as("member")))
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray());
    }

    @Test
    void reportsThatSpeakOfOthersAreForTheTreasurer() throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        AttachmentId other = MeteringContext.attach(db, new ReportingNode().id);
        clock.set(OCTOBER_5.plus(WINDOW));
        send(
                List.of(
                        node.seal(
                                node.window(OCTOBER_5, WINDOW)
                                        .addAttachments(
                                                ReportingNode.own(attachment, 500_000_000, 0))
                                        .addAttachments(
                                                ReportingNode.own(other, 7, 7).toBuilder()
                                                        .setOwn(false)))));
        billed("usage");
        String id = invoice();

        http.perform(
                        get("/api/invoices/%s/lines/%d/evidence".formatted(id, line(id, "usage")))
                                .with(as(member)))
                .andExpect(status().isForbidden());
    }

    @Test
    void reportsBehindAnOpenInvoiceAreKeptUntilItIsFinalAndDaysSumUpToTheSameMonth()
            throws Exception {
        subscribe(new TariffPart.Volume(0, euros("0.10")));
        used(30, 400_000_000L);
        billed("usage");
        Usage october = october();
        String id = invoice();

        clock.set(Instant.parse("2027-05-20T12:00:00Z"));
        upkeep.sumUp();
        upkeep.prune();
        Path open = evidence(id, "usage");
        boolean keptWhileOpen = kept() == 30;
        http.perform(
                        post("/api/invoices/%s/write-off".formatted(id))
                                .with(as("treasurer"))
                                .contentType("application/json")
                                .content("{\"reason\": \"moved away\"}"))
                .andExpect(status().isOk());
        http.perform(post("/api/invoices/%s/write-off/approval".formatted(id)).with(as("board")))
                .andExpect(status().isOk());
        upkeep.prune();

        assertThat(verify(open).code()).isZero();
        assertThat(keptWhileOpen).isTrue();
        assertThat(kept()).isZero();
        assertThat(hours()).isZero();
        assertThat(october()).isEqualTo(october);
        assertThat(october.windows()).isEqualTo(30);
        http.perform(
                        get("/api/invoices/%s/lines/%d/evidence".formatted(id, line(id, "usage")))
                                .with(as("treasurer")))
                .andExpect(status().isNotFound());
        http.perform(get("/api/usage/retention").with(as("member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.windowsShown").value("PT168H"))
                .andExpect(jsonPath("$.oldestDay").value("2026-10-04T22:00:00Z"));

        clock.set(Instant.parse("2029-01-01T12:00:00Z"));
        upkeep.prune();

        assertThat(october()).isEqualTo(Usage.NONE);
    }

    @Test
    void hoursOfLinksStayWhileTheirMonthMayStillBeCorrected() {
        db.sql(
                        """
                        insert into link_hour (low_node, high_node, hour, windows_matched, windows_outside, windows_low_alone,
                            windows_high_alone, low_sent_bytes, high_received_bytes, high_sent_bytes, low_received_bytes,
                            up_credited_bytes, down_credited_bytes, low_alone_sent_bytes, low_alone_received_bytes,
                            high_alone_sent_bytes, high_alone_received_bytes)
                        values (decode(repeat('0a', 32), 'hex'), decode(repeat('0b', 32), 'hex'), '2026-10-01T10:00:00Z',
                            12, 0, 0, 0, 5, 5, 0, 0, 5, 0, 0, 0, 0, 0)
                        on conflict do nothing
                        """)
                .update();
        var october = Instant.parse("2026-10-01T00:00:00Z");
        var next = Instant.parse("2026-11-01T00:00:00Z");

        // Older than hours are kept, but December's bill run still looks at October again.
        clock.set(Instant.parse("2027-01-02T12:00:00Z"));
        upkeep.prune();
        List<LinkBytes> whileCorrected = metering.linkBytes(october, next);
        clock.set(Instant.parse("2027-02-01T12:00:00Z"));
        upkeep.prune();

        assertThat(whileCorrected).hasSize(1);
        assertThat(metering.linkBytes(october, next)).isEmpty();
    }

    private Usage october() {
        return metering.used(
                        List.of(attachment),
                        Instant.parse("2026-09-30T22:00:00Z"),
                        Instant.parse("2026-10-31T23:00:00Z"))
                .get(attachment);
    }

    private int kept() {
        return db.sql("select count(*) from usage_report where node_id = :node")
                .param("node", node.id.bytes())
                .query(Integer.class)
                .single();
    }

    private int hours() {
        return db.sql("select count(*) from usage_hour where attachment_id = :attachment")
                .param("attachment", attachment.value())
                .query(Integer.class)
                .single();
    }

    private void subscribe(TariffPart... priced) {
        String code = "plan-" + UUID.randomUUID().toString().substring(0, 8);
        var parts = new ArrayList<TariffPart>(List.of(new TariffPart.Flat(euros("12.50"))));
        parts.addAll(Arrays.asList(priced));
        rating.declare(
                new Plan(code, "Home", "At home", LocalDate.of(2026, 1, 1), EUR, parts), member);
        var site = new SiteId(UUID.randomUUID());
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        values (:site, '2026-10-01', '2026-10-01', :member, :payer, :plan)
                        """)
                .param("site", site.value())
                .param("member", member.value())
                .param("payer", payer)
                .param("plan", code)
                .update();
        db.sql(
                        """
                        insert into member_fact (member_id, effective_on, occurred_at, state)
                        values (:member, '2026-10-01', '2026-10-01', 'active')
                        """)
                .param("member", member.value())
                .update();
        attachment = MeteringContext.attach(db, node.id, site, member);
    }

    private List<ByteString> reports(int windows, long down) {
        return node.reports(OCTOBER_5, windows, attachment, down, down / 20);
    }

    private void used(int windows, long down) throws Exception {
        List<ByteString> reports = reports(windows, down);
        clock.set(OCTOBER_5.plus(WINDOW.multipliedBy(windows)));
        for (int from = 0; from < windows; from += 12) {
            send(reports.subList(from, Math.min(windows, from + 12)));
        }
    }

    private void send(List<ByteString> reports) throws Exception {
        ManagedChannel channel = authority.connect(port.getPort(), node.id);
        try {
            var answer =
                    UsageServiceGrpc.newBlockingStub(channel)
                            .reportUsage(node.request(node.run(reports)));
            assertThat(answer.getDurable(0).getSetAsideList()).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    /** Bills October and saves the evidence for the line of this charge. */
    private Path billed(String charge) throws Exception {
        clock.set(Instant.parse("2026-11-02T03:00:00Z"));
        days.close();
        run("2026-10");
        return evidence(charge);
    }

    private void run(String period) throws Exception {
        http.perform(
                        post("/api/bill-runs")
                                .with(as("treasurer"))
                                .header("Idempotency-Key", UUID.randomUUID().toString())
                                .contentType("application/json")
                                .content("{\"period\": \"%s\"}".formatted(period)))
                .andExpect(status().is2xxSuccessful());
    }

    private String invoice() throws Exception {
        return JsonPath.read(
                http.perform(
                                get("/api/invoices")
                                        .param("payerId", payer.toString())
                                        .with(as("treasurer")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString(),
                "$.items[0].id");
    }

    private String detail(String invoice) throws Exception {
        return http.perform(get("/api/invoices/" + invoice).with(as("treasurer")))
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    private int line(String invoice, String charge) throws Exception {
        String detail = detail(invoice);
        List<String> kinds = JsonPath.read(detail, "$.lines[*].kind");
        for (int i = 0; i < kinds.size(); i++) {
            String of = JsonPath.read(detail, "$.lines[" + i + "].charge");
            boolean adjusts = kinds.get(i).equals("adjustment");
            if (charge.equals("adjustment") ? adjusts : charge.equals(of) && !adjusts) return i + 1;
            if (charge.equals(kinds.get(i)) && of == null) return i + 1;
        }
        throw new AssertionError("no line of " + charge + " in " + detail);
    }

    private Path evidence(String charge) throws Exception {
        return evidence(invoice(), charge);
    }

    private Path evidence(String id, String charge) throws Exception {
        return evidence(id, line(id, charge), charge + ".json");
    }

    private Path evidence(String id, int line) throws Exception {
        return evidence(id, line, "line-" + line + ".json");
    }

    private Path evidence(String id, int line, String name) throws Exception {
        var answer =
                http.perform(
                                get("/api/invoices/%s/lines/%d/evidence".formatted(id, line))
                                        .with(as("treasurer")))
                        .andReturn()
                        .getResponse();
        assertThat(answer.getStatus()).as(answer.getContentAsString()).isEqualTo(200);
        return write(name, answer.getContentAsByteArray());
    }

    private Path write(String name, byte[] bytes) throws Exception {
        return Files.write(folder.resolve(name), bytes);
    }

    private RequestPostProcessor as(MemberId who) {
        return jwt().jwt(token -> token.subject(who.value().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_member"));
    }

    private static RequestPostProcessor as(String role) {
        return jwt().jwt(token -> token.subject(UUID.randomUUID().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }
}
