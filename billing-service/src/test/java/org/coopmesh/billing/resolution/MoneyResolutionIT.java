package org.coopmesh.billing.resolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.YearMonth;
import java.util.Arrays;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.contracts.membership.v1.BudgetChange;
import org.coopmesh.contracts.membership.v1.DuesChange;
import org.coopmesh.contracts.membership.v1.OutageCreditChange;
import org.coopmesh.contracts.membership.v1.Resolution;
import org.coopmesh.contracts.membership.v1.ResolutionAdopted;
import org.coopmesh.contracts.membership.v1.ResolutionTookEffect;
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

/** From the assembly's fact to the price of a plan, to a budget, and to what outages give. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class MoneyResolutionIT {
    private static final UUID BOARD = UUID.randomUUID();

    private int number;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JdbcClient db;
    @Autowired AssemblyListener listener;
    @Autowired Rating rating;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void aCoopWithAPlan() throws Exception {
        db.sql(
                        "truncate coop, member_fact, site_fact, plan, money_resolution, cost_budget, cost_pool, outage_rule, inbox cascade")
                .update();
        clock.set("2026-11-10T08:00:00Z");
        facts.constituted();
        plan("home", "2026-01-01", "flat", "20");
    }

    @Test
    void adoptedDuesAreChargedFromTheirDayOnAndNotBefore() throws Exception {
        Someone anna = facts.joined("home", "2026-11-01");
        Resolution dues = dues("home", 26_000_000, "EUR").setEffectiveOn("2026-12-16").build();
        UUID proposal = UUID.randomUUID();

        adopted(proposal, dues);
        adopted(proposal, dues);
        clock.set("2026-12-16T08:00:00Z");
        tookEffect(proposal, dues);

        assertThat(charged(anna, 11)).isEqualTo("20.00 EUR");
        // 15 days of 31 at 20, 16 at 26, each part rounded down.
        assertThat(charged(anna, 12)).isEqualTo("23.096774 EUR");
        assertThat(rating.plans()).hasSize(2);
        http.perform(get("/api/plans").with(as("member")))
                .andExpect(jsonPath("$.items[0].flat.amount").value("26.00"))
                .andExpect(jsonPath("$.items[0].includedGb").value(100));
        resolutions()
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].what").value("home: 26.00 EUR"))
                .andExpect(jsonPath("$.items[0].carriedOutAt").value("2026-11-10T08:00:00Z"));
    }

    @Test
    void whatCannotBeCarriedOutStaysInSightAndIsTriedAgainOnItsDay() throws Exception {
        Resolution dues = dues("village", 9_000_000, "EUR").setEffectiveOn("2026-12-01").build();
        UUID proposal = UUID.randomUUID();
        adopted(proposal, dues);
        resolutions()
                .andExpect(jsonPath("$.items[0].why").value("there is no plan village"))
                .andExpect(jsonPath("$.items[0].carriedOutAt").doesNotExist());
        plan("village", "2026-11-15", "flat", "7");
        clock.set("2026-12-01T08:00:00Z");

        tookEffect(proposal, dues);

        resolutions()
                .andExpect(jsonPath("$.items[0].why").doesNotExist())
                .andExpect(jsonPath("$.items[0].carriedOutAt").value("2026-12-01T08:00:00Z"));
        adopted(UUID.randomUUID(), dues("home", 1, "CHF").setEffectiveOn("2026-12-05").build());
        resolutions().andExpect(jsonPath("$.items[0].why").value("the co-op's currency is EUR"));
    }

    @Test
    void whatTheTreasurerDeclaredMeanwhileStandsAndAnOldResolutionChangesNothing()
            throws Exception {
        plan("home", "2026-11-20", "flat", "22");
        Resolution old = dues("home", 30_000_000, "EUR").setEffectiveOn("2026-11-15").build();
        clock.set("2026-12-10T08:00:00Z");

        tookEffect(UUID.randomUUID(), old);

        assertThat(rating.plans()).hasSize(2);
        resolutions()
                .andExpect(
                        jsonPath("$.items[0].why")
                                .value("plan home was declared for 2026-11-20 already"));
    }

    @Test
    void aBudgetIsTheCeilingOfWhatIsDeclaredForItsPurpose() throws Exception {
        adopted(
                UUID.randomUUID(),
                Resolution.newBuilder()
                        .setNumber(++number)
                        .setEffectiveOn("2026-12-01")
                        .setBudget(
                                BudgetChange.newBuilder()
                                        .setPurpose("Tower rent")
                                        .setMonthlyMicro(100_000_000)
                                        .setCurrency("EUR"))
                        .build());

        cost("tower  RENT", "90", "2026-12", "2026-12").andExpect(status().isCreated());

        cost("Tower rent", "10.01", "2026-12", "2026-12")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("above-budget"));
        cost("Tower rent", "10", "2026-12", "2026-12").andExpect(status().isCreated());
        cost("Tower rent", "500", "2026-11", "2026-11").andExpect(status().isCreated());
        cost("Transit", "900", "2026-12", "2026-12").andExpect(status().isCreated());
        clock.set("2026-12-02T08:00:00Z");
        http.perform(get("/api/cost-budgets").with(as("member")))
                .andExpect(jsonPath("$.items", hasSize(1)))
                .andExpect(jsonPath("$.items[0].monthly.amount").value("100.00"))
                .andExpect(jsonPath("$.items[0].declared.amount").value("100.00"));
    }

    @Test
    void whatOutagesGiveIsTheAssemblysToDecide() throws Exception {
        adopted(
                UUID.randomUUID(),
                Resolution.newBuilder()
                        .setNumber(++number)
                        .setEffectiveOn("2026-12-01")
                        .setOutageCredit(
                                OutageCreditChange.newBuilder().setAfterHours(6).setPercent(80))
                        .build());

        http.perform(get("/api/outage-credits/rules").with(as("member")))
                .andExpect(jsonPath("$.items[0].effectiveOn").value("2026-12-01"))
                .andExpect(jsonPath("$.items[0].afterHours").value(6))
                .andExpect(jsonPath("$.items[0].resolution").value(number));
    }

    private Resolution.Builder dues(String plan, long monthlyMicro, String currency) {
        return Resolution.newBuilder()
                .setNumber(++number)
                .setDues(
                        DuesChange.newBuilder()
                                .setPlanCode(plan)
                                .setMonthlyMicro(monthlyMicro)
                                .setCurrency(currency));
    }

    private void adopted(UUID proposal, Resolution resolution) throws Exception {
        listener.on(
                event(proposal)
                        .setAdopted(ResolutionAdopted.newBuilder().setResolution(resolution))
                        .build()
                        .toByteArray());
    }

    private void tookEffect(UUID proposal, Resolution resolution) throws Exception {
        listener.on(
                event(proposal)
                        .setTookEffect(ResolutionTookEffect.newBuilder().setResolution(resolution))
                        .build()
                        .toByteArray());
    }

    private static AssemblyEvent.Builder event(UUID proposal) {
        return AssemblyEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setProposalId(proposal.toString());
    }

    private String charged(Someone of, int month) {
        return rating.charges(new PayerId(of.payer()), YearMonth.of(2026, month)).stream()
                .map(Charge::amount)
                .reduce(Money::plus)
                .orElseThrow()
                .toString();
    }

    private ResultActions resolutions() throws Exception {
        return http.perform(get("/api/money-resolutions").with(as("member")))
                .andExpect(status().isOk());
    }

    private void plan(String code, String on, String field, String amount) throws Exception {
        http.perform(
                        post("/api/plans")
                                .with(as("board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"code":"%s","name":"%s","effectiveOn":"%s","%s":{"amount":"%s","currency":"EUR"},
                                         "includedGb":100,"perGb":{"amount":"0","currency":"EUR"}}
                                        """
                                                .formatted(code, code, on, field, amount)))
                .andExpect(status().isCreated());
    }

    private ResultActions cost(String purpose, String amount, String first, String last)
            throws Exception {
        return http.perform(
                post("/api/cost-pools")
                        .with(as("treasurer"))
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"purpose":"%s","amount":{"amount":"%s","currency":"EUR"},"firstMonth":"%s","lastMonth":"%s",
                                 "policy":{"kind":"equal"}}
                                """
                                        .formatted(purpose, amount, first, last)));
    }

    private static RequestPostProcessor as(String... roles) {
        return jwt().jwt(token -> token.subject(BOARD.toString()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
