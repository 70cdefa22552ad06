package org.coopmesh.membership.roster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.coopmesh.membership.Audit;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.Membership;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.ResultActions;

class RosterApiIT extends RunningService {
    @Autowired Membership membership;
    @Autowired JdbcClient db;

    private UUID board;

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) constitute();
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
    }

    @Test
    void whatThePreviewShowsIsMadeAndTheSameFileAgainMakesNothing() throws Exception {
        String file =
                """
                name,email,phone,joined_on,site,address,plan,payer_name,payer_email
                Ro One,ro1@example.org,+49 1,2019-04-01,Mill,Lane 1,standard,,
                Ro One,ro1@example.org,,,Barn,Lane 2,large,Ro Hall,ro-hall@example.org
                =Ro Two,ro2@example.org,,,,,,,
                """;

        preview(file)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.members").value(2))
                .andExpect(jsonPath("$.sites").value(2))
                .andExpect(jsonPath("$.payers").value(1))
                .andExpect(jsonPath("$.problemCount").value(0))
                .andExpect(jsonPath("$.lines[1].makes.length()").value(2))
                .andExpect(jsonPath("$.takenAt").doesNotExist());
        assertThat(members("ro_@example.org")).isZero();

        take(file, "")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.members").value(2))
                .andExpect(jsonPath("$.again").value(false));
        take(file, "").andExpect(status().isOk()).andExpect(jsonPath("$.again").value(true));

        assertThat(members("ro_@example.org")).isEqualTo(2);
        String one = memberNamed("ro1@example.org").toString();
        http.perform(get("/api/members/{id}", one).with(caller(board, "board")))
                .andExpect(jsonPath("$.state").value("active"))
                .andExpect(jsonPath("$.joinedOn").value("2019-04-01"))
                .andExpect(jsonPath("$.claimed").value(false))
                .andExpect(jsonPath("$.roles[0]").value("member"))
                .andExpect(jsonPath("$.sites.length()").value(2))
                .andExpect(jsonPath("$.sites[0].planCode").value("large"))
                .andExpect(jsonPath("$.sites[0].effectiveOn").value(membership.today().toString()));
        assertThat(
                        db.sql("select count(*) from outbox where key = :key")
                                .param("key", one)
                                .query(Long.class)
                                .single())
                .isEqualTo(3); // joined, and two subscriptions
        preview(file)
                .andExpect(jsonPath("$.takenAt").exists())
                .andExpect(jsonPath("$.members").value(0))
                .andExpect(jsonPath("$.sites").value(0))
                .andExpect(jsonPath("$.payers").value(0));
        http.perform(get("/api/members/imports").with(caller(board, "board")))
                .andExpect(jsonPath("$.items[?(@.lines == 3)].name").value("members.csv"));
    }

    @Test
    void aFileThatGrewMakesOnlyWhatIsNew() throws Exception {
        String before = "name,email,site,address,plan\nGrow,grow@example.org,Mill,Lane,standard\n";
        take(before, "").andExpect(status().isOk());

        take(before + "Grow,grow@example.org,Barn,Lane,standard\n", "")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.members").value(0))
                .andExpect(jsonPath("$.sites").value(1));

        assertThat(members("grow@example.org")).isEqualTo(1);
    }

    @Test
    void oneBadLineKeepsAllOthersOut() throws Exception {
        String file = "name,email\nWhole,whole@example.org\nHalf,nowhere\n";

        preview(file)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.problems[0].at").value("3"))
                .andExpect(jsonPath("$.problems[0].field").value("email"))
                .andExpect(jsonPath("$.problems[0].rule").value("email"));
        take(file, "")
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/file-has-problems"))
                .andExpect(jsonPath("$.errors[0].at").value("3"));

        assertThat(members("whole@example.org")).isZero();
    }

    @Test
    void aFileInAnotherEncodingIsRefusedWithItsLineAndWrittenDownWithoutItsWords()
            throws Exception {
        byte[] latin =
                "name,email\nJos\u00e9,jose@example.org\n".getBytes(StandardCharsets.ISO_8859_1);
        try (var audit = new Audit()) {
            http.perform(
                            post("/api/members/import/preview")
                                    .with(caller(board, "board"))
                                    .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                    .content(latin))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].at").value("2"))
                    .andExpect(jsonPath("$.errors[0].rule").value("encoding"));
            assertThat(audit.told())
                    .anyMatch(line ->
                            line.contains("route=/api/members/import/preview status=422")
                                    && line.contains("problem=file-unreadable"))
                    .noneMatch(line -> line.contains("jose"));
        }
    }

    @Test
    void otherBytesThanThosePreviewedAreRefused() throws Exception {
        byte[] file =
                "name,email\nOther,other-bytes@example.org\n".getBytes(StandardCharsets.UTF_8);

        http.perform(
                        post("/api/members/import")
                                .param("sha256", "0".repeat(64))
                                .param("name", "members.csv")
                                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                .content(file)
                                .with(caller(board, "board")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/not-as-previewed"));
        assertThat(members("other-bytes@example.org")).isZero();
    }

    @Test
    void whatMeshDbTellsIsTakenWithAPlanForAll() throws Exception {
        String file = RosterTest.MESHDB.replace("example.org", "meshdb.example.org");

        preview(file).andExpect(jsonPath("$.problems[0].rule").value("required"));
        take(file, "standard")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.members").value(1))
                .andExpect(jsonPath("$.sites").value(1))
                .andExpect(jsonPath("$.payers").value(1));

        assertThat(members("ida@meshdb.example.org")).isEqualTo(1);
        assertThat(members("tom@meshdb.example.org")).isZero();
    }

    @Test
    void oneFileHandedInTwiceAtOnceIsTakenOnce() throws Exception {
        String file = "name,email\nRace,race@example.org\n";

        var both =
                List.of(
                        CompletableFuture.supplyAsync(() -> answer(file)),
                        CompletableFuture.supplyAsync(() -> answer(file)));

        assertThat(both.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrder("200 false", "200 true");
        assertThat(members("race@example.org")).isEqualTo(1);
    }

    @Test
    void onlyTheBoardHandsFilesIn() throws Exception {
        for (String role : List.of("member", "treasurer", "moderator", "network")) {
            http.perform(
                            post("/api/members/import/preview")
                                    .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                    .content(new byte[] {'x'})
                                    .with(caller(board, role)))
                    .andExpect(status().isForbidden());
            http.perform(get("/api/members/imports").with(caller(board, role)))
                    .andExpect(status().isForbidden());
            http.perform(post("/api/members/{id}/welcome", board).with(caller(board, role)))
                    .andExpect(status().isForbidden());
        }
    }

    @Test
    void whoWasTakenInChoosesAPasswordByACodeThatCountsOnce() throws Exception {
        take("name,email\nNew,welcome@example.org\n", "").andExpect(status().isOk());
        UUID id = memberNamed("welcome@example.org");
        http.perform(
                        post("/api/members/{id}/welcome", id)
                                .with(
                                        callerOf(
                                                Instant.now().minus(Duration.ofMinutes(6)),
                                                board,
                                                "board")))
                .andExpect(status().isUnauthorized());
        String old = welcomeCode(id);
        String code = welcomeCode(id);

        choose("welcome@example.org", old, "a-first-password", "/id/welcome?said=refused");
        choose("welcome@example.org", code, "short", "/id/welcome?said=short");
        choose("else@example.org", code, "a-first-password", "/id/welcome?said=refused");
        choose(
                "Welcome@example.org",
                " " + code.toUpperCase(java.util.Locale.ROOT),
                "a-first-password",
                "/id/sign-in");
        choose("welcome@example.org", code, "another-password", "/id/welcome?said=refused");

        http.perform(
                        post("/id/sign-in")
                                .param("email", "welcome@example.org")
                                .param("password", "a-first-password")
                                .with(csrf()))
                .andExpect(status().isFound())
                .andExpect(redirectedUrl("/"));
        http.perform(post("/api/members/{id}/welcome", id).with(caller(board, "board")))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/account-claimed"));
    }

    @Test
    void anAccountThatIsUsedGetsNoCode() throws Exception {
        http.perform(post("/api/members/{id}/welcome", board).with(caller(board, "board")))
                .andExpect(status().isConflict());
        http.perform(
                        post("/api/members/{id}/welcome", UUID.randomUUID())
                                .with(caller(board, "board")))
                .andExpect(status().isNotFound());
    }

    @Test
    void aCodeEndsAfterTwoWeeks() throws Exception {
        take("name,email\nLate,late-code@example.org\n", "").andExpect(status().isOk());
        String code = welcomeCode(memberNamed("late-code@example.org"));
        clock.advance(Duration.ofDays(14));

        choose("late-code@example.org", code, "a-first-password", "/id/welcome?said=refused");
    }

    private String welcomeCode(UUID id) throws Exception {
        String answer =
                http.perform(post("/api/members/{id}/welcome", id).with(caller(board, "board")))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return read(answer).get("code").asString();
    }

    private void choose(String email, String code, String password, String next) throws Exception {
        http.perform(
                        post("/id/welcome")
                                .param("email", email)
                                .param("code", code)
                                .param("password", password)
                                .with(csrf()))
                .andExpect(redirectedUrl(next));
    }

    private String answer(String file) {
        try {
            var response = take(file, "").andReturn().getResponse();
            return response.getStatus()
                    + " "
                    + read(response.getContentAsString()).get("again").asBoolean();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ResultActions preview(String file) throws Exception {
        return http.perform(
                post("/api/members/import/preview")
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .content(file.getBytes(StandardCharsets.UTF_8))
                        .with(caller(board, "board")));
    }

    private ResultActions take(String file, String plan) throws Exception {
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        return http.perform(
                post("/api/members/import")
                        .param("sha256", sha256)
                        .param("name", "members.csv")
                        .param("plan", plan)
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .content(bytes)
                        .with(caller(board, "board")));
    }

    private long members(String like) {
        return db.sql("select count(*) from member where email like :like")
                .param("like", like)
                .query(Long.class)
                .single();
    }

    private UUID memberNamed(String email) {
        return db.sql("select id from member where email = :email")
                .param("email", email)
                .query(UUID.class)
                .single();
    }
}
