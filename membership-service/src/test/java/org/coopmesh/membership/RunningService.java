package org.coopmesh.membership;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.coopmesh.quickstart.Servers;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.JwtRequestPostProcessor;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a database of its own, asked over HTTP. All subclasses without settings of their own share one. */
@SpringBootTest
@AutoConfigureMockMvc
@Import(RunningService.Time.class)
public abstract class RunningService {
    public static final Instant START = Instant.parse("2026-03-10T12:00:00Z");
    public static final String COOP =
            """
            {"name": "Sample village", "currency": "EUR", "timeZone": "Europe/Berlin",
             "poolsV4": ["10.201.0.0/16"], "poolsV6": ["fd42:201::/48"], "garden": ["10.200.0.1/32"],
             "rulesText": "Be kind.",
             "board": {"name": "Ada Board", "email": "board@example.org", "password": "a-long-password"}}
            """;

    @Autowired protected MockMvc http;
    @Autowired protected JsonMapper json;
    @Autowired protected MovableClock clock;

    @Value("${coopmesh.state-dir}")
    protected Path stateDir;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry settings) throws IOException {
        String database = Servers.freshDatabase("membership");
        Path scratch = Files.createTempDirectory("membership");
        settings.add("spring.datasource.url", () -> database);
        settings.add("spring.datasource.username", () -> "postgres");
        settings.add("spring.datasource.password", () -> "postgres");
        settings.add("coopmesh.keys-dir", () -> scratch.resolve("keys").toString());
        settings.add("coopmesh.state-dir", () -> scratch.resolve("state").toString());
    }

    @TestConfiguration
    static class Time {
        @Bean
        MovableClock clock() {
            return new MovableClock(START);
        }
    }

    /** A caller with an access token for {@code member} in {@code roles}. */
    public static JwtRequestPostProcessor caller(UUID member, String... roles) {
        return callerOf(Instant.now(), member, roles);
    }

    /** Somebody whose proof of who they are was given at a time. */
    public static JwtRequestPostProcessor callerOf(Instant provedAt, UUID member, String... roles) {
        return jwt().jwt(token ->
                        token.subject(member.toString())
                                .claim("roles", List.of(roles))
                                .claim("auth_time", provedAt))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }

    protected String setUpCode() throws IOException {
        return Files.readString(stateDir.resolve("setup-code")).strip();
    }

    /** Constitutes the co-op and answers its first board member's id. */
    protected UUID constitute() throws Exception {
        String answer =
                http.perform(
                                post("/api/coop")
                                        .header("Setup-Code", setUpCode())
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(COOP))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return UUID.fromString(read(answer).get("memberId").asString());
    }

    protected JsonNode read(String text) {
        return json.readTree(text);
    }

    /** An application that nobody could find fault with. */
    public static String application(String name, String email) {
        return """
        {"name": "%s", "email": "%s", "password": "a-long-password", "planCode": "standard", "rulesVersion": 1,
         "site": {"name": "Mill", "address": "Mill Lane 1", "latitude": 50.1, "longitude": 8.2}}
        """
                .formatted(name, email);
    }

    protected UUID apply(String name, String email) throws Exception {
        String answer =
                http.perform(
                                post("/api/applications")
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(application(name, email)))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return UUID.fromString(read(answer).get("memberId").asString());
    }
}
