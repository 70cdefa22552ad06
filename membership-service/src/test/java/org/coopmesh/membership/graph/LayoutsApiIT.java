package org.coopmesh.membership.graph;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.coopmesh.membership.node.NetworkedService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;

/** Layouts of the graph are private, but for the one that the board gave out. */
@TestPropertySource(properties = "coopmesh.test.database=mesh")
class LayoutsApiIT extends NetworkedService {
    private Person one;
    private Person other;

    @BeforeEach
    void twoPeople() throws Exception {
        one = person();
        other = person();
    }

    @AfterEach
    void nothingIsKept() {
        db.sql("delete from graph_layout").update();
    }

    @Test
    void whatIsKeptComesBackAndIsNobodyElses() throws Exception {
        keep(one.id(), "Valley", place(1, "1.5", "-2")).andExpect(status().isNoContent());

        http.perform(get("/api/topology/layouts").with(caller(one.id(), "member")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].own").value(true));
        http.perform(get("/api/topology/layouts/{id}", id()).with(caller(one.id(), "member")))
                .andExpect(jsonPath("$.places[0].x").value(1.5))
                .andExpect(jsonPath("$.places[0].y").value(-2.0));
        http.perform(get("/api/topology/layouts").with(caller(other.id(), "member", "board")))
                .andExpect(jsonPath("$.items.length()").value(0));
        http.perform(
                        get("/api/topology/layouts/{id}", id())
                                .with(caller(other.id(), "member", "board")))
                .andExpect(status().isNotFound());
        http.perform(
                        delete("/api/topology/layouts/{id}", id())
                                .with(caller(other.id(), "member", "board")))
                .andExpect(status().isNotFound());
    }

    @Test
    void theSameNameIsKeptInPlace() throws Exception {
        keep(one.id(), "Valley", place(1, "1", "1"));
        UUID id = id();
        keep(one.id(), "Valley", place(2, "7", "8"));

        http.perform(get("/api/topology/layouts/{id}", id).with(caller(one.id(), "member")))
                .andExpect(jsonPath("$.places.length()").value(1))
                .andExpect(jsonPath("$.places[0].x").value(7.0));
        http.perform(delete("/api/topology/layouts/{id}", id).with(caller(one.id(), "member")))
                .andExpect(status().isNoContent());
    }

    @Test
    void aNodeIsNamedByItsIdOrByTheDigitsTheGraphTells() throws Exception {
        keep(one.id(), "Short", "{\"node\": \"0123456789ab\", \"x\": 1, \"y\": 2}")
                .andExpect(status().isNoContent());
        keep(one.id(), "Shorter", "{\"node\": \"0123456789a\", \"x\": 1, \"y\": 2}")
                .andExpect(status().isBadRequest());

        http.perform(get("/api/topology/layouts/{id}", id()).with(caller(one.id(), "member")))
                .andExpect(jsonPath("$.places[0].node").value("0123456789ab"));
    }

    @Test
    void theBoardGivesOutOneOfItsOwnForAll() throws Exception {
        keep(board, "First", place(1, "1", "1"));
        UUID first = id();
        giveOut(first, board).andExpect(status().isNoContent());
        keep(board, "Second", place(1, "2", "2"));
        UUID second =
                db.sql("select id from graph_layout where name = 'Second'")
                        .query(UUID.class)
                        .single();
        giveOut(second, board).andExpect(status().isNoContent());

        http.perform(get("/api/topology/layouts").with(caller(other.id(), "member")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].name").value("Second"))
                .andExpect(jsonPath("$.items[0].own").value(false));
        keep(one.id(), "Mine", place(1, "3", "3"));
        UUID mine =
                db.sql("select id from graph_layout where name = 'Mine'")
                        .query(UUID.class)
                        .single();
        giveOut(mine, board).andExpect(status().isNotFound());
    }

    @Test
    void layoutsAreBounded() throws Exception {
        for (int i = 0; i < 20; i++) keep(one.id(), "l" + i, place(1, "1", "1"));

        keep(one.id(), "one more", place(1, "1", "1")).andExpect(status().isConflict());
        keep(one.id(), "l3", place(1, "2", "2")).andExpect(status().isNoContent());
        keep(
                        other.id(),
                        "large",
                        IntStream.rangeClosed(0, GraphLayout.PLACES_MAX)
                                .mapToObj(i -> place(i, "1", "1"))
                                .collect(Collectors.joining(",")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("places"));
        keep(other.id(), "far", place(1, "1e300", "0"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("places"));
        keep(other.id(), "twice", place(1, "1", "0") + "," + place(1, "2", "0"))
                .andExpect(status().isUnprocessableContent());
    }

    private ResultActions keep(UUID person, String name, String places) throws Exception {
        return http.perform(
                put("/api/topology/layouts/{name}", name)
                        .with(caller(person, "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"places\": [" + places + "]}"));
    }

    private ResultActions giveOut(UUID id, UUID by) throws Exception {
        return http.perform(
                put("/api/topology/layouts/{id}/default", id).with(caller(by, "board")));
    }

    private UUID id() {
        return db.sql("select id from graph_layout limit 1").query(UUID.class).single();
    }

    private static String place(int node, String x, String y) {
        return "{\"node\": \"%064x\", \"x\": %s, \"y\": %s}".formatted(node, x, y);
    }
}
