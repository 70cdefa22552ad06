package org.coopmesh.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the service serves is written down in openapi.json, so that a change of the wire shows in review. After one: {@code
 * mvn -f billing-service/pom.xml verify -Dtest=none -Dit.test=OpenApiIT -Dopenapi.accept}.
 */
@SpringBootTest(
        classes = BillingService.class,
        webEnvironment = SpringBootTest.WebEnvironment.MOCK,
        properties = {
            "springdoc.api-docs.enabled=true",
            "springdoc.writer-with-order-by-keys=true"
        })
@AutoConfigureMockMvc
@Import(BillingContext.class)
class OpenApiIT {
    @Autowired MockMvc http;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @Test
    void theCommittedDocumentIsWhatIsServed() throws Exception {
        byte[] document =
                http.perform(
                                get("/v3/api-docs")
                                        .with(
                                                jwt().jwt(token ->
                                                                token.subject(
                                                                        UUID.randomUUID()
                                                                                .toString()))
                                                        .authorities(
                                                                new SimpleGrantedAuthority(
                                                                        "ROLE_board"))))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();
        JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        JsonNode tree = json.readTree(document);

        assertThat(tree.get("paths").propertyNames())
                .contains(
                        "/api/plans",
                        "/api/usage",
                        "/api/charges",
                        "/api/invoices",
                        "/api/invoices/{id}",
                        "/api/bill-runs",
                        "/api/payments",
                        "/api/bill/mine",
                        "/api/cost-pools",
                        "/api/cost-shares/{id}",
                        "/api/settlements/months/{month}",
                        "/api/ledger/trial-balance",
                        "/api/ledger/accounts",
                        "/api/ledger/accounts/{id}/statement",
                        "/api/bank/entries",
                        "/api/bank/report",
                        "/api/treasury");
        Path committed = Path.of("openapi.json");
        String served = json.writeValueAsString(tree) + "\n";
        if (System.getProperty("openapi.accept") != null) Files.writeString(committed, served);
        assertThat(Files.readString(committed))
                .as("openapi.json is stale: run this test with -Dopenapi.accept and commit it")
                .isEqualTo(served);
    }
}
