package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.result.MockMvcResultMatchers;

/** What was decided, banned, noted or looked up is never rewritten, not even by us. */
@ServiceTest
class AppendOnlyIT {
    @Autowired Calls calls;
    @Autowired JdbcClient db;
    @Autowired TestClock clock;
    @Autowired TransparencyLog log;

    @BeforeEach
    void somethingIsInEveryTable() throws Exception {
        var moderator = Person.with("member", "moderator");
        Home home =
                calls.home(false, UUID.randomUUID(), UUID.randomUUID(), "10.240." + clockStep());
        String path = "/api/cases/" + calls.caseAbout(home.client());
        String until = Village.in(clock.instant(), 60);
        calls.post(moderator, path + "/claim", "{}");
        calls.post(moderator, path + "/notes", "{\"text\": \"note\"}");
        calls.post(moderator, path + "/subject", "{\"reason\": \"a reason\"}");
        String decision =
                Calls.read(
                        calls.post(
                                        moderator,
                                        path + "/decision",
                                        """
                                        {"outcome": "upheld", "rule": "r", "reason": "r", "measures": [
                                          {"kind": "suspension", "until": "%s",
                                           "target": {"kind": "member", "value": "%s"}},
                                          {"kind": "ban", "until": "%s",
                                           "target": {"kind": "address", "value": "%s"}}]}
                                        """
                                                .formatted(
                                                        until, home.member(), until, home.client()))
                                .andExpect(MockMvcResultMatchers.status().isCreated()),
                        "$.id");
        calls.post(
                        new Person(home.member(), List.of("member")),
                        "/api/abuse/decisions/" + decision + "/appeal",
                        "{\"text\": \"it was not me\"}")
                .andExpect(MockMvcResultMatchers.status().isCreated());
        calls.post(
                        Person.with("member", "moderator"),
                        "/api/abuse/decisions/" + decision + "/reverse",
                        "{\"reason\": \"a reason\"}")
                .andExpect(MockMvcResultMatchers.status().isOk());
        for (String sql :
                new String[] {
                    """
                    insert into report_mute (mute_id, report_id, kind, reporter_hash, reason, muted_by, muted_at, until)
                    select gen_random_uuid(), report_id, 'mail', sha256('x'), 'r', gen_random_uuid(), now(), now() + interval '1 day'
                      from report limit 1
                    """,
                    """
                    insert into vault_reading (file_id, moderator_id, what, reason, at)
                    values (gen_random_uuid(), gen_random_uuid(), 'read', 'r', now())
                    """,
                    """
                    insert into vault_erasure (file_id, sha256, size_bytes, rule, erased_at)
                    values (gen_random_uuid(), sha256('x'), 1, 'r', now())
                    """
                }) {
            db.sql(sql).update();
        }
        db.sql(
                        """
                        insert into report_mute_end (mute_id, lifted_by, reason, lifted_at)
                        select mute_id, gen_random_uuid(), 'r', now() from report_mute on conflict do nothing
                        """)
                .update();
        db.sql(
                        """
                        insert into decision_voice (decision_id, towards, by_member_id, at)
                        values (cast(? as uuid), 'agree', ?, now())
                        """)
                .params(decision, UUID.randomUUID())
                .update();
        log.sequence();
        fillByHand();
    }

    /** What this service does only on a quarter's end, for a shared address or where the co-op wants two for a look-up. */
    private void fillByHand() {
        db.sql(
                        """
                        insert into port_block_epoch (node_id, since) values (repeat('ab', 32), now()) on conflict do nothing;
                        insert into log_refusal values (gen_random_uuid(), repeat('ab', 32), 'forked', 'a', 'b', now());
                        insert into log_report values ('2026-Q1', '{}', now()) on conflict do nothing;
                        with request as (
                            insert into look_up_request values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'r', now())
                            returning request_id)
                        insert into look_up_agreement select request_id, gen_random_uuid(), now() from request;
                        insert into look_up_use
                        select request_id, look_up_id from look_up_agreement, look_up
                        on conflict do nothing
                        """)
                .update();
    }

    private static int step;

    private static int clockStep() {
        return ++step;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "look_up",
                "case_note",
                "decision",
                "decision_step",
                "decision_voice",
                "strike",
                "appeal",
                "appeal_end",
                "measure",
                "measure_end",
                "ban",
                "ban_step",
                "report_mute",
                "report_mute_end",
                "vault_reading",
                "vault_erasure",
                "port_block_epoch",
                "look_up_request",
                "look_up_agreement",
                "look_up_use",
                "log_fact",
                "log_entry",
                "log_node",
                "log_checkpoint",
                "log_report",
                "log_refusal"
            })
    void theDatabaseRefusesToChangeRemoveOrEmpty(String table) {
        String column =
                db.sql(
                                """
                                select column_name from information_schema.columns
                                where table_name = ? and is_identity = 'NO' limit 1
                                """)
                        .param(table)
                        .query(String.class)
                        .single();
        for (String sql :
                new String[] {
                    "update " + table + " set " + column + " = " + column,
                    "delete from " + table,
                    "truncate " + table + " cascade"
                }) {
            assertThatExceptionOfType(DataAccessException.class)
                    .as(sql)
                    .isThrownBy(() -> db.sql(sql).update())
                    .withMessageContaining("append-only");
        }
    }
}
