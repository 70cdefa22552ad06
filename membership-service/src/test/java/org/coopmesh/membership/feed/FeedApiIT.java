package org.coopmesh.membership.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.OwnAddress;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;

/** What other programs are told of a mesh of two nodes; one member lets everybody see the site, the other does not. */
@TestPropertySource(properties = "coopmesh.test.database=mesh")
class FeedApiIT extends NetworkedService {
    private static final DateTimeFormatter MESHVIEWER_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxx");

    private static final List<String> PUBLIC =
            List.of("netjson.json", "meshviewer.json", "nodes.geojson");
    private static final List<String> ALL =
            List.of("netjson.json", "meshviewer.json", "nodes.geojson", "prometheus.json");
    private static int reports;

    private Person open;
    private Person closed;
    private TestAgent gateway;
    private TestAgent roof;

    @BeforeEach
    void twoNodesWithOneLink() throws Exception {
        open = person();
        closed = person();
        Registered first = register(open);
        Registered second = register(closed);
        db.sql("update node set gateway = true, name = 'gw-townhall' where id = :id")
                .param("id", first.id())
                .update();
        db.sql("update node set name = 'mill-lane-7' where id = :id")
                .param("id", second.id())
                .update();
        db.sql("update site set latitude = 47.66012345, longitude = 9.17554321").update();
        gateway = agent();
        gateway.enrol(first.code());
        roof = agent();
        roof.enrol(second.code());
        attach(second.id(), closed);
        report(gateway, "mesh0", "fe80::1", "fe80::2", 256);
        report(roof, "mesh5", "fe80::2", "fe80::1", 512);
        consent(open, true).andExpect(status().isOk());
    }

    @AfterEach
    void theyGo() {
        db.sql("delete from node_status").update();
        db.sql("update node set state = 'retired', ended_at = now(), end_reason = 'test'").update();
        gateway.close();
        roof.close();
    }

    @Test
    void everybodySeesNamesAndRoundedPlacesOnlyWhereTheMemberConsented() throws Exception {
        JsonNode features = feed("nodes.geojson", null).get("features");
        JsonNode nodes = feed("meshviewer.json", null).get("nodes");

        assertThat(features).hasSize(1);
        assertThat(features.get(0).at("/geometry/coordinates").toString())
                .isEqualTo("[9.176,47.66]");
        assertThat(features.get(0).at("/properties/name").asString()).isEqualTo("gw-townhall");
        JsonNode mine = node(nodes, gateway);
        assertThat(mine.get("hostname").asString()).isEqualTo("gw-townhall");
        assertThat(mine.at("/location/latitude").asDouble()).isEqualTo(47.66);
        assertThat(mine.get("clients").asInt()).isEqualTo(7);
        JsonNode other = node(nodes, roof);
        assertThat(other.get("hostname").asString()).isEqualTo(roof.id().shortName());
        assertThat(other.get("location")).isNull();
        assertThat(other.get("clients").asInt()).isZero();
        assertThat(other.get("addresses")).isEmpty();
    }

    @Test
    void aConsentThatIsTakenBackIsTakenBackOnTheNextReading() throws Exception {
        assertThat(feed("nodes.geojson", null).get("features")).hasSize(1);

        consent(open, false).andExpect(jsonPath("$.publicSince").doesNotExist());

        assertThat(feed("nodes.geojson", null).get("features")).isEmpty();
        assertThat(feed("netjson.json", null).toString()).doesNotContain("gw-townhall");
    }

    @Test
    void nobodyConsentsForAnother() throws Exception {
        for (String role : List.of("board", "network", "member")) {
            http.perform(
                            put("/api/sites/{id}/public", closed.site())
                                    .with(caller(board, role))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"open\": true}"))
                    .andExpect(status().isForbidden());
        }
        http.perform(
                        put("/api/sites/{id}/public", open.site())
                                .with(caller(open.id(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("open"));
    }

    @Test
    void aKeyOpensTheWholeAsHeaderOrParameter() throws Exception {
        String key = key();

        JsonNode nodes = feed("meshviewer.json", key).get("nodes");
        JsonNode prometheus = feed("prometheus.json", key);

        assertThat(node(nodes, roof).get("hostname").asString()).isEqualTo("mill-lane-7");
        assertThat(node(nodes, roof).at("/location/latitude").asDouble()).isEqualTo(47.66012345);
        assertThat(node(nodes, roof).get("gateway").asString()).isEqualTo(gateway.id().shortName());
        assertThat(node(nodes, roof).get("gateway_nexthop").asString())
                .isEqualTo(gateway.id().shortName());
        assertThat(prometheus).hasSize(1);
        assertThat(prometheus.get(0).at("/targets/0").asString()).startsWith("10.201.");
        assertThat(prometheus.get(0).at("/labels/__meta_coopmesh_node_name").asString())
                .isEqualTo("mill-lane-7");
        http.perform(get("/api/feeds/netjson.json").param("key", key))
                .andExpect(status().isOk())
                .andExpect(header().string("Cache-Control", "max-age=30, private"))
                .andExpect(jsonPath("$.nodes[?(@.label == 'mill-lane-7')]").exists());
    }

    @Test
    void withoutAGoodKeyThereIsNoWhole() throws Exception {
        String key = key();
        UUID id =
                db.sql("select id from feed_key order by created_at desc, id limit 1")
                        .query(UUID.class)
                        .single();

        http.perform(get("/api/feeds/prometheus.json"))
                .andExpect(status().isBadRequest())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/feed-key-required"));
        for (String wrong : List.of("x", "feed-AAAAAAAAAAAAAAAAAAAAAA", "")) {
            http.perform(get("/api/feeds/netjson.json").header("Feed-Key", wrong))
                    .andExpect(status().isForbidden())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/feed-key-unknown"));
        }
        for (UUID one : db.sql("select id from feed_key").query(UUID.class).list()) {
            http.perform(delete("/api/feeds/keys/{id}", one).with(caller(board, "board")))
                    .andExpect(status().isNoContent());
        }
        http.perform(get("/api/feeds/netjson.json").header("Feed-Key", key))
                .andExpect(status().isForbidden());
        assertThat(
                        db.sql("select f::text from feed_key f where id = :id")
                                .param("id", id)
                                .query(String.class)
                                .single())
                .doesNotContain(key);
    }

    @Test
    void noFeedNamesAPersonOrAStreet() throws Exception {
        List<String> contacts =
                db.sql(
                                """
                                select unnest(array[name, email, coalesce(phone, email)]) from member
                                union select address from site where address <> ''
                                """)
                        .query(String.class)
                        .list();
        String key = key();

        assertThat(contacts).contains("Mill Lane 1");
        for (String feed : ALL) {
            assertThat(contacts).noneMatch(contact -> feedText(feed, key).contains(contact));
        }
        for (String feed : PUBLIC) {
            assertThat(contacts).noneMatch(contact -> feedText(feed, null).contains(contact));
        }
    }

    @Test
    void whatEachEndTellsOfALinkStaysApart() throws Exception {
        JsonNode links = feed("netjson.json", null).get("links");

        assertThat(links).hasSize(1);
        boolean first = links.get(0).get("source").asString().equals(gateway.id().shortName());
        assertThat(links.get(0).get("cost").asDouble()).isEqualTo(512);
        assertThat(links.get(0).at("/properties/source_cost").asInt()).isEqualTo(first ? 256 : 512);
        assertThat(links.get(0).at("/properties/target_cost").asInt()).isEqualTo(first ? 512 : 256);
        JsonNode viewed = feed("meshviewer.json", null).get("links").get(0);
        assertThat(viewed.get("source_tq").asDouble()).isEqualTo(first ? 1 : 0.5);
        assertThat(viewed.get("target_tq").asDouble()).isEqualTo(first ? 0.5 : 1);
    }

    @Test
    void eachFeedHasTheFieldsThatItsReadersWant() throws Exception {
        String key = key();

        hasFieldsOf(sample("synthetic-meshviewer.json"), feed("meshviewer.json", key), "nodes");
        hasFieldsOf(sample("synthetic-meshviewer.json"), feed("meshviewer.json", key), "links");
        hasFieldsOf(sample("synthetic-network-graph.json"), feed("netjson.json", key), "nodes");
        JsonNode graph = feed("netjson.json", null);
        assertThat(graph.get("type").asString()).isEqualTo("NetworkGraph");
        assertThat(graph.get("protocol").asString()).isEqualTo("babeld");
        assertThat(graph.has("version")).isTrue();
        assertThat(graph.has("metric")).isTrue();
        JsonNode wanted = sample("synthetic-nodes.geojson").at("/features/0");
        JsonNode feature = feed("nodes.geojson", key).at("/features/0");
        assertThat(feature.at("/geometry/type")).isEqualTo(wanted.at("/geometry/type"));
        List<String> named =
                wanted.get("properties").propertyNames().stream()
                        .filter(name -> !List.of("site", "domain").contains(name))
                        .toList();
        assertThat(feature.get("properties").propertyNames()).containsAll(named);
    }

    @Test
    void whatReadersTakeForGrantedHoldsInEachFeed() throws Exception {
        String key = key();

        JsonNode graph = feed("netjson.json", key);
        var ids = new HashSet<String>();
        graph.get("nodes").forEach(node -> assertThat(ids.add(node.get("id").asString())).isTrue());
        graph.get("links")
                .forEach(link -> {
                    assertThat(ids)
                            .contains(link.get("source").asString(), link.get("target").asString());
                    assertThat(link.get("cost").isNumber()).isTrue();
                });
        JsonNode viewed = feed("meshviewer.json", key);
        OffsetDateTime.parse(viewed.get("timestamp").asString(), MESHVIEWER_TIME);
        viewed.get("nodes")
                .forEach(node -> {
                    assertThat(ids).contains(node.get("node_id").asString());
                    assertThat(node.get("is_online").isBoolean()).isTrue();
                    assertThat(node.get("clients").isIntegralNumber()).isTrue();
                    OffsetDateTime.parse(node.get("lastseen").asString(), MESHVIEWER_TIME);
                    OffsetDateTime.parse(node.get("firstseen").asString(), MESHVIEWER_TIME);
                });
        viewed.get("links")
                .forEach(link -> {
                    assertThat(ids)
                            .contains(link.get("source").asString(), link.get("target").asString());
                    assertThat(link.get("source_tq").asDouble()).isBetween(0.0, 1.0);
                    assertThat(link.get("target_tq").asDouble()).isBetween(0.0, 1.0);
                });
        JsonNode places = feed("nodes.geojson", key);
        assertThat(places.get("type").asString()).isEqualTo("FeatureCollection");
        assertThat(places.get("features")).isNotEmpty();
        places.get("features")
                .forEach(feature -> {
                    assertThat(feature.get("type").asString()).isEqualTo("Feature");
                    JsonNode at = feature.at("/geometry/coordinates");
                    assertThat(at).as("longitude first, RFC 7946").hasSize(2);
                    assertThat(at.get(0).asDouble()).isBetween(-180.0, 180.0);
                    assertThat(at.get(1).asDouble()).isBetween(-90.0, 90.0);
                });
        JsonNode targets = feed("prometheus.json", key);
        assertThat(targets.isArray()).as("HTTP service discovery").isTrue();
        targets.forEach(group -> {
            assertThat(group.propertyNames()).containsExactlyInAnyOrder("targets", "labels");
            group.get("targets").forEach(target -> assertThat(target.isString()).isTrue());
            group.get("labels")
                    .properties()
                    .forEach(label -> {
                        assertThat(label.getKey()).matches("[a-zA-Z_][a-zA-Z0-9_]*");
                        assertThat(label.getValue().isString()).as(label.getKey()).isTrue();
                    });
        });
    }

    @Test
    void whoHasItAlreadyIsToldSo() throws Exception {
        String tag =
                http.perform(get("/api/feeds/nodes.geojson"))
                        .andExpect(header().string("Cache-Control", "max-age=30, public"))
                        .andExpect(header().string("Access-Control-Allow-Origin", "*"))
                        .andExpect(header().string("Content-Type", "application/geo+json"))
                        .andReturn()
                        .getResponse()
                        .getHeader("ETag");

        clock.advance(Feeds.KEPT);
        http.perform(get("/api/feeds/nodes.geojson").header("If-None-Match", tag))
                .andExpect(status().isNotModified());
        consent(open, false);
        clock.advance(Feeds.KEPT);
        http.perform(get("/api/feeds/nodes.geojson").header("If-None-Match", tag))
                .andExpect(status().isOk());
    }

    @Test
    void itComesCompressedToWhoTakesItSo() throws Exception {
        clock.advance(Feeds.KEPT);

        byte[] body =
                http.perform(get("/api/feeds/netjson.json").header("Accept-Encoding", "br, gzip"))
                        .andExpect(header().string("Content-Encoding", "gzip"))
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();

        try (var plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
            assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            http.perform(get("/api/feeds/netjson.json"))
                                    .andReturn()
                                    .getResponse()
                                    .getContentAsString());
        }
    }

    @Test
    void aKeyReadsSixtyTimesAMinute() throws Exception {
        String key = key();

        for (int read = 0; read < Feeds.READS_OF_A_KEY_MAX; read++) {
            http.perform(get("/api/feeds/netjson.json").header("Feed-Key", key))
                    .andExpect(status().isOk());
        }

        http.perform(get("/api/feeds/netjson.json").header("Feed-Key", key))
                .andExpect(status().isTooManyRequests())
                .andExpect(header().string("Retry-After", "60"));
        http.perform(get("/api/feeds/netjson.json")).andExpect(status().isOk());
        clock.advance(Duration.ofMinutes(1));
        http.perform(get("/api/feeds/netjson.json").header("Feed-Key", key))
                .andExpect(status().isOk());
    }

    private ResultActions consent(Person person, boolean open) throws Exception {
        return http.perform(
                put("/api/sites/{id}/public", person.site())
                        .with(caller(person.id(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"open\": " + open + "}"));
    }

    private String key() throws Exception {
        return ask("/api/feeds/keys", "{\"name\": \"monitoring\"}").get("key").asString();
    }

    private JsonNode feed(String name, String key) throws Exception {
        return read(feedText(name, key));
    }

    /** Read afresh. */
    private String feedText(String name, String key) {
        try {
            clock.advance(Feeds.KEPT);
            var request = get("/api/feeds/" + name);
            if (key != null) request.header("Feed-Key", key);
            return http.perform(request)
                    .andExpect(status().isOk())
                    .andReturn()
                    .getResponse()
                    .getContentAsString(StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode node(JsonNode nodes, TestAgent agent) {
        for (JsonNode node : nodes) {
            if (node.get("node_id").asString().equals(agent.id().shortName())) return node;
        }
        throw new AssertionError("not in the feed: " + agent.id());
    }

    private JsonNode sample(String name) throws IOException {
        try (InputStream file = FeedApiIT.class.getResourceAsStream("/feed/" + name)) {
            return read(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Every field of the sample's first entry is there and of the same type. */
    private static void hasFieldsOf(JsonNode sample, JsonNode feed, String list) {
        JsonNode wanted = sample.get(list).get(0);
        JsonNode told = feed.get(list).get(0);
        for (String field : wanted.propertyNames()) {
            if (field.equals("rootfs_usage"))
                continue; // No agent tells it, and readers leave it out.
            assertThat(told.has(field)).as(field).isTrue();
            assertThat(told.get(field).getNodeType())
                    .as(field)
                    .isEqualTo(wanted.get(field).getNodeType());
        }
    }

    private static void report(TestAgent agent, String device, String own, String to, int cost) {
        TopologyServiceGrpc.newBlockingStub(agent.channel())
                .reportTopology(
                        ReportTopologyRequest.newBuilder()
                                .setAgentVersion("0.1.0")
                                .setClients(7)
                                .setLoadMilli(310)
                                .setUptimeSeconds(90_061)
                                .setMemoryTotalBytes(129_228_800)
                                .setMemoryAvailableBytes(42_188_800)
                                .setObservedAt(
                                        Timestamp.newBuilder()
                                                .setSeconds(Instant.now().getEpochSecond())
                                                .setNanos(++reports))
                                .addLinks(
                                        Link.newBuilder()
                                                .setInterface(device)
                                                .setNeighbourAddress(to)
                                                .setSource("babeld")
                                                .setRxCost(cost)
                                                .setTxCost(cost)
                                                .setUp(true)
                                                .setUsed(true))
                                .addOwnAddresses(
                                        OwnAddress.newBuilder()
                                                .setInterface(device)
                                                .setAddress(own))
                                .build());
    }
}
