package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.quickstart.MailSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import tools.jackson.databind.JsonNode;

class RecoveryIT extends SignInMails {
    @Autowired Recovering recovering;

    private UUID ada;
    private UUID berta;

    @BeforeEach
    void aBoardOfTwo() throws Exception {
        ada = boardId();
        if (db.sql("select count(*) from account where email = 'berta@example.org'")
                        .query(Long.class)
                        .single()
                == 0) apply("Berta Board", "berta@example.org");
        berta =
                db.sql("select id from account where email = 'berta@example.org'")
                        .query(UUID.class)
                        .single();
        if (db.sql("select count(*) from role_held where account_id = :id")
                        .param("id", berta)
                        .query(Long.class)
                        .single()
                == 0)
            for (String role : List.of("member", "board"))
                db.sql(
                                "insert into role_grant (account_id, role, granted, reason, at) values (:id, :role, true, 'test', now())")
                        .param("id", berta)
                        .param("role", role)
                        .update();
        db.sql("update recovery_delay set hours = 72").update();
    }

    @Test
    void twoBoardMembersADelayAndACodeLetSomebodyInWhoLostEverything() throws Exception {
        passkey(email, "Lost phone");
        setUpAppHere();
        JsonNode before = tokens();
        signOut();
        db.sql("update payer set email = 'family@example.org' where member_id = :id")
                .param("id", anna)
                .update();
        sending.check();
        SINK.taken.clear();
        UUID id = opened();

        approved(id, ada).andExpect(jsonPath("$.state").value("approved-once"));
        sending.check();
        assertThat(SINK.taken).as("one approval tells nobody").isEmpty();
        approved(id, berta)
                .andExpect(jsonPath("$.state").value("waiting"))
                .andExpect(jsonPath("$.approvals[1].by").value(berta.toString()));

        sending.check();
        assertThat(SINK.taken)
                .extracting(MailSink.Taken::to)
                .containsExactlyInAnyOrder(email, "family@example.org", EMAIL, "berta@example.org");
        assertThat(mailTo(email))
                .contains(Language.EN.moment(clock.instant().plus(Duration.ofHours(72))))
                .contains("/id/recovery/stop?token=");
        assertThat(mailTo(EMAIL)).contains("agreed that Anna gets").contains("/members/recoveries");
        clock.advance(Duration.ofHours(72).minusSeconds(1));
        code(id, ada)
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/recovery-waits"));
        clock.advance(Duration.ofSeconds(1));
        String code = made(id, ada);
        assertThat(
                        db.sql("select recovery::text from recovery where id = :id")
                                .param("id", id)
                                .query(String.class)
                                .single())
                .doesNotContain(code.replace("-", ""));
        assertThat(location(finished(email, "00000-00000", "a-brand-new-one")))
                .endsWith("said=refused");
        assertThat(location(finished(email, code, "short"))).endsWith("said=short");

        assertThat(
                        location(
                                finished(
                                        email,
                                        code.toUpperCase(java.util.Locale.ROOT),
                                        "a-brand-new-one")))
                .endsWith("/id/sign-in");

        assertThat(renewed(before)).as("what was signed in").isEqualTo(400);
        assertThat(location(submit(email, PASSWORD))).endsWith("?refused");
        send(request(authorize()).GET());
        submit(email, "a-brand-new-one");
        assertThat(claims(tokens()).getStringListClaim("amr"))
                .as("no app, no passkey")
                .containsExactly("pwd");
        assertThat(page())
                .contains("You have none yet.")
                .contains("New password set by a code of the board")
                .contains("New way in approved by a board member");
        assertThat(location(finished(email, code, "yet-another-one")))
                .as("again")
                .endsWith("said=refused");
        SINK.taken.removeIf(mail -> !mail.subject().contains("has a new password"));
        sending.check();
        assertThat(SINK.taken)
                .filteredOn(mail -> mail.subject().contains("has a new password"))
                .hasSize(2);
        as(get("/api/recoveries"), ada)
                .andExpect(jsonPath("$.items[?(@.id == '%s')].state".formatted(id)).value("done"));
    }

    @Test
    void oneAloneAndWhomItIsForAreNotTwo() throws Exception {
        UUID id = opened();
        approved(id, ada);

        approved(id, ada)
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/second-person-needed"));
        approved(id, anna)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/own-recovery"));
        assertThatThrownBy(() ->
                        db.sql(
                                        "update recovery set second_by = account_id, second_at = now(), due_at = now() + interval '72 hours' where id = :id")
                                .param("id", id)
                                .update())
                .hasMessageContaining("check");
        assertThatThrownBy(() ->
                        db.sql(
                                        "update recovery set second_by = first_by, second_at = now(), due_at = now() + interval '72 hours' where id = :id")
                                .param("id", id)
                                .update())
                .hasMessageContaining("check");
        code(id, ada).andExpect(status().isConflict());
        as(
                        post("/api/recoveries")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"memberId\": \"%s\", \"reason\": \"mine\"}"
                                                .formatted(ada)),
                        ada)
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/own-recovery"));
    }

    @Test
    void whoeverIsToldStopsItWithoutSigningIn() throws Exception {
        UUID id = opened();
        approved(id, ada);
        approved(id, berta);
        String link = linkTo(email);
        HttpResponse<String> shown = send(request(link).GET());
        assertThat(shown.body()).contains("Stop this recovery?");
        state(id, "waiting");

        assertThat(location(used(link))).endsWith("said=stopped");

        state(id, "stopped");
        assertThat(location(used(link))).endsWith("said=over");
        clock.advance(Duration.ofDays(4));
        code(id, ada)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/recovery-over"));
        approved(id, berta).andExpect(status().isConflict());
        sending.check();
        assertThat(SINK.taken)
                .anyMatch(
                        mail -> mail.subject().equals("The new way into your account was stopped"));
        assertThat(location(submit(email, PASSWORD))).doesNotContain("refused");
    }

    @Test
    void whoeverIsSignedInSeesItAndStopsTheirOwn() throws Exception {
        UUID id = opened();
        submit(email, PASSWORD);
        assertThat(page()).contains("Somebody says that you have lost every way in");

        assertThat(location(sent("/id/security/recovery/stop", Map.of())))
                .endsWith("said=recovery-stopped");

        state(id, "stopped");
        assertThat(page()).doesNotContain("Somebody says");
    }

    @Test
    void anotherBoardMemberStopsItEvenAfterTheCodeWasMade() throws Exception {
        UUID id = opened();
        approved(id, ada);
        approved(id, berta);
        clock.advance(Duration.ofHours(73));
        String code = made(id, ada);
        sending.check();
        assertThat(SINK.taken).anyMatch(mail -> mail.words().contains("made the code"));

        as(post("/api/recoveries/{id}/stop", id), berta)
                .andExpect(jsonPath("$.endedBy").value(berta.toString()));

        assertThat(location(finished(email, code, "a-brand-new-one"))).endsWith("said=refused");
    }

    @Test
    void aNewCodeVoidsTheOneBeforeAndACodeEnds() throws Exception {
        UUID id = opened();
        approved(id, ada);
        approved(id, berta);
        clock.advance(Duration.ofHours(73));
        String first = made(id, ada);
        String second = made(id, berta);

        assertThat(location(finished(email, first, "a-brand-new-one"))).endsWith("said=refused");
        clock.advance(Duration.ofDays(7));
        assertThat(location(finished(email, second, "a-brand-new-one"))).endsWith("said=refused");
    }

    @Test
    void whatDecidesWantsAFreshProofAndStoppingDoesNot() throws Exception {
        UUID id = opened();
        var stale = callerOf(Instant.now().minus(Duration.ofMinutes(20)), ada, "board");

        for (String step : List.of("approval", "code"))
            http.perform(post("/api/recoveries/{id}/" + step, id).with(stale))
                    .andExpect(status().isUnauthorized());
        http.perform(post("/api/recoveries/{id}/stop", id).with(stale)).andExpect(status().isOk());
    }

    @Test
    void whoAsksAtThePageIsAnsweredTheSameWhetherKnownOrNot() throws Exception {
        HttpResponse<String> known = asksAtThePage(email);
        HttpResponse<String> unknown = asksAtThePage("nobody@example.org");

        assertThat(location(known)).endsWith("said=asked").isEqualTo(location(unknown));
        asksAtThePage(email);
        assertThat(
                        db.sql("select count(*) from recovery where account_id = :id")
                                .param("id", anna)
                                .query(Long.class)
                                .single())
                .isEqualTo(1);
        as(get("/api/recoveries"), ada)
                .andExpect(
                        jsonPath("$.items[?(@.memberId == '%s')].state".formatted(anna))
                                .value("asked"));
        for (int i = 0; i < 8; i++) asksAtThePage("nobody@example.org");
        asksAtThePage("nobody@example.org");
        assertThat(location(asksAtThePage("nobody@example.org"))).endsWith("said=wait");
    }

    @Test
    void theDelayIsTheCoopsWithinBounds() throws Exception {
        UUID id = opened();
        approved(id, ada);
        delay(23).andExpect(status().isBadRequest());
        delay(337).andExpect(status().isBadRequest());
        delay(24).andExpect(status().isOk());

        approved(id, berta);

        as(get("/api/recoveries"), ada).andExpect(jsonPath("$.delayHours").value(24));
        clock.advance(Duration.ofHours(24));
        state(id, "due");
    }

    @Test
    void whatNothingComesOfLapses() throws Exception {
        UUID id = opened();
        approved(id, ada);
        clock.advance(Duration.ofDays(14).plusSeconds(1));

        recovering.lapse();

        state(id, "lapsed");
        opened();
    }

    private UUID opened() throws Exception {
        String answer =
                as(
                                post("/api/recoveries")
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(
                                                "{\"memberId\": \"%s\", \"reason\": \"lost her phone, seen in person\"}"
                                                        .formatted(anna)),
                                ada)
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return UUID.fromString(read(answer).get("id").asString());
    }

    private ResultActions approved(UUID id, UUID by) throws Exception {
        return as(post("/api/recoveries/{id}/approval", id), by);
    }

    private ResultActions code(UUID id, UUID by) throws Exception {
        return as(post("/api/recoveries/{id}/code", id), by);
    }

    private String made(UUID id, UUID by) throws Exception {
        return read(code(id, by)
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .get("code")
                .asString();
    }

    private ResultActions delay(int hours) throws Exception {
        return as(
                put("/api/recoveries/delay")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"hours\": %d}".formatted(hours)),
                ada);
    }

    private void state(UUID id, String state) throws Exception {
        as(get("/api/recoveries"), ada)
                .andExpect(jsonPath("$.items[?(@.id == '%s')].state".formatted(id)).value(state));
    }

    private ResultActions as(MockHttpServletRequestBuilder request, UUID who) throws Exception {
        return http.perform(request.with(caller(who, "board")));
    }

    private String mailTo(String address) {
        return SINK.taken.stream()
                .filter(mail -> mail.to().equals(address))
                .toList()
                .getLast()
                .words();
    }

    private HttpResponse<String> finished(String address, String code, String password)
            throws Exception {
        return submitted(
                "/id/recovery/code", Map.of("email", address, "code", code, "password", password));
    }

    private HttpResponse<String> asksAtThePage(String address) throws Exception {
        return submitted("/id/recovery", Map.of("email", address));
    }

    private HttpResponse<String> submitted(String path, Map<String, String> fields)
            throws Exception {
        var csrf = CSRF.matcher(send(request(path).GET()).body());
        assertThat(csrf.find()).isTrue();
        var all = new java.util.HashMap<>(fields);
        all.put("_csrf", csrf.group(1));
        return send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(all))));
    }
}
