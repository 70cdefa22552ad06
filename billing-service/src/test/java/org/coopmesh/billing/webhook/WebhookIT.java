package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.Timestamp;
import com.jayway.jsonpath.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.contracts.billing.v1.InvoiceCredited;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceIssued;
import org.coopmesh.contracts.billing.v1.PayRunEvent;
import org.coopmesh.contracts.billing.v1.PayRunPaid;
import org.coopmesh.contracts.billing.v1.PaymentEvent;
import org.coopmesh.contracts.billing.v1.PaymentReceived;
import org.coopmesh.contracts.billing.v1.PaymentReturned;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
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

/** From a fact to a signed message at another tool, whatever that tool does. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class WebhookIT {
    private static final String ALL = "/api/billing/webhooks";
    private static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired FactListener listener;
    @Autowired Telling telling;
    @Autowired Delivering delivering;
    @Autowired JdbcClient db;

    @Value("${spring.datasource.url}")
    String database;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.webhook.own-networks", () -> "127.0.0.1");
    }

    @BeforeEach
    void nobodyListens() {
        db.sql("truncate webhook_receiver, webhook_delivery").update();
        clock.set(NOON.toString());
    }

    @Test
    void whatHappenedIsToldOnceInJsonThatTheSecretSigned() throws Exception {
        try (var tool = new Tool(told -> 200)) {
            SigningSecret secret = secret(add(tool, "invoice.issued"));
            InvoiceEvent fact = issued(NOON);

            listener.invoice(fact.toByteArray());
            listener.invoice(fact.toByteArray());
            deliver();
            deliver();

            Tool.Told told = tool.told.getFirst();
            assertThat(tool.told).hasSize(1);
            assertThat(told.id()).isEqualTo("msg_" + fact.getEventId().replace("-", ""));
            assertThat(told.body())
                    .isEqualTo(
                            """
                            {"type":"invoice.issued","timestamp":"2026-11-02T12:00:00Z","data":{"invoiceId":"%s","payerId":"%s",\
                            "number":"2026-000001","total":{"amount":"12.50","currency":"EUR"},"dueOn":"2026-11-16"}}\
                            """
                                    .formatted(fact.getInvoiceId(), fact.getPayerId()));
            Instant at = Instant.ofEpochSecond(Long.parseLong(told.timestamp()));
            assertThat(told.signature())
                    .isEqualTo(secret.sign(told.id(), at, told.body().getBytes(UTF_8)));
            assertThat(told.body()).doesNotContain("pay/secret");
        }
    }

    @Test
    void eachKindIsToldToWhoeverListensToIt() throws Exception {
        try (var invoices = new Tool(told -> 202);
                var money = new Tool(told -> 202)) {
            add(invoices, "invoice.credited");
            add(money, "payment.received", "payment.returned", "pay-run.paid");

            listener.invoice(
                    InvoiceEvent.newBuilder()
                            .mergeFrom(issued(NOON))
                            .setCredited(
                                    InvoiceCredited.newBuilder()
                                            .setNumber("CN2026-000001")
                                            .setCreditNoteId(UUID.randomUUID().toString())
                                            .setAmountMicro(5_000_000)
                                            .setCurrency("EUR"))
                            .build()
                            .toByteArray());
            listener.payment(
                    payment()
                            .setReceived(
                                    PaymentReceived.newBuilder()
                                            .setAmountMicro(12_500_000)
                                            .setCurrency("EUR")
                                            .setMethod("transfer")
                                            .setReceivedOn("2026-11-02"))
                            .build()
                            .toByteArray());
            listener.payment(
                    payment()
                            .setReturned(
                                    PaymentReturned.newBuilder()
                                            .setAmountMicro(12_500_000)
                                            .setCurrency("EUR"))
                            .build()
                            .toByteArray());
            listener.payRun(
                    PayRunEvent.newBuilder()
                            .setEventId(UUID.randomUUID().toString())
                            .setPayRunId(UUID.randomUUID().toString())
                            .setOccurredAt(time(NOON))
                            .setPaid(
                                    PayRunPaid.newBuilder()
                                            .setMonth("2026-10")
                                            .setTotalMicro(40_000_000)
                                            .setCurrency("EUR"))
                            .build()
                            .toByteArray());
            listener.invoice(issued(NOON).toByteArray());
            deliver();

            assertThat(types(invoices)).containsExactly("invoice.credited");
            assertThat(types(money))
                    .containsExactlyInAnyOrder(
                            "payment.received", "payment.returned", "pay-run.paid");
        }
    }

    @Test
    void whatHappenedBeforeSomebodyListenedIsNotTold() throws Exception {
        try (var tool = new Tool(told -> 200)) {
            add(tool, "invoice.issued");

            listener.invoice(issued(NOON.minusSeconds(1)).toByteArray());
            deliver();

            assertThat(tool.told).isEmpty();
        }
    }

    @Test
    void afterAFailureItComesAgainByTheScheduleAsTheSameMessage() throws Exception {
        var times = new AtomicInteger();
        try (var tool = new Tool(told -> times.incrementAndGet() < 3 ? 500 : 200)) {
            UUID id = id(add(tool, "invoice.issued"));
            listener.invoice(issued(NOON).toByteArray());

            deliver();
            deliveries(id)
                    .andExpect(jsonPath("$.items[0].state").value("waiting"))
                    .andExpect(jsonPath("$.items[0].status").value(500))
                    .andExpect(jsonPath("$.items[0].attempts").value(1));
            deliver(); // Too early.
            clock.set("2026-11-02T12:00:06Z");
            deliver();
            clock.set("2026-11-02T12:01:18Z");
            deliver();

            assertThat(times).hasValue(3);
            assertThat(tool.told.stream().map(Tool.Told::id))
                    .hasSize(3)
                    .containsOnly(tool.told.getFirst().id());
            deliveries(id)
                    .andExpect(jsonPath("$.items[0].state").value("taken"))
                    .andExpect(jsonPath("$.items[0].attempts").value(3))
                    .andExpect(jsonPath("$.items[0].why").value(nullValue()));
        }
    }

    @Test
    void aMessageIsGivenUpAfterTheLastAttemptAndComesAgainWhenSomebodyAsks() throws Exception {
        try (var tool = new Tool(told -> told.signature().isEmpty() ? 200 : 503)) {
            UUID id = id(add(tool, "invoice.issued"));
            listener.invoice(issued(NOON).toByteArray());
            Instant now = NOON;
            for (int i = 0; i <= Delivery.RETRIES.size(); i++) {
                deliver();
                now = now.plus(Duration.ofHours(29));
                clock.set(now.toString());
                // It would be disabled by now; here it is about the message.
                db.sql(
                                "update webhook_receiver set failing_since = null, disabled_at = null, disabled_why = null")
                        .update();
            }

            deliver();
            assertThat(tool.told).hasSize(Delivery.RETRIES.size() + 1);
            String list =
                    deliveries(id)
                            .andExpect(jsonPath("$.items[0].state").value("failed"))
                            .andReturn()
                            .getResponse()
                            .getContentAsString();
            String delivery = JsonPath.read(list, "$.items[0].id");
            perform(post(ALL + "/{id}/deliveries/{delivery}/again", id, delivery))
                    .andExpect(status().isAccepted());
            deliver();

            assertThat(tool.told).hasSize(Delivery.RETRIES.size() + 2);
            assertThat(tool.told.getLast().id()).isEqualTo(tool.told.getFirst().id());
        }
    }

    @Test
    void whoSaysThatItIsGoneIsToldNothingMore() throws Exception {
        try (var tool = new Tool(told -> 410)) {
            UUID id = id(add(tool, "invoice.issued"));
            listener.invoice(issued(NOON).toByteArray());

            deliver();
            listener.invoice(issued(NOON.plusSeconds(1)).toByteArray());
            clock.set("2026-11-03T12:00:00Z");
            deliver();

            assertThat(tool.told).hasSize(1);
            receivers()
                    .andExpect(
                            jsonPath("$.items[0].disabledWhy")
                                    .value("the receiver says that it is gone (status 410)"))
                    .andExpect(jsonPath("$.items[0].waiting").value(1));
            perform(post(ALL + "/{id}/test", id))
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value(
                                            "https://coopmesh.org/problems/webhook-receiver-disabled"));
        }
    }

    @Test
    void whoTakesNothingForFiveDaysIsDisabledWithAReasonAndToldAgainOnceEnabled() throws Exception {
        var answer = new AtomicInteger(302);
        try (var tool = new Tool(told -> answer.get())) {
            UUID id = id(add(tool, "invoice.issued"));
            listener.invoice(issued(NOON).toByteArray());
            deliver();
            clock.set(NOON.plus(Receiver.DISABLED_AFTER).minusSeconds(1).toString());
            deliver();
            receivers().andExpect(jsonPath("$.items[0].disabledAt").value(nullValue()));
            clock.set(NOON.plus(Receiver.DISABLED_AFTER).plusSeconds(120).toString());
            deliver();
            receivers()
                    .andExpect(
                            jsonPath("$.items[0].disabledWhy")
                                    .value(
                                            "it took nothing for 5 days, last: a redirect, which is not followed"));

            answer.set(200);
            perform(post(ALL + "/{id}/enable", id))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.disabledAt").value(nullValue()));
            clock.set(NOON.plus(Receiver.DISABLED_AFTER).plusSeconds(1_200).toString());
            deliver();

            receivers()
                    .andExpect(jsonPath("$.items[0].failingSince").value(nullValue()))
                    .andExpect(jsonPath("$.items[0].waiting").value(0));
        }
    }

    @Test
    void aSlowReceiverHoldsNobodyElseBackAndHasFourLanes() throws Exception {
        var hold = new CountDownLatch(1);
        var atOnce = new AtomicInteger();
        try (var slow =
                        new Tool(told -> {
                            atOnce.incrementAndGet();
                            hold.await();
                            return 200;
                        });
                var quick = new Tool(told -> 200)) {
            add(slow, "invoice.issued");
            add(quick, "invoice.issued");
            for (int i = 0; i < 30; i++) listener.invoice(issued(NOON).toByteArray());

            List<Future<?>> lanes = delivering.begin();
            await().atMost(Duration.ofSeconds(60)).until(() -> quick.told.size() == 30);
            assertThat(delivering.begin()).isEmpty();

            await().atMost(Duration.ofSeconds(60)).until(() -> atOnce.get() == Delivering.LANES);
            assertThat(slow.told).isEmpty();
            hold.countDown();
            for (Future<?> lane : lanes) lane.get(60, TimeUnit.SECONDS);
            assertThat(slow.told).hasSize(30);
        }
    }

    @Test
    void aNewSecretSignsBesideTheOldOneForADay() throws Exception {
        try (var tool = new Tool(told -> 200)) {
            String added = add(tool, "invoice.issued");
            SigningSecret before = secret(added);
            UUID id = id(added);

            String rotated =
                    perform(post(ALL + "/{id}/secret", id))
                            .andExpect(status().isOk())
                            .andExpect(
                                    jsonPath("$.receiver.oldSecretUntil")
                                            .value("2026-11-03T12:00:00Z"))
                            .andReturn()
                            .getResponse()
                            .getContentAsString();
            perform(post(ALL + "/{id}/secret", id)).andExpect(status().isConflict());
            perform(post(ALL + "/{id}/test", id)).andExpect(status().isAccepted());
            // Messages carry the machine's time, which the overlap is far behind here.
            db.sql("update webhook_receiver set old_until = '2999-01-01T00:00:00Z'").update();
            deliver();

            Tool.Told told = tool.told.getFirst();
            Instant at = Instant.ofEpochSecond(Long.parseLong(told.timestamp()));
            byte[] body = told.body().getBytes(UTF_8);
            assertThat(told.signature())
                    .isEqualTo(
                            secret(rotated).sign(told.id(), at, body)
                                    + " "
                                    + before.sign(told.id(), at, body));
            assertThat(told.body()).startsWith("{\"type\":\"webhook.test\"");
            db.sql("update webhook_receiver set old_until = '2026-11-02T12:00:00Z'").update();
            delivering.keepUp(NOON);
            receivers().andExpect(jsonPath("$.items[0].oldSecretUntil").value(nullValue()));
        }
    }

    @Test
    void theSecretIsToldOnceAndTheRestCanBeChangedAndRemoved() throws Exception {
        try (var tool = new Tool(told -> 200)) {
            UUID id = id(add(tool, "invoice.issued"));

            String listed =
                    receivers()
                            .andExpect(jsonPath("$.items", hasSize(1)))
                            .andExpect(jsonPath("$.kinds", hasSize(8)))
                            .andReturn()
                            .getResponse()
                            .getContentAsString();
            assertThat(listed).doesNotContain("whsec_");
            perform(
                            put(ALL + "/{id}", id)
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(
                                            """
                                            {"url":"https://tool.example/hook","note":" books ","kinds":["payment.received"]}
                                            """))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.url").value("https://tool.example/hook"))
                    .andExpect(jsonPath("$.note").value("books"))
                    .andExpect(jsonPath("$.kinds[0]").value("payment.received"));
            perform(delete(ALL + "/{id}", id)).andExpect(status().isNoContent());
            perform(delete(ALL + "/{id}", id)).andExpect(status().isNotFound());
            receivers().andExpect(jsonPath("$.items", hasSize(0)));
        }
    }

    @Test
    void addressesThatWillNotDoAreRefusedByFieldAndRule() throws Exception {
        refused("http://tool.example/hook", "https");
        refused("ftp://tool.example/hook", "https");
        refused("https://127.0.0.2/hook", "reach");
        refused("https://169.254.169.254/latest/meta-data", "reach");
        refused("https://[fd00:ec2::254]/", "reach");
        refused("http://10.0.0.1/", "reach");
        refused("https://me:secret@tool.example/", "form");
        refused("https://tool.example/#there", "form");
        refused("https:///hook", "form");
        refused("https://tool.example:99999/", "form");
        refused("not an address", "form");
        refused("https://tool.example/" + "a".repeat(500), "size");
        perform(
                        post(ALL)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"url":"https://tool.example/","kinds":["member.suspended"]}
                                        """))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("kinds"));
    }

    @Test
    void thereAreAtMostTwentyReceivers() throws Exception {
        for (int i = 0; i < Telling.RECEIVERS_MAX; i++) {
            create("https://tool.example/" + i).andExpect(status().isCreated());
        }

        create("https://tool.example/more")
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/too-many-webhook-receivers"));
    }

    @Test
    void messagesAreForgottenAfterThirtyDaysAndNotSaidAgain() throws Exception {
        try (var tool = new Tool(told -> 200)) {
            UUID id = id(add(tool, "invoice.issued"));
            InvoiceEvent fact = issued(NOON);
            listener.invoice(fact.toByteArray());
            deliver();

            Instant later = NOON.plus(Telling.KEPT).plusSeconds(1);
            clock.set(later.toString());
            delivering.keepUp(later);
            deliveries(id).andExpect(jsonPath("$.items", hasSize(0)));
            listener.invoice(fact.toByteArray());
            deliver();

            assertThat(tool.told).hasSize(1);
        }
    }

    @Test
    void killedWhileSendingItTellsEverythingAtLeastOnce() throws Exception {
        var begun = new CountDownLatch(40);
        var killed = new CountDownLatch(1);
        try (var tool =
                new Tool(told -> {
                    begun.countDown();
                    // From here on nothing more is taken until it is dead.
                    if (begun.getCount() == 0) killed.await();
                    return 200;
                })) {
            UUID id = id(add(tool, "invoice.issued"));
            for (int i = 0; i < 300; i++) listener.invoice(issued(NOON).toByteArray());
            Path keys = Files.createTempDirectory("webhook-keys");

            Process first = TellerProcess.start(database, keys);
            assertThat(begun.await(5, TimeUnit.MINUTES)).isTrue();
            first.destroyForcibly().waitFor();
            killed.countDown();
            // What was under way is held for the lease only; time passes here.
            db.sql("update webhook_delivery set next_at = now() where state = 'waiting'").update();
            Process second = TellerProcess.start(database, keys);
            try {
                await().atMost(Duration.ofMinutes(5))
                        .until(() ->
                                db.sql(
                                                        "select count(*) from webhook_delivery where state = 'taken' and receiver_id = :id")
                                                .param("id", id)
                                                .query(Long.class)
                                                .single()
                                        == 300);
            } finally {
                second.destroyForcibly().waitFor();
            }

            Set<String> arrived = tool.told.stream().map(Tool.Told::id).collect(Collectors.toSet());
            assertThat(arrived).hasSize(300);
            // Twice came only what was under way when it died.
            assertThat(tool.told.size()).isBetween(300, 300 + Delivering.LANES);
        }
    }

    private void deliver() throws Exception {
        for (Future<?> lane : delivering.begin()) lane.get(60, TimeUnit.SECONDS);
    }

    private String add(Tool tool, String... kinds) throws Exception {
        return create(tool.url(), kinds)
                .andExpect(status().isCreated())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    private ResultActions create(String url, String... kinds) throws Exception {
        Set<String> asked =
                kinds.length == 0 ? Set.of("invoice.issued") : new HashSet<>(List.of(kinds));
        return perform(
                post(ALL)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"url":"%s","kinds":[%s]}
                                """
                                        .formatted(
                                                url,
                                                asked.stream()
                                                        .map(kind -> "\"" + kind + "\"")
                                                        .collect(Collectors.joining(",")))));
    }

    private void refused(String url, String rule) throws Exception {
        create(url)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("url"))
                .andExpect(jsonPath("$.errors[0].rule").value(rule));
    }

    private ResultActions receivers() throws Exception {
        return perform(get(ALL)).andExpect(status().isOk());
    }

    private ResultActions deliveries(UUID id) throws Exception {
        return perform(get(ALL + "/{id}/deliveries", id)).andExpect(status().isOk());
    }

    private ResultActions perform(MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(
                request.with(
                        jwt().jwt(token -> token.subject(UUID.randomUUID().toString()))
                                .authorities(new SimpleGrantedAuthority("ROLE_treasurer"))));
    }

    private static UUID id(String added) {
        return UUID.fromString(JsonPath.read(added, "$.receiver.id"));
    }

    private static SigningSecret secret(String added) {
        return SigningSecret.parse(JsonPath.read(added, "$.secret"));
    }

    private static List<String> types(Tool tool) {
        Function<String, String> type = body -> JsonPath.read(body, "$.type");
        return tool.told.stream().map(Tool.Told::body).map(type).toList();
    }

    private static InvoiceEvent issued(Instant at) {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(UUID.randomUUID().toString())
                .setInvoiceId(UUID.randomUUID().toString())
                .setOccurredAt(time(at))
                .setIssued(
                        InvoiceIssued.newBuilder()
                                .setNumber("2026-000001")
                                .setTotalMicro(12_500_000)
                                .setCurrency("EUR")
                                .setDueOn("2026-11-16")
                                .setPayPath("pay/secret"))
                .build();
    }

    private static PaymentEvent.Builder payment() {
        return PaymentEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(UUID.randomUUID().toString())
                .setPaymentId(UUID.randomUUID().toString())
                .setOccurredAt(time(NOON));
    }

    private static Timestamp time(Instant at) {
        return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).build();
    }
}
