package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Whatever stands in agent.conf or is pasted as an invitation is taken, or refused by key and rule. */
class AgentConfigFuzzTest {
    @FuzzTest
    void anyFileIsAConfigurationOrRefusedByKey(byte[] bytes) throws IOException {
        try {
            AgentConfig config =
                    AgentConfig.read("agent.conf", new String(bytes, StandardCharsets.UTF_8));
            assertThat(config.stateDir()).isNotNull();
        } catch (ConfigWrong refused) {
            assertThat(refused.getMessage()).contains(": ");
        }
    }

    @FuzzTest
    void anyTextIsAnInvitationOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            Invitation invitation = Invitation.parse(text);
            assertThat(invitation.into("uplink: wan\nmembership: old:1\n"))
                    .startsWith("uplink: wan\n")
                    .doesNotContain("old:1");
        } catch (ConfigWrong refused) {
            assertThat(refused.getMessage()).startsWith("invitation");
        }
    }
}
