package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.membership.Audit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.ResultActions;

/** A co-op whose pools hold one household each, until the board adds more. */
class PoolsIT extends NetworkedService {
    @Autowired private Attachments attachments;

    private Person person;
    private Registered node;

    @BeforeEach
    void smallPools() throws Exception {
        person = person();
        node = register(person);
        db.sql("update coop set pools_v4 = '{10.77.0.0/24}', pools_v6 = '{fd77::/64}'").update();
    }

    @AfterEach
    void thePoolsOfTheOthers() throws Exception {
        http.perform(
                delete("/api/nodes/{id}?reason=over", node.id()).with(caller(board, "network")));
        db.sql("update coop set pools_v4 = '{10.201.0.0/16}', pools_v6 = '{fd42:201::/48}'")
                .update();
        db.sql("delete from pool_added").update();
    }

    @Test
    void whenTheyAreExhaustedItIsSaidAndMoreCanBeAdded() throws Exception {
        attach(node.id(), person);

        attachAgain()
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/pools-exhausted"));
        try (var audit = new Audit()) {
            add("10.77.0.0/16", "fd78::/64")
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("poolsV4"));
            assertThat(audit.told())
                    .anyMatch(line ->
                            line.startsWith(
                                            "request refused by=%s method=POST route=/api/coop/pools status=422"
                                                    .formatted(board))
                                    && line.contains("rules=poolsV4 "));
        }
        add("10.78.0.0/24", "fd77::/48").andExpect(status().isUnprocessableContent());
        add("10.78.0.0/24", "fe80::/64").andExpect(status().isUnprocessableContent());
        add("10.78.0.0/24", "fd78::/64")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.poolsV4.length()").value(2));

        attachAgain()
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.prefixV4").value("10.78.0.0/24"))
                .andExpect(jsonPath("$.prefixV6").value("fd78::/64"));
        assertThat(
                        db.sql("select count(*) from pool_added where added_by = :board")
                                .param("board", board)
                                .query(Integer.class)
                                .single())
                .isEqualTo(2);
        http.perform(get("/api/coop/pools").with(caller(person.id(), "member")))
                .andExpect(status().isForbidden());
    }

    @Test
    void whoHadAPrefixWhenIsKnownAfterItWentToAnother() throws Exception {
        Instant first = clock.instant();
        UUID mine = attach(node.id(), person);
        clock.advance(Duration.ofHours(1));
        http.perform(
                delete("/api/nodes/{id}/attachments/{a}", node.id(), mine)
                        .with(caller(board, "network")));
        Person next = person();
        Registered theirs = register(next);
        Instant second = clock.instant();
        UUID other = attach(theirs.id(), next);
        clock.advance(Duration.ofHours(1));
        http.perform(
                delete("/api/nodes/{id}?reason=over", theirs.id()).with(caller(board, "network")));

        for (String prefix : new String[] {"10.77.0.9/32", "fd77::9/128"}) {
            Prefix address = Prefix.parse(prefix);
            assertThat(attachments.holderOf(address, first)).contains(new AttachmentId(mine));
            assertThat(attachments.holderOf(address, second.minusMillis(1)))
                    .contains(new AttachmentId(mine));
            assertThat(attachments.holderOf(address, second)).contains(new AttachmentId(other));
            assertThat(attachments.holderOf(address, clock.instant())).isEmpty();
        }
        assertThat(attachments.find(new AttachmentId(mine)).orElseThrow().site().value())
                .isEqualTo(person.site());
    }

    private ResultActions attachAgain() throws Exception {
        return http.perform(
                post("/api/nodes/{id}/attachments", node.id())
                        .with(caller(board, "network"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"siteId\": \"%s\"}".formatted(person.site())));
    }

    private ResultActions add(String v4, String v6) throws Exception {
        return http.perform(
                post("/api/coop/pools")
                        .with(caller(board, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"poolsV4": ["%s"], "poolsV6": ["%s"], "reason": "the village grows"}
                                """
                                        .formatted(v4, v6)));
    }
}
