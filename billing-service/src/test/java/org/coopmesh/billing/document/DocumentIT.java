package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.ZipInputStream;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
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
import org.springframework.test.web.servlet.request.RequestPostProcessor;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class DocumentIT {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final String SELLER =
            """
            {"name":"Guifi Coop eG","address":{"line1":"Kooperativstr. 1","postCode":"10115","city":"Berlin","country":"DE"},
             "vatId":"DE123456789","iban":"DE89370400440532013000","taxNote":"Small business, section 19 UStG",
             "belgianReferences":false,"language":"en"}
            """;
    private static final String DETAILS =
            """
            {"name":"%s","address":{"line1":"Calle Mayor 1","city":"Barcelona","country":"ES"},"language":"es"}
            """;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired DrawingUp documents;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void emptyRegister() {
        db.sql("truncate seller, payer_details, document").update();
        clock.set("2026-10-01T08:00:00Z");
        if (db.sql("select count(*) from plan").query(Long.class).single() == 0) {
            facts.constituted();
            rating.declare(
                    new Plan(
                            "home",
                            "Home",
                            "",
                            LocalDate.of(2026, 9, 1),
                            Money.parse("12.50", Currency.getInstance("EUR")),
                            0,
                            Money.parse("0", Currency.getInstance("EUR"))),
                    new MemberId(UUID.randomUUID()));
        }
    }

    @Test
    void anInvoiceIsDrawnUpOnceTheCoopHasSaidWhoItIs() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);

        documents.check();
        http.perform(get("/api/invoices/" + invoice.value() + "/document.pdf").with(member(anna)))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/document-not-ready"));
        http.perform(get("/api/billing/documents").with(treasurer()))
                .andExpect(jsonPath("$.sellerKnown").value(false))
                .andExpect(jsonPath("$.ready").value(0));

        sellerIsSaid();
        documents.check();
        byte[] pdf = bytes("/api/invoices/" + invoice.value() + "/document.pdf", member(anna));
        byte[] xml = bytes("/api/invoices/" + invoice.value() + "/document.xml", treasurer());

        http.perform(get("/api/invoices/" + invoice.value() + "/document").with(member(anna)))
                .andExpect(jsonPath("$.state").value("ready"))
                .andExpect(
                        jsonPath("$.pdfSha256")
                                .value(HexFormat.of().formatHex(DrawingUp.sha256(pdf))))
                .andExpect(
                        jsonPath("$.xmlSha256")
                                .value(HexFormat.of().formatHex(DrawingUp.sha256(xml))))
                .andExpect(jsonPath("$.reference").isNotEmpty());
        assertThat(pdf).startsWith("%PDF-1.".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(xml, StandardCharsets.UTF_8))
                .contains("<ram:DuePayableAmount>12.50</ram:DuePayableAmount>")
                .contains(anna.payer().toString().replace("-", "").substring(0, 12));
        http.perform(get("/api/billing/documents").with(treasurer()))
                .andExpect(jsonPath("$.sellerKnown").value(true))
                .andExpect(jsonPath("$.waiting").value(0))
                .andExpect(jsonPath("$.failed").value(0));
    }

    @Test
    void aDocumentSaysWhatWasKnownWhenItWasIssuedAndStaysAsItIs() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        sellerIsSaid();
        detailsAreSaid(anna, "Anna Before");
        InvoiceId invoice = billed(anna);
        clock.set("2026-11-01T03:00:00Z");
        detailsAreSaid(anna, "Anna After");

        documents.check();
        byte[] pdf = bytes("/api/invoices/" + invoice.value() + "/document.pdf", member(anna));
        byte[] xml = bytes("/api/invoices/" + invoice.value() + "/document.xml", member(anna));

        assertThat(new String(xml, StandardCharsets.UTF_8))
                .contains("Anna Before")
                .doesNotContain("Anna After");
        assertThat(documents.drawUp(invoice).xml()).isEqualTo(xml);
        assertThat(documents.drawUp(invoice).pdf()).isEqualTo(pdf);
        assertThatThrownBy(() -> db.sql("update document set state = 'waiting'").update())
                .hasMessageContaining("drawn up once");
    }

    @Test
    void anothersDocumentIsNotFound() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        Someone berta = facts.joined("home", "2026-10-01");
        sellerIsSaid();
        InvoiceId invoice = billed(anna);
        documents.check();

        for (String form : List.of("", ".pdf", ".xml")) {
            http.perform(
                            get("/api/invoices/" + invoice.value() + "/document" + form)
                                    .with(member(berta)))
                    .andExpect(status().isNotFound());
            http.perform(get("/api/invoices/" + invoice.value() + "/document" + form))
                    .andExpect(status().isUnauthorized());
        }
        http.perform(get("/api/billing/documents").with(member(anna)))
                .andExpect(status().isForbidden());
        http.perform(get("/api/billing/documents/archive?month=2026-11").with(member(anna)))
                .andExpect(status().isForbidden());
        http.perform(
                        put("/api/billing/seller")
                                .with(member(anna))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(SELLER))
                .andExpect(status().isForbidden());
        http.perform(
                        put("/api/billing/payers/" + anna.payer() + "/details")
                                .with(member(berta))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(DETAILS.formatted("Mallory")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/billing/payers/" + anna.payer() + "/details").with(member(berta)))
                .andExpect(status().isForbidden());
    }

    @Test
    void theTreasurerTakesAMonthHomeInOneArchive() throws Exception {
        sellerIsSaid();
        for (int i = 0; i < 3; i++) {
            billed(facts.joined("home", "2026-10-01"));
        }
        documents.check();

        byte[] zip = bytes("/api/billing/documents/archive?month=2026-11", treasurer());

        var names = new ArrayList<String>();
        try (var archive = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = archive.getNextEntry();
                    entry != null;
                    entry = archive.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        assertThat(names)
                .hasSizeGreaterThanOrEqualTo(3)
                .isSorted()
                .allMatch(n -> n.endsWith(".pdf"));
    }

    @Test
    void whatCannotBeDrawnUpIsTriedAgainThenShown() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        // A label that was never allowed in: it cannot stand in XML.
        db.sql("update seller set name = 'Co' || chr(1) || 'op'").update();
        for (int i = 0; i < 5; i++) {
            documents.check();
            clock.set("2026-11-0%dT08:00:00Z".formatted(i + 2));
        }

        http.perform(get("/api/billing/documents").with(treasurer()))
                .andExpect(
                        jsonPath(
                                        "$.failures[?(@.invoiceId == '%s')].attempts"
                                                .formatted(invoice.value()))
                                .value(5));
        db.sql("update seller set name = 'Coop'").update();
        http.perform(post("/api/billing/documents/retry").with(treasurer()))
                .andExpect(jsonPath("$.failed").value(0));
        documents.check();
        bytes("/api/invoices/" + invoice.value() + "/document.pdf", member(anna));
    }

    @Test
    void whatCannotStandOnAnInvoiceIsRefusedByFieldAndRule() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        String details = "/api/billing/payers/" + anna.payer() + "/details";

        refused(details, DETAILS.formatted("Anna\\u0001"), member(anna), "name", "pattern");
        refused(details, DETAILS.formatted("Anna \\u202egnp.exe"), member(anna), "name", "pattern");
        refused(details, DETAILS.formatted(" "), member(anna), "name", "notBlank");
        refused(
                details,
                DETAILS.formatted("A").replace("ES", "XX"),
                member(anna),
                "address.country",
                "country");
        refused(
                details,
                DETAILS.formatted("A").replace("\"es\"", "\"xx\""),
                member(anna),
                "language",
                "pattern");
        String seller = "/api/billing/seller";
        refused(seller, SELLER.replace("DE89", "DE88"), treasurer(), "iban", "iban");
        refused(
                seller,
                SELLER.replace("\"vatId\":\"DE123456789\",", ""),
                treasurer(),
                "register",
                "required");
        refused(
                seller,
                SELLER.replace("}\n", ",\"creditorId\":\"DE97ZZZ09999999999\"}"),
                treasurer(),
                "creditorId",
                "checkDigits");
    }

    private void refused(
            String path, String body, RequestPostProcessor who, String field, String rule)
            throws Exception {
        http.perform(put(path).with(who).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value(field))
                .andExpect(jsonPath("$.errors[0].rule").value(rule));
    }

    private void sellerIsSaid() throws Exception {
        http.perform(
                        put("/api/billing/seller")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(SELLER))
                .andExpect(status().isOk());
    }

    private void detailsAreSaid(Someone who, String name) throws Exception {
        http.perform(
                        put("/api/billing/payers/" + who.payer() + "/details")
                                .with(member(who))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(DETAILS.formatted(name)))
                .andExpect(status().isOk());
    }

    private byte[] bytes(String path, RequestPostProcessor who) throws Exception {
        return http.perform(get(path).with(who))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsByteArray();
    }

    private InvoiceId billed(Someone who) {
        clock.set("2026-11-01T02:00:00Z");
        BillsForTests.bill(invoicing, new PayerId(who.payer()), OCTOBER);
        return invoicing.owing(new PayerId(who.payer())).getFirst().heading().id();
    }

    private static RequestPostProcessor treasurer() {
        return jwt().jwt(token -> token.subject(UUID.randomUUID().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_treasurer"));
    }

    private static RequestPostProcessor member(Someone who) {
        return jwt().jwt(token -> token.subject(who.member().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_member"));
    }
}
