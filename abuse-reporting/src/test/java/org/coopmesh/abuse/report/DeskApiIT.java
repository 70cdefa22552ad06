package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.hasItem;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.node.ObjectNode;

@ServiceTest
class DeskApiIT {
    private final Person moderator = Person.with("member", "moderator");

    @Autowired Calls calls;
    @Autowired MockMvc mvc;
    @Autowired JdbcClient db;
    @Autowired TestClock clock;

    @Test
    void aPartnerReportsWithAKeyAndTheSameReportIsOne() throws Exception {
        String key = partner(100);
        ObjectNode document = report(XarfType.CONNECTION__DDOS);

        ResultActions first = xarf(key, document).andExpect(status().isCreated());
        document.put("description", "the same, in other words");
        ResultActions again = xarf(key, document).andExpect(status().isOk());

        String id = read(first, "$.id");
        assertThat(Calls.<String>read(again, "$.id")).isEqualTo(id);
        calls.get(moderator, "/api/cases/" + calls.caseOf(id))
                .andExpect(jsonPath("$.reports[0].reporter").value("partner"))
                .andExpect(jsonPath("$.reports[0].format").value("xarf"))
                .andExpect(jsonPath("$.reports[0].kind").value("connection/ddos"))
                .andExpect(jsonPath("$.reports[0].machine").value(true))
                .andExpect(
                        jsonPath("$.reports[0].reference")
                                .value(document.get("report_id").stringValue()))
                .andExpect(jsonPath("$.reports[0].evidence[*].differs").value(hasItem(true)));
        assertThat(
                        db.sql(
                                        "select count(*) from report_partner where key_hash = convert_to(?, 'UTF8')")
                                .param(key)
                                .query(Integer.class)
                                .single())
                .isZero();
    }

    @Test
    void withoutAKeyAReportIsTakenWithinTheLimitsOfStrangers() throws Exception {
        xarf(null, report(XarfType.CONTENT__PHISHING)).andExpect(status().isCreated());

        xarf("no such key", report(XarfType.CONTENT__PHISHING))
                .andExpect(status().isUnauthorized())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/unknown-key"));
    }

    @Test
    void textThatNoDatabaseTakesIsMadeStorableInADocumentAndRefusedInTheForm() throws Exception {
        ObjectNode document = report(XarfType.CONTENT__PHISHING);
        document.put("description", "a\u0000b");

        ResultActions receipt = xarf(partner(5), document).andExpect(status().isCreated());

        assertThat(
                        db.sql("select description from report where report_id = cast(? as uuid)")
                                .param(Calls.<String>read(receipt, "$.id"))
                                .query(String.class)
                                .single())
                .contains("a\ufffdb");
        calls.report("{\"category\": \"spam\", \"description\": \"x\\u0000y\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("description"));
    }

    @Test
    void whatAPartnerSendsWrongIsNamedAndKeptAsRefused() throws Exception {
        String key = partner(100);
        ObjectNode document = report(XarfType.CONNECTION__DDOS);
        document.put("type", "gossip");

        xarf(key, document)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/report-refused"))
                .andExpect(jsonPath("$.errors[0].field").value("type"))
                .andExpect(jsonPath("$.errors[0].rule").value("oneOf"));
        document.put("type", "ddos").put("timestamp", "2036-01-01T00:00:00Z");
        xarf(key, document)
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("observedAt"));

        calls.get(moderator, "/api/abuse/refused-reports")
                .andExpect(jsonPath("$.items[0].field").value("observedAt"))
                .andExpect(jsonPath("$.items[1].field").value("type"))
                .andExpect(jsonPath("$.items[1].partnerId").isNotEmpty());
    }

    @Test
    void aPartnerHasAnAllowanceOfTheirOwnAndAKeyEnds() throws Exception {
        String key = partner(2);
        for (int i = 0; i < 2; i++) {
            xarf(key, report(XarfType.MESSAGING__SPAM)).andExpect(status().isCreated());
        }

        xarf(key, report(XarfType.MESSAGING__SPAM)).andExpect(status().isTooManyRequests());
        xarf(partner(2), report(XarfType.MESSAGING__SPAM)).andExpect(status().isCreated());

        String ended = partner(5);
        String id = read(calls.get(moderator, "/api/abuse/partners"), "$.items[0].id");
        UUID of =
                db.sql("select partner_id from report_partner where key_hash = ?")
                        .param(PartnerKey.hash(ended))
                        .query(UUID.class)
                        .single();
        assertThat(id).isNotEmpty();
        calls.post(moderator, "/api/abuse/partners/" + of + "/end", "{}")
                .andExpect(status().isNoContent());
        xarf(ended, report(XarfType.MESSAGING__SPAM)).andExpect(status().isUnauthorized());
        calls.post(moderator, "/api/abuse/partners/" + of + "/end", "{}")
                .andExpect(status().isNotFound());
    }

    @Test
    void aMutedReporterIsHeardWithoutACaseUntilTheMuteEnds() throws Exception {
        Person nuisance = Person.with("member");
        String first = reported(nuisance, "spam", "203.0.115.1");
        ResultActions mute =
                calls.post(
                                moderator,
                                "/api/abuse/reports/" + first + "/mute",
                                """
                                {"reason": "reports the neighbour daily", "until": "%s"}
                                """
                                        .formatted(Village.in(clock.instant(), 3600)))
                        .andExpect(status().isCreated())
                        .andExpect(jsonPath("$.reporter").value("member"));

        String muted = reported(nuisance, "spam", "203.0.115.2");
        String grave = reported(nuisance, "child_safety", "203.0.115.3");
        String other = reported(Person.with("member"), "spam", "203.0.115.4");

        assertThat(hasCase(muted)).isFalse();
        assertThat(hasCase(grave)).as("must not wait").isTrue();
        assertThat(hasCase(other)).isTrue();
        calls.get(nuisance, "/api/reports/" + muted)
                .andExpect(jsonPath("$.state").value("received"));
        assertThat(Calls.body(mute)).doesNotContain(nuisance.id().toString());
        String id = read(mute, "$.id");
        calls.post(moderator, "/api/abuse/mutes/" + id + "/lift", "{\"reason\": \"sorry\"}")
                .andExpect(status().isNoContent());
        assertThat(hasCase(reported(nuisance, "spam", "203.0.115.5"))).isTrue();
        calls.get(moderator, "/api/abuse/mutes")
                .andExpect(jsonPath("$.items[0].liftedAt").isNotEmpty());
    }

    @Test
    void aMuteEndsByItselfAndNobodyWithoutANameIsMuted() throws Exception {
        Person nuisance = Person.with("member");
        String first = reported(nuisance, "spam", "203.0.115.11");
        String path = "/api/abuse/reports/" + first + "/mute";
        calls.post(moderator, path, muteFor(Duration.ofDays(400)))
                .andExpect(status().isBadRequest());
        calls.post(moderator, path, muteFor(Duration.ofHours(-1)))
                .andExpect(status().isBadRequest());
        calls.post(moderator, path, muteFor(Duration.ofHours(1))).andExpect(status().isCreated());

        clock.advance(Duration.ofHours(1));

        assertThat(hasCase(reported(nuisance, "spam", "203.0.115.12"))).isTrue();
        String nobodys =
                read(
                        calls.report(
                                "{\"category\": \"spam\", \"description\": \"x\", \"address\": \"203.0.115.13\"}"),
                        "$.id");
        calls.post(
                        moderator,
                        "/api/abuse/reports/" + nobodys + "/mute",
                        muteFor(Duration.ofHours(1)))
                .andExpect(status().isBadRequest());
    }

    @Test
    void whoHasTheLinkAddsWhatTheyLearned() throws Exception {
        ResultActions receipt =
                calls.report(
                        "{\"category\": \"spam\", \"description\": \"x\", \"address\": \"203.0.115.21\"}");
        String id = read(receipt, "$.id");
        String path = "/api/reports/" + id;
        String token = read(receipt, "$.followUpToken");

        add(path, token, "It goes on.").andExpect(status().isNoContent());
        add(path, "wrong", "It goes on.").andExpect(status().isNotFound());
        add(path, token, " ").andExpect(status().isBadRequest());

        mvc.perform(get(path).param("token", token))
                .andExpect(jsonPath("$.additions.length()").value(1))
                .andExpect(jsonPath("$.additions[0].text").value("It goes on."));
        calls.get(moderator, "/api/cases/" + calls.caseOf(id))
                .andExpect(jsonPath("$.reports[0].additions[0].text").value("It goes on."));
    }

    @Test
    void toWhatMayNotBeKeptNothingIsAdded() throws Exception {
        ResultActions receipt =
                calls.report("{\"category\": \"child_safety\", \"url\": \"https://x.example/\"}");

        add("/api/reports/" + read(receipt, "$.id"), read(receipt, "$.followUpToken"), "words")
                .andExpect(status().isBadRequest());
    }

    private ResultActions add(String path, String token, String text) throws Exception {
        return mvc.perform(
                post(path + "/additions")
                        .param("token", token)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"text\": \"" + text + "\"}")
                        .with(request -> {
                            request.setRemoteAddr("2001:db8:add::1");
                            return request;
                        }));
    }

    private String muteFor(Duration time) {
        return """
        {"reason": "again and again", "until": "%s"}
        """
                .formatted(clock.instant().plus(time));
    }

    private String reported(Person by, String category, String address) throws Exception {
        return read(
                calls.post(
                                by,
                                "/api/reports",
                                """
                                {"category": "%s", "address": "%s", "description": "it happened"}
                                """
                                        .formatted(category, address))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private boolean hasCase(String report) {
        return db.sql("select exists (select from case_report where report_id = cast(? as uuid))")
                .param(report)
                .query(Boolean.class)
                .single();
    }

    private String partner(int perHour) throws Exception {
        return read(
                calls.post(
                                moderator,
                                "/api/abuse/partners",
                                """
                                {"name": "Watch", "trusted": true, "reportsPerHour": %d}
                                """
                                        .formatted(perHour))
                        .andExpect(status().isCreated()),
                "$.key");
    }

    private static ObjectNode report(XarfType type) {
        return XarfSamples.of(type).put("report_id", UUID.randomUUID().toString());
    }

    private ResultActions xarf(@Nullable String key, ObjectNode document) throws Exception {
        var request =
                post("/api/reports/xarf")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(XarfSamples.bytes(document))
                        .with(r -> {
                            r.setRemoteAddr(
                                    "2001:db8:"
                                            + Integer.toHexString(document.hashCode() & 0xfff)
                                            + "::7");
                            return r;
                        });
        return mvc.perform(key == null ? request : request.header("X-API-Key", key));
    }
}
