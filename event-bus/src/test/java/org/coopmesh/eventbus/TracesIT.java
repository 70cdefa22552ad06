package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;

/** Who hears a fact goes on with the trace in which it was stated. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1/v1/traces",
            "management.tracing.sampling.probability=1.0"
        })
class TracesIT {
    private static final String TOPIC = "coopmesh.test.traced.v1";

    @Autowired Outbox outbox;
    @Autowired Replay replay;
    @Autowired Tracer tracer;
    @Autowired TransactionTemplate transaction;
    @Autowired JdbcClient db;
    @Autowired Hearer hearer;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        registry.add("spring.application.name", () -> "test-service");
        registry.add("spring.datasource.url", () -> Servers.freshDatabase("traces"));
        registry.add("spring.flyway.locations", () -> "classpath:db/eventbus");
        registry.add("spring.kafka.bootstrap-servers", Servers::kafka);
    }

    @Test
    void theHearerGoesOnWithTheTraceOfTheFact() {
        Span span = tracer.nextSpan().name("pays").start();
        String fact;
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            fact = state();
        } finally {
            span.end();
        }

        await().until(() -> hearer.heard.containsKey(fact));
        assertThat(hearer.heard.get(fact)).isEqualTo(span.context().traceId());
    }

    @Test
    void aFactOutsideOfATraceBeginsNone() {
        String fact = state();

        await().until(() -> hearer.heard.containsKey(fact));
        assertThat(hearer.heard.get(fact)).isEmpty();
    }

    @Test
    void whatIsSaidAgainIsNoPartOfTheOldTrace() {
        Span span = tracer.nextSpan().name("pays").start();
        String fact;
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            fact = state();
        } finally {
            span.end();
        }
        await().until(() -> hearer.heard.containsKey(fact));
        hearer.heard.clear();

        replay.of(TOPIC);

        await().until(() -> hearer.heard.containsKey(fact));
        assertThat(hearer.heard.get(fact)).isEmpty();
    }

    private String state() {
        String id = UUID.randomUUID().toString();
        transaction.executeWithoutResult(status ->
                outbox.add(
                        TOPIC,
                        "payer",
                        InvoiceEvent.newBuilder()
                                .setEventId(id)
                                .setOccurredAt(Timestamp.newBuilder().setSeconds(1772323200L))
                                .build()));
        return id;
    }

    @Configuration
    @EnableAutoConfiguration
    @Import(Hearer.class)
    static class TestService {}

    /** Remembers in which trace it heard each fact; empty for none. */
    static class Hearer {
        final Map<String, String> heard = new ConcurrentHashMap<>();

        @Autowired Tracer tracer;

        @KafkaListener(topics = TOPIC)
        void on(ConsumerRecord<String, byte[]> message) throws Exception {
            Span span = tracer.currentSpan();
            heard.put(
                    InvoiceEvent.parseFrom(message.value()).getEventId(),
                    span == null ? "" : span.context().traceId());
        }
    }
}
