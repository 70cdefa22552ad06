package org.coopmesh.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes what the service serves to openapi.json, which is committed so that a change of the wire shows in review. */
class OpenApiIT extends RunningService {
    @Test
    void theDocumentNamesEveryEndpointAndIsExported() throws Exception {
        String text =
                http.perform(get("/v3/api-docs").with(caller(UUID.randomUUID(), "board")))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString(StandardCharsets.UTF_8);

        var document = (ObjectNode) json.readTree(text);
        document.remove("servers"); // The port differs from run to run.

        assertThat(document.get("paths").propertyNames())
                .contains(
                        "/api/coop",
                        "/api/applications",
                        "/api/members/{id}/approve",
                        "/api/members/{id}/roles",
                        "/api/sites/{id}/subscription",
                        "/api/me");
        Files.writeString(
                Path.of("openapi.json"),
                JsonMapper.builder()
                                .enable(SerializationFeature.INDENT_OUTPUT)
                                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                                .build()
                                .writeValueAsString(document)
                        + "\n");
    }
}
