package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.mail.Sending;
import org.coopmesh.membership.RunningService;
import org.coopmesh.quickstart.MailSink;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.ResultActions;

/** That the board sees what a member sees, and that the member is told. */
class ViewApiIT extends RunningService {
    private static final MailSink SINK = sink();

    @Autowired Membership membership;
    @Autowired JdbcClient db;
    @Autowired JwtDecoder tokens;
    @Autowired Sending sending;

    private UUID board;
    private UUID member;

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry settings) throws IOException {
        String database = Servers.freshDatabase("membership");
        String state = Files.createTempDirectory("membership-view").toString();
        settings.add("spring.datasource.url", () -> database);
        settings.add("coopmesh.state-dir", () -> state);
        settings.add("spring.mail.host", () -> "127.0.0.1");
        settings.add("spring.mail.port", SINK::port);
        settings.add("spring.mail.properties.mail.smtp.starttls.required", () -> "false");
        settings.add("coopmesh.mail.sender", () -> "coop@example.org");
    }

    @BeforeEach
    void aBoardAndAMember() throws Exception {
        if (membership.constituted().isEmpty()) constitute();
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
        member = apply("Bea", UUID.randomUUID() + "@example.org");
        http.perform(
                        post("/api/members/{id}/approve", member)
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{}"))
                .andExpect(status().isOk());
        db.sql("delete from mail").update();
        SINK.taken.clear();
    }

    @Test
    void theTokenIsTheMembersAsAPlainMemberAndSaysWhoLooks() throws Exception {
        Jwt token = tokens.decode(begun());

        assertThat(token.getSubject()).isEqualTo(member.toString());
        assertThat(token.getClaimAsStringList("roles")).containsExactly("member");
        assertThat(token.getClaimAsMap("act")).containsEntry("sub", board.toString());
        assertThat(token.getClaimAsInstant("auth_time")).isNull();
        assertThat(token.getExpiresAt())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(14)),
                        Instant.now().plus(Duration.ofMinutes(15)));
    }

    @Test
    void itReadsWhatTheMemberReadsAndChangesNothing() throws Exception {
        String token = begun();

        http.perform(get("/api/me").header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.id").value(member.toString()));
        http.perform(get("/api/members").header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isForbidden());
        http.perform(get("/api/me/export").header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/not-in-view"));
        http.perform(
                        put("/api/me/language")
                                .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"language\": \"de\"}"))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/view-only"));
        http.perform(
                        post("/api/applications")
                                .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{}"))
                .andExpect(status().isForbidden());
    }

    @Test
    void theMemberIsToldByMailAndReadsWhoLookedAndWhy() throws Exception {
        begun();
        sending.check();

        assertThat(SINK.taken)
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.subject()).contains("looked at your pages");
                    assertThat(letter.words()).contains("they cannot find their bill");
                });
        http.perform(get("/api/members/{id}/timeline", member).with(caller(member, "member")))
                .andExpect(jsonPath("$.items[0].kind").value("viewed"))
                .andExpect(jsonPath("$.items[0].detail.by").value(board.toString()))
                .andExpect(
                        jsonPath("$.items[0].detail.reason").value("they cannot find their bill"));
    }

    @ParameterizedTest
    @CsvSource({"treasurer", "moderator", "network", "member"})
    void onlyTheBoardLooks(String role) throws Exception {
        begin(UUID.randomUUID(), role, member.toString(), "curious")
                .andExpect(status().isForbidden());
    }

    @Test
    void aReasonIsWantedAndAMemberWhoMaySignIn() throws Exception {
        begin(board, "board", member.toString(), " ").andExpect(status().isBadRequest());
        begin(board, "board", member.toString(), "x".repeat(201))
                .andExpect(status().isBadRequest());
        begin(board, "board", UUID.randomUUID().toString(), "lost")
                .andExpect(status().isNotFound());
        db.sql("update account set open = false where id = :id").param("id", member).update();
        begin(board, "board", member.toString(), "gone").andExpect(status().isNotFound());
        http.perform(get("/api/members/{id}/timeline", member).with(caller(board, "board")))
                .andExpect(jsonPath("$.items[?(@.kind == 'viewed')]").isEmpty());
    }

    private String begun() throws Exception {
        String answer =
                begin(board, "board", member.toString(), "they cannot find their bill")
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return read(answer).path("token").asString();
    }

    private ResultActions begin(UUID by, String role, String of, String reason) throws Exception {
        return http.perform(
                post("/api/views")
                        .with(caller(by, role))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                "{\"memberId\": \"%s\", \"reason\": \"%s\"}"
                                        .formatted(of, reason)));
    }

    private static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
