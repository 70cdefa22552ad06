package org.coopmesh.membership.circular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.mail.Sending;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.quickstart.MailSink;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Letters to many, at a real mail server. */
class CircularApiIT extends RunningService {
    private static final MailSink SINK = sink();

    @Autowired Membership membership;
    @Autowired JdbcClient db;
    @Autowired Sending sending;

    private UUID board;

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry settings) throws IOException {
        String database = Servers.freshDatabase("membership");
        String state = Files.createTempDirectory("membership-circular").toString();
        settings.add("spring.datasource.url", () -> database);
        settings.add("coopmesh.state-dir", () -> state);
        settings.add("spring.mail.host", () -> "127.0.0.1");
        settings.add("spring.mail.port", SINK::port);
        settings.add("spring.mail.properties.mail.smtp.starttls.required", () -> "false");
        settings.add("coopmesh.mail.sender", () -> "coop@example.org");
    }

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) constitute();
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
        clock.advance(Duration.ofDays(2));
        db.sql("delete from mail").update();
        SINK.taken.clear();
    }

    @Test
    void aLetterReachesEachOfAZoneWithALabelOnceAndNobodyElse() throws Exception {
        UUID both = member("both", "hill", "pump");
        UUID paused = member("paused", "hill", "pump");
        member("other-zone", "dale", "pump");
        member("no-label", "hill", "");
        UUID left = member("left", "hill", "pump");
        db.sql("update member set state = 'paused', paused_from = joined_on where id = :id")
                .param("id", paused)
                .update();
        db.sql(
                        "update member set state = 'left', left_on = joined_on, closed_why = 'moved' where id = :id")
                .param("id", left)
                .update();
        http.perform(
                        get("/api/members/circulars/reach")
                                .param("zone", "hill")
                                .param("label", "pump")
                                .with(caller(board, "board")))
                .andExpect(jsonPath("$.recipients").value(2));
        UUID id = UUID.randomUUID();

        send(id, "pump", "hill", "The pump stops on Monday", "From nine to ten.\n\nThe board")
                .andExpect(status().isOk());
        send(id, "pump", "hill", "The pump stops on Monday", "From nine to ten.\n\nThe board")
                .andExpect(status().isOk());
        sending.check();

        assertThat(SINK.taken)
                .extracting(MailSink.Taken::to)
                .containsExactlyInAnyOrder("both@example.org", "paused@example.org");
        assertThat(SINK.taken.getFirst().subject()).isEqualTo("The pump stops on Monday");
        assertThat(SINK.taken.getFirst().words()).contains("From nine to ten.");
        http.perform(get("/api/members/circulars/{id}/progress", id).with(caller(board, "network")))
                .andExpect(jsonPath("$.recipients").value(2))
                .andExpect(jsonPath("$.sent").value(2))
                .andExpect(jsonPath("$.notSent").value(0));
        http.perform(get("/api/members/circulars").with(caller(board, "board")))
                .andExpect(jsonPath("$.items[0].id").value(id.toString()))
                .andExpect(jsonPath("$.items[0].by").value(board.toString()));
        assertThat(both).isNotNull();
    }

    @Test
    void aLetterReachesThoseChosenWhoBelongAndNobodyElse() throws Exception {
        UUID one = member("one", "hill", "");
        UUID two = member("two", "dale", "");
        member("three", "hill", "");
        UUID applicant = apply("four", "four@example.org");
        UUID id = UUID.randomUUID();

        chosen(id, one, two, applicant).andExpect(status().isOk());
        chosen(id, one, two, applicant)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.chosen").value(3));
        sending.check();

        assertThat(SINK.taken)
                .extracting(MailSink.Taken::to)
                .containsExactlyInAnyOrder("one@example.org", "two@example.org");
        http.perform(get("/api/members/circulars/{id}/progress", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.recipients").value(2));
    }

    @Test
    void underTheNumberOfALetterToOthersItIsAnother() throws Exception {
        UUID one = member("ada", "hill", "");
        UUID two = member("ben", "hill", "");
        UUID id = UUID.randomUUID();
        chosen(id, one).andExpect(status().isOk());

        chosen(id, two)
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/circular-differs"));
    }

    @Test
    void whoIsChosenIsNotSortedByZoneToo() throws Exception {
        http.perform(
                        put("/api/members/circulars/{id}", UUID.randomUUID())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        json.writeValueAsString(
                                                Map.of(
                                                        "label", "",
                                                        "zone", "hill",
                                                        "members", List.of(UUID.randomUUID()),
                                                        "language", "en",
                                                        "subject", "Hello",
                                                        "text", "Hello")))
                                .with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("members"));
    }

    @Test
    void ofThoseChosenSomebodyHasToBelong() throws Exception {
        chosen(UUID.randomUUID(), UUID.randomUUID())
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/reaches-nobody"));
    }

    @Test
    void whoLeavesBeforeTheirTurnGetsNone() throws Exception {
        UUID leaving = member("leaving", "shore", "");
        UUID id = UUID.randomUUID();
        send(id, "", "shore", "High water", "Mind your boxes.").andExpect(status().isOk());
        db.sql(
                        "update member set state = 'left', left_on = joined_on, closed_why = 'moved' where id = :id")
                .param("id", leaving)
                .update();

        sending.check();

        assertThat(SINK.taken).isEmpty();
        http.perform(get("/api/members/circulars/{id}/progress", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.sent").value(0))
                .andExpect(jsonPath("$.notSent").value(1));
    }

    @Test
    void anotherLetterUnderTheSameNumberIsRefused() throws Exception {
        UUID id = UUID.randomUUID();
        send(id, "", "", "One", "One").andExpect(status().isOk());

        send(id, "", "", "Two", "Two")
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/circular-differs"));
    }

    @Test
    void whatWouldReachNobodyIsRefused() throws Exception {
        send(UUID.randomUUID(), "", "nowhere", "Hello", "Hello")
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/reaches-nobody"));
    }

    @Test
    void theSixthOfADayHasToWait() throws Exception {
        for (int i = 0; i < Circulars.PER_DAY_MAX; i++) {
            send(UUID.randomUUID(), "", "", "Letter " + i, "Again").andExpect(status().isOk());
        }

        send(UUID.randomUUID(), "", "", "One more", "Again")
                .andExpect(status().isTooManyRequests());
        clock.advance(Duration.ofDays(1));
        send(UUID.randomUUID(), "", "", "One more", "Again").andExpect(status().isOk());
    }

    @Test
    void withoutAFreshProofNothingIsSent() throws Exception {
        http.perform(
                        letter(UUID.randomUUID(), "", "", "Hello", "Hello")
                                .with(
                                        callerOf(
                                                Instant.now().minus(Duration.ofMinutes(6)),
                                                board,
                                                "board")))
                .andExpect(status().isUnauthorized());
        assertThat(
                        db.sql(
                                        "select count(*) from mail where notice = 'circular' and state = 'waiting'")
                                .query(Long.class)
                                .single())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'A\r\nBcc: all@example.org',text,subject",
        "'A‮B',text,subject",
        "' ',text,subject",
        "subject,' ',text",
        "subject,'a\u0000b',text"
    })
    void whatNoLetterCanSayIsNamed(String subject, String text, String field) throws Exception {
        send(UUID.randomUUID(), "", "", subject, text)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value(field));
    }

    private ResultActions chosen(UUID id, UUID... members) throws Exception {
        return http.perform(
                put("/api/members/circulars/{id}", id)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                json.writeValueAsString(
                                        Map.of(
                                                "label", "",
                                                "zone", "",
                                                "members", List.of(members),
                                                "language", "en",
                                                "subject", "Hello",
                                                "text", "Hello")))
                        .with(caller(board, "board")));
    }

    private ResultActions send(UUID id, String label, String zone, String subject, String text)
            throws Exception {
        return http.perform(letter(id, label, zone, subject, text).with(caller(board, "board")));
    }

    private MockHttpServletRequestBuilder letter(
            UUID id, String label, String zone, String subject, String text) {
        return put("/api/members/circulars/{id}", id)
                .contentType(MediaType.APPLICATION_JSON)
                .content(
                        json.writeValueAsString(
                                Map.of(
                                        "label", label,
                                        "zone", zone,
                                        "language", "en",
                                        "subject", subject,
                                        "text", text)));
    }

    private UUID member(String name, String zone, String label) throws Exception {
        UUID id = apply(name, name + "@example.org");
        db.sql("update member set state = 'active', joined_on = '2026-03-10' where id = :id")
                .param("id", id)
                .update();
        db.sql("update site set zone = :zone where member_id = :id")
                .param("zone", zone)
                .param("id", id)
                .update();
        if (!label.isEmpty()) {
            db.sql("insert into member_label (member_id, label) values (:id, :label)")
                    .param("id", id)
                    .param("label", label)
                    .update();
        }
        return id;
    }

    private static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
