package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.List;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** A co-op that wants two for every look-up. */
@ServiceTest
@TestPropertySource(
        properties = {
            "coopmesh.look-up.second-moderator=true",
            "coopmesh.test.database=two-for-a-look-up"
        })
class SecondLookUpIT {
    private static final Person MODERATOR = Person.with("member", "moderator");
    private static final String WHY = "{\"reason\": \"a reason\"}";

    @Autowired Calls calls;
    @Autowired JdbcClient db;

    @Test
    void anotherModeratorAgreesToEachLookUp() throws Exception {
        Home home = calls.home(false);
        String path = "/api/cases/" + calls.caseAbout(home.client());
        calls.post(MODERATOR, path + "/claim", "{}");
        Person second = Person.with("member", "moderator");

        calls.post(second, path + "/subject/agreement", "{}").andExpect(status().isConflict());
        for (int i = 0; i < 2; i++) {
            calls.post(MODERATOR, path + "/subject", WHY)
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value(
                                            "https://coopmesh.org/problems/second-moderator-wanted"));
        }
        calls.post(MODERATOR, path + "/subject/agreement", "{}").andExpect(status().isConflict());
        calls.get(second, "/api/abuse/look-ups/waiting")
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].moderatorId").value(MODERATOR.id().toString()))
                .andExpect(jsonPath("$.items[0].reason").value("a reason"))
                .andExpect(jsonPath("$.items[0].mine").value(false));
        calls.get(MODERATOR, "/api/abuse/look-ups/waiting")
                .andExpect(jsonPath("$.items[0].mine").value(true));
        calls.get(new Person(home.member(), List.of("moderator")), "/api/abuse/look-ups/waiting")
                .andExpect(jsonPath("$.items").isEmpty());
        calls.post(second, path + "/subject/agreement", "{}").andExpect(status().isNoContent());
        calls.get(second, "/api/abuse/look-ups/waiting").andExpect(jsonPath("$.items").isEmpty());
        calls.post(MODERATOR, path + "/subject", WHY)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.memberId").value(home.member().toString()));

        calls.post(MODERATOR, path + "/subject", WHY).andExpect(status().isConflict());
        assertThat(
                        db.sql("select count(*) from look_up where moderator_id = ?")
                                .param(MODERATOR.id())
                                .query(Integer.class)
                                .single())
                .isEqualTo(1);
        calls.get(second, "/api/abuse/look-ups")
                .andExpect(jsonPath("$.items[0].caseId").value(path.substring(11)))
                .andExpect(jsonPath("$.items[0].agreedBy").value(second.id().toString()))
                .andExpect(jsonPath("$.items[0].found").value(true))
                .andExpect(content().string(not(containsString(home.member().toString()))));
    }
}
