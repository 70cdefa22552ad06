package org.coopmesh.membership.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.membership.node.NetworkedService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** A gateway, a relay behind it, two roofs behind that, and six more at the gateway; some fall silent. */
@TestPropertySource(
        properties = {
            "coopmesh.test.database=mesh",
            "coopmesh.outage.check-interval=PT24H",
            "coopmesh.outage.told-from=4h"
        })
class OutageApiIT extends NetworkedService {
    private static final int NODES = 10;

    @Autowired private Outages outages;
    @Autowired private OutageLetters letters;

    private Instant now;
    private final List<Integer> cut = new ArrayList<>();
    private Person first;
    private Person second;

    @BeforeEach
    void aVillage() throws Exception {
        now = Instant.now();
        first = person();
        second = person();
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state, node_id,
                                          certificate_until, enrolled_at)
                        select gen_random_uuid(), case when n = 3 then :second else :first end,
                               case when n = 3 then :secondSite else :firstSite end, 'n' || n, n = 0, now(), 'enrolled',
                               lpad(to_hex(n + 1), 64, '0'), now() + interval '90 days', now()
                        from generate_series(0, :nodes - 1) n
                        """)
                .param("first", first.id())
                .param("second", second.id())
                .param("firstSite", first.site())
                .param("secondSite", second.site())
                .param("nodes", NODES)
                .update();
        db.sql(
                        """
                        insert into node_status (node_id, last_seen_at) select lpad(to_hex(n + 1), 64, '0'), :now
                        from generate_series(0, :nodes - 1) n
                        """)
                .param("now", time(now))
                .param("nodes", NODES)
                .update();
        db.sql(
                        """
                        insert into node_link (node_id, position, neighbour_node_id, interface, neighbour_address, source,
                                               rx_cost, tx_cost)
                        select lpad(to_hex(n + 1), 64, '0'), 0,
                               lpad(to_hex(1 + case n when 2 then 1 when 3 then 1 else 0 end), 64, '0'),
                               'mesh0', '', 'babeld', 256, 256
                        from generate_series(1, :nodes - 1) n
                        """)
                .param("nodes", NODES)
                .update();
        attach(record(2), first);
        attach(record(3), second);
        outages.look(now);
    }

    @AfterEach
    void itGoes() {
        db.sql("delete from silence").update();
        db.sql("delete from fault").update();
        db.sql("delete from outage_watch").update();
        db.sql("delete from maintenance").update();
        db.sql("delete from node_status").update();
        db.sql("delete from attachment").update();
        db.sql("delete from node").update();
        db.sql("delete from outbox where type like '%outage_ended'").update();
    }

    @Test
    void oneAlertNamesWhoBrokeAndCountsWhomItHit() throws Exception {
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));

        http.perform(get("/api/outages").with(caller(board, "network")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].nodeName").value("n1"))
                .andExpect(jsonPath("$.items[0].nodes").value(3))
                .andExpect(jsonPath("$.items[0].members").value(2));
        String id = open().get(0).get("id").asString();
        http.perform(get("/api/outages/{id}", id).with(caller(board, "network")))
                .andExpect(jsonPath("$.covered.length()").value(3));
    }

    @Test
    void aMemberSeesWhatHitThemAndNobodyElsesNode() throws Exception {
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));
        String id = open().get(0).get("id").asString();

        http.perform(get("/api/outages").with(caller(second.id(), "member")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].nodeName").doesNotExist())
                .andExpect(jsonPath("$.items[0].members").doesNotExist());
        http.perform(get("/api/outages/{id}", id).with(caller(second.id(), "member")))
                .andExpect(jsonPath("$.covered.length()").value(1))
                .andExpect(jsonPath("$.covered[0].nodeName").value("n3"));
        Person stranger = person();
        http.perform(get("/api/outages").with(caller(stranger.id(), "member")))
                .andExpect(jsonPath("$.items.length()").value(0));
        http.perform(get("/api/outages/{id}", id).with(caller(stranger.id(), "member")))
                .andExpect(status().isNotFound());
    }

    @Test
    void aFaultThatComesBackSoonIsTheSameAlert() throws Exception {
        cut(3);
        pass(Duration.ofMinutes(8));
        String id = open().get(0).get("id").asString();
        acknowledge(id, "ladder ordered");

        for (int flap = 0; flap < 3; flap++) {
            cut.clear();
            pass(Duration.ofMinutes(1));
            assertThat(open()).isEmpty();
            cut(3);
            pass(Duration.ofMinutes(8));
        }

        assertThat(open()).hasSize(1);
        assertThat(open().get(0).get("id").asString()).isEqualTo(id);
        assertThat(open().get(0).get("relapses").asInt()).isEqualTo(3);
        assertThat(open().get(0).get("note").asString()).isEqualTo("ladder ordered");
        assertThat(count("select count(*) from fault")).isOne();
    }

    @Test
    void outagesThatLastedAreToldOnceWhenTheyAreOver() throws Exception {
        cut(2, 3);
        pass(Duration.ofHours(3));
        cut.remove(Integer.valueOf(2));
        pass(Duration.ofHours(2));
        assertThat(told()).isEmpty();
        cut.clear();
        now = now.plusSeconds(20);
        heard();

        try (var replicas = Executors.newFixedThreadPool(4)) {
            var looks = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) looks.add(replicas.submit(() -> outages.look(now)));
            for (Future<?> look : looks) look.get();
        }
        pass(Duration.ofMinutes(1));

        List<NodeEvent> told = told();
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().getOutageEnded().getMemberId())
                .isEqualTo(second.id().toString());
        assertThat(told.getFirst().getOutageEnded().getSiteId())
                .isEqualTo(second.site().toString());
        assertThat(told.getFirst().getOutageEnded().getFaultNodeId())
                .as("what broke, as far as the mesh tells")
                .isEqualTo("%064x".formatted(4));
        long seconds =
                told.getFirst().getOccurredAt().getSeconds()
                        - told.getFirst().getOutageEnded().getBeganAt().getSeconds();
        assertThat(seconds).isBetween(5 * 3_600L, 5 * 3_600L + 60);
    }

    @Test
    void everybodyAtOnceIsOneAlertAndNobodysOutage() throws Exception {
        for (int i = 0; i < NODES; i++) cut.add(i);
        pass(Duration.ofHours(5));

        assertThat(open()).hasSize(1);
        assertThat(open().get(0).get("kind").asString()).isEqualTo("everywhere");

        cut.clear();
        pass(Duration.ofMinutes(5));
        assertThat(open()).isEmpty();
        assertThat(told()).isEmpty();
    }

    @Test
    void aWatchThatDidNotLookIsOneAlertAndNoNodesFault() throws Exception {
        cut(1, 2, 3, 4, 5, 6, 7, 8, 9);
        now = now.plus(Duration.ofHours(2));
        outages.look(now);
        pass(Duration.ofMinutes(4));

        assertThat(open()).isEmpty();
        http.perform(get("/api/outages").param("state", "ended").with(caller(board, "network")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].kind").value("watch"))
                .andExpect(jsonPath("$.watch.silent").value(false));
        db.sql("update outage_watch set checked_at = now() - interval '3 minutes'").update();
        http.perform(get("/api/outages").with(caller(board, "network")))
                .andExpect(jsonPath("$.watch.silent").value(true));
    }

    @Test
    void whoRunsTheNetworkIsToldOnceOfAnOutageThatAffectsMembersAndOnceThatItIsOver()
            throws Exception {
        UUID operator = operator();
        cut(4); // Nobody has anything there.
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));
        letters.tell(now);
        assertThat(mails(operator)).isEmpty();
        pass(Duration.ofMinutes(12));

        letters.tell(now);
        letters.tell(now);

        assertThat(mails(operator)).containsExactly("outage-began");
        cut.clear();
        pass(Duration.ofMinutes(5));
        letters.tell(now);
        assertThat(mails(operator)).as("it may come back yet").hasSize(1);
        pass(Duration.ofMinutes(15));
        letters.tell(now);
        letters.tell(now);
        assertThat(mails(operator)).containsExactly("outage-began", "outage-over");
    }

    @Test
    void anOutageThatSomebodyKnowsOfIsMailedToNobody() throws Exception {
        UUID operator = operator();
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));
        acknowledge(open().get(0).get("id").asString(), "on my way");
        pass(Duration.ofMinutes(30));

        letters.tell(now);

        assertThat(mails(operator)).isEmpty();
    }

    private UUID operator() throws Exception {
        db.sql("delete from mail where notice like 'outage-%'").update();
        UUID operator = first.id();
        http.perform(
                        put("/api/members/{id}/roles", operator)
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"roles\": [\"member\", \"network\"], \"reason\": \"night shift\"}"))
                .andExpect(status().is2xxSuccessful());
        return operator;
    }

    private List<String> mails(UUID to) {
        return db.sql(
                        "select notice from mail where recipient_id = :to and notice like 'outage-%' order by id")
                .param("to", to)
                .query(String.class)
                .list();
    }

    @Test
    void workThatWasAnnouncedIsNoAlert() throws Exception {
        String from = clock.instant().minusSeconds(60).toString();
        String to = clock.instant().plus(Duration.ofHours(1)).toString();
        JsonNode work =
                ask(
                        "/api/outages/maintenance",
                        """
                        {"node": "%s", "startsAt": "%s", "endsAt": "%s", "reason": "new mast"}
                        """
                                .formatted(record(1), from, to));
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));
        assertThat(open()).isEmpty();

        http.perform(
                        delete("/api/outages/maintenance/{id}", work.get("id").asString())
                                .with(caller(board, "network")))
                .andExpect(status().isNoContent());
        pass(Duration.ofMinutes(8));
        assertThat(open()).hasSize(1);
    }

    @Test
    void whatCannotBeAnnouncedIsRefusedByField() throws Exception {
        Instant at = clock.instant();
        for (String wrong :
                List.of(
                        body(at.plusSeconds(60), at.plusSeconds(60)),
                        body(at.minusSeconds(60), at.minusSeconds(1)),
                        body(at, at.plus(Outages.MAINTENANCE_LENGTH_MAX).plusSeconds(1)))) {
            http.perform(
                            post("/api/outages/maintenance")
                                    .with(caller(board, "network"))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(wrong))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("endsAt"));
        }
    }

    @Test
    void aDeadNodeCanAlwaysBeDeletedAndItsAlertGoesWithIt() throws Exception {
        cut(1, 2, 3);
        pass(Duration.ofMinutes(8));
        assertThat(open()).hasSize(1);

        for (int dead : List.of(3, 1, 2)) {
            http.perform(
                            delete("/api/nodes/{id}", record(dead))
                                    .param("reason", "burnt down")
                                    .with(caller(board, "network")))
                    .andExpect(status().isNoContent());
        }
        pass(Duration.ofMinutes(1));

        assertThat(open()).isEmpty();
        assertThat(count("select count(*) from silence where ended_at is null")).isZero();
        http.perform(get("/api/nodes").with(caller(board, "network")))
                .andExpect(jsonPath("$.items[?(@.name == 'n1')]").doesNotExist());
    }

    private static String body(Instant from, Instant to) {
        return """
        {"startsAt": "%s", "endsAt": "%s", "reason": "new mast"}
        """
                .formatted(from, to);
    }

    private void acknowledge(String id, String note) throws Exception {
        http.perform(
                        put("/api/outages/{id}/acknowledgement", id)
                                .with(caller(board, "network"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"note\": \"" + note + "\"}"))
                .andExpect(status().isNoContent());
    }

    private void cut(int... nodes) {
        for (int node : nodes) cut.add(node);
    }

    /** Whoever is not cut off is heard, and the watch looks, every minute. */
    private void pass(Duration time) {
        for (Duration gone = Duration.ZERO;
                gone.compareTo(time) < 0;
                gone = gone.plus(Duration.ofMinutes(1))) {
            now = now.plus(Duration.ofMinutes(1));
            clock.advance(Duration.ofMinutes(1));
            heard();
            outages.look(now);
        }
    }

    private void heard() {
        db.sql("update node_status set last_seen_at = :now where not node_id = any(:cut)")
                .param("now", time(now))
                .param(
                        "cut",
                        cut.stream().map(n -> "%064x".formatted(n + 1)).toArray(String[]::new))
                .update();
    }

    private JsonNode open() throws Exception {
        return read(http.perform(get("/api/outages").with(caller(board, "network")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .get("items");
    }

    private List<NodeEvent> told() {
        return db.sql("select payload from outbox where type like '%outage_ended'")
                .query((row, _) -> {
                    try {
                        return NodeEvent.parseFrom(row.getBytes(1));
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .list();
    }

    private UUID record(int node) {
        return db.sql("select id from node where name = :name")
                .param("name", "n" + node)
                .query(UUID.class)
                .single();
    }

    private long count(String sql) {
        return db.sql(sql).query(Long.class).single();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
