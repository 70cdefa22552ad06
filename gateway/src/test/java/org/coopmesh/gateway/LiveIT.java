package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** What an open page is told, how many may listen, and when a stream ends. */
@TestPropertySource(
        properties = {
            "coopmesh.live.streams-max=4",
            "coopmesh.live.streams-per-session-max=2",
            "coopmesh.live.heartbeat=1s"
        })
class LiveIT extends RunningGateway {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Autowired JdbcClient db;

    private final List<Page> pages = new ArrayList<>();

    @BeforeEach
    void everyPartIsHeard() {
        await().atMost(PATIENCE)
                .until(() -> MEMBERSHIP.isHeard() && BILLING.isHeard() && ABUSE.isHeard());
    }

    @AfterEach
    void everyStreamIsOver() {
        db.sql("delete from spring_session").update();
        await().atMost(PATIENCE).until(() -> pages.stream().allMatch(Page::isOver));
    }

    @Test
    void aPageIsToldTheKindOfWhatChangedInAnyPartAndNothingElse() throws Exception {
        Page page = open(new Person(publicUrl).signedInAs("board"));

        ABUSE.tells("ban");
        assertThat(page.next(SOON).get("data")).isEqualTo("bans");
        BILLING.tells("payment bill-runs something-new");
        assertThat(page.next(SOON).get("data")).isEqualTo("bill-runs payments");
        MEMBERSHIP.tells("node");
        assertThat(page.next(SOON).get("data")).isEqualTo("nodes");
    }

    @Test
    void whatARoleMayNotReadItIsNotTold() throws Exception {
        Page moderator = open(new Person(publicUrl).signedInAs("moderator"));
        Page member = open(new Person(publicUrl).signedInAs("anna"));

        BILLING.tells("payment");
        ABUSE.tells("casework");

        assertThat(moderator.next(SOON).get("data")).isEqualTo("cases");
        assertThat(member.next(SOON)).isEmpty();
    }

    @Test
    void whoIsNotSignedInIsNotTold() {
        HttpResponse<String> answer = new Person(publicUrl).get("/api/live");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("sign-in-required");
    }

    @Test
    void whatChangedWhileTheLineWasBrokenIsToldWhenItComesBack() throws Exception {
        Person person = new Person(publicUrl).signedInAs("board");
        Page before = open(person);
        ABUSE.tells("casework");
        String heard = before.next(SOON).get("id");
        before.close();

        BILLING.tells("bank");

        assertThat(comeBack(person, heard).next(SOON).get("data")).isEqualTo("imports");
        assertThat(comeBack(person, "1234abcd-7").next(SOON).get("data"))
                .as("of a gateway that is no more")
                .isEqualTo("nodes bans cases imports bill-runs payments");
    }

    @Test
    void aSignInHasSoManyStreamsAndAReplicaSoMany() throws Exception {
        Person one = new Person(publicUrl).signedInAs("board");
        open(one);
        Page second = open(one);

        HttpResponse<String> third = one.get("/api/live");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(third.body()).contains("https://coopmesh.org/problems/too-many-streams");

        Person other = new Person(publicUrl).signedInAs("treasurer");
        open(other);
        open(other);
        HttpResponse<String> fifth = new Person(publicUrl).signedInAs("network").get("/api/live");
        assertThat(fifth.statusCode()).isEqualTo(503);
        assertThat(fifth.body()).contains("https://coopmesh.org/problems/live-full");

        second.close();
        assertThat(open(one).status()).as("its place is free").isEqualTo(200);
    }

    @Test
    void aStreamEndsWithItsSession() throws Exception {
        Person person = new Person(publicUrl).signedInAs("board");
        Page page = open(person);
        Page others = open(new Person(publicUrl).signedInAs("board"));

        assertThat(person.post("/id/sign-out", "").statusCode()).isEqualTo(204);

        assertThat(page.ends(Duration.ofSeconds(5))).isTrue();
        ABUSE.tells("ban");
        assertThat(others.next(SOON).get("data")).isEqualTo("bans");
    }

    @Test
    void aStreamEndsWhenItsSessionHasRunOut() throws Exception {
        Page page = open(new Person(publicUrl).signedInAs("board"));

        db.sql("update spring_session set expiry_time = 1").update();

        assertThat(page.ends(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void whileAPartIsNotHeardNobodyListensAndAfterwardsEverythingIsReadAgain() throws Exception {
        Person person = new Person(publicUrl).signedInAs("board");
        Page page = open(person);
        ABUSE.tells("ban");
        String heard = page.next(SOON).get("id");

        BILLING.down();
        BILLING.hangsUp();

        assertThat(page.ends(Duration.ofSeconds(5))).isTrue();
        HttpResponse<String> refused = person.get("/api/live");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("https://coopmesh.org/problems/live-unavailable");

        BILLING.up();
        await().atMost(PATIENCE).until(BILLING::isHeard);
        Map<String, String> all = comeBack(person, heard).next(SOON);
        assertThat(all.get("data")).isEqualTo("nodes bans cases imports bill-runs payments");
    }

    @Test
    void aHeartBeatsWhileNothingChanges() throws Exception {
        Page page = open(new Person(publicUrl).signedInAs("anna"));

        await().atMost(Duration.ofSeconds(5)).until(() -> page.beats() >= 2);
    }

    /** A page that comes for the first time, and has been told what changed before. */
    private Page open(Person person) throws InterruptedException {
        Page page = comeBack(person, "");
        while (!page.next(Duration.ofMillis(600)).isEmpty()) {
            // That was before.
        }
        return page;
    }

    /** As soon as there is room. */
    private Page comeBack(Person person, String since) {
        Page page =
                await().atMost(PATIENCE)
                        .until(
                                () -> new Page(publicUrl, person, since),
                                each -> each.status() == 200);
        pages.add(page);
        return page;
    }

    /** A page that listens: events by their fields, past the first, which says only that the line stands. */
    private static final class Page {
        private final BlockingQueue<Map<String, String>> events = new LinkedBlockingQueue<>();
        private final List<Long> beats = new CopyOnWriteArrayList<>();
        private final HttpURLConnection line;
        private final int status;
        private volatile boolean over;

        Page(String gateway, Person person, String since) throws IOException {
            line =
                    (HttpURLConnection)
                            URI.create(gateway + "/api/live?since=" + since)
                                    .toURL()
                                    .openConnection();
            line.setRequestProperty("Accept", "text/event-stream");
            line.setRequestProperty(
                    "Cookie",
                    person.cookies.values().stream()
                            .filter(cookie -> cookie.getPath().equals("/"))
                            .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
            status = line.getResponseCode();
            if (status == 200) {
                assertThat(line.getContentType()).startsWith("text/event-stream");
                assertThat(line.getHeaderField("Cache-Control")).isEqualTo("no-store");
                Thread.ofVirtual().start(this::read);
                try {
                    assertThat(next(PATIENCE).get("event")).isEqualTo("here");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        int status() {
            return status;
        }

        int beats() {
            return beats.size();
        }

        private void read() {
            try (var in = new BufferedReader(new InputStreamReader(line.getInputStream(), UTF_8))) {
                var event = new HashMap<String, String>();
                for (String text = in.readLine(); text != null; text = in.readLine()) {
                    int colon = text.indexOf(':');
                    if (text.isEmpty()) {
                        if (event.containsKey("data")) events.add(Map.copyOf(event));
                        else beats.add(System.nanoTime());
                        event.clear();
                    } else {
                        event.put(text.substring(0, colon), text.substring(colon + 1).strip());
                    }
                }
            } catch (IOException broken) {
                // Ends as well
            }
            over = true;
        }

        /** Empty where nothing came in time. */
        Map<String, String> next(Duration patience) throws InterruptedException {
            Map<String, String> event = events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return event == null ? Map.of() : event;
        }

        boolean isOver() {
            return over;
        }

        boolean ends(Duration patience) {
            await().atMost(patience).until(() -> over);
            return over;
        }

        void close() {
            line.disconnect();
        }
    }
}
