package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.MemberEvent.FactCase;
import org.coopmesh.membership.RunningService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Moving, living together, coming back, and what staff keeps about members. */
class MemberLifeApiIT extends RunningService {
    @Autowired Membership membership;
    @Autowired JdbcClient db;

    private UUID board;

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) constitute();
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
    }

    // Moving

    @Test
    void aMoveTakesPlanAndPayerAlongFromItsDay() throws Exception {
        UUID id = member("Mover", "mover@example.org");
        UUID mill = siteOf(id);
        LocalDate on = membership.today().plusDays(5);

        String answer =
                move(mill, id, "member", on, "\"name\": \"Barn\", \"address\": \"Barn Lane 3\"")
                        .andExpect(status().isOk())
                        .andExpect(jsonPath("$.name").value("Barn"))
                        .andExpect(jsonPath("$.planCode").value("standard"))
                        .andExpect(jsonPath("$.effectiveOn").value(on.toString()))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        UUID barn = UUID.fromString(read(answer).get("id").asString());

        assertThat(inForce(mill, on.minusDays(1))).isTrue();
        assertThat(inForce(mill, on)).isFalse();
        assertThat(inForce(barn, on)).isTrue();
        assertThat(announced(id))
                .endsWith(FactCase.SUBSCRIBED, FactCase.UNSUBSCRIBED, FactCase.SUBSCRIBED);
        http.perform(get("/api/members/{id}/timeline", id).with(caller(id, "member")))
                .andExpect(jsonPath("$.items[1].kind").value("siteMoved"));
    }

    @Test
    void aMoveBackGoesToThePlaceThatIsThere() throws Exception {
        UUID id = member("Returner", "returner@example.org");
        UUID mill = siteOf(id);
        LocalDate today = membership.today();
        String there =
                move(mill, id, "member", today, "\"name\": \"Barn\", \"address\": \"Barn Lane 3\"")
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        UUID barn = UUID.fromString(read(there).get("id").asString());

        move(barn, id, "member", today, "\"siteId\": \"" + mill + "\"")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.id").value(mill.toString()))
                .andExpect(jsonPath("$.planCode").value("standard"));

        assertThat(inForce(barn, today)).isFalse();
    }

    @Test
    void aMoveThatCannotBeChangesNothing() throws Exception {
        UUID id = member("Stays", "stays@example.org");
        UUID other = member("Other", "other-mover@example.org");
        UUID mill = siteOf(id);
        LocalDate today = membership.today();
        String barn = "\"name\": \"Barn\", \"address\": \"Lane\"";

        move(mill, id, "member", today.minusDays(1), barn)
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("on"));
        move(mill, id, "member", today, "\"name\": \"Barn\"")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("address"));
        move(mill, id, "member", today, "\"siteId\": \"" + siteOf(other) + "\"")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/site-unknown"));
        move(mill, id, "member", today, "\"siteId\": \"" + mill + "\"")
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/site-subscribed"));
        move(mill, other, "member", today, barn).andExpect(status().isForbidden());

        assertThat(inForce(mill, today)).isTrue();
        assertThat(membership.sitesOf(new MemberId(id))).hasSize(1);
    }

    @Test
    void whoLeavesBeforeAMoveMovesNowhere() throws Exception {
        UUID id = member("Plans", "plans-ahead@example.org");
        UUID mill = siteOf(id);
        LocalDate on = membership.today().plusDays(5);
        String there =
                move(mill, id, "member", on, "\"name\": \"Barn\", \"address\": \"Lane\"")
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        UUID barn = UUID.fromString(read(there).get("id").asString());

        leave(id);

        for (UUID site : List.of(mill, barn))
            for (LocalDate day : List.of(membership.today(), on, on.plusDays(1)))
                assertThat(inForce(site, day)).isFalse();
    }

    // Living together

    @Test
    void severalMembersLiveAtOneSiteAndEachSeesIt() throws Exception {
        UUID id = member("Host", "host@example.org");
        UUID guest = member("Guest", "guest@example.org");
        UUID mill = siteOf(id);
        String path = "/api/sites/" + mill + "/residents/" + guest;

        http.perform(put(path).with(caller(id, "member"))).andExpect(status().isForbidden());
        for (int twice = 0; twice < 2; twice++)
            http.perform(put(path).with(caller(board, "board"))).andExpect(status().isNoContent());
        http.perform(get("/api/members/{id}", id).with(caller(id, "member")))
                .andExpect(jsonPath("$.sites[0].residents.length()").value(1))
                .andExpect(jsonPath("$.sites[0].residents[0]").value(guest.toString()));
        http.perform(get("/api/members/{id}", guest).with(caller(guest, "member")))
                .andExpect(jsonPath("$.livesAt[0]").value(mill.toString()));
        http.perform(
                        put("/api/sites/{id}/residents/{member}", mill, id)
                                .with(caller(board, "board")))
                .andExpect(status().isUnprocessableContent());

        http.perform(delete(path).with(caller(guest, "member"))).andExpect(status().isNoContent());
        http.perform(get("/api/members/{id}", guest).with(caller(guest, "member")))
                .andExpect(jsonPath("$.livesAt").isEmpty());
    }

    @Test
    void whoLeavesLivesNowhere() throws Exception {
        UUID host = member("Landlord", "landlord@example.org");
        UUID guest = member("Goes", "goes@example.org");
        http.perform(
                        put("/api/sites/{id}/residents/{member}", siteOf(host), guest)
                                .with(caller(board, "board")))
                .andExpect(status().isNoContent());

        leave(guest);

        http.perform(get("/api/members/{id}", host).with(caller(board, "board")))
                .andExpect(jsonPath("$.sites[0].residents").isEmpty());
    }

    // Coming back

    @Test
    void whoLeftAppliesAgainAndIsApprovedAsTheSameMember() throws Exception {
        UUID id = member("Back", "back@example.org");
        leave(id);

        rejoin(id, id, "\"rulesVersion\": 1, \"planCode\": \"large\"")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("applicant"));
        http.perform(get("/api/me").with(caller(id)))
                .andExpect(jsonPath("$.joinedOn").doesNotExist());
        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isOk());

        http.perform(get("/api/members/{id}", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.state").value("active"))
                .andExpect(jsonPath("$.roles[0]").value("member"))
                .andExpect(jsonPath("$.sites.length()").value(1))
                .andExpect(jsonPath("$.sites[0].planCode").value("large"));
        assertThat(announced(id))
                .endsWith(
                        FactCase.UNSUBSCRIBED, FactCase.LEFT, FactCase.JOINED, FactCase.SUBSCRIBED);
    }

    @Test
    void whoWasRefusedCanApplyAgainThroughTheBoardAndSignInOnceMore() throws Exception {
        UUID id = apply("Refused", "refused-again@example.org");
        http.perform(
                        json(post("/api/members/{id}/refuse", id), "{\"reason\": \"out of reach\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isOk());

        rejoin(id, board, "\"rulesVersion\": 1, \"planCode\": \"standard\"")
                .andExpect(status().isOk());

        assertThat(
                        db.sql("select open from account where id = :id")
                                .param("id", id)
                                .query(Boolean.class)
                                .single())
                .isTrue();
    }

    @Test
    void comingBackWantsTheRulesInForceAndSomebodyWhoIsAway() throws Exception {
        UUID id = member("Never left", "never-left@example.org");
        UUID other = member("Stranger", "stranger@example.org");

        rejoin(id, id, "\"rulesVersion\": 1, \"planCode\": \"standard\"")
                .andExpect(status().isConflict());
        leave(id);
        rejoin(id, id, "\"rulesVersion\": 9, \"planCode\": \"standard\"")
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("rulesVersion"));
        rejoin(
                        id,
                        id,
                        "\"rulesVersion\": 1, \"planCode\": \"standard\", \"siteId\": \"%s\""
                                .formatted(siteOf(other)))
                .andExpect(status().isUnprocessableContent());
        rejoin(id, other, "\"rulesVersion\": 1, \"planCode\": \"standard\"")
                .andExpect(status().isForbidden());
    }

    // Notes, labels, zones

    @Test
    void notesAreForStaffAlone() throws Exception {
        UUID id = member("Noted", "noted@example.org");

        for (String text : List.of("rings twice", "has a ladder"))
            http.perform(
                            json(
                                            post("/api/members/{id}/notes", id),
                                            "{\"text\": \"" + text + "\"}")
                                    .with(caller(board, "network")))
                    .andExpect(status().isCreated());

        http.perform(get("/api/members/{id}/notes", id).with(caller(board, "moderator")))
                .andExpect(jsonPath("$.items[0].text").value("has a ladder"))
                .andExpect(jsonPath("$.items[0].by").value(board.toString()))
                .andExpect(jsonPath("$.items[1].text").value("rings twice"));
        http.perform(get("/api/members/{id}/notes", id).with(caller(id, "member")))
                .andExpect(status().isForbidden());
        String timeline =
                http.perform(get("/api/members/{id}/timeline", id).with(caller(id, "member")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        assertThat(timeline).doesNotContain("ladder");
        http.perform(
                        json(post("/api/members/{id}/notes", id), "{\"text\": \" \"}")
                                .with(caller(board, "board")))
                .andExpect(status().isBadRequest());
    }

    @Test
    void membersAreFoundByLabelAndZone() throws Exception {
        UUID id = member("Labelled", "labelled@example.org");
        UUID site = siteOf(id);

        http.perform(
                        json(
                                        put("/api/members/{id}/labels", id),
                                        "{\"labels\": [\"roof access\", \"Élan\"]}")
                                .with(caller(board, "treasurer")))
                .andExpect(status().isOk())
                .andExpect(content().json("{\"labels\": [\"roof access\", \"Élan\"]}"));
        http.perform(
                        json(put("/api/sites/{id}/zone", site), "{\"zone\": \"North 1\"}")
                                .with(caller(board, "network")))
                .andExpect(jsonPath("$.zone").value("North 1"));

        String place = "{\"latitude\": 41.5, \"longitude\": 2.25}";
        http.perform(json(put("/api/sites/{id}/location", site), place).with(caller(id, "member")))
                .andExpect(jsonPath("$.latitude").value(41.5))
                .andExpect(jsonPath("$.longitude").value(2.25));
        http.perform(
                        json(put("/api/sites/{id}/location", site), place)
                                .with(caller(UUID.randomUUID(), "member", "treasurer")))
                .andExpect(status().isForbidden());
        http.perform(
                        json(put("/api/sites/{id}/location", site), "{\"latitude\": 41.5}")
                                .with(caller(board, "network")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("longitude"));
        http.perform(
                        json(put("/api/sites/{id}/location", site), "{}")
                                .with(caller(board, "network")))
                .andExpect(jsonPath("$.latitude").doesNotExist());

        for (String by : List.of("label=roof access", "zone=North 1"))
            http.perform(
                            get("/api/members")
                                    .param(by.split("=")[0], by.split("=")[1])
                                    .with(caller(board, "board")))
                    .andExpect(jsonPath("$.items.length()").value(1))
                    .andExpect(jsonPath("$.items[0].labels.length()").value(2))
                    .andExpect(jsonPath("$.items[0].id").value(id.toString()));
        http.perform(get("/api/members/words").with(caller(board, "board")))
                .andExpect(jsonPath("$.labels[?(@.word == 'roof access')].count").value(1))
                .andExpect(jsonPath("$.zones[?(@.word == 'North 1')].count").value(1));
        for (String wrong : List.of("[\"=1\"]", "[\"\"]"))
            http.perform(
                            json(put("/api/members/{id}/labels", id), "{\"labels\": " + wrong + "}")
                                    .with(caller(board, "board")))
                    .andExpect(status().isBadRequest());
        http.perform(
                        json(put("/api/members/{id}/labels", id), "{\"labels\": []}")
                                .with(caller(id, "member")))
                .andExpect(status().isForbidden());
    }

    private ResultActions move(UUID site, UUID by, String role, LocalDate on, String to)
            throws Exception {
        return http.perform(
                json(post("/api/sites/{id}/move", site), "{\"on\": \"%s\", %s}".formatted(on, to))
                        .with(caller(by, role)));
    }

    private ResultActions rejoin(UUID id, UUID by, String body) throws Exception {
        return http.perform(
                json(post("/api/members/{id}/rejoin", id), "{" + body + "}")
                        .with(by.equals(board) ? caller(by, "board") : caller(by)));
    }

    private void leave(UUID id) throws Exception {
        http.perform(
                        json(post("/api/members/{id}/leave", id), "{\"reason\": \"moves\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isOk());
    }

    private UUID member(String name, String email) throws Exception {
        UUID id = apply(name, email);
        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isOk());
        return id;
    }

    private UUID siteOf(UUID member) {
        return membership.sitesOf(new MemberId(member)).getFirst().id().value();
    }

    private boolean inForce(UUID site, LocalDate day) {
        return db.sql(
                        """
                        select coalesce((select payer_id is not null from subscription
                                         where site_id = :site and effective_on <= :day
                                         order by effective_on desc, id desc limit 1), false)
                        """)
                .param("site", site)
                .param("day", day)
                .query(Boolean.class)
                .single();
    }

    private static MockHttpServletRequestBuilder json(
            MockHttpServletRequestBuilder request, String body) {
        return request.contentType(MediaType.APPLICATION_JSON)
                .characterEncoding("UTF-8")
                .content(body);
    }

    private List<FactCase> announced(UUID id) {
        return db
                .sql("select payload from outbox where topic = :topic and key = :key order by id")
                .param("topic", MemberEvents.MEMBER_TOPIC)
                .param("key", id.toString())
                .query((row, _) -> row.getBytes(1))
                .list()
                .stream()
                .map(payload -> {
                    try {
                        return MemberEvent.parseFrom(payload).getFactCase();
                    } catch (InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
