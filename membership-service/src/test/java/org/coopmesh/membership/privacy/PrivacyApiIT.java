package org.coopmesh.membership.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.ZipInputStream;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.Membership;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;

class PrivacyApiIT extends RunningService {
    @Autowired Membership membership;
    @Autowired AboutMe aboutMe;
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
    void everyColumnOfTheDatabaseIsInTheRegisterAndNoOther() {
        List<String> columns =
                db.sql(
                                """
                                select table_name || '.' || column_name
                                from information_schema.columns join information_schema.tables using (table_schema, table_name)
                                where table_schema = 'public' and table_type = 'BASE TABLE'
                                  and table_name <> 'flyway_schema_history'
                                """)
                        .query(String.class)
                        .list();

        assertThat(aboutMe.register().columns())
                .as(
                        "a new column is told in privacy-register.json: of whom it is, why, and how long")
                .containsExactlyInAnyOrderElementsOf(columns);
    }

    @Test
    void everyKindSaysWhyByWhichRightAndHowLong() {
        assertThat(aboutMe.register().kinds())
                .allSatisfy(kind -> {
                    assertThat(kind.purpose()).isNotBlank();
                    assertThat(kind.basis()).contains("GDPR Art. 6");
                    assertThat(kind.kept()).isNotBlank();
                    assertThat(kind.tables()).isNotEmpty();
                });
    }

    @Test
    void theRegisterIsThereForWhoeverIsSignedIn() throws Exception {
        http.perform(get("/api/privacy/register")).andExpect(status().isUnauthorized());
        http.perform(get("/api/privacy/register").with(caller(UUID.randomUUID())))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.kinds[0].tables[0].table").value("member"))
                .andExpect(jsonPath("$.kinds[0].purpose").isNotEmpty());
    }

    @Test
    void theArchiveHoldsEverythingAboutOneselfAndNothingOfAnybodyElse() throws Exception {
        UUID id = member("=Mira Export", "mira@export.example.org");
        UUID other = member("Other Person", "other@export.example.org");
        for (UUID each : List.of(id, other))
            http.perform(
                            post("/api/members/{id}/notes", each)
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"text\": \"about %s\"}".formatted(each))
                                    .with(caller(board, "board")))
                    .andExpect(status().isCreated());

        Map<String, String> files = archive(id);

        assertThat(files.keySet())
                .contains(
                        "about-me.json",
                        "register.json",
                        "tables/member.csv",
                        "tables/member_note.csv",
                        "tables/site.csv",
                        "tables/subscription.csv",
                        "tables/payer.csv",
                        "tables/role_grant.csv",
                        "tables/account.csv",
                        "tables/outbox.csv");
        var held = read(files.get("about-me.json")).get("held");
        assertThat(held.get("member").get(0).get("email").asString())
                .isEqualTo("mira@export.example.org");
        assertThat(held.get("member_note").get(0).get("text").asString()).isEqualTo("about " + id);
        assertThat(held.get("site").get(0).get("address").asString()).isEqualTo("Mill Lane 1");
        assertThat(files.get("tables/member.csv")).contains(",\"'=Mira Export\",");
        assertThat(files.values())
                .noneMatch(text -> text.contains("other@export.example.org"))
                .noneMatch(text -> text.contains(other.toString()));
    }

    @Test
    void whatWouldLetAnybodyPassForTheMemberIsNotTold() throws Exception {
        UUID id = member("Secret", "secret@export.example.org");
        String hash =
                db.sql("select password_hash from account where id = :id")
                        .param("id", id)
                        .query(String.class)
                        .single();

        Map<String, String> files = archive(id);

        assertThat(files.values()).noneMatch(text -> text.contains(hash));
        assertThat(files.get("tables/account.csv")).doesNotContain("password_hash");
    }

    @Test
    void whoHasNothingGetsAnArchiveAllTheSame() throws Exception {
        // Whoever has nothing yet gets an archive all the same, so every condition is SQL.
        Map<String, String> files = archive(UUID.randomUUID());

        assertThat(files.keySet()).containsExactlyInAnyOrder("about-me.json", "register.json");
    }

    @Test
    void nobodyGetsTheArchiveWithoutSigningIn() throws Exception {
        http.perform(get("/api/me/export")).andExpect(status().isUnauthorized());
    }

    private Map<String, String> archive(UUID id) throws Exception {
        byte[] zip =
                http.perform(get("/api/me/export").with(caller(id)))
                        .andExpect(status().isOk())
                        .andExpect(header().string("Content-Type", "application/zip"))
                        .andExpect(header().string("Cache-Control", "no-store"))
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();
        var files = new LinkedHashMap<String, String>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry())
                files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return files;
    }

    private UUID member(String name, String email) throws Exception {
        UUID id = apply(name, email);
        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isOk());
        return id;
    }
}
