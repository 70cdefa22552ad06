package org.coopmesh.billing.instalment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.directdebit.DebitsForTests;
import org.coopmesh.billing.dunning.DunningForTests;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** Paying in parts over HTTP and under a clock: two invoices of 12.50, due on 15 October and 15 November. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class InstalmentApiIT {
    private static final String PLANS = "/api/billing/instalment-plans";
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final List<String> DAYS =
            List.of("2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01");

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired Ledger ledger;
    @Autowired PayingInParts paying;
    @Autowired ApplicationContext context;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void aCoop() throws Exception {
        db.sql("truncate dunning_policy, dunning_hold, dunning_step").update();
        clock.set("2026-09-01T08:00:00Z");
        if (db.sql("select count(*) from plan").query(Long.class).single() == 0) {
            facts.constituted();
            rating.declare(
                    new Plan(
                            "home",
                            "Home",
                            "",
                            LocalDate.of(2026, 8, 1),
                            Money.parse("12.50", EUR),
                            0,
                            Money.parse("0", EUR)),
                    new MemberId(UUID.randomUUID()));
        }
    }

    @AfterEach
    void theBooksAreRight() {
        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThat(
                        db.sql(
                                        """
                                        select p.id from instalment_plan p
                                         where p.state in ('running', 'kept', 'missed', 'ended')
                                           and (select count(*) from instalment i where i.plan_id = p.id) <> cardinality(p.days)
                                        """)
                                .query(UUID.class)
                                .list())
                .as("plans without all their parts")
                .isEmpty();
    }

    @Test
    void whatIsAgreedIsNoLongerOverdueAndIsPaidPartByPart() throws Exception {
        Someone anna = late();
        assertThat(states(anna)).containsExactly("Overdue", "Overdue");

        UUID plan = agreed(anna);

        assertThat(states(anna)).containsExactly("Issued", "Issued");
        assertThat(facts(anna))
                .containsExactly(
                        "issued",
                        "overdue 2026-10-16",
                        "issued",
                        "overdue 2026-11-16",
                        "reopened 2027-03-01",
                        "reopened 2027-03-01");
        shows(plan)
                .andExpect(jsonPath("$.state").value("running"))
                .andExpect(jsonPath("$.total.amount").value("25.00"))
                .andExpect(
                        jsonPath(
                                "$.parts[*].amount.amount",
                                contains("6.25", "6.25", "6.25", "6.25")))
                .andExpect(jsonPath("$.next.number").value(1))
                .andExpect(jsonPath("$.next.dueOn").value("2026-12-01"));
        paid(anna, "6.25");
        onDay("2026-12-10");
        shows(plan)
                .andExpect(jsonPath("$.state").value("running"))
                .andExpect(jsonPath("$.next.number").value(2));
        paid(anna, "12.75");
        onDay("2027-02-10");
        shows(plan)
                .andExpect(jsonPath("$.settled.amount").value("19.00"))
                .andExpect(jsonPath("$.parts[3].open.amount").value("6.00"))
                .andExpect(jsonPath("$.next.open.amount").value("6.00"));
        assertThat(states(anna)).containsExactly("PartlyPaid");
        paid(anna, "6.00");
        onDay("2027-02-11");
        shows(plan)
                .andExpect(jsonPath("$.state").value("kept"))
                .andExpect(jsonPath("$.next").isEmpty())
                .andExpect(jsonPath("$.history[*].state", contains("running", "kept")));
        assertThat(facts(anna)).filteredOn(fact -> fact.startsWith("overdue")).hasSize(2);
    }

    @Test
    void aPartThatIsMissedEndsItAndWhatIsLeftIsOwedFromThatPartsDay() throws Exception {
        policy(1, 5, false);
        Someone anna = late();
        UUID plan = agreed(anna);
        paid(anna, "6.25");
        onDay("2027-01-06");
        shows(plan).andExpect(jsonPath("$.state").value("running"));
        assertThat(steps(anna)).isEmpty();

        onDay("2027-01-07");

        shows(plan)
                .andExpect(jsonPath("$.state").value("missed"))
                .andExpect(jsonPath("$.history[1].owedFrom").value("2027-01-01"))
                .andExpect(jsonPath("$.history[1].by").isEmpty())
                .andExpect(jsonPath("$.settled").isEmpty());
        assertThat(states(anna)).containsExactly("Overdue", "Overdue");
        assertThat(facts(anna)).endsWith("overdue 2027-01-02", "overdue 2027-01-02");
        assertThat(steps(anna)).containsExactly("overdue", "overdue");
        onDay("2027-01-08");
        assertThat(facts(anna)).filteredOn(fact -> fact.equals("overdue 2027-01-02")).hasSize(2);
    }

    @Test
    void whoIsLetBeOrWaitsForTheBankMissesNothing() throws Exception {
        policy(null, 0, false);
        Someone anna = late();
        UUID plan = agreed(anna);
        clock.set("2026-12-01T08:00:00Z");
        says(
                put("/api/billing/dunning/holds/" + anna.payer()),
                treasurer(),
                "{\"until\":\"2026-12-20\",\"reason\":\"ill\"}");

        onDay("2026-12-20");
        shows(plan).andExpect(jsonPath("$.state").value("running"));

        onDay("2026-12-21");
        shows(plan).andExpect(jsonPath("$.state").value("missed"));
    }

    @Test
    void whileItRunsNobodyIsRemindedNorCollectedFrom() throws Exception {
        policy(1, 30, false);
        DebitsForTests debits = DebitsForTests.of(context);
        debits.creditor();
        Someone anna = late();
        Someone berta = late();
        debits.sign(payer(anna), new MemberId(anna.member()));
        debits.sign(payer(berta), new MemberId(berta.member()));
        UUID before = debits.propose(LocalDate.of(2026, 12, 10), new MemberId(UUID.randomUUID()));
        assertThat(debits.items(before)).hasSize(4);

        agreed(anna);

        debits.approve(before, new MemberId(UUID.randomUUID()));
        assertThat(debits.items(before))
                .filteredOn(item -> item.endsWith(" due"))
                .as("left out of what was proposed before")
                .hasSize(2);
        debits.withdraw(before);
        UUID after = debits.propose(LocalDate.of(2026, 12, 11), new MemberId(UUID.randomUUID()));
        assertThat(debits.items(after)).hasSize(2);
        debits.approve(after, new MemberId(UUID.randomUUID()));
        http.perform(get("/api/billing/dunning/day?on=2026-12-18").with(treasurer()))
                .andExpect(
                        jsonPath(
                                "$.items[?(@.payerId == '%s')]".formatted(anna.payer()),
                                hasSize(0)));
        onDay("2026-12-02");
        assertThat(steps(anna)).isEmpty();
        debits.withdraw(after);
    }

    @Test
    void whatIsChargedBackIsOwedFromThatDayAndEndsItWhenItStaysMissing() throws Exception {
        policy(null, 5, false);
        Someone anna = late();
        UUID plan = agreed(anna);
        String payment = paid(anna, "12.50");
        assertThat(states(anna)).as("the oldest is paid").containsExactly("Issued");
        onDay("2027-01-20");

        reversed(payment);

        onDay("2027-01-25");
        shows(plan)
                .andExpect(jsonPath("$.state").value("running"))
                .andExpect(jsonPath("$.settled.amount").value("0.00"))
                .andExpect(jsonPath("$.next.open.amount").value("6.25"));
        onDay("2027-01-26");
        shows(plan)
                .andExpect(jsonPath("$.state").value("missed"))
                .andExpect(jsonPath("$.history[1].owedFrom").value("2027-01-20"));
        assertThat(states(anna)).containsExactly("Overdue", "Overdue");
        assertThat(facts(anna)).endsWith("overdue 2027-01-21", "overdue 2027-01-21");
    }

    @Test
    void whatWentBackAfterItWasKeptOpensTheInvoiceAndNotThePlan() throws Exception {
        Someone anna = late();
        UUID plan = agreed(anna);
        String payment = paid(anna, "25.00");
        onDay("2026-12-05");
        shows(plan).andExpect(jsonPath("$.state").value("kept"));

        reversed(payment);
        onDay("2026-12-06");

        shows(plan).andExpect(jsonPath("$.state").value("kept"));
        assertThat(facts(anna)).endsWith("overdue 2026-12-06", "overdue 2026-12-06");
    }

    @Test
    void whatIsCreditedOrGivenUpCountsTowardsTheParts() throws Exception {
        Someone anna = late();
        UUID plan = agreed(anna);
        List<Invoice> open = invoicing.owing(payer(anna));

        invoicing.credit(
                open.getFirst().heading().id(),
                Money.parse("7.50", EUR),
                "three weeks without a line",
                UUID.randomUUID());

        shows(plan)
                .andExpect(jsonPath("$.settled.amount").value("7.50"))
                .andExpect(jsonPath("$.next.number").value(2))
                .andExpect(jsonPath("$.next.open.amount").value("5.00"));
        invoicing.writeOff(open.getLast().heading().id(), "agreed with the board");
        shows(plan).andExpect(jsonPath("$.open.amount").value("5.00"));
        onDay("2027-02-01");
        shows(plan).andExpect(jsonPath("$.state").value("running"));
        paid(anna, "5.00");
        onDay("2027-02-02");
        shows(plan).andExpect(jsonPath("$.state").value("kept"));
    }

    @Test
    void aTreasurerEndsItWithAReasonAndWhatIsLeftIsOwedFromThatDay() throws Exception {
        Someone anna = late();
        UUID plan = agreed(anna);
        clock.set("2026-11-25T08:00:00Z");
        http.perform(
                        post(PLANS + "/" + plan + "/end")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\":\" \"}"))
                .andExpect(status().isBadRequest());

        says(post(PLANS + "/" + plan + "/end"), treasurer(), "{\"reason\":\"she pays at once\"}")
                .andExpect(jsonPath("$.state").value("ended"))
                .andExpect(jsonPath("$.history[1].reason").value("she pays at once"))
                .andExpect(jsonPath("$.history[1].owedFrom").value("2026-11-25"));

        onDay("2026-11-26");
        assertThat(facts(anna)).endsWith("overdue 2026-11-26", "overdue 2026-11-26");
        http.perform(
                        post(PLANS + "/" + plan + "/end")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\":\"again\"}"))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/instalment-plan-decided"));
    }

    @Test
    void whatIsNotDueYetStaysDueOnItsOwnDay() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        billed(anna, YearMonth.of(2026, 10));
        clock.set("2026-11-02T08:00:00Z");
        UUID plan = planOf(agree(anna, List.of("2026-11-03", "2026-12-03")));

        onDay("2026-11-04");

        shows(plan).andExpect(jsonPath("$.state").value("missed"));
        assertThat(invoicing.owing(payer(anna)).getFirst())
                .isInstanceOfSatisfying(
                        Invoice.Issued.class,
                        invoice ->
                                assertThat(invoice.payBy()).isEqualTo(invoice.heading().dueOn()));
    }

    @Test
    void aPayerAsksAndTheTreasurerAgreesOrRefusesWithAReason() throws Exception {
        Someone anna = late();
        UUID asked =
                planOf(
                        says(post(PLANS + "/mine"), as(anna, "member"), request(anna, DAYS))
                                .andExpect(status().isCreated())
                                .andExpect(jsonPath("$.state").value("asked"))
                                .andExpect(jsonPath("$.parts").isEmpty()));
        assertThat(states(anna))
                .as("nothing is different yet")
                .containsExactly("Overdue", "Overdue");
        refused(post(PLANS + "/mine"), as(anna, "member"), request(anna, DAYS), "payerId", "asked");

        says(
                        post(PLANS + "/" + asked + "/refusal"),
                        treasurer(),
                        "{\"reason\":\"three parts are enough\"}")
                .andExpect(jsonPath("$.state").value("refused"))
                .andExpect(jsonPath("$.history[1].reason").value("three parts are enough"));

        UUID again =
                planOf(
                        says(
                                post(PLANS + "/mine"),
                                as(anna, "member"),
                                request(anna, DAYS.subList(0, 3))));
        says(post(PLANS + "/" + again + "/agreement"), treasurer(), "")
                .andExpect(jsonPath("$.state").value("running"))
                .andExpect(jsonPath("$.parts[*].amount.amount", contains("8.34", "8.33", "8.33")));
        assertThat(states(anna)).containsExactly("Issued", "Issued");
        refused(post(PLANS), treasurer(), request(anna, DAYS), "payerId", "running");
        http.perform(post(PLANS + "/" + again + "/agreement").with(treasurer()))
                .andExpect(status().isConflict());
        http.perform(get(PLANS + "/mine").with(as(anna, "member")))
                .andExpect(jsonPath("$.plans[*].state", contains("running", "refused")))
                .andExpect(jsonPath("$.payers[0].invoices", hasSize(2)));
        http.perform(get(PLANS + "?state=running&payerId=" + anna.payer()).with(treasurer()))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.next").isEmpty());
    }

    @Test
    void aPlanIsItsPayersAndTheTreasurersAlone() throws Exception {
        Someone anna = late();
        Someone berta = late();
        UUID asked = planOf(says(post(PLANS + "/mine"), as(anna, "member"), request(anna, DAYS)));

        http.perform(get(PLANS + "/" + asked).with(as(berta, "member")))
                .andExpect(status().isNotFound());
        http.perform(get(PLANS + "/" + asked).with(as(anna, "member"))).andExpect(status().isOk());
        http.perform(get(PLANS + "/" + asked).with(as(berta, "board"))).andExpect(status().isOk());
        http.perform(get(PLANS + "/mine").with(as(berta, "member")))
                .andExpect(jsonPath("$.plans").isEmpty())
                .andExpect(jsonPath("$.payers[*].payerId", contains(berta.payer().toString())));
        http.perform(get(PLANS + "/mine").with(as(berta, "treasurer")))
                .andExpect(jsonPath("$.plans").isEmpty());
        http.perform(get(PLANS).with(as(anna, "member")))
                .andExpect(jsonPath("$.items[*].id", contains(asked.toString())));
        http.perform(get(PLANS).with(as(berta, "network")))
                .andExpect(jsonPath("$.items").isEmpty());
        http.perform(get(PLANS + "?payerId=" + anna.payer()).with(as(berta, "moderator")))
                .andExpect(status().isForbidden());
        http.perform(get(PLANS)).andExpect(status().isUnauthorized());
        http.perform(get(PLANS + "/mine")).andExpect(status().isUnauthorized());
        http.perform(
                        post(PLANS + "/mine")
                                .with(as(berta, "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(request(anna, DAYS)))
                .andExpect(status().isForbidden());
        http.perform(post(PLANS + "/" + asked + "/withdrawal").with(as(berta, "treasurer")))
                .andExpect(status().isNotFound());
        for (String step : List.of("/agreement", "/refusal", "/end")) {
            for (String role : List.of("member", "moderator", "network", "board")) {
                http.perform(
                                post(PLANS + "/" + asked + step)
                                        .with(as(berta, role))
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content("{\"reason\":\"because\"}"))
                        .andExpect(status().isForbidden());
            }
            http.perform(
                            post(PLANS + "/" + asked + step)
                                    .with(as(anna, "treasurer"))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"reason\":\"because\"}"))
                    .andExpect(status().isForbidden())
                    .andExpect(jsonPath("$.rule").value("notOwn"));
        }
        http.perform(
                        post(PLANS)
                                .with(as(berta, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(request(anna, DAYS)))
                .andExpect(status().isForbidden());
        http.perform(
                        post(PLANS)
                                .with(as(berta, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(request(berta, DAYS)))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.rule").value("notOwn"));

        http.perform(post(PLANS + "/" + asked + "/withdrawal").with(as(anna, "member")))
                .andExpect(jsonPath("$.state").value("withdrawn"));
    }

    @Test
    void whatCannotBeIsRefusedByFieldAndRule() throws Exception {
        Someone anna = late();
        Someone berta = late();
        RequestPostProcessor treasurer = treasurer();
        refused(post(PLANS), treasurer, request(anna, List.of("2026-12-01")), "days", "count");
        refused(
                post(PLANS),
                treasurer,
                request(anna, List.of("2026-12-01", "2026-11-30")),
                "days",
                "order");
        refused(
                post(PLANS),
                treasurer,
                request(anna, List.of("2026-11-19", "2026-12-01")),
                "days",
                "past");
        refused(
                post(PLANS),
                treasurer,
                request(anna, List.of("2026-12-01", "2028-12-01")),
                "days",
                "range");
        refused(
                post(PLANS),
                treasurer,
                request(anna.payer(), ids(berta), DAYS),
                "invoiceIds",
                "open");
        refused(
                post(PLANS),
                treasurer,
                request(UUID.randomUUID(), ids(anna), DAYS),
                "payerId",
                "unknown");
        http.perform(
                        post(PLANS)
                                .with(treasurer)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(request(anna.payer(), List.of(), DAYS)))
                .andExpect(status().isBadRequest());
    }

    @Test
    void whatWasAgreedStaysAsItIs() throws Exception {
        Someone anna = late();
        UUID plan = agreed(anna);

        for (String change :
                List.of(
                        "update instalment set amount_micro = 1 where plan_id = :plan",
                        "delete from instalment where plan_id = :plan",
                        "update instalment_plan_step set reason = 'other' where plan_id = :plan",
                        "delete from instalment_plan_step where plan_id = :plan",
                        "delete from instalment_plan_invoice where plan_id = :plan",
                        "update instalment_plan set state = 'asked' where id = :plan",
                        "update instalment_plan set payer_id = gen_random_uuid(), state = 'ended' where id = :plan",
                        "delete from instalment_plan where id = :plan")) {
            assertThatThrownBy(() -> db.sql(change).param("plan", plan).update())
                    .as(change)
                    .isInstanceOf(org.springframework.dao.DataAccessException.class);
        }
    }

    /** Someone with two invoices that are overdue, on 20 November. */
    private Someone late() {
        Someone someone = facts.joined("home", "2026-09-01");
        clock.set("2026-10-01T02:00:00Z");
        BillsForTests.bill(invoicing, payer(someone), YearMonth.of(2026, 9));
        clock.set("2026-10-30T08:00:00Z");
        BillsForTests.callOverdue(context);
        billed(someone, YearMonth.of(2026, 10));
        clock.set("2026-11-20T08:00:00Z");
        BillsForTests.callOverdue(context);
        return someone;
    }

    private void billed(Someone someone, YearMonth month) {
        clock.set(month.plusMonths(1).atDay(1) + "T02:00:00Z");
        BillsForTests.bill(invoicing, payer(someone), month);
    }

    private UUID agreed(Someone someone) throws Exception {
        return planOf(agree(someone, DAYS));
    }

    private ResultActions agree(Someone someone, List<String> days) throws Exception {
        return says(post(PLANS), treasurer(), request(someone, days))
                .andExpect(status().isCreated());
    }

    private String request(Someone someone, List<String> days) {
        return request(someone.payer(), ids(someone), days);
    }

    private static String request(UUID payer, List<UUID> invoices, List<String> days) {
        return "{\"payerId\":\"%s\",\"invoiceIds\":%s,\"days\":%s}"
                .formatted(payer, quoted(invoices.stream()), quoted(days.stream()));
    }

    private static String quoted(Stream<?> values) {
        return values.map(value -> "\"" + value + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private List<UUID> ids(Someone someone) {
        return invoicing.owing(payer(someone)).stream()
                .map(invoice -> invoice.heading().id().value())
                .toList();
    }

    private static PayerId payer(Someone someone) {
        return new PayerId(someone.payer());
    }

    private List<String> states(Someone someone) {
        return invoicing.owing(payer(someone)).stream()
                .map(invoice -> invoice.getClass().getSimpleName())
                .toList();
    }

    /** What was said of the payer's invoices, in order. */
    private List<String> facts(Someone someone) {
        return db
                .sql(
                        """
                        select payload from outbox
                         where topic = 'coopmesh.billing.invoice.v1' and key = :payer order by id
                        """)
                .param("payer", someone.payer().toString())
                .query((rs, row) -> rs.getBytes("payload"))
                .list()
                .stream()
                .map(InstalmentApiIT::fact)
                .toList();
    }

    private static String fact(byte[] payload) {
        try {
            InvoiceEvent event = InvoiceEvent.parseFrom(payload);
            return switch (event.getFactCase()) {
                case OVERDUE -> "overdue " + event.getOverdue().getSince();
                case REOPENED -> "reopened " + event.getReopened().getDueOn();
                default -> event.getFactCase().name().toLowerCase(java.util.Locale.ROOT);
            };
        } catch (InvalidProtocolBufferException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private List<String> steps(Someone someone) {
        return ids(someone).stream()
                .flatMap(id ->
                        db
                                .sql(
                                        "select stage from dunning_step where invoice_id = :id order by stage")
                                .param("id", id)
                                .query(String.class)
                                .list()
                                .stream())
                .toList();
    }

    private void policy(Integer reminder, int grace, boolean waitForBank) throws Exception {
        clock.set("2026-08-01T08:00:00Z");
        says(
                put("/api/billing/dunning/policy"),
                treasurer(),
                "{\"reminderAfter\":%s,\"lastAfter\":null,\"graceDays\":%d,\"waitForBank\":%s}"
                        .formatted(reminder, grace, waitForBank));
    }

    /** What a day brings: plans, what falls overdue, steps. */
    private void onDay(String day) {
        clock.set(day + "T09:00:00Z");
        paying.check();
        BillsForTests.callOverdue(context);
        DunningForTests.check(context);
    }

    private String paid(Someone who, String amount) throws Exception {
        return idOf(
                says(
                        post("/api/payments")
                                .header("Idempotency-Key", UUID.randomUUID().toString()),
                        treasurer(),
                        "{\"payerId\":\"%s\",\"amount\":\"%s\",\"method\":\"cash\",\"receivedOn\":\"2026-10-01\"}"
                                .formatted(who.payer(), amount)));
    }

    private void reversed(String payment) throws Exception {
        says(
                post("/api/payments/" + payment + "/reversal")
                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                treasurer(),
                "{\"reason\":\"returned by the bank\"}");
    }

    private static UUID planOf(ResultActions answer) throws Exception {
        return UUID.fromString(idOf(answer));
    }

    private static String idOf(ResultActions answer) throws Exception {
        Matcher id =
                Pattern.compile("\"id\":\"([0-9a-f-]{36})\"")
                        .matcher(answer.andReturn().getResponse().getContentAsString());
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private ResultActions shows(UUID plan) throws Exception {
        return http.perform(get(PLANS + "/" + plan).with(treasurer())).andExpect(status().isOk());
    }

    private ResultActions says(
            MockHttpServletRequestBuilder request, RequestPostProcessor who, String body)
            throws Exception {
        return http.perform(request.with(who).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().is2xxSuccessful());
    }

    private void refused(
            MockHttpServletRequestBuilder request,
            RequestPostProcessor who,
            String body,
            String field,
            String rule)
            throws Exception {
        http.perform(request.with(who).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value(field))
                .andExpect(jsonPath("$.errors[0].rule").value(rule));
    }

    private static RequestPostProcessor treasurer() {
        return jwt().jwt(token ->
                        token.subject(UUID.randomUUID().toString())
                                .claim("auth_time", Instant.now()))
                .authorities(new SimpleGrantedAuthority("ROLE_treasurer"));
    }

    private static RequestPostProcessor as(Someone who, String role) {
        return jwt().jwt(token ->
                        token.subject(who.member().toString()).claim("auth_time", Instant.now()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }
}
