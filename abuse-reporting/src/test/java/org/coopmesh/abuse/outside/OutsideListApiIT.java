package org.coopmesh.abuse.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.contracts.abuse.v1.BanEvent.FactCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;

@ServiceTest
@TestPropertySource(
        properties = {
            "coopmesh.test.database=of-outside-lists",
            // Lists are fetched when a test says so
            "coopmesh.outside.check-interval=P1D"
        })
class OutsideListApiIT {
    private static final Person BOARD = Person.with("member", "board");
    private static final Person MODERATOR = Person.with("member", "moderator");
    private static final AtomicInteger NAMES = new AtomicInteger();

    @Autowired Calls calls;
    @Autowired MockMvc mvc;
    @Autowired TestClock clock;
    @Autowired OutsideLists lists;
    @Autowired JdbcClient db;

    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private Answer answer = exchange -> say(exchange, "");

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void somebodyKeepsAList() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    asked.add(exchange.getRequestURI().toString());
                    answer.to(exchange);
                });
        server.start();
    }

    @AfterEach
    void closed() throws Exception {
        server.stop(0);
        for (OutsideList list : lists.all()) lists.remove(list.id(), UUID.randomUUID());
    }

    @Test
    void aListIsTriedOutFirstAndEnforcedWhenSomebodySaysSo() throws Exception {
        String id = add("url", "");
        says("45.10.0.1\n45.10.1.0/24 # bots\n");

        fetch(id)
                .andExpect(jsonPath("$.outcome").value("taken"))
                .andExpect(jsonPath("$.enforced").value(false))
                .andExpect(jsonPath("$.entries").value(2));
        assertThat(calls.banEvents("address 45.10.0.1/32")).isEmpty();
        assertThat(dropped("45.10.0.1")).isZero();

        enforce(id, true);
        assertThat(calls.banEvents("address 45.10.1.0/24"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.getImposed().getUntil().getSeconds())
                                .isEqualTo(
                                        clock.instant().plus(Duration.ofDays(7)).getEpochSecond()));
        assertThat(dropped("45.10.0.1")).isOne();
        enforce(id, true);
        assertThat(calls.banEvents("address 45.10.0.1/32")).hasSize(1);

        enforce(id, false);
        assertThat(facts("45.10.0.1/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
        assertThat(dropped("45.10.0.1")).isZero();
    }

    @Test
    void whatIsNoLongerOnTheListIsBannedNoLonger() throws Exception {
        String id = add("url", "");
        says("45.11.0.1\n45.11.0.2\n");
        fetch(id);
        enforce(id, true);

        says("45.11.0.2\n45.11.0.3\n");
        fetch(id).andExpect(jsonPath("$.entries").value(2));

        assertThat(facts("45.11.0.1/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
        assertThat(facts("45.11.0.2/32")).containsExactly(FactCase.IMPOSED);
        assertThat(facts("45.11.0.3/32")).containsExactly(FactCase.IMPOSED);

        calls.delete(BOARD, "/api/outside-lists/" + id).andExpect(status().isNoContent());
        assertThat(facts("45.11.0.2/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
        calls.get(BOARD, "/api/outside-lists").andExpect(jsonPath("$.items").isEmpty());
        assertThat(
                        db.sql("select api_key from outside_list where list_id = ?::uuid")
                                .param(id)
                                .query(String.class)
                                .optional())
                .isEmpty();
    }

    private String stored(String list) {
        return db.sql("select api_key from outside_list where list_id = ?::uuid")
                .param(list)
                .query(String.class)
                .single();
    }

    @Test
    void aBanOfPeopleIsNeverTouched() throws Exception {
        String ban =
                Calls.read(
                        calls.post(
                                MODERATOR,
                                "/api/bans",
                                """
                                {"target": {"kind": "address", "value": "45.12.0.1"}, "until": "%s", "reason": "it scans"}
                                """
                                        .formatted(Village.in(clock.instant(), 86_400))),
                        "$.id");
        String id = add("url", "");
        says("45.12.0.1\n45.12.0.2\n");
        fetch(id);
        enforce(id, true);

        calls.delete(BOARD, "/api/outside-lists/" + id);

        calls.get(MODERATOR, "/api/bans/" + ban).andExpect(jsonPath("$.state").value("inForce"));
        assertThat(dropped("45.12.0.1")).isOne();
        assertThat(dropped("45.12.0.2")).isZero();
    }

    @Test
    void whatThisCoopDoesNotBanIsLeftOutAndCounted() throws Exception {
        Home home = calls.home(true, UUID.randomUUID(), UUID.randomUUID(), "46.9.9");
        var never =
                calls.post(
                        MODERATOR,
                        "/api/never-bans",
                        "{\"prefix\": \"45.13.9.0/24\", \"reason\": \"the emergency service\"}");
        String id = add("url", ", \"entriesMax\": 2");
        says(
                """
                45.13.0.1
                45.13.9.9
                46.9.9.20
                46.9.0.0/16
                45.0.0.0/8
                10.1.2.3
                100.64.1.1
                fd42:200::1
                2001:db8::1
                0.0.0.0/0
                nonsense
                45.13.0.2
                45.13.0.3
                45.13.0.1
                """);

        ResultActions told = fetch(id);

        told.andExpect(jsonPath("$.entries").value(2)).andExpect(jsonPath("$.ownMembers").value(1));
        List<Map<String, Object>> leftOut = Calls.read(told, "$.leftOut");
        assertThat(
                        leftOut.stream()
                                .collect(
                                        Collectors.toMap(e -> e.get("why"), e -> e.get("entries"))))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "never-ban-list", 1,
                                "own-member", 2,
                                "too-wide", 2,
                                "not-public", 4,
                                "malformed", 1,
                                "beyond-the-cap", 1));
        enforce(id, true);
        assertThat(calls.banEvents("address " + home.client() + "/32")).isEmpty();
        calls.delete(MODERATOR, "/api/never-bans/" + Calls.read(never, "$.id") + "?reason=moved");
    }

    @Test
    void aListThatShrinksToNothingIsKeptAndTold() throws Exception {
        String id = add("url", "");
        says(addresses("45.14.0.", 50));
        fetch(id);
        enforce(id, true);

        for (String less : new String[] {"", "# moved\n", addresses("45.14.0.", 4)}) {
            says(less);
            fetch(id)
                    .andExpect(jsonPath("$.outcome").value("shrunk"))
                    .andExpect(jsonPath("$.outcomeWhy").isString())
                    .andExpect(jsonPath("$.entries").value(50));
        }
        assertThat(facts("45.14.0.49/32")).containsExactly(FactCase.IMPOSED);

        calls.post(MODERATOR, "/api/outside-lists/" + id + "/fetch", "{\"allTheSame\": true}")
                .andExpect(jsonPath("$.entries").value(4));
        assertThat(facts("45.14.0.49/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
    }

    @Test
    void aShortListThatBecomesEmptyIsKeptToo() throws Exception {
        String id = add("url", "");
        says("45.22.0.1\n45.22.0.2\n");
        fetch(id);

        says("# nothing today\n");
        fetch(id)
                .andExpect(jsonPath("$.outcome").value("shrunk"))
                .andExpect(jsonPath("$.entries").value(2));
        says("45.22.0.1\n");
        fetch(id)
                .andExpect(jsonPath("$.outcome").value("taken"))
                .andExpect(jsonPath("$.entries").value(1));
    }

    @Test
    void whatIsTruncatedTooLongTooSlowOrElsewhereIsNotTaken() throws Exception {
        String id = add("url", "");
        says(addresses("45.15.0.", 20));
        fetch(id);

        answer =
                exchange -> { // Says more than it sends.
                    exchange.sendResponseHeaders(200, 5_000);
                    exchange.getResponseBody()
                            .write(addresses("45.15.0.", 10).getBytes(StandardCharsets.US_ASCII));
                    exchange.getResponseBody().flush();
                    exchange.close();
                };
        notTaken(id, "failed");
        answer = exchange -> say(exchange, "# " + "x".repeat(3 << 20)); // The limit is 2 MB here.
        notTaken(id, "failed");
        answer =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody()
                            .write("45.15.0.1\n".getBytes(StandardCharsets.US_ASCII));
                    exchange.getResponseBody().flush();
                    sleep(4_000); // The limit is 3 seconds here.
                    exchange.close();
                };
        notTaken(id, "failed");
        answer =
                exchange -> {
                    exchange.getResponseHeaders().set("Location", "http://169.254.169.254/latest");
                    exchange.sendResponseHeaders(302, -1);
                    exchange.close();
                };
        notTaken(id, "failed")
                .andExpect(
                        jsonPath("$.outcomeWhy")
                                .value(org.hamcrest.Matchers.containsString("169.254.169.254")));
        answer =
                exchange -> {
                    exchange.sendResponseHeaders(500, -1);
                    exchange.close();
                };
        notTaken(id, "failed");
        says("<html>\n<p>over\n");
        notTaken(id, "no-list");
    }

    private ResultActions notTaken(String id, String outcome) throws Exception {
        return fetch(id)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.outcome").value(outcome))
                .andExpect(jsonPath("$.entries").value(20));
    }

    @Test
    void anOlderListIsNotTakenAndAnUnchangedOneKeepsItsEntries() throws Exception {
        String id = add("url", "");
        dated("Sun, 01 Nov 2026 10:00:00 GMT", "45.16.0.1\n45.16.0.2\n");
        fetch(id).andExpect(jsonPath("$.outcome").value("taken"));

        dated("Sat, 31 Oct 2026 10:00:00 GMT", "45.16.0.1\n45.16.0.9\n");
        fetch(id)
                .andExpect(jsonPath("$.outcome").value("older"))
                .andExpect(jsonPath("$.entries").value(2));
        dated("Sun, 01 Nov 2026 11:00:00 GMT", "45.16.0.1\n45.16.0.2\n");
        fetch(id).andExpect(jsonPath("$.outcome").value("taken"));

        answer =
                exchange -> {
                    exchange.sendResponseHeaders(304, -1);
                    exchange.close();
                };
        clock.advance(Duration.ofDays(5));
        fetch(id)
                .andExpect(jsonPath("$.outcome").value("unchanged"))
                .andExpect(jsonPath("$.entries").value(2));
        clock.advance(Duration.ofDays(5));
        lists.expireDue();
        calls.get(BOARD, "/api/outside-lists").andExpect(jsonPath("$.items[0].entries").value(2));
    }

    @Test
    void entriesOfAListThatIsGoneEndByThemselves() throws Exception {
        String id = add("url", "");
        says("45.17.0.1\n");
        fetch(id);
        enforce(id, true);
        server.stop(0);

        clock.advance(Duration.ofDays(4));
        fetch(id).andExpect(jsonPath("$.outcome").value("failed"));
        lists.expireDue();
        assertThat(facts("45.17.0.1/32")).containsExactly(FactCase.IMPOSED);

        clock.advance(Duration.ofDays(4));
        lists.expireDue();
        assertThat(facts("45.17.0.1/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
        assertThat(dropped("45.17.0.1")).isZero();
    }

    @Test
    void anEntryIsRenewedBeforeItEndsAndIsNeverOpenMeanwhile() throws Exception {
        String id = add("url", "");
        says("45.18.0.1\n");
        fetch(id);
        enforce(id, true);

        clock.advance(Duration.ofDays(3));
        fetch(id);
        assertThat(facts("45.18.0.1/32")).containsExactly(FactCase.IMPOSED);
        clock.advance(Duration.ofDays(1));
        fetch(id);

        assertThat(facts("45.18.0.1/32"))
                .containsExactly(FactCase.IMPOSED, FactCase.IMPOSED, FactCase.LIFTED);
        assertThat(dropped("45.18.0.1")).isOne();
    }

    @Test
    void aCrowdSecServerIsFollowedAsItsBouncersDo() throws Exception {
        String id = add("crowdsec", ", \"apiKey\": \"a-key-of-theirs\"");
        assertThat(stored(id)).startsWith("sealed:").doesNotContain("a-key-of-theirs");
        // As it stood before there was a secret.
        db.sql("update outside_list set api_key = 'a-key-of-theirs' where list_id = ?::uuid")
                .param(id)
                .update();
        lists.sealKeys();
        assertThat(stored(id)).startsWith("sealed:");
        says(
                """
                {"new": [{"type": "ban", "scope": "Ip", "value": "45.19.0.1", "duration": "2h0m0s"},
                         {"type": "ban", "scope": "Ip", "value": "45.19.0.2", "duration": "9999h0m0s"}],
                 "deleted": null}
                """);
        fetch(id);
        enforce(id, true);
        assertThat(
                        calls.banEvents("address 45.19.0.1/32")
                                .getFirst()
                                .getImposed()
                                .getUntil()
                                .getSeconds())
                .isEqualTo(clock.instant().plus(Duration.ofHours(2)).getEpochSecond());
        assertThat(
                        calls.banEvents("address 45.19.0.2/32")
                                .getFirst()
                                .getImposed()
                                .getUntil()
                                .getSeconds())
                .isEqualTo(clock.instant().plus(Duration.ofDays(7)).getEpochSecond());

        says(
                """
                {"new": [{"type": "ban", "scope": "Range", "value": "45.19.4.0/24", "duration": "1h"}],
                 "deleted": [{"type": "ban", "scope": "Ip", "value": "45.19.0.2", "duration": "-1s"}]}
                """);
        fetch(id).andExpect(jsonPath("$.entries").value(2));
        assertThat(facts("45.19.0.2/32")).containsExactly(FactCase.IMPOSED, FactCase.LIFTED);
        assertThat(facts("45.19.0.1/32")).containsExactly(FactCase.IMPOSED);

        // What was lost on the way is asked for as a whole.
        says("{\"new\": [");
        fetch(id).andExpect(jsonPath("$.outcome").value("failed"));
        says(
                "{\"new\": [{\"type\": \"ban\", \"scope\": \"Ip\", \"value\": \"45.19.0.1\", \"duration\": \"2h\"}]}");
        fetch(id).andExpect(jsonPath("$.entries").value(1));

        assertThat(asked)
                .containsExactly(
                        "/v1/decisions/stream?startup=true",
                        "/v1/decisions/stream?startup=false",
                        "/v1/decisions/stream?startup=false",
                        "/v1/decisions/stream?startup=true");
        clock.advance(Duration.ofHours(3));
        lists.expireDue();
        assertThat(facts("45.19.0.1/32")).endsWith(FactCase.LIFTED);
        assertThat(Calls.body(calls.get(BOARD, "/api/outside-lists")))
                .doesNotContain("a-key-of-theirs");
    }

    @Test
    void aListIsReadWhenItsTimeHasCome() throws Exception {
        add("url", ", \"everyMinutes\": 30");
        says("45.20.0.1\n");

        lists.look();
        lists.look();
        assertThat(asked).hasSize(1);
        clock.advance(Duration.ofMinutes(31));
        lists.look();
        assertThat(asked).hasSize(2);
    }

    @Test
    void aListThatIsHandedInIsTakenAndRefusedAsOthersAre() throws Exception {
        String id = add("upload", "");

        handIn(id, addresses("45.21.0.", 30), "").andExpect(jsonPath("$.entries").value(30));
        handIn(id, "<html>", "")
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/outside-list-not-taken"));
        handIn(id, "45.21.0.1", "").andExpect(status().isUnprocessableContent());
        handIn(id, "45.21.0.1", "?allTheSame=true").andExpect(jsonPath("$.entries").value(1));
        fetch(id).andExpect(status().isConflict());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"name\": \"a b\", \"kind\": \"upload\" | name",
                "\"name\": \"x\", \"kind\": \"ftp\" | kind",
                "\"name\": \"x\", \"kind\": \"url\" | url",
                "\"name\": \"x\", \"kind\": \"url\", \"url\": \"file:///etc/passwd\" | url",
                "\"name\": \"x\", \"kind\": \"url\", \"url\": \"https://a:b@example.org/\" | url",
                "\"name\": \"x\", \"kind\": \"crowdsec\", \"url\": \"https://example.org/\" | apiKey",
                "\"name\": \"x\", \"kind\": \"upload\", \"widestV4\": 7 | widestV4",
                "\"name\": \"x\", \"kind\": \"upload\", \"entriesMax\": 200001 | entriesMax",
                "\"name\": \"x\", \"kind\": \"upload\", \"holdsHours\": 1, \"everyMinutes\": 120 | holdsHours"
            })
    void whatNoListCanBeMadeOfIsRefusedNamingTheField(String fields, String field)
            throws Exception {
        calls.post(BOARD, "/api/outside-lists", "{" + fields + "}")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value(field));
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "http://45.1.1.1/",
        "https://100.64.0.1/"
    })
    void nothingInsideIsAskedForThatNoSettingNames(String url) throws Exception {
        String id =
                Calls.read(
                        calls.post(
                                        BOARD,
                                        "/api/outside-lists",
                                        "{\"name\": \"in-%d\", \"kind\": \"url\", \"url\": \"%s\"}"
                                                .formatted(NAMES.incrementAndGet(), url))
                                .andExpect(status().isCreated()),
                        "$.id");

        fetch(id)
                .andExpect(jsonPath("$.outcome").value("failed"))
                .andExpect(
                        jsonPath("$.outcomeWhy")
                                .value(
                                        org.hamcrest.Matchers.containsString(
                                                "lists are not fetched from")));
    }

    @Test
    void onlyTheBoardAddsAndEnforces() throws Exception {
        String id = add("upload", "");
        calls.post(MODERATOR, "/api/outside-lists", "{\"name\": \"x\", \"kind\": \"upload\"}")
                .andExpect(status().isForbidden());
        calls.put(MODERATOR, "/api/outside-lists/" + id + "/enforced", "{\"enforced\": true}")
                .andExpect(status().isForbidden());
        calls.get(Person.with("member"), "/api/outside-lists").andExpect(status().isForbidden());
        calls.get(MODERATOR, "/api/outside-lists").andExpect(status().isOk());
    }

    private String add(String kind, String more) throws Exception {
        String url =
                kind.equals("upload")
                        ? ""
                        : ", \"url\": \"http://127.0.0.1:%d/\""
                                .formatted(server.getAddress().getPort());
        return Calls.read(
                calls.post(
                                BOARD,
                                "/api/outside-lists",
                                "{\"name\": \"list-%d\", \"kind\": \"%s\"%s%s}"
                                        .formatted(NAMES.incrementAndGet(), kind, url, more))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private ResultActions fetch(String id) throws Exception {
        return calls.post(MODERATOR, "/api/outside-lists/" + id + "/fetch", "{}");
    }

    private ResultActions handIn(String id, String text, String query) throws Exception {
        return mvc.perform(
                MockMvcRequestBuilders.put("/api/outside-lists/" + id + "/content" + query)
                        .with(BOARD.signedIn())
                        .contentType(MediaType.TEXT_PLAIN)
                        .content(text));
    }

    private void enforce(String id, boolean enforced) throws Exception {
        calls.put(
                        BOARD,
                        "/api/outside-lists/" + id + "/enforced",
                        "{\"enforced\": " + enforced + "}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.enforced").value(enforced));
    }

    private List<FactCase> facts(String prefix) {
        return calls.banEvents("address " + prefix).stream().map(e -> e.getFactCase()).toList();
    }

    private int dropped(String address) {
        return db.sql("select count(*) from feed_decision where ended is null and prefix = ?::cidr")
                .param(address)
                .query(Integer.class)
                .single();
    }

    private void says(String text) {
        answer = exchange -> say(exchange, text);
    }

    private void dated(String modified, String text) {
        answer =
                exchange -> {
                    exchange.getResponseHeaders().set("Last-Modified", modified);
                    say(exchange, text);
                };
    }

    private static void say(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String addresses(String net, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> net + i + "\n")
                .collect(Collectors.joining());
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
