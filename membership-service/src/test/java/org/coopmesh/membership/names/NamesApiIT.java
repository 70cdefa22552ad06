package org.coopmesh.membership.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.membership.Audit;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.TestAgent;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;

@TestPropertySource(
        properties = {
            "coopmesh.names.zone=village.mesh",
            "coopmesh.names.per-member-max=3",
            "coopmesh.names.reserved=council",
            "coopmesh.names.check-interval=PT1H"
        })
class NamesApiIT extends NetworkedService {
    private static int labels;
    private final List<TestAgent> agents = new ArrayList<>();

    @Autowired NameRegister register;

    @AfterEach
    void close() {
        agents.forEach(TestAgent::close);
    }

    /** Somebody with a node in service that has addresses. */
    private record Owner(Person person, UUID node, TestAgent agent) {
        UUID id() {
            return person.id();
        }
    }

    private Owner owner() throws Exception {
        Person person = person();
        Registered node = register(person);
        TestAgent agent = agent();
        agents.add(agent);
        agent.enrol(node.code());
        attach(node.id(), person);
        return new Owner(person, node.id(), agent);
    }

    @Test
    void whoComesFirstHasTheNameAndEverybodySeesItWithoutItsOwner() throws Exception {
        Owner first = owner();
        Owner second = owner();

        register(first, "Obstgarten")
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.name").value("obstgarten.village.mesh"))
                .andExpect(jsonPath("$.state").value("held"))
                .andExpect(jsonPath("$.nodeKey").value(first.agent().id().shortName()))
                .andExpect(jsonPath("$.addresses[0]").value(Matchers.startsWith("10.201.")));
        refused(register(second, "obstgarten"), "label", "taken");

        String directory =
                http.perform(
                                get("/api/names?after=obstgarte&limit=1")
                                        .with(caller(second.id(), "member")))
                        .andExpect(status().isOk())
                        .andExpect(jsonPath("$.items[0].name").value("obstgarten.village.mesh"))
                        .andExpect(jsonPath("$.items[0].mine").value(false))
                        .andExpect(jsonPath("$.items[0].live").value("never"))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        assertThat(directory)
                .doesNotContain(
                        first.id().toString(), "Person", first.node().toString(), "10.201.");
    }

    @Test
    void aLabelThatLooksLikeAnotherIsRefused() throws Exception {
        Owner owner = owner();
        register(owner, "coco").andExpect(status().isCreated());

        // Cyrillic throughout; a digit for a letter
        try (var audit = new Audit()) {
            refused(register(owner, "сосо"), "label", "taken");
            assertThat(audit.told())
                    .contains("name refused by=%s rule=taken".formatted(owner.id()))
                    .noneMatch(line -> line.contains("сосо"));
        }
        refused(register(owner, "c0c0"), "label", "taken");
        refused(register(owner, "раypal"), "label", "mixed-scripts");
        refused(register(owner, "counci1"), "label", "reserved");
        refused(register(owner, "localhost"), "label", "reserved");
        refused(register(owner, "a".repeat(64)), "label", "size");
        refused(register(owner, "under_score"), "label", "characters");
    }

    @Test
    void aNodeThatIsNotOnesOwnOrNotInServiceIsRefused() throws Exception {
        Owner owner = owner();
        Owner other = owner();
        Registered pending = register(owner.person());

        refused(register(owner, other.node(), "borrowed", ""), "nodeId", "not-own");
        refused(register(owner, UUID.randomUUID(), "borrowed", ""), "nodeId", "not-own");
        refused(register(owner, pending.id(), "borrowed", ""), "nodeId", "not-in-service");
        ask("/api/nodes/" + owner.node() + "/retire", "{\"reason\": \"broken\"}");
        refused(register(owner, "borrowed"), "nodeId", "not-in-service");
    }

    @Test
    void whoHoldsAsManyAsTheyMayGetsNoOther() throws Exception {
        Owner owner = owner();
        for (int i = 0; i < 3; i++) register(owner, fresh()).andExpect(status().isCreated());

        refused(register(owner, fresh()), "label", "limit");

        UUID one = names(owner).getFirst();
        http.perform(delete("/api/names/{id}", one).with(caller(owner.id(), "member")))
                .andExpect(status().isNoContent());
        register(owner, fresh()).andExpect(status().isCreated());
    }

    @Test
    void ofManyAtOnceOneGetsTheLabelAndNobodyMoreThanTheLimit() throws Exception {
        Owner owner = owner();
        Owner other = owner();
        String wanted = fresh();
        var attempts = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 4; i++) {
            attempts.add(() -> register(owner, wanted).andReturn().getResponse().getStatus());
            attempts.add(() -> register(other, wanted).andReturn().getResponse().getStatus());
        }
        for (int i = 0; i < 8; i++) {
            String another = fresh();
            attempts.add(() -> register(owner, another).andReturn().getResponse().getStatus());
        }

        try (var pool = Executors.newFixedThreadPool(8)) {
            for (var each : pool.invokeAll(attempts)) assertThat(each.get()).isIn(201, 422);
        }

        assertThat(names(owner)).hasSize(3);
        assertThat(
                        db.sql("select count(*) from mesh_name where label = :label")
                                .param("label", wanted)
                                .query(Integer.class)
                                .single())
                .isEqualTo(1);
    }

    @Test
    void aServiceIsBehindTheNodeOrRefused() throws Exception {
        Owner owner = owner();
        String prefix =
                db.sql("select host(prefix_v4) from attachment where node = :node")
                        .param("node", owner.node())
                        .query(String.class)
                        .single();
        String inside = prefix.substring(0, prefix.lastIndexOf('.')) + ".7";

        register(
                        owner,
                        owner.node(),
                        "kamera-am-turm",
                        """
                        , "service": {"type": "http", "port": 8080, "hosts": ["%s"], "path": "/live"}
                        """
                                .formatted(inside))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.addresses[0]").value(inside))
                .andExpect(jsonPath("$.service.type").value("http"));
        refused(
                service(owner, "\"port\": 80, \"hosts\": [\"192.0.2.7\"]"),
                "service.hosts",
                "not-behind-node");
        refused(service(owner, "\"port\": 80, \"hosts\": [\"mill\"]"), "service.hosts", "form");
        refused(service(owner, "\"port\": 70000"), "service.port", "range");
        refused(service(owner, "\"port\": 80, \"path\": \"live\""), "service.path", "form");
        refused(service(owner, "\"port\": 80, \"type\": \"not a type\""), "service.type", "form");
        service(owner, "\"port\": 80, \"transport\": \"icmp\"").andExpect(status().isBadRequest());
        http.perform(get("/api/names?type=http").with(caller(UUID.randomUUID())))
                .andExpect(
                        jsonPath("$.items[?(@.name == 'kamera-am-turm.village.mesh')].port")
                                .value(8080));
    }

    @Test
    void aNameFollowsItsNodeToANewKey() throws Exception {
        Owner owner = owner();
        register(owner, fresh()).andExpect(status().isCreated());
        String before = mine(owner).get("items").get(0).get("nodeKey").asString();

        String code =
                ask("/api/nodes/" + owner.node() + "/code", "{}")
                        .get("enrolment")
                        .get("code")
                        .asString();
        TestAgent again = agent();
        agents.add(again);
        again.enrol(code);

        JsonNode name = mine(owner).get("items").get(0);
        assertThat(name.get("nodeKey").asString())
                .isEqualTo(again.id().shortName())
                .isNotEqualTo(before);
    }

    @Test
    void aNameIsHandedOverByACodeOnce() throws Exception {
        Owner giver = owner();
        Owner taker = owner();
        UUID id = id(register(giver, fresh()));
        String code = offer(giver, id);
        String newer = offer(giver, id);

        // The first offer is void, a stranger's guess leads nowhere, and one does not take one's
        // own
        accept(taker, code).andExpect(status().isNotFound());
        accept(taker, "0".repeat(26)).andExpect(status().isNotFound());
        refused(accept(taker, "short"), "code", "form");
        accept(giver, newer).andExpect(status().isConflict());
        accept(taker, newer.toLowerCase())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.nodeKey").value(taker.agent().id().shortName()));
        accept(taker, newer).andExpect(status().isNotFound());

        assertThat(names(giver)).isEmpty();
        assertThat(names(taker)).containsExactly(id);
        http.perform(delete("/api/names/{id}", id).with(caller(giver.id(), "member")))
                .andExpect(status().isNotFound());
        assertThat(kinds(id))
                .containsExactly("registered", "offered", "offered", "handedOver", "takenOver");
    }

    @Test
    void anOfferEndsByItselfOrIsTakenBack() throws Exception {
        Owner giver = owner();
        Owner taker = owner();
        UUID id = id(register(giver, fresh()));
        String late = offer(giver, id);
        clock.advance(Duration.ofDays(7));
        accept(taker, late).andExpect(status().isNotFound());

        String withdrawn = offer(giver, id);
        http.perform(delete("/api/names/{id}/transfer", id).with(caller(giver.id(), "member")))
                .andExpect(status().isNoContent());
        accept(taker, withdrawn).andExpect(status().isNotFound());
        assertThat(names(giver)).containsExactly(id);
    }

    @Test
    void aDisputedNameIsFrozenUntilTheBoardDecides() throws Exception {
        Owner holder = owner();
        Owner other = owner();
        String label = fresh();
        UUID id = id(register(holder, label));
        UUID dispute = dispute(other, id, "the choir is called so since 1907");

        http.perform(delete("/api/names/{id}", id).with(caller(holder.id(), "member")))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/name-frozen"));
        http.perform(
                        post("/api/names/{id}/disputes", id)
                                .with(caller(person().id(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\": \"mine\"}"))
                .andExpect(status().isConflict());
        decide(dispute, holder.id(), "keep").andExpect(status().isConflict());
        decide(dispute, other.id(), "release").andExpect(status().isConflict());
        assertThat(mine(holder).get("items").get(0).get("state").asString()).isEqualTo("frozen");

        decide(dispute, board, "release")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.outcome").value("release"))
                .andExpect(jsonPath("$.decidedWhy").value("because"));
        decide(dispute, board, "keep").andExpect(status().isConflict());

        // Kept for who was right, for as long as the grace is
        refused(register(holder, label), "label", "kept");
        register(other, label).andExpect(status().isCreated());
        assertThat(kinds(id)).containsExactly("registered", "disputed", "takenAway");
    }

    @Test
    void aNameThatIsKeptIsItsHoldersAgain() throws Exception {
        Owner holder = owner();
        UUID id = id(register(holder, fresh()));
        UUID dispute = dispute(owner(), id, "mine");

        decide(dispute, board, "keep").andExpect(status().isOk());

        assertThat(mine(holder).get("items").get(0).get("state").asString()).isEqualTo("held");
        http.perform(
                        put("/api/names/{id}", id)
                                .with(caller(holder.id(), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"nodeId\": \"%s\", \"service\": {\"type\": \"ipp\", \"port\": 631}}"
                                                .formatted(holder.node())))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.service.port").value(631));
    }

    @Test
    void nobodyDisputesTheirOwnNorMoreThanThree() throws Exception {
        Owner holder = owner();
        Owner second = owner();
        Owner quarrelsome = owner();
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 3; i++) ids.add(id(register(holder, fresh())));
        ids.add(id(register(second, fresh())));

        for (UUID id : ids.subList(0, 3)) dispute(quarrelsome, id, "mine too");

        tryDispute(quarrelsome, ids.get(3))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/too-many-disputes"));
        tryDispute(second, ids.get(3)).andExpect(status().isConflict());
    }

    @Test
    void whoLeavesKeepsTheNameForTheGraceAndThenAnybodyMayHaveIt() throws Exception {
        Owner leaver = owner();
        Owner other = owner();
        String label = fresh();
        UUID id = id(register(leaver, label));

        http.perform(
                        post("/api/members/{id}/leave", leaver.id())
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"on\": \"%s\", \"reason\": \"moves\"}"
                                                .formatted(membership.today())))
                .andExpect(status().is2xxSuccessful());
        assertThat(kinds(id)).containsExactly("registered", "lapsing");
        clock.advance(Duration.ofDays(30).minusSeconds(1));
        register.freeLapsed();
        refused(register(other, label), "label", "taken");

        clock.advance(Duration.ofSeconds(1));
        register.freeLapsed();

        assertThat(kinds(id)).containsExactly("registered", "lapsing", "freed");
        register(other, label).andExpect(status().isCreated());
    }

    @Test
    void whatHappenedIsKeptForGoodAndShownToTheBoard() throws Exception {
        Owner owner = owner();
        String label = fresh();
        register(owner, label).andExpect(status().isCreated());

        http.perform(get("/api/names/events?limit=1").with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items[0].label").value(label))
                .andExpect(jsonPath("$.items[0].kind").value("registered"))
                .andExpect(jsonPath("$.items[0].by").value(owner.id().toString()));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> db.sql("delete from mesh_name_event").update())
                .hasMessageContaining("append-only");
    }

    @Test
    void whoIsErasedLeavesNeitherNameNorReasonBehind() throws Exception {
        Owner leaver = owner();
        UUID id = id(register(leaver, "anna-" + fresh()));
        dispute(owner(), id, "anna-something is my sister");
        ask("/api/nodes/" + leaver.node() + "/retire", "{\"reason\": \"moves\"}");
        http.perform(
                        post("/api/members/{id}/leave", leaver.id())
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"on\": \"%s\", \"reason\": \"moves\"}"
                                                .formatted(membership.today())))
                .andExpect(status().is2xxSuccessful());

        http.perform(post("/api/members/{id}/erasure", leaver.id()).with(caller(board, "board")))
                .andExpect(status().isOk());

        assertThat(names(leaver)).isEmpty();
        for (String table : List.of("mesh_name_event", "name_dispute", "member_timeline")) {
            assertThat(
                            db.sql("select each::text from %s each".formatted(table))
                                    .query(String.class)
                                    .list())
                    .as(table)
                    .noneMatch(row -> row.contains("anna-"));
        }
        assertThat(kinds(id)).contains("registered", "disputed");
    }

    // What is asked

    private ResultActions register(Owner owner, String label) throws Exception {
        return register(owner, owner.node(), label, "");
    }

    private ResultActions register(Owner owner, UUID node, String label, String more)
            throws Exception {
        return http.perform(
                post("/api/names")
                        .with(caller(owner.id(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"label\": \"%s\", \"nodeId\": \"%s\"%s}"
                                        .formatted(label, node, more)));
    }

    private ResultActions service(Owner owner, String fields) throws Exception {
        String type = fields.contains("\"type\"") ? "" : "\"type\": \"http\", ";
        return register(
                owner, owner.node(), fresh(), ", \"service\": {%s%s}".formatted(type, fields));
    }

    private String offer(Owner owner, UUID id) throws Exception {
        return read(http.perform(
                                post("/api/names/{id}/transfer", id)
                                        .with(caller(owner.id(), "member")))
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .get("code")
                .asString();
    }

    private ResultActions accept(Owner owner, String code) throws Exception {
        return http.perform(
                post("/api/names/transfers")
                        .with(caller(owner.id(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"code\": \"%s\", \"nodeId\": \"%s\"}"
                                        .formatted(code, owner.node())));
    }

    private UUID dispute(Owner owner, UUID name, String reason) throws Exception {
        return id(
                http.perform(
                                post("/api/names/{id}/disputes", name)
                                        .with(caller(owner.id(), "member"))
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content("{\"reason\": \"%s\"}".formatted(reason)))
                        .andExpect(status().isCreated()));
    }

    private ResultActions tryDispute(Owner owner, UUID name) throws Exception {
        return http.perform(
                post("/api/names/{id}/disputes", name)
                        .with(caller(owner.id(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"reason\": \"mine\"}"));
    }

    private ResultActions decide(UUID dispute, UUID by, String outcome) throws Exception {
        return http.perform(
                post("/api/names/disputes/{id}/decision", dispute)
                        .with(caller(by, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"outcome\": \"%s\", \"reason\": \"because\"}"
                                        .formatted(outcome)));
    }

    private static void refused(ResultActions answer, String field, String rule) throws Exception {
        answer.andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/name-refused"))
                .andExpect(jsonPath("$.errors[0].field").value(field))
                .andExpect(jsonPath("$.errors[0].rule").value(rule));
    }

    private JsonNode mine(Owner owner) throws Exception {
        return read(
                http.perform(get("/api/names/mine").with(caller(owner.id(), "member")))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString());
    }

    private List<UUID> names(Owner owner) throws Exception {
        var ids = new ArrayList<UUID>();
        mine(owner)
                .get("items")
                .forEach(item -> ids.add(UUID.fromString(item.get("id").asString())));
        return ids;
    }

    private List<String> kinds(UUID name) {
        return db.sql("select kind from mesh_name_event where name_id = :id order by id")
                .param("id", name)
                .query(String.class)
                .list();
    }

    private UUID id(ResultActions answer) throws Exception {
        return UUID.fromString(
                read(answer.andReturn().getResponse().getContentAsString()).get("id").asString());
    }

    /** A label that nobody has, and that looks like none before. */
    private static synchronized String fresh() {
        int number = ++labels;
        String letters = "abdfghkprtuvxyz";
        return "n"
                + letters.charAt(number / 225 % 15)
                + letters.charAt(number / 15 % 15)
                + letters.charAt(number % 15)
                + "z";
    }
}
