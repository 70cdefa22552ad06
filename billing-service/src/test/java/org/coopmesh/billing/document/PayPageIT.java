package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Base64;
import java.util.Currency;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.instalment.InstalmentsForTests;
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
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.quickstart.ProviderSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class PayPageIT {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final Currency EUR = Currency.getInstance("EUR");

    /** Until the process ends: a test that is run again meets it again. */
    private static final ProviderSimulator SIMULATOR = simulator();

    @Autowired MockMvc http;
    @Autowired ApplicationContext context;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired JsonMapper json;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.provider.check-interval", () -> "PT1H");
        registry.add("coopmesh.provider.stripe.url", SIMULATOR::url);
        registry.add("coopmesh.provider.stripe.secret-key", () -> "sk_simulated");
    }

    private static ProviderSimulator simulator() {
        try {
            return new ProviderSimulator(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void aCoop() throws Exception {
        clock.set("2026-10-01T08:00:00Z");
        if (db.sql("select count(*) from plan").query(Long.class).single() == 0) {
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
                                    .with(treasurer())
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(
                                            """
                                            {"name":"Co<b>op</b>","address":{"country":"DE"},"register":"GnR 1",
                                             "iban":"DE89370400440532013000","taxNote":"Not subject to VAT",
                                             "belgianReferences":false,"language":"en"}
                                            """))
                    .andExpect(status().isOk());
        }
    }

    @Test
    void theLinkInTheFactShowsWhatIsOpenAndHowItIsPaid() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);

        http.perform(get(told(invoice)))
                .andExpect(status().isOk())
                .andExpect(content().contentTypeCompatibleWith(MediaType.TEXT_HTML))
                .andExpect(content().string(containsString("€12.50")))
                .andExpect(content().string(containsString("DE89 3704 0044 0532 0130 00")))
                .andExpect(content().string(containsString("<svg")))
                .andExpect(content().string(containsString("RF")))
                .andExpect(content().string(containsString("Co&lt;b&gt;op&lt;/b&gt;")))
                .andExpect(content().string(not(containsString("<script"))))
                .andExpect(content().string(not(containsString(anna.payer().toString()))))
                .andExpect(header().string("X-Robots-Tag", "noindex, nofollow"))
                .andExpect(header().string("Cache-Control", "no-store"))
                .andExpect(header().string("Referrer-Policy", "no-referrer"))
                .andExpect(
                        header().string(
                                        "Content-Security-Policy",
                                        containsString("default-src 'none'; style-src 'sha256-")));
    }

    @Test
    void itsOneStyleIsTheOneThatThePolicyNames() throws Exception {
        MockHttpServletResponse answer =
                http.perform(get(told(billed(facts.joined("home", "2026-10-01")))))
                        .andReturn()
                        .getResponse();
        String style = answer.getContentAsString().split("<style>", -1)[1].split("</style>", -1)[0];

        String named =
                Base64.getEncoder()
                        .encodeToString(DrawingUp.sha256(style.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.getHeader("Content-Security-Policy"))
                .contains("style-src 'sha256-" + named + "'");
        assertThat(answer.getContentAsString()).doesNotContain("style=", "src=");
    }

    @Test
    void itSpeaksFiveLanguages() throws Exception {
        InvoiceId invoice = billed(facts.joined("home", "2026-10-01"));
        String path = told(invoice);

        http.perform(get(path + "?lang=de"))
                .andExpect(content().string(containsString("Zahlbar bis 15. November 2026")))
                .andExpect(content().string(containsString("lang=\"de\"")));
        http.perform(get(path).header("Accept-Language", "ca;q=0.9, ru"))
                .andExpect(content().string(containsString("Pendent")));
        http.perform(get(path + "?lang=xx")).andExpect(content().string(containsString("Open")));
    }

    @Test
    void whatIsPaidSaysWhen() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
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

        http.perform(get(told(invoice)))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("Paid on 1 November 2026")))
                .andExpect(content().string(not(containsString("<svg"))));
    }

    @Test
    void whatIsPaidInPartsSaysWhichIsNextAndAsksForThatMuch() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        UUID plan =
                InstalmentsForTests.agree(
                        context,
                        new PayerId(anna.payer()),
                        LocalDate.of(2026, 12, 1),
                        LocalDate.of(2027, 1, 1));

        http.perform(get(told(invoice)))
                .andExpect(
                        content()
                                .string(
                                        containsString(
                                                "Part 1 of 2 is next: €6.25, to be paid by 1 December 2026.")))
                .andExpect(content().string(containsString("<dd>€6.25</dd>")));

        InstalmentsForTests.end(context, plan);
        http.perform(get(told(invoice)))
                .andExpect(content().string(containsString("<dd>€12.50</dd>")));
    }

    @Test
    void aVoidLinkTellsNoMoreThanOneThatNeverWas() throws Exception {
        InvoiceId invoice = billed(facts.joined("home", "2026-10-01"));
        String path = told(invoice);
        String never =
                http.perform(get("/pay/AAAAAAAAAAAAAAAAAAAAAA"))
                        .andExpect(status().isNotFound())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();

        invoicing.writeOff(invoice, "gone");

        http.perform(get(path)).andExpect(status().isNotFound()).andExpect(content().string(never));
        http.perform(get("/pay/'--")).andExpect(status().isNotFound());
        http.perform(get(path + "/more")).andExpect(status().is4xxClientError());
    }

    @Test
    void aNewLinkIsForWhoMaySeeTheInvoice() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        Someone berta = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        String link = "/api/invoices/" + invoice.value() + "/pay-link";

        String path =
                json.readTree(
                                http.perform(post(link).with(member(anna)))
                                        .andExpect(status().isOk())
                                        .andReturn()
                                        .getResponse()
                                        .getContentAsString())
                        .get("path")
                        .stringValue();

        http.perform(get(path)).andExpect(status().isOk());
        http.perform(get(told(invoice))).andExpect(status().isOk());
        http.perform(post(link).with(member(berta))).andExpect(status().isNotFound());
        http.perform(post(link)).andExpect(status().isUnauthorized());
        assertThat(
                        db.sql(
                                        "select count(*) from pay_link where encode(token_sha256, 'escape') like :t")
                                .param("t", "%" + path.substring(5) + "%")
                                .query(Long.class)
                                .single())
                .isZero();
    }

    @Test
    void itLeadsOnToAProvidersPageAndTakesThePayerBack() throws Exception {
        String path = told(billed(facts.joined("home", "2026-10-01")));
        String token = path.substring("/pay/".length());

        http.perform(get(path))
                .andExpect(
                        content()
                                .string(
                                        containsString(
                                                "<form method=\"post\" action=\"%s/stripe?lang=en\"><button>Card</button>"
                                                        .formatted(token))))
                .andExpect(content().string(not(containsString("btcpay"))))
                .andExpect(content().string(not(containsString("refresh"))))
                .andExpect(
                        header().string(
                                        "Content-Security-Policy",
                                        containsString(
                                                "form-action 'self' https: " + SIMULATOR.url())));
        String page =
                http.perform(post(path + "/stripe?lang=en"))
                        .andExpect(status().isSeeOther())
                        .andReturn()
                        .getResponse()
                        .getHeader("Location");
        assertThat(page).startsWith(SIMULATOR.url() + "/page/cs_");
        http.perform(get(path + "?came=true"))
                .andExpect(content().string(containsString("http-equiv=\"refresh\"")))
                .andExpect(content().string(containsString("A payment is on its way.")));
    }

    @Test
    void aProviderThatDoesNotAnswerIsSaidSoAndTheTransferStays() throws Exception {
        String path = told(billed(facts.joined("home", "2026-10-01")));
        SIMULATOR.fail(1, ProviderSimulator.Fault.ERROR);

        http.perform(post(path + "/stripe?lang=de"))
                .andExpect(status().isServiceUnavailable())
                .andExpect(content().string(containsString("Karte antwortet gerade nicht.")))
                .andExpect(content().string(containsString("DE89 3704 0044 0532 0130 00")));
        http.perform(post(path + "/paypal"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("DE89 3704 0044 0532 0130 00")));
        http.perform(post("/pay/AAAAAAAAAAAAAAAAAAAAAA/stripe")).andExpect(status().isNotFound());
    }

    @Test
    void whoAsksTooOftenWaits() throws Exception {
        RequestPostProcessor somebody =
                request -> {
                    request.setRemoteAddr("192.0.2.7");
                    return request;
                };
        int refused = 0;
        for (int i = 0; i <= 2 * PayPageGuard.PAGES_A_MINUTE; i++) {
            refused +=
                    http.perform(get("/pay/AAAAAAAAAAAAAAAAAAAAAA").with(somebody))
                                            .andReturn()
                                            .getResponse()
                                            .getStatus()
                                    == 429
                            ? 1
                            : 0;
        }

        assertThat(refused).isPositive();
        http.perform(get("/pay/AAAAAAAAAAAAAAAAAAAAAA")).andExpect(status().isNotFound());
    }

    /** The path of the pay link, as the fact that the invoice was issued tells it. */
    private String told(InvoiceId invoice) {
        return db
                .sql("select payload from outbox")
                .query((rs, row) -> rs.getBytes("payload"))
                .list()
                .stream()
                .map(PayPageIT::event)
                .filter(event ->
                        event.getInvoiceId().equals(invoice.value().toString())
                                && event.hasIssued())
                .map(event -> event.getIssued().getPayPath())
                .findFirst()
                .orElseThrow();
    }

    private static InvoiceEvent event(byte[] payload) {
        try {
            return InvoiceEvent.parseFrom(payload);
        } catch (InvalidProtocolBufferException other) {
            return InvoiceEvent.getDefaultInstance();
        }
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
