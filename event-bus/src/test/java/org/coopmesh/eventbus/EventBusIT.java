package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceIssued;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
class EventBusIT {
    private static final String TOPIC = "coopmesh.test.invoice.v1";
    private static final Instant OCCURRED_AT = Instant.ofEpochSecond(1_772_323_200L);

    @Autowired Outbox outbox;
    @Autowired Inbox inbox;
    @Autowired Replay replay;
    @Autowired OutboxRelay relay;
    @Autowired DataSource dataSource;
    @Autowired KafkaProperties kafka;
    @Autowired DeadLetters deadLetters;
    @Autowired JdbcClient db;
    @Autowired TransactionTemplate transaction;
    @Autowired Heard heard;
    @Autowired MeterRegistry meters;
    @Autowired ObjectProvider<Tracer> tracers;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        registry.add("spring.application.name", () -> "test-service");
        registry.add("spring.datasource.url", () -> Servers.freshDatabase("eventbus"));
        registry.add("spring.flyway.locations", () -> "classpath:db/eventbus");
        registry.add("spring.kafka.bootstrap-servers", Servers::kafka);
    }

    @BeforeEach
    void forget() {
        heard.numbers.clear();
        heard.refused.clear();
        heard.pause = Duration.ZERO;
    }

    @Test
    void aFactArrivesOnceThoughItIsSentTwice() {
        String id = state("payer", "2026-000001");
        await().until(() -> heard.numbers.contains("2026-000001"));

        replay.of(TOPIC);
        state("payer", "after");

        await().until(() -> heard.numbers.contains("after"));
        assertThat(heard.numbers).containsOnlyOnce("2026-000001");
        assertThat(published(id)).isTrue();
    }

    @Test
    void whatWasStatedWhileNobodyRelayedLeavesInOrderWhenSomebodyDoes() {
        relay.stop();
        for (int i = 0; i < 200; i++) state("payer", "kept:" + i);
        assertThat(heardOf(List.of("kept"))).isEmpty();

        relay.start();

        await().atMost(Duration.ofSeconds(30)).until(() -> heardOf(List.of("kept")).size() == 200);
        assertThat(heardOf(List.of("kept")))
                .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "kept:" + i).toList());
    }

    @Test
    void ofTwoReplicasOneRelaysAndTheOtherGoesOnWhenItDies() {
        var second =
                new OutboxRelay(
                        dataSource,
                        new OutboxBell(dataSource),
                        kafka.buildProducerProperties(),
                        "test-service");
        second.start();
        try {
            for (int i = 0; i < 300; i++) {
                state("payer", "two:" + i);
                if (i == 150) relay.stop();
            }

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> heardOf(List.of("two")).size() == 300);
            assertThat(heardOf(List.of("two")))
                    .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "two:" + i).toList());
        } finally {
            second.stop();
            relay.start();
        }
    }

    @Test
    void aFactThatIsRolledBackWasNeverStated() {
        transaction.executeWithoutResult(status -> {
            outbox.add(TOPIC, "payer", issued("never"));
            status.setRollbackOnly();
        });
        state("payer", "always");

        await().until(() -> heard.numbers.contains("always"));
        assertThat(heard.numbers).doesNotContain("never");
    }

    @Test
    void aFactOutsideATransactionIsRefused() {
        assertThatThrownBy(() -> outbox.add(TOPIC, "payer", issued("x")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> inbox.accept(UUID.randomUUID().toString()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void writersThatHoldTheRowKeepTheOrderOfTheirKey() throws Exception {
        db.sql("create table if not exists aggregate (key text primary key, n int not null)")
                .update();
        List<String> keys = List.of("order-a", "order-b", "order-c");
        keys.forEach(key ->
                db.sql("insert into aggregate values (:key, 0) on conflict do nothing")
                        .param("key", key)
                        .update());

        try (var writers = Executors.newFixedThreadPool(6)) {
            for (int i = 0; i < 300; i++) {
                String key = keys.get(i % keys.size());
                writers.submit(() -> count(key));
            }
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> heardOf(keys).size() == 300);
        for (String key : keys) {
            assertThat(
                            heardOf(List.of(key)).stream()
                                    .map(n -> Integer.valueOf(n.substring(key.length() + 1))))
                    .isSorted();
        }
    }

    @Test
    void factsOfDifferentKeysAreTakenInTogetherAndThoseOfOneKeyInOrder() {
        relay.stop();
        List<String> keys = IntStream.range(0, 40).mapToObj(i -> "lane" + i).toList();
        transaction.executeWithoutResult(status -> {
            for (int n = 0; n < 10; n++) {
                for (String key : keys) outbox.add(TOPIC, key, issued(key + ":" + n));
            }
        });
        heard.pause = Duration.ofMillis(3);
        heard.most.set(0);

        relay.start();

        await().atMost(Duration.ofSeconds(60)).until(() -> heardOf(keys).size() == 400);
        for (String key : keys) {
            assertThat(heardOf(List.of(key)))
                    .isEqualTo(IntStream.range(0, 10).mapToObj(n -> key + ":" + n).toList());
        }
        // Three partitions alone would never have more than three under way.
        assertThat(heard.most.get()).isBetween(4, 6);
    }

    @Test
    void aRefusedFactAmongManyWaitsAloneAndNoneIsTakenInTwice() {
        relay.stop();
        List<String> keys = IntStream.range(0, 30).mapToObj(i -> "among" + i).toList();
        transaction.executeWithoutResult(status -> {
            for (int n = 0; n < 5; n++) {
                for (String key : keys) outbox.add(TOPIC, key, issued(key + ":" + n));
            }
        });
        heard.refused.add("among7:2");

        relay.start();

        await().atMost(Duration.ofSeconds(60)).until(() -> heardOf(keys).size() >= 149);
        await().until(() -> deadLetters.count() == 1);
        assertThat(heardOf(keys)).doesNotHaveDuplicates().hasSize(149);
        assertThat(heardOf(List.of("among7")))
                .containsExactly("among7:0", "among7:1", "among7:3", "among7:4");
        heard.refused.clear();
        assertThat(deadLetters.retry(deadLetters.waiting().getFirst().id())).isTrue();
        assertThat(heardOf(keys)).hasSize(150);
    }

    @Test
    void everyReplicaHearsTheBellAfterACommitAndOnlyThen() throws Exception {
        relay.stop();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("listen outbox");
            PGConnection ear = connection.unwrap(PGConnection.class);
            transaction.executeWithoutResult(status -> {
                outbox.add(TOPIC, "payer", issued("unheard"));
                status.setRollbackOnly();
            });
            assertThat(ear.getNotifications(300)).isNullOrEmpty();

            state("payer", "rings");

            assertThat(ear.getNotifications(10_000)).isNotEmpty();
            statement.execute("unlisten outbox");
        } finally {
            relay.start();
        }
    }

    @Test
    void theRelaysConnectionGoesBackToThePoolAsItCame() throws Exception {
        state("payer", "works");
        await().until(() -> heard.numbers.contains("works"));
        relay.stop();
        try {
            var held = new ArrayList<Connection>();
            for (int i = 0; i < 10; i++) held.add(dataSource.getConnection());
            for (Connection connection : held) {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("show synchronous_commit")) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getString(1)).isEqualTo("on");
                }
                connection.close();
            }
        } finally {
            relay.start();
        }
    }

    @Test
    void aMessageThatCannotBeTakenInWaitsForAPersonAndTheRestGoesOn() {
        heard.refused.add("poison");
        state("payer", "poison");
        state("payer", "healthy");

        await().atMost(Duration.ofSeconds(20)).until(() -> heard.numbers.contains("healthy"));
        await().until(() -> deadLetters.count() == 1);
        var waiting = deadLetters.waiting().getFirst();
        assertThat(waiting.topic()).isEqualTo(TOPIC);
        assertThat(waiting.cause()).contains("refuses poison");
        assertThatThrownBy(() -> deadLetters.retry(waiting.id()))
                .hasStackTraceContaining("refuses poison");
        assertThat(deadLetters.count()).isEqualTo(1);

        heard.refused.clear();

        assertThat(deadLetters.retry(waiting.id())).isTrue();
        assertThat(heard.numbers).containsOnlyOnce("poison");
        assertThat(deadLetters.count()).isZero();
        assertThat(deadLetters.retry(waiting.id())).isFalse();
    }

    @Test
    void aMessageCarriesTheHeadersOfACloudEvent() {
        String id = state("payer", "headers");

        await().until(() -> heard.headers.containsKey("headers"));
        assertThat(heard.headers.get("headers"))
                .containsEntry("ce_id", id)
                .containsEntry("ce_source", "/test-service")
                .containsEntry("ce_type", "coopmesh.billing.v1.InvoiceEvent.issued")
                .containsEntry("ce_time", "2026-03-01T00:00:00Z");
    }

    @Test
    void whatWaitsIsCounted() {
        relay.stop();
        try {
            for (int i = 0; i < 3; i++) state("payer", "counted:" + i);

            assertThat(meters.get("coopmesh.outbox.waiting").gauge().value()).isEqualTo(3);
            assertThat(meters.get("coopmesh.outbox.oldest.seconds").gauge().value())
                    .isCloseTo(
                            Duration.between(OCCURRED_AT, Instant.now()).toSeconds(), within(60.0));
            assertThat(meters.get("coopmesh.dead.letters").gauge().value())
                    .isEqualTo(deadLetters.count());
        } finally {
            relay.start();
        }
        await().until(() -> heardOf(List.of("counted")).size() == 3);
        await().untilAsserted(() ->
                assertThat(meters.get("coopmesh.inbox.waiting").gauge().value()).isZero());
        assertThat(tracers).as("traces are off unless an endpoint is named").isEmpty();
    }

    private void count(String key) {
        transaction.executeWithoutResult(status -> {
            int n =
                    db.sql("update aggregate set n = n + 1 where key = :key returning n")
                            .param("key", key)
                            .query(Integer.class)
                            .single();
            outbox.add(TOPIC, key, issued(key + ":" + n));
        });
    }

    private List<String> heardOf(List<String> keys) {
        List<String> matching = new ArrayList<>();
        for (String number : heard.numbers) {
            if (keys.stream().anyMatch(key -> number.startsWith(key + ":"))) {
                matching.add(number);
            }
        }
        return matching;
    }

    private String state(String key, String number) {
        InvoiceEvent event = issued(number);
        transaction.executeWithoutResult(status -> outbox.add(TOPIC, key, event));
        return event.getEventId();
    }

    private boolean published(String eventId) {
        return db.sql("select published_at is not null from outbox where event_id = :id")
                .param("id", UUID.fromString(eventId))
                .query(Boolean.class)
                .single();
    }

    private static InvoiceEvent issued(String number) {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(Timestamp.newBuilder().setSeconds(1772323200L))
                .setIssued(InvoiceIssued.newBuilder().setNumber(number))
                .build();
    }

    @Configuration
    @EnableAutoConfiguration
    @Import({Hearer.class, Heard.class})
    static class TestService {}

    /** What the hearer took in and what it is told to refuse. */
    static class Heard {
        final List<String> numbers = new CopyOnWriteArrayList<>();
        final List<String> refused = new CopyOnWriteArrayList<>();
        final Map<String, Map<String, String>> headers = new ConcurrentHashMap<>();
        final AtomicInteger now = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        volatile Duration pause = Duration.ZERO;
    }

    /** Takes invoices in, and refuses those it is told to. */
    static class Hearer {
        @Autowired Heard heard;
        @Autowired Inbox inbox;

        @KafkaListener(topics = TOPIC)
        @Transactional
        void on(ConsumerRecord<String, byte[]> message) throws InvalidProtocolBufferException {
            var event = InvoiceEvent.parseFrom(message.value());
            if (!inbox.accept(event.getEventId())) {
                return;
            }
            heard.most.accumulateAndGet(heard.now.incrementAndGet(), Math::max);
            try {
                LockSupport.parkNanos(heard.pause.toNanos());
                takeIn(message, event.getIssued().getNumber());
            } finally {
                heard.now.decrementAndGet();
            }
        }

        private void takeIn(ConsumerRecord<String, byte[]> message, String number) {
            if (heard.refused.contains(number)) {
                throw new IllegalArgumentException("refuses " + number);
            }
            Map<String, String> ce = new HashMap<>();
            message.headers().forEach(h -> ce.put(h.key(), new String(h.value())));
            heard.headers.put(number, ce);
            heard.numbers.add(number);
        }
    }
}
