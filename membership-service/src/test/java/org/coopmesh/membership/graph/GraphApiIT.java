package org.coopmesh.membership.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.coopmesh.membership.node.NetworkedService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** A mesh in one answer. {@code -Dgraph.nodes=20000} measures a large one; by default it is small enough for every build. */
@TestPropertySource(properties = "coopmesh.test.database=mesh")
class GraphApiIT extends NetworkedService {
    private static final int NODES = Integer.getInteger("graph.nodes", 400);

    @Autowired private MeshGraph graph;

    private Person one;

    @BeforeEach
    void nobodyStands() throws Exception {
        theyGo();
        one = person();
        graph.arrange(board);
    }

    @AfterEach
    void theyGo() {
        db.sql("delete from node_status").update();
        db.sql("delete from node where name like 'many %'").update();
        db.sql(
                        "update node set state = 'retired', ended_at = now(), end_reason = 'test' where state = 'enrolled'")
                .update();
    }

    @Test
    void whoeverStandsStaysWhenOthersCome() throws Exception {
        many(1, 40);
        Map<String, List<Long>> before = places();
        many(41, 60);
        graph.answersAreOld();

        assertThat(places()).hasSize(60).containsAllEntriesOf(before);

        http.perform(post("/api/topology/graph/arrange").with(caller(one.id(), "member")))
                .andExpect(status().isForbidden());
        http.perform(post("/api/topology/graph/arrange").with(caller(board, "network")))
                .andExpect(status().isNoContent());
        assertThat(places()).hasSize(60).isNotEqualTo(before);
    }

    @Test
    void membersLearnNamesAndPlacesOnlyWhereTheyMay() throws Exception {
        many(1, 3);
        db.sql(
                        "update site set latitude = 47.66012345, longitude = 9.17554321, zone = 'north', public_since = null")
                .update();

        JsonNode whole = told("network");
        JsonNode closed = told("member");
        db.sql("update site set public_since = now()").update();
        graph.answersAreOld();
        JsonNode open = told("member");

        assertThat(whole.at("/nodes/name/0").asString()).startsWith("many ");
        assertThat(whole.at("/nodes/id")).hasSize(3);
        assertThat(whole.at("/sites/latitude/0").asDouble()).isEqualTo(47.66012345);
        assertThat(whole.at("/sites/zone/0").asString()).isEqualTo("north");
        assertThat(closed.at("/nodes/name/0").asString()).isEmpty();
        assertThat(closed.at("/nodes/site/0").asInt()).isEqualTo(-1);
        assertThat(closed.at("/nodes/id")).isEmpty();
        assertThat(closed.at("/sites/name")).isEmpty();
        assertThat(open.at("/nodes/name/0").asString()).startsWith("many ");
        assertThat(open.at("/sites/latitude/0").asDouble()).isEqualTo(47.66);
        assertThat(open.at("/sites/name/0").asString()).isEmpty();
        assertThat(open.at("/sites/zone/0").asString()).isEmpty();
    }

    @Test
    void bothEndsOfALinkAreToldInOneRow() throws Exception {
        many(1, 3);
        // The second says nothing any more
        db.sql(
                        "update node_status set last_seen_at = now() - interval '1 hour' where node_id = encode(sha256('2'), 'hex')")
                .update();
        JsonNode whole = told("board");
        JsonNode links = whole.get("links");

        assertThat(links.get("low")).hasSize(2);
        for (int at = 0; at < 2; at++) {
            int low = links.get("low").get(at).asInt();
            int high = links.get("high").get(at).asInt();
            assertThat(low).isLessThan(high);
            String live = whole.at("/nodes/live").asString();
            assertThat(live.charAt(low) == 'd' || live.charAt(high) == 'd').isTrue();
            int flags = links.get("flags").get(at).asInt();
            assertThat(flags & Picture.LOW_TELLS)
                    .isEqualTo(live.charAt(low) == 'd' ? 0 : Picture.LOW_TELLS);
            assertThat(links.get("there").get(at).asLong()).isEqualTo(256);
            assertThat(links.get("back").get(at).asLong()).isEqualTo(256);
        }
        assertThat(whole.at("/sources/0").asString()).isEqualTo("babeld");
    }

    @Test
    void anAnswerThatIsKnownIsNotSentAgainAndALargeMeshIsSmall() throws Exception {
        many(1, NODES);
        long started = System.nanoTime();
        MockHttpServletResponse answer = look("network", null);
        long first = System.nanoTime();
        graph.answersAreOld();
        look("network", null);
        long second = System.nanoTime();

        assertThat(answer.getHeader("Content-Encoding")).isEqualTo("gzip");
        assertThat(answer.getHeader("Cache-Control")).contains("private");
        assertThat(look("network", answer.getHeader("ETag")).getStatus()).isEqualTo(304);
        byte[] sent = answer.getContentAsByteArray();
        System.out.printf(
                "FIGURE graph.payload %d nodes: %d bytes compressed; first drawn in %d ms, then in %d ms%n",
                NODES, sent.length, (first - started) / 1_000_000, (second - first) / 1_000_000);
        assertThat(sent.length).isLessThan(100 * NODES + 4_000);
    }

    private MockHttpServletResponse look(String role, @Nullable String known) throws Exception {
        var request =
                get("/api/topology/graph")
                        .header("Accept-Encoding", "gzip, br")
                        .with(caller(board, "member", role));
        if (known != null) request.header("If-None-Match", known);
        return http.perform(request).andReturn().getResponse();
    }

    private JsonNode told(String role) throws Exception {
        graph.answersAreOld();
        try (var in =
                new GZIPInputStream(
                        new ByteArrayInputStream(look(role, null).getContentAsByteArray()))) {
            return json.readTree(in);
        }
    }

    private Map<String, List<Long>> places() throws Exception {
        JsonNode nodes = told("network").get("nodes");
        var places = new HashMap<String, List<Long>>();
        for (int at = 0; at < nodes.get("key").size(); at++) {
            places.put(
                    nodes.get("key").get(at).asString(),
                    List.of(nodes.get("x").get(at).asLong(), nodes.get("y").get(at).asLong()));
        }
        return places;
    }

    /** A chain of nodes with a shortcut back every ten; the first is a gateway. */
    private void many(int from, int to) {
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state, node_id,
                                          certificate_until, enrolled_at)
                        select gen_random_uuid(), s.member_id, s.id, 'many ' || n, n = 1, now(), 'enrolled',
                               encode(sha256(n::text::bytea), 'hex'), now() + interval '90 days', now()
                        from generate_series(:from, :to) n, (select * from site where member_id = :member limit 1) s
                        """)
                .param("from", from)
                .param("to", to)
                .param("member", one.id())
                .update();
        for (String sql :
                List.of(
                        """
                        insert into node_status (node_id, last_seen_at, observed_at, agent_version, uptime_seconds,
                            load_milli, memory_total_bytes, memory_available_bytes, clients, access_list_version,
                            spool_bytes, spool_windows)
                        select encode(sha256(n::text::bytea), 'hex'), now(), now(), '0.1.0', 9000, 200, 128000000,
                               64000000, 5, 1, 0, 0
                        from generate_series(:from, :to) n
                        """,
                        """
                        insert into node_address (node_id, interface, address)
                        select encode(sha256(n::text::bytea), 'hex'), 'mesh0', 'fe80::' || to_hex(n)
                        from generate_series(:from, :to) n
                        """,
                        """
                        insert into node_link (node_id, position, neighbour_node_id, interface, neighbour_address, source,
                            rx_cost, tx_cost, up, used)
                        select encode(sha256(n::text::bytea), 'hex'), k, '', 'mesh0',
                               'fe80::' || to_hex(case k when 0 then n - 1 when 1 then n + 1 else greatest(1, n - 10) end),
                               'babeld', 256, 256, true, k = 0
                        from generate_series(:from, :to) n, generate_series(0, case when n % 10 = 0 then 2 else 1 end) k
                        where n > 1 or k = 1
                        """)) {
            db.sql(sql).param("from", from).param("to", to).update();
        }
    }
}
