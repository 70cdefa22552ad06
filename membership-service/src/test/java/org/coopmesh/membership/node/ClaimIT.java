package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;

class ClaimIT extends NetworkedService {
    /** A box and what is on its sticker. */
    private record Box(UUID id, String code) {}

    @Test
    void aBoxWaitsUntilAMemberClaimsItAndIsTheirsOnce() throws Exception {
        Box box = prepare();
        Person owner = person();
        Person late = person();
        try (var agent = agent()) {
            assertThatThrownBy(() -> agent.enrol(box.code()))
                    .hasMessageContaining("nobody has claimed")
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e ->
                                    assertThat(e.getStatus().getCode())
                                            .as("agents try again")
                                            .isEqualTo(Status.Code.UNAVAILABLE));

            claim(owner, owner.site(), box.code().toLowerCase(Locale.ROOT))
                    .andExpect(status().isCreated());

            assertThat(agent.enrol(box.code()).getNodeId()).isEqualTo(agent.id().hex());
            http.perform(get("/api/nodes").with(caller(owner.id(), "member")))
                    .andExpect(jsonPath("$.items.length()").value(1))
                    .andExpect(jsonPath("$.items[0].name").value("box 17"))
                    .andExpect(jsonPath("$.items[0].nodeId").value(agent.id().hex()));
            claim(late, late.site(), box.code())
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type").value("https://coopmesh.org/problems/not-claimable"))
                    .andExpect(jsonPath("$.detail").value("this box was claimed before"));
            claim(owner, owner.site(), box.code()).andExpect(status().isConflict());
        }
    }

    @Test
    void ofTwoWhoClaimAtOnceOneGetsIt() throws Exception {
        Box box = prepare();
        Person one = person();
        Person other = person();

        try (var both = Executors.newFixedThreadPool(2)) {
            Callable<Integer> first =
                    () -> claim(one, one.site(), box.code()).andReturn().getResponse().getStatus();
            Callable<Integer> second =
                    () ->
                            claim(other, other.site(), box.code())
                                    .andReturn()
                                    .getResponse()
                                    .getStatus();
            Future<Integer> left = both.submit(first);
            Future<Integer> right = both.submit(second);

            assertThat(List.of(left.get(), right.get())).containsExactlyInAnyOrder(201, 409);
        }
    }

    @Test
    void aBoxThatWasTakenBackOrGrewOldIsNobodys() throws Exception {
        Box back = prepare();
        Box old = prepare();
        Person owner = person();

        http.perform(delete("/api/nodes/prepared/{id}", back.id()).with(caller(board, "network")))
                .andExpect(status().isNoContent());
        claim(owner, owner.site(), back.code()).andExpect(status().isConflict());
        db.sql("update prepared_node set expires_at = made_at where id = :id")
                .param("id", old.id())
                .update();
        claim(owner, owner.site(), old.code())
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.detail")
                                .value(
                                        "the code on this box is too old: ask who made it ready for another"));
    }

    @Test
    void onlyAtAnOwnSiteAndNotByTryingCodes() throws Exception {
        Box box = prepare();
        Person owner = person();
        Person neighbour = person();

        claim(owner, neighbour.site(), box.code()).andExpect(status().isForbidden());
        claim(owner, owner.site(), "too-short").andExpect(status().isConflict());
        for (int i = 0; i < GuessLimit.WRONG_MAX; i++) {
            claim(owner, owner.site(), "%026d".formatted(i)).andExpect(status().isConflict());
        }
        claim(owner, owner.site(), box.code()).andExpect(status().isTooManyRequests());
        claim(neighbour, neighbour.site(), box.code()).andExpect(status().isCreated());
    }

    private Box prepare() throws Exception {
        JsonNode answer = ask("/api/nodes/prepared", "{\"name\": \"box 17\", \"gateway\": false}");
        assertThat(answer.get("enrolment").get("invitation").asString())
                .startsWith("coopmesh:enrol?")
                .contains("code=" + answer.get("enrolment").get("code").asString());
        return new Box(
                UUID.fromString(answer.get("id").asString()),
                answer.get("enrolment").get("code").asString());
    }

    private ResultActions claim(Person by, UUID site, String code) throws Exception {
        return http.perform(
                post("/api/nodes/claim")
                        .with(caller(by.id(), "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"code\": \"%s\", \"siteId\": \"%s\"}".formatted(code, site)));
    }
}
