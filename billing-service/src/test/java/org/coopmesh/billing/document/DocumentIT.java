package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
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
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
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
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class DocumentIT {
    private static final Currency EUR = Currency.getInstance("EUR");
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

    @TempDir Path folder;
    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired DrawingUp documents;
    @Autowired Ledger ledger;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @BeforeEach
    void emptyRegister() {
        db.sql("truncate seller, payer_details, document, vat_terms, vat_reverse").update();
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
        assertThat(documents.drawUp(invoice.value()).xml()).isEqualTo(xml);
        assertThat(documents.drawUp(invoice.value()).pdf()).isEqualTo(pdf);
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
                        jsonPath("$.failures[?(@.id == '%s')].attempts".formatted(invoice.value()))
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

    @Test
    void aCreditNoteTakesBackAPartAndPaysWhatIsOpenFirst() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        String notes = "/api/invoices/" + invoice.value() + "/credit-notes";
        String key = UUID.randomUUID().toString();
        String part = "{\"amount\":\"2.50\",\"reason\":\"Line was down\"}";
        RequestPostProcessor treasurer = treasurer();

        String note =
                http.perform(credit(notes, part, key).with(treasurer))
                        .andExpect(status().isCreated())
                        .andExpect(jsonPath("$.amount.amount").value("2.50"))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        http.perform(credit(notes, part, key).with(treasurer)).andExpect(content().string(note));

        http.perform(get("/api/invoices/" + invoice.value()).with(member(anna)))
                .andExpect(jsonPath("$.total.amount").value("12.50"))
                .andExpect(jsonPath("$.open.amount").value("10.00"))
                .andExpect(jsonPath("$.state").value("partlyPaid"));
        documents.check();
        String id = JsonPath.read(note, "$.id");
        String number = JsonPath.read(note, "$.number");
        byte[] xml = bytes(notes + "/" + id + "/document.xml", member(anna));
        assertThat(number).startsWith("CN2026-0000");
        assertThat(new String(xml, StandardCharsets.UTF_8))
                .contains("<ram:TypeCode>381</ram:TypeCode>", number, "Line was down")
                .contains("<ram:IssuerAssignedID>2026-");
        byte[] pdf = bytes(notes + "/" + id + "/document.pdf", treasurer());
        assertThat(Papers.validity(folder.resolve("credit-note.pdf"), pdf)).isEqualTo("valid");
        http.perform(get(notes).with(member(anna)))
                .andExpect(jsonPath("$.items[0].number").value(number));
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void whatWasPaidAndIsCreditedIsThePayersCredit() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        String notes = "/api/invoices/" + invoice.value() + "/credit-notes";
        http.perform(
                        post("/api/payments")
                                .with(treasurer())
                                .header("Idempotency-Key", UUID.randomUUID().toString())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"payerId":"%s","amount":"12.50","method":"cash","receivedOn":"2026-11-01"}
                                        """
                                                .formatted(anna.payer())))
                .andExpect(status().isCreated());
        AccountId wallet = AccountId.wallet(anna.payer());

        http.perform(credit(notes, "{\"reason\":\"All wrong\"}", "whole").with(treasurer()))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.amount.amount").value("12.50"));

        assertThat(ledger.balance(wallet, EUR)).isEqualTo(Money.parse("-12.50", EUR));
        http.perform(credit(notes, "{\"reason\":\"Again\"}", "more").with(treasurer()))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/credit-refused"));
        assertThatThrownBy(() -> db.sql("delete from credit_note").update())
                .hasMessageContaining("stays as it is");
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void onlyTheTreasurerCredits() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        Someone berta = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        String notes = "/api/invoices/" + invoice.value() + "/credit-notes";
        String whole = "{\"reason\":\"Please\"}";

        http.perform(credit(notes, whole, "mine").with(member(anna)))
                .andExpect(status().isForbidden());
        http.perform(credit(notes, whole, "own").with(as(anna.member(), "treasurer")))
                .andExpect(status().isForbidden());
        http.perform(get(notes).with(member(berta))).andExpect(status().isNotFound());
        http.perform(credit(notes, "{\"amount\":\"99\",\"reason\":\"x\"}", "99").with(treasurer()))
                .andExpect(status().isConflict());
        http.perform(
                        credit(notes, "{\"amount\":\"0.001\",\"reason\":\"x\"}", "mil")
                                .with(treasurer()))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].rule").value("wholeMinor"));
        http.perform(credit(notes, "{\"reason\":\" \"}", "why").with(treasurer()))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"));
    }

    @Test
    void givingUpNeedsTwoPeopleWhoDoNotOweItThemselves() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        String writeOff = "/api/invoices/" + invoice.value() + "/write-off";
        RequestPostProcessor treasurer = treasurer();
        RequestPostProcessor own = as(anna.member(), "treasurer");

        http.perform(post(writeOff + "/approval").with(treasurer()))
                .andExpect(status().isConflict());
        http.perform(asks(writeOff).with(own)).andExpect(status().isForbidden());
        http.perform(asks(writeOff).with(member(anna))).andExpect(status().isForbidden());
        http.perform(asks(writeOff).with(treasurer)).andExpect(status().isOk());
        http.perform(asks(writeOff).with(treasurer())).andExpect(status().isOk());
        http.perform(get("/api/invoices/" + invoice.value()).with(member(anna)))
                .andExpect(jsonPath("$.state").value("issued"))
                .andExpect(jsonPath("$.writeOff.reason").value("moved away"));
        http.perform(post(writeOff + "/approval").with(treasurer))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.rule").value("otherPerson"));
        http.perform(post(writeOff + "/approval").with(own))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.rule").value("notOwn"));
        http.perform(post(writeOff + "/withdrawal").with(treasurer)).andExpect(status().isOk());
        http.perform(asks(writeOff).with(treasurer)).andExpect(status().isOk());
        http.perform(post(writeOff + "/approval").with(as(UUID.randomUUID(), "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("writtenOff"));

        http.perform(asks(writeOff).with(treasurer)).andExpect(status().isConflict());
        http.perform(get("/api/billing/write-offs").with(treasurer))
                .andExpect(
                        jsonPath("$.items[?(@.invoiceId == '%s')]".formatted(invoice.value()))
                                .isEmpty());
        assertThat(ledger.trialBalanceMicro()).isZero();
    }

    @Test
    void vatIsOnTheDocumentInTheBookAndInTheReportToTheCent() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        Someone berta = facts.joined("home", "2026-10-01");
        terms("{\"effectiveOn\":\"2026-11-01\",\"mode\":\"standard\",\"rateHundredths\":1900}")
                .andExpect(status().isOk());
        Money before = ledger.balance(AccountId.VAT, EUR);
        long reported = reportedTax();

        InvoiceId invoice = billed(anna);
        documents.check();

        assertThat(owedSince(before)).isEqualTo(Money.parse("2.00", EUR));
        assertValid(
                "/api/invoices/" + invoice.value() + "/document",
                "<ram:CategoryCode>S</ram:CategoryCode>",
                "<ram:RateApplicablePercent>19.00</ram:RateApplicablePercent>",
                "<ram:LineTotalAmount>10.50</ram:LineTotalAmount>",
                "<ram:TaxTotalAmount currencyID=\"EUR\">2.00</ram:TaxTotalAmount>",
                "<ram:DuePayableAmount>12.50</ram:DuePayableAmount>");

        String notes = "/api/invoices/" + invoice.value() + "/credit-notes";
        String note =
                http.perform(
                                credit(
                                                notes,
                                                "{\"amount\":\"2.50\",\"reason\":\"Line was down\"}",
                                                UUID.randomUUID().toString())
                                        .with(treasurer()))
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        documents.check();
        assertThat(owedSince(before)).isEqualTo(Money.parse("1.60", EUR));
        assertValid(
                notes + "/" + JsonPath.read(note, "$.id") + "/document",
                "<ram:TaxTotalAmount currencyID=\"EUR\">0.40</ram:TaxTotalAmount>");

        InvoiceId lost = billed(berta);
        assertThat(owedSince(before)).isEqualTo(Money.parse("3.60", EUR));
        String writeOff = "/api/invoices/" + lost.value() + "/write-off";
        http.perform(asks(writeOff).with(treasurer())).andExpect(status().isOk());
        http.perform(post(writeOff + "/approval").with(as(UUID.randomUUID(), "board")))
                .andExpect(status().isOk());

        assertThat(owedSince(before)).isEqualTo(Money.parse("1.60", EUR));
        assertThat(reportedTax() - reported).isEqualTo(1_600_000);
        assertThat(ledger.trialBalanceMicro()).isZero();
        assertThatThrownBy(() -> db.sql("delete from vat_entry").update())
                .hasMessageContaining("stays as it is");
    }

    @Test
    void whatABillGivesBackTakesItsVatBackToo() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        terms("{\"effectiveOn\":\"2026-10-01\",\"mode\":\"standard\",\"rateHundredths\":1900}")
                .andExpect(status().isOk());
        Money before = ledger.balance(AccountId.VAT, EUR);
        billed(anna);
        assertThat(owedSince(before)).isEqualTo(Money.parse("2.00", EUR));

        facts.left(anna, "2026-10-01");
        clock.set("2026-12-01T02:00:00Z");
        BillsForTests.bill(invoicing, new PayerId(anna.payer()), OCTOBER.plusMonths(1));

        assertThat(owedSince(before)).isEqualTo(Money.parse("0", EUR));
        reportedTax();
    }

    @Test
    void whoOwesTheTaxThemselvesIsToldSo() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        String vat = "/api/billing/payers/" + anna.payer() + "/vat";
        String reverse = "{\"effectiveOn\":\"2026-10-01\",\"reverse\":true}";
        terms("{\"effectiveOn\":\"2026-10-01\",\"mode\":\"standard\",\"rateHundredths\":1900}")
                .andExpect(status().isOk());
        refused(vat, reverse, treasurer(), "reverse", "vatId");
        http.perform(
                        put("/api/billing/payers/" + anna.payer() + "/details")
                                .with(member(anna))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        DETAILS.formatted("Talleres Font SL")
                                                .replace(
                                                        "\"language\"",
                                                        "\"vatId\":\"ESB12345678\",\"language\"")))
                .andExpect(status().isOk());
        http.perform(
                        put(vat).with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(reverse))
                .andExpect(status().isOk());
        Money before = ledger.balance(AccountId.VAT, EUR);

        InvoiceId invoice = billed(anna);
        documents.check();

        assertThat(owedSince(before)).isEqualTo(Money.parse("0", EUR));
        assertValid(
                "/api/invoices/" + invoice.value() + "/document",
                "<ram:CategoryCode>AE</ram:CategoryCode>",
                "<ram:ExemptionReasonCode>VATEX-EU-AE</ram:ExemptionReasonCode>",
                "Inversión del sujeto pasivo",
                "<ram:DuePayableAmount>12.50</ram:DuePayableAmount>");
    }

    @Test
    void anExemptCoopSaysWhyAndByWhichCode() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        terms(
                        """
                        {"effectiveOn":"2026-10-01","mode":"exempt","rateHundredths":0,"reasonCode":"VATEX-EU-132"}
                        """)
                .andExpect(status().isOk());

        InvoiceId invoice = billed(anna);
        documents.check();

        assertValid(
                "/api/invoices/" + invoice.value() + "/document",
                "<ram:CategoryCode>E</ram:CategoryCode>",
                "<ram:ExemptionReasonCode>VATEX-EU-132</ram:ExemptionReasonCode>",
                "Small business, section 19 UStG");
    }

    @Test
    void aCoopOutsideTheScopeOfVatNamesItsRegister() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        String none = "{\"effectiveOn\":\"2026-10-01\",\"mode\":\"none\",\"rateHundredths\":0}";
        terms(none)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].rule").value("seller"));
        String registered =
                SELLER.replace("\"taxNote\"", "\"register\":\"GnR 123 Berlin\",\"taxNote\"");
        http.perform(
                        put("/api/billing/seller")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(registered))
                .andExpect(status().isOk());
        terms(none).andExpect(status().isOk());
        // It binds from now on: the register cannot go.
        refused("/api/billing/seller", SELLER, treasurer(), "vatId", "seller");

        InvoiceId invoice = billed(anna);
        documents.check();

        String xml =
                assertValid(
                        "/api/invoices/" + invoice.value() + "/document",
                        "<ram:CategoryCode>O</ram:CategoryCode>");
        assertThat(xml).doesNotContain("DE123456789");
    }

    @Test
    void whatWasIssuedBeforeSaysTheSameToTheByte() throws Exception {
        sellerIsSaid();
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        documents.check();
        byte[] before = bytes("/api/invoices/" + invoice.value() + "/document.pdf", treasurer());

        terms("{\"effectiveOn\":\"2026-11-01\",\"mode\":\"standard\",\"rateHundredths\":2100}")
                .andExpect(status().isOk());

        assertThat(documents.drawUp(invoice.value()).pdf()).isEqualTo(before);
    }

    @Test
    void vatIsTheTreasurersAndNotOfThePast() throws Exception {
        sellerIsSaid();
        terms("{\"effectiveOn\":\"2026-09-30\",\"mode\":\"standard\",\"rateHundredths\":1900}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].rule").value("past"));
        terms("{\"effectiveOn\":\"2026-10-01\",\"mode\":\"standard\",\"rateHundredths\":0}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("rateHundredths"));
        http.perform(
                        post("/api/billing/vat/terms")
                                .with(as(UUID.randomUUID(), "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"effectiveOn\":\"2026-10-01\",\"mode\":\"none\",\"rateHundredths\":0}"))
                .andExpect(status().isForbidden());
        http.perform(get("/api/billing/vat/report?from=2026-10-02&to=2026-10-01").with(treasurer()))
                .andExpect(status().isBadRequest());
    }

    private ResultActions terms(String body) throws Exception {
        return http.perform(
                post("/api/billing/vat/terms")
                        .with(treasurer())
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private Money owedSince(Money before) {
        return before.minus(ledger.balance(AccountId.VAT, EUR));
    }

    /** Of all days; what the report says is what the book says. */
    private long reportedTax() throws Exception {
        Instant now = clock.instant();
        // Other tests wrote things down later than this one.
        clock.set("2027-06-30T08:00:00Z");
        String report =
                http.perform(
                                get("/api/billing/vat/report?from=2026-10-01&to=2027-06-30")
                                        .with(treasurer()))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        String tax = JsonPath.read(report, "$.tax.amount");
        assertThat((String) JsonPath.read(report, "$.booked.amount")).isEqualTo(tax);
        assertThat((String) JsonPath.read(report, "$.owed.amount")).isEqualTo(tax);
        assertThat((String) JsonPath.read(report, "$.otherwise.amount")).isEqualTo("0.00");
        clock.set(now.toString());
        return Money.parse(tax, EUR).microUnits();
    }

    /** Judged by Mustang; the XML. */
    private String assertValid(String path, String... contains) throws Exception {
        byte[] pdf = bytes(path + ".pdf", treasurer());
        assertThat(Papers.validity(folder.resolve("document.pdf"), pdf)).isEqualTo("valid");
        String xml = new String(bytes(path + ".xml", treasurer()), StandardCharsets.UTF_8);
        assertThat(xml).contains(contains);
        return xml;
    }

    private static MockHttpServletRequestBuilder asks(String path) {
        return post(path)
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"reason\":\"moved away\"}");
    }

    private static MockHttpServletRequestBuilder credit(String path, String body, String key) {
        return post(path)
                .header("Idempotency-Key", key)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body);
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

    private static RequestPostProcessor as(UUID member, String role) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }

    private static RequestPostProcessor member(Someone who) {
        return jwt().jwt(token -> token.subject(who.member().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_member"));
    }
}
