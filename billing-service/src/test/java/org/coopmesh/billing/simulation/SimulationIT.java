package org.coopmesh.billing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasSize;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.rating.TariffPart;
import org.coopmesh.billing.rating.TariffPart.Percentile;
import org.coopmesh.billing.rating.TariffPart.TimeOfDay;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
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
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class SimulationIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final MemberId BOARD = new MemberId(UUID.randomUUID());
    private static final long GB = Plan.BYTES_PER_GB;
    private static final int COOPS = 60;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired Simulator simulator;
    @Autowired JdbcClient db;
    @Autowired JsonMapper json;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void emptyCoop() {
        db.sql("alter table ledger_entry disable trigger user").update();
        db.sql("alter table ledger_transaction disable trigger user").update();
        db.sql("alter table ledger_account disable trigger user").update();
        db.sql(
                        """
                        truncate coop, member_fact, site_fact, node, attachment_span, plan, dues_choice, usage_hour, invoice_settlement,
                                 invoice, invoice_series, bill_line, bill, bill_run, ledger_entry, ledger_transaction,
                                 ledger_account, outbox, simulation, simulation_share cascade
                        """)
                .update();
        db.sql("alter table ledger_entry enable trigger user").update();
        db.sql("alter table ledger_transaction enable trigger user").update();
        db.sql("alter table ledger_account enable trigger user").update();
        clock.set("2026-08-01T08:00:00Z");
        facts.constituted();
    }

    /** Many random co-ops, each with every kind of plan, changes of plan, pauses, choices and reports that came late. */
    @Test
    void onTheCurrentTariffIssuedInvoicesComeOutTheSameToTheByte() {
        for (int seed = 0; seed < COOPS; seed++) {
            if (seed > 0) {
                emptyCoop();
            }
            var random = new Random(seed);
            List<Someone> members = randomCoop(random);
            for (YearMonth month = YearMonth.of(2026, 8);
                    !month.isAfter(YearMonth.of(2026, 11));
                    month = month.plusMonths(1)) {
                clock.set(month.plusMonths(1).atDay(2) + "T08:00:00Z");
                for (Someone someone : members) {
                    BillsForTests.bill(invoicing, payer(someone), month);
                }
                if (month.getMonthValue() < 11) {
                    // Comes in after the bill: an adjustment of the next one, and so no part of a
                    // redrawn bill before it.
                    members.forEach(someone -> use(someone, random, "2026-11"));
                }
            }

            var redrawn = new ArrayList<Invoicing.Redrawn>();
            for (int month = 8; month <= 11; month++) {
                redrawn.addAll(
                        invoicing.redraw(
                                members.stream().map(SimulationIT::payer).toList(),
                                YearMonth.of(2026, month)));
            }

            assertThat(redrawn).hasSize(4 * members.size());
            for (Invoicing.Redrawn each : redrawn) {
                assertThat(each.redrawn()).as("seed " + seed).isEqualTo(each.issued());
            }
        }
    }

    @Test
    void aReportThatCameLateIsSeenToMakeADifference() {
        plan("home", new TariffPart.Flat(euros("10")), new TariffPart.Volume(0, euros("0.10")));
        Someone anna = facts.joined("home", "2026-08-01");
        clock.set("2026-09-02T08:00:00Z");
        BillsForTests.bill(invoicing, payer(anna), YearMonth.of(2026, 8));
        used(anna, "2026-08-20T10:00:00Z", GB);

        Simulation done = run("2026-08", "2026-08", List.of());

        assertThat(done.bills()).isEqualTo(1);
        assertThat(done.reproduced()).isZero();
    }

    @Test
    void membersSeeTheirOwnDifferenceAndTheSpreadAndNothingIsBooked() throws Exception {
        plan("home", new TariffPart.Flat(euros("10")), new TariffPart.Volume(0, euros("0.10")));
        Someone anna = facts.joined("home", "2026-08-01");
        Someone bert = facts.joined("home", "2026-08-01");
        used(anna, "2026-08-20T10:00:00Z", 87_500_000_000L); // and a seventh of it up
        clock.set("2026-10-02T08:00:00Z");
        String before = everythingBooked();

        String answer =
                http.perform(
                                post("/api/plans/simulations")
                                        .with(as(BOARD.value(), "board"))
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(
                                                """
                                                {"from":"2026-08","to":"2026-09","alone":{"amount":"12"},"plans":[
                                                  {"code":"home","name":"Flat for all","effectiveOn":"2027-01-01",
                                                   "parts":[{"type":"flat","monthly":{"amount":"15"}}]}]}
                                                """))
                        .andExpect(status().isAccepted())
                        .andExpect(jsonPath("$.state").value("running"))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        UUID id = UUID.fromString(json.readTree(answer).get("id").asString());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> simulator.find(id).state() == Simulation.State.DONE);

        // 10 + 10 + 10 for 100 GB, against 15 + 15; a line of her own is 24.
        http.perform(get("/api/plans/simulations/" + id).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.own", hasSize(1)))
                .andExpect(jsonPath("$.own[0].current.amount").value("30.00"))
                .andExpect(jsonPath("$.own[0].difference.amount").value("0.00"))
                .andExpect(jsonPath("$.own[0].betterAlone").value(true))
                .andExpect(jsonPath("$.distribution.dearer").value(1))
                .andExpect(jsonPath("$.distribution.same").value(1))
                .andExpect(jsonPath("$.distribution.betterAlone").value(2))
                .andExpect(jsonPath("$.distribution.median").doesNotExist())
                .andExpect(
                        content()
                                .string(
                                        org.hamcrest.Matchers.not(
                                                org.hamcrest.Matchers.containsString(
                                                        bert.payer().toString()))));
        http.perform(
                        get("/api/plans/simulations/" + id + "/payers")
                                .with(as(anna.member(), "member")))
                .andExpect(status().isForbidden());
        http.perform(
                        get("/api/plans/simulations/" + id + "/payers?limit=1")
                                .with(as(BOARD.value(), "treasurer")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.next").exists());
        http.perform(
                        post("/api/plans/simulations")
                                .with(as(anna.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"from\":\"2026-08\",\"to\":\"2026-09\",\"plans\":[]}"))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/plans/simulations")
                                .with(as(BOARD.value(), "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"from\":\"2026-08\",\"to\":\"2026-10\",\"plans\":[]}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("to"))
                .andExpect(jsonPath("$.errors[0].rule").value("closed"));
        assertThat(everythingBooked()).isEqualTo(before);
    }

    @Test
    void monthsThatAreNotClosedOrTooManyAreRefused() {
        clock.set("2026-10-02T08:00:00Z");
        assertThatThrownBy(() -> begin("2025-09", "2026-09"))
                .isInstanceOf(SimulationRefused.class)
                .hasMessageContaining("12");
        assertThatThrownBy(() -> begin("2026-09", "2026-08")).isInstanceOf(SimulationRefused.class);
        assertThatThrownBy(() -> begin("2026-10", "2026-10"))
                .hasMessageContaining("2026-10 is not over");
    }

    @Test
    void aProposalThatNoBookCanHoldFailsAndSaysWhy() {
        plan("home", new TariffPart.Flat(euros("5")));
        Someone anna = facts.joined("home", "2026-08-01");
        used(anna, "2026-08-05T10:00:00Z", Long.MAX_VALUE / 4);
        clock.set("2026-09-02T08:00:00Z");

        Simulation simulation =
                run(
                        "2026-08",
                        "2026-08",
                        List.of(
                                new Plan(
                                        "home",
                                        "Home",
                                        "",
                                        LocalDate.of(2026, 1, 1),
                                        EUR,
                                        List.of(new TariffPart.Volume(0, euros("100000000"))))));

        assertThat(simulation.state()).isEqualTo(Simulation.State.FAILED);
        assertThat(simulation.why()).isEqualTo("a payer would come to more than a book can hold");
    }

    @Test
    void whatAnotherReplicaReplaysIsLeftToItUntilNothingIsHeardOfIt() {
        UUID id = UUID.randomUUID();
        db.sql(
                        """
                        insert into simulation (id, requested_by, requested_at, first_month, last_month, proposal, currency, state,
                                                held_by, held_until)
                        values (:id, :id, :now, '2026-07-01', '2026-07-01', '[]', 'EUR', 'running', :id, :until)
                        """)
                .param("id", id)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("until", clock.instant().plusSeconds(60).atOffset(ZoneOffset.UTC))
                .update();

        simulator.hold();
        Simulation.State heldElsewhere = simulator.find(id).state();
        clock.set("2026-08-01T08:01:01Z");
        simulator.hold();

        assertThat(heldElsewhere).isEqualTo(Simulation.State.RUNNING);
        assertThat(simulator.find(id).state()).isEqualTo(Simulation.State.FAILED);
        assertThat(simulator.find(id).why())
                .isEqualTo("the service ended before it was done; try again");
    }

    @Test
    void quantilesAreToldOnlyAmongManyPayers() {
        var few = new ArrayList<Money>();
        for (int i = 0; i < Distribution.QUANTILES_FROM - 1; i++) {
            few.add(new Money(i, EUR));
        }
        assertThat(Distribution.of(few, 0).median()).isNull();
        few.add(new Money(100, EUR));
        assertThat(Distribution.of(few, 0).median()).isEqualTo(new Money(9, EUR));
        assertThat(Distribution.of(few, 0).same()).isEqualTo(1);
        assertThat(Distribution.of(List.of(), 0).payers()).isZero();
    }

    private List<Someone> randomCoop(Random random) {
        plan(
                "volume",
                new TariffPart.Flat(micro(random.nextInt(30_000_000))),
                new TariffPart.Volume(random.nextInt(20) * GB, micro(random.nextInt(300_000))));
        plan(
                "scale",
                new TariffPart.SlidingScale(euros("3"), euros("7.77"), euros("40")),
                new TariffPart.Percentile(
                        random.nextInt(3) * 1_000_000L,
                        micro(random.nextInt(3_000_000)),
                        Percentile.Direction.values()[random.nextInt(3)]));
        int from = random.nextInt(23);
        plan(
                "timed",
                new TariffPart.Flat(euros("1.99")),
                new TariffPart.TimeOfDay(
                        List.of(
                                new TimeOfDay.PriceWindow(
                                        EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
                                        from,
                                        from + 1 + random.nextInt(24 - from),
                                        micro(random.nextInt(200_000)))),
                        micro(random.nextInt(200_000))));
        List<String> codes = List.of("volume", "scale", "timed");
        var members = new ArrayList<Someone>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            Someone someone =
                    facts.joined(
                            codes.get(random.nextInt(3)),
                            "2026-08-%02d".formatted(1 + random.nextInt(28)));
            members.add(someone);
            if (random.nextBoolean()) {
                facts.subscribed(
                        someone,
                        codes.get(random.nextInt(3)),
                        "2026-%02d-%02d".formatted(9 + random.nextInt(3), 1 + random.nextInt(28)));
            }
            if (random.nextInt(3) == 0) {
                facts.paused(someone, "2026-09-%02d".formatted(1 + random.nextInt(28)));
                facts.resumed(someone, "2026-10-%02d".formatted(1 + random.nextInt(28)));
            }
            LocalDate choice = LocalDate.of(2026, 9 + random.nextInt(2), 1 + random.nextInt(28));
            rating.planOf(payer(someone), new SiteId(someone.site()), choice)
                    .flatMap(Plan::scale)
                    .ifPresent(scale ->
                            rating.choose(
                                    payer(someone),
                                    new SiteId(someone.site()),
                                    micro(3_000_000 + random.nextInt(37_000_000)),
                                    choice,
                                    BOARD));
            for (int month = 8; month <= 11; month++) {
                for (int hour = 0; hour < random.nextInt(60); hour++) {
                    use(someone, random, "2026-%02d".formatted(month));
                }
            }
        }
        return members;
    }

    private void use(Someone someone, Random random, String month) {
        used(
                someone,
                "%s-%02dT%02d:00:00Z".formatted(month, 1 + random.nextInt(30), random.nextInt(24)),
                random.nextLong(20 * GB));
    }

    private Simulation run(String from, String to, List<Plan> proposed) {
        UUID id =
                simulator
                        .begin(
                                YearMonth.parse(from),
                                YearMonth.parse(to),
                                proposed,
                                null,
                                "[]",
                                BOARD)
                        .id();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> simulator.find(id).state() != Simulation.State.RUNNING);
        return simulator.find(id);
    }

    private Simulation begin(String from, String to) {
        return simulator.begin(
                YearMonth.parse(from), YearMonth.parse(to), List.of(), null, "[]", BOARD);
    }

    private void plan(String code, TariffPart... parts) {
        rating.declare(
                new Plan(code, code, "", LocalDate.of(2026, 7, 1), EUR, List.of(parts)), BOARD);
    }

    private void used(Someone someone, String hour, long bytes) {
        db.sql(
                        """
                        insert into usage_hour as h (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :bytes, :bytes / 7, :bytes / 3, 0, 12)
                        on conflict (attachment_id, hour, node_id, own) do update
                        set internet_bytes_down = h.internet_bytes_down + excluded.internet_bytes_down
                        """)
                .param("attachment", someone.attachment())
                .param("hour", Instant.parse(hour).atOffset(ZoneOffset.UTC))
                .param("bytes", bytes)
                .update();
    }

    private String everythingBooked() {
        var rows = new ArrayList<Object>();
        for (String table :
                List.of(
                        "invoice",
                        "bill",
                        "bill_line",
                        "ledger_transaction",
                        "ledger_entry",
                        "outbox")) {
            rows.addAll(
                    db.sql("select t::text from " + table + " t order by 1")
                            .query(String.class)
                            .list());
        }
        return rows.toString();
    }

    private static PayerId payer(Someone someone) {
        return new PayerId(someone.payer());
    }

    private static Money micro(long micro) {
        return new Money(micro, EUR);
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }

    private static RequestPostProcessor as(UUID who, String... roles) {
        return jwt().jwt(token -> token.subject(who.toString()))
                .authorities(
                        java.util.Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
