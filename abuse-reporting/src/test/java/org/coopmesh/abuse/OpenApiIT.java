package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the service serves is written down in openapi.json, so that a change of the wire shows in review, and walked here. After
 * a change: {@code mvn -f abuse-reporting/pom.xml verify -Dtest=none -Dit.test=OpenApiIT -Dopenapi.accept}.
 */
@ServiceTest
class OpenApiIT {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();

    @Autowired Calls calls;
    @Autowired MockMvc mvc;

    @Test
    void theCommittedDocumentIsWhatIsServed() throws Exception {
        Map<?, ?> document = document();
        document.remove("servers"); // Where a test happened to run.

        Path committed = Path.of("openapi.json");
        String served = JSON.writeValueAsString(document) + "\n";
        if (System.getProperty("openapi.accept") != null) Files.writeString(committed, served);
        assertThat(Files.readString(committed))
                .as("openapi.json is stale: run this test with -Dopenapi.accept and commit it")
                .isEqualTo(served);

        assertThat(((Map<?, ?>) document.get("paths")).keySet().stream().map(String::valueOf))
                .contains("/api/reports", "/api/cases/{id}/decision", "/api/bans/{id}/lift");
    }

    @Test
    void nothingButReportingAppealingByLinkAndTheLogIsOpenToStrangers() throws Exception {
        var open = new TreeSet<String>();
        Map<?, ?> paths = (Map<?, ?>) document().get("paths");
        for (Object path : paths.keySet()) {
            for (Object method : ((Map<?, ?>) paths.get(path)).keySet()) {
                String url =
                        path.toString()
                                .replaceAll("\\{[^}]*}", "00000000-0000-0000-0000-000000000000");
                int status =
                        mvc.perform(
                                        MockMvcRequestBuilders.request(
                                                HttpMethod.valueOf(method.toString().toUpperCase()),
                                                url))
                                .andReturn()
                                .getResponse()
                                .getStatus();
                if (status != 401) {
                    open.add(method + " " + path);
                }
            }
        }

        assertThat(open)
                .filteredOn(path -> !path.startsWith("get /log/"))
                .containsExactly(
                        "get /api/pleas/{id}",
                        "get /api/reports/{id}",
                        "post /api/pleas",
                        "post /api/pleas/{id}",
                        "post /api/reports",
                        "post /api/reports/xarf",
                        "post /api/reports/{id}/additions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v3/api-docs", "/api/abuse/dead-letters", "/api/nothing"})
    void theRestWantsAToken(String path) throws Exception {
        mvc.perform(get(path)).andExpect(status().isUnauthorized());
    }

    @Test
    void healthIsOpenAndTheRestOfTheMachineryIsClosed() throws Exception {
        mvc.perform(get("/actuator/health/liveness")).andExpect(status().isOk());
        calls.get(Person.with("board"), "/actuator/env").andExpect(status().isForbidden());
        calls.get(Person.with("member"), "/api/abuse/dead-letters")
                .andExpect(status().isForbidden());
        calls.get(Person.with("network"), "/api/abuse/dead-letters").andExpect(status().isOk());
    }

    private Map<?, ?> document() throws Exception {
        return JSON.readValue(
                Calls.body(
                        calls.get(Person.with("member"), "/v3/api-docs")
                                .andExpect(status().isOk())),
                Map.class);
    }
}
