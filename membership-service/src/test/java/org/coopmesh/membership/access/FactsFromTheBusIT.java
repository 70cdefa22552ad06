package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.coopmesh.contracts.abuse.v1.AppealDecided;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.Measure;
import org.coopmesh.contracts.abuse.v1.MeasureImposed;
import org.coopmesh.contracts.abuse.v1.MeasureReversed;
import org.coopmesh.contracts.abuse.v1.StatementIssued;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceOverdue;
import org.coopmesh.contracts.billing.v1.InvoiceReopened;
import org.coopmesh.contracts.billing.v1.InvoiceSettled;
import org.coopmesh.contracts.billing.v1.SpendCapCleared;
import org.coopmesh.contracts.billing.v1.SpendCapReached;
import org.coopmesh.contracts.billing.v1.SpendEvent;
import org.coopmesh.contracts.billing.v1.WalletEmptied;
import org.coopmesh.contracts.billing.v1.WalletFilled;
import org.coopmesh.mail.Sending;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.TestAgent;
import org.coopmesh.quickstart.MailSink;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** What billing and abuse reporting say on Kafka becomes a rule on the list. */
@TestPropertySource(properties = "spring.kafka.listener.auto-startup=true")
class FactsFromTheBusIT extends NetworkedService {
    private static final MailSink SINK = sink();

    @Autowired private AccessLists lists;
    @Autowired private AccessControl access;
    @Autowired private Sending sending;

    private Person owner;
    private UUID attachment;
    private TestAgent agent;
    private KafkaProducer<String, byte[]> producer;

    @DynamicPropertySource
    static void kafka(DynamicPropertyRegistry settings) {
        settings.add("spring.kafka.bootstrap-servers", Servers::kafka);
        settings.add("spring.mail.host", () -> "127.0.0.1");
        settings.add("spring.mail.port", SINK::port);
        settings.add("spring.mail.properties.mail.smtp.starttls.required", () -> "false");
        settings.add("coopmesh.mail.sender", () -> "coop@example.org");
    }

    @BeforeEach
    void anAttachment() throws Exception {
        owner = person();
        Registered node = register(owner);
        agent = agent();
        agent.enrol(node.code());
        attachment = attach(node.id(), owner);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", Servers.kafka()),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @AfterEach
    void close() {
        agent.close();
        producer.close();
    }

    @Test
    void overdueNarrowsThenWallsAndPaymentOpens() throws Exception {
        UUID invoice = UUID.randomUUID();
        String since = membership.today().toString();
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice).setOverdue(InvoiceOverdue.newBuilder().setSince(since)).build());
        awaitRule("slow lane");
        http.perform(get("/api/members/{id}", owner.id()).with(caller(board, "board")))
                .andExpect(jsonPath("$.standing.level").value("overdue"));

        clock.advance(Duration.ofDays(14));
        access.reviewDue();
        assertThat(rule()).isEqualTo("walled garden");

        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setSettled(InvoiceSettled.newBuilder().setSettledOn(since))
                        .build());
        awaitRule("full");
        // Told again, late: what was said after it stands.
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setOccurredAt(
                                Timestamp.newBuilder()
                                        .setSeconds(clock.instant().getEpochSecond() - 60))
                        .setOverdue(InvoiceOverdue.newBuilder().setSince(since))
                        .build());
        UUID another = UUID.randomUUID();
        say(
                "coopmesh.billing.invoice.v1",
                invoice(another).setSettled(InvoiceSettled.getDefaultInstance()).build());
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        db.sql("select count(*) from invoice_word where invoice_id = :id")
                                        .param("id", another)
                                        .query(Integer.class)
                                        .single()
                                == 1);
        assertThat(rule()).isEqualTo("full");
    }

    @Test
    void whatIsPutOffOpensAndWhatWasOpenedAgainWhileLateDoesNot() throws Exception {
        UUID invoice = UUID.randomUUID();
        LocalDate since = membership.today();
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setOverdue(InvoiceOverdue.newBuilder().setSince(since.toString()))
                        .build());
        awaitRule("slow lane");
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setReopened(
                                InvoiceReopened.newBuilder()
                                        .setDueOn(since.minusDays(1).toString()))
                        .build());
        UUID another = UUID.randomUUID();
        say(
                "coopmesh.billing.invoice.v1",
                invoice(another).setSettled(InvoiceSettled.getDefaultInstance()).build());
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        db.sql("select count(*) from invoice_word where invoice_id = :id")
                                        .param("id", another)
                                        .query(Integer.class)
                                        .single()
                                == 1);
        assertThat(rule()).isEqualTo("slow lane");

        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setReopened(
                                InvoiceReopened.newBuilder()
                                        .setDueOn(since.plusMonths(3).toString()))
                        .build());

        awaitRule("full");
        http.perform(get("/api/members/{id}", owner.id()).with(caller(board, "board")))
                .andExpect(jsonPath("$.standing.level").value("good"));
    }

    @Test
    void aReachedCapNarrowsUntilItIsClearedAndALateWordChangesNothing() throws Exception {
        say(
                "coopmesh.billing.spend.v1",
                spend().setCapReached(SpendCapReached.newBuilder()).build());
        awaitRule("slow lane");
        http.perform(get("/api/members/{id}", owner.id()).with(caller(board, "board")))
                .andExpect(jsonPath("$.standing.level").value("limited"));

        say(
                "coopmesh.billing.spend.v1",
                spend().setWalletEmptied(WalletEmptied.newBuilder()).build());
        say(
                "coopmesh.billing.spend.v1",
                spend().setCapCleared(SpendCapCleared.newBuilder()).build());
        say(
                "coopmesh.billing.spend.v1",
                spend().setOccurredAt(
                                Timestamp.newBuilder()
                                        .setSeconds(clock.instant().getEpochSecond() - 60))
                        .setCapReached(SpendCapReached.newBuilder())
                        .build());
        say(
                "coopmesh.billing.spend.v1",
                spend().setWalletFilled(WalletFilled.newBuilder()).build());
        awaitRule("full");
    }

    private SpendEvent.Builder spend() {
        return SpendEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(invoice(UUID.randomUUID()).getPayerId())
                .setOccurredAt(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()));
    }

    @Test
    void aFactWithAMalformedFieldIsADeadLetterThatNamesIt() throws Exception {
        say(
                "coopmesh.billing.invoice.v1",
                invoice(UUID.randomUUID())
                        .setPayerId("1-1-1-1-1")
                        .setOverdue(InvoiceOverdue.newBuilder().setSince("2026-01-01"))
                        .build());
        say(
                "coopmesh.billing.invoice.v1",
                invoice(UUID.randomUUID())
                        .setOverdue(InvoiceOverdue.newBuilder().setSince("soon"))
                        .build());
        UUID invoice = UUID.randomUUID();
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setOverdue(
                                InvoiceOverdue.newBuilder().setSince(membership.today().toString()))
                        .build());

        awaitRule("slow lane"); // Neither stopped the next one.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(
                                        db.sql("select cause from dead_letter")
                                                .query(String.class)
                                                .list())
                                .anyMatch(cause -> cause.contains("payer_id is not a UUID"))
                                .anyMatch(cause -> cause.contains("overdue.since is not a day")));
    }

    @Test
    void aTreasurersHoldKeepsTheLaneWide() throws Exception {
        UUID invoice = UUID.randomUUID();
        http.perform(
                        put("/api/members/{id}/hardship", owner.id())
                                .with(caller(board, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"until": "%s", "reason": "ill"}
                                        """
                                                .formatted(membership.today().plusDays(30))))
                .andExpect(status().isNoContent());
        say(
                "coopmesh.billing.invoice.v1",
                invoice(invoice)
                        .setOverdue(
                                InvoiceOverdue.newBuilder().setSince(membership.today().toString()))
                        .build());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> why().contains("in grace") && rule().equals("full"));

        http.perform(
                        delete("/api/members/{id}/hardship", owner.id())
                                .with(caller(board, "treasurer")))
                .andExpect(status().isBadRequest());
        http.perform(
                        delete("/api/members/{id}/hardship?reason=well again", owner.id())
                                .with(caller(board, "treasurer")))
                .andExpect(status().isNoContent());
        http.perform(get("/api/members/{id}/hardship", owner.id()).with(caller(board, "treasurer")))
                .andExpect(jsonPath("$.items[0].reason").value("well again"))
                .andExpect(jsonPath("$.items[0].until").doesNotExist())
                .andExpect(jsonPath("$.items[0].by").value(board.toString()))
                .andExpect(jsonPath("$.items[1].reason").value("ill"))
                .andExpect(
                        jsonPath("$.items[1].until")
                                .value(membership.today().plusDays(30).toString()));

        assertThat(rule()).isEqualTo("slow lane");
    }

    @Test
    void aMeasureFollowsTheMemberAndEndsByItself() {
        UUID ban = UUID.randomUUID();
        UUID suspension = UUID.randomUUID();
        say("coopmesh.abuse.decision.v1", decision(ban, Measure.MEASURE_BAN, null));
        awaitRule("drop");
        say(
                "coopmesh.abuse.decision.v1",
                decision(suspension, Measure.MEASURE_SUSPENSION, Duration.ofDays(1)));
        say(
                "coopmesh.abuse.decision.v1",
                event(ban).setReversed(MeasureReversed.getDefaultInstance()).build());
        awaitRule("walled garden");

        clock.advance(Duration.ofDays(1));
        access.reviewDue();

        assertThat(rule()).isEqualTo("full");
    }

    @Test
    void theMemberIsToldOnceInTheirLanguageThatThereIsSomethingToRead() {
        db.sql("update account set language = 'ca' where id = ?").param(owner.id()).update();
        String email =
                db.sql("select email from account where id = ?")
                        .param(owner.id())
                        .query(String.class)
                        .single();
        UUID decision = UUID.randomUUID();
        DecisionEvent issued =
                told(decision)
                        .setStatementIssued(StatementIssued.newBuilder().setAppealUntil(now()))
                        .build();
        say("coopmesh.abuse.decision.v1", issued);
        say("coopmesh.abuse.decision.v1", issued);
        say(
                "coopmesh.abuse.decision.v1",
                told(decision)
                        .setAppealDecided(
                                AppealDecided.newBuilder()
                                        .setAppealId(UUID.randomUUID().toString())
                                        .setGranted(true))
                        .build());

        await().atMost(Duration.ofSeconds(20))
                .until(() -> {
                    sending.check();
                    return lettersTo(email).size() >= 2;
                });

        sending.check();
        assertThat(lettersTo(email)).hasSize(2);
        assertThat(lettersTo(email).getFirst())
                .contains("la moderació ha resolt un cas")
                .contains("http://localhost:8080/my/cases")
                .doesNotContain(decision.toString());
        assertThat(lettersTo(email).getLast()).contains("ha estat estimat");
    }

    private static List<String> lettersTo(String email) {
        return SINK.taken.stream()
                .filter(mail -> mail.to().equals(email))
                .map(mail -> mail.words())
                .toList();
    }

    private DecisionEvent.Builder told(UUID decision) {
        return DecisionEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(owner.id().toString())
                .setDecisionId(decision.toString())
                .setOccurredAt(now());
    }

    private static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String rule() {
        return lists.shown("attachment:" + attachment).map(AccessLists.Shown::rule).orElse("none");
    }

    private String why() {
        return lists.shown("attachment:" + attachment).map(AccessLists.Shown::why).orElse("none");
    }

    private void awaitRule(String rule) {
        await().atMost(Duration.ofSeconds(20)).until(() -> rule().equals(rule));
    }

    private InvoiceEvent.Builder invoice(UUID invoice) {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(owner.payer().toString())
                .setInvoiceId(invoice.toString())
                .setOccurredAt(now());
    }

    private DecisionEvent decision(UUID measure, Measure kind, Duration lasts) {
        var imposed = MeasureImposed.newBuilder().setMeasure(kind);
        if (lasts != null) {
            imposed.setUntil(
                    Timestamp.newBuilder()
                            .setSeconds(clock.instant().plus(lasts).getEpochSecond()));
        }
        return event(measure).setImposed(imposed).build();
    }

    private DecisionEvent.Builder event(UUID measure) {
        return DecisionEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(owner.id().toString())
                .setDecisionId(UUID.randomUUID().toString())
                .setMeasureId(measure.toString())
                .setOccurredAt(now());
    }

    private Timestamp now() {
        return Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()).build();
    }

    private void say(String topic, Message event) {
        try {
            producer.send(new ProducerRecord<>(topic, owner.id().toString(), event.toByteArray()))
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
