package org.coopmesh.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the service serves is written down in openapi.json, so that a change of the wire shows in review. After one: {@code
 * mvn -f membership-service/pom.xml verify -Dtest=none -Dit.test=OpenApiIT -Dopenapi.accept}.
 */
class OpenApiIT extends RunningService {
    private static final JsonMapper SORTED =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();
    private static final Path COMMITTED = Path.of("openapi.json");

    @Test
    void theCommittedDocumentIsWhatIsServed() throws Exception {
        String text =
                http.perform(get("/v3/api-docs").with(caller(UUID.randomUUID(), "board")))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString(StandardCharsets.UTF_8);

        Map<?, ?> document = SORTED.readValue(text, TreeMap.class);
        document.remove("servers"); // The port differs from run to run.
        String served = SORTED.writeValueAsString(document) + "\n";
        if (System.getProperty("openapi.accept") != null) Files.writeString(COMMITTED, served);

        assertThat(((Map<?, ?>) document.get("paths")).keySet().stream().map(String::valueOf))
                .contains(
                        "/api/coop",
                        "/api/applications",
                        "/api/members/{id}/approve",
                        "/api/members/{id}/roles",
                        "/api/sites/{id}/subscription",
                        "/api/me",
                        "/api/nodes/{id}/attachments",
                        "/api/access/coverage");
        assertThat(Files.readString(COMMITTED))
                .as("openapi.json is stale: run this test with -Dopenapi.accept and commit it")
                .isEqualTo(served);
    }
}
