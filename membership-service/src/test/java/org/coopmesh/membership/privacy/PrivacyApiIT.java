package org.coopmesh.membership.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.ZipInputStream;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.privacy.PersonalData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;

class PrivacyApiIT extends RunningService {
    @Autowired Membership membership;
    @Autowired PersonalData data;
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

        assertThat(data.register().columns())
                .as(
                        "a new column is told in privacy-register.json: of whom it is, why, and how long")
                .containsExactlyInAnyOrderElementsOf(columns);
    }

    @Test
    void everyKindSaysWhyByWhichRightAndHowLong() {
        assertThat(data.register().kinds())
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

    @Test
    void whoHasLeftIsForgottenButForWhatTheCoopAnswersFor() throws Exception {
        UUID id = member("Mira Gone", "gone@export.example.org");
        note(id, "Mira Gone is often away");
        leave(id);
        long identityEvents = count("identity_event", "account_id", id);

        http.perform(post("/api/me/erasure").with(caller(id)))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.rows.member").value(1))
                .andExpect(jsonPath("$.rows.member_note").value(1))
                .andExpect(jsonPath("$.rows.account").value(1));

        Map<String, String> files = archive(id);
        assertThat(files.values())
                .as("nothing that stays tells who it was")
                .noneMatch(text -> text.contains("Mira"))
                .noneMatch(text -> text.contains("gone@export"))
                .noneMatch(text -> text.contains("Mill Lane"))
                .noneMatch(text -> text.contains("moving away"));
        assertThat(files.keySet())
                .contains("tables/role_grant.csv", "tables/member_timeline.csv")
                .doesNotContain("tables/member_note.csv", "tables/sign_in.csv");
        assertThat(count("identity_event", "account_id", id)).isLessThanOrEqualTo(identityEvents);
        assertThat(files.get("tables/member_timeline.csv")).contains("erased");
        assertThat(
                        db.sql("select open from account where id = :id")
                                .param("id", id)
                                .query(Boolean.class)
                                .single())
                .isFalse();
        assertThat(
                        db.sql(
                                        "select count(*) from outbox where key = :id and type like '%MemberEvent%' or key = :id and topic like '%member.v1'")
                                .param("id", id.toString())
                                .query(Long.class)
                                .single())
                .as("joined, subscribed, unsubscribed, left and erased")
                .isEqualTo(5);
    }

    @Test
    void anErasureTouchesNobodyElse() throws Exception {
        UUID other = member("Stays Here", "stays@export.example.org");
        note(other, "stays");
        Map<String, String> before = tables(other);
        UUID id = member("Goes Away", "goes@export.example.org");
        leave(id);

        http.perform(post("/api/members/{id}/erasure", id).with(caller(board, "board")))
                .andExpect(status().isOk());

        assertThat(tables(other)).isEqualTo(before);
    }

    @Test
    void whoIsErasedASecondTimeIsNotFoundChanged() throws Exception {
        UUID id = member("Twice", "twice@export.example.org");
        leave(id);

        for (int i = 0; i < 2; i++)
            http.perform(post("/api/members/{id}/erasure", id).with(caller(board, "board")))
                    .andExpect(status().isOk());

        assertThat(archive(id).get("tables/member.csv")).doesNotContain("twice@export");
    }

    @Test
    void whoBelongsOwesOrAnswersForSomethingIsNotForgotten() throws Exception {
        UUID id = member("Bound", "bound@export.example.org");
        hindered(id, "leaves first");
        leave(id);
        UUID payer =
                db.sql("select id from payer where member_id = :id")
                        .param("id", id)
                        .query(UUID.class)
                        .single();
        db.sql("insert into invoice_word values (gen_random_uuid(), :payer, current_date, now())")
                .param("payer", payer)
                .update();
        hindered(id, "overdue");
        db.sql("delete from invoice_word where payer_id = :payer").param("payer", payer).update();
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state)
                        select gen_random_uuid(), :id, id, 'roof', false, now(), 'pending' from site where member_id = :id
                        """)
                .param("id", id)
                .update();
        hindered(id, "node");
        assertThat(archive(id).get("tables/member.csv")).contains("bound@export");
    }

    @Test
    void nobodyIsForgottenWithoutAFreshProofOrByAnybodyButTheBoard() throws Exception {
        UUID id = member("Careful", "careful@export.example.org");
        leave(id);
        http.perform(post("/api/me/erasure").with(callerOf(Instant.EPOCH, id)))
                .andExpect(status().isUnauthorized());
        http.perform(post("/api/members/{id}/erasure", id).with(caller(UUID.randomUUID())))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/members/{id}/erasure", UUID.randomUUID())
                                .with(caller(board, "board")))
                .andExpect(status().isNotFound());
        assertThat(archive(id).get("tables/member.csv")).contains("careful@export");
    }

    @Test
    void whatTheDatabaseKeepsMakesWayForTheErasedAlone() throws Exception {
        UUID id = member("Kept", "kept@export.example.org");
        db.sql(
                        "insert into identity_event (account_id, at, what, address) values (:id, now(), 'password changed', '::1')")
                .param("id", id)
                .update();

        assertThatThrownBy(() ->
                        db.sql("delete from identity_event where account_id = :id")
                                .param("id", id)
                                .update())
                .hasMessageContaining("append-only");
        leave(id);
        http.perform(post("/api/me/erasure").with(caller(id))).andExpect(status().isOk());
        assertThat(count("identity_event", "account_id", id)).isZero();
    }

    private void hindered(UUID id, String why) throws Exception {
        http.perform(post("/api/me/erasure").with(caller(id)))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/erasure-hindered"))
                .andExpect(jsonPath("$.detail").value(containsString(why)));
    }

    private void note(UUID id, String text) throws Exception {
        http.perform(
                        post("/api/members/{id}/notes", id)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"text\": \"%s\"}".formatted(text))
                                .with(caller(board, "board")))
                .andExpect(status().isCreated());
    }

    private void leave(UUID id) throws Exception {
        http.perform(
                        post("/api/members/{id}/leave", id)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"on\": \"%s\", \"reason\": \"moving away\"}"
                                                .formatted(membership.today()))
                                .with(caller(board, "board")))
                .andExpect(status().isOk());
    }

    private long count(String table, String column, UUID id) {
        return db.sql("select count(*) from " + table + " where " + column + " = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    private Map<String, String> tables(UUID id) throws Exception {
        Map<String, String> files = archive(id);
        files.keySet().removeIf(name -> !name.startsWith("tables/"));
        return files;
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
