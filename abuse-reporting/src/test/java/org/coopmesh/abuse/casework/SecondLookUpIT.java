package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

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
@TestPropertySource(properties = "coopmesh.look-up.second-moderator=true")
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
        calls.post(second, path + "/subject/agreement", "{}").andExpect(status().isNoContent());
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
    }
}
