package org.coopmesh.abuse.bouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.ban.Bans;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.transaction.support.TransactionTemplate;

@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=of-bouncers")
class LapiApiIT {
    private static final Person BOARD = Person.with("member", "board");
    private static final Person MODERATOR = Person.with("member", "moderator");
    private static final String STREAM = "/v1/decisions/stream";
    private static final Dropped.Source LIST = new Dropped.Source("lists", "drop");
    private static final Path SWAGGER =
            Path.of("../../shared/samples/crowdsec/localapi_swagger.yaml");

    @Autowired Calls calls;
    @Autowired MockMvc mvc;
    @Autowired TestClock clock;
    @Autowired Bans bans;
    @Autowired Feed feed;
    @Autowired JdbcClient db;
    @Autowired TransactionTemplate transactions;

    private String key = "";

    @BeforeEach
    void aKeyOfItsOwn() throws Exception {
        key = newKey("edge");
    }

    private String newKey(String name) throws Exception {
        return Calls.read(
                calls.post(BOARD, "/api/bouncers", "{\"name\": \"" + name + "\"}")
                        .andExpect(status().isCreated()),
                "$.key");
    }

    @Test
    void aBanIsInTheFullListAndThenNeverAgain() throws Exception {
        ban("198.51.101.1", hour());

        Map<String, Object> told = only(stream(key, "?startup=true"), "198.51.101.1");
        assertThat(told)
                .containsEntry("type", "ban")
                .containsEntry("scope", "Ip")
                .containsEntry("origin", "coopmesh")
                .containsEntry("scenario", "coopmesh/ban")
                .containsEntry("duration", "1h0m0s");

        assertThat(stream(key, "")).isEqualTo("{\"new\":null,\"deleted\":null}");
        assertThat(stream(key, "?startup=true")).contains("198.51.101.1");
    }

    @Test
    void eachChangeIsToldOnceToEachFirewall() throws Exception {
        String other = newKey("other");
        stream(key, "?startup=true");
        stream(other, "?startup=true");

        String first = ban("198.51.101.10", hour());
        assertThat(added(stream(key, ""))).containsExactly("198.51.101.10");
        ban("198.51.101.11", hour());
        lift(first);

        String delta = stream(key, "");
        assertThat(added(delta)).containsExactly("198.51.101.11");
        assertThat(deleted(delta)).containsExactly("198.51.101.10");
        assertThat(JsonPath.<String>read(delta, "$.deleted[0].duration")).startsWith("-");
        // Began and ended between two polls: nothing to do.
        String late = stream(other, "");
        assertThat(added(late)).containsExactly("198.51.101.11");
        assertThat(deleted(late)).isEmpty();
        assertThat(stream(key, "")).isEqualTo("{\"new\":null,\"deleted\":null}");
        assertThat(stream(other, "?startup=false")).isEqualTo("{\"new\":null,\"deleted\":null}");
    }

    @Test
    void twoFirewallsWithOneKeyEachHearEverything() throws Exception {
        streamFrom("192.0.2.1", key, "?startup=true");
        streamFrom("192.0.2.2", key, "?startup=true");

        ban("198.51.101.20", hour());

        assertThat(added(streamFrom("192.0.2.1", key, ""))).containsExactly("198.51.101.20");
        assertThat(added(streamFrom("192.0.2.2", key, ""))).containsExactly("198.51.101.20");
    }

    @Test
    void whoNeverTookTheWholeIsToldTheWhole() throws Exception {
        ban("198.51.101.25", hour());

        assertThat(added(stream(key, ""))).contains("198.51.101.25");
        assertThat(stream(key, "")).isEqualTo("{\"new\":null,\"deleted\":null}");
    }

    @Test
    void anExpiredBanIsToldAsDeleted() throws Exception {
        ban("198.51.101.30", hour());
        stream(key, "?startup=true");

        clock.advance(Duration.ofMinutes(61));
        bans.expireDue();

        assertThat(deleted(stream(key, ""))).contains("198.51.101.30");
        assertThat(stream(key, "?startup=true")).doesNotContain("198.51.101.30\"");
    }

    @Test
    void theEndOfOneNeverOpensWhatAnotherStillBans() throws Exception {
        UUID entry = UUID.randomUUID();
        begin(entry, "198.51.101.40", Duration.ofMinutes(30));
        String ban = ban("198.51.101.40", hour());

        assertThat(only(stream(key, "?startup=true"), "198.51.101.40"))
                .containsEntry("origin", "coopmesh")
                .containsEntry("duration", "1h0m0s");
        // The longer one ends: what is left is told with its own time, in the place of the other.
        lift(ban);
        String delta = stream(key, "");
        assertThat(deleted(delta)).containsExactly("198.51.101.40");
        assertThat(only(delta, "198.51.101.40"))
                .containsEntry("origin", "lists")
                .containsEntry("scenario", "drop")
                .containsEntry("duration", "30m0s");

        // A shorter one that comes and goes changes nothing.
        UUID shorter = UUID.randomUUID();
        begin(shorter, "198.51.101.40", Duration.ofMinutes(10));
        end(shorter);
        assertThat(stream(key, "")).isEqualTo("{\"new\":null,\"deleted\":null}");
        end(entry);
        assertThat(deleted(stream(key, ""))).containsExactly("198.51.101.40");
    }

    @Test
    void aChangeThatIsRolledBackIsToldToNobody() throws Exception {
        stream(key, "?startup=true");

        transactions.executeWithoutResult(status -> {
            feed.begin(List.of(dropped(UUID.randomUUID(), "198.51.101.45", Duration.ofHours(1))));
            status.setRollbackOnly();
        });

        assertThat(stream(key, "")).isEqualTo("{\"new\":null,\"deleted\":null}");
    }

    @Test
    void whoWasAwayForLongerThanEndingsAreKeptBeginsAnew() throws Exception {
        String ban = ban("198.51.101.46", hour());
        begin(UUID.randomUUID(), "198.51.101.47", Duration.ofDays(90));
        stream(key, "?startup=true");
        lift(ban);

        clock.advance(Feed.ENDED_KEPT.plusDays(1));
        feed.forget();

        // What it was told before is told again: nobody knows any more what it missed.
        assertThat(added(stream(key, "")))
                .contains("198.51.101.47")
                .doesNotContain("198.51.101.46");
    }

    @Test
    void aPermanentBanIsToldAsTenYears() throws Exception {
        transactions.executeWithoutResult(status ->
                feed.begin(
                        List.of(
                                new Dropped(
                                        UUID.randomUUID(),
                                        Prefix.parse("198.51.101.48"),
                                        LIST,
                                        null))));

        assertThat(only(stream(key, "?startup=true"), "198.51.101.48"))
                .containsEntry("duration", "87600h0m0s");
    }

    @Test
    void aFirewallChoosesWhatItTakes() throws Exception {
        ban("198.51.101.50", hour());
        ban("198.51.102.0/28", hour());
        begin(UUID.randomUUID(), "198.51.101.51", Duration.ofHours(1));

        assertThat(added(stream(key, "?startup=true&scopes=range")))
                .contains("198.51.102.0/28")
                .doesNotContain("198.51.101.50", "198.51.101.51");
        assertThat(added(stream(key, "?startup=true&scopes=ip&origins=lists")))
                .contains("198.51.101.51")
                .doesNotContain("198.51.101.50", "198.51.102.0/28");
        assertThat(added(stream(key, "?startup=true&scenarios_containing=DROP,nothing")))
                .contains("198.51.101.51")
                .doesNotContain("198.51.101.50");
        assertThat(added(stream(key, "?startup=true&scenarios_not_containing=drop")))
                .contains("198.51.101.50")
                .doesNotContain("198.51.101.51");
    }

    @Test
    void anAddressIsLookedUpInEveryRangeThatHoldsIt() throws Exception {
        ban("198.51.103.0/28", hour());
        ban("2001:db8:77::5", hour());

        assertThat(found("?ip=198.51.103.9")).containsExactly("198.51.103.0/28");
        assertThat(found("?ip=::ffff:198.51.103.9")).containsExactly("198.51.103.0/28");
        assertThat(found("?ip=198.51.103.99")).isEmpty();
        assertThat(found("?range=198.51.103.8/30")).containsExactly("198.51.103.0/28");
        assertThat(found("?range=198.51.103.0/24")).isEmpty();
        assertThat(found("?range=198.51.103.0/24&contains=false"))
                .containsExactly("198.51.103.0/28");
        assertThat(found("?scope=Range&value=198.51.103.0/28")).containsExactly("198.51.103.0/28");
        assertThat(found("?scope=Ip&value=2001:db8:77::5")).containsExactly("2001:db8:77::5");
        assertThat(found("?scope=Ip&value=198.51.103.0/28")).isEmpty();
        assertThat(found("?ip=198.51.103.9&type=ban")).hasSize(1);
        assertThat(found("?ip=198.51.103.9&type=captcha")).isEmpty();
        assertThat(found("?ip=198.51.103.9&origins=lists")).isEmpty();
        assertThat(body(decisions("?ip=198.51.103.99"))).isEqualTo("null");
        decisions("?ip=here")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.message").isString());
    }

    @Test
    void aWrongKeyIsRefusedAndAfterManyItsSenderWaits() throws Exception {
        for (String wrong : new String[] {"wrong", "", "x".repeat(5_000)}) {
            send(get(STREAM).header("X-Api-Key", wrong), "192.0.2.77")
                    .andExpect(status().isForbidden())
                    .andExpect(jsonPath("$.message").value("access forbidden"));
        }
        send(get(STREAM), "192.0.2.77").andExpect(status().isForbidden());
        for (int i = 0; i < 6; i++) {
            send(get(STREAM).header("X-Api-Key", "wrong"), "192.0.2.77")
                    .andExpect(status().isForbidden());
        }
        send(get(STREAM).header("X-Api-Key", "wrong"), "192.0.2.77")
                .andExpect(status().isTooManyRequests());
        // Who has a good key is let in from there all the same.
        send(get(STREAM).header("X-Api-Key", key), "192.0.2.77").andExpect(status().isOk());
    }

    @Test
    void aRevokedKeyIsWrongFromTheNextCallOn() throws Exception {
        var made = calls.post(BOARD, "/api/bouncers", "{\"name\": \"old\"}");
        String old = Calls.read(made, "$.key");
        String id = Calls.read(made, "$.id");
        streamFrom("192.0.2.50", old, "?startup=true");

        calls.delete(BOARD, "/api/bouncers/" + id).andExpect(status().isNoContent());

        send(get(STREAM).header("X-Api-Key", old), "192.0.2.51").andExpect(status().isForbidden());
        calls.delete(BOARD, "/api/bouncers/" + UUID.randomUUID()).andExpect(status().isNotFound());
        calls.get(BOARD, "/api/bouncers")
                .andExpect(jsonPath("$.items[?(@.id == '" + id + "')].revokedAt").isNotEmpty())
                .andExpect(
                        jsonPath("$.items[?(@.id == '" + id + "')].places[0].address")
                                .value("192.0.2.50"));
    }

    @Test
    void aKeyIsKeptAsItsHashOnly() {
        assertThat(
                        db.sql("select row_to_json(bouncer)::text from bouncer")
                                .query(String.class)
                                .list())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).doesNotContain(key));
        assertThat(
                        db.sql("select count(*) from bouncer where key_prefix = ?")
                                .param(key.substring(0, 6))
                                .query(Integer.class)
                                .single())
                .as("by which it is told from others")
                .isPositive();
    }

    @Test
    void whoIsSeenStandsOnThePage() throws Exception {
        String shown = newKey("seen");
        send(
                get(STREAM + "?startup=true")
                        .header("X-Api-Key", shown)
                        .header("User-Agent", "crowdsec-firewall-bouncer/v0.0.25 é"),
                "2001:db8::9");
        send(
                        MockMvcRequestBuilders.post("/v1/usage-metrics")
                                .header("X-Api-Key", shown)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"remediation_components": [{"version": "v0.0.31", "type": "firewall",
                                          "metrics": [{"meta": {"window_size_seconds": 900, "utc_now_timestamp": 1},
                                            "items": [{"name": "dropped", "unit": "packet", "value": 41},
                                                      {"name": "dropped", "unit": "byte", "value": 99999},
                                                      {"name": "processed", "unit": "packet", "value": 7}]}]}]}
                                        """),
                        "2001:db8::9")
                .andExpect(status().isCreated());

        String page = Calls.body(calls.get(Person.with("network"), "/api/bouncers"));
        List<Map<String, Object>> places =
                JsonPath.read(page, "$.items[?(@.name == 'seen')].places[*]");
        assertThat(places)
                .singleElement()
                .satisfies(place -> {
                    assertThat(place)
                            .containsEntry("address", "2001:db8::9")
                            .containsEntry("agent", "crowdsec-firewall-bouncer/v0.0.25 ?")
                            .containsEntry("told", true)
                            .containsEntry("dropped", 41);
                });
        calls.get(MODERATOR, "/api/bouncers").andExpect(status().isForbidden());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"remediation_components\": 1}"})
    void metricsThatCannotBeReadAreRefused(String metrics) throws Exception {
        send(
                        MockMvcRequestBuilders.post("/v1/usage-metrics")
                                .header("X-Api-Key", key)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(metrics),
                        "192.0.2.3")
                .andExpect(status().isBadRequest());
    }

    @Test
    void headTellsWhetherAKeyIsGoodAndMovesNothing() throws Exception {
        stream(key, "?startup=true");
        ban("198.51.101.60", hour());

        send(MockMvcRequestBuilders.head(STREAM).header("X-Api-Key", key), "127.0.0.1")
                .andExpect(status().isOk());
        send(MockMvcRequestBuilders.head(STREAM).header("X-Api-Key", "no"), "192.0.2.60")
                .andExpect(status().isForbidden());

        assertThat(added(stream(key, ""))).containsExactly("198.51.101.60");
    }

    @Test
    void aLongListComesCompressedAndTheSame() throws Exception {
        transactions.executeWithoutResult(status ->
                feed.begin(
                        IntStream.range(0, 3_000)
                                .mapToObj(i ->
                                        dropped(
                                                UUID.randomUUID(),
                                                "198.18." + i / 256 + "." + i % 256,
                                                Duration.ofHours(2)))
                                .toList()));

        byte[] compressed =
                send(
                                get(STREAM + "?startup=true")
                                        .header("X-Api-Key", key)
                                        .header("Accept-Encoding", "gzip"),
                                "127.0.0.1")
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();

        String inflated =
                new String(
                        new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes(),
                        StandardCharsets.UTF_8);
        assertThat(added(inflated)).contains("198.18.0.0", "198.18.11.183");
        assertThat(inflated).isEqualTo(stream(key, "?startup=true"));
    }

    @Test
    void whatIsAnsweredHasEveryFieldThatCrowdSecsDescriptionRequires() throws Exception {
        assumeThat(SWAGGER).as("a copy of CrowdSec's description").exists();
        List<String> lines = Files.readAllLines(SWAGGER);
        int decision = lines.indexOf("  Decision:");
        int required = decision + lines.subList(decision, lines.size()).indexOf("    required:");
        List<String> wanted =
                lines.subList(required + 1, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("      - "))
                        .map(line -> line.substring(8))
                        .toList();
        ban("198.51.101.70", hour());

        Map<String, Object> told = only(stream(key, "?startup=true"), "198.51.101.70");

        assertThat(wanted).contains("origin", "duration", "scenario");
        assertThat(told.keySet()).containsAll(wanted);
        assertThat(told.get("id")).isInstanceOf(Integer.class);
        for (String path : List.of("  /decisions/stream:", "  /decisions:", "  /usage-metrics:")) {
            assertThat(lines).contains(path);
        }
    }

    private Dropped dropped(UUID ban, String prefix, Duration holds) {
        return new Dropped(ban, Prefix.parse(prefix), LIST, clock.instant().plus(holds));
    }

    private void begin(UUID ban, String prefix, Duration holds) {
        transactions.executeWithoutResult(
                status -> feed.begin(List.of(dropped(ban, prefix, holds))));
    }

    private void end(UUID ban) {
        transactions.executeWithoutResult(status -> feed.end(List.of(ban)));
    }

    private String ban(String prefix, String until) throws Exception {
        return Calls.read(
                calls.post(
                                MODERATOR,
                                "/api/bans",
                                "{\"target\": {\"kind\": \"address\", \"value\": \"%s\"}, %s, \"reason\": \"it scans\"}"
                                        .formatted(prefix, until))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private String hour() {
        return "\"until\": \"" + Village.in(clock.instant(), 3600) + "\"";
    }

    private void lift(String ban) throws Exception {
        calls.post(MODERATOR, "/api/bans/" + ban + "/lift", "{\"reason\": \"over\"}")
                .andExpect(status().isOk());
    }

    private ResultActions send(MockHttpServletRequestBuilder request, String from)
            throws Exception {
        return mvc.perform(
                request.with(r -> {
                    r.setRemoteAddr(from);
                    return r;
                }));
    }

    private String stream(String by, String query) throws Exception {
        return streamFrom("127.0.0.1", by, query);
    }

    private String streamFrom(String address, String by, String query) throws Exception {
        return body(
                send(get(STREAM + query).header("X-Api-Key", by), address)
                        .andExpect(status().isOk()));
    }

    private ResultActions decisions(String query) throws Exception {
        return send(get("/v1/decisions" + query).header("X-Api-Key", key), "127.0.0.1");
    }

    private List<String> found(String query) throws Exception {
        String answer = body(decisions(query).andExpect(status().isOk()));
        return answer.equals("null") ? List.of() : JsonPath.read(answer, "$[*].value");
    }

    private static String body(ResultActions answer) throws Exception {
        return answer.andReturn().getResponse().getContentAsString();
    }

    private static Map<String, Object> only(String answer, String value) {
        List<Map<String, Object>> told =
                JsonPath.read(answer, "$.new[?(@.value == '" + value + "')]");
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    private static List<String> added(String answer) {
        return answer.contains("\"new\":null")
                ? List.of()
                : JsonPath.read(answer, "$.new[*].value");
    }

    private static List<String> deleted(String answer) {
        return answer.contains("\"deleted\":null")
                ? List.of()
                : JsonPath.read(answer, "$.deleted[*].value");
    }
}
