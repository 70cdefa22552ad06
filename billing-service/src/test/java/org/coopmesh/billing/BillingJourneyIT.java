package org.coopmesh.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.billing.webhook.Tool;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceEvent.FactCase;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;
import org.coopmesh.eventbus.DeadLetters;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;

/** From membership's facts on Kafka to the fact that an overdue invoice was settled, by the clock alone. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import({BillingContext.class, BillingJourneyIT.Hearer.class})
class BillingJourneyIT {
    static class Hearer {
        final List<InvoiceEvent> heard = new CopyOnWriteArrayList<>();

        @KafkaListener(topics = "coopmesh.billing.invoice.v1", groupId = "hearer")
        void on(byte[] payload) throws Exception {
            heard.add(InvoiceEvent.parseFrom(payload));
        }

        List<FactCase> facts() {
            return heard.stream().map(InvoiceEvent::getFactCase).toList();
        }
    }

    @Autowired Hearer hearer;
    @Autowired StandingClock clock;
    @Autowired PayerRegister register;
    @Autowired MockMvc http;
    @Autowired DeadLetters deadLetters;
    private Tool tool;

    @AfterEach
    void close() {
        tool.close();
    }

    private Set<String> types() {
        return tool.told.stream()
                .map(told -> told.body().replaceFirst(".*\"type\":\"([^\"]+)\".*", "$1"))
                .collect(Collectors.toSet());
    }

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alive(registry);
        registry.add("coopmesh.webhook.own-networks", () -> "127.0.0.1");
        registry.add("coopmesh.webhook.check-interval", () -> "PT0.2S");
    }

    @Test
    void aPaymentOfAnOverdueInvoiceIsHeardAsSettled() throws Exception {
        Someone anna = Someone.fresh();
        tool = new Tool(told -> 200);
        Instant before = Instant.parse("2026-09-30T08:00:00Z");
        clock.set("2026-10-01T08:00:00Z");
        try (var kafka =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", Servers.kafka()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            send(kafka, "coop", "coop", Facts.constituted(before));
            send(kafka, "member", anna.member(), Facts.joined(anna, "2026-10-01", before));
            Message subscribed = Facts.subscribed(anna, "home", "2026-10-01", before);
            send(kafka, "member", anna.member(), subscribed);
            send(kafka, "member", anna.member(), subscribed); // delivered twice, counted once
            send(
                    kafka,
                    "member",
                    anna.member(),
                    MemberEvent.newBuilder()
                            .setEventId(UUID.randomUUID().toString())
                            .setMemberId(anna.member().toString())
                            .setSubscribed(SiteSubscribed.newBuilder().setSiteId("the mill"))
                            .build());
            send(kafka, "node", "ab".repeat(32), Facts.attached(anna, before));
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        register.isKnown(new PayerId(anna.payer()))
                                && register.isConstituted()
                                && register.siteOf(anna.attachment(), clock.instant())
                                        .equals(java.util.Optional.of(new SiteId(anna.site()))));
        http.perform(
                        post("/api/plans")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"code":"home","name":"Home","effectiveOn":"2026-09-01","flat":{"amount":"12.50"},
                                         "includedGb":50,"perGb":{"amount":"0.05"}}
                                        """))
                .andExpect(status().isCreated());

        http.perform(
                        post("/api/billing/webhooks")
                                .with(treasurer())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"url":"%s","kinds":["invoice.issued","invoice.overdue","invoice.settled","payment.received"]}
                                        """
                                                .formatted(tool.url())))
                .andExpect(status().isCreated());

        clock.set("2026-11-01T01:00:00Z");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hearer.facts().contains(FactCase.ISSUED));
        clock.set("2026-11-17T01:00:00Z");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hearer.facts().contains(FactCase.OVERDUE));
        http.perform(
                        post("/api/payments")
                                .with(treasurer())
                                .header("Idempotency-Key", UUID.randomUUID().toString())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"payerId":"%s","amount":"12.50","method":"cash","receivedOn":"2026-11-16"}
                                        """
                                                .formatted(anna.payer())))
                .andExpect(status().isCreated());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hearer.facts().contains(FactCase.SETTLED));
        await().atMost(Duration.ofSeconds(60)).until(() -> types().size() == 4);
        assertThat(types())
                .containsExactlyInAnyOrder(
                        "invoice.issued", "invoice.overdue", "payment.received", "invoice.settled");

        await().atMost(Duration.ofSeconds(20)).until(() -> deadLetters.count() == 1);
        assertThat(deadLetters.waiting())
                .singleElement()
                .satisfies(letter ->
                        assertThat(letter.cause())
                                .contains("subscribed.site_id is not a UUID: \"the mill\""));
        assertThat(hearer.facts())
                .containsExactly(FactCase.ISSUED, FactCase.OVERDUE, FactCase.SETTLED);
        assertThat(hearer.heard)
                .allMatch(each -> each.getPayerId().equals(anna.payer().toString()));
        assertThat(hearer.heard.get(1).getOverdue().getSince()).isEqualTo("2026-11-16");
        assertThat(hearer.heard.getLast().getSettled().getSettledOn()).isEqualTo("2026-11-16");
    }

    private static org.springframework.test.web.servlet.request.RequestPostProcessor treasurer() {
        return jwt().jwt(token -> token.subject(UUID.randomUUID().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_treasurer"));
    }

    private static void send(
            KafkaProducer<String, byte[]> kafka, String topic, Object key, Message event)
            throws Exception {
        kafka.send(
                        new ProducerRecord<>(
                                "coopmesh.membership." + topic + ".v1",
                                key.toString(),
                                event.toByteArray()))
                .get();
    }
}
