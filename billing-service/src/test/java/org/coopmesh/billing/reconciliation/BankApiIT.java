package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.coopmesh.billing.reconciliation.Samples.euros;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.directdebit.DebitsForTests;
import org.coopmesh.billing.reconciliation.Camt.Entry;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import tools.jackson.databind.json.JsonMapper;

/** The bank over HTTP: who may, what is answered, and how what is wrong is told. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class BankApiIT {
    private static final UUID TREASURER = UUID.randomUUID();

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired JsonMapper json;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @Autowired ApplicationContext context;

    @Test
    void whoPaysSignsAMandateAndTwoOthersCollect() throws Exception {
        clock.set("2026-10-13T08:00:00Z");
        facts.constituted();
        Someone anna = facts.joined("home", "2026-09-01");
        DebitsForTests.of(context).creditor();
        String mandate =
                """
                {"payerId":"%s","debtorName":"Anna","iban":"%s","once":false,"agreed":%s}
                """;

        for (MockHttpServletRequestBuilder request :
                new MockHttpServletRequestBuilder[] {
                    get("/api/direct-debit/mandates"),
                    get("/api/direct-debit/preview"),
                    get("/api/direct-debit/runs"),
                    get("/api/direct-debit/runs/" + UUID.randomUUID()),
                    get("/api/direct-debit/runs/" + UUID.randomUUID() + "/file"),
                    get("/api/direct-debit/reports"),
                    post("/api/direct-debit/runs")
                            .contentType(MediaType.APPLICATION_JSON)
                            .content("{\"collectOn\":\"2026-10-27\"}"),
                    post("/api/direct-debit/runs/" + UUID.randomUUID() + "/approval"),
                    post("/api/direct-debit/mandates/" + UUID.randomUUID() + "/resumption"),
                    post("/api/direct-debit/reports?name=x")
                            .contentType(MediaType.APPLICATION_OCTET_STREAM)
                            .content("x"),
                }) {
            http.perform(request.with(as(anna.member(), "member", "moderator", "network")))
                    .andExpect(status().isForbidden());
        }
        sign(UUID.randomUUID(), mandate.formatted(anna.payer(), "ES9121000418450200051332", true))
                .andExpect(status().isForbidden());
        sign(anna.member(), mandate.formatted(anna.payer(), "ES9121000418450200051332", false))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("agreed"));
        sign(anna.member(), mandate.formatted(anna.payer(), "ES9121000418450200051333", true))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/direct-debit-refused"))
                .andExpect(jsonPath("$.rule").value("iban"));
        String id =
                id(
                        sign(
                                        anna.member(),
                                        mandate.formatted(
                                                anna.payer(),
                                                "ES91 2100 0418 4502 0005 1332",
                                                true))
                                .andExpect(status().isCreated())
                                .andExpect(jsonPath("$.iban").value("ES…1332"))
                                .andExpect(jsonPath("$.creditorId").value("DE98ZZZ09999999999"))
                                .andExpect(jsonPath("$.noticeDays").value(14)));
        sign(anna.member(), mandate.formatted(anna.payer(), "ES9121000418450200051332", true))
                .andExpect(jsonPath("$.rule").value("mandate-exists"));
        http.perform(get("/api/direct-debit/mine").with(as(anna.member(), "member")))
                .andExpect(jsonPath("$.creditor.name").value("Guifi Coop eG"))
                .andExpect(jsonPath("$.mandates[0].state").value("active"));
        http.perform(
                        post("/api/direct-debit/runs")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"collectOn\":\"2026-10-27\"}")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("nothing-to-collect"));
        http.perform(
                        post("/api/direct-debit/reports?name=answer.xml")
                                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                .content("<Document/>")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("namespace"));
        http.perform(get("/api/direct-debit/reports").with(as(TREASURER, "board")))
                .andExpect(jsonPath("$.items[0].rule").value("namespace"));
        http.perform(
                        post("/api/direct-debit/mandates/" + id + "/revocation")
                                .with(as(UUID.randomUUID(), "member")))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/direct-debit/mandates/" + id + "/revocation")
                                .with(as(anna.member(), "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("revoked"));
    }

    private ResultActions sign(UUID member, String body) throws Exception {
        return http.perform(
                post("/api/direct-debit/mandates")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body)
                        .with(as(member, "member")));
    }

    @Test
    void aStatementBecomesPaymentsAndWhatIsWrongIsToldByFieldLineAndRule() throws Exception {
        clock.set("2026-10-13T08:00:00Z");
        facts.constituted();
        Someone anna = facts.joined("home", "2026-10-01");

        for (MockHttpServletRequestBuilder request :
                new MockHttpServletRequestBuilder[] {
                    get("/api/bank/accounts"),
                    get("/api/bank/entries"),
                    get("/api/bank/files"),
                    get("/api/bank/payers"),
                    delete("/api/bank/payers/ES9121000418450200051332"),
                    post("/api/bank/matching"),
                    post("/api/bank/files?name=x")
                            .contentType(MediaType.APPLICATION_OCTET_STREAM)
                            .content("x"),
                    post("/api/bank/files/preview")
                            .contentType(MediaType.APPLICATION_OCTET_STREAM)
                            .content("x"),
                    get("/api/bank/files/" + UUID.randomUUID() + "/content"),
                    post("/api/bank/opening").header("Idempotency-Key", "o"),
                    get(
                            "/api/bank/report?accountId="
                                    + UUID.randomUUID()
                                    + "&from=2026-10-01&to=2026-10-31")
                }) {
            http.perform(request.with(as(anna.member(), "member", "moderator", "network")))
                    .andExpect(status().isForbidden());
        }

        declare("DE88 3704 0044 0532 0130 00")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("iban"))
                .andExpect(jsonPath("$.errors[0].rule").value("iban"));
        String account =
                id(
                        declare("DE89 3704 0044 0532 0130 00")
                                .andExpect(status().isCreated())
                                .andExpect(jsonPath("$.iban").value("DE89370400440532013000")));
        declare("DE89370400440532013000")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("declared"));

        byte[] file =
                Camt.statement(
                        1,
                        LocalDate.of(2026, 10, 12),
                        euros("100"),
                        euros("119.50"),
                        Entry.in("12.50").text("Anna"),
                        Entry.in("12").text("both"),
                        Entry.out("5").text("fee"));
        byte[] wrong = new String(file, UTF_8).replace("119.50", "119.40").getBytes(UTF_8);
        upload("wrong.xml", wrong)
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/bank-file-refused"))
                .andExpect(jsonPath("$.rule").value("balance"))
                .andExpect(jsonPath("$.line").value(2))
                .andExpect(jsonPath("$.detail").value(containsString("wrong.xml, line 2")));
        http.perform(get("/api/bank/files").with(as(TREASURER, "board")))
                .andExpect(jsonPath("$.items[0].state").value("refused"))
                .andExpect(jsonPath("$.items[0].error.rule").value("balance"));
        upload("right.xml", file)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.added").value(3))
                .andExpect(jsonPath("$.again").value(false));
        upload("right.xml", file)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.added").value(0))
                .andExpect(jsonPath("$.again").value(true));
        upload("big.xml", new byte[FileLimits.BYTES_MAX + 1])
                .andExpect(status().isContentTooLarge());

        // Both came at the same moment of the standing clock.
        String files = body(http.perform(get("/api/bank/files").with(as(TREASURER, "treasurer"))));
        int taken = json.readTree(files).at("/items/0/state").asString().equals("taken") ? 0 : 1;
        http.perform(
                        get("/api/bank/files/"
                                        + json.readTree(files)
                                                .at("/items/" + taken + "/id")
                                                .asString()
                                        + "/content")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isOk())
                .andExpect(content().bytes(file));

        String entries =
                body(
                        http.perform(get("/api/bank/entries").with(as(TREASURER, "treasurer")))
                                .andExpect(jsonPath("$.items", hasSize(3))));
        String first = json.readTree(entries).at("/items/0/id").asString();
        String second = json.readTree(entries).at("/items/1/id").asString();
        String fee = json.readTree(entries).at("/items/2/id").asString();
        String payment =
                "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"payment\",\"payerId\":\"%s\"}]}"
                        .formatted(first, anna.payer());
        book("k1", payment)
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.items[0].amount.amount").value("12.50"));
        book("k1", payment).andExpect(status().isCreated());
        book("k2", payment)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("more-than-open"));
        book("k3", "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"payment\"}]}".formatted(second))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("places[0].payerId"));
        book(
                        "k4",
                        "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"account\",\"account\":\"bank\",\"reason\":\"?\"}]}"
                                .formatted(second))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].rule").value("account"));
        book(
                        "k5",
                        "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"payment\",\"payerId\":\"%s\"}]}"
                                .formatted(second, UUID.randomUUID()))
                .andExpect(status().isNotFound());
        book(
                        "k6",
                        "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"own\",\"reason\":\"x\",\"amount\":\"12.005\"}]}"
                                .formatted(second))
                .andExpect(status().isBadRequest());
        String booked =
                body(
                        book(
                                        "k7",
                                        "{\"partIds\":[\"%s\"],\"places\":[{\"kind\":\"account\",\"account\":\"bank-charges\",\"reason\":\"fee\"}]}"
                                                .formatted(fee))
                                .andExpect(status().isCreated())
                                .andExpect(jsonPath("$.items[0].amount.amount").value("-5.00")));
        String booking = json.readTree(booked).at("/items/0/id").asString();
        http.perform(
                        post("/api/bank/bookings/" + booking + "/undo")
                                .header("Idempotency-Key", "u")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\":\" \"}")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isBadRequest());
        http.perform(
                        post("/api/bank/bookings/" + booking + "/undo")
                                .header("Idempotency-Key", "u")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\":\"no fee\"}")
                                .with(as(TREASURER, "board")))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/bank/bookings/" + booking + "/undo")
                                .header("Idempotency-Key", "u")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\":\"no fee\"}")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.undone.why").value("no fee"));

        http.perform(
                        get("/api/bank/report?accountId="
                                        + account
                                        + "&from=2026-10-01&to=2026-10-13")
                                .with(as(TREASURER, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.opening.amount").value("100.00"))
                .andExpect(jsonPath("$.closing.amount").value("119.50"))
                .andExpect(jsonPath("$.together.open.amount").value("7.00"))
                .andExpect(jsonPath("$.together.opening.amount").value("-100.00"));
        http.perform(
                        get("/api/bank/report?accountId="
                                        + account
                                        + "&from=2026-10-13&to=2026-10-01")
                                .with(as(TREASURER, "board")))
                .andExpect(status().isBadRequest());
        http.perform(
                        post("/api/bank/opening")
                                .header("Idempotency-Key", "o1")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isCreated());

        http.perform(
                        post("/api/bank/files/preview")
                                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                .content(Samples.file("synthetic-bank-latin1.csv"))
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.format").value("csv"))
                .andExpect(jsonPath("$.mapping.delimiter").value(";"))
                .andExpect(jsonPath("$.statements[0].first[0].name").value("Müller & Söhne"));
        http.perform(
                        put("/api/bank/accounts/" + account + "/csv-mapping")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"charset\":\"UTF-8\",\"delimiter\":\";\",\"headLines\":1,\"dateFormat\":\"dd.MM.yyyy\",\"decimal\":\",\",\"bookedOn\":\"Tag\",\"amount\":\"Betrag\"}")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.csvMapping.bookedOn").value("Tag"));
    }

    private ResultActions declare(String iban) throws Exception {
        return http.perform(
                post("/api/bank/accounts")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\":\"Current\",\"iban\":\"" + iban + "\"}")
                        .with(as(TREASURER, "treasurer")));
    }

    private ResultActions upload(String name, byte[] file) throws Exception {
        return http.perform(
                post("/api/bank/files?name=" + name)
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .content(file)
                        .with(as(TREASURER, "treasurer")));
    }

    private ResultActions book(String key, String body) throws Exception {
        return http.perform(
                post("/api/bank/bookings")
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body)
                        .with(as(TREASURER, "treasurer")));
    }

    private String id(ResultActions answer) throws Exception {
        return json.readTree(body(answer)).get("id").asString();
    }

    private static String body(ResultActions answer) throws Exception {
        return answer.andReturn().getResponse().getContentAsString(UTF_8);
    }

    private static RequestPostProcessor as(UUID member, String... roles) {
        return jwt().jwt(
                        token -> token.subject(member.toString()).claim("auth_time", Instant.now()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role ->
                                        (GrantedAuthority)
                                                new SimpleGrantedAuthority("ROLE_" + role))
                                .toList());
    }
}
