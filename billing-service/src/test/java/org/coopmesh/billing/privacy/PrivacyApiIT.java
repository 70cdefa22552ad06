package org.coopmesh.billing.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.ZipInputStream;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.document.DocumentsForTests;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.contracts.membership.v1.MemberErased;
import org.coopmesh.privacy.PersonalData;
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
import org.springframework.test.web.servlet.request.RequestPostProcessor;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class PrivacyApiIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final String SELLER =
            """
            {"name":"Ring eG","address":{"line1":"Ring 1","postCode":"10115","city":"Berlin","country":"DE"},
             "vatId":"DE123456789","iban":"DE89370400440532013000","taxNote":"Small business, section 19 UStG",
             "belgianReferences":false,"language":"en"}
            """;
    private static final String DETAILS =
            """
            {"name":"%s","address":{"line1":"Calle Mayor 1","city":"Barcelona","country":"ES"},"language":"es","email":"%s"}
            """;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired PersonalData data;
    @Autowired ApplicationContext context;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void aCoopWithAPlan() throws Exception {
        clock.set("2026-10-01T08:00:00Z");
        if (db.sql("select count(*) from plan").query(Long.class).single() > 0) {
            return;
        }
        facts.constituted();
        rating.declare(
                new Plan(
                        "home",
                        "Home",
                        "",
                        LocalDate.of(2026, 9, 1),
                        Money.parse("12.50", EUR),
                        0,
                        Money.parse("0", EUR)),
                new MemberId(UUID.randomUUID()));
        http.perform(
                        put("/api/billing/seller")
                                .with(as(UUID.randomUUID(), "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(SELLER))
                .andExpect(status().isOk());
    }

    @Test
    void everyColumnOfTheDatabaseIsInTheRegisterAndNoOther() {
        assertThat(data.register().columns())
                .as(
                        "a new column is told in privacy-register.json: of whom it is, why, and how long")
                .containsExactlyInAnyOrderElementsOf(
                        db.sql(
                                        """
                                        select table_name || '.' || column_name
                                          from information_schema.columns
                                          join information_schema.tables using (table_schema, table_name)
                                         where table_schema = 'public' and table_type = 'BASE TABLE'
                                           and table_name <> 'flyway_schema_history'
                                        """)
                                .query(String.class)
                                .list());
        assertThat(data.register().kinds())
                .allSatisfy(kind -> {
                    assertThat(kind.purpose()).isNotBlank();
                    assertThat(kind.basis()).contains("GDPR Art. 6");
                    assertThat(kind.kept()).isNotBlank();
                });
    }

    @Test
    void theArchiveHoldsOnesBillsAndNothingOfAnybodyElse() throws Exception {
        Someone anna = billed("Anna Bill", "anna@bills.example.org");
        Someone other = billed("Other Bill", "other@bills.example.org");

        Map<String, byte[]> files = archive(anna.member());

        assertThat(files.keySet())
                .contains(
                        "tables/invoice.csv", "tables/ledger_entry.csv", "tables/payer_details.csv")
                .filteredOn(name -> name.startsWith("bills/"))
                .hasSize(2);
        files.forEach((name, content) -> {
            if (name.endsWith(".pdf")) {
                assertThat(content).startsWith("%PDF-1.".getBytes(StandardCharsets.US_ASCII));
            }
        });
        assertThat(text(files)).contains("anna@bills.example.org").contains("Anna Bill");
        assertThat(text(files))
                .doesNotContain("other@bills.example.org")
                .doesNotContain(other.payer().toString())
                .doesNotContain(other.member().toString());
    }

    @Test
    void whoHasNothingGetsAnArchiveAllTheSame() throws Exception {
        assertThat(archive(UUID.randomUUID()).keySet())
                .containsExactlyInAnyOrder("about-me.json", "register.json");
        http.perform(get("/api/billing/me/export")).andExpect(status().isUnauthorized());
        http.perform(get("/api/billing/privacy/register").with(as(UUID.randomUUID(), "member")))
                .andExpect(jsonPath("$.service").value("billing-service"));
    }

    @Test
    void whoIsErasedIsReachedNoMoreAndTheBooksStay() throws Exception {
        Someone anna = billed("Anna Gone", "gone@bills.example.org");
        Someone other = billed("Other Stays", "stays@bills.example.org");
        db.sql(
                        """
                        insert into bank_payer (iban, payer_id, learned_by, learned_at)
                        values ('DE02120300000000202051', :anna, gen_random_uuid(), now()),
                               ('DE02500105170137075030', :other, gen_random_uuid(), now())
                        """)
                .param("anna", anna.payer())
                .param("other", other.payer())
                .update();
        Map<String, byte[]> before = archive(other.member());
        var erased =
                Facts.member(anna.member(), clock.instant())
                        .setErased(MemberErased.newBuilder().setPayerId(anna.payer().toString()))
                        .build();

        facts.hear(erased);
        facts.hear(erased);

        Map<String, byte[]> files = archive(anna.member());
        assertThat(text(files))
                .doesNotContain("gone@bills.example.org")
                .doesNotContain("DE02120300000000202051");
        assertThat(files.keySet())
                .as("what the law keeps")
                .contains("tables/invoice.csv", "tables/ledger_entry.csv")
                .anyMatch(name -> name.startsWith("bills/") && name.endsWith(".pdf"));
        assertThat(text(archive(other.member())).replaceAll("\"at\" : [^,]*,", ""))
                .isEqualTo(text(before).replaceAll("\"at\" : [^,]*,", ""));
    }

    private Someone billed(String name, String email) throws Exception {
        clock.set("2026-10-01T08:00:00Z");
        Someone someone = facts.joined("home", "2026-10-01");
        http.perform(
                        put("/api/billing/payers/" + someone.payer() + "/details")
                                .with(as(someone.member(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(DETAILS.formatted(name, email)))
                .andExpect(status().isOk());
        clock.set("2026-11-01T02:00:00Z");
        BillsForTests.bill(invoicing, new PayerId(someone.payer()), YearMonth.of(2026, 10));
        DocumentsForTests.drawUp(context);
        return someone;
    }

    private Map<String, byte[]> archive(UUID member) throws Exception {
        byte[] zip =
                http.perform(get("/api/billing/me/export").with(as(member, "member")))
                        .andExpect(status().isOk())
                        .andExpect(header().string("Content-Type", "application/zip"))
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();
        var files = new LinkedHashMap<String, byte[]>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }

    private static String text(Map<String, byte[]> files) {
        var text = new StringBuilder();
        files.forEach((name, content) -> {
            if (name.endsWith(".csv") || name.endsWith(".json")) {
                text.append(name).append(new String(content, StandardCharsets.UTF_8));
            }
        });
        return text.toString();
    }

    private static RequestPostProcessor as(UUID member, String role) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }
}
