package org.coopmesh.eventbus;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceIssued;
import org.coopmesh.quickstart.Servers;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Measures facts per second from the outbox through Kafka into the inbox; each fact is two durable transactions. */
class EventBusBench {
    private static final int FACTS = 30_000;
    private static final int WARM_UP = 3_000;
    private static final int WRITERS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    static void main() throws Exception {
        var application = new SpringApplication(Bench.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(
                Map.of(
                        "spring.application.name", "bench",
                        "spring.datasource.url", Servers.freshDatabase("eventbus"),
                        "spring.flyway.locations", "classpath:db/eventbus",
                        "spring.datasource.hikari.maximum-pool-size", "16",
                        "spring.kafka.bootstrap-servers", Servers.kafka(),
                        "logging.level.root", "error"));
        try (ConfigurableApplicationContext context = application.run()) {
            run(context, WARM_UP);
            double perSecond = FACTS / (run(context, FACTS).toNanos() / 1e9);
            print(
                    "eventbus.events_per_s",
                    perSecond,
                    "/s",
                    FACTS
                            + " facts, "
                            + WRITERS
                            + " writers, fsync on, "
                            + Runtime.getRuntime().availableProcessors()
                            + " cores, JDK "
                            + Runtime.version().feature());
        }
        System.exit(0);
    }

    private static Duration run(ConfigurableApplicationContext context, int facts)
            throws InterruptedException {
        var outbox = context.getBean(Outbox.class);
        var transaction = context.getBean(TransactionTemplate.class);
        var heard = context.getBean(Heard.class);
        heard.remaining = new CountDownLatch(facts);
        Instant started = Instant.now();
        try (var writers = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 0; i < facts; i++) {
                String key = "key" + i % 500;
                writers.submit(() ->
                        transaction.executeWithoutResult(
                                status -> outbox.add("coopmesh.bench.v1", key, fact())));
            }
        }
        if (!heard.remaining.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(heard.remaining.getCount() + " facts did not arrive");
        }
        return Duration.between(started, Instant.now());
    }

    private static InvoiceEvent fact() {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(UUID.randomUUID().toString())
                .setOccurredAt(Timestamp.newBuilder().setSeconds(1_772_323_200L))
                .setIssued(
                        InvoiceIssued.newBuilder()
                                .setNumber("2026-000001")
                                .setTotalMicro(25_000_000))
                .build();
    }

    private static void print(String name, double value, String unit, String settings)
            throws IOException {
        System.out.printf("FIGURE %s %.0f %s | %s%n", name, value, unit, settings);
        Path file = Path.of("target/bench/eventbus.jsonl");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(name, value, unit, settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Configuration
    @EnableAutoConfiguration
    @Import({Hearer.class, Heard.class})
    static class Bench {}

    /** What is still awaited. */
    static class Heard {
        volatile CountDownLatch remaining = new CountDownLatch(0);
    }

    /** Takes every fact in, in a transaction of its own. */
    static class Hearer {
        private final Inbox inbox;
        private final Heard heard;

        Hearer(Inbox inbox, Heard heard) {
            this.inbox = inbox;
            this.heard = heard;
        }

        @KafkaListener(topics = "coopmesh.bench.v1")
        @Transactional
        public void on(byte[] payload) throws InvalidProtocolBufferException {
            if (inbox.accept(InvoiceEvent.parseFrom(payload).getEventId())) {
                heard.remaining.countDown();
            }
        }
    }
}
