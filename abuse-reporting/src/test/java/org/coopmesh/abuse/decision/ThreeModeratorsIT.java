package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.List;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** A co-op where the gravest takes three: two who collude try every door. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.decision.policy.moderators=3")
class ThreeModeratorsIT {
    private static final String FOR_GOOD =
            """
            {"outcome": "upheld", "rule": "rule 4", "reason": "it was so", "measures": [
              {"kind": "ban", "permanent": true, "target": {"kind": "member", "value": "%s"}}]}
            """;
    private static final String REASON = "{\"reason\": \"a reason\"}";

    private final Person one = Person.with("member", "moderator");
    private final Person two = Person.with("member", "moderator");
    private final Person three = Person.with("member", "moderator");

    @Autowired Calls calls;

    @Test
    void twoWhoColludeBanNobodyForGoodAndTakeNothingBack() throws Exception {
        Home home = calls.home(false);
        String caseId = calls.caseAbout(home.client());
        calls.post(one, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        String path =
                "/api/abuse/decisions/"
                        + read(
                                calls.post(
                                                one,
                                                "/api/cases/" + caseId + "/decision",
                                                FOR_GOOD.formatted(home.member()))
                                        .andExpect(jsonPath("$.moderatorsNeeded").value(3)),
                                "$.id");

        calls.post(two, path + "/confirm", "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("proposed"))
                .andExpect(jsonPath("$.agreed.length()").value(1));
        for (Person again : List.of(one, two, one, two)) {
            calls.post(again, path + "/confirm", "{}").andExpect(status().isConflict());
        }
        for (Person again : List.of(one, two)) {
            calls.post(
                            again,
                            "/api/bans",
                            """
                            {"target": {"kind": "member", "value": "%s"}, "permanent": true, "reason": "r"}
                            """
                                    .formatted(home.member()))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.rule").value("decide-a-case"));
        }
        assertThat(calls.decisionEvents(home.member())).isEmpty();

        calls.post(three, path + "/confirm", "{}")
                .andExpect(jsonPath("$.state").value("inForce"))
                .andExpect(jsonPath("$.confirmedBy").value(three.id().toString()));
        assertThat(calls.decisionEvents(home.member())).hasSize(1);

        var others =
                List.of(
                        Person.with("member", "moderator"),
                        Person.with("member", "moderator"),
                        Person.with("member", "board"));
        calls.post(others.get(2), path + "/reverse", REASON).andExpect(status().isConflict());
        for (Person decider : List.of(one, two, three)) {
            calls.post(decider, path + "/reverse", REASON).andExpect(status().isConflict());
        }
        for (Person other : others.subList(0, 2)) {
            calls.post(other, path + "/reverse", REASON)
                    .andExpect(jsonPath("$.state").value("inForce"));
            calls.post(other, path + "/reverse", REASON).andExpect(status().isConflict());
        }
        calls.post(others.get(2), path + "/reverse", REASON)
                .andExpect(jsonPath("$.state").value("reversed"));
        assertThat(calls.decisionEvents(home.member())).last().matches(DecisionEvent::hasReversed);
    }
}
