package org.coopmesh.eventbus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceIssued;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** That something changed is told to every replica, after the commit and only then, and streamed to who listens. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ChangesIT {
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final Duration QUIET = Duration.ofMillis(800);

    @Autowired Changes changes;
    @Autowired ChangeFeed feed;
    @Autowired Outbox outbox;
    @Autowired DataSource dataSource;
    @Autowired TransactionTemplate transaction;
    @LocalServerPort int port;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        registry.add("spring.application.name", () -> "test-service");
        registry.add("spring.datasource.url", () -> Servers.freshDatabase("changes"));
        registry.add("spring.flyway.locations", () -> "classpath:db/eventbus");
        registry.add("spring.kafka.bootstrap-servers", Servers::kafka);
        registry.add("coopmesh.event-bus.relay-enabled", () -> "false");
    }

    @Test
    void everyReplicaHearsOfACommitAndOfNothingElse() throws Exception {
        var second = new ChangeFeed(dataSource);
        second.start();
        try (var here = new Ear(feed);
                var there = new Ear(second)) {
            transaction.executeWithoutResult(status -> {
                changes.tell("never");
                status.setRollbackOnly();
            });
            assertThat(here.next(QUIET)).isEmpty();

            transaction.executeWithoutResult(_ -> {
                changes.tell("always");
                changes.tell("always");
            });

            assertThat(here.next(SOON)).containsExactly("always");
            assertThat(there.next(SOON)).containsExactly("always");
        } finally {
            second.stop();
        }
    }

    @Test
    void aFactTellsByItselfWhatItsTopicIsCalled() throws Exception {
        try (var ear = new Ear(feed)) {
            transaction.executeWithoutResult(
                    _ -> outbox.add("coopmesh.test.invoice.v1", "payer", issued()));

            assertThat(ear.next(SOON)).containsExactly("invoice");
        }
    }

    @Test
    void whatIsDoneByRestTellsByItselfAndWhatIsReadOrRefusedDoesNot() throws Exception {
        try (var ear = new Ear(feed)) {
            assertThat(ask("GET", "/api/things/1")).isEqualTo(200);
            assertThat(ask("POST", "/api/things/1/refused")).isEqualTo(409);
            assertThat(ear.next(QUIET)).isEmpty();

            assertThat(ask("POST", "/api/things/1/done")).isEqualTo(200);

            assertThat(ear.next(SOON)).containsExactly("things");
        }
    }

    @Test
    void aThousandChangesAreToldAFewTimes() throws Exception {
        try (var ear = new Ear(feed)) {
            for (int i = 0; i < 1_000; i++) changes.tell("many");

            int times = 0;
            while (!ear.next(QUIET).isEmpty()) times++;
            assertThat(times).isBetween(1, 3);
        }
    }

    @Test
    void aWordIsAWord() {
        for (String wrong : List.of("", "*", "two words", "Ban", "x".repeat(41))) {
            assertThatThrownBy(() -> changes.tell(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whoListensOverHttpHearsFirstThatAnythingMayHaveChanged() throws Exception {
        var lines = new CopyOnWriteArrayList<String>();
        HttpURLConnection stream = stream();
        assertThat(stream.getContentType()).startsWith("text/event-stream");
        Thread.ofVirtual().start(() -> read(stream, lines));
        await().atMost(SOON).until(() -> lines.contains("data: *"));

        changes.tell("bans");

        await().atMost(SOON).until(() -> lines.contains("data: bans"));
        stream.disconnect();
    }

    @Test
    void soManyListenAndNoMore() throws Exception {
        var ears = new ArrayList<Ear>();
        try {
            while (ears.size() < ChangeFeed.LISTENERS_MAX) ears.add(new Ear(feed));

            assertThat(stream().getResponseCode()).isEqualTo(503);
        } finally {
            for (Ear ear : ears) ear.close();
        }
        assertThat(ask("POST", ChangeStream.PATH)).isEqualTo(405);
    }

    @Test
    void whoListensIsLetGoWhenTheServiceStopsAndItsConnectionHearsNothingAnyMore()
            throws Exception {
        var stopping = new ChangeFeed(dataSource);
        stopping.start();
        ChangeFeed.Listener listener = stopping.join().orElseThrow();
        assertThat(listener.take(SOON)).hasValue(Set.of(Changes.ANYTHING));

        stopping.stop();

        assertThat(listener.take(SOON)).isEmpty();
        assertThat(stopping.join()).isEmpty();
        var held = new ArrayList<Connection>();
        try {
            for (int i = 0; i < 8; i++) held.add(dataSource.getConnection());
            for (Connection connection : held) {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("select pg_listening_channels()")) {
                    assertThat(row.next()).isFalse();
                }
            }
        } finally {
            for (Connection connection : held) connection.close();
        }
    }

    /** Somebody who listens, and has heard what is said at first. */
    private static final class Ear implements AutoCloseable {
        private final ChangeFeed feed;
        private final ChangeFeed.Listener listener;

        Ear(ChangeFeed feed) throws InterruptedException {
            this.feed = feed;
            this.listener = feed.join().orElseThrow();
            listener.take(QUIET);
        }

        /** None where nothing came in time. */
        Set<String> next(Duration patience) throws InterruptedException {
            Optional<Set<String>> words = listener.take(patience);
            return words.orElseThrow();
        }

        @Override
        public void close() {
            feed.leave(listener);
        }
    }

    private HttpURLConnection stream() throws IOException {
        return (HttpURLConnection) uri(ChangeStream.PATH).toURL().openConnection();
    }

    private static void read(HttpURLConnection stream, List<String> lines) {
        try (var in = new BufferedReader(new InputStreamReader(stream.getInputStream(), UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) lines.add(line);
        } catch (IOException closed) {
            lines.add("closed");
        }
    }

    private int ask(String method, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri(path))
                                    .method(method, HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static InvoiceEvent issued() {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(Timestamp.newBuilder().setSeconds(1772323200L))
                .setIssued(InvoiceIssued.newBuilder().setNumber("2026-000001"))
                .build();
    }

    @Configuration
    @EnableAutoConfiguration
    @Import(Things.class)
    static class TestService {
        @Bean
        SecurityFilterChain everybodyMay(HttpSecurity http) throws Exception {
            return http.csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(all -> all.anyRequest().permitAll())
                    .build();
        }
    }

    @RestController
    static class Things {
        @GetMapping("/api/things/{id}")
        String thing() {
            return "one";
        }

        @PostMapping("/api/things/{id}/done")
        String done() {
            return "done";
        }

        @PostMapping("/api/things/{id}/refused")
        String refused() {
            throw new ResponseStatusException(HttpStatus.CONFLICT);
        }
    }
}
