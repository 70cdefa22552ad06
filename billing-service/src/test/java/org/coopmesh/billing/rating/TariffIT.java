package org.coopmesh.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.PayerId;
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

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class TariffIT {
    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void coop() {
        clock.set("2026-10-01T08:00:00Z");
        facts.constituted();
    }

    @Test
    void aPlanOfManyPartsIsDeclaredShownAndChargedWithItsReasons() throws Exception {
        declare(
                        """
                        {"code":"mixed","name":"Mixed","effectiveOn":"2026-10-01","parts":[
                          {"type":"flat","monthly":{"amount":"2"}},
                          {"type":"scale","floor":{"amount":"3"},"suggested":{"amount":"6"},"ceiling":{"amount":"31"}},
                          {"type":"timed","perGb":{"amount":"0.10"},"windows":[
                            {"days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],
                             "fromHour":0,"toHour":6,"perGb":{"amount":"0.02"}}]},
                          {"type":"peak","committedMbit":"10","perMbit":{"amount":"1.5"},"direction":"percentileOfSum"}]}
                        """)
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.flat.amount").value("2.00"))
                .andExpect(jsonPath("$.parts", hasSize(4)))
                .andExpect(jsonPath("$.parts[2].windows[0].days[6]").value("sunday"))
                .andExpect(jsonPath("$.parts[3].committedMbit").value("10"));
        assertThat(
                        db.sql(
                                        """
                                        select count(*) from outbox where topic = 'coopmesh.billing.plan.v1' and key = 'mixed'
                                        """)
                                .query(Integer.class)
                                .single())
                .isEqualTo(1);
        Someone anna = facts.joined("mixed", "2026-10-01");
        // 02 h and 12 h in Berlin, on the day before and the day after the clock falls back.
        used(anna, "2026-10-24T00:00:00Z", 10_000_000_000L, 1_000_000_000L);
        used(anna, "2026-10-26T11:00:00Z", 20_000_000_000L, 0);

        List<Charge> charges = rating.charges(new PayerId(anna.payer()), YearMonth.of(2026, 10));

        assertThat(charges.stream().map(charge -> charge.key().kind()))
                .containsExactly(
                        Charge.Kind.DUES, Charge.Kind.SCALE, Charge.Kind.TIMED, Charge.Kind.PEAK);
        assertThat(charges.stream().map(charge -> charge.amount().decimal()))
                .containsExactly("2.00", "6.00", "2.20", "0.00");
        Charge.Peak peak = (Charge.Peak) charges.get(3);
        assertThat(peak.samples()).isEqualTo(31 * 24 + 1); // October has an hour more in Berlin
        assertThat(((Charge.Timed) charges.get(2)).saved().decimal()).isEqualTo("0.02");
        http.perform(
                        get("/api/charges?period=2026-10&payerId=" + anna.payer())
                                .with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.charges[2].explanation.result").value("2.20 EUR"))
                .andExpect(
                        jsonPath("$.charges[2].explanation.inputs[0].value")
                                .value("10 GB × 0.02 EUR = 0.20 EUR"));
    }

    @Test
    void aPayerPicksTheirDuesFromADayOnAndNeverBackwards() throws Exception {
        declare(
                        """
                        {"code":"fair","name":"Fair","effectiveOn":"2026-10-01","parts":[
                          {"type":"scale","floor":{"amount":"5"},"suggested":{"amount":"10"},"ceiling":{"amount":"41"}}]}
                        """)
                .andExpect(status().isCreated());
        Someone anna = facts.joined("fair", "2026-10-01");
        Someone bert = facts.joined("fair", "2026-10-01");
        String path = "/api/bill/" + anna.payer() + "/dues/" + anna.site();

        choose(anna, path, "41", "2026-10-02").andExpect(status().isOk());
        choose(anna, path, "5", "2026-09-30")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("effectiveOn"))
                .andExpect(jsonPath("$.errors[0].rule").value("past"));
        choose(anna, path, "4.99", "2026-10-02")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("amount"));
        choose(bert, path, "5", "2026-10-02").andExpect(status().isForbidden());
        http.perform(get(path).with(as(bert.member(), "member"))).andExpect(status().isForbidden());

        // A day at 10 and thirty at 41, of 31.
        assertThat(
                        rating.charges(new PayerId(anna.payer()), YearMonth.of(2026, 10))
                                .getFirst()
                                .amount()
                                .microUnits())
                .isEqualTo(10_000_000 / 31 + 41_000_000 - 41_000_000 / 31);
        http.perform(get(path).with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.scale.ceiling.amount").value("41.00"))
                .andExpect(jsonPath("$.monthly.amount").value("10.00"))
                .andExpect(jsonPath("$.choices[0].effectiveOn").value("2026-10-02"));
    }

    @Test
    void aPlanThatIsNoneIsRefusedWithTheFieldThatIsWrong() throws Exception {
        declare("{\"code\":\"x\",\"name\":\"X\",\"effectiveOn\":\"2026-10-01\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("flat"));
        part("{\"type\":\"volume\",\"includedGb\":1}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("parts[0].perGb"))
                .andExpect(jsonPath("$.errors[0].rule").value("required"));
        part("{\"type\":\"scale\",\"floor\":{\"amount\":\"9\"},\"suggested\":{\"amount\":\"8\"},\"ceiling\":{\"amount\":\"10\"}}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("parts[0]"));
        part("{\"type\":\"timed\",\"perGb\":{\"amount\":\"1\"},\"windows\":[{\"days\":[\"monday\"],\"fromHour\":8,\"toHour\":8,\"perGb\":{\"amount\":\"1\"}}]}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("parts[0]"));
        part("{\"type\":\"tax\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("parts[0].type"));
    }

    @Test
    void aPlanFromBeforePlansHadPartsCostsTheSame() {
        db.sql(
                        """
                        insert into plan (code, effective_on, name, description, flat_micro, included_bytes, per_gb_micro, currency,
                                          recorded_at, recorded_by, parts)
                        values ('old', '2026-09-01', 'Old', '', 12500000, 50000000000, 50000, 'EUR', now(), 'x',
                                jsonb_build_array(
                                    jsonb_build_object('kind', 'DUES', 'monthlyMicro', 12500000),
                                    jsonb_build_object('kind', 'USAGE', 'includedBytes', 50000000000, 'perGbMicro', 50000)))
                        """)
                .update();

        Plan plan =
                rating.plans().stream()
                        .filter(each -> each.code().equals("old"))
                        .findFirst()
                        .orElseThrow();

        assertThat(plan.flat().decimal()).isEqualTo("12.50");
        assertThat(plan.includedBytes()).isEqualTo(50 * Plan.BYTES_PER_GB);
        assertThat(plan.perGb().decimal()).isEqualTo("0.05");
    }

    private ResultActions part(String part) throws Exception {
        return declare(
                "{\"code\":\"x\",\"name\":\"X\",\"effectiveOn\":\"2026-10-01\",\"parts\":["
                        + part
                        + "]}");
    }

    private ResultActions declare(String body) throws Exception {
        return http.perform(
                post("/api/plans")
                        .with(as(UUID.randomUUID(), "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private ResultActions choose(Someone someone, String path, String amount, String on)
            throws Exception {
        return http.perform(
                put(path)
                        .with(as(someone.member(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"amount\":\"%s\",\"effectiveOn\":\"%s\"}"
                                        .formatted(amount, LocalDate.parse(on))));
    }

    private void used(Someone someone, String hour, long internet, long local) {
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :internet, 0, :local, 0, 12)
                        """)
                .param("attachment", someone.attachment())
                .param("hour", Instant.parse(hour).atOffset(ZoneOffset.UTC))
                .param("internet", internet)
                .param("local", local)
                .update();
    }

    private static RequestPostProcessor as(UUID who, String... roles) {
        return jwt().jwt(token -> token.subject(who.toString()))
                .authorities(
                        java.util.Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
