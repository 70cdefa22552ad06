package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class ReportApiIT {
    @Autowired Calls calls;
    @Autowired TestClock clock;
    @Autowired MockMvc mvc;
    @Autowired JdbcClient db;

    @Test
    void anybodyReportsWithoutANameAndComesBackByToken() throws Exception {
        var receipt = calls.report(spam("203.0.113.9")).andExpect(status().isCreated());
        String id = read(receipt, "$.id");
        String token = read(receipt, "$.followUpToken");

        mvc.perform(get("/api/reports/" + id).param("token", token))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("received"))
                .andExpect(jsonPath("$.outcome").doesNotExist());
        assertThat(
                        db.sql(
                                        "select count(*) from report where token_hash = convert_to(?, 'UTF8')")
                                .param(token)
                                .query(Integer.class)
                                .single())
                .as("kept as a hash only")
                .isZero();
    }

    @Test
    void aWrongTokenTellsNoMoreThanAWrongId() throws Exception {
        String id = read(calls.report(spam("203.0.113.10")), "$.id");

        for (String path :
                new String[] {"/api/reports/" + id, "/api/reports/" + UUID.randomUUID()}) {
            mvc.perform(get(path).param("token", "wrong"))
                    .andExpect(status().isNotFound())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/report-not-found"))
                    .andExpect(jsonPath("$.detail").value("no report with this id and token"));
            mvc.perform(get(path)).andExpect(status().isNotFound());
        }
        mvc.perform(get("/api/reports/no-id").param("token", "x"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("id"));
    }

    @Test
    void aMemberSeesTheirOwnReportsAndNobodyElses() throws Exception {
        Person reporter = Person.with("member");
        String id =
                read(
                        calls.post(reporter, "/api/reports", spam("203.0.113.11"))
                                .andExpect(status().isCreated()),
                        "$.id");

        calls.get(reporter, "/api/reports/mine")
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(id));
        calls.get(reporter, "/api/reports/" + id).andExpect(status().isOk());
        calls.get(Person.with("member"), "/api/reports/" + id).andExpect(status().isNotFound());
        mvc.perform(get("/api/reports/mine")).andExpect(status().isUnauthorized());
    }

    @Test
    void reportsOfOneThingFoldIntoOneCaseForADay() throws Exception {
        Home home = calls.home(false);
        String first = calls.caseAbout(home.client());

        assertThat(calls.caseAbout(home.client())).isEqualTo(first);
        assertThat(calls.caseAbout(home.net() + ".99"))
                .as("another address of the same attachment")
                .isEqualTo(first);
        assertThat(calls.caseAbout("malware", home.client()))
                .as("another category")
                .isNotEqualTo(first);
        assertThat(calls.caseAbout("203.0.113.12")).as("another subject").isNotEqualTo(first);
        clock.advance(Duration.ofHours(24));
        assertThat(calls.caseAbout(home.client())).as("a day later").isNotEqualTo(first);
    }

    @Test
    void evidenceIsHashedKeptAndHandedOutAsBytesOnly() throws Exception {
        Person moderator = Person.with("member", "moderator");
        var receipt =
                calls.report(
                        """
                        {"category": "fraud", "address": "203.0.113.13", "description": "look",
                         "evidence": [{"contentType": "text/html", "contentBase64": "PHNjcmlwdD4="}]}
                        """);
        String caseId = calls.caseOf(read(receipt, "$.id"));
        var shown = calls.get(moderator, "/api/cases/" + caseId).andExpect(status().isOk());
        String evidence = read(shown, "$.reports[0].evidence[0].id");
        assertThat(Calls.<String>read(shown, "$.reports[0].evidence[0].sha256"))
                .isEqualTo(sha256("<script>"));

        String path = "/api/cases/" + caseId + "/evidence/" + evidence + "/reading";
        String why = "{\"reason\": \"to decide\"}";
        calls.post(moderator, path, why).andExpect(status().isConflict());
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        calls.post(moderator, path, why)
                .andExpect(status().isOk())
                .andExpect(header().string("Content-Type", "application/octet-stream"))
                .andExpect(header().string("X-Content-Type-Options", "nosniff"))
                .andExpect(
                        header().string(
                                        "Content-Disposition",
                                        "attachment; filename=\"" + evidence + ".bin\""));
        calls.post(Person.with("board"), path, why).andExpect(status().isForbidden());
    }

    @Test
    void ofChildSafetyNothingButHashAndUrlIsStored() throws Exception {
        Person moderator = Person.with("member", "moderator");
        var receipt =
                calls.report(
                                """
                                {"category": "child_safety", "url": "https://example.org/x",
                                 "description": "unspeakable words",
                                 "evidence": [{"contentType": "image/png", "contentBase64": "c2VjcmV0"}]}
                                """)
                        .andExpect(status().isCreated());
        UUID id = UUID.fromString(read(receipt, "$.id"));

        assertThat(
                        db.sql("select description from report where report_id = ?")
                                .param(id)
                                .query((rs, row) -> String.valueOf(rs.getString(1)))
                                .single())
                .isEqualTo("null");
        assertThat(
                        db.sql(
                                        "select not kept and not exists (select from vault_file where file_id = evidence_id) from evidence where report_id = ?")
                                .param(id)
                                .query(Boolean.class)
                                .single())
                .isTrue();
        String caseId = calls.caseOf(id.toString());
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}");
        var shown = calls.get(moderator, "/api/cases/" + caseId);
        assertThat(Calls.<String>read(shown, "$.reports[0].evidence[0].sha256"))
                .isEqualTo(sha256("secret"));
        String evidence = read(shown, "$.reports[0].evidence[0].id");
        calls.post(
                        moderator,
                        "/api/cases/" + caseId + "/evidence/" + evidence + "/reading",
                        "{\"reason\": \"to decide\"}")
                .andExpect(status().isNotFound());
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .as("the database holds to it by itself")
                .isThrownBy(() ->
                        db.sql(
                                        """
                                        insert into evidence (evidence_id, report_id, category, content_type, sha256, size_bytes, kept)
                                        values (gen_random_uuid(), ?, 'child_safety', 'image/png', sha256('x'), 1, true)
                                        """)
                                .param(id)
                                .update());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"category\": \"nonsense\", \"description\": \"x\"} | category",
                "{\"description\": \"x\"} | category",
                "{\"category\": \"spam\"} | description",
                "{\"category\": \"spam\", \"description\": \"  \"} | description",
                "{\"category\": \"spam\", \"description\": \"x\", \"address\": \"a.b\"} | address",
                "{\"category\": \"spam\", \"description\": \"x\", \"address\": \"10.0.0.0/8\"} | address",
                "{\"category\": \"spam\", \"description\": \"x\", \"port\": 0} | port",
                "{\"category\": \"spam\", \"description\": \"x\", \"port\": \"p\"} | port",
                "{\"category\": \"spam\", \"description\": \"x\", \"url\": \"not a url\"} | url",
                "{\"category\": \"spam\", \"description\": \"x\", \"reporterEmail\": \"me\"} | reporterEmail",
                "{\"category\": \"spam\", \"description\": \"x\", \"observedAt\": \"then\"} | observedAt",
                "{\"category\": \"spam\", \"description\": \"x\", \"observedAt\": \"2099-01-01T00:00:00Z\"} | observedAt",
                "{\"category\": \"child_safety\", \"description\": \"x\"} | url"
            })
    void whatIsWrongInAReportIsNamed(String json, String field) throws Exception {
        calls.report(json)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value(field));
    }

    @Test
    void filesThatAreTooManyTooLargeOrNotBase64AreRefused() throws Exception {
        String file = "{\"contentType\": \"text/plain\", \"contentBase64\": \"%s\"}";
        String megabytes = "A".repeat(1_500_000);

        for (String evidence :
                new String[] {
                    String.join(",", Collections.nCopies(5, file.formatted("eA=="))),
                    file.formatted(megabytes),
                    file.formatted("%%%"),
                    "{\"contentType\": \"text\", \"contentBase64\": \"eA==\"}"
                }) {
            calls.report(
                            """
                            {"category": "spam", "description": "x", "evidence": [%s]}
                            """
                                    .formatted(evidence))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").value(startsWith("evidence")));
        }
    }

    @Test
    void anOversizedReportIsRefusedBeforeItIsRead() throws Exception {
        calls.report("{\"category\": \"spam\", \"description\": \"" + "x".repeat(7_000_000) + "\"}")
                .andExpect(status().isContentTooLarge())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/report-too-large"));
    }

    @Test
    void aFloodFromOneSideShutsOutNobodyElse() throws Exception {
        for (int i = 0; i < 5; i++) {
            calls.reportFrom("2001:db8:5::" + i, spam("203.0.113.14"))
                    .andExpect(status().isCreated());
        }

        calls.reportFrom("2001:db8:5::ffff", spam("203.0.113.14"))
                .andExpect(status().isTooManyRequests())
                .andExpect(header().exists("Retry-After"))
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/too-many-reports"));
        calls.reportFrom("2001:db8:6::1", spam("203.0.113.14")).andExpect(status().isCreated());
        calls.reportFrom("192.0.2.77", spam("203.0.113.14")).andExpect(status().isCreated());
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String spam(String address) {
        return """
        {"category": "spam", "address": "%s", "port": 25, "description": "unwanted mail"}
        """
                .formatted(address);
    }
}
