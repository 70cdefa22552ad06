package org.coopmesh.membership.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.ZoneOffset;
import java.util.UUID;
import org.coopmesh.membership.RunningService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;

@TestPropertySource(properties = "coopmesh.test.database=maildesk")
class MailDeskApiIT extends RunningService {
    private static final UUID BOARD = UUID.randomUUID();

    @Autowired JdbcClient db;

    @BeforeEach
    void noMails() {
        db.sql("delete from mail").update();
    }

    @Test
    void whatDidNotArriveIsSeenAndSentAgainOneByOneOrAllTogether() throws Exception {
        long failed = mail("failed");
        mail("unaddressed");
        long doubtful = mail("doubtful");
        mail("sent");
        ask("").andExpect(jsonPath("$.counts.failed").value(1))
                .andExpect(jsonPath("$.counts.doubtful").value(1));
        ask("/mails?state=failed")
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(failed))
                .andExpect(jsonPath("$.items[0].answer").value("550 no such mailbox"));

        act("retry", "").andExpect(jsonPath("$.mails").value(2));
        act("mails/%d/again".formatted(doubtful), "").andExpect(status().isOk());

        assertThat(count("waiting")).isEqualTo(3);
    }

    @Test
    void theMailsOfOneMemberAreTold() throws Exception {
        mail("sent");
        long theirs = mail("failed");
        UUID member =
                db.sql("select recipient_id from mail where id = :id")
                        .param("id", theirs)
                        .query(UUID.class)
                        .single();

        ask("/mails?memberId=" + member)
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(theirs))
                .andExpect(jsonPath("$.next").isEmpty());
        ask("/mails?memberId=" + UUID.randomUUID())
                .andExpect(jsonPath("$.items.length()").value(0));
    }

    @Test
    void aMailIsGivenUpWithAReasonThatStaysInTheList() throws Exception {
        long failed = mail("failed");

        act("mails/%d/drop".formatted(failed), "{\"reason\": \"moved away\"}")
                .andExpect(jsonPath("$.state").value("dropped"));

        ask("/mails?state=dropped").andExpect(jsonPath("$.items[0].answer").value("moved away"));
        act("mails/%d/drop".formatted(failed), "{\"reason\": \"again\"}")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.errors[0].rule").value("over"));
        act("mails/%d/drop".formatted(failed), "{\"reason\": \" \"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"));
    }

    @Test
    void whatWasSentOrIsOnItsWayIsLeftAlone() throws Exception {
        act("mails/%d/again".formatted(mail("sent")), "").andExpect(status().isConflict());
        act("mails/%d/again".formatted(mail("waiting")), "")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.errors[0].rule").value("notYet"));
        act("mails/4711/again", "").andExpect(status().isNotFound());
        ask("/mails?state=lost")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("state"));
    }

    private long mail(String state) {
        boolean isSent = state.equals("sent");
        return db.sql(
                        """
                        insert into mail (message_id, notice, about, recipient_id, queued_at, state, try_after, data_at, sent_at,
                                          sent_to, answer)
                        values (gen_random_uuid(), 'circular', gen_random_uuid(), gen_random_uuid(), :now, :state, :now,
                                case when :sent then :now end, case when :sent then :now end,
                                case when :sent then 'anna@example.org' end, '550 no such mailbox')
                        returning id
                        """)
                .param("now", clock.instant().plusSeconds(86_400).atOffset(ZoneOffset.UTC))
                .param("state", state)
                .param("sent", isSent)
                .query(Long.class)
                .single();
    }

    private long count(String state) {
        return db.sql("select count(*) from mail where state = :state")
                .param("state", state)
                .query(Long.class)
                .single();
    }

    private ResultActions ask(String what) throws Exception {
        return http.perform(get("/api/members/mail" + what).with(caller(BOARD, "board")));
    }

    private ResultActions act(String what, String body) throws Exception {
        return http.perform(
                post("/api/members/mail/" + what)
                        .with(caller(BOARD, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }
}
