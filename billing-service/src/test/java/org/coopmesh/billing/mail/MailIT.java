package org.coopmesh.billing.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.directdebit.DebitsForTests;
import org.coopmesh.billing.document.DocumentsForTests;
import org.coopmesh.billing.dunning.DunningForTests;
import org.coopmesh.billing.instalment.InstalmentsForTests;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.mail.Sending;
import org.coopmesh.quickstart.MailSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
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
import org.springframework.transaction.support.TransactionTemplate;

/** Mails over a real line to a server that takes them, refuses them, puts them off, breaks off and goes down. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class MailIT {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final int PER_MINUTE = 60;
    private static final MailSink SINK = sink();
    private static final String SELLER =
            """
            {"name":"Guifi Coop eG","address":{"country":"DE"},"register":"GnR 1","iban":"DE89370400440532013000","creditorId":"DE98ZZZ09999999999",
             "email":"office@coop.example","taxNote":"Not subject to VAT","belgianReferences":false,"language":"en"}
            """;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired ApplicationContext context;
    @Autowired Sending sending;
    @Autowired Mailing mailing;
    @Autowired TransactionTemplate transaction;
    @Autowired JdbcClient db;

    @Value("${spring.datasource.url}")
    String url;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", SINK::port);
        registry.add("spring.mail.properties.mail.smtp.starttls.required", () -> "false");
        registry.add("coopmesh.mail.per-minute", () -> PER_MINUTE);
        registry.add("coopmesh.public-url", () -> "https://coop.example");
    }

    @BeforeEach
    void aCoop() throws Exception {
        SINK.behaves();
        db.sql("truncate mail, mail_text, mail_notice, dunning_policy, dunning_hold, dunning_step")
                .update();
        db.sql("update mail_gate set paused_until = null, why = null").update();
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
            says(put("/api/billing/seller"), treasurer(), SELLER);
        }
    }

    @Test
    void anInvoiceIsToldWithItsDocumentAndALinkInTheReadersLanguage() throws Exception {
        Someone anna = member("anna@mail.example", "es");
        InvoiceId invoice = billed(anna);

        sending.check();

        MailSink.Taken taken = SINK.taken.getFirst();
        MimeMessage mail = taken.parsed();
        assertThat(SINK.taken).hasSize(1);
        assertThat(taken.from()).isEqualTo("office@coop.example");
        assertThat(taken.to()).isEqualTo("anna@mail.example");
        assertThat(mail.getSubject()).startsWith("Factura 2026-").endsWith("de Guifi Coop eG");
        assertThat(mail.getFrom()[0]).hasToString("Guifi Coop eG <office@coop.example>");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getHeader("Content-Language")).containsExactly("es");
        assertThat(mail.getSentDate().toInstant()).isEqualTo(clock.instant());
        assertThat(mail.getMessageID()).matches("<[0-9a-f-]{36}@coop\\.example>");
        assertThat(taken.text().lines()).allMatch(line -> line.length() <= 998);
        var parts = (MimeMultipart) mail.getContent();
        String text = (String) parts.getBodyPart(0).getContent();
        assertThat(text).contains("12,50\u00a0€", "15 de noviembre de 2026");
        BodyPart pdf = parts.getBodyPart(1);
        assertThat(pdf.getFileName()).matches("2026-\\d{6}\\.pdf");
        assertThat(pdf.getInputStream().readAllBytes())
                .isEqualTo(
                        http.perform(
                                        get("/api/invoices/" + invoice.value() + "/document.pdf")
                                                .with(treasurer()))
                                .andReturn()
                                .getResponse()
                                .getContentAsByteArray());
        Matcher link = Pattern.compile("https://coop\\.example(/pay/\\S+)").matcher(text);
        assertThat(link.find()).isTrue();
        http.perform(get(URI.create(link.group(1)))).andExpect(status().isOk());
        sending.check();
        assertThat(SINK.taken).hasSize(1);
    }

    @Test
    void aReceiptIsSentUnlessTheMoneyWentBackFirst() throws Exception {
        Someone anna = member("anna@mail.example", "de");
        billed(anna);
        sending.check();
        SINK.taken.clear();
        String payment = paid(anna, "5.00");
        String wrong = paid(anna, "1.00");
        says(
                post("/api/payments/" + wrong + "/reversal")
                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                treasurer(),
                "{\"reason\":\"typed twice\"}");

        sending.check();

        assertThat(SINK.taken).hasSize(1);
        assertThat(SINK.taken.getFirst().parsed().getSubject())
                .isEqualTo("Guifi Coop eG hat 5,00\u00a0€ erhalten");
        assertThat((String) SINK.taken.getFirst().parsed().getContent())
                .contains("Noch offen: 7,50\u00a0€");
        assertThat(state(payment)).isEqualTo("sent");
        assertThat(state(wrong)).isEqualTo("dropped");
    }

    @Test
    void whatIsPaidByThenAsksForNothing() throws Exception {
        Someone anna = member("anna@mail.example", "en");
        InvoiceId invoice = billed(anna);
        paid(anna, "12.50");

        sending.check();

        assertThat(mailAbout(invoice).getSubject()).startsWith("Invoice 2026-");
        assertThat(firstText(mailAbout(invoice)))
                .contains("It is paid already")
                .doesNotContain("/pay/");
    }

    @Test
    void withoutAnAddressItWaitsForOneInSight() throws Exception {
        Someone anna = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        sending.check();
        assertThat(state(invoice.value().toString())).isEqualTo("unaddressed");
        queue().andExpect(jsonPath("$.counts.unaddressed").value(1));

        details(anna, "late@mail.example", "fr");
        says(post("/api/billing/mail/retry"), treasurer(), "{}")
                .andExpect(jsonPath("$.mails").value(1));
        sending.check();

        assertThat(state(invoice.value().toString())).isEqualTo("sent");
        assertThat(SINK.taken.getFirst().to()).isEqualTo("late@mail.example");
    }

    @Test
    void whatTheServerRefusesIsShownAndWhatItPutsOffIsTriedAgain() throws Exception {
        InvoiceId refused = billed(member("gone@mail.example", "en"));
        InvoiceId putOff = billed(member("full@mail.example", "en"));
        SINK.toAddress =
                to ->
                        to.startsWith("gone")
                                ? "550 5.1.1 no such mailbox"
                                : "452 4.2.2 mailbox full";

        sending.check();
        http.perform(get("/api/billing/mail/mails?state=failed").with(treasurer()))
                .andExpect(jsonPath("$.items[0].about").value(refused.value().toString()))
                .andExpect(jsonPath("$.items[0].sentTo").value("gone@mail.example"))
                .andExpect(jsonPath("$.items[0].answer").value("550 5.1.1 no such mailbox"));
        String payer =
                db.sql("select recipient_id from mail where about = :about")
                        .param("about", refused.value())
                        .query(String.class)
                        .single();
        http.perform(get("/api/billing/mail/mails?payerId=" + payer).with(treasurer()))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].about").value(refused.value().toString()));
        assertThat(state(putOff.value().toString())).isEqualTo("waiting");
        SINK.toAddress = to -> "250 taken";
        sending.check();
        assertThat(SINK.taken).isEmpty();
        clock.set("2026-11-01T02:01:01Z");
        sending.check();

        assertThat(SINK.taken).extracting(MailSink.Taken::to).containsExactly("full@mail.example");
        assertThat(state(refused.value().toString())).isEqualTo("failed");
    }

    @Test
    void whatIsPutOffTooOftenIsLeftToAPerson() throws Exception {
        InvoiceId invoice = billed(member("full@mail.example", "en"));
        SINK.toText = to -> "451 4.3.0 try later";
        Instant now = clock.instant();
        for (int i = 0; i < 12; i++) {
            sending.check();
            now = now.plus(Duration.ofHours(3));
            clock.set(now.toString());
        }

        assertThat(state(invoice.value().toString())).isEqualTo("failed");
        http.perform(get("/api/billing/mail/mails?about=" + invoice.value()).with(treasurer()))
                .andExpect(jsonPath("$.items[0].attempts").value(8))
                .andExpect(jsonPath("$.items[0].answer").value("451 4.3.0 try later"));
    }

    @Test
    void aServerThatIsDownDelaysAndCostsNoAttempt() throws Exception {
        InvoiceId invoice = billed(member("anna@mail.example", "en"));
        SINK.goesDown();
        sending.check();
        queue().andExpect(jsonPath("$.hindrance").value("paused"))
                .andExpect(jsonPath("$.why").isNotEmpty());
        SINK.comesBack();
        sending.check();
        assertThat(SINK.taken).isEmpty();

        clock.set("2026-11-01T02:01:01Z");
        sending.check();

        assertThat(SINK.taken).hasSize(1);
        http.perform(get("/api/billing/mail/mails?about=" + invoice.value()).with(treasurer()))
                .andExpect(jsonPath("$.items[0].state").value("sent"))
                .andExpect(jsonPath("$.items[0].attempts").value(0));
        queue().andExpect(jsonPath("$.hindrance").doesNotExist());
    }

    @Test
    void whatBreaksOffAfterTheTextIsInDoubtAndKeepsItsNameWhenSentAgain() throws Exception {
        InvoiceId invoice = billed(member("anna@mail.example", "en"));
        SINK.toText = to -> null;
        sending.check();
        assertThat(state(invoice.value().toString())).isEqualTo("doubtful");
        SINK.toText = to -> "250 taken";
        clock.set("2026-11-02T02:00:00Z");
        sending.check();
        says(post("/api/billing/mail/retry"), treasurer(), "{}");
        sending.check();
        assertThat(SINK.taken).hasSize(1);

        says(post("/api/billing/mail/mails/" + id(invoice) + "/again"), treasurer(), "{}");
        sending.check();

        assertThat(SINK.taken).hasSize(2);
        assertThat(SINK.taken.get(1).messageId()).isEqualTo(SINK.taken.get(0).messageId());
        says(post("/api/billing/mail/mails/" + id(invoice) + "/again"), treasurer(), "{}");
        sending.check();
        assertThat(SINK.taken).hasSize(3);
        assertThat(SINK.taken.get(2).messageId()).isNotEqualTo(SINK.taken.get(0).messageId());
    }

    @Test
    void noMoreThanAllowedLeaveInAMinuteAndTwoSendersSendNothingTwice() throws Exception {
        PayerId payer = new PayerId(member("anna@mail.example", "en").payer());
        var told = new ArrayList<Mailing.Told>();
        String payment = paid(payer.value(), "3.00");
        sending.check();
        SINK.taken.clear();
        db.sql("truncate mail").update();
        for (int i = 0; i < 3 * PER_MINUTE; i++) {
            told.add(new Mailing.Told(Notice.RECEIPT, UUID.randomUUID(), payer));
        }
        transaction.executeWithoutResult(status -> mailing.tell(told));
        transaction.executeWithoutResult(status -> mailing.tell(told));
        // One payment stands for all: what they tell does not matter here.
        db.sql(
                        """
                        insert into mail (message_id, notice, about, copy, recipient_id, queued_at, state, try_after)
                        select gen_random_uuid(), notice, :payment, row_number() over (order by id), recipient_id, queued_at, state, try_after
                          from mail
                        """)
                .param("payment", UUID.fromString(payment))
                .update();
        db.sql("delete from mail where about <> :payment")
                .param("payment", UUID.fromString(payment))
                .update();
        Instant now = clock.instant();

        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int minute = 1; minute <= 3; minute++) {
                List<Future<?>> both =
                        List.of(senders.submit(sending::check), senders.submit(sending::check));
                for (Future<?> each : both) {
                    each.get();
                }
                assertThat(SINK.taken).hasSize(minute * PER_MINUTE);
                now = now.plusSeconds(61);
                clock.set(now.toString());
            }
        }

        sending.check();
        var ids = new HashSet<String>();
        SINK.taken.forEach(taken -> ids.add(taken.messageId()));
        assertThat(SINK.taken).hasSize(3 * PER_MINUTE);
        assertThat(ids).hasSize(3 * PER_MINUTE);
    }

    @Test
    void aSenderKilledBetweenTheTextAndTheAnswerSendsNothingTwice() throws Exception {
        InvoiceId invoice = billed(member("anna@mail.example", "en"));
        var textIsThere = new CountDownLatch(1);
        var killed = new CountDownLatch(1);
        SINK.toText =
                to -> {
                    textIsThere.countDown();
                    try {
                        killed.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                    return "450 nobody hears this";
                };

        Process sender =
                SenderProcess.start(url, Files.createTempDirectory("mail-keys"), SINK.port());
        try {
            assertThat(textIsThere.await(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            sender.destroyForcibly();
        }
        assertThat(sender.waitFor()).isEqualTo(128 + 9);
        killed.countDown();

        SINK.toText = to -> "250 taken";
        SINK.taken.clear();
        assertThat(state(invoice.value().toString())).isEqualTo("sending");
        clock.set("2040-01-01T00:00:00Z");
        sending.check();
        sending.check();
        assertThat(state(invoice.value().toString())).isEqualTo("doubtful");
        assertThat(SINK.taken).isEmpty();
    }

    @Test
    void theCoopSaysItInItsOwnWords() throws Exception {
        String words = "/api/billing/mail/notices/receipt/words/en";
        says(
                        post("/api/billing/mail/preview"),
                        treasurer(),
                        """
                        {"notice":"receipt","language":"en","subject":"Got {amount}","body":"Thanks, {name}! {coop}"}
                        """)
                .andExpect(jsonPath("$.subject").value("Got €12.50"))
                .andExpect(jsonPath("$.body").value("Thanks, Anna Example! Guifi Coop eG"));
        says(
                put(words),
                treasurer(),
                "{\"subject\":\"Got {amount}\",\"body\":\"Thanks, {name}!\"}");
        http.perform(
                        put(words)
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"subject\":\"Got {sum}\",\"body\":\"x\"}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("subject"))
                .andExpect(jsonPath("$.errors[0].rule").value("place"));
        Someone anna = member("anna@mail.example", "en");
        paid(anna, "2.00");
        sending.check();
        assertThat(SINK.taken.getFirst().parsed().getSubject()).isEqualTo("Got €2.00");

        http.perform(delete(words).with(treasurer()))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.words[0].own").value(false));
        says(
                put("/api/billing/mail/notices/receipt"),
                treasurer(),
                "{\"enabled\":false,\"enclosed\":false}");
        String untold = paid(anna, "4.00");
        assertThat(
                        db.sql("select count(*) from mail where about = :about")
                                .param("about", UUID.fromString(untold))
                                .query(Long.class)
                                .single())
                .isZero();
    }

    @Test
    void remindersGoOutByThePolicyAndEndWithThePayment() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        String bertas = fresh("berta");
        Someone berta = member(bertas, "en");
        policy(-3, 5, 10, false);
        InvoiceId unpaid = billed(anna);
        InvoiceId paid = billed(berta);
        sending.check();
        SINK.taken.clear();

        onDay("2026-11-11");
        assertThat(to(annas)).isEmpty();
        clock.set("2026-11-11T12:00:00Z");
        http.perform(get("/api/billing/dunning/day").with(treasurer()))
                .andExpect(jsonPath("$.on").value("2026-11-12"))
                .andExpect(
                        jsonPath("$.items[?(@.invoiceId == '%s')].stage".formatted(unpaid.value()))
                                .value("reminder"));
        onDay("2026-11-12");
        onDay("2026-11-13");
        assertThat(to(annas)).hasSize(1);
        assertThat(to(bertas)).hasSize(1);
        paid(berta, "12.50");
        db.sql("delete from mail where notice = 'receipt'").update();
        SINK.taken.clear();
        onDay("2026-11-20");

        assertThat(to(annas).getFirst().parsed().getSubject())
                .startsWith("Last reminder: invoice 2026-");
        assertThat(to(bertas)).isEmpty();
        assertThat(invoicing.find(unpaid)).isInstanceOf(Invoice.Issued.class);
        SINK.taken.clear();
        onDay("2026-11-26");
        assertThat(invoicing.find(unpaid))
                .isEqualTo(
                        new Invoice.Overdue(
                                invoicing.find(unpaid).heading(),
                                Money.parse("0", Currency.getInstance("EUR")),
                                LocalDate.of(2026, 11, 16)));
        assertThat(to(annas).getFirst().parsed().getSubject()).startsWith("Overdue: invoice 2026-");
        onDay("2026-11-27");
        assertThat(to(annas)).hasSize(1);
        assertThat(invoicing.find(paid)).isInstanceOf(Invoice.Paid.class);
    }

    @Test
    void whatIsOpenedAgainIsRemindedAndWaitedForAnew() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        policy(2, 5, 10, false);
        InvoiceId invoice = billed(anna);
        onDay("2026-11-17");
        onDay("2026-11-20");
        onDay("2026-11-26");
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Overdue.class);
        String payment = paid(anna, "12.50");
        onDay("2027-01-10");
        SINK.taken.clear();

        says(
                post("/api/payments/" + payment + "/reversal")
                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                treasurer(),
                "{\"reason\":\"returned by the bank\"}");

        onDay("2027-01-10");
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Issued.class);
        assertThat(reminders(annas)).isEmpty();
        onDay("2027-01-12");
        onDay("2027-01-13");
        assertThat(reminders(annas))
                .singleElement()
                .satisfies(one -> assertThat(one).startsWith("Reminder: invoice 2026-"));
        onDay("2027-01-15");
        assertThat(reminders(annas)).hasSize(2);
        says(
                put("/api/billing/dunning/holds/" + anna.payer()),
                treasurer(),
                "{\"until\":\"2027-01-25\",\"reason\":\"her bank made a mistake\"}");
        onDay("2027-01-21");
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Issued.class);
        assertThat(reminders(annas)).hasSize(2);
        onDay("2027-01-26");
        assertThat(invoicing.find(invoice))
                .isInstanceOfSatisfying(
                        Invoice.Overdue.class,
                        overdue ->
                                assertThat(overdue.since()).isEqualTo(LocalDate.of(2027, 1, 11)));
        assertThat(reminders(annas))
                .last()
                .satisfies(one -> assertThat(one).startsWith("Overdue: invoice 2026-"));
        onDay("2027-01-27");
        assertThat(reminders(annas)).hasSize(3);
    }

    private static List<String> reminders(String address) {
        return to(address).stream()
                .map(MailIT::subject)
                .filter(subject -> subject.contains("invoice 2026-"))
                .toList();
    }

    @Test
    void aReminderThatIsQueuedWhenTheMoneyComesIsNotSent() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        policy(2, null, 10, false);
        InvoiceId invoice = billed(anna);
        sending.check();
        SINK.taken.clear();
        clock.set("2026-11-17T08:00:00Z");
        DunningForTests.check(context);
        assertThat(state(invoice.value().toString())).isEqualTo("waiting");

        paid(anna, "12.50");
        sending.check();

        assertThat(to(annas)).hasSize(1);
        assertThat(subject(to(annas).getFirst())).contains("has received");
        assertThat(state(invoice.value().toString())).isEqualTo("dropped");
    }

    @Test
    void whoIsLetBeIsNeitherRemindedNorOverdue() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        policy(1, null, 3, false);
        InvoiceId invoice = billed(anna);
        sending.check();
        SINK.taken.clear();
        says(
                put("/api/billing/dunning/holds/" + anna.payer()),
                treasurer(),
                "{\"until\":\"2026-12-31\",\"reason\":\"lost her job\"}");
        onDay("2026-11-20");
        onDay("2026-11-21");
        assertThat(to(annas)).isEmpty();
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Issued.class);
        http.perform(get("/api/billing/dunning/day").with(treasurer()))
                .andExpect(
                        jsonPath(
                                        "$.items[?(@.invoiceId == '%s')].held.reason"
                                                .formatted(invoice.value()))
                                .value("lost her job"));

        says(
                post("/api/billing/dunning/holds/" + anna.payer() + "/end"),
                treasurer(),
                "{\"reason\":\"found another\"}");
        onDay("2026-11-22");

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Overdue.class);
        assertThat(to(annas)).hasSize(1);
    }

    @Test
    void whoPaysInPartsIsToldOfItAndOfNothingElse() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "de");
        policy(1, null, 3, false);
        InvoiceId invoice = billed(anna);
        sending.check();
        SINK.taken.clear();
        clock.set("2026-11-16T08:00:00Z");
        DunningForTests.check(context);
        assertThat(state(invoice.value().toString())).isEqualTo("waiting");

        UUID plan =
                InstalmentsForTests.agree(
                        context,
                        new PayerId(anna.payer()),
                        LocalDate.of(2026, 12, 1),
                        LocalDate.of(2027, 1, 1));
        sending.check();

        assertThat(state(invoice.value().toString())).as("the reminder").isEqualTo("dropped");
        assertThat(to(annas)).hasSize(1);
        assertThat(subject(to(annas).getFirst())).isEqualTo("In Raten, wie vereinbart");
        assertThat((String) to(annas).getFirst().parsed().getContent())
                .contains(
                        "12,50\u00a0€",
                        "1. 1. Dezember 2026, 6,25\u00a0€",
                        "2. 1. Januar 2027, 6,25\u00a0€",
                        "https://coop.example/pay/");
        onDay("2026-11-25");
        assertThat(to(annas)).hasSize(1);
        InstalmentsForTests.end(context, plan);
        sending.check();
        assertThat(subject(to(annas).getLast())).isEqualTo("Die Ratenzahlung ist beendet");
        assertThat((String) to(annas).getLast().parsed().getContent())
                .contains("12,50\u00a0€", "25. November 2026", "https://coop.example/pay/");
    }

    @Test
    void stepsWaitForTheBanksFileOfTheDay() throws Exception {
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        policy(1, null, 3, true);
        InvoiceId invoice = billed(anna);
        sending.check();
        SINK.taken.clear();
        says(
                post("/api/bank/accounts"),
                treasurer(),
                "{\"name\":\"Current\",\"iban\":\"DE89370400440532013000\"}");
        onDay("2026-11-20");
        assertThat(to(annas)).isEmpty();
        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Issued.class);
        http.perform(get("/api/billing/dunning/day?on=2026-11-20").with(treasurer()))
                .andExpect(jsonPath("$.waitsForBank").value(true));

        db.sql(
                        """
                        insert into bank_file (id, name, sha256, content, format, state, handed_by, handed_at)
                        values (gen_random_uuid(), 'today.csv', sha256('today'::bytea), 'today'::bytea, 'csv', 'taken', gen_random_uuid(), :at)
                        """)
                .param("at", clock.instant().atOffset(java.time.ZoneOffset.UTC))
                .update();
        onDay("2026-11-20");

        assertThat(invoicing.find(invoice)).isInstanceOf(Invoice.Overdue.class);
        assertThat(to(annas)).hasSize(1);
        db.sql("delete from bank_file").update();
        db.sql("delete from bank_account").update();
    }

    @Test
    void aPolicyAndAHoldAreRefusedByFieldAndRule() throws Exception {
        Someone anna = member("anna@mail.example", "en");
        String policy =
                "{\"reminderAfter\":5,\"lastAfter\":3,\"graceDays\":9,\"waitForBank\":false}";
        http.perform(
                        put("/api/billing/dunning/policy")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("lastAfter"))
                .andExpect(jsonPath("$.errors[0].rule").value("order"));
        http.perform(
                        put("/api/billing/dunning/holds/" + anna.payer())
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"until\":\"2030-01-01\",\"reason\":\"x\"}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("until"));
        http.perform(
                        put("/api/billing/dunning/policy")
                                .with(as(anna, "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy))
                .andExpect(status().isForbidden());
        http.perform(get("/api/billing/dunning/day").with(as(anna, "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/billing/dunning/policy").with(as(anna, "member")))
                .andExpect(status().isOk());
    }

    @Test
    void aDirectDebitIsToldBeforeItsDayAndWhenTheBankRefusesIt() throws Exception {
        DebitsForTests debits = DebitsForTests.of(context);
        String annas = fresh("anna");
        Someone anna = member(annas, "en");
        Someone berta = facts.joined("home", "2026-10-01");
        InvoiceId invoice = billed(anna);
        billed(berta);
        sending.check();
        SINK.taken.clear();
        debits.sign(new PayerId(anna.payer()), new MemberId(anna.member()));
        debits.sign(new PayerId(berta.payer()), new MemberId(berta.member()));
        sending.check();
        assertThat(subject(to(annas).getFirst())).startsWith("Your direct debit mandate M-");
        SINK.taken.clear();
        UUID run = debits.propose(LocalDate.of(2026, 12, 8), new MemberId(UUID.randomUUID()));
        debits.approve(run, new MemberId(UUID.randomUUID()));

        clock.set("2026-11-16T09:00:00Z");
        assertThat(debits.collecting().tellDue()).as("too early").isZero();
        assertThat(debits.notices(run)).containsOnly("LATER");
        clock.set("2026-11-17T09:00:00Z");
        assertThat(debits.collecting().tellDue()).isEqualTo(2);
        assertThat(debits.collecting().tellDue()).isZero();
        sending.check();

        assertThat(subject(to(annas).getFirst()))
                .isEqualTo("Guifi Coop eG will collect €12.50 on 8 December 2026");
        assertThat((String) to(annas).getFirst().parsed().getContent())
                .contains("ES…1332", "creditor identifier DE98ZZZ09999999999");
        assertThat(debits.notices(run)).containsExactlyInAnyOrder("SENT", "NOT_SENT");
        http.perform(get("/api/direct-debit/runs/" + run).with(treasurer()))
                .andExpect(jsonPath("$.untold").value(1));
        SINK.taken.clear();
        String item =
                debits.items(run).stream()
                        .map(each -> each.split(" ", -1)[0])
                        .filter(each ->
                                each.contains(invoicing.find(invoice).heading().number() + "-"))
                        .findFirst()
                        .orElseThrow();
        debits.hear(
                DebitsForTests.report(debits.message(run), item, "AM04"),
                new MemberId(UUID.randomUUID()));
        sending.check();
        assertThat(subject(to(annas).getFirst())).contains("€12.50 could not be collected yet");
        assertThat((String) to(annas).getFirst().parsed().getContent())
                .contains("AM04", "24 November 2026", "https://coop.example/pay/");

        debits.withdraw(run);
        debits.revoke(mandateOf(anna), new MemberId(anna.member()));
        debits.revoke(mandateOf(berta), new MemberId(berta.member()));
    }

    @Test
    void aCollectionThatIsWithdrawnBeforeTheMailLeavesIsNotTold() throws Exception {
        DebitsForTests debits = DebitsForTests.of(context);
        Someone anna = member(fresh("anna"), "de");
        billed(anna);
        debits.sign(new PayerId(anna.payer()), new MemberId(anna.member()));
        UUID run = debits.propose(LocalDate.of(2026, 11, 16), new MemberId(UUID.randomUUID()));
        debits.approve(run, new MemberId(UUID.randomUUID()));
        debits.collecting().tellDue();
        assertThat(debits.notices(run)).containsExactly("ON_ITS_WAY");

        debits.withdraw(run);
        sending.check();

        assertThat(
                        db.sql("select state from mail where notice = 'collection'")
                                .query(String.class)
                                .list())
                .containsExactly("dropped");
        debits.revoke(mandateOf(anna), new MemberId(anna.member()));
    }

    @Test
    void whoPaysChoosesHowItIsPaidByItselfAndNobodyElse() throws Exception {
        DebitsForTests debits = DebitsForTests.of(context);
        Someone anna = member(fresh("anna"), "en");
        Someone berta = member(fresh("berta"), "en");
        String path = "/api/autopay/" + anna.payer();
        refused(berta, path, "{\"way\":\"direct-debit\"}").andExpect(status().isForbidden());
        refused(anna, path, "{\"way\":\"barter\"}").andExpect(status().isBadRequest());
        refused(anna, path, "{\"way\":\"direct-debit\"}")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].rule").value("mandate"));
        refused(anna, path, "{\"way\":\"saved\",\"savingId\":\"%s\"}".formatted(UUID.randomUUID()))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("savingId"));
        http.perform(
                        post("/api/autopay/savings")
                                .with(as(anna, "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"payerId\":\"%s\",\"provider\":\"stripe\"}"
                                                .formatted(anna.payer())))
                .andExpect(status().isNotFound())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/provider-not-offered"));
        http.perform(delete("/api/autopay/savings/" + UUID.randomUUID()).with(as(anna, "member")))
                .andExpect(status().isNotFound());
        debits.sign(new PayerId(anna.payer()), new MemberId(anna.member()));

        says(put(path), as(anna, "member"), "{\"way\":\"direct-debit\"}")
                .andExpect(jsonPath("$.way").value("direct-debit"));

        http.perform(get("/api/autopay/mine").with(as(anna, "member")))
                .andExpect(jsonPath("$.choices[0].way").value("direct-debit"))
                .andExpect(jsonPath("$.schedule.days[0]").value(-3));
        http.perform(get("/api/autopay/mine").with(as(berta, "member")))
                .andExpect(jsonPath("$.choices").isEmpty());
        http.perform(delete(path).with(as(berta, "member"))).andExpect(status().isForbidden());
        http.perform(delete(path).with(as(anna, "member"))).andExpect(status().isNoContent());
        http.perform(get("/api/autopay/mine").with(as(anna, "member")))
                .andExpect(jsonPath("$.choices").isEmpty());
        debits.revoke(mandateOf(anna), new MemberId(anna.member()));
    }

    private org.springframework.test.web.servlet.ResultActions refused(
            Someone who, String path, String body) throws Exception {
        return http.perform(
                put(path)
                        .with(as(who, "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private UUID mandateOf(Someone who) {
        return db.sql("select id from direct_debit_mandate where payer_id = :payer")
                .param("payer", who.payer())
                .query(UUID.class)
                .single();
    }

    private void policy(Integer reminder, Integer last, int grace, boolean waitForBank)
            throws Exception {
        says(
                put("/api/billing/dunning/policy"),
                treasurer(),
                """
                {"reminderAfter":%s,"lastAfter":%s,"graceDays":%d,"waitForBank":%s}
                """
                        .formatted(reminder, last, grace, waitForBank));
    }

    /** What a day brings: steps, what falls overdue, its notices. */
    private void onDay(String day) {
        clock.set(day + "T09:00:00Z");
        DunningForTests.check(context);
        BillsForTests.callOverdue(context);
        DunningForTests.check(context);
        sending.check();
    }

    /** An address that no other test's payer has. */
    private static String fresh(String name) {
        return name + "-" + UUID.randomUUID() + "@mail.example";
    }

    private static List<MailSink.Taken> to(String address) {
        return SINK.taken.stream().filter(taken -> taken.to().equals(address)).toList();
    }

    private static String subject(MailSink.Taken taken) {
        try {
            return taken.parsed().getSubject();
        } catch (jakarta.mail.MessagingException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @Test
    void membersSeeNothingOfTheQueueAndTheBoardChangesNothing() throws Exception {
        Someone anna = member("anna@mail.example", "en");
        for (String path : List.of("", "/mails", "/notices")) {
            http.perform(get("/api/billing/mail" + path).with(as(anna, "member")))
                    .andExpect(status().isForbidden());
            http.perform(get("/api/billing/mail" + path).with(as(anna, "board")))
                    .andExpect(status().isOk());
            http.perform(get("/api/billing/mail" + path)).andExpect(status().isUnauthorized());
        }
        http.perform(post("/api/billing/mail/retry").with(as(anna, "board")))
                .andExpect(status().isForbidden());
        http.perform(post("/api/billing/mail/mails/1/again").with(as(anna, "board")))
                .andExpect(status().isForbidden());
        http.perform(post("/api/billing/mail/mails/999999/again").with(treasurer()))
                .andExpect(status().isNotFound());
    }

    private static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Someone member(String email, String language) throws Exception {
        Someone someone = facts.joined("home", "2026-10-01");
        details(someone, email, language);
        return someone;
    }

    private void details(Someone who, String email, String language) throws Exception {
        says(
                put("/api/billing/payers/" + who.payer() + "/details"),
                as(who, "member"),
                """
                {"name":"Anna","address":{"country":"ES"},"language":"%s","email":"%s"}
                """
                        .formatted(language, email));
    }

    private InvoiceId billed(Someone who) {
        clock.set("2026-11-01T02:00:00Z");
        BillsForTests.bill(invoicing, new PayerId(who.payer()), OCTOBER);
        DocumentsForTests.drawUp(context);
        return invoicing.owing(new PayerId(who.payer())).getFirst().heading().id();
    }

    private String paid(Someone who, String amount) throws Exception {
        return paid(who.payer(), amount);
    }

    private String paid(UUID payer, String amount) throws Exception {
        String answer =
                says(
                                post("/api/payments")
                                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                                treasurer(),
                                """
                                {"payerId":"%s","amount":"%s","method":"cash","receivedOn":"2026-10-01"}
                                """
                                        .formatted(payer, amount))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        Matcher id = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"").matcher(answer);
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private MimeMessage mailAbout(InvoiceId invoice) {
        UUID name =
                db.sql("select message_id from mail where about = :about")
                        .param("about", invoice.value())
                        .query(UUID.class)
                        .single();
        return SINK.taken.stream()
                .filter(taken -> taken.messageId().contains(name.toString()))
                .findFirst()
                .orElseThrow()
                .parsed();
    }

    private static String firstText(MimeMessage mail) throws Exception {
        return (String) ((MimeMultipart) mail.getContent()).getBodyPart(0).getContent();
    }

    private String state(String about) {
        return db.sql("select state from mail where about = :about order by id desc limit 1")
                .param("about", UUID.fromString(about))
                .query(String.class)
                .single();
    }

    private long id(InvoiceId invoice) {
        return db.sql("select id from mail where about = :about order by id desc limit 1")
                .param("about", invoice.value())
                .query(Long.class)
                .single();
    }

    private org.springframework.test.web.servlet.ResultActions queue() throws Exception {
        return http.perform(get("/api/billing/mail").with(treasurer())).andExpect(status().isOk());
    }

    private org.springframework.test.web.servlet.ResultActions says(
            org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder request,
            RequestPostProcessor who,
            String body)
            throws Exception {
        return http.perform(request.with(who).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().is2xxSuccessful());
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
