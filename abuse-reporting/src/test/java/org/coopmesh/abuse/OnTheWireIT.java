package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.membership.v1.CoopConstituted;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.MemberJoined;
import org.coopmesh.contracts.membership.v1.NodeAttached;
import org.coopmesh.contracts.membership.v1.NodeDetached;
import org.coopmesh.contracts.membership.v1.NodeEnrolled;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.result.MockMvcResultMatchers;

/** The whole service with Kafka and real HTTP: what it hears, what it says, and what it lets in. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureMockMvc
@ContextConfiguration(initializers = FreshDatabase.class)
@Import(Village.class)
@DirtiesContext
class OnTheWireIT {
    private static final Person MODERATOR = Person.with("member", "moderator");

    @DynamicPropertySource
    static void kafka(DynamicPropertyRegistry settings) {
        settings.add("spring.kafka.bootstrap-servers", Servers::kafka);
    }

    @LocalServerPort int port;
    @Autowired Calls calls;
    @Autowired SubjectRegister subjects;
    @Autowired JdbcClient db;
    @Autowired TestClock clock;

    @Test
    void whatMembershipSaysIsHeardOnceAndABanIsSaidAtOnce() throws Exception {
        String node = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
        String member = UUID.randomUUID().toString();
        String site = UUID.randomUUID().toString();
        String attachment = UUID.randomUUID().toString();
        NodeEvent attached =
                node(node)
                        .setAttached(
                                NodeAttached.newBuilder()
                                        .setAttachmentId(attachment)
                                        .setSiteId(site)
                                        .setMemberId(member)
                                        .setPrefixV4("10.201.77.0/24")
                                        .setRouterV4("10.201.77.1"))
                        .build();
        try (var producer = producer()) {
            send(producer, "coopmesh.membership.coop.v1", "coop", constituted());
            send(producer, "coopmesh.membership.member.v1", member, joined(member));
            send(producer, "coopmesh.membership.member.v1", member, subscribed(member, site));
            send(producer, "coopmesh.membership.node.v1", node, enrolled(node, member, site));
            send(producer, "coopmesh.membership.node.v1", node, node(node).build()); // Newer fact.
            producer.send(
                    new ProducerRecord<>("coopmesh.membership.node.v1", node, new byte[] {1, 2}));
            send(
                    producer,
                    "coopmesh.membership.node.v1",
                    node,
                    node(node)
                            .setDetached(NodeDetached.newBuilder().setAttachmentId("the mill"))
                            .build());
            send(producer, "coopmesh.membership.node.v1", node, attached);
            send(producer, "coopmesh.membership.node.v1", node, attached);
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        db.sql("select count(*) from attachment where attachment_id = ?")
                                        .param(UUID.fromString(attachment))
                                        .query(Integer.class)
                                        .single()
                                == 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> subjects.coop().isPresent());
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        db.sql("select count(*) from site where site_id = ?")
                                        .param(UUID.fromString(site))
                                        .query(Integer.class)
                                        .single()
                                == 1);
        assertThat(db.sql("select cause from dead_letter").query(String.class).list())
                .as("poison is kept, and stops nothing")
                .hasSize(2)
                .anyMatch(cause -> cause.contains("detached.attachment_id is not a UUID"));
        calls.post(MODERATOR, "/api/bans", ban("10.201.77.1"))
                .andExpect(MockMvcResultMatchers.jsonPath("$.rule").value("own-gateway"));

        bansAreOnKafkaSoonAfterTheClick();

        try (var producer = producer()) {
            send(
                    producer,
                    "coopmesh.membership.node.v1",
                    node,
                    node(node)
                            .setDetached(NodeDetached.newBuilder().setAttachmentId(attachment))
                            .build());
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        db.sql(
                                        """
                                        select detached_at is not null from attachment
                                        where attachment_id = ?
                                        """)
                                .param(UUID.fromString(attachment))
                                .query(Boolean.class)
                                .single());
    }

    private void bansAreOnKafkaSoonAfterTheClick() throws Exception {
        int rounds = 60;
        long[] requestMicros = new long[rounds];
        long[] kafkaMicros = new long[rounds];
        try (var consumer = consumer()) {
            consumer.subscribe(List.of("coopmesh.abuse.ban.v1"));
            calls.post(MODERATOR, "/api/bans", ban("203.0.113.255"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !consumer.poll(Duration.ofMillis(50)).isEmpty());
            for (int i = 0; i < rounds; i++) {
                long clicked = System.nanoTime();
                calls.post(MODERATOR, "/api/bans", ban("203.0.113." + i))
                        .andExpect(MockMvcResultMatchers.status().isCreated());
                requestMicros[i] = (System.nanoTime() - clicked) / 1000;
                var records = consumer.poll(Duration.ofSeconds(10));
                kafkaMicros[i] = (System.nanoTime() - clicked) / 1000;
                var event = BanEvent.parseFrom(records.iterator().next().value());
                assertThat(event.getTarget().getPrefix()).isEqualTo("203.0.113." + i + "/32");
            }
        }
        Arrays.sort(requestMicros);
        Arrays.sort(kafkaMicros);
        System.out.printf(
                "ban request: middle %d us, slowest %d us; click to Kafka: middle %d us, slowest %d us%n",
                requestMicros[rounds / 2],
                requestMicros[rounds - 1],
                kafkaMicros[rounds / 2],
                kafkaMicros[rounds - 1]);
    }

    @Test
    void anEndlessBodyIsCutOff() throws Exception {
        byte[] start =
                "{\"category\": \"spam\", \"description\": \"".getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(start, 8_000_000);
        Arrays.fill(body, start.length, body.length, (byte) 'x');

        var answer =
                send(
                        HttpRequest.newBuilder(uri("/api/reports"))
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofInputStream(
                                                () -> new ByteArrayInputStream(body))));

        assertThat(answer).startsWith("413 ").contains("report-too-large");
    }

    @Test
    void aBodyOfUndeclaredLengthIsReadLikeAnyOther() throws Exception {
        byte[] body =
                "{\"category\": \"spam\", \"description\": \"x\"}".getBytes(StandardCharsets.UTF_8);

        var answer =
                send(
                        HttpRequest.newBuilder(uri("/api/reports"))
                                .header("Content-Type", "application/json")
                                .header("X-Forwarded-For", "10.201.9.11")
                                .POST(
                                        BodyPublishers.ofInputStream(
                                                () -> new ByteArrayInputStream(body))));

        assertThat(answer).startsWith("201 ");
    }

    @Test
    void theClientIsWhomTheGatewayNamesAndNotWhomTheClientClaims() throws Exception {
        for (int i = 0; i < 5; i++) {
            // The client claims to be somebody else each time; the gateway appends the truth.
            assertThat(reportThroughGateway("1.2.3." + i + ", 10.201.9.9")).startsWith("201 ");
        }

        assertThat(reportThroughGateway("1.2.3.99, 10.201.9.9")).startsWith("429 ");
        assertThat(reportThroughGateway("10.201.9.10")).startsWith("201 ");
    }

    private String reportThroughGateway(String forwardedFor) throws Exception {
        return send(
                HttpRequest.newBuilder(uri("/api/reports"))
                        .header("Content-Type", "application/json")
                        .header("X-Forwarded-For", forwardedFor)
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"category\": \"spam\", \"description\": \"x\"}")));
    }

    private static String send(HttpRequest.Builder request) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private String ban(String address) {
        return """
        {"target": {"kind": "address", "value": "%s"}, "until": "%s", "reason": "a reason"}
        """
                .formatted(address, Village.in(clock.instant(), 3600));
    }

    private static void send(
            KafkaProducer<String, byte[]> producer, String topic, String key, Message event) {
        producer.send(new ProducerRecord<>(topic, key, event.toByteArray()));
    }

    private static KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", Servers.kafka()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", Servers.kafka(),
                        "group.id", "test",
                        "auto.offset.reset", "earliest",
                        "metadata.max.age.ms", "500"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static NodeEvent.Builder node(String node) {
        return NodeEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(node)
                .setOccurredAt(Timestamp.newBuilder().setSeconds(1_790_000_000));
    }

    private static NodeEvent enrolled(String node, String member, String site) {
        return node(node)
                .setEnrolled(
                        NodeEnrolled.newBuilder()
                                .setOwnerMemberId(member)
                                .setSiteId(site)
                                .setGateway(true))
                .build();
    }

    private static CoopEvent constituted() {
        return CoopEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setConstituted(
                        CoopConstituted.newBuilder()
                                .setName("Hillside Net")
                                .setCurrency("EUR")
                                .setTimeZone("Europe/Vienna"))
                .build();
    }

    private static MemberEvent joined(String member) {
        return MemberEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(member)
                .setJoined(MemberJoined.newBuilder().setJoinedOn("2026-01-01"))
                .build();
    }

    private static MemberEvent subscribed(String member, String site) {
        return MemberEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(member)
                .setSubscribed(
                        SiteSubscribed.newBuilder()
                                .setSiteId(site)
                                .setPayerId(UUID.randomUUID().toString())
                                .setPlanCode("basic")
                                .setEffectiveOn("2026-01-01"))
                .build();
    }
}
